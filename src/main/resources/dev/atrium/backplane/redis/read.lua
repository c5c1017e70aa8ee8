-- Reads a room's log after an offset together with the room's head, in one script, so that the two are consistent.
--
-- KEYS[1] room    hash {epoch, offset}
-- KEYS[2] log     stream; the id of an entry is its offset
-- ARGV[1] epoch that the reader knows; '' for a reader that needs the head only
-- ARGV[2] offset after which to read; the whole log is read if the room has another epoch
-- ARGV[3] maximum number of entries
-- ARGV[4] epoch for a room that has none yet, or whose history was lost
-- ARGV[5] time to live of the room's epoch and offset, ms
-- ARGV[6] '1' to start this epoch in a room that has none, '0' to leave the room without one
-- ARGV[7] bytes to read, approximately: reading stops after the entry that exceeds them
--
-- Returns {epoch, offset of the last message, entries}.
local function begin()
  redis.call('HSET', KEYS[1], 'epoch', ARGV[4], 'offset', 0)
  redis.call('DEL', KEYS[2])
  return ARGV[4]
end

local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
  if ARGV[6] == '0' then
    return {ARGV[1], tonumber(ARGV[2]), {}}
  end
  epoch = begin()
end
local head = tonumber(redis.call('HGET', KEYS[1], 'offset') or '0')
if epoch == ARGV[1] and tonumber(ARGV[2]) > head then
  -- Redis was restored to an older state: without a new epoch, offsets that the reader knows would be used again for
  -- other messages.
  epoch = begin()
  head = 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
if ARGV[1] == '' then
  return {epoch, head, {}}
end
local after = epoch == ARGV[1] and tonumber(ARGV[2]) or 0
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
      bytes = bytes + #entry[2][4]
      after = tonumber(string.match(entry[1], '^%d+'))
    end
  end
end
return {epoch, head, entries}
