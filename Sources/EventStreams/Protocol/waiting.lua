-- Scheduled events wait beside the log until they are due.
--
-- Keys, for shard s of namespace `rides`:
--   rides:{s}:scheduled         sorted set: `<entry id of the record> <event id>` -> when it is due, in ms of the server's clock; of those
--                               that are due at the same time, the one that was scheduled first comes first
--   rides:{s}:scheduled:events  hash: event id -> `<due> <entry id of the record> <topic> <the event's JSON>`
--   rides:{s}:scheduled:next    `<when to look next, in ms> <n> <cursor>`: workers ask all shards for it with one command; the
--                               deduplication time, counted from 1970, in which the ids of all that waits are being remembered, and
--                               how far that is (0 at the end)
--
-- Who schedules adds a record to the topic `schedule`, an event EVENT_SCHEDULED that holds the event, and who cancels one EVENT_CANCELLED: so
-- the archive has what waits, and a restore brings it back. An id that waits is remembered as those of publications are, with the record's
-- place: to publish it is to publish it again. It is remembered anew in each deduplication time, for as long as it waits: that is
-- why what waits costs a publication or a commit nothing.

local function waitingBeside(log)
  local scheduled = scheduledOf(log)
  return { set = scheduled, events = scheduled .. ':events', next = scheduled .. ':next' }
end

-- An event in the sorted set, where places are compared as texts.
local function memberOf(place, id)
  local ms, seq = partsOf(place)
  return ms .. '-' .. string.format('%06.0f', seq) .. ' ' .. id
end

-- How many events are moved at most, and how many ids remembered anew, by one call.
local mostMoved, mostRenewed = 300, 200

-- How long to wait between two calls that remember ids anew, in ms.
local renewalPause = 100

-- Why what waits beside a log can't be changed; nil if there is no reason.
local function waitingRefusal(log, period)
  local waiting = waitingBeside(log)
  local seen = seenOf(log)
  local current, previous, following = seenNow(seen, period)
  return unusable('ZCARD', waiting.set, 'HLEN', waiting.events, 'STRLEN', waiting.next, 'HLEN', current, 'HLEN', previous,
    'HLEN', following)
    or forbidden('ZADD', waiting.set, 'ZREM', waiting.set, 'HSET', waiting.events, 'HDEL', waiting.events, 'SET', waiting.next,
      'DEL', waiting.next, 'HSET', seen, 'HDEL', seen)
    or unappendableBy(log, { recordTopic })
end

-- Notes when to look next at what waits beside a log; returns in how many ms that is, -1 if nothing waits.
--   renewed: `<n> <cursor>` of what is remembered anew; nil for what it was.
local function noteWaiting(log, period, renewed)
  local waiting, time = waitingBeside(log), now()
  local first = redis.call('ZRANGE', waiting.set, 0, 0, 'WITHSCORES')[2]
  if not first then
    redis.call('DEL', waiting.next)
    return -1
  end
  renewed = renewed or string.match(redis.call('GET', waiting.next) or '', '^%S+ (%S+ %S+)$') or '- 0'
  local index = math.floor(time / period)
  local renewal = time + renewalPause
  if renewed == milliseconds(index) .. ' 0' then renewal = (index + 1) * period end
  local look = math.min(tonumber(first), renewal)
  redis.call('SET', waiting.next, milliseconds(look) .. ' ' .. renewed)
  return math.max(0, look - time)
end

-- A waiting event: when it is due, the place of its record, its topic and its JSON; nil if there is none.
local function waitingEvent(value)
  if not value then return nil end
  local due, place, topic, json = string.match(value, '^(%d+) (%d+%-%d+) (%S+) (.*)$')
  return due and { due = due, place = place, topic = topic, json = json }
end

