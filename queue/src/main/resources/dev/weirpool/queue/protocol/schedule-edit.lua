-- schedule-edit: change some schedules, all or none, if nobody has changed any and none of these has fired since they were read.
--
-- KEYS[1]  schedules    zset    schedule -> its next planned time in ms
-- KEYS[2]  definitions  hash    schedule -> what it is
-- KEYS[3]  versions     hash    schedule -> number of the edit that made it what it is
-- KEYS[4]  sources      hash    schedule -> who owns it
-- KEYS[5]  paused       set     schedules that do not fire
-- KEYS[6]  edits        string  number of edits ever made
-- KEYS[7]  counts       hash    schedule and ' fired', ' skipped' or ' missed' -> how often
-- ARGV[1]  number of edits when they were read
-- ARGV[2]  '1' to pass on a full server too, which is for what fills nothing
-- ARGV[3]  of the first change: its schedule; each change is six arguments
-- ARGV[4]  when it was planned to fire next when it was read; -1 for not at all
-- ARGV[5]  put | pause | resume | remove
-- ARGV[6]  when it is to fire next in ms; '' for not at all
-- ARGV[7]  to put: what it is
-- ARGV[8]  to put: who owns it
--
-- returns  1, or 0 if something has changed meanwhile
local schedules, definitions, versions, sources, paused = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
-- the number has changed when this comes a second time, however late
if whole(redis.call('GET', KEYS[6])) ~= tonumber(ARGV[1]) then return 0 end
for i = 3, #ARGV, 6 do
  if moment(redis.call('ZSCORE', schedules, ARGV[i])) ~= tonumber(ARGV[i + 1]) then return 0 end
end

-- a first write that maxmemory allows lets the script pass on a full server
if ARGV[2] == '1' then redis.call('HDEL', sources, '') end
local version = ARGV[1] + 1
redis.call('SET', KEYS[6], version)
for i = 3, #ARGV, 6 do
  local name, what, next = ARGV[i], ARGV[i + 2], ARGV[i + 3]
  if what == 'put' then
    redis.call('HSET', definitions, name, ARGV[i + 4])
    redis.call('HSET', versions, name, version)
    redis.call('HSET', sources, name, ARGV[i + 5])
  elseif what == 'pause' then
    redis.call('SADD', paused, name)
  elseif what == 'resume' then
    redis.call('SREM', paused, name)
  else
    redis.call('HDEL', definitions, name)
    redis.call('HDEL', versions, name)
    redis.call('HDEL', sources, name)
    redis.call('HDEL', KEYS[7], name .. ' fired', name .. ' skipped', name .. ' missed')
    redis.call('SREM', paused, name)
  end
  if next == '' then redis.call('ZREM', schedules, name) else redis.call('ZADD', schedules, next, name) end
end
return 1
