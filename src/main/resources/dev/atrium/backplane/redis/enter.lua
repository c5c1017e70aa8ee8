-- Adds a session to a room's member list, and publishes a presence event to the room if it is a new member. A session that has
-- moved to another replica is entered by that one alone.
--
-- KEYS[1] members  hash from session id to the member: identity, time of joining, and replica
-- KEYS[2] own      room of the session, hash {node}: the replica that it has moved to; absent if it never moved
-- ARGV[1] session id
-- ARGV[2] member
-- ARGV[3] time to live of the room's state, ms
-- ARGV[4] channel of the room's subscribers
-- ARGV[5] presence event
-- ARGV[6] replica
--
-- Returns 1, or 0 if the session has moved.
local owner = redis.call('HGET', KEYS[2], 'node')
if owner and owner ~= ARGV[6] then
  return 0
end
if redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) == 1 then
  redis.call('PUBLISH', ARGV[4], ARGV[5])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
