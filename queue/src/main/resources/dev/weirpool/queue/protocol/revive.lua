-- revive: put the oldest dead letters back on the queue for another life each, as requeue does with one.
--
-- KEYS[1]  dead    list  dead letters
-- KEYS[2]  ready   list  envelopes of priority 0
-- KEYS[3]  ready1  list  envelopes of priority 1
-- KEYS[4]  ready2  list  envelopes of priority 2
-- KEYS[5]  ready3  list  envelopes of priority 3
-- KEYS[6]  bell    list  wake-up tokens
-- KEYS[7]  producers  hash  field '!load' = bytes that wait, ready or delayed
-- ARGV[1]  how many at most
--
-- returns  how many were put back
local letters = redis.call('LPOP', KEYS[1], ARGV[1]) or {}
local load = 0
for i = 1, #letters do
  local envelope, flags = letters[i], string.byte(letters[i], 2)
  if flags then
    envelope = string.sub(envelope, 1, 1) .. string.char((flags + 8) % 256) .. string.sub(envelope, 3, 3) .. string.char(0)
      .. string.sub(envelope, 5)
  end
  redis.call('RPUSH', KEYS[2 + (flags or 0) % 4], envelope)
  load = load + size(envelope)
end
if load > 0 then add(KEYS[7], '!load', load) end
if #letters > 0 and redis.call('LLEN', KEYS[6]) == 0 then redis.call('LPUSH', KEYS[6], 1) end
return #letters
