-- Stores a message under the room's next number and publishes it, atomically.
-- KEYS: the room's state, its log, the message's number. ARGV: a name for the log if it is new, the message, how many
-- messages to store, for how many seconds to recognize a duplicate, the channel.
local known = redis.call('GET', KEYS[3])
if known then return tonumber(known) end
redis.call('HSETNX', KEYS[1], 'epoch', ARGV[1])
local epoch = redis.call('HGET', KEYS[1], 'epoch')
local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], seq .. '-0', 'message', ARGV[2])
redis.call('SET', KEYS[3], seq, 'EX', ARGV[4])
redis.call('PUBLISH', ARGV[5], 'M ' .. epoch .. ' ' .. seq .. ' ' .. ARGV[2])
return seq
