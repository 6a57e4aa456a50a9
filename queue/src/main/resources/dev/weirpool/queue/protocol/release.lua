-- release: give back claimed tasks that were not started, to the front of the queue and uncharged.
--
-- KEYS[1]  workers   zset  worker -> lease deadline in ms
-- KEYS[2]  inflight  list  claimed by the worker, oldest first
-- KEYS[3]  ready     list  envelopes of priority 0
-- KEYS[4]  ready1    list  envelopes of priority 1
-- KEYS[5]  ready2    list  envelopes of priority 2
-- KEYS[6]  ready3    list  envelopes of priority 3
-- KEYS[7]  bell      list  wake-up tokens
-- KEYS[8]  producers hash  field '!load' = bytes that wait, ready or delayed
-- ARGV[1]  worker
-- ARGV[2]  how many tasks to keep, from the head
-- ARGV[3]  '1' to end the worker's registration too
-- ARGV[4]  fence of the task that must be at the head, or nothing is given back; '' for any
--
-- returns  how many tasks were given back; -1 if the worker is fenced off
local workers, inflight, bell = KEYS[1], KEYS[2], KEYS[7]

if not redis.call('ZSCORE', workers, ARGV[1]) then return -1 end
-- a late copy must not give back what was claimed since
if ARGV[4] ~= '' and string.sub(redis.call('LINDEX', inflight, 0) or '', 2, 20) ~= ARGV[4] then return 0 end
local keep = tonumber(ARGV[2])
local tail = redis.call('LRANGE', inflight, keep, -1)
if #tail > 0 then
  if keep == 0 then redis.call('DEL', inflight) else redis.call('LTRIM', inflight, 0, keep - 1) end
  local load = 0
  for i = #tail, 1, -1 do
    load = load + size(tail[i])
    -- what is no envelope may be shorter, and must come through all the same
    redis.call('LPUSH', KEYS[3 + (string.byte(tail[i], 2) or 0) % 4], tail[i])
  end
  add(KEYS[8], '!load', load)
  if redis.call('LLEN', bell) == 0 then redis.call('LPUSH', bell, 1) end
end
if ARGV[3] == '1' then redis.call('ZREM', workers, ARGV[1]) end
return #tail
