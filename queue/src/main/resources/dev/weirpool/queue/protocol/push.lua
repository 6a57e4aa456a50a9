-- push: put tasks on the queue, once each however often this is sent.
--
-- KEYS[1]  ready      list  envelopes of priority 0
-- KEYS[2]  ready1     list  envelopes of priority 1
-- KEYS[3]  ready2     list  envelopes of priority 2
-- KEYS[4]  ready3     list  envelopes of priority 3
-- KEYS[5]  producers  hash  producer id -> last sequence accepted; field '!' = closed
-- KEYS[6]  bell       list  wake-up tokens
-- KEYS[7]  workers    zset  control flags
-- KEYS[8]  delayed    zset  envelopes scored by due time in ms
-- ARGV[1]  producer id
-- ARGV[2]  sequence of the first envelope
-- ARGV[3]  number of envelopes, n
-- ARGV[4]  the first of n envelopes; behind them, if any has to wait, n due times: '+ms' from now, or ms since 1970
--
-- returns  {'OK', last} | {'DUP', last} | {'GAP', last} | {'CLOSED'}
local ready, producers, bell, workers, delayed = KEYS[1], KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local first, n = tonumber(ARGV[2]), tonumber(ARGV[3])

local state = redis.call('HMGET', producers, ARGV[1], '!')
if state[2] then return {'CLOSED'} end
local last = tonumber(state[1] or 0)
if first > last + 1 then return {'GAP', last} end
local skip = last - first + 1
if skip >= n then return {'DUP', last} end

-- refused whole at maxmemory, before anything was written
redis.call('HSET', producers, ARGV[1], first + n - 1)

local plain = #ARGV == 3 + n
for i = 4 + skip, 3 + n do
  if not plain then break end
  if string.byte(ARGV[i], 2) % 4 ~= 0 then plain = false end
end
if plain then
  local length = redis.call('RPUSH', ready, unpack(ARGV, 4 + skip, 3 + n))
  -- empty before: wake one worker; step wakes the next
  if length == n - skip then redis.call('RPUSH', bell, 1) end
  return {'OK', first + n - 1}
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local waiting = false
for i = 4 + skip, 3 + n do
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
return {'OK', first + n - 1}
