-- transfer: put a dead letter on another queue for another life, its attempts counted from the start again.
--
-- KEYS[1]  dead       list  dead letters
-- KEYS[2]  done       string  that this very request was carried out, kept for a resend
-- KEYS[3]  attempts   list  records of its attempts
-- KEYS[4]  attempts2  list  the same on the other queue
-- KEYS[5]  ready      list  of the other queue: envelopes of priority 0
-- KEYS[6]  ready1     list  envelopes of priority 1
-- KEYS[7]  ready2     list  envelopes of priority 2
-- KEYS[8]  ready3     list  envelopes of priority 3
-- KEYS[9]  bell       list  of the other queue: wake-up tokens
-- KEYS[10] workers    zset  of the other queue: control flags
-- ARGV[1]  the envelope as it is in the list
-- ARGV[2]  the envelope as it is to be on the other queue
-- ARGV[3]  how long the request is remembered in ms
--
-- returns  1, or 0 if it is not there any more
if redis.call('EXISTS', KEYS[2]) == 1 then return 1 end
if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return 0 end
redis.call('SET', KEYS[2], 1, 'PX', ARGV[3])
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('RENAME', KEYS[3], KEYS[4]) end
local priority = (string.byte(ARGV[2], 2) or 0) % 4
if priority > 0 then redis.call('ZADD', KEYS[10], '+inf', '!prio') end
redis.call('RPUSH', KEYS[5 + priority], ARGV[2])
if redis.call('LLEN', KEYS[9]) == 0 then redis.call('LPUSH', KEYS[9], 1) end
return 1
