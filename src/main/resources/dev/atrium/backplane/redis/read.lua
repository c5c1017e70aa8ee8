-- Reads a room's log after an offset together with the room's head, in one script, so that the two are consistent.
--
-- KEYS[1] room    hash {epoch, offset, histories}
-- KEYS[2] log     stream; the id of an entry is its offset
-- ARGV[1] epoch that the reader knows; '' for a reader that needs the head only
-- ARGV[2] offset after which to read
-- ARGV[3] maximum number of entries
-- ARGV[4] epoch for a room that has none yet, or whose history was lost
-- ARGV[5] time to live of the room's epoch and offset, ms
-- ARGV[6] '1' to start this epoch in a room that has none, '0' to leave the room without one
-- ARGV[7] bytes to read, approximately: reading stops after the entry that exceeds them
-- ARGV[8] history of the data of this Redis, see identify.lua
--
-- Returns {epoch, offset of the last message, entries}; no entries if the room has another epoch than the reader, which then
-- determines what the two share.
local room = redis.call('HMGET', KEYS[1], 'epoch', 'offset', 'histories')
local epoch, head = room[1], tonumber(room[2] or '0')
if not epoch then
  if ARGV[6] == '0' then
    return {ARGV[1], tonumber(ARGV[2]), {}}
  end
  epoch = ARGV[4]
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'offset', 0, 'histories', ARGV[8])
  redis.call('DEL', KEYS[2])
elseif epoch == ARGV[1] and tonumber(ARGV[2]) > head then
  -- Redis failed over to a replica that lagged, or was restored to an older state: without a new epoch, offsets that the reader
  -- knows would be used again for other messages.
  if #epoch > 150 then
    epoch = string.gsub(epoch, '^[^~]*~%d+~', '')
  end
  local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
  if last and tonumber(string.match(last[1], '^%d+')) > head then
    -- A log that is ahead of its room would reject the next entry, because the ids of a stream must increase.
    redis.call('DEL', KEYS[2])
  end
  epoch = epoch .. '~' .. string.format('%.0f', head) .. '~' .. ARGV[4]
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'histories', string.sub((room[3] or '') .. ' ' .. ARGV[8], -100))
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
if epoch ~= ARGV[1] then
  return {epoch, head, {}}
end
local after = tonumber(ARGV[2])
local entries = {}
local bytes = 0
local more = true
-- At most 16 entries per read: entries beyond the byte limit are read in vain, and all other clients of Redis wait
-- meanwhile.
while more and #entries < tonumber(ARGV[3]) and bytes <= tonumber(ARGV[7]) do
  local found = redis.call('XRANGE', KEYS[2], string.format('%.0f-0', after + 1), '+',
    'COUNT', math.min(tonumber(ARGV[3]) - #entries, 16))
  more = #found > 0
  for _, entry in ipairs(found) do
    if bytes <= tonumber(ARGV[7]) then
      entries[#entries + 1] = entry
      -- Another program's entry may have fewer fields; an error here would stop the room for good.
      bytes = bytes + #(entry[2][4] or '')
      after = tonumber(string.match(entry[1], '^%d+'))
    end
  end
end
return {epoch, head, entries}
