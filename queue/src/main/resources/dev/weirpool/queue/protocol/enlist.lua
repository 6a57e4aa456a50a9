-- enlist: note that a queue is in use, so that it is found without a scan of the keys.
--
-- KEYS[1]  queues  zset  queue -> when it was last noted, in ms
-- ARGV[1]  queue
-- ARGV[2]  the most queues to keep, those noted last
--
-- returns  1 if it was not known, else 0
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- a first write that maxmemory allows lets the script pass on a full server
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[2])
return redis.call('ZADD', KEYS[1], now, ARGV[1])
