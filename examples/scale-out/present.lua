-- Sets a process's presence in a room, which expires unless renewed. Returns the presence of all processes.
-- KEYS: the room's presence. ARGV: the process, its presence (empty if nobody is there), its lifetime in milliseconds,
-- the channel, whether to notify the other processes.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], (now + ARGV[3]) .. ' ' .. ARGV[2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if ARGV[5] == '1' then redis.call('PUBLISH', ARGV[4], 'P ' .. ARGV[1]) end
local present = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local till, words = all[i + 1]:match('^(%d+) (.*)$')
  if tonumber(till) > now then
    present[#present + 1] = words
  else
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return present
