-- Forgets the chunks of a file that is still coming.
--
-- KEYS[1] files    hash from id to what is known of the file
-- KEYS[2] touched  hash from id to when a file that is still coming was written to, ms since 1970
-- KEYS[3] chunks   hash from index to bytes
-- ARGV[1] id
redis.call('UNLINK', KEYS[3])
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
  local time = redis.call('TIME')
  redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
end
return 1
