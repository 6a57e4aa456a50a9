-- shared-join: look whether everything that was put on a shared queue has been dealt with.
--
-- KEYS[1]  unfinished  string  number of items that were put but not reported done
-- KEYS[2]  joined      list    wake-up tokens for those who wait until all is done
--
-- returns  how many items are not done
local left = tonumber(redis.call('GET', KEYS[1]) or 0)
-- a token from before would wake for nothing: the last report rings anew; and DEL is a first write that maxmemory allows
redis.call('DEL', KEYS[2])
-- one token wakes one, who wakes the next
if left == 0 then redis.call('RPUSH', KEYS[2], 1) end
return left
