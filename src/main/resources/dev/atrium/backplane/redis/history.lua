-- Reads a part of a room's history together with the room's head, in one script, so that the two are consistent.
-- Changes nothing.
--
-- KEYS[1] room    hash {epoch, offset, dropped}
-- KEYS[2] log     stream; the id of an entry is its offset
-- ARGV[1] read the oldest entries after this offset; negative: the newest ones
-- ARGV[2] read only entries before this offset
-- ARGV[3] maximum number of entries
-- ARGV[4] size of the history window in entries; the log may hold more
-- ARGV[5] maximum age of an entry in the history window, ms
-- ARGV[6] bytes to read, approximately: reading stops after the entry that exceeds them
--
-- Returns {epoch, offset of the last message, entries in ascending order, time of the newest entry that was dropped to bound the
-- memory, in microseconds since 1970}; the epoch is '' if there is no such room.
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
  return {'', 0, {}, '0'}
end
local head = tonumber(redis.call('HGET', KEYS[1], 'offset') or '0')
local time = redis.call('TIME')
local youngest = time[1] * 1000000 + time[2] - tonumber(ARGV[5]) * 1000
local newest = tonumber(ARGV[1]) < 0
local first = math.max(tonumber(ARGV[1]), head - tonumber(ARGV[4]), 0) + 1
local last = math.min(head, tonumber(ARGV[2]) - 1)
local limit = tonumber(ARGV[3])
-- At most 16 entries per read: entries beyond the byte limit are read in vain, and all other clients of Redis wait
-- meanwhile.
local function count(found)
  return math.min(limit - found, 16)
end
-- Another program's entry may have other fields; it is no reason to end the history.
local function is_young(entry)
  return (tonumber(entry[2][2]) or youngest) >= youngest
end
-- Whether the first entry at or after an offset is too old, and the offset of that entry.
local function is_old(offset)
  local entry = redis.call('XRANGE', KEYS[2], string.format('%.0f-0', offset), string.format('%.0f-0', last), 'COUNT', 1)[1]
  return entry and not is_young(entry), entry and tonumber(string.match(entry[1], '^%d+'))
end
-- Thousands of entries may be too old: all other clients of Redis would wait if each of them was read.
if not newest and first <= last and is_old(first) then
  local beyond = last + 1
  while first < beyond do
    local middle = math.floor((first + beyond) / 2)
    local old, offset = is_old(middle)
    if old then
      first = offset + 1
    else
      beyond = middle
    end
  end
end
local entries = {}
local bytes = 0
while first <= last and #entries < limit and bytes <= tonumber(ARGV[6]) do
  local from, to = string.format('%.0f-0', first), string.format('%.0f-0', last)
  local found
  if newest then
    found = redis.call('XREVRANGE', KEYS[2], to, from, 'COUNT', count(#entries))
  else
    found = redis.call('XRANGE', KEYS[2], from, to, 'COUNT', count(#entries))
  end
  if #found == 0 then
    break
  end
  for _, entry in ipairs(found) do
    local offset = tonumber(string.match(entry[1], '^%d+'))
    local young = is_young(entry)
    if newest then
      last = young and offset - 1 or 0
    else
      first = offset + 1
    end
    if young and bytes <= tonumber(ARGV[6]) then
      entries[#entries + 1] = entry
      bytes = bytes + #(entry[2][4] or '')
    end
  end
end
if newest then
  local reversed = {}
  for i = #entries, 1, -1 do
    reversed[#reversed + 1] = entries[i]
  end
  entries = reversed
end
return {epoch, head, entries, redis.call('HGET', KEYS[1], 'dropped') or '0'}
