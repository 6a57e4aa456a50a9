-- purge: delete the first tasks of a list or sorted set; a client that awaits one learns that it was cancelled.
--
-- The caller has looked which tasks are first, because a script must be given its keys. Those that have left meanwhile are passed over;
-- the first one that it does not expect ends it.
--
-- KEYS[1]  list or sorted set of envelopes
-- KEYS[2]  schedules  zset  schedule -> its next planned time in ms
-- KEYS[3]  producers  hash  field '!load' = bytes that wait, ready or delayed
-- KEYS[4]  of the first expected task: the result stream of its client; then the name it may hold; then the records of its attempts;
--          then the zset of the tasks of its schedule that have not ended; then its body, if that lies apart, or its records again;
--          those of the others follow
-- ARGV[1]  '1' if these tasks wait, '0' if they are dead letters
-- ARGV[2]  of the first expected task: its id; then the signed pack with its result, or '' to send none; then the schedule that goes on
--          with its end, or ''; then when that was put off to, in ms; then how long it waits, in ms; those of the others follow
--
-- returns  how many were deleted
local container = KEYS[1]
local isZset = redis.call('TYPE', container).ok == 'zset'
local expected = {}
for i = 2, #ARGV, 5 do expected[ARGV[i]] = i end

local deleted, load = 0, 0
for _ = 2, #ARGV, 5 do
  local envelope, score
  -- LPOP and ZPOPMIN are allowed at maxmemory, so that a full server can be emptied
  if isZset then
    local popped = redis.call('ZPOPMIN', container)
    envelope, score = popped[1], popped[2]
  else
    envelope = redis.call('LPOP', container)
  end
  if not envelope then break end
  local id = string.sub(envelope, 5, 20)
  local at = expected[id]
  if not at then
    if isZset then redis.call('ZADD', container, score, envelope) else redis.call('LPUSH', container, envelope) end
    break
  end
  local key, result = 4 + (at - 2), ARGV[at + 1]
  if result ~= '' and math.floor((string.byte(envelope, 2) or 0) / 4) % 2 == 1 then
    redis.pcall('XADD', KEYS[key], 'NOMKSTREAM', '*', 'r', result)
  end
  if redis.call('GET', KEYS[key + 1]) == id then redis.call('UNLINK', KEYS[key + 1]) end
  redis.call('UNLINK', KEYS[key + 2], KEYS[key + 4])
  redis.call('ZREM', KEYS[key + 3], id)
  local schedule, putOff = ARGV[at + 2], tonumber(ARGV[at + 3])
  if schedule ~= '' and tonumber(redis.call('ZSCORE', KEYS[2], schedule) or -1) == putOff then
    local time = redis.call('TIME')
    redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[at + 4], schedule)
  end
  deleted, load = deleted + 1, load + size(envelope)
end
if ARGV[1] == '1' and load > 0 then add(KEYS[3], '!load', -load) end
return deleted
