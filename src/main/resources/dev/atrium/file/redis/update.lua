-- Takes note of what is known of a file by now, if it is still there.
--
-- KEYS[1] files    hash from id to what is known of the file
-- KEYS[2] touched  hash from id to when a file that is still coming was written to, ms since 1970
-- KEYS[3] chunks   hash from index to bytes
-- ARGV[1] id
-- ARGV[2] what is known of it
-- ARGV[3] when all of it is gone even if no replica sweeps it away, ms
-- ARGV[4] 1 if it is complete
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return 0
end
-- First, because it frees: a Redis that is full lets a script go on that has begun to write, and a file whose bytes all
-- found room is not refused for its last line.
if ARGV[4] == '1' then
  redis.call('HDEL', KEYS[2], ARGV[1])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return 1
