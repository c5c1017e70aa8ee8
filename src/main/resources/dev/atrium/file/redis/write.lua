-- Takes a chunk of a file, if the file is still there, and coming: a chunk that came after its end would stay for long,
-- and what was verified must not change.
--
-- KEYS[1] files    hash from id to what is known of the file
-- KEYS[2] touched  hash from id to when a file that is still coming was written to, ms since 1970
-- KEYS[3] chunks   hash from index to bytes
-- ARGV[1] id
-- ARGV[2] index
-- ARGV[3] bytes
-- ARGV[4] when all of it is gone even if no replica sweeps it away, ms
--
-- Returns whether it was there.
local file = redis.call('HGET', KEYS[1], ARGV[1])
if not file or not string.find(file, '"state":"COMING"', 1, true) then
  return 0
end
-- First of all: a Redis that is full refuses only the first command of a script that writes.
redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
local time = redis.call('TIME')
redis.call('HSET', KEYS[2], ARGV[1], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[4])
end
return 1
