-- Tells whether a session exists: it is connected to a replica, or can be resumed. Part of the scripts that publish.
--
-- own      room of the session
-- node     replica that the session is on, or was last
-- prefix   of all keys
-- history  of the data of this Redis, see identify.lua
local function session_exists(own, node, prefix, history)
  if redis.call('EXISTS', prefix .. 'waiting:{' .. own .. '}') == 1 then
    return true
  end
  local connected = prefix .. 'connected:{' .. node .. '}'
  if redis.call('HEXISTS', connected, own) == 1 then
    return true
  end
  -- A replica that has not written its sessions since Redis may have lost some, or one of an older version, may have it.
  if redis.call('HGET', connected, '') ~= history and redis.call('EXISTS', prefix .. 'lease:' .. node) == 1 then
    return true
  end
  -- Flushed on open connections: other replicas have not written their leases again.
  return redis.call('HGET', prefix .. 'server', 'history') ~= history
end

