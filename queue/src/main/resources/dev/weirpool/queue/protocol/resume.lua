-- resume: let workers claim again after a pause.
--
-- KEYS[1]  workers  zset  control flags
-- KEYS[2]  bell     list  wake-up tokens
--
-- returns  1 if the queue was paused, else 0
local paused = redis.call('ZREM', KEYS[1], '!paused')
if redis.call('LLEN', KEYS[2]) == 0 then redis.call('LPUSH', KEYS[2], 1) end
return paused
