-- A service has a group on each of its topics; the lease says which these are. Where they must stand follows from the lease: everything up
-- to `position` is settled, but for what stands `behind` it, and nothing after it is. So what is behind is pending; so is everything after the
-- position that was given out, of all topics up to one place of the log, without a hole; and the groups stand there. Whoever takes a shard
-- puts the groups back to there (`putBack`), renewals look whether they do (`isShifted`), and a commit neither settles what is settled nor
-- moves the position over a hole: for that the owner names the seams of what it was given, the last entry of one read and the first of the
-- next, between which no topic may have anything.
-- While an owner works, a group may stand beyond that place: a read that cut one topic short gives out later entries of the others, which the
-- owner keeps until it has what comes before them. If it dies, they are given out again.
-- While a service is in its history, the position is a place in that, what stands behind it is not settled all the same, and its groups have
-- given out nothing.

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

-- Whether a stream has an entry after one place, up to another.
local function hasBetween(stream, after, through)
  return #redis.call('XRANGE', stream, '(' .. after, through, 'COUNT', 1) > 0
end

-- Whether a group of a stream, of which this is said, does not stand where it must, as far as a short look shows.
local function isShifted(stream, group, lease, position, info)
  local last = position
  if info[6] > 0 then
    local pending = redis.call('XPENDING', stream, group)
    if isSettled(lease, position, pending[2]) then return true end
    if isAfter(pending[3], last) then last = pending[3] end
  end
  if last == info[8] then return false end
  if isAfter(last, info[8]) then return hasBetween(stream, info[8], last) end
  return hasBetween(stream, last, info[8])
end

-- What is pending of a stream: what is settled, and what is after the position, in order. What stands behind the position, a set, loses
-- what is pending.
local function pendingBy(stream, group, behind, position)
  local settled, open, from = {}, {}, '-'
  repeat
    local found = redis.call('XPENDING', stream, group, from, '+', most)
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
  return settled, open
end

-- The first entry of a stream after a place that is not in a list in its order; nil if there is none.
local function firstBeside(stream, place, list)
  local count, from = 0, place
  repeat
    local asked = math.min(#list - count + 1, most)
    local found = redis.call('XRANGE', stream, '(' .. from, '+', 'COUNT', asked)
    for _, entry in ipairs(found) do
      from = entry[1]
      -- The stream may not hold all of the list any more.
      while list[count + 1] and isAfter(from, list[count + 1]) do count = count + 1 end
      if list[count + 1] ~= from then return from end
      count = count + 1
    end
  until #found < asked
end

-- Puts a service's groups back to where they must stand. What is settled is pending no more; what stands behind the position is pending again;
-- what was given out beyond an entry that was not will be given out again, after that one.
--   groups: {topic, stream, what is said of the group} of each topic
--   Returns from where to where somebody has moved a group, with a blank in between, or '' if nobody has; and the place up to which all is
--   given out.
local function putBack(groups, group, lease, retry, worker, position)
  local behind, first, shifted, place = {}, nil, '', position
  for _, id in ipairs(redis.call('SMEMBERS', behindOf(lease))) do behind[id] = true end
  for _, topic in ipairs(groups) do
    topic.settled, topic.open = pendingBy(topic.stream, group, behind, position)
    topic.beside = firstBeside(topic.stream, position, topic.open)
    if topic.beside and (not first or isAfter(first, topic.beside)) then first = topic.beside end
  end
  for _, topic in ipairs(groups) do
    local stream, open, stood = topic.stream, topic.open, topic.info[8]
    local count = first and countThrough(first, open, 1, #open) or #open
    local last = open[count] or position
    if isAfter(last, place) then place = last end
    local claimed = 0
    for id in pairs(behind) do
      -- What the stream does not hold is not claimed.
      claimed = claimed + #redis.call('XCLAIM', stream, group, worker, 0, id, 'FORCE', 'JUSTID')
    end
    local isElsewhere = count < #open or hasBetween(stream, last, stood) or (isAfter(last, stood) and hasBetween(stream, stood, last))
    if isElsewhere then redis.call('XGROUP', 'SETID', stream, group, last) end
    if #topic.settled > 0 or claimed > 0 or (topic.beside and not isAfter(topic.beside, stood)) or hasBetween(stream, stood, open[#open] or position) then
      shifted = stood .. ' ' .. (isElsewhere and last or stood)
    end
    acknowledge(stream, group, topic.settled, 1, #topic.settled)
    acknowledge(stream, group, open, count + 1, #open)
    inParts('HDEL', retry, open, count + 1, #open)
  end
  return shifted, place
end

-- Has the log take over from a history that is through, which held all that comes before the first place of the log.
local function beginLog(log, group, lease, topics, first)
  local last = predecessor(first)
  for _, topic in ipairs(groupsOf(log, group, topics)) do redis.call('XGROUP', 'SETID', topic.stream, group, last) end
  redis.call('HSET', lease, 'position', last)
  redis.call('HDEL', lease, 'history', 'tries')
end
