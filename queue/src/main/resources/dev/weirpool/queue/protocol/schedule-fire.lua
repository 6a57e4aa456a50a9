-- schedule-fire: put the tasks of planned times that have come on the queue, and move their schedules on, in one.
--
-- A planned time is only ever fired by moving its schedule on from it, so it is fired once however many try, and however
-- often and late this is sent. A task put by hand moves nothing; a key keeps it from being put again.
--
-- KEYS[1]  schedules    zset  schedule -> its next planned time in ms
-- KEYS[2]  versions     hash  schedule -> number of the edit that made it what it is
-- KEYS[3]  counts       hash  schedule and ' fired', ' skipped' or ' missed' -> how often
-- KEYS[4]  ready        list  envelopes of priority 0
-- KEYS[5]  ready1       list  envelopes of priority 1
-- KEYS[6]  ready2       list  envelopes of priority 2
-- KEYS[7]  ready3       list  envelopes of priority 3
-- KEYS[8]  bell         list  wake-up tokens
-- KEYS[9]  workers      zset  control flags
-- KEYS[10] definitions  hash  schedule -> what it is
-- KEYS[11] sources      hash  schedule -> who owns it
-- KEYS[12] producers    hash  field '!load' = bytes that wait, ready or delayed
-- KEYS[13] others       the first of the keys that fires name by index: running, a zset of task ids scored by when they were
--          fired, in ms; or triggered, a string
-- ARGV[1]  number of fires, each of these arguments, one fire behind the other:
--          schedule
--          planned   the time it is fired for in ms; '' if it is put by hand
--          version   of the schedule that this knows
--          next      what is planned then in ms; '' for nothing, which ends the schedule
--          instead   '' or, if no task is put because others run: what is planned then, in ms from now
--          deadline  in ms; later than this, somebody has to think again
--          missed    how many planned times are dropped by this
--          running   as an index into KEYS; 0 if any number of its tasks may run
--          limit     how many of them may run at a time
--          life      how long one may run until it is taken for lost, in ms
--          triggered as an index into KEYS; 0 for a planned time
--          n         number of envelopes
--          the n envelopes
--
-- returns  {now in ms, then for each fire: OK | EARLY | STALE | VERSION | LATE, how many tasks were put, what is planned then or -1}
local schedules, versions, counts, bell, workers = KEYS[1], KEYS[2], KEYS[3], KEYS[8], KEYS[9]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local reply = {now}
local at, rung, load = 2, false, 0

local function answer(what, put, next)
  reply[#reply + 1] = what
  reply[#reply + 1] = put
  reply[#reply + 1] = tonumber(next) or -1
end

for _ = 1, tonumber(ARGV[1]) do
  local name, planned, version, next, instead = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), ARGV[at + 3], ARGV[at + 4]
  local deadline, missed = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  local running, limit, life = KEYS[tonumber(ARGV[at + 7])], tonumber(ARGV[at + 8]), tonumber(ARGV[at + 9])
  local triggered, n = KEYS[tonumber(ARGV[at + 10])], tonumber(ARGV[at + 11])
  local first = at + 12
  at = first + n
  local current = redis.call('ZSCORE', schedules, name)
  if planned and planned > now then
    answer('EARLY', 0, current)
  elseif planned and moment(current) ~= planned then
    answer('STALE', 0, current)
  elseif triggered and redis.call('EXISTS', triggered) == 1 then
    answer('STALE', tonumber(redis.call('GET', triggered)) or 0, current)
  elseif whole(redis.call('HGET', versions, name)) ~= version then
    answer('VERSION', 0, current)
  elseif now > deadline then
    answer('LATE', 0, current)
  else
    -- refused whole at maxmemory, before anything was written
    add(counts, name .. ' fired', 0)
    if running then redis.call('ZREMRANGEBYSCORE', running, '-inf', now - life) end
    local put = 0
    for i = first, first + n - 1 do
      local envelope = ARGV[i]
      if not running or redis.call('ZCARD', running) < limit then
        local priority = string.byte(envelope, 2) % 4
        if running then
          redis.call('ZADD', running, now, string.sub(envelope, 5, 20))
          redis.call('PEXPIRE', running, life)
        end
        if priority > 0 then redis.call('ZADD', workers, '+inf', '!prio') end
        redis.call('RPUSH', KEYS[4 + priority], envelope)
        put, load = put + 1, load + #envelope
      end
    end
    if put > 0 then
      add(counts, name .. ' fired', put)
      rung = true
    end
    if put < n then add(counts, name .. ' skipped', n - put) end
    if missed > 0 then add(counts, name .. ' missed', missed) end
    if triggered then
      redis.call('SET', triggered, put, 'PX', 600000)
      next = current
    elseif next == '' then
      redis.call('ZREM', schedules, name)
      redis.call('HDEL', versions, name)
      redis.call('HDEL', KEYS[10], name)
      redis.call('HDEL', KEYS[11], name)
      redis.call('HDEL', counts, name .. ' fired', name .. ' skipped', name .. ' missed')
    else
      if put == 0 and instead ~= '' then next = now + instead end
      redis.call('ZADD', schedules, next, name)
    end
    answer('OK', put, next)
  end
end
if load > 0 then add(KEYS[12], '!load', load) end
if rung and redis.call('LLEN', bell) == 0 then redis.call('RPUSH', bell, 1) end
return reply
