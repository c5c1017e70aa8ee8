-- Publishes a volatile message: to the subscribers of its room that are connected now, and nowhere else.
--
-- KEYS[1] room    hash of the room, see publish.lua
-- ARGV[1] channel of the room's subscribers
-- ARGV[2] message
-- ARGV[3] prefix of the replicas' channels for the room of a session, which may have moved to another replica; else ''
-- ARGV[4] history of the data of this Redis, see identify.lua
-- ARGV[5] room of the session that has to exist; absent if none has to
-- ARGV[6] replica that this session began on
-- ARGV[7] prefix of all keys
--
-- Returns 1, or 0 if there is no such session.
local node = ARGV[3] ~= '' and redis.call('HGET', KEYS[1], 'node')
if ARGV[5] and not session_exists(ARGV[5], node or ARGV[6], ARGV[7], ARGV[4]) then
  return 0
end
local time = redis.call('TIME')
-- The epoch and offset of nothing: a replica of an older version looks for it in the log, in vain.
redis.call('PUBLISH', node and ARGV[3] .. node or ARGV[1],
  '- 0 ' .. string.format('%.0f', time[1] * 1000000 + time[2]) .. '\n' .. ARGV[2])
return 1
