-- Notes that a session has left a room, and tells the room: once, whoever comes first. A session that has moved to another
-- replica meanwhile stays.
--
-- KEYS[1] members hash from session id to who, since when and on which replica
-- ARGV[1] session id
-- ARGV[2] what the entry begins with if the session is on the replica that speaks, or that has died
-- ARGV[3] channel of the room's subscribers
-- ARGV[4] notice
--
-- Returns whether it was there.
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if not entry or string.sub(entry, 1, #ARGV[2]) ~= ARGV[2] then
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1
