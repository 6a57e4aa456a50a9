-- tallies: read statistics. Changes nothing.
--
-- KEYS[1]  statistics  hash  count -> sum; more of them may follow
--
-- returns  the counts and sums of each, in their order
local found = {}
for i = 1, #KEYS do found[i] = redis.call('HGETALL', KEYS[i]) end
return found
