-- shared-put: append items to a shared queue as far as there is room, once however often this is sent.
--
-- For each session its last put is remembered, as 1024 * number + count, until it has put nothing for ten minutes.
--
-- KEYS[1]  items     list  waiting items, oldest first
-- KEYS[2]  state     hash  'state' = 'open <most items>' or 'shut <most items>', where 0 is no bound;
--                          'unfinished' = number of items that were put but not reported done; session -> its last put
-- KEYS[3]  sessions  zset  '<session> <its last put>' -> when that was looked at, in ms
-- KEYS[4]  bell      list  wake-up tokens for those who wait for an item
-- KEYS[5]  room      list  wake-up tokens for those who wait for room
-- ARGV[1]  the state that the caller knows, in which it must be open
-- ARGV[2]  session
-- ARGV[3]  number of this put within the session
-- ARGV[4]  '1' if this may have been sent before
-- ARGV[5]  '1' if the caller has waited for room
-- ARGV[6]  the first item; up to 999 others follow
--
-- returns  how many items were put, from the first; or the state if it is another, 'none' if there is none
local items, state, sessions, bell, room = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local known = redis.call('HMGET', state, 'state', 'unfinished', ARGV[2])
local base, last = ARGV[3] * 1024, known[3] and whole(known[3])
if last and last - base >= 0 then return last - base end
if known[1] ~= ARGV[1] then
  if ARGV[5] == '1' then
    -- the others who wait have to learn it too; DEL first, because maxmemory allows it
    redis.call('DEL', room)
    redis.call('RPUSH', room, 1)
  end
  return known[1] or 'none'
end

local n = #ARGV - 5
local most = tonumber(string.sub(ARGV[1], 6))
if most > 0 then
  local free = most - redis.call('LLEN', items)
  if free < n then n = free end
  if n < 1 then
    -- a token from before would wake for nothing: the next take rings anew
    redis.call('DEL', room)
    n = 0
    -- an earlier copy may still arrive, and must not put what the caller was told is not put
    if ARGV[4] ~= '1' then return 0 end
  end
end

-- refused whole at maxmemory, before anything was written
redis.call('HSET', state, 'unfinished', whole(known[2]) + n, ARGV[2], base + n)
if not last then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local old = redis.call('ZRANGEBYSCORE', sessions, '-inf', now - 600000, 'LIMIT', 0, 10)
  for i = 1, #old do
    redis.call('ZREM', sessions, old[i])
    local session, before = string.match(old[i], '(%S+) (%S+)')
    local since = session and redis.call('HGET', state, session)
    if since and since == before then
      redis.call('HDEL', state, session)
    elseif since then
      redis.call('ZADD', sessions, now, session .. ' ' .. since)
    end
  end
  redis.call('ZADD', sessions, now, ARGV[2] .. ' ' .. base + n)
end
if n == 0 then return 0 end
local length = redis.call('RPUSH', items, unpack(ARGV, 6, 5 + n))
-- empty before: wake one taker, who wakes the next
if length == n and redis.call('LLEN', bell) == 0 then redis.call('RPUSH', bell, 1) end
if ARGV[5] == '1' and length < most and redis.call('LLEN', room) == 0 then redis.call('RPUSH', room, 1) end
return n
