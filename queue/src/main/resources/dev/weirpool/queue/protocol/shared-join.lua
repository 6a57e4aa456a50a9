-- shared-join: look whether everything that was put on a shared queue has been dealt with.
--
-- KEYS[1]  state   hash  'unfinished' = number of items that were put but not reported done
-- KEYS[2]  joined  list  wake-up tokens for those who wait until all is done
--
-- returns  how many items are not done
local unfinished = redis.call('HGET', KEYS[1], 'unfinished')
-- a token from before would wake for nothing: the last report rings anew; and DEL is a first write that maxmemory allows
redis.call('DEL', KEYS[2])
-- one token wakes one, who wakes the next; but a queue that was deleted is to leave nothing behind
if unfinished == '0' then redis.call('RPUSH', KEYS[2], 1) end
return whole(unfinished)
