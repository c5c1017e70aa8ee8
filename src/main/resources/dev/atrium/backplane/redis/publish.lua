-- Gives a message the next offset of its room, appends it to the room's log and tells all subscribers: one round trip.
--
-- KEYS[1] room    hash {epoch, offset}
-- KEYS[2] log     stream; the id of an entry is its offset
-- ARGV[1] channel of the room's subscribers
-- ARGV[2] message
-- ARGV[3] epoch, if the room has none yet
-- ARGV[4] entries that the log keeps; 0: no log
-- ARGV[5] how long the log outlives its last message, ms
-- ARGV[6] how long the room keeps its place, ms
--
-- Returns {epoch, offset, microseconds since 1970}. The clock is Redis's own, so that times in a room never run backwards
-- because two replicas disagree.
local time = redis.call('TIME')
local at = string.format('%.0f', time[1] * 1000000 + time[2])
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
  epoch = ARGV[3]
  redis.call('HSET', KEYS[1], 'epoch', epoch)
  -- A log that outlived its room would refuse entry 1, because ids only grow.
  redis.call('DEL', KEYS[2])
end
local offset = redis.call('HINCRBY', KEYS[1], 'offset', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[6])
if ARGV[4] ~= '0' then
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], string.format('%.0f-0', offset), 'at', at, 'message', ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
end
redis.call('PUBLISH', ARGV[1], epoch .. ' ' .. string.format('%.0f', offset) .. ' ' .. at .. '\n' .. ARGV[2])
return {epoch, offset, at}
