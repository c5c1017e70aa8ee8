-- Lists the metadata of incomplete uploads without a write since a given time. Changes nothing.
--
-- KEYS[1] files    hash from id to the file's metadata
-- KEYS[2] touched  hash from id to the time of the last write to an incomplete upload, ms since 1970
-- ARGV[1] time, ms since 1970
local touched = redis.call('HGETALL', KEYS[2])
local abandoned = {}
for i = 1, #touched, 2 do
  if tonumber(touched[i + 1]) < tonumber(ARGV[1]) then
    local file = redis.call('HGET', KEYS[1], touched[i])
    if file then
      abandoned[#abandoned + 1] = file
    end
  end
end
return abandoned
