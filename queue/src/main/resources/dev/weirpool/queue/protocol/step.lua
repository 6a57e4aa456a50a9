-- step: settle what a worker has done and claim its next tasks, in one round trip.
--
-- KEYS[1]  inflight   list  claimed by this worker, oldest first
-- KEYS[2]  workers    zset  worker -> lease deadline; control flags
-- KEYS[3]  ready      list  envelopes of priority 0
-- KEYS[4]  ready1     list  envelopes of priority 1
-- KEYS[5]  ready2     list  envelopes of priority 2
-- KEYS[6]  ready3     list  envelopes of priority 3
-- KEYS[7]  bell       list  wake-up tokens
-- KEYS[8]  delayed    zset  envelopes scored by due time in ms
-- KEYS[9]  dead       list  dead letters
-- KEYS[10] cancels    zset  cancel marks
-- KEYS[11] fence      string  number of claims ever made
-- KEYS[12] producers  hash  field '!load' = bytes that wait, ready or delayed
-- KEYS[13] others     the first of the result streams and other keys that settlements and effects name by index
-- ARGV[1]  worker
-- ARGV[2]  how many tasks it wants
-- ARGV[3]  how many it holds, looked at when there is nothing to settle
-- ARGV[4]  '1' if it was woken by the bell
-- ARGV[5]  number of groups of settlements, each five further arguments:
--          count  how many tasks
--          fences bytes 1 to 19 of each envelope, life, attempt and id among them; they must be at the head of inflight
--          kind   C complete | R retry | X bury
--          result stream as an index into KEYS, or 0 for none
--          value  the signed pack with the results of C and X; the delay in ms of R
--          behind the last: number of effects, to be had if the settlements are taken, each four further arguments:
--          what   append | set | unlink | release | leave | again
--          key    as an index into KEYS
--          value  to append or set; the value that a key must have to be released; the id that leaves a set of running
--                 tasks; the schedule that goes on with the end of its run
--          life   of the key in ms, for append and set; for again, when the schedule was put off to in ms, and how long it waits
--
-- returns  {'FENCED'} | {'RESYNC', inflight, cancelled ids among them, fence of the last} | {'PAUSED', {}}
--          | {'OK', claimed, cancelled ids among them, fence of the last}
local inflight, workers, ready, bell, delayed, dead, cancels =
  KEYS[1], KEYS[2], KEYS[3], KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local fence, producers = KEYS[11], KEYS[12]
local want, groups = tonumber(ARGV[2]), tonumber(ARGV[5])

if not redis.call('ZSCORE', workers, ARGV[1]) then return {'FENCED'} end
-- from the end, where they are: to look each up would be to pass all workers, as Redis keeps up to 128 in a plain list
local flags = {}
for _, flag in ipairs(redis.call('ZRANGE', workers, '+inf', '+inf', 'BYSCORE', 'REV')) do flags[flag] = true end

