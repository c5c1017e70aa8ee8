-- Takes a session out, so that only one can have it. Its token leads to its next one for a while: the client may never hear
-- the answer, and try the old one again.
--
-- KEYS[1] sessions hash of the connected sessions of a replica
-- KEYS[2] session  a session that waits to be resumed, or @ and the token that came after this one
-- ARGV[1] token
-- ARGV[2] the next token
-- ARGV[3] how long the old one leads there, ms
--
-- Returns {session or @token, '1' if it counted as connected}, or nothing.
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
