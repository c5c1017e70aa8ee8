-- Deletes the chunks of an incomplete upload, so that they can be uploaded again.
--
-- KEYS[1] files    hash from id to the file's metadata
-- KEYS[2] touched  hash from id to the time of the last write to an incomplete upload, ms since 1970
-- KEYS[3] chunks   hash from index to bytes
-- ARGV[1] id
-- ARGV[2] metadata
-- Complete files have no entry in touched.
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then
  return 0
end
local time = redis.call('TIME')
redis.call('UNLINK', KEYS[3])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
return 1
