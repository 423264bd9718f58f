-- The numbers of dead letters that keys have, by key, false for none; or nil and an error reply. A list of ARGV has the key of each
-- letter at every `width`-th place.
local function letterCounts(blocked, args, first, last, width)
  local counts = {}
  for at = first, last, width do
    local key = args[at]
    local count = redis.call('HGET', blocked, key)
    if count and not isShort(count) then
      return nil, redis.error_reply('WRONGTYPE ' .. blocked .. ' has no number for ' .. key .. ', and nothing was done')
    end
    counts[key] = count
  end
  return counts
end
