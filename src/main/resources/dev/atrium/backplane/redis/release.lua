-- A session's connection is gone: it can be resumed for a while. One that was taken out meanwhile stays out.
--
-- KEYS[1] sessions hash of the connected sessions of a replica
-- KEYS[2] session  a session that waits to be resumed
-- ARGV[1] token
-- ARGV[2] how long it waits, ms
local session = redis.call('HGET', KEYS[1], ARGV[1])
if session then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('SET', KEYS[2], session, 'PX', ARGV[2])
end
return 1
