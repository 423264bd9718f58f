-- Event ids are remembered for at least the namespace's deduplication time, `period` in ms, which every call is told that publishes: in one
-- hash for each such time since 1970, so that what is forgotten goes at once.

-- A field that is longer than what hashes keep as a plain list, which is searched from end to end.
local longField = '-----------------------------------------------------------------'

-- How long such a hash is kept: until the one after it is over, and an eighth more for a clock that goes back.
local function lifetime(period)
  return milliseconds(2 * period + math.floor(period / 8))
end

-- The hashes of now, before that, and after that: the clock may have been set back.
local function seenNow(seen, period)
  local index = math.floor(now() / period)
  return seen .. ':' .. milliseconds(index), seen .. ':' .. milliseconds(index - 1), seen .. ':' .. milliseconds(index + 1)
end

-- Looks for event ids that are remembered: for each its entry id, or false; and the hash of now. Of an event that waited, the one before
-- may still have the place of its record, and of one that was lost, the place that it had: the greatest is where it stands.
local function remembered(seen, period, ids)
  local current, previous, following = seenNow(seen, period)
  local known = valuesOf(current, ids)
  for _, other in ipairs({ previous, following }) do
    if redis.call('EXISTS', other) == 1 then
      local found = valuesOf(other, ids)
      for i = 1, #found do
        if found[i] and (not known[i] or isAfter(found[i], known[i])) then known[i] = found[i] end
      end
    end
  end
  return known, current
end

-- Remembers what was published in the hash of now: event id, entry id, and so on.
local function remember(current, period, added)
  if #added == 0 then return end
  local isNew = redis.call('EXISTS', current) == 0
  if isNew then redis.call('HSET', current, longField, '') end
  inParts('HSET', current, added, 1, #added)
  if isNew then
    -- What has become a table stays one.
    redis.call('HDEL', current, longField)
    redis.call('PEXPIRE', current, lifetime(period))
  end
end

-- Whether an entry that a topic does not hold any more may never have been delivered: some group of the topic has not come to it, or the topic
-- itself has not, as after the loss of its end.
local function isLost(log, topic, entryId)
  local stream = streamOf(log, topic)
  if redis.call('EXISTS', stream) == 0 or isAfter(entryId, lastOf(log, { topic }, '0-0')) then return true end
  local groups = redis.call('XINFO', 'GROUPS', stream)
  for _, info in ipairs(groups) do
    if isAfter(entryId, info[8]) then
      local position = redis.pcall('HGET', leaseOf(log, info[2]), 'position')
      if type(position) ~= 'string' or isAfter(entryId, position) then return true end
    end
  end
  return #groups == 0
end

-- The first event of an id that is remembered: its entry id, or nil if it was lost; and its JSON, unless it was trimmed.
--   topic: that of the event that has the id now, which is where the first one stands, unless it was something else.
-- The record of an event that waits stands for it; of one that waits no more it tells nothing of use.
local function firstOf(log, topic, entryId, id)
  local entry = redis.call('XRANGE', streamOf(log, topic), entryId, entryId)[1]
  if entry then return entryId, entry[2][2] end
  for _, other in ipairs(shardTopics(log)) do
    entry = redis.call('XRANGE', streamOf(log, other), entryId, entryId)[1]
    if entry and other == recordTopic and redis.call('HEXISTS', scheduledOf(log) .. ':events', id) == 0 then return entryId end
    if entry then return entryId, entry[2][2] end
  end
  if isLost(log, topic, entryId) then return nil end
  return entryId
end

-- What is said of an event that is there already.
local function duplicate(entryId, firstJson, json)
  if firstJson and firstJson ~= json then return { '=' .. entryId, firstJson } end
  return '=' .. entryId
end
