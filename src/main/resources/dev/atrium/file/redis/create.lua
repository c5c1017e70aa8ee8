-- Begins a file.
--
-- KEYS[1] files    hash from id to what is known of the file
-- KEYS[2] touched  hash from id to when a file that is still coming was written to, ms since 1970
-- ARGV[1] id
-- ARGV[2] what is known of it
-- ARGV[3] when all of it is gone even if no replica sweeps it away, ms
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
