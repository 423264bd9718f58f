-- Where a group must stand follows from the lease: everything up to `position` is settled, but for what stands `behind` it, and nothing
-- after it is. So what is behind is pending; so is everything after the position that was given out, without a hole; and the group stands
-- at the last of that. Whoever takes a shard puts the group back to there (`putBack`), renewals look whether it stands there
-- (`isShifted`), and a commit neither settles what is settled nor moves the position over a hole: for that the owner names the seams of
-- what it was given, the last entry of one read and the first of the next, between which the log must have nothing.

-- How many of list[first … last], which are in the log's order, do not come after a place.
local function countThrough(place, list, first, last)
  local low, high = first, last + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if isAfter(list[middle], place) then high = middle else low = middle + 1 end
  end
  return low - first
end

-- The first of list[first … last] that does not stand behind the position; nil if all do.
local function notBehind(lease, list, first, last)
  for from = first, last, most do
    local found = redis.call('SMISMEMBER', behindOf(lease), unpack(list, from, math.min(from + most - 1, last)))
    for at, isBehind in ipairs(found) do
      if isBehind == 0 then return list[from + at - 1] end
    end
  end
end

-- Whether an entry was settled, by any owner.
local function isSettled(lease, position, id)
  return position and not isAfter(id, position) and redis.call('SISMEMBER', behindOf(lease), id) == 0
end

-- Whether a log has an entry after one place, up to another.
local function hasBetween(log, after, through)
  return #redis.call('XRANGE', log, '(' .. after, through, 'COUNT', 1) > 0
end

-- Whether a group, of which this is said, does not stand where it must, as far as a short look shows.
local function isShifted(log, group, lease, position, info)
  local last = position
  if info[6] > 0 then
    local pending = redis.call('XPENDING', log, group)
    if isSettled(lease, position, pending[2]) then return true end
    if isAfter(pending[3], last) then last = pending[3] end
  end
  if last == info[8] then return false end
  if isAfter(last, info[8]) then return hasBetween(log, info[8], last) end
  return hasBetween(log, last, info[8])
end

-- What is pending: what is settled, what is after the position, and what stands behind the position and is not pending; in order.
local function pendingBy(log, group, lease, position)
  local behind, settled, open, lacking, from = {}, {}, {}, {}, '-'
  for _, id in ipairs(redis.call('SMEMBERS', behindOf(lease))) do behind[id] = true end
  repeat
    local found = redis.call('XPENDING', log, group, from, '+', most)
    for _, entry in ipairs(found) do
      local id = entry[1]
      if isAfter(id, position) then
        open[#open + 1] = id
      elseif behind[id] then
        behind[id] = nil
      else
        settled[#settled + 1] = id
      end
    end
    if #found > 0 then from = '(' .. found[#found][1] end
  until #found < most
  for id in pairs(behind) do lacking[#lacking + 1] = id end
  return settled, open, lacking
end

-- Up to where a log has no hole after a place: an entry, up to `through`, that is not in a list in the log's order.
--   Returns that place, how many of the list are up to there, and whether there is a hole.
local function withoutHole(log, place, through, list)
  local count, from = 0, place
  repeat
    local asked = math.min(#list - count + 1, most)
    local found = redis.call('XRANGE', log, '(' .. from, through, 'COUNT', asked)
    for _, entry in ipairs(found) do
      from = entry[1]
      -- The log may not hold all of the list any more.
      while list[count + 1] and isAfter(from, list[count + 1]) do
        count = count + 1
        place = list[count]
      end
      if list[count + 1] ~= from then return place, count, true end
      count = count + 1
      place = from
    end
  until #found < asked
  return list[#list] or place, #list, false
end

-- Puts a group back to where it must stand. What is settled is pending no more; what stands behind the position is pending again; what was
-- given out beyond a hole will be given out again, after what is in the hole.
--   Returns from where to where, with a blank in between, and where it stands now; or '' if nothing was wrong, and where it stands.
local function putBack(log, group, lease, retry, worker, position, info)
  local stood = info[8]
  local settled, open, lacking = pendingBy(log, group, lease, position)
  local through = open[#open] and isAfter(open[#open], stood) and open[#open] or stood
  local place, count, isHole = withoutHole(log, position, through, open)
  local isElsewhere = isHole or (isAfter(place, stood) and hasBetween(log, stood, place))
  if isElsewhere then redis.call('XGROUP', 'SETID', log, group, place) else place = stood end
  local claimed = 0
  for _, id in ipairs(lacking) do
    -- What the log does not hold any more is not claimed.
    claimed = claimed + #redis.call('XCLAIM', log, group, worker, 0, id, 'FORCE', 'JUSTID')
  end
  if not isElsewhere and #settled == 0 and claimed == 0 then return '', stood end
  acknowledge(log, group, settled, 1, #settled)
  acknowledge(log, group, open, count + 1, #open)
  inParts('HDEL', retry, open, count + 1, #open)
  return stood .. ' ' .. place, place
end
