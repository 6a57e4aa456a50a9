-- shared-remove: drop one waiting item of a shared queue, once however often this is sent. It counts as done.
--
-- KEYS[1]  items    list    waiting items, oldest first
-- KEYS[2]  state    hash    'unfinished' = number of items that were put but not reported done
-- KEYS[3]  room     list    wake-up tokens for those who wait for room
-- KEYS[4]  joined   list    wake-up tokens for those who wait until all is done
-- KEYS[5]  session  string  the last change of this session: 1024 * number + result
-- ARGV[1]  number of this change within the session
-- ARGV[2]  the item; the oldest of those that are equal byte for byte is dropped
--
-- returns  1, or 0 if there is no such item
local items, state, room, joined, session = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local base = ARGV[1] * 1024
local last = tonumber(redis.call('GET', session))
if last and last - base >= 0 then return last - base end

-- LREM is allowed at maxmemory
local removed = redis.call('LREM', items, 1, ARGV[2])
redis.call('SET', session, base + removed, 'PX', 600000)
if removed == 0 then return 0 end
if redis.call('LLEN', room) == 0 then redis.call('RPUSH', room, 1) end
local left = whole(redis.call('HGET', state, 'unfinished')) - 1
if left >= 0 then redis.call('HSET', state, 'unfinished', left) end
if left == 0 and redis.call('LLEN', joined) == 0 then redis.call('RPUSH', joined, 1) end
return 1
