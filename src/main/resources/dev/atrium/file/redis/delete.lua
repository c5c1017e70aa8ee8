-- Removes a file with all that belongs to it.
--
-- KEYS[1] files    hash from id to what is known of the file
-- KEYS[2] touched  hash from id to when a file that is still coming was written to, ms since 1970
-- KEYS[3] chunks   hash from index to bytes
-- ARGV[1] id
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('UNLINK', KEYS[3])
return 1
