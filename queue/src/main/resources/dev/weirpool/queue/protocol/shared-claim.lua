-- shared-claim: let a claimant hold the oldest item of a shared queue, once however often this is sent.
--
-- The item stays in Redis until it is reported done or given back. A claim is called '<order> <session> <change>', where order
-- grows with every claim on this queue, in 16 digits.
--
-- KEYS[1]  items    list    waiting items, oldest first
-- KEYS[2]  state    hash    'state' = 'open <most items>' or 'shut <most items>'; 'claims' = the order of the last claim
-- KEYS[3]  bell     list    wake-up tokens for those who wait for an item
-- KEYS[4]  room     list    wake-up tokens for those who wait for room
-- KEYS[5]  claims   zset    claim -> its claimant
-- KEYS[6]  claimed  hash    claim -> its item
-- KEYS[7]  leases   zset    claimant -> when its lease ends, in ms
-- KEYS[8]  session  string  the last change of this session: 1024 * number + result
-- ARGV[1]  session
-- ARGV[2]  number of this change within the session
-- ARGV[3]  '1' if this may have been sent before
-- ARGV[4]  claimant, a number
-- ARGV[5]  length of its lease in ms
-- ARGV[6]  '1' if the queue may have a bound
-- ARGV[7]  '1' if the caller has waited for an item
--
-- returns  {claim, item}; or, when there is none, the state, 'none' if there is none; or, when none will be put any more, how many
--          are held by other claimants and may come back, if any are
local items, state, bell, room = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local claims, claimed, leases, session = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local claimant = ARGV[4]
local base = ARGV[2] * 1024
local last = tonumber(redis.call('GET', session))
if last and last - base >= 0 then
  local name = ' ' .. ARGV[1] .. ' ' .. ARGV[2]
  local held = redis.call('ZRANGEBYSCORE', claims, claimant, claimant)
  for i = #held, 1, -1 do
    if string.sub(held[i], -#name) == name then return {held[i], redis.call('HGET', claimed, held[i])} end
  end
  -- there was none, or the lease has run out since
  return redis.call('HGET', state, 'state') or 'none'
end

-- LPOP and DEL are allowed at maxmemory, so that a full server can be drained
local item = redis.call('LPOP', items)
if not item then
  local now = redis.call('HGET', state, 'state') or 'none'
  -- a token from before would wake for nothing: the next put rings anew
  redis.call('DEL', bell)
  -- an earlier copy may still arrive, and must not claim what nobody would know of
  if ARGV[3] == '1' then redis.call('SET', session, base, 'PX', 600000) end
  if string.sub(now, 1, 4) == 'shut' then
    -- nobody will put any more, and the others who wait have to learn it too
    redis.call('RPUSH', bell, 1)
    local others = redis.call('ZCARD', claims) - redis.call('ZCOUNT', claims, claimant, claimant)
    if others > 0 then
      redis.call('DEL', bell)
      return others
    end
  end
  return now
end
local claim = string.format('%016d', add(state, 'claims', 1)) .. ' ' .. ARGV[1] .. ' ' .. ARGV[2]
local time = redis.call('TIME')
redis.call('ZADD', claims, claimant, claim)
redis.call('HSET', claimed, claim, item)
redis.call('ZADD', leases, time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[5], claimant)
redis.call('SET', session, base + 1, 'PX', 600000)
if ARGV[6] == '1' and redis.call('LLEN', room) == 0 then redis.call('RPUSH', room, 1) end
if ARGV[7] == '1' and redis.call('LLEN', items) > 0 and redis.call('LLEN', bell) == 0 then
  -- one token wakes one taker, who wakes the next as long as there are items
  redis.call('RPUSH', bell, 1)
end
return {claim, item}
