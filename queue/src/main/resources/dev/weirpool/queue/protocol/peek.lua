-- peek: the beginnings of some of the envelopes in lists and sorted sets. Changes nothing.
--
-- KEYS[1]  the first list or sorted set of envelopes; others follow
-- ARGV[1]  index of the first envelope to show, as LRANGE has it
-- ARGV[2]  index of the last one
-- ARGV[3]  how many bytes to show of each, at most
--
-- returns  for each key {how many it holds, size of the first envelope shown, its beginning, its score or '', size of the second, ...}
local all = {}
for i = 1, #KEYS do
  local shown = {}
  if redis.call('TYPE', KEYS[i]).ok == 'zset' then
    shown[1] = redis.call('ZCARD', KEYS[i])
    local pairs = redis.call('ZRANGE', KEYS[i], ARGV[1], ARGV[2], 'WITHSCORES')
    for j = 1, #pairs, 2 do
      shown[#shown + 1] = #pairs[j]
      shown[#shown + 1] = string.sub(pairs[j], 1, ARGV[3])
      shown[#shown + 1] = pairs[j + 1]
    end
  else
    shown[1] = redis.call('LLEN', KEYS[i])
    local envelopes = redis.call('LRANGE', KEYS[i], ARGV[1], ARGV[2])
    for j = 1, #envelopes do
      shown[#shown + 1] = #envelopes[j]
      shown[#shown + 1] = string.sub(envelopes[j], 1, ARGV[3])
      shown[#shown + 1] = ''
    end
  end
  all[i] = shown
end
return all
