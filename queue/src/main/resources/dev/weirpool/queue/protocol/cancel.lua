-- cancel: mark tasks as not wanted. A marked task that is claimed is not run; its one result says so.
--
-- KEYS[1]  cancels  zset  id (and id followed by '!', to end it if it runs) -> expiry of the mark in ms
-- KEYS[2]  workers  zset  control flags
-- ARGV[1]  how long the marks last in ms
-- ARGV[2]  how long those last that ask to end a task that runs already; 0 if it is to go on
-- ARGV[3]  the first id; others follow
--
-- returns  1
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- a first write that maxmemory allows lets the script pass on a full server
redis.call('ZREM', KEYS[2], '')
for i = 3, #ARGV do
  redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i])
  if ARGV[2] ~= '0' then redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[i] .. '!') end
end
redis.call('ZADD', KEYS[2], '+inf', '!cancel')
return 1
