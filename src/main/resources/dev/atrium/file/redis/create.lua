-- Creates a file.
--
-- KEYS[1] files    hash from id to the file's metadata
-- KEYS[2] touched  hash from id to the time of the last write to an incomplete upload, ms since 1970
-- ARGV[1] id
-- ARGV[2] metadata
-- ARGV[3] time to live of all keys if no replica deletes the file, ms
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
