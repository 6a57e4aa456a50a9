-- revive: put the oldest dead letters back on the queue, their attempts counted from the start again.
--
-- KEYS[1]  dead    list  dead letters
-- KEYS[2]  ready   list  envelopes of priority 0
-- KEYS[3]  ready1  list  envelopes of priority 1
-- KEYS[4]  ready2  list  envelopes of priority 2
-- KEYS[5]  ready3  list  envelopes of priority 3
-- KEYS[6]  bell    list  wake-up tokens
-- ARGV[1]  how many at most
--
-- returns  how many were put back
local letters = redis.call('LPOP', KEYS[1], ARGV[1]) or {}
for i = 1, #letters do
  redis.call('RPUSH', KEYS[2 + (string.byte(letters[i], 2) or 0) % 4],
    string.sub(letters[i], 1, 3) .. string.char(0) .. string.sub(letters[i], 5))
end
if #letters > 0 and redis.call('LLEN', KEYS[6]) == 0 then redis.call('LPUSH', KEYS[6], 1) end
return #letters
