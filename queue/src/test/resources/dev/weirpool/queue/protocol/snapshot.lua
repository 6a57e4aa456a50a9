-- snapshot: read all that Redis holds of one queue, at one instant.
--
-- ARGV[1]  what the names of all its keys begin with
--
-- returns  {now in ms, then for each key: name, type, ms to live or -1, content}
local time = redis.call('TIME')
local read = {
  list = function(key) return redis.call('LRANGE', key, 0, -1) end,
  zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
  hash = function(key) return redis.call('HGETALL', key) end,
  string = function(key) return {redis.call('GET', key)} end,
  stream = function(key) return redis.call('XRANGE', key, '-', '+') end,
}
local all = {time[1] * 1000 + math.floor(time[2] / 1000)}
for _, key in ipairs(redis.call('KEYS', '*')) do
  if string.sub(key, 1, #ARGV[1]) == ARGV[1] then
    local kind = redis.call('TYPE', key).ok
    local content = read[kind] and read[kind](key) or {}
    for _, each in ipairs({string.sub(key, #ARGV[1] + 1), kind, redis.call('PTTL', key), content}) do
      all[#all + 1] = each
    end
  end
end
return all
