-- Reads a room's log after an offset, together with the room's head, so that the two always agree.
--
-- KEYS[1] room    hash {epoch, offset}
-- KEYS[2] log     stream; the id of an entry is its offset
-- ARGV[1] epoch that the reader knows; '' for a reader that only wants the head
-- ARGV[2] offset after which to read; from the beginning if the room's epoch is another one
-- ARGV[3] entries to read at the most
-- ARGV[4] epoch, if the room has none yet; '' to leave it without
-- ARGV[5] how long the room keeps its place, ms
--
-- Returns {epoch, offset of the last message, entries}.
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
  if ARGV[4] == '' then
    return {ARGV[1], tonumber(ARGV[2]), {}}
  end
  epoch = ARGV[4]
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'offset', 0)
  redis.call('DEL', KEYS[2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
local head = tonumber(redis.call('HGET', KEYS[1], 'offset') or '0')
if ARGV[1] == '' then
  return {epoch, head, {}}
end
local after = epoch == ARGV[1] and tonumber(ARGV[2]) or 0
return {epoch, head, redis.call('XRANGE', KEYS[2], string.format('%.0f-0', after + 1), '+', 'COUNT', ARGV[3])}
