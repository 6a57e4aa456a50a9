-- requeue: put a dead letter back on the queue for another life, its attempts counted from the start again.
--
-- The life is in its flags, and so in its fence: what was meant for an earlier life settles nothing in this one.
--
-- KEYS[1]  dead    list  dead letters
-- KEYS[2]  ready   list  envelopes of priority 0
-- KEYS[3]  ready1  list  envelopes of priority 1
-- KEYS[4]  ready2  list  envelopes of priority 2
-- KEYS[5]  ready3  list  envelopes of priority 3
-- KEYS[6]  bell    list  wake-up tokens
-- KEYS[7]  done    string  that this very request was carried out, kept for a resend
-- KEYS[8]  producers  hash  field '!load' = bytes that wait, ready or delayed
-- ARGV[1]  the envelope as it is in the list
-- ARGV[2]  how long that is remembered in ms
--
-- returns  1, or 0 if it is not there any more
local envelope = ARGV[1]
if redis.call('LREM', KEYS[1], 1, envelope) == 0 then return redis.call('EXISTS', KEYS[7]) end
redis.call('SET', KEYS[7], 1, 'PX', ARGV[2])
local flags = string.byte(envelope, 2)
if flags then
  envelope = string.sub(envelope, 1, 1) .. string.char((flags + 8) % 256) .. string.sub(envelope, 3, 3) .. string.char(0)
    .. string.sub(envelope, 5)
end
redis.call('RPUSH', KEYS[2 + (flags or 0) % 4], envelope)
add(KEYS[8], '!load', size(envelope))
if redis.call('LLEN', KEYS[6]) == 0 then redis.call('LPUSH', KEYS[6], 1) end
return 1
