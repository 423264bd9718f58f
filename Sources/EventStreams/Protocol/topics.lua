-- A shard's log is the merge of its topics' streams by entry id: the ids of a shard are unique, and rise over all its topics, because every
-- function that adds entries takes them from the shard's clock. What is called `log` here is the prefix of the streams.

local function streamOf(log, topic) return log .. ':' .. topic end
local function clockOf(log) return string.sub(log, 1, -4) .. 'clock' end
local function topicsOf(log) return string.sub(log, 1, -4) .. 'topics' end
local function seenOf(log) return string.sub(log, 1, -4) .. 'seen' end
local function scheduledOf(log) return string.sub(log, 1, -4) .. 'scheduled' end
local function sealedOf(log) return string.sub(log, 1, -4) .. 'sealed' end
local function leaseOf(log, group) return string.sub(log, 1, -4) .. 'lease:' .. group end

-- Where records of what waits stand, and what services that want all topics are noted under.
local recordTopic, allTopics = 'schedule', '*'

-- An error reply if the events of a shard are moving to other shards: nothing comes in from outside then, while what is there is settled.
local function sealed(log)
  local to = redis.call('GET', sealedOf(log))
  if to then return redis.error_reply('SEALED ' .. log .. ' takes no more events: all of it is moving to ' .. to .. ', which is opened in a moment') end
end

-- The words of a text.
local function wordsOf(text)
  local words = {}
  for word in string.gmatch(text or '', '%S+') do words[#words + 1] = word end
  return words
end

-- The topics that a shard has, in the order of their names.
local function shardTopics(log)
  local topics = {}
  for _, topic in ipairs(redis.call('HKEYS', topicsOf(log))) do
    if topic ~= allTopics then topics[#topics + 1] = topic end
  end
  table.sort(topics)
  return topics
end

-- The greatest id that some of a shard's streams have given out, and no less than a given one.
local function lastOf(log, topics, last)
  for _, topic in ipairs(topics) do
    local stream = streamOf(log, topic)
    if redis.call('EXISTS', stream) == 1 then
      local id = redis.call('XINFO', 'STREAM', stream)[8]
      if isAfter(id, last) then last = id end
    end
  end
  return last
end

-- The last id that a shard's clock has given out; without the clock, what its streams tell.
local function clockNow(log)
  local last = redis.call('GET', clockOf(log))
  if last and partsOf(last) then return last end
  return lastOf(log, shardTopics(log), '0-0')
end

-- Gets ready to add entries to some topics; writes nothing.
--   Returns what `append` is given; or nil, the stream that can't be added to, and why.
local function openLog(log, topics)
  local last, new = clockNow(log), {}
  for _, topic in ipairs(topics) do
    local stream = streamOf(log, topic)
    local length = redis.pcall('XLEN', stream)
    if type(length) == 'table' then return nil, stream, length.err end
    local isThere = length > 0 or redis.call('EXISTS', stream) == 1
    if isThere then last = lastOf(log, { topic }, last) end
    if not isThere or redis.call('HEXISTS', topicsOf(log), topic) == 0 then new[topic] = true end
    if isAfter(last, lastUsable) then return nil, stream, 'the stream has exhausted the last possible IDs' end
  end
  local ms, sequence = partsOf(last)
  local time = milliseconds(now())
  if isGreater(time, ms) then
    ms, sequence = time, 0
  elseif #sequence > 15 then
    ms, sequence = plusOne(ms), 0
  end
  return { log = log, ms = ms, sequence = tonumber(sequence), new = new }
end

-- Takes a shard from its owner, so that whoever has it next knows what has changed.
local function fence(lease)
  if redis.call('EXISTS', lease) == 1 then redis.call('HSET', lease, 'owner', '', 'until', 0, 'trying', '') end
end

-- Notes a topic that a shard has not had; services that want all topics have their groups there from its first entry on. Their owners are
-- fenced: before they have settled anything after that entry, they learn of the topic.
local function foundTopic(log, topic)
  local topics, stream = topicsOf(log), streamOf(log, topic)
  for _, service in ipairs(wordsOf(redis.call('HGET', topics, allTopics))) do
    if not groupNamed(stream, service) then
      redis.call('XGROUP', 'CREATE', stream, service, '0', 'MKSTREAM')
      fence(leaseOf(log, service))
    end
  end
  redis.call('HSET', topics, topic, '')
end

-- Makes a group of a topic, and the topic if there is none.
local function makeGroup(log, topic, group, start)
  local stream = streamOf(log, topic)
  if redis.call('HEXISTS', topicsOf(log), topic) == 0 or redis.call('EXISTS', stream) == 0 then foundTopic(log, topic) end
  if not groupNamed(stream, group) then redis.call('XGROUP', 'CREATE', stream, group, start, 'MKSTREAM') end
end

-- Has a service have a group of every topic, and of those that come from their first entry on. One topic is always there.
local function wantAll(log, group, start)
  local topics, isListed = topicsOf(log), false
  local all = wordsOf(redis.call('HGET', topics, allTopics))
  for _, service in ipairs(all) do isListed = isListed or service == group end
  if not isListed then
    all[#all + 1] = group
    redis.call('HSET', topics, allTopics, table.concat(all, ' '))
  end
  makeGroup(log, recordTopic, group, start)
  for _, topic in ipairs(shardTopics(log)) do makeGroup(log, topic, group, start) end
end

-- Adds an event; returns its id. Sequences are even, from 2 on: what somebody adds by hand with `*` has 0 or an odd one, and so an id of its own.
local function append(place, topic, json)
  if place.new[topic] then
    place.new[topic] = nil
    foundTopic(place.log, topic)
  end
  place.sequence = place.sequence - place.sequence % 2 + 2
  place.last = place.ms .. '-' .. milliseconds(place.sequence)
  redis.call('XADD', streamOf(place.log, topic), place.last, 'event', json)
  return place.last
end

-- Sets the clock, after all has been added.
local function closeLog(place)
  if place.last then redis.call('SET', clockOf(place.log), place.last) end
end

-- An error reply if the user may not add to some topics.
local function unappendableBy(log, topics)
  local refusal = forbidden('SET', clockOf(log), 'HSET', topicsOf(log))
  for at = 1, #topics do refusal = refusal or forbidden('XADD', streamOf(log, topics[at])) end
  return refusal
end

-- A service's groups in a shard: {topic, stream, what is said of the group} of each topic on which it has one.
local function groupsOf(log, group, topics)
  local groups = {}
  for _, topic in ipairs(topics) do
    local stream = streamOf(log, topic)
    local info = groupNamed(stream, group)
    if info then groups[#groups + 1] = { topic = topic, stream = stream, info = info } end
  end
  return groups
end
