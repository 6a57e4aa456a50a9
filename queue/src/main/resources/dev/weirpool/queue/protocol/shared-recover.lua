-- shared-recover: give the items of claimants whose lease has run out back to the front of their queue, in their order.
--
-- Whoever waits does this now and then. If nobody has looked for long (Redis was down, a clock stepped, or nobody was there) a
-- lease that has run out meanwhile is prolonged once, because its claimant may have been unable to renew it.
--
-- KEYS[1]  items    list  waiting items, oldest first
-- KEYS[2]  bell     list  wake-up tokens for those who wait for an item
-- KEYS[3]  claims   zset  claim -> its claimant; claims sort in the order in which they were made
-- KEYS[4]  claimed  hash  claim -> its item
-- KEYS[5]  leases   zset  claimant -> when its lease ends, in ms
-- KEYS[6]  watch    hash  'at' = when leases were last looked at, in ms; claimant -> 1 if its lease was prolonged for an outage
-- ARGV[1]  how long nobody may have looked, in ms, for a lease not to be prolonged
-- ARGV[2]  by how much it is prolonged, in ms
-- ARGV[3]  of how many items, when that is reached, no further claimant's are given back in this call
--
-- returns  how many items were given back
local items, bell, claims, claimed, leases, watch = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
if redis.call('EXISTS', leases) == 0 then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- a first write that maxmemory allows lets the script pass on a full server
redis.call('HDEL', watch, '')
local at = tonumber(redis.call('HGET', watch, 'at')) or -1
local quiet = at < 0 or now < at or now - at > tonumber(ARGV[1])
redis.call('HSET', watch, 'at', now)

local expired = redis.call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, 16)
local found = {}
for i = 1, #expired do
  local claimant = expired[i]
  if quiet and redis.call('HSETNX', watch, claimant, 1) == 1 then
    redis.call('ZADD', leases, now + ARGV[2], claimant)
  elseif #found < tonumber(ARGV[3]) then
    local isOurs = string.match(claimant, '^%-?%d+$')
    local held = isOurs and redis.call('ZRANGEBYSCORE', claims, claimant, claimant) or {}
    for j = 1, #held do found[#found + 1] = held[j] end
    redis.call('ZREM', leases, claimant)
    redis.call('HDEL', watch, claimant)
  end
end
table.sort(found)
for i = #found, 1, -1 do
  local item = redis.call('HGET', claimed, found[i])
  if item then redis.call('LPUSH', items, item) end
  redis.call('HDEL', claimed, found[i])
  redis.call('ZREM', claims, found[i])
end
if #found > 0 and redis.call('LLEN', bell) == 0 then redis.call('RPUSH', bell, 1) end
return #found
