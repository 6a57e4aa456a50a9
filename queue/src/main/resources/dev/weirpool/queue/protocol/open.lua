-- open: make the stream in which a client gets its results, or go on with it. It lapses unless it is renewed.
--
-- KEYS[1]  results  stream  of this client
-- ARGV[1]  how long it lives in ms
--
-- returns  1
-- refused whole at maxmemory; adds an entry and drops it at once, which leaves what was there
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('XADD', KEYS[1], 'MAXLEN', 0, '*', 'open', 1) end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
