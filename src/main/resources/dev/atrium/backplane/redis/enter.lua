-- Notes that a session is in a room, and tells the room if that is new.
--
-- KEYS[1] members hash from session id to who, since when and on which replica
-- ARGV[1] session id
-- ARGV[2] who
-- ARGV[3] how long the room keeps its place, ms
-- ARGV[4] channel of the room's subscribers
-- ARGV[5] notice
if redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  redis.call('PUBLISH', ARGV[4], ARGV[5])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
