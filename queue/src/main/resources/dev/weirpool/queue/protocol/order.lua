-- order: have a launcher told something with its next report.
--
-- KEYS[1]  orders  hash  number of an order -> the order
-- ARGV[1]  number of the order, not used before
-- ARGV[2]  the order
-- ARGV[3]  for how long it stands, in ms
-- ARGV[4]  how many may stand at once
--
-- returns  1, or 0 if too many stand already
local stands = redis.call('HLEN', KEYS[1]) < tonumber(ARGV[4])
if stands then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return stands and 1 or 0
