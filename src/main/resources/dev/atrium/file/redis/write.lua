-- Stores a chunk of an incomplete upload. A chunk after the end would keep its memory until it expires, and content that was
-- verified must not change.
--
-- KEYS[1] files    hash from id to the file's metadata
-- KEYS[2] touched  hash from id to the time of the last write to an incomplete upload, ms since 1970
-- KEYS[3] chunks   hash from index to bytes
-- ARGV[1] id
-- ARGV[2] index
-- ARGV[3] bytes
-- ARGV[4] time to live of all keys if no replica deletes the file, ms
--
-- Returns 1 if the chunk was stored, 0 if the file is gone or its upload has ended.
local file = redis.call('HGET', KEYS[1], ARGV[1])
if not file or not string.find(file, '"state":"COMING"', 1, true) then
  return 0
end
-- First, because Redis rejects only the first write of a script when its memory is full.
redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
local time = redis.call('TIME')
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[4])
end
return 1
