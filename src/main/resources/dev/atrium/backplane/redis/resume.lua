-- Takes a session over for a new connection: only one connection can have it. The old token leads to the next one for a while,
-- and the session waits under the next one until its new replica saves it: a client that did not receive the reply tries the
-- old token again, on any replica.
--
-- KEYS[1] sessions hash of the connected sessions of a replica
-- KEYS[2] session  session that can be resumed, or @ and the token that follows this one. A field "was" names a replica that may
--                  still have a connection of the session
-- KEYS[3] next     the same for the next token
-- KEYS[4] sent     the same for the token that the client has sent, which leads here: without a reply it sends that one again
-- ARGV[1] token
-- ARGV[2] the next token
-- ARGV[3] how long the old token leads to the next one, and the session waits, ms
-- ARGV[4] the replica of the old token
-- ARGV[5] prefix of all keys
-- ARGV[6] namespace of the client that resumes
-- ARGV[7] = and its user, or ''
--
-- Returns {session or @token, the replica that may still have a connection of the session, or ''}; {session} if it is one of
-- another namespace or user, which goes on as it does; or nothing if there is no such session.
local session = redis.call('GET', KEYS[2])
local owner = ''
if not session then
  session = redis.call('HGET', KEYS[1], ARGV[1])
  owner = ARGV[4]
end
if not session then
  return false
end
if string.sub(session, 1, 1) == '@' then
  return {session, ''}
end
-- Its session, or all of its user, may have been ended while it waited.
local state = cjson.decode(session)
local own = state.ns .. ' ' .. state.id
local ended = ARGV[5] .. 'ended:{'
if redis.call('EXISTS', ended .. 'session ' .. own .. '}') == 1 or type(state.user) == 'string'
    and redis.call('EXISTS', ended .. 'user * ' .. state.user .. '}', ended .. 'user ' .. state.ns .. ' ' .. state.user .. '}') > 0 then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('DEL', KEYS[2], ARGV[5] .. 'waiting:{' .. own .. '}')
  return false
end
if state.ns ~= ARGV[6] or (type(state.user) == 'string' and '=' .. state.user or '') ~= ARGV[7] then
  return {session}
end
redis.call('HDEL', KEYS[1], ARGV[1])
if owner == '' then
  owner = string.match(session, '^{"was":"([%w_-]+)",') or ''
end
redis.call('SET', KEYS[2], '@' .. ARGV[2], 'PX', ARGV[3])
redis.call('SET', KEYS[4], '@' .. ARGV[2], 'PX', ARGV[3])
local waiting = session
if owner ~= '' and string.sub(session, 1, 8) ~= '{"was":"' then
  waiting = '{"was":"' .. owner .. '",' .. string.sub(session, 2)
end
redis.call('SET', KEYS[3], waiting, 'PX', ARGV[3])
-- Its old connection ends before it is on the new replica: messages to it are for a session that waits meanwhile.
redis.call('SET', ARGV[5] .. 'waiting:{' .. own .. '}', ARGV[2], 'PX', ARGV[3])
return {session, owner}
