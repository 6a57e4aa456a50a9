-- schedule-read: what is known of some schedules, at one moment.
--
-- KEYS[1]  schedules    zset    schedule -> its next planned time in ms
-- KEYS[2]  definitions  hash    schedule -> what it is
-- KEYS[3]  versions     hash    schedule -> number of the edit that made it what it is
-- KEYS[4]  sources      hash    schedule -> who owns it
-- KEYS[5]  paused       set     schedules that do not fire
-- KEYS[6]  edits        string  number of edits ever made
-- KEYS[7]  counts       hash    schedule and ' fired', ' skipped' or ' missed' -> how often
-- ARGV[1]  the first schedule; others follow
--
-- returns  {now in ms, edits, then for each: definition, or nothing if there is none; version; source; 1 if paused, else 0;
--          next planned time, -1 if none; how many fires; how many skipped for others that ran; how many missed and dropped}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local reply = {now, whole(redis.call('GET', KEYS[6]))}
for i = 1, #ARGV do
  local name = ARGV[i]
  local counts = redis.call('HMGET', KEYS[7], name .. ' fired', name .. ' skipped', name .. ' missed')
  reply[#reply + 1] = redis.call('HGET', KEYS[2], name)
  reply[#reply + 1] = whole(redis.call('HGET', KEYS[3], name))
  reply[#reply + 1] = redis.call('HGET', KEYS[4], name) or ''
  reply[#reply + 1] = redis.call('SISMEMBER', KEYS[5], name)
  reply[#reply + 1] = moment(redis.call('ZSCORE', KEYS[1], name))
  for j = 1, 3 do reply[#reply + 1] = whole(counts[j]) end
end
return reply
