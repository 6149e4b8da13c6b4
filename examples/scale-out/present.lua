-- Says who of a room is in one process, for as long as that is renewed; returns what all processes say.
-- KEYS: who is in the room. ARGV: the process, what it says (nothing where nobody is there), milliseconds for
-- which it holds, the channel, whether others are to look again.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], (now + ARGV[3]) .. ' ' .. ARGV[2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if ARGV[5] == '1' then redis.call('PUBLISH', ARGV[4], 'P ' .. ARGV[1]) end
local said = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local till, words = all[i + 1]:match('^(%d+) (.*)$')
  if tonumber(till) > now then
    said[#said + 1] = words
  else
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return said
