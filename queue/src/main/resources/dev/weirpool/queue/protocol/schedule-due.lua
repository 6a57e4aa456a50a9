-- schedule-due: which schedules are due now or soon, the earliest first.
--
-- KEYS[1]  schedules  zset    schedule -> its next planned time in ms
-- KEYS[2]  versions   hash    schedule -> number of the edit that made it what it is
-- KEYS[3]  edits      string  number of edits ever made
-- ARGV[1]  how far to look ahead in ms
-- ARGV[2]  the most to name
--
-- returns  {now in ms, edits, then a name, a planned time and a version for each}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local reply = {now, whole(redis.call('GET', KEYS[3]))}
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now + ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #due, 2 do
  reply[#reply + 1] = due[i]
  reply[#reply + 1] = moment(due[i + 1])
  reply[#reply + 1] = whole(redis.call('HGET', KEYS[2], due[i]))
end
return reply
