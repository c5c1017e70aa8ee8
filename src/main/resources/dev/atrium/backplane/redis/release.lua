-- Makes a session whose connection is gone resumable for a while. A session that another connection has taken over in the
-- meantime stays with it.
--
-- KEYS[1] sessions hash of the connected sessions of a replica
-- KEYS[2] session  session that can be resumed
-- KEYS[3] waiting  exists while the session can be resumed
-- ARGV[1] token
-- ARGV[2] resume window, ms
-- ARGV[3] session: what Redis has may be older, because a save has failed
if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then
  redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[2])
  redis.call('SET', KEYS[3], '', 'PX', ARGV[2])
end
return 1
