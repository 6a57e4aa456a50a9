-- push: put tasks on the queue, once each however often this is sent.
--
-- A task's sequence is in its envelope. Sequences grow; those of tasks that need not be sent again may be left out.
--
-- KEYS[1]  ready      list  envelopes of priority 0
-- KEYS[2]  ready1     list  envelopes of priority 1
-- KEYS[3]  ready2     list  envelopes of priority 2
-- KEYS[4]  ready3     list  envelopes of priority 3
-- KEYS[5]  producers  hash  producer id -> last sequence accepted; field '!' = closed; '!load' = bytes that wait, ready or delayed;
--          '!limit' = the most tasks and bytes that may wait
-- KEYS[6]  bell       list  wake-up tokens
-- KEYS[7]  workers    zset  control flags
-- KEYS[8]  delayed    zset  envelopes scored by due time in ms
-- KEYS[9]  producers1 hash  producers not heard of for a while
-- KEYS[10] unique     string  of a task that comes alone, because it is to be unique or its body lies apart: the id of the task that holds
--          the name; else left out
-- KEYS[11] refused    string  the holder that this task was refused for, kept for a resend
-- KEYS[12] blob       hash  the body of the task, if that lies apart; else left out
-- ARGV[1]  producer id
-- ARGV[2]  the sequence that the producer knows to be stored before these
-- ARGV[3]  number of envelopes, n; with 0 this only asks whether anything was lost
-- ARGV[4]  the first of n envelopes; behind them, if any has to wait, n due times: '+ms' from now, or ms since 1970
-- ARGV[5]  of a task that comes alone: its due time
-- ARGV[6]  of a task that comes alone: how long it holds the name at most, in ms; 0 if it holds none
-- ARGV[7]  of one whose body lies apart: how long that is kept, in ms
--
-- returns  {'OK', last} | {'GAP', last} | {'CLOSED'} | {'EXISTS', last, id of the holder}
--          | {'FULL', last, the limit}: there was room for those up to the last, or for none
--          | {'APART'}: the body is not there
local ready, producers, bell, workers, delayed = KEYS[1], KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local n = tonumber(ARGV[3])
local unique, blob = KEYS[10] and ARGV[6] ~= '0' and KEYS[10], KEYS[12]

local function sequence(envelope)
  local a, b, c, d, e, f = string.byte(envelope, 15, 20)
  return ((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f
end

local state = redis.call('HMGET', producers, ARGV[1], '!', '!load', '!limit')
local aside = not state[1] and redis.call('HGET', KEYS[9], ARGV[1])
local last = tonumber(state[1] or aside or 0) or 0
if tonumber(ARGV[2]) > last then return {'GAP', last} end
local first = 4
while first <= 3 + n and sequence(ARGV[first]) <= last do first = first + 1 end
if first > 3 + n then
  local holder = unique and redis.call('GET', KEYS[11])
  if holder then return {'EXISTS', last, holder} end
  -- it lives, and is remembered for another while
  if aside then redis.call('HSET', producers, ARGV[1], last) end
  return {'OK', last}
end
if state[2] then return {'CLOSED'} end
if blob and redis.call('EXISTS', blob) == 0 then return {'APART'} end
local holder = unique and redis.call('GET', unique)
local load = tonumber(state[3]) or 0

local stop = 3 + n
local items, bytes = string.match(state[4] or '', '^(%d+) (%d+)$')
if items and not holder then
  if items ~= '0' then
    local waits = redis.call('ZCARD', delayed)
    for level = 1, 4 do waits = waits + redis.call('LLEN', KEYS[level]) end
    stop = math.min(stop, first - 1 + items - waits)
  end
  if bytes ~= '0' then
    -- as long as less waits one more is taken, whatever its size: else a large one might wait for ever
    local sum, at = load, first
    while at <= stop and sum < tonumber(bytes) do
      sum = sum + size(ARGV[at])
      at = at + 1
    end
    stop = at - 1
  end
  if stop < first then return {'FULL', last, state[4]} end
end
last = sequence(ARGV[stop])
local reply = stop == 3 + n and {'OK', last} or {'FULL', last, state[4]}

local plain = #ARGV == 3 + n
for i = first, stop do
  load = load + (blob and size(ARGV[i]) or #ARGV[i])
  if plain and string.byte(ARGV[i], 2) % 4 ~= 0 then plain = false end
end

-- refused whole at maxmemory, before anything was written
if holder then
  redis.call('HSET', producers, ARGV[1], last)
  redis.call('SET', KEYS[11], holder, 'PX', 600000)
  return {'EXISTS', last, holder}
end
redis.call('HSET', producers, ARGV[1], last, '!load', load)
if blob then
  redis.call('PEXPIRE', blob, ARGV[7])
  redis.call('ZADD', workers, '+inf', '!blobs')
end
if unique then redis.call('SET', unique, string.sub(ARGV[4], 5, 20), 'PX', ARGV[6]) end

if plain then
  local length = redis.call('RPUSH', ready, unpack(ARGV, first, stop))
  -- empty before: wake one worker; step wakes the next
  if length == stop + 1 - first then redis.call('RPUSH', bell, 1) end
  return reply
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local waiting = false
for i = first, stop do
  local due = ARGV[i + n] or '+0'
  local moment = string.sub(due, 1, 1) == '+' and now + tonumber(string.sub(due, 2)) or tonumber(due)
  local priority = string.byte(ARGV[i], 2) % 4
  if priority > 0 then redis.call('ZADD', workers, '+inf', '!prio') end
  if moment > now then
    redis.call('ZADD', delayed, moment, ARGV[i])
  else
    redis.call('RPUSH', KEYS[1 + priority], ARGV[i])
    waiting = true
  end
end
if waiting and redis.call('LLEN', bell) == 0 then redis.call('RPUSH', bell, 1) end
return reply
