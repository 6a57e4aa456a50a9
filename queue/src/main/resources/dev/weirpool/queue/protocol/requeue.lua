-- requeue: put a dead letter back on the queue, its attempts counted from the start again.
--
-- KEYS[1]  dead    list  dead letters
-- KEYS[2]  ready   list  envelopes of priority 0
-- KEYS[3]  ready1  list  envelopes of priority 1
-- KEYS[4]  ready2  list  envelopes of priority 2
-- KEYS[5]  ready3  list  envelopes of priority 3
-- KEYS[6]  bell    list  wake-up tokens
-- ARGV[1]  the envelope as it is in the list
--
-- returns  1, or 0 if it is not there any more
local envelope = ARGV[1]
if redis.call('LREM', KEYS[1], 1, envelope) == 0 then return 0 end
-- nor is it known any more since when it waits; what is no envelope may be shorter
local rest = #envelope < 29 and string.sub(envelope, 22) or string.rep('\0', 8) .. string.sub(envelope, 30)
redis.call('RPUSH', KEYS[2 + (string.byte(envelope, 2) or 0) % 4],
  string.sub(envelope, 1, 3) .. string.char(0) .. string.sub(envelope, 5, 21) .. rest)
if redis.call('LLEN', KEYS[6]) == 0 then redis.call('LPUSH', KEYS[6], 1) end
return 1