local function cancelled(tasks)
  local ids = {}
  for i = 1, flags['!cancel'] and #tasks or 0 do
    local id = string.sub(tasks[i], 5, 20)
    if redis.call('ZSCORE', cancels, id) then ids[#ids + 1] = id end
  end
  return ids
end

local function resync()
  local held = redis.call('LRANGE', inflight, 0, -1)
  -- as many claims as were made in all is no less than the fence that each claim gave, which is not known any more
  return {'RESYNC', held, cancelled(held), tonumber(redis.call('GET', fence) or 0) or 0}
end

if groups == 0 then
  if redis.call('LLEN', inflight) ~= tonumber(ARGV[3]) then return resync() end
else
  local count = 0
  for group = 1, groups do count = count + ARGV[5 * group + 1] end
  -- LPOP is allowed at maxmemory, so that a full server can be drained
  local heads = redis.call('LPOP', inflight, count)
  local matches = heads and #heads == count
  local first = 1
  for group = 1, matches and groups or 0 do
    local fences = {}
    for i = 1, tonumber(ARGV[5 * group + 1]) do fences[i] = string.sub(heads[first + i - 1], 2, 20) end
    if table.concat(fences) ~= ARGV[5 * group + 2] then matches = false end
    first = first + #fences
  end
  if not matches then
    if heads then
      for i = #heads, 1, -1 do redis.call('LPUSH', inflight, heads[i]) end
    end
    return resync()
  end
  local now
  first = 1
  for group = 1, groups do
    local at = 5 * group + 1
    local after, kind, stream, value = first + ARGV[at], ARGV[at + 2], tonumber(ARGV[at + 3]), ARGV[at + 4]
    if kind == 'R' then
      if not now then
        local time = redis.call('TIME')
        now = time[1] * 1000 + math.floor(time[2] / 1000)
      end
      for i = first, after - 1 do
        local envelope = heads[i]
        local attempt = math.min(255, (string.byte(envelope, 4) or 0) + 1)
        add(producers, '!load', size(envelope))
        redis.call('ZADD', delayed, now + value, string.sub(envelope, 1, 3) .. string.char(attempt) .. string.sub(envelope, 5))
      end
    else
      for i = first, flags['!cancel'] and after - 1 or 0 do
        local id = string.sub(heads[i], 5, 20)
        redis.call('ZREM', cancels, id, id .. '!')
      end
      for i = first, kind == 'X' and after - 1 or 0 do
        redis.call('RPUSH', dead, heads[i])
        redis.call('LTRIM', dead, -10000, -1)
      end
      -- no stream, no client: the result is dropped rather than left behind; nor may what is no stream cost the others theirs
      if stream > 0 then redis.pcall('XADD', KEYS[stream], 'NOMKSTREAM', '*', 'r', value) end
    end
    first = after
  end
end

local effects = 6 + 5 * groups
for i = 1, tonumber(ARGV[effects] or 0) do
  local at = effects + 4 * i - 3
  local what, key, value, life = ARGV[at], KEYS[tonumber(ARGV[at + 1])], ARGV[at + 2], ARGV[at + 3]
  if what == 'append' then
    redis.call('RPUSH', key, value)
    redis.call('PEXPIRE', key, life)
  elseif what == 'set' then
    redis.call('SET', key, value, 'PX', life)
  elseif what == 'unlink' then
    redis.call('UNLINK', key)
  elseif what == 'leave' then
    redis.call('ZREM', key, value)
  elseif what == 'again' then
    local putOff, delay = string.match(life, '(%d+) (%d+)')
    if tonumber(redis.call('ZSCORE', key, value) or -1) == tonumber(putOff) then
      local time = redis.call('TIME')
      redis.call('ZADD', key, time[1] * 1000 + math.floor(time[2] / 1000) + delay, value)
    end
  elseif redis.call('GET', key) == value then
    redis.call('UNLINK', key)
  end
end

if want < 1 then return {'OK', {}, {}, 0} end
if flags['!paused'] then return {'PAUSED', {}} end

-- a mebibyte together is enough: each may have sixteen, or more in a blob
local claimed, bytes, isEnough = {}, 0, false
for level = 0, flags['!prio'] and 3 or 0 do
  local taken
  repeat
    taken = #claimed < want and not isEnough and redis.call('LPOP', KEYS[3 + level], math.min(32, want - #claimed))
    if taken then
      local kept = 0
      while kept < #taken do
        local more = bytes + size(taken[kept + 1])
        if more > 1048576 and bytes > 0 then break end
        kept, bytes = kept + 1, more
        claimed[#claimed + 1] = taken[kept]
      end
      for i = #taken, kept + 1, -1 do redis.call('LPUSH', KEYS[3 + level], taken[i]) end
      if kept > 0 then redis.call('RPUSH', inflight, unpack(taken, 1, kept)) end
      isEnough = kept < #taken or bytes >= 1048576
    end
  until not taken
end
if #claimed == 0 then
  redis.call('DEL', bell)
  -- nothing waits: whatever those have left uncounted who know nothing of the load
  if redis.call('ZCARD', delayed) == 0 then redis.call('HDEL', producers, '!load') end
  return {'OK', {}, {}, 0}
end
-- nothing would be written as -0, which is no integer
if bytes > 0 then add(producers, '!load', -bytes) end

if ARGV[4] == '1' and redis.call('LLEN', bell) == 0 then
  -- one token wakes one worker, which wakes the next as long as there is work
  local more = redis.call('LLEN', ready) > 0
  if not more and flags['!prio'] then
    more = redis.call('EXISTS', KEYS[4], KEYS[5], KEYS[6]) > 0
  end
  if more then redis.call('RPUSH', bell, 1) end
end
return {'OK', claimed, cancelled(claimed), redis.call('INCRBY', fence, #claimed)}
