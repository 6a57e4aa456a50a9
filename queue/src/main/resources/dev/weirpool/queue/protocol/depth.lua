-- depth: how much a queue holds, and since when the oldest task of it could have been run. Changes nothing.
--
-- KEYS[1]  ready    list  envelopes of priority 0
-- KEYS[2]  ready1   list  envelopes of priority 1
-- KEYS[3]  ready2   list  envelopes of priority 2
-- KEYS[4]  ready3   list  envelopes of priority 3
-- KEYS[5]  delayed  zset  envelopes scored by due time in ms
-- KEYS[6]  dead     list  dead letters
-- KEYS[7]  workers  zset  worker -> lease deadline in ms; control flags
--
-- returns  {now in ms, lengths of ready to ready3, of delayed, of dead, number of workers, eight bytes that say since when for the
--          first of ready to ready3, fewer or none where there is no such envelope}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function since(list)
  local envelope = redis.call('LINDEX', list, 0) or ''
  -- of one that is tried again, or was put back, it does not say since when it waits this time
  if (string.byte(envelope, 2) or 0) >= 8 or (string.byte(envelope, 4) or 0) > 0 then return '' end
  return string.sub(envelope, 22, 29)
end
return {
  now,
  redis.call('LLEN', KEYS[1]), redis.call('LLEN', KEYS[2]), redis.call('LLEN', KEYS[3]), redis.call('LLEN', KEYS[4]),
  redis.call('ZCARD', KEYS[5]), redis.call('LLEN', KEYS[6]),
  redis.call('ZCOUNT', KEYS[7], '-inf', '(+inf'),
  since(KEYS[1]), since(KEYS[2]), since(KEYS[3]), since(KEYS[4]),
}
