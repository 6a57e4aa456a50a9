-- shared-done: report that one item taken from a shared queue has been dealt with, once however often this is sent.
--
-- KEYS[1]  state    hash    'unfinished' = number of items that were put but not reported done
-- KEYS[2]  joined   list    wake-up tokens for those who wait until all is done
-- KEYS[3]  session  string  the last change of this session: 1024 * number + result
-- ARGV[1]  number of this change within the session
--
-- returns  1, or 0 if all is done already
local state, joined, session = KEYS[1], KEYS[2], KEYS[3]
local base = ARGV[1] * 1024
local last = tonumber(redis.call('GET', session))
if last and last - base >= 0 then return last - base end
local left = whole(redis.call('HGET', state, 'unfinished')) - 1
if left < 0 then return 0 end

-- a first write that maxmemory allows lets the script pass on a full server
redis.call('DEL', joined)
redis.call('SET', session, base + 1, 'PX', 600000)
redis.call('HSET', state, 'unfinished', left)
if left == 0 then redis.call('RPUSH', joined, 1) end
return 1
