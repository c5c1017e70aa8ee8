-- Updates the metadata of a file, unless the file is gone or another replica has already written a later state.
--
-- KEYS[1] files    hash from id to the file's metadata
-- KEYS[2] touched  hash from id to the time of the last write to an incomplete upload, ms since 1970
-- KEYS[3] chunks   hash from index to bytes
-- ARGV[1] id
-- ARGV[2] metadata
-- ARGV[3] time to live of all keys if no replica deletes the file, ms
-- ARGV[4] 1 if the file is complete
--
-- Returns the current metadata; nothing if the file is gone.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known then
  return false
end
local order = {COMING = 1, SEALED = 2, WHOLE = 3, SAID = 4}
if order[string.match(known, '"state":"(%u+)"')] > order[string.match(ARGV[2], '"state":"(%u+)"')] then
  return known
end
-- First, because it needs no memory: Redis rejects only the first write of a script when its memory is full. Otherwise a file
-- whose bytes are all stored could not be completed.
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if ARGV[4] == '1' then
  redis.call('HDEL', KEYS[2], ARGV[1])
else
  -- The verification of a large file takes longer than the sweep waits for a chunk.
  local time = redis.call('TIME')
  redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return ARGV[2]
