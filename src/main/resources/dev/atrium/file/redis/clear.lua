-- Forgets the chunks of a file, unless it is complete, and takes them again.
--
-- KEYS[1] files    hash from id to what is known of the file
-- KEYS[2] touched  hash from id to when a file that is still coming was written to, ms since 1970
-- KEYS[3] chunks   hash from index to bytes
-- ARGV[1] id
-- ARGV[2] what is known of it
-- What is complete is touched no more.
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then
  return 0
end
local time = redis.call('TIME')
redis.call('UNLINK', KEYS[3])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
return 1
