-- blob: keep a piece of a payload that is too large to travel with its task or result.
--
-- Whoever sends a piece again, or late, writes what is there already.
--
-- KEYS[1]  blob  hash  number of a piece -> its bytes
-- ARGV[1]  number of the piece, from 0
-- ARGV[2]  its bytes
-- ARGV[3]  how long all of it is kept from now on, in ms
-- ARGV[4]  '1' if it belongs to a result, which a full server takes so that tasks can end
--
-- returns  1
if ARGV[4] == '1' then
  -- a first write that maxmemory allows lets the script pass on a full server
  redis.call('HDEL', KEYS[1], '')
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
