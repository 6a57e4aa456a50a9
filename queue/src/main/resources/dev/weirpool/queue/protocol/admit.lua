-- admit: put a task that another queue has given up on this one, once however often this is sent.
--
-- KEYS[1]  done       string  that this very request was carried out, kept for a resend
-- KEYS[2]  attempts   list    records of its attempts
-- KEYS[3]  ready      list    envelopes of priority 0
-- KEYS[4]  ready1     list    envelopes of priority 1
-- KEYS[5]  ready2     list    envelopes of priority 2
-- KEYS[6]  ready3     list    envelopes of priority 3
-- KEYS[7]  bell       list    wake-up tokens
-- KEYS[8]  workers    zset    control flags
-- KEYS[9]  producers  hash    field '!load' = bytes that wait, ready or delayed
-- ARGV[1]  the envelope
-- ARGV[2]  how long the request is remembered in ms
-- ARGV[3]  how long records are kept in ms
-- ARGV[4]  the first of the records of its attempts; others may follow
--
-- returns  1
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
-- refused whole at maxmemory, before anything was written
redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
for i = 4, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
if #ARGV > 3 then redis.call('PEXPIRE', KEYS[2], ARGV[3]) end
local priority = (string.byte(ARGV[1], 2) or 0) % 4
if priority > 0 then redis.call('ZADD', KEYS[8], '+inf', '!prio') end
if string.byte(ARGV[1]) == 2 then redis.call('ZADD', KEYS[8], '+inf', '!blobs') end
redis.call('RPUSH', KEYS[3 + priority], ARGV[1])
add(KEYS[9], '!load', size(ARGV[1]))
if redis.call('LLEN', KEYS[7]) == 0 then redis.call('LPUSH', KEYS[7], 1) end
return 1
