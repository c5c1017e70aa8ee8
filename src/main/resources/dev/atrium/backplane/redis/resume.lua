-- Takes a session over for a new connection, and removes it, so that only one connection can have it. The old token leads to
-- the next one for a while: a client that did not receive the reply tries the old token again.
--
-- KEYS[1] sessions hash of the connected sessions of a replica
-- KEYS[2] session  session that can be resumed, or @ and the token that follows this one
-- ARGV[1] token
-- ARGV[2] the next token
-- ARGV[3] how long the old token leads to the next one, ms
--
-- Returns {session or @token, '1' if the session was still connected, else '0'}, or nothing if there is no such session.
local session = redis.call('GET', KEYS[2])
local connected = '0'
if not session then
  session = redis.call('HGET', KEYS[1], ARGV[1])
  connected = '1'
  redis.call('HDEL', KEYS[1], ARGV[1])
end
if not session then
  return false
end
if string.sub(session, 1, 1) ~= '@' then
  redis.call('SET', KEYS[2], '@' .. ARGV[2], 'PX', ARGV[3])
end
return {session, connected}
