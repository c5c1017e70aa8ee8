-- Records a request to all replicas: one that is cut off meanwhile handles it when it is back.
--
-- KEYS[1] requests hash of this hour, from request to the time of its last record, ms since 1970
-- ARGV[1] request
-- ARGV[2] how long the hash is kept, ms
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
