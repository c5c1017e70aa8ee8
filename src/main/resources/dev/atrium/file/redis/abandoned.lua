-- What is known of the files that are still coming and that nobody has written to for a while. Changes nothing.
--
-- KEYS[1] files    hash from id to what is known of the file
-- KEYS[2] touched  hash from id to when a file that is still coming was written to, ms since 1970
-- ARGV[1] ms since 1970
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
