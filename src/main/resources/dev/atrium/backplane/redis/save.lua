-- Saves a connected session of a replica, unless it has moved: a replica that slept past its lease must not take back a session
-- that was resumed on another one meanwhile.
--
-- KEYS[1] sessions hash of the connected sessions of the replica
-- KEYS[2] session  the same session while it is not connected, or @ and the token that follows this one
-- KEYS[3] room     room of the session, hash {node}: the replica that it has moved to; absent if it never moved
-- ARGV[1] token
-- ARGV[2] session
-- ARGV[3] replica
-- ARGV[4] 'take' if the session is resumed here, 'keep' if it was before, '' if it began here
-- ARGV[5] time to live of the room, ms
--
-- Returns 1, or 0 if the session has moved.
local waiting = redis.call('GET', KEYS[2])
if waiting and string.sub(waiting, 1, 1) == '@' then
  return 0
end
local owner = redis.call('HGET', KEYS[3], 'node')
if ARGV[4] ~= 'take' and owner and owner ~= ARGV[3] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if waiting then
  redis.call('DEL', KEYS[2])
end
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[3], 'node', ARGV[3])
  redis.call('PEXPIRE', KEYS[3], ARGV[5])
end
return 1
