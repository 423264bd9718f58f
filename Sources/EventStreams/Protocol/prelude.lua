#!lua name=eventstreams_v6

-- The atomic steps of EventStreams, one function each. All keys of a call carry the same hash tag, so it runs in one
-- cluster slot. The library's name carries the version of the protocol between workers and these functions: workers of two
-- versions run side by side, each with its own functions.
--
-- Keys, for shard s of namespace `rides` and service `payment`:
--   rides:{s}:log:<topic>       a topic's part of the log, a stream; one field, `event`, holds the event's JSON
--   rides:{s}:clock             the last id that was given to an entry of the shard, of whichever topic
--   rides:{s}:topics            hash with a field for each topic that the shard has had; `*` holds the services that want all of them
--   rides:{s}:seen:<n>          event id -> entry id, for the n-th deduplication time since 1970
--   rides:{s}:sealed            where the shard's events are moving to: it takes none from outside any more
--   rides:{s}:scheduled…        what waits until it is due: see waiting.lua
--   rides:{s}:outbox:payment…   what the service publishes to other shards, and rides:{s}:inbox what came from others: see outbox.lua
--   rides:{s}:lease:payment     hash: owner, epoch (fencing token), until (server time in ms), commit (number of the last one),
--                               readers (a line `<CLIENT ID> <worker>` for the connection that the owner reads with, and for
--                               those of earlier owners that may not have been closed yet), paused (why the owner reads nothing),
--                               seen (server time in ms at which a worker last had it), position (the last entry settled, from
--                               which the group goes on if it is lost), trying (if the owner's process dies now, the cause is
--                               a pending entry up to this one; `+` for any, empty if nothing is handled), suspects (the cause of the
--                               last death is a pending entry up to this one, empty if there was none), redriving (deaths while
--                               dead letters were handled again), shifted (from where to where maintenance has put the group back,
--                               until a worker has said so), topics (those on which the service has groups)
--                               For a service that began with its history: history (the first place of its log, until which it
--                               handles history; gone when it is through), during which position is a place in the history, trying an event
--                               that was given out alone, or `+`, and tries such an event and with how many processes it has died
--   rides:{s}:lease:payment:behind  set: the entries up to `position` that are not settled, so that a lost group gets them back
--   rides:{s}:retry:payment     hash: entry id -> JSON of the failures so far, of entries that wait for another attempt
--   rides:{s}:dead:payment      stream of dead letters, and of the events of the same keys parked behind them
--   rides:{s}:blocked:payment   hash: key -> number of its dead letters
--   rides:{s}:redrive:payment   set of the keys whose dead letters are to be handled again
--   rides:{s}:redriven:payment  hash: letter id -> JSON about the last attempt at a letter that was handled again and failed, and
--                               `<letter id>:attempts` -> how many were made since
--   rides:{s}:unread:payment    hash: key -> JSON of what it takes to read its first dead letter, if that is dead because nobody did
--   rides:{s}:discarded:payment set of the entries whose dead letters were discarded: a rebuild leaves them out, too
--   rides:{s}:stored:analytics  hash, of a service with a store outside: confirmed (server time in ms at which it was last found to
--                               hold what was acknowledged), problem (what is wrong with it, empty if nothing is)
--   rides:{s}:rebuild:payment:<run>:…  state that is being built, to take the place of the service's own
--   rides:{s}:restore:<run>:…   a log that is being built, and what it remembers
--   rides:{s}:payment:…         the service's own state

-- Every function checks what can fail before it writes anything: types of keys, numbers, what the user may do. What has begun is ended.
-- Errors of its own begin with one of these words, and nothing was written then:
--   FENCED     somebody else owns the shard, or the group is gone
--   REWOUND    the server is at an earlier moment than its owner: what was to be settled is pending again
--   REFUSED    an effect can't be applied: key, field and reason follow
--   SEALED     the shard takes no events any more: the namespace is being split anew
--   SURPRISED  a field that a batch assumed to be absent is there: key and field follow
--   SHIFTED    the group gave out what was settled, or passed over what was not given out: somebody has moved it

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function milliseconds(number)
  return string.format('%.0f', number)
end

-- What a command is given at most at once, so that its arguments fit Lua's stack; even, for fields with values.
local most = 2000

-- A delivery count as high as any: servers set the greatest integer for entries that are never to be delivered again.
local manyDeliveries = 1e15

-- The values of a hash's fields, in their order, each false if it is absent.
local function valuesOf(hash, fields)
  if #fields <= most then return redis.call('HMGET', hash, unpack(fields)) end
  local values = {}
  for from = 1, #fields, most do
    local found = redis.call('HMGET', hash, unpack(fields, from, math.min(from + most - 1, #fields)))
    for at = 1, #found do values[from + at - 1] = found[at] end
  end
  return values
end

-- Runs a command on a key with list[first … last], in parts; returns the sum of what it answers.
local function inParts(command, key, list, first, last)
  local total = 0
  for from = first, last, most do
    total = total + redis.call(command, key, unpack(list, from, math.min(from + most - 1, last)))
  end
  return total
end

-- Acknowledges list[first … last]; returns how many of them were pending.
local function acknowledge(log, group, list, first, last)
  local total = 0
  for from = first, last, most do
    total = total + redis.call('XACK', log, group, unpack(list, from, math.min(from + most - 1, last)))
  end
  return total
end

-- Makes entries pending for a consumer; with `FORCE` also those that are not.
local function claim(log, group, consumer, ids, ...)
  for from = 1, #ids, most do
    local arguments = { log, group, consumer, 0, unpack(ids, from, math.min(from + most - 1, #ids)) }
    for _, option in ipairs({ ... }) do arguments[#arguments + 1] = option end
    redis.call('XCLAIM', unpack(arguments))
  end
end

-- Numbers go beyond what doubles hold exactly (2^53): long ones are compared and added digit by digit, or in two parts.
