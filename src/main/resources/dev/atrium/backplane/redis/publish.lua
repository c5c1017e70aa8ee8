-- Gives a message the next offset of its room, appends it to the room's log and tells all subscribers: one round trip.
--
-- KEYS[1] room    hash {epoch, offset, node}
-- KEYS[2] log     stream; the id of an entry is its offset
-- KEYS[3] once    the receipt of the publication with this idempotency key; absent if it has none
-- ARGV[1] channel of the room's subscribers
-- ARGV[2] message
-- ARGV[3] epoch, if the room has none yet
-- ARGV[4] entries that the log keeps; 0: no log
-- ARGV[5] how long the log outlives its last message, ms
-- ARGV[6] how long the room keeps its place, ms
-- ARGV[7] what the channels of replicas begin with, if this is the room of a session, which may have moved; else ''
-- ARGV[8] how long the idempotency key is remembered, ms
--
-- Returns {epoch, offset, microseconds since 1970}. The clock is Redis's own, so that times in a room never run backwards
-- because two replicas disagree.
if KEYS[3] then
  local before = redis.call('GET', KEYS[3])
  if before then
    local epoch, offset, at = string.match(before, '^(%S+) (%d+) (%d+)$')
    return {epoch, tonumber(offset), at}
  end
end
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
local place = string.format('%.0f', offset)
redis.call('PEXPIRE', KEYS[1], ARGV[6])
if ARGV[4] ~= '0' then
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], place .. '-0', 'at', at, 'message', ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
end
if KEYS[3] then
  redis.call('SET', KEYS[3], epoch .. ' ' .. place .. ' ' .. at, 'PX', ARGV[8])
end
local channel = ARGV[1]
if ARGV[7] ~= '' then
  local node = redis.call('HGET', KEYS[1], 'node')
  if node then
    channel = ARGV[7] .. node
  end
end
redis.call('PUBLISH', channel, epoch .. ' ' .. place .. ' ' .. at .. '\n' .. ARGV[2])
return {epoch, offset, at}
