-- shared-put: append items to a shared queue as far as there is room, once however often this is sent.
--
-- The session remembers its last change as 1024 * number + result, and lapses ten minutes after it.
--
-- KEYS[1]  items       list    waiting items, oldest first
-- KEYS[2]  state       string  'open <most items>' or 'shut <most items>', where 0 is no bound
-- KEYS[3]  session     string  the last change of this session
-- KEYS[4]  unfinished  string  number of items that were put but not reported done
-- KEYS[5]  bell        list    wake-up tokens for those who wait for an item
-- KEYS[6]  room        list    wake-up tokens for those who wait for room
-- ARGV[1]  the state that the caller knows, in which it must be open
-- ARGV[2]  number of this change within the session
-- ARGV[3]  '1' if this change may have been sent before
-- ARGV[4]  '1' if the caller has waited for room
-- ARGV[5]  the first item; up to 999 others follow
--
-- returns  how many items were put, from the first; or the state if it is another, 'none' if there is none
local items, state, session, unfinished, bell, room = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local known = redis.call('MGET', state, session)
local base = ARGV[2] * 1024
if known[2] then
  local result = known[2] - base
  if result >= 0 then return result end
end
if known[1] ~= ARGV[1] then
  if ARGV[4] == '1' then
    -- the others who wait have to learn it too; DEL first, because maxmemory allows it
    redis.call('DEL', room)
    redis.call('RPUSH', room, 1)
  end
  return known[1] or 'none'
end

local n = #ARGV - 4
local most = tonumber(string.sub(ARGV[1], 6))
if most > 0 then
  local free = most - redis.call('LLEN', items)
  if free < n then n = free end
  if n < 1 then
    -- a token from before would wake for nothing: the next take rings anew
    redis.call('DEL', room)
    -- an earlier copy may still arrive, and must not put what the caller was told is not put
    if ARGV[3] == '1' then redis.call('SET', session, base, 'PX', 600000) end
    return 0
  end
end

-- refused whole at maxmemory, before anything was written
redis.call('SET', session, base + n, 'PX', 600000)
local length = redis.call('RPUSH', items, unpack(ARGV, 5, 4 + n))
redis.call('INCRBY', unfinished, n)
-- empty before: wake one taker, who wakes the next
if length == n and redis.call('LLEN', bell) == 0 then redis.call('RPUSH', bell, 1) end
if ARGV[4] == '1' and length < most and redis.call('LLEN', room) == 0 then redis.call('RPUSH', room, 1) end
return n