-- Schedules events whose ids are not known; `closeLog` and `noteWaiting` are to follow.
--   place: as `openLog` has made it, for the records
--   args[first … last]: of each event its id, when it is due, its topic, the length of its JSON, and the record, which ends with that and `}}`
--   changed: id -> true for what this call has published or scheduled, false for what it has cancelled
--   Returns of each the place of its record, or what is said of a duplicate; of one that waits that is
--   {= and the place of its record, JSON, when it is due}
local function addWaiting(place, seen, period, args, first, last, changed)
  local waiting, ids, reply, added = waitingBeside(place.log), {}, {}, {}
  for at = first, last, 5 do ids[#ids + 1] = args[at] end
  if #ids == 0 then return reply end
  local known, current = remembered(seen, period, ids)
  for i, id in ipairs(ids) do
    local at = first + (i - 1) * 5
    local due, topic, record = args[at + 1], args[at + 2], args[at + 4]
    local json = string.sub(record, -2 - tonumber(args[at + 3]), -3)
    local event = waitingEvent(redis.call('HGET', waiting.events, id))
    local firstId, firstJson
    if not event and known[i] then firstId, firstJson = firstOf(place.log, topic, known[i], id) end
    if event then
      reply[i] = { '=' .. event.place, event.json, event.due }
    elseif firstId then
      reply[i] = duplicate(firstId, firstJson, json)
    elseif not changed[id] then
      local recordId = append(place, recordTopic, record)
      redis.call('HSET', waiting.events, id, due .. ' ' .. recordId .. ' ' .. topic .. ' ' .. json)
      redis.call('ZADD', waiting.set, due, memberOf(recordId, id))
      changed[id], reply[i] = true, recordId
      for _, text in ipairs({ id, recordId, string.match(record, '^{"id":"([^"]*)"') or id, recordId }) do
        added[#added + 1] = text
      end
    end
  end
  remember(current, period, added)
  return reply
end

-- Cancels events that wait, so that their ids are free again; `closeLog` and `noteWaiting` are to follow.
--   place: as `openLog` has made it, for the records
--   args[first … last]: of each event its id, and the record
--   Returns of each 1, or 0 if it does not wait.
local function cancelWaiting(place, seen, period, args, first, last, changed)
  local waiting, reply = waitingBeside(place.log), {}
  for at = first, last, 2 do
    local id, record = args[at], args[at + 1]
    local event = waitingEvent(redis.call('HGET', waiting.events, id))
    reply[#reply + 1] = event and 1 or 0
    if event then
      redis.call('HDEL', waiting.events, id)
      redis.call('ZREM', waiting.set, memberOf(event.place, id))
      for _, key in ipairs({ seenNow(seen, period) }) do redis.call('HDEL', key, id) end
      local recordId = append(place, recordTopic, record)
      remember((seenNow(seen, period)), period, { string.match(record, '^{"id":"([^"]*)"') or id, recordId })
      changed[id] = false
    end
  end
  return reply
end

-- Has the ids of some of what waits remembered in the deduplication time of now, if not all of them are yet; returns how far that is.
local function renewWaiting(waiting, seen, period)
  local current = milliseconds(math.floor(now() / period))
  local state = redis.call('GET', waiting.next) or ''
  local index, cursor = string.match(state, '^%S+ (%S+) (%S+)$')
  if index == current and cursor == '0' then return current .. ' 0' end
  local found = redis.call('HSCAN', waiting.events, index == current and cursor or '0', 'COUNT', mostRenewed)
  local ids, places, added = {}, {}, {}
  for at = 1, #found[2], 2 do
    local event = waitingEvent(found[2][at + 1])
    if event then ids[#ids + 1], places[#places + 1] = found[2][at], event.place end
  end
  if #ids > 0 then
    local known, into = remembered(seen, period, ids)
    for at, id in ipairs(ids) do
      added[at * 2 - 1] = id
      added[at * 2] = known[at] or places[at]
    end
    remember(into, period, added)
  end
  return current .. ' ' .. found[1]
end

-- Takes in what an event that was added to a log meanwhile means for what waits beside the one that is to take its place; seen is
-- what that one remembers.
local function followWaiting(staged, seen, log, event)
  local waiting = waitingBeside(staged)
  local about = type(event.data) == 'table' and event.data.event
  if event.type == 'EVENT_SCHEDULED' and type(about) == 'table' and type(about.id) == 'string' then
    local value = redis.call('HGET', waitingBeside(log).events, about.id)
    local waits = waitingEvent(value)
    if waits and redis.call('HSETNX', waiting.events, about.id, value) == 1 then
      redis.call('ZADD', waiting.set, waits.due, memberOf(waits.place, about.id))
    end
    return
  end
  local id = event.id
  if event.type == 'EVENT_CANCELLED' then id = about end
  if type(id) ~= 'string' then return end
  local waits = waitingEvent(redis.call('HGET', waiting.events, id))
  if waits then
    redis.call('HDEL', waiting.events, id)
    redis.call('ZREM', waiting.set, memberOf(waits.place, id))
    redis.call('HDEL', seen, id)
  end
end

-- Puts what waits beside a staged log in the place of what waits beside the log.
local function replaceWaiting(staged, log, period)
  local built, waiting = waitingBeside(staged), waitingBeside(log)
  for _, key in ipairs({ 'set', 'events' }) do
    if redis.call('EXISTS', built[key]) == 1 then
      redis.call('RENAME', built[key], waiting[key])
    else
      redis.call('UNLINK', waiting[key])
    end
  end
  redis.call('UNLINK', waiting.next)
  noteWaiting(log, period)
end
