-- shared-renew: prolong the lease of a claimant that holds items of a shared queue.
--
-- KEYS[1]  leases  zset  claimant -> when its lease ends, in ms
-- KEYS[2]  watch   hash  'at' = when leases were last looked at, in ms; claimant -> 1 if its lease was prolonged for an outage
-- ARGV[1]  claimant
-- ARGV[2]  length of its lease in ms
--
-- returns  1, or 0 if it holds nothing, or nothing any more
local leases, watch = KEYS[1], KEYS[2]
if not redis.call('ZSCORE', leases, ARGV[1]) then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- a first write that maxmemory allows lets the script pass on a full server
redis.call('HDEL', watch, ARGV[1])
redis.call('HSET', watch, 'at', now)
redis.call('ZADD', leases, now + ARGV[2], ARGV[1])
return 1
