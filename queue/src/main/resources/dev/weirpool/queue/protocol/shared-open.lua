-- shared-open: make a shared queue known, with its bound; one that is known already is left as it is.
--
-- KEYS[1]  state  hash  'state' = 'open <most items>' or 'shut <most items>', where 0 is no bound
-- ARGV[1]  the most items it may hold
--
-- returns  the state
local state = redis.call('HGET', KEYS[1], 'state')
if not state then
  state = 'open ' .. ARGV[1]
  redis.call('HSET', KEYS[1], 'state', state)
end
return state
