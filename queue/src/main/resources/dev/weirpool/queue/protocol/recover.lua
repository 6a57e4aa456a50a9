-- recover: give back the tasks of a worker that is dead, and fence it off.
--
-- Only the head of its list was running: that one counts an attempt. The rest returns to the front, uncharged, in order.
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
-- ARGV[1]  worker
-- ARGV[2]  'dead' if its process is known to be gone, 'expired' if only its lease has run out
-- ARGV[3]  delay in ms for each earlier attempt of the task that was running
--
-- returns  how many tasks were given back; -1 if the lease holds; -2 in a time of grace
local workers, inflight, bell, tick, delayed = KEYS[1], KEYS[2], KEYS[7], KEYS[8], KEYS[9]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[2] == 'expired' then
  local deadline = redis.call('ZSCORE', workers, ARGV[1])
  if not deadline or tonumber(deadline) > now then return -1 end
  if tonumber(redis.call('HGET', tick, 'grace') or 0) > now then return -2 end
end
redis.call('ZREM', workers, ARGV[1])
local held = redis.call('LRANGE', inflight, 0, -1)
if #held == 0 then return 0 end
redis.call('DEL', inflight)
for i = #held, 2, -1 do
  redis.call('LPUSH', KEYS[3 + string.byte(held[i], 2) % 4], held[i])
end
local head = held[1]
local before = string.byte(head, 4)
local charged = string.sub(head, 1, 3) .. string.char(math.min(255, before + 1)) .. string.sub(head, 5)
local delay = tonumber(ARGV[3]) * before
if delay > 0 then
  redis.call('ZADD', delayed, now + delay, charged)
else
  redis.call('LPUSH', KEYS[3 + string.byte(head, 2) % 4], charged)
end
if (#held > 1 or delay == 0) and redis.call('LLEN', bell) == 0 then redis.call('LPUSH', bell, 1) end
return #held
