-- own: renew what says that a queue has an owner that lives, and look for queues whose owner does not.
--
-- KEYS[1]  pools  zset  name of a pool's own queue -> when it counts as abandoned in ms
-- ARGV[1]  name of the queue to renew; '' for none
-- ARGV[2]  for how long in ms
-- ARGV[3]  the most abandoned queues to name
--
-- returns  names of abandoned queues
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- a first write that maxmemory allows lets the script pass on a full server
redis.call('ZREM', KEYS[1], '')
if ARGV[1] ~= '' then redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1]) end
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[3])
