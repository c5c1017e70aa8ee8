-- Forgets a replica whose members have all been removed, unless it has woken up meanwhile.
--
-- KEYS[1] lease     exists while the replica is alive
-- KEYS[2] rooms     set of the rooms in which the replica has members
-- KEYS[3] registry  set of the replicas
-- ARGV[1] replica
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('DEL', KEYS[2])
  redis.call('SREM', KEYS[3], ARGV[1])
end
return 1
