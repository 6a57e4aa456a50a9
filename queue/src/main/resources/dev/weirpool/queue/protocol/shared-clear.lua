-- shared-clear: drop all waiting items of a shared queue, once however often this is sent. They count as done.
--
-- KEYS[1]  items    list    waiting items, oldest first
-- KEYS[2]  state    hash    'unfinished' = number of items that were put but not reported done
-- KEYS[3]  room     list    wake-up tokens for those who wait for room
-- KEYS[4]  joined   list    wake-up tokens for those who wait until all is done
-- KEYS[5]  session  string  the last change of this session: 1024 * number + result
-- ARGV[1]  number of this change within the session
--
-- returns  1
local items, state, room, joined, session = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local base = ARGV[1] * 1024
local last = tonumber(redis.call('GET', session))
if last and last - base >= 0 then return 1 end

local n = redis.call('LLEN', items)
-- UNLINK is allowed at maxmemory
redis.call('UNLINK', items)
redis.call('SET', session, base + 1, 'PX', 600000)
if n == 0 then return 1 end
if redis.call('LLEN', room) == 0 then redis.call('RPUSH', room, 1) end
local left = math.max(0, whole(redis.call('HGET', state, 'unfinished')) - n)
redis.call('HSET', state, 'unfinished', left)
if left == 0 and redis.call('LLEN', joined) == 0 then redis.call('RPUSH', joined, 1) end
return 1
