-- Identifies the history of the data in this Redis. A failover, or a restart, may have lost the last writes: from then on the
-- history is another one.
--
-- KEYS[1] server  hash {history, ids: the replication ids under which the history was seen}
-- ARGV[1] replication id of this Redis: changes when it restarts and when it becomes the primary
-- ARGV[2] '1' if a new id means a restart that lost no write
-- ARGV[3] history, if it is another one
--
-- Returns the history.
local known = redis.call('HMGET', KEYS[1], 'history', 'ids')
local history, ids = known[1], known[2] or ''
if history and string.find(ids, ARGV[1], 1, true) then
  return history
end
if not history or ARGV[2] == '0' then
  history = ARGV[3]
end
redis.call('HSET', KEYS[1], 'history', history, 'ids', string.sub(ids .. ' ' .. ARGV[1], -100))
return history
