-- report: say how a launcher and its workers are, and hear what an operator has ordered.
--
-- KEYS[1]  launcher  string  the launcher's last report
-- KEYS[2]  orders    hash  number of an order -> the order
-- ARGV[1]  the report
-- ARGV[2]  its life in ms
-- ARGV[3]  number of the first order that has been heard; others follow
--
-- returns  {number of an order, order, number of the next, ...}
for i = 3, #ARGV do redis.call('HDEL', KEYS[2], ARGV[i]) end
-- a first write that maxmemory allows lets the script pass on a full server
redis.call('HDEL', KEYS[2], '')
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return redis.call('HGETALL', KEYS[2])
