-- Removes a session from a room's member list, and publishes a presence event to the room: only once, even if several
-- replicas remove the session. A session that has moved to another replica in the meantime stays a member.
--
-- KEYS[1] members  hash from session id to the member: identity, time of joining, and replica
-- KEYS[2] lease    lease of the replica, if another one removes its member: a replica that has woken up meanwhile keeps it
-- ARGV[1] session id
-- ARGV[2] prefix of an entry of the replica that the session left, or that has died
-- ARGV[3] channel of the room's subscribers
-- ARGV[4] presence event
--
-- Returns 1 if the session was a member on that replica, else 0.
if KEYS[2] and redis.call('EXISTS', KEYS[2]) == 1 then
  return 0
end
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if not entry or string.sub(entry, 1, #ARGV[2]) ~= ARGV[2] then
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1
