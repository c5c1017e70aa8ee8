-- Records a request to all replicas: one that is cut off meanwhile handles it when it is back.
--
-- KEYS[1] requests hash from request to the time of its last record, ms since 1970
-- ARGV[1] request
-- ARGV[2] how long requests are kept, ms
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
-- Now and then: each time would take long where thousands are recorded in a row.
if time[2] % 100 == 0 then
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    if tonumber(all[i + 1]) < now - ARGV[2] then
      redis.call('HDEL', KEYS[1], all[i])
    end
  end
end
return 1
