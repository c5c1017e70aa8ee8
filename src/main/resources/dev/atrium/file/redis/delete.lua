-- Deletes a file: its metadata and its chunks.
--
-- KEYS[1] files    hash from id to the file's metadata
-- KEYS[2] touched  hash from id to the time of the last write to an incomplete upload, ms since 1970
-- KEYS[3] chunks   hash from index to bytes
-- ARGV[1] id
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('UNLINK', KEYS[3])
return 1
