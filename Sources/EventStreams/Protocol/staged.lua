-- The first of n keys that is not there, of those from KEYS[first] on.
local function missing(keys, first, count)
  for i = first, first + count - 1 do
    if redis.call('EXISTS', keys[i]) == 0 then return keys[i] end
  end
end

-- Puts n staged keys, from KEYS[first] on, in the place of the n keys after them, and removes the m keys after those. What has vanished
-- since it was staged becomes nothing.
local function replace(keys, first, count, obsolete)
  for i = first, first + count - 1 do
    if redis.call('EXISTS', keys[i]) == 1 then
      redis.call('RENAME', keys[i], keys[i + count])
    else
      redis.call('UNLINK', keys[i + count])
    end
  end
  for i = first + 2 * count, first + 2 * count + obsolete - 1 do redis.call('UNLINK', keys[i]) end
end
