-- tally: add to the statistics of a queue, and to each how many tasks wait now.
--
-- Not to be sent again: what is lost with a reply is a second of statistics.
--
-- KEYS[1]  ready   list  envelopes of priority 0
-- KEYS[2]  ready1  list  envelopes of priority 1
-- KEYS[3]  ready2  list  envelopes of priority 2
-- KEYS[4]  ready3  list  envelopes of priority 3
-- KEYS[5]  statistics  hash  count -> sum; more of them, each for a longer period, follow
-- ARGV[1]  life of the first statistics in ms; those of the others follow, and then, in pairs, counts and what is added to each
--
-- returns  how many tasks wait
local depth = 0
for i = 1, 4 do depth = depth + redis.call('LLEN', KEYS[i]) end
for i = 5, #KEYS do
  local statistics = KEYS[i]
  add(statistics, 'depths', depth)
  add(statistics, 'looks', 1)
  for j = #KEYS - 3, #ARGV, 2 do add(statistics, ARGV[j], ARGV[j + 1]) end
  redis.call('PEXPIRE', statistics, ARGV[i - 4])
end
return depth
