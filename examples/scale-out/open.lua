-- Returns the part of a room's log that a process lacks: the log's name, the number before the first entry, and the
-- entries. KEYS: the room's state, its log. ARGV: a name for the log if it is new, the log's name and last number that
-- the process knows, how many messages are stored.
redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1])
local epoch = redis.call('HGET', KEYS[1], 'epoch')
local last = tonumber(redis.call('HGET', KEYS[1], 'seq') or '0')
local from = math.max(0, last - tonumber(ARGV[4]))
if epoch == ARGV[2] then from = math.max(from, tonumber(ARGV[3])) end
local messages = {}
for i, entry in ipairs(redis.call('XRANGE', KEYS[2], (from + 1) .. '-0', '+')) do
  messages[i] = entry[2][2]
end
return { epoch, from, messages }
