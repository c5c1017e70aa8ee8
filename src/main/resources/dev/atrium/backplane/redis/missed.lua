-- Returns the requests of the last ARGV[1] milliseconds, for a replica that was cut off so long.
--
-- KEYS requests hashes of the hours, each from request to the time of its last record, ms since 1970
local time = redis.call('TIME')
local since = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1]
local missed = {}
for _, key in ipairs(KEYS) do
  local all = redis.call('HGETALL', key)
  for i = 1, #all, 2 do
    if (tonumber(all[i + 1]) or 0) >= since then
      missed[#missed + 1] = all[i]
    end
  end
end
return missed
