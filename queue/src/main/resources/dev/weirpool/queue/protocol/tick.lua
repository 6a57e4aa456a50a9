-- tick: promote tasks that are due, find workers whose lease has run out, and forget producers that are long gone.
--
-- Any number of launchers may tick. A gap between ticks (Redis was down, a clock stepped) begins a time of grace, in which no
-- lease counts as run out, because nobody could have renewed it.
--
-- KEYS[1]  delayed  zset  envelopes scored by due time in ms
-- KEYS[2]  ready    list  envelopes of priority 0
-- KEYS[3]  ready1   list  envelopes of priority 1
-- KEYS[4]  ready2   list  envelopes of priority 2
-- KEYS[5]  ready3   list  envelopes of priority 3
-- KEYS[6]  bell     list  wake-up tokens
-- KEYS[7]  workers  zset  worker -> lease deadline in ms; control flags
-- KEYS[8]  tick     hash  beat: last tick in ms; grace: no recovery before this; turn: when the producers were last put aside;
--          probe, since and wait: see below
-- KEYS[9]  cancels  zset  cancel marks scored by expiry in ms
-- KEYS[10] producers   hash  producer id -> last sequence accepted; fields '!' = closed, '!load' and '!limit' as in push
-- KEYS[11] producers1  hash  those that were put aside, and have not been heard of since
-- KEYS[12] fence    string  number of claims ever made
-- ARGV[1]  the most tasks to promote in one call
-- ARGV[2]  a gap between ticks, in ms, that calls for grace
-- ARGV[3]  length of the grace in ms
-- ARGV[4]  the life of a mark that asks to end a running task, in ms
-- ARGV[5]  for how long a producer may be silent at least before it is forgotten, in ms
--
-- returns  {number promoted, expired workers, 1 if running tasks may have to be ended else 0}
local delayed, bell, workers, tick, cancels, producers, aside =
  KEYS[1], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- a first write that maxmemory allows lets the script pass on a full server
redis.call('HDEL', tick, '')
local state = redis.call('HMGET', tick, 'beat', 'grace', 'turn')
local beat, grace = tonumber(state[1] or -1) or -1, tonumber(state[2] or 0) or 0
if now < beat or now - beat > tonumber(ARGV[2]) then
  grace = now + tonumber(ARGV[3])
  redis.call('HSET', tick, 'grace', grace)
end
redis.call('HSET', tick, 'beat', now)

local turn = tonumber(state[3] or -1) or -1
if turn < 0 or turn > now then
  redis.call('HSET', tick, 'turn', now)
elseif now - turn > tonumber(ARGV[5]) then
  redis.call('HSET', tick, 'turn', now)
  redis.call('UNLINK', aside)
  if redis.call('EXISTS', producers) == 1 then
    local fields = {'!', '!load', '!limit'}
    local values = redis.call('HMGET', producers, unpack(fields))
    redis.call('RENAME', producers, aside)
    redis.call('HDEL', aside, unpack(fields))
    for i = 1, #fields do
      if values[i] then redis.call('HSET', producers, fields[i], values[i]) end
    end
  end
end

local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, ARGV[1])
if #due > 0 then
  redis.call('ZREM', delayed, unpack(due))
  -- what is no envelope may be shorter, and must come through all the same
  for i = #due, 1, -1 do
    -- it had its turn once: to the front, and the longest due foremost
    if (string.byte(due[i], 4) or 0) > 0 then redis.call('LPUSH', KEYS[2 + (string.byte(due[i], 2) or 0) % 4], due[i]) end
  end
  for i = 1, #due do
    if (string.byte(due[i], 4) or 0) == 0 then redis.call('RPUSH', KEYS[2 + (string.byte(due[i], 2) or 0) % 4], due[i]) end
  end
  if redis.call('LLEN', bell) == 0 then redis.call('LPUSH', bell, 1) end
end

-- how long a task waits: the one that is last in line now is claimed when there have been so many claims
local claims = tonumber(redis.call('GET', KEYS[12]) or 0) or 0
local line = 0
for i = 2, 5 do line = line + redis.call('LLEN', KEYS[i]) end
local probe = redis.call('HMGET', tick, 'probe', 'since')
local at = tonumber(probe[1] or -1) or -1
if claims >= at or claims + line < at then
  local wait = at > 0 and claims >= at and line > 0 and now - (tonumber(probe[2]) or now) or 0
  redis.call('HSET', tick, 'probe', claims + line, 'since', now, 'wait', wait)
end

local expired = {}
if grace <= now then
  expired = redis.call('ZRANGEBYSCORE', workers, '-inf', now, 'LIMIT', 0, 64)
end

local marks = 0
if redis.call('ZSCORE', workers, '!cancel') then
  redis.call('ZREMRANGEBYSCORE', cancels, '-inf', now)
  if redis.call('EXISTS', cancels) == 0 then
    redis.call('ZREM', workers, '!cancel')
  else
    -- those that ask to end a running task lapse first; none of them, and nobody has to look for it at every tick
    marks = #redis.call('ZRANGEBYSCORE', cancels, '-inf', now + ARGV[4], 'LIMIT', 0, 1)
  end
end
return {#due, expired, marks}
