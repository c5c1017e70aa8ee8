-- Publishes a volatile message: to the subscribers of its room that are connected now, and nowhere else.
--
-- KEYS[1] room    hash of the room, see publish.lua
-- ARGV[1] channel of the room's subscribers
-- ARGV[2] message
-- ARGV[3] prefix of the replicas' channels for the room of a session, which may have moved to another replica; else ''
local time = redis.call('TIME')
local channel = ARGV[1]
if ARGV[3] ~= '' then
  local node = redis.call('HGET', KEYS[1], 'node')
  if node then
    channel = ARGV[3] .. node
  end
end
-- The epoch and offset of nothing: a replica of an older version looks for it in the log, in vain.
redis.call('PUBLISH', channel, '- 0 ' .. string.format('%.0f', time[1] * 1000000 + time[2]) .. '\n' .. ARGV[2])
