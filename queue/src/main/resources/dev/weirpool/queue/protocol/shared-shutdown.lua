-- shared-shutdown: let nobody put items on a shared queue any more, once however often this is sent.
--
-- KEYS[1]  items    list    waiting items, oldest first
-- KEYS[2]  state    hash    'state' = 'open <most items>' or 'shut <most items>', where 0 is no bound;
--                           'unfinished' = number of items that were put but not reported done
-- KEYS[3]  bell     list    wake-up tokens for those who wait for an item
-- KEYS[4]  room     list    wake-up tokens for those who wait for room
-- KEYS[5]  joined   list    wake-up tokens for those who wait until all is done
-- KEYS[6]  session  string  the last change of this session: 1024 * number + result
-- ARGV[1]  number of this change within the session
-- ARGV[2]  the most items the queue may hold, if it is not known yet
-- ARGV[3]  '1' to drop the waiting items too; they count as done
--
-- returns  1
local items, state, bell, room, joined, session = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local base = ARGV[1] * 1024
local last = tonumber(redis.call('GET', session))
if last and last - base >= 0 then return 1 end

-- a first write that maxmemory allows lets the script pass on a full server
redis.call('DEL', bell, room)
redis.call('SET', session, base + 1, 'PX', 600000)
local known = redis.call('HMGET', state, 'state', 'unfinished')
redis.call('HSET', state, 'state', 'shut ' .. (known[1] and string.sub(known[1], 6) or ARGV[2]))
if ARGV[3] == '1' then
  local left = math.max(0, whole(known[2]) - redis.call('LLEN', items))
  redis.call('UNLINK', items)
  redis.call('HSET', state, 'unfinished', left)
  if left == 0 and redis.call('LLEN', joined) == 0 then redis.call('RPUSH', joined, 1) end
end
redis.call('RPUSH', bell, 1)
redis.call('RPUSH', room, 1)
return 1
