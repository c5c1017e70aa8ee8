-- Takes note of what is known of a file by now, if it is still there and no other replica has brought it further.
--
-- KEYS[1] files    hash from id to what is known of the file
-- KEYS[2] touched  hash from id to when a file that is still coming was written to, ms since 1970
-- KEYS[3] chunks   hash from index to bytes
-- ARGV[1] id
-- ARGV[2] what is known of it
-- ARGV[3] when all of it is gone even if no replica sweeps it away, ms
-- ARGV[4] 1 if it is complete
--
-- Returns what is known then; nothing if it is gone.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known then
  return false
end
local order = {COMING = 1, SEALED = 2, WHOLE = 3, SAID = 4}
if order[string.match(known, '"state":"(%u+)"')] > order[string.match(ARGV[2], '"state":"(%u+)"')] then
  return known
end
-- First, because it frees: a Redis that is full lets a script go on that has begun to write, and a file whose bytes all
-- found room is not refused for its last line.
if ARGV[4] == '1' then
  redis.call('HDEL', KEYS[2], ARGV[1])
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return ARGV[2]
