-- Deletes a session whose client will not resume. A session that another connection has taken over in the meantime stays with
-- it.
--
-- KEYS[1] sessions hash of the connected sessions of a replica
-- KEYS[2] waiting  token of the session while it can be resumed
-- ARGV[1] token
if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then
  redis.call('DEL', KEYS[2])
end
return 1
