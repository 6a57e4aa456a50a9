-- shared-delete: forget a shared queue and all that waits on it, once however often this is sent.
--
-- KEYS[1]  session  string  the last change of this session: 1024 * number + result; it lapses by itself
-- KEYS[2]  items    list    the first key of the queue; its others follow
-- ARGV[1]  number of this change within the session
--
-- returns  1
local base = ARGV[1] * 1024
local last = redis.call('GET', KEYS[1])
if last and last - base >= 0 then return 1 end
-- UNLINK is allowed at maxmemory
redis.call('UNLINK', unpack(KEYS, 2))
redis.call('SET', KEYS[1], base + 1, 'PX', 600000)
return 1
