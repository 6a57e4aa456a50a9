-- find: look for a task in a part of a list or sorted set. Changes nothing.
--
-- KEYS[1]  list or sorted set of envelopes
-- ARGV[1]  id
-- ARGV[2]  index of the first envelope to look at, as LRANGE has it
-- ARGV[3]  index of the last one
-- ARGV[4]  how many bytes to show of it, at most
--
-- returns  {how many were looked at} | {how many, size, beginning of the envelope, its score or ''}
local isZset = redis.call('TYPE', KEYS[1]).ok == 'zset'
local envelopes = redis.call(isZset and 'ZRANGE' or 'LRANGE', KEYS[1], ARGV[2], ARGV[3])
for i = 1, #envelopes do
  local envelope = envelopes[i]
  if string.sub(envelope, 5, 20) == ARGV[1] then
    return {#envelopes, #envelope, string.sub(envelope, 1, ARGV[4]), isZset and redis.call('ZSCORE', KEYS[1], envelope) or ''}
  end
end
return {#envelopes}
