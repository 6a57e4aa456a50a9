-- heartbeat: renew the leases that one launcher holds for its workers.
--
-- KEYS[1]  workers   zset  worker -> lease deadline in ms; control flags
-- KEYS[2]  cancels   zset  cancel marks; an id followed by '!' asks to end a running task
-- KEYS[3]  inflight  list  that of the first worker; those of the others follow
-- ARGV[1]  length of the lease in ms
-- ARGV[2]  the first worker; the others follow
--
-- returns  {workers that are no longer registered, workers whose running task is to be ended}
local workers, cancels = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- a first write that maxmemory allows lets the script pass on a full server
redis.call('ZREM', workers, '')
local cancelling = redis.call('ZSCORE', workers, '!cancel')
local lost, condemned = {}, {}
for i = 2, #ARGV do
  if redis.call('ZSCORE', workers, ARGV[i]) then
    redis.call('ZADD', workers, 'XX', now + ARGV[1], ARGV[i])
  else
    lost[#lost + 1] = ARGV[i]
  end
  if cancelling then
    local head = redis.call('LINDEX', KEYS[1 + i], 0)
    if head and redis.call('ZSCORE', cancels, string.sub(head, 5, 20) .. '!') then
      condemned[#condemned + 1] = ARGV[i]
      condemned[#condemned + 1] = string.sub(head, 5, 20)
    end
  end
end
return {lost, condemned}
