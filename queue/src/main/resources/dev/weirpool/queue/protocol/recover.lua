-- recover: give back the tasks of a worker that is dead, and fence it off.
--
-- Only the task that was running counts an attempt; the others return to the front, uncharged, in order.
--
-- KEYS[1]  workers   zset  worker -> lease deadline in ms
-- KEYS[2]  inflight  list  claimed by the worker, oldest first
-- KEYS[3]  ready     list  envelopes of priority 0
-- KEYS[4]  ready1    list  envelopes of priority 1
-- KEYS[5]  ready2    list  envelopes of priority 2
-- KEYS[6]  ready3    list  envelopes of priority 3
-- KEYS[7]  bell      list  wake-up tokens
-- KEYS[8]  tick      hash  grace
-- KEYS[9]  delayed   zset  envelopes scored by due time in ms
-- KEYS[10] dead      list  dead letters
-- KEYS[11] cancels   zset  cancel marks
-- KEYS[12] producers hash  field '!load' = bytes that wait, ready or delayed
-- KEYS[13] attempts  list  records of the attempts of the task that was running, if that is known; else left out
-- KEYS[14] results   stream  of the client that awaits that task's result
-- KEYS[15] kept      string  where that task's result is kept
-- KEYS[16] unique    string  the name that that task holds
-- KEYS[17] running   zset  the tasks of its schedule that have not ended, by id
-- KEYS[18] schedules zset  schedule -> its next planned time in ms
-- ARGV[1]  worker
-- ARGV[2]  'dead' if its process is known to be gone, 'expired' if only its lease has run out
-- ARGV[3]  delay in ms for each earlier attempt of the task that was running
-- ARGV[4]  fence of the task that was running, see step; '' for none; '?' if it is not known: then the oldest
-- ARGV[5]  a record of what happened to it
-- ARGV[6]  how long the record is kept in ms
-- ARGV[7]  the signed pack with its result, if the task is to be given up at once; else ''
-- ARGV[8]  how long the result is kept in ms; 0 if it is not
-- ARGV[9]  the schedule that goes on when that task is given up; '' for none
-- ARGV[10] when that schedule was put off to, in ms
-- ARGV[11] how long it waits then, in ms
--
-- returns  how many tasks were given back; -1 if the lease holds; -2 in a time of grace
local workers, inflight, bell, tick, delayed, dead, cancels =
  KEYS[1], KEYS[2], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local running, result = ARGV[4], ARGV[7]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[2] == 'expired' then
  local deadline = redis.call('ZSCORE', workers, ARGV[1])
  if not deadline or tonumber(deadline) > now then return -1 end
  if whole(redis.call('HGET', tick, 'grace')) > now then return -2 end
end
redis.call('ZREM', workers, ARGV[1])
local held = redis.call('LRANGE', inflight, 0, -1)
if #held == 0 then return 0 end
redis.call('DEL', inflight)

local waiting, load = false, 0
for i = #held, 1, -1 do
  local envelope = held[i]
  -- what is no envelope may be shorter, and must come through all the same
  local ready = KEYS[3 + (string.byte(envelope, 2) or 0) % 4]
  local charged = (running == '?' and i == 1) or running == string.sub(envelope, 2, 20)
  if not charged then
    redis.call('LPUSH', ready, envelope)
    load = load + size(envelope)
    waiting = true
  else
    local before = string.byte(envelope, 4) or 0
    local id = string.sub(envelope, 5, 20)
    envelope = string.sub(envelope, 1, 3) .. string.char(math.min(255, before + 1)) .. string.sub(envelope, 5)
    if KEYS[13] then
      redis.call('RPUSH', KEYS[13], ARGV[5])
      redis.call('PEXPIRE', KEYS[13], ARGV[6])
    end
    local delay = tonumber(ARGV[3]) * before
    if result ~= '' then
      redis.call('RPUSH', dead, envelope)
      redis.call('LTRIM', dead, -10000, -1)
      redis.call('ZREM', cancels, id, id .. '!')
      if #envelope >= 47 and math.floor(string.byte(envelope, 2) / 4) % 2 == 1 then
        redis.pcall('XADD', KEYS[14], 'NOMKSTREAM', '*', 'r', result)
      end
      if tonumber(ARGV[8]) > 0 then redis.call('SET', KEYS[15], result, 'PX', ARGV[8]) end
      if redis.call('GET', KEYS[16]) == id then redis.call('UNLINK', KEYS[16]) end
      redis.call('ZREM', KEYS[17], id)
      if ARGV[9] ~= '' and tonumber(redis.call('ZSCORE', KEYS[18], ARGV[9]) or -1) == tonumber(ARGV[10]) then
        redis.call('ZADD', KEYS[18], now + ARGV[11], ARGV[9])
      end
    elseif delay > 0 then
      redis.call('ZADD', delayed, now + delay, envelope)
      load = load + size(envelope)
    else
      redis.call('LPUSH', ready, envelope)
      load = load + size(envelope)
      waiting = true
    end
  end
end
add(KEYS[12], '!load', load)
if waiting and redis.call('LLEN', bell) == 0 then redis.call('LPUSH', bell, 1) end
return #held
