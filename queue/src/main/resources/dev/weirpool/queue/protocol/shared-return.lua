-- shared-return: give an item that is claimed back to the front of its queue, once however often this is sent, because a claim
-- is never made again.
--
-- KEYS[1]  items    list    waiting items, oldest first
-- KEYS[2]  bell     list    wake-up tokens for those who wait for an item
-- KEYS[3]  claims   zset    claim -> its claimant
-- KEYS[4]  claimed  hash    claim -> its item
-- KEYS[5]  leases   zset    claimant -> when its lease ends, in ms
-- KEYS[6]  watch    hash    'at' = when leases were last looked at; claimant -> 1 if its lease was prolonged for an outage
-- ARGV[1]  claimant
-- ARGV[2]  claim
--
-- returns  1, or 0 if it is no longer claimed
local items, bell, claims, claimed, leases, watch = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local item = redis.call('HGET', claimed, ARGV[2])
if not item then return 0 end

-- ZREM is allowed at maxmemory
redis.call('ZREM', claims, ARGV[2])
redis.call('HDEL', claimed, ARGV[2])
if redis.call('ZCOUNT', claims, ARGV[1], ARGV[1]) == 0 then
  redis.call('ZREM', leases, ARGV[1])
  redis.call('HDEL', watch, ARGV[1])
end
redis.call('LPUSH', items, item)
if redis.call('LLEN', bell) == 0 then redis.call('RPUSH', bell, 1) end
return 1
