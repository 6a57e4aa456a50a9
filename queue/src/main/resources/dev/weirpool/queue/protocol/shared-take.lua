-- shared-take: remove the oldest items of a shared queue and hand them to the caller.
--
-- If the reply is lost the items are lost with it, and if this is sent again others are taken.
--
-- KEYS[1]  items  list  waiting items, oldest first
-- KEYS[2]  state  hash  'state' = 'open <most items>' or 'shut <most items>'
-- KEYS[3]  bell   list  wake-up tokens for those who wait for an item
-- KEYS[4]  room   list  wake-up tokens for those who wait for room
-- ARGV[1]  the most items to take
-- ARGV[2]  '1' if the queue may have a bound
-- ARGV[3]  '1' if the caller has waited for an item
--
-- returns  the items; or, when there is none, the state, 'none' if there is none
local items, state, bell, room = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
-- LPOP and DEL are allowed at maxmemory, so that a full server can be drained
local taken = redis.call('LPOP', items, ARGV[1])
if not taken then
  local now = redis.call('HGET', state, 'state') or 'none'
  -- a token from before would wake for nothing: the next put rings anew
  redis.call('DEL', bell)
  -- nobody will put any more, and the others who wait have to learn it too
  if string.sub(now, 1, 4) == 'shut' then redis.call('RPUSH', bell, 1) end
  return now
end
if ARGV[2] == '1' and redis.call('LLEN', room) == 0 then redis.call('RPUSH', room, 1) end
if ARGV[3] == '1' and redis.call('LLEN', items) > 0 and redis.call('LLEN', bell) == 0 then
  -- one token wakes one taker, who wakes the next as long as there are items
  redis.call('RPUSH', bell, 1)
end
return taken
