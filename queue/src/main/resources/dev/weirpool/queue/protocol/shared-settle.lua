-- shared-settle: report an item that is claimed as done, once however often this is sent.
--
-- KEYS[1]  state    hash    'unfinished' = number of items that were put but not reported done
-- KEYS[2]  joined   list    wake-up tokens for those who wait until all is done
-- KEYS[3]  claims   zset    claim -> its claimant
-- KEYS[4]  claimed  hash    claim -> its item
-- KEYS[5]  leases   zset    claimant -> when its lease ends, in ms
-- KEYS[6]  watch    hash    'at' = when leases were last looked at; claimant -> 1 if its lease was prolonged for an outage
-- KEYS[7]  session  string  the last change of this session: 1024 * number + result
-- ARGV[1]  number of this change within the session
-- ARGV[2]  claimant
-- ARGV[3]  claim
--
-- returns  1, or 0 if the lease has run out and the item was given back, or it is settled already
local state, joined, claims, claimed = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local leases, watch, session = KEYS[5], KEYS[6], KEYS[7]
local base = ARGV[1] * 1024
local last = tonumber(redis.call('GET', session))
if last and last - base >= 0 then return last - base end

-- ZREM is allowed at maxmemory
if redis.call('ZREM', claims, ARGV[3]) == 0 then return 0 end
redis.call('HDEL', claimed, ARGV[3])
if redis.call('ZCOUNT', claims, ARGV[2], ARGV[2]) == 0 then
  redis.call('ZREM', leases, ARGV[2])
  redis.call('HDEL', watch, ARGV[2])
end
redis.call('SET', session, base + 1, 'PX', 600000)
local left = whole(redis.call('HGET', state, 'unfinished')) - 1
if left >= 0 then redis.call('HSET', state, 'unfinished', left) end
if left == 0 and redis.call('LLEN', joined) == 0 then redis.call('RPUSH', joined, 1) end
return 1
