-- Makes a session whose connection is gone resumable for a while. A session that another connection has taken over in the
-- meantime stays with it. One that Redis has lost is written again, because its client has some time to come back.
--
-- KEYS[1] sessions hash of the connected sessions of a replica
-- KEYS[2] session  session that can be resumed, or @ and the token that follows this one
-- KEYS[3] waiting  token of the session while it can be resumed
-- KEYS[4] room     room of the session, hash {node}: the replica that it has moved to; absent if it never moved
-- ARGV[1] token
-- ARGV[2] resume window, ms
-- ARGV[3] session: what Redis has may be older, because a save has failed
-- ARGV[4] replica
local connected = redis.call('HDEL', KEYS[1], ARGV[1]) == 1
local waiting = redis.call('GET', KEYS[2])
local owner = redis.call('HGET', KEYS[4], 'node')
if waiting and string.sub(waiting, 1, 1) == '@' or owner and owner ~= ARGV[4] then
  return 0
end
-- A session that was being resumed here still names the replica that may have a connection of it.
local resuming = not connected and waiting and string.sub(waiting, 1, 8) == '{"was":"'
redis.call('SET', KEYS[2], resuming and waiting or ARGV[3], 'PX', ARGV[2])
redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2])
return 1
