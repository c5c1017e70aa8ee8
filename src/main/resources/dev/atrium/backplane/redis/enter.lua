-- Adds a session to a room's member list, and publishes a presence event to the room if it is a new member.
--
-- KEYS[1] members  hash from session id to the member: identity, time of joining, and replica
-- ARGV[1] session id
-- ARGV[2] member
-- ARGV[3] time to live of the room's state, ms
-- ARGV[4] channel of the room's subscribers
-- ARGV[5] presence event
if redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  redis.call('PUBLISH', ARGV[4], ARGV[5])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
