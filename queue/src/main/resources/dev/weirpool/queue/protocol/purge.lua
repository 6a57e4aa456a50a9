-- purge: delete the first tasks of a list or sorted set; a client that awaits one learns that it was cancelled.
--
-- The caller has looked which tasks are first, because a script must be given its keys. Those that have left meanwhile are passed over;
-- the first one that it does not expect ends it.
--
-- KEYS[1]  list or sorted set of envelopes
-- KEYS[2]  of the first expected task: the result stream of its client; then the name it may hold; then the records of its attempts;
--          those of the others follow
-- ARGV[1]  the result: cancelled
-- ARGV[2]  id of the first expected task; the others follow
--
-- returns  how many were deleted
local container = KEYS[1]
local isZset = redis.call('TYPE', container).ok == 'zset'
local expected = {}
for i = 2, #ARGV do expected[ARGV[i]] = 3 * i - 4 end

local deleted = 0
for _ = 2, #ARGV do
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
  if math.floor((string.byte(envelope, 2) or 0) / 4) % 2 == 1 then
    redis.call('XADD', KEYS[at], 'NOMKSTREAM', '*', 'i', id, 'v', ARGV[1])
  end
  if redis.call('GET', KEYS[at + 1]) == id then redis.call('UNLINK', KEYS[at + 1]) end
  redis.call('UNLINK', KEYS[at + 2])
  deleted = deleted + 1
end
return deleted
