-- Publishes a message: takes the next offset of its room, appends the message to the room's log and publishes it to all
-- subscribers, in one round trip.
--
-- KEYS[1] room    hash {epoch, offset, node, histories, bytes, floor, marks, marked, dropped}: bytes of all messages so far,
--                 those of the messages before the log, a mark "offset bytes time;" for each eighth of the maximum, the
--                 bytes of the last mark, and the time of the newest message that was dropped for its bytes
-- KEYS[2] log     stream; the id of an entry is its offset
-- KEYS[3] once    stream position and time of the first publication with this idempotency key; absent without a key
-- ARGV[1] channel of the room's subscribers
-- ARGV[2] message
-- ARGV[3] epoch for a room that has none yet
-- ARGV[4] maximum number of entries in the log; 0: no log
-- ARGV[5] time to live of the log after its last message, ms
-- ARGV[6] time to live of the room's epoch and offset, ms
-- ARGV[7] prefix of the replicas' channels for the room of a session, which may have moved to another replica; else ''
-- ARGV[8] time to live of the idempotency key, ms
-- ARGV[9] history of the data of this Redis, see identify.lua; '' if it is not known yet
-- ARGV[10] maximum bytes of the messages in the log
-- ARGV[11] 1 if the maxima are lower than usual, because memory is short; else 0
-- ARGV[12] room of the session that has to exist; absent if none has to
-- ARGV[13] replica that this session began on
-- ARGV[14] prefix of all keys
--
-- Returns {epoch, offset, microseconds since 1970}, or nothing if there is no such session. The time is that of Redis: with
-- the clocks of several replicas, times in a room could run backwards.
if ARGV[9] == '' then
  return redis.error_reply('TRYAGAIN the history of this Redis is not known yet')
end
if KEYS[3] then
  local before = redis.call('GET', KEYS[3])
  if before then
    -- A write, or WAIT would not cover the first publication on this connection.
    redis.call('PEXPIRE', KEYS[3], ARGV[8])
    local epoch, offset, at = string.match(before, '^(%S+) (%d+) (%d+)$')
    return {epoch, tonumber(offset), at}
  end
end
local node = ARGV[7] ~= '' and redis.call('HGET', KEYS[1], 'node')
if ARGV[12] and not session_exists(ARGV[12], node or ARGV[13], ARGV[14], ARGV[9]) then
  return false
end
local time = redis.call('TIME')
local at = string.format('%.0f', time[1] * 1000000 + time[2])
local room = redis.call('HMGET', KEYS[1], 'epoch', 'offset', 'histories', 'bytes', 'marked')
local epoch, histories = room[1], room[3]
if not epoch then
  epoch = ARGV[3]
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'histories', ARGV[9])
  -- A log that outlived its room would reject entry 1, because the ids of a stream must increase.
  redis.call('DEL', KEYS[2])
elseif not histories then
  -- An older version wrote this room.
  redis.call('HSET', KEYS[1], 'histories', ARGV[9])
elseif not string.find(histories, ARGV[9], 1, true) then
  -- First message since Redis failed over, or restarted without its last writes. Messages that were accepted before may be
  -- missing here, and their offsets are used again from now on: the new epoch tells the two apart.
  if #epoch > 150 then
    epoch = string.gsub(epoch, '^[^~]*~%d+~', '')
  end
  epoch = epoch .. '~' .. (room[2] or '0') .. '~' .. ARGV[3]
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'histories', string.sub(histories .. ' ' .. ARGV[9], -100))
end
local offset = tonumber(room[2] or '0') + 1
local position = string.format('%.0f', offset)
local bytes = tonumber(room[4] or '0') + #ARGV[2]
redis.call('HSET', KEYS[1], 'offset', position, 'bytes', string.format('%.0f', bytes))
redis.call('PEXPIRE', KEYS[1], ARGV[6])
if ARGV[4] ~= '0' then
  local most = tonumber(ARGV[10])
  local trim, threshold = 'MAXLEN', {'~', ARGV[4]}
  -- Marks, and not the entries: reading each entry that is dropped would take as long as a second publication.
  if bytes - tonumber(room[5] or '0') >= most / 8 then
    local trimmed = redis.call('HMGET', KEYS[1], 'floor', 'marks')
    local floor, dropped = tonumber(trimmed[1] or '0'), nil
    local total = string.format('%.0f', bytes)
    local marks = (trimmed[2] or '') .. position .. ' ' .. total .. ' ' .. at .. ';'
    while bytes - floor > most do
      local upTo, before, time, rest = string.match(marks, '^(%d+) (%d+) (%d+);(.*)$')
      floor, dropped, marks = tonumber(before), time, rest
      trim, threshold = 'MINID', {'=', string.format('%.0f-0', upTo + 1)}
    end
    redis.call('HSET', KEYS[1], 'marks', marks, 'marked', total, 'floor', string.format('%.0f', floor))
    if dropped then
      redis.call('HSET', KEYS[1], 'dropped', dropped)
    end
  end
  redis.call('XADD', KEYS[2], trim, threshold[1], threshold[2], position .. '-0', 'at', at, 'message', ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
  if ARGV[11] == '1' then
    -- Readers take a log that has fewer entries than usual for all that there was.
    local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
    if not oldest or oldest[1] ~= '1-0' then
      redis.call('HSET', KEYS[1], 'dropped', oldest and oldest[2][2] or at)
    end
  end
end
if KEYS[3] then
  redis.call('SET', KEYS[3], epoch .. ' ' .. position .. ' ' .. at, 'PX', ARGV[8])
end
redis.call('PUBLISH', node and ARGV[7] .. node or ARGV[1], epoch .. ' ' .. position .. ' ' .. at .. '\n' .. ARGV[2])
return {epoch, offset, at}
