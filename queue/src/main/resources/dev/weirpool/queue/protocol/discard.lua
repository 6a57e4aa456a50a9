-- discard: delete a dead letter, and what is kept of its attempts.
--
-- KEYS[1]  dead      list  dead letters
-- KEYS[2]  attempts  list  records of its attempts
-- KEYS[3]  done      string  that this very request was carried out, kept for a resend
-- KEYS[4]  blob      hash  its body, if that lies apart; else left out
-- ARGV[1]  the envelope as it is in the list
-- ARGV[2]  how long that is remembered in ms
--
-- returns  1, or 0 if it is not there any more
if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return redis.call('EXISTS', KEYS[3]) end
redis.call('UNLINK', KEYS[2])
if KEYS[4] then redis.call('UNLINK', KEYS[4]) end
redis.call('SET', KEYS[3], 1, 'PX', ARGV[2])
return 1
