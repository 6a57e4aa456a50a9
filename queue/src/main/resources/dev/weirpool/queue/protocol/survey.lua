-- survey: how much a queue holds and who serves it. Changes nothing.
--
-- KEYS[1]  ready    list  envelopes of priority 0
-- KEYS[2]  ready1   list  envelopes of priority 1
-- KEYS[3]  ready2   list  envelopes of priority 2
-- KEYS[4]  ready3   list  envelopes of priority 3
-- KEYS[5]  delayed  zset  envelopes scored by due time in ms
-- KEYS[6]  dead     list  dead letters
-- KEYS[7]  workers  zset  worker -> lease deadline in ms; control flags
-- KEYS[8]  tick     hash  beat: last tick in ms; probe and its times
-- KEYS[9]  fence    string  number of claims ever made
-- KEYS[10] schedules  zset  schedule -> its next planned time in ms
-- KEYS[11] producers  hash  '!load' = bytes that wait; '!limit' = the most tasks and bytes that may wait
-- KEYS[12] partitions string  how many partitions the queue has
-- ARGV[1]  the most workers to name
--
-- returns  {now in ms, lengths of ready to ready3, of delayed, of dead, 1 if paused else 0, claims, due time of the first delayed or '',
--          workers in all, some of their names, beat, probe, when it was set, the last wait, the number of schedules, the first
--          planned time or '', of the first of ready to ready3 eight bytes that say since when it could have been run, fewer or
--          none where it does not say, the load or '', the limit or '', the number of partitions or ''}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local first = redis.call('ZRANGE', KEYS[5], 0, 0, 'WITHSCORES')
local fire = redis.call('ZRANGE', KEYS[10], 0, 0, 'WITHSCORES')
local tick = redis.call('HMGET', KEYS[8], 'beat', 'probe', 'since', 'wait')
local function since(list)
  local envelope = redis.call('LINDEX', list, 0) or ''
  -- of one that is tried again, or was put back, it does not say since when it waits this time
  local again = (string.byte(envelope, 2) or 0) >= 8 or (string.byte(envelope, 4) or 0) > 0
  return again and '' or string.sub(envelope, 22, 29)
end
local load = redis.call('HMGET', KEYS[11], '!load', '!limit')
local flags = redis.call('ZCOUNT', KEYS[7], '+inf', '+inf')
return {
  now,
  redis.call('LLEN', KEYS[1]), redis.call('LLEN', KEYS[2]), redis.call('LLEN', KEYS[3]), redis.call('LLEN', KEYS[4]),
  redis.call('ZCARD', KEYS[5]), redis.call('LLEN', KEYS[6]),
  redis.call('ZSCORE', KEYS[7], '!paused') and 1 or 0,
  tonumber(redis.call('GET', KEYS[9]) or 0) or 0,
  first[2] or '',
  redis.call('ZCARD', KEYS[7]) - flags,
  redis.call('ZRANGEBYSCORE', KEYS[7], '-inf', '(+inf', 'LIMIT', 0, ARGV[1]),
  tick[1] or '', tick[2] or '', tick[3] or '', tick[4] or '',
  redis.call('ZCARD', KEYS[10]),
  fire[2] or '',
  since(KEYS[1]), since(KEYS[2]), since(KEYS[3]), since(KEYS[4]),
  load[1] or '', load[2] or '',
  redis.call('GET', KEYS[12]) or '',
}
