#!lua name=eventstreams_v2

-- The atomic steps of EventStreams, one function each. All keys of a call carry the same hash tag, so it runs in one
-- cluster slot. The library's name carries the version of the protocol between workers and these functions: workers of two
-- versions run side by side, each with its own functions.
--
-- Keys, for shard s of topic `rides` and service `payment`:
--   rides:{s}                   the log, a stream; one field, `event`, holds the event's JSON
--   rides:{s}:seen:<n>          event id -> stream id, for the n-th publish window since 1970
--   rides:{s}:lease:payment     hash: owner, epoch (fencing token), until (server time in ms), commit (number of the last one),
--                               readers (a line `<CLIENT ID> <worker>` for the connection that the owner reads with, and for
--                               those of earlier owners that may not have been closed yet), paused (why the owner reads nothing),
--                               seen (server time in ms at which a worker last had it), position (the last entry settled, from
--                               which the group goes on if it is lost), trying (if the owner's process dies now, the cause is
--                               a pending entry up to this one; `+` for any, empty if nothing is handled), suspects (the cause of the
--                               last death is a pending entry up to this one, empty if there was none), redriving (deaths while
--                               dead letters were handled again), shifted (from where to where maintenance has put the group back,
--                               until a worker has said so)
--                               For a service that began with its history: history (the first place of its log, until which it
--                               handles history; gone when it is through), during which position is a place in the history; tries
--                               (by how many processes the page after it was begun, and the epoch of the last)
--   rides:{s}:lease:payment:behind  set: the entries up to `position` that are not settled, so that a lost group gets them back
--   rides:{s}:retry:payment     hash: stream id -> JSON of the failures so far, of entries that wait for another attempt
--   rides:{s}:dead:payment      stream of dead letters, and of the events of the same keys parked behind them
--   rides:{s}:blocked:payment   hash: key -> number of its dead letters
--   rides:{s}:redrive:payment   set of the keys whose dead letters are to be handled again
--   rides:{s}:redriven:payment  hash: letter id -> JSON about the last attempt at a letter that was handled again and failed, and
--                               `<letter id>:attempts` -> how many were made since
--   rides:{s}:discarded:payment set of the entries whose dead letters were discarded: a rebuild leaves them out, too
--   rides:{s}:stored:analytics  hash, of a service with a store outside: confirmed (server time in ms at which it was last found to
--                               hold what was acknowledged), problem (what is wrong with it, empty if nothing is)
--   rides:{s}:rebuild:payment:<run>:…  state that is being built, to take the place of the service's own
--   rides:{s}:restore:<run>:…   log and publish window that are being built
--   rides:{s}:payment:…         the service's own state

-- Every function checks what can fail before it writes anything: types of keys, numbers, what the user may do. What has begun is ended.
-- Errors of its own begin with one of these words, and nothing was written then:
--   FENCED     somebody else owns the shard, or the group is gone
--   REWOUND    the server is at an earlier moment than its owner: what was to be settled is pending again
--   REFUSED    an effect can't be applied: key, field and reason follow
--   SURPRISED  a field that a batch assumed to be absent is there: key and field follow
--   SHIFTED    the group gave out what was settled, or passed over what was not given out: somebody has moved it

-- Where a group must stand follows from the lease: everything up to `position` is settled, but for what stands `behind` it, and nothing
-- after it is. So what is behind is pending; so is everything after the position that was given out, without a hole; and the group stands
-- at the last of that. Whoever takes a shard puts the group back to there (`putBack`), renewals look whether it stands there
-- (`isShifted`), and a commit neither settles what is settled nor moves the position over a hole: for that the owner names the seams of
-- what it was given, the last entry of one read and the first of the next, between which the log must have nothing.

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

-- Whether a number is greater than another; both are digits without leading zeros.
local function isGreater(digits, other)
  return #digits > #other or (#digits == #other and digits > other)
end

-- The two numbers of a stream id.
local function partsOf(id)
  return string.match(id, '^(%d+)-(%d+)$')
end

-- Whether a stream id comes after another.
local function isAfter(id, other)
  local ms, seq = partsOf(id)
  local otherMs, otherSeq = partsOf(other)
  return isGreater(ms, otherMs) or (ms == otherMs and isGreater(seq, otherSeq))
end

local function plusOne(digits)
  if #digits < 16 then return milliseconds(digits + 1) end
  local high, low = string.sub(digits, 1, -11), string.sub(digits, -10) + 1
  if low < 1e10 then return high .. string.format('%010.0f', low) end
  return milliseconds(high + 1) .. '0000000000'
end

-- The first stream id after another.
local function successor(id)
  local ms, seq = partsOf(id)
  if seq == '18446744073709551615' then return plusOne(ms) .. '-0' end
  return ms .. '-' .. plusOne(seq)
end

-- Whether a number in two parts of one sign, 10^10 · high + low, is beyond 64 bits.
local function isBeyond(high, low)
  local limit = 6854775807
  if high < 0 or low < 0 then high, low, limit = -high, -low, limit + 1 end
  return high > 922337203 or (high == 922337203 and low > limit)
end

-- A whole number in two parts of one sign, 10^10 · high + low; nil for what HINCRBY takes for none.
local function wholeNumber(text)
  local sign, digits = string.match(text, '^(%-?)(%d+)$')
  if not digits or #digits > 19 or (text ~= '0' and string.sub(digits, 1, 1) == '0') then return nil end
  local high, low = tonumber(string.sub(digits, 1, -11)) or 0, tonumber(string.sub(digits, -10))
  if sign == '-' then high, low = -high, -low end
  if isBeyond(high, low) then return nil end
  return high, low
end

-- Whether a text is a whole number of at most 15 digits, which a double holds, and so does a sum of two.
local function isShort(text)
  return #text < 16 and (text == '0' or string.match(text, '^%-?[1-9]%d*$') ~= nil)
end

-- The sum of two whole numbers, or nil and what HINCRBY would say.
local function sum(text, other)
  if isShort(text) and isShort(other) then return milliseconds(text + other) end
  local high, low = wholeNumber(text)
  if not high then return nil, 'hash value is not an integer' end
  local otherHigh, otherLow = wholeNumber(other)
  if not otherHigh then return nil, 'value is not an integer or out of range' end
  high, low = high + otherHigh, low + otherLow
  -- Both parts get one sign.
  local carry = math.floor(low / 1e10)
  high, low = high + carry, low - carry * 1e10
  if high < 0 and low > 0 then high, low = high + 1, low - 1e10 end
  if isBeyond(high, low) then return nil, 'increment or decrement would overflow' end
  local sign = (high < 0 or low < 0) and '-' or ''
  high, low = math.abs(high), math.abs(low)
  if high == 0 then return sign .. milliseconds(low) end
  return sign .. milliseconds(high) .. string.format('%010.0f', low)
end

-- Whether a whole number is at least another, or nil and what is wrong with it.
local function isAtLeast(text, bound)
  if isShort(text) and isShort(bound) then return tonumber(text) >= tonumber(bound) end
  local high, low = wholeNumber(text)
  if not high then return nil, 'hash value is not an integer' end
  local boundHigh, boundLow = wholeNumber(bound)
  if not boundHigh then return nil, 'value is not an integer or out of range' end
  return high > boundHigh or (high == boundHigh and low >= boundLow)
end

-- An error reply if the user may not run some commands, given as command, key and so on.
local function forbidden(...)
  local list = { ... }
  for i = 1, #list, 2 do
    if not redis.acl_check_cmd(list[i], list[i + 1], '0', '0', '0') then
      return redis.error_reply('NOPERM this user may not run ' .. list[i] .. ' on ' .. list[i + 1] .. ', and nothing was done')
    end
  end
end

-- An error reply if a key of the runtime holds something else than it is for; given as a command that tells, key and so on.
local function unusable(...)
  local list = { ... }
  for i = 1, #list, 2 do
    local reply = redis.pcall(list[i], list[i + 1])
    if type(reply) == 'table' and reply.err then
      return redis.error_reply('WRONGTYPE ' .. list[i + 1] .. ' does not hold what EventStreams keeps there, and nothing was done')
    end
  end
end

-- How many ids a stream must have left: more than one call can add.
local lastUsable = '18446744073709551615-18446744073700000000'

-- Why nothing can be added to one of some streams: its key and the reason; nil if there is no reason.
local function unappendable(streams)
  local filled, reason = {}, 'the stream has exhausted the last possible IDs'
  for i = 1, #streams do
    local stream = streams[i]
    local length = redis.pcall('XLEN', stream)
    if type(length) == 'table' then return stream, length.err end
    if length > 0 then
      filled[#filled + 1] = stream
    elseif redis.call('EXISTS', stream) == 1 and isAfter(redis.call('XINFO', 'STREAM', stream)[8], lastUsable) then
      return stream, reason
    end
  end
  for from = 1, #filled, most / 2 do
    local count = math.min(most / 2, #filled - from + 1)
    local read = { 'COUNT', 1, 'STREAMS' }
    for at = 0, count - 1 do
      read[4 + at] = filled[from + at]
      read[4 + count + at] = lastUsable
    end
    local beyond = redis.call('XREAD', unpack(read))
    if beyond then return beyond[1][1], reason end
  end
end

-- What XINFO GROUPS says of a group; nil if there is none.
local function groupNamed(log, group)
  if redis.call('EXISTS', log) == 0 then return nil end
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', log)) do
    if info[2] == group then return info end
  end
end

-- Whether a group has never been given anything: made when its topic was, and not run since.
local function isUntouched(info)
  return info[6] == 0 and info[8] == '0-0'
end

-- The set of entries up to the position that are not settled.
local function behindOf(lease)
  return lease .. ':behind'
end

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

local function fenced(log)
  return redis.error_reply('FENCED another worker owns ' .. log)
end

-- How long ids are remembered that services publish, in ms; what publishers use unless told otherwise.
local standardWindow = 24 * 3600 * 1000

-- A field that is longer than what hashes keep as a plain list, which is searched from end to end.
local longField = '-----------------------------------------------------------------'

-- How long a publish window is kept: until the one after it is over, and an eighth more for a clock that goes back.
local function lifetime(window)
  return milliseconds(2 * window + math.floor(window / 8))
end

-- The publish windows of now, before that, and after that: the clock may have been set back.
local function windowsNow(seen, window)
  local index = math.floor(now() / window)
  return seen .. ':' .. milliseconds(index), seen .. ':' .. milliseconds(index - 1), seen .. ':' .. milliseconds(index + 1)
end

-- Looks for event ids in the publish windows: for each its first stream id, or false; and the window of now.
local function remembered(seen, window, ids)
  local current, previous, following = windowsNow(seen, window)
  local known = valuesOf(current, ids)
  for _, other in ipairs({ previous, following }) do
    if redis.call('EXISTS', other) == 1 then
      local found = valuesOf(other, ids)
      for i = 1, #found do known[i] = known[i] or found[i] end
    end
  end
  return known, current
end

-- Remembers what was published in a publish window: event id, stream id, and so on.
local function remember(current, window, added)
  if #added == 0 then return end
  local isNew = redis.call('EXISTS', current) == 0
  if isNew then redis.call('HSET', current, longField, '') end
  inParts('HSET', current, added, 1, #added)
  if isNew then
    -- What has become a table stays one.
    redis.call('HDEL', current, longField)
    redis.call('PEXPIRE', current, lifetime(window))
  end
end

-- Whether an entry that the log does not hold any more may never have been delivered: some group has not come to it, or the log
-- itself has not, as after the loss of its end.
local function isLost(log, streamId)
  if redis.call('EXISTS', log) == 0 or isAfter(streamId, redis.call('XINFO', 'STREAM', log)[8]) then return true end
  local groups = redis.call('XINFO', 'GROUPS', log)
  for _, info in ipairs(groups) do
    if isAfter(streamId, info[8]) then return true end
  end
  return #groups == 0
end

-- The first event of an id that is remembered: its stream id, or nil if it was lost; and its JSON, unless it was trimmed.
local function firstOf(log, streamId)
  local entry = redis.call('XRANGE', log, streamId, streamId)[1]
  if entry then return streamId, entry[2][2] end
  if isLost(log, streamId) then return nil end
  return streamId
end

-- What is said of an event that is there already.
local function duplicate(streamId, firstJson, json)
  if firstJson and firstJson ~= json then return { '=' .. streamId, firstJson } end
  return '=' .. streamId
end

-- services: changes the list of the services that a topic is for.
--   KEYS: config
--   ARGV: `add` or `remove`, service
-- Without a list nobody has said which they are, and it stays so.
redis.register_function('eventstreams_services_v2', function(keys, args)
  local list = redis.call('HGET', keys[1], 'services')
  if not list then return 0 end
  local kept = {}
  for name in string.gmatch(list, '%S+') do
    if name ~= args[2] then kept[#kept + 1] = name end
  end
  if args[1] == 'add' then kept[#kept + 1] = args[2] end
  redis.call('HSET', keys[1], 'services', table.concat(kept, ' '))
  return 1
end)

-- found: makes the groups of services that never ran, at the beginning of the log, so that it keeps everything for them.
--   KEYS: log, the lease of each service
--   ARGV: the services
-- One that ran and whose group is lost gets it back where it was when it is run again (`lease`).
redis.register_function('eventstreams_found_v2', function(keys, args)
  local log, there = keys[1], {}
  if redis.call('EXISTS', log) == 1 then
    for _, info in ipairs(redis.call('XINFO', 'GROUPS', log)) do there[info[2]] = true end
  end
  for i, group in ipairs(args) do
    if not there[group] and redis.call('EXISTS', keys[i + 1]) == 0 then
      redis.call('XGROUP', 'CREATE', log, group, '0', 'MKSTREAM')
    end
  end
  return 1
end)

-- publish: adds events to the log unless their ids are remembered.
--   KEYS: log, prefix of the publish windows
--   ARGV: window in ms, then id and JSON of each event
--   Returns a stream id per event; that of the first publication, with `=` before it, for one that is there already. If that one's JSON
--   is known and another, it is {that id, JSON}: whoever published it finds out whether it says the same.
-- An id is remembered for at least one window: lookups go to the current, the previous and the next one.
redis.register_function('eventstreams_publish_v2', function(keys, args)
  local log, window, last, ids = keys[1], tonumber(args[1]), #args, {}
  for i = 2, last, 2 do ids[i / 2] = args[i] end
  if last < 2 then return {} end
  local refusal = forbidden('XADD', log, 'HSET', keys[2])
  if refusal then return refusal end
  -- Becomes the reply.
  local known, current = remembered(keys[2], window, ids)
  local stream, reason = unappendable({ log })
  if stream then return redis.error_reply('REFUSED ' .. stream .. ': ' .. reason) end
  for place = 1, #ids do
    if known[place] then
      local first, json = firstOf(log, known[place])
      known[place] = first and duplicate(first, json, args[place * 2 + 1])
    end
  end

  local added, count, places = {}, 0, {}
  for place, id in ipairs(ids) do
    local json = args[place * 2 + 1]
    local first = places[id]
    if first then
      known[place] = duplicate(known[first], args[first * 2 + 1], json)
    elseif not known[place] then
      local streamId = redis.call('XADD', log, '*', 'event', json)
      places[id], known[place] = place, streamId
      added[count + 1], added[count + 2] = id, streamId
      count = count + 2
    end
  end
  remember(current, window, added)
  return known
end)

-- Until when a lease is held, in ms of the server's clock. Where that clock has been set back since the lease was renewed, the time to
-- live that it was given begins now: a dead owner is not taken for a live one for as long as the clock was set back.
local function heldUntil(expires, seen, time)
  expires, seen = tonumber(expires or 0), tonumber(seen or 0)
  if seen > time then return time + math.max(0, expires - seen) end
  return expires
end

-- Whether the server has gone back to an earlier moment (a replica took its place that did not have all, or a back-up, or what had
-- been written to disk): it holds less than a worker knows to have been there, which is the epoch it had, the number of its last commit
-- in it that was answered, and the last entry that it read.
local function wentBack(log, epoch, commit, known)
  if known.epoch > epoch then return true end
  if known.epoch == epoch and known.commit > commit then return true end
  if known.read == '' then return false end
  if redis.call('EXISTS', log) == 0 then return true end
  if #redis.call('XRANGE', log, known.read, known.read) > 0 then return false end
  -- Trimmed, deleted by hand, or never there.
  local info = redis.call('XINFO', 'STREAM', log)
  if isAfter(known.read, info[8]) then return true end
  return info[2] > 0 and isAfter(known.read, info[14]) and isAfter(known.read, info[10])
end

-- lease: takes, keeps or gives back the right of one worker to one (service, shard).
--   KEYS: lease, log, blocked, redrive, retry
--   ARGV: action, group, worker, epoch (to acquire, the last that this process had of the shard), time to live in ms, where a new
--     group starts, client id of the worker's reader, why it reads nothing (empty if it does), `look` to be told what there is to do
--     besides, number of its last commit in that epoch that was answered, the last entry that it read (both may be empty)
--   acquire -> {epoch, the readers of earlier owners, where a group that was lost goes on or '', 1 if the server went back, from where
--              to where the group was put back or '', where it stands now, blocked keys…},
--              or {0, ms until it may be taken, owner, 1 if the server went back}
--   renew   -> {1, entries pending for others than the owner, keys to redrive…}, or {0, 1 if the server went back, 2 if
--              the group does not stand where it must}; without `look` {1}
--   release -> {1}, or {0}
--   seize   -> as acquire, from whoever has it: for maintenance, which reads nothing, and closes the readers itself
-- The epoch grows at every change of owner; `commit` and `recover` compare it. It is never below the time in ms, nor below what this
-- process had, so that it does not go back when the server loses everything. XREADGROUP knows no
-- epoch: a new owner closes the connections that earlier ones read with, and nobody reads with a connection whose id does
-- not stand in the lease. They stand there until the first renewal, for the case that the new owner dies before it has done so.
-- Time only says when somebody else may try: if the clock is wrong, or two believe to own the shard, the epoch decides.
redis.register_function({ function_name = 'eventstreams_lease_v2', flags = { 'allow-oom' }, callback = function(keys, args)
  local lease, log, blocked, redrive, retry = keys[1], keys[2], keys[3], keys[4], keys[5]
  local action, group, worker, ttl = args[1], args[2], args[3], tonumber(args[5])
  local held = redis.call('HMGET', lease, 'owner', 'epoch', 'until', 'readers', 'trying', 'suspects', 'position',
    'redriving', 'seen', 'commit', 'history', 'shifted')
  local owner, epoch, readers = held[1] or '', held[2], held[4] or ''
  local reader = args[7] .. ' ' .. worker .. '\n'
  local known = { epoch = tonumber(args[4]) or 0, commit = tonumber(args[10] or '') or 0, read = args[11] or '' }
  local isBack = wentBack(log, tonumber(epoch or 0), tonumber(held[10] or 0), known)

  if action == 'acquire' or action == 'seize' then
    local time = now()
    if action == 'acquire' and owner ~= '' and owner ~= worker then
      local expires = heldUntil(held[3], held[9], time)
      if tonumber(held[9] or 0) > time then
        redis.call('HSET', lease, 'until', milliseconds(expires), 'seen', milliseconds(time))
      end
      if time < expires then return { 0, expires - time, owner, isBack and 1 or 0 } end
    end
    local refusal = unusable('HLEN', blocked, 'SCARD', redrive, 'HLEN', retry, 'SCARD', behindOf(lease))
      or forbidden('HSET', lease, 'HDEL', lease, 'XADD', log, 'XACK', log, 'XCLAIM', log, 'HSET', retry, 'HDEL', retry, 'HSET', blocked,
        'HDEL', blocked, 'SREM', redrive, 'SADD', behindOf(lease), 'SREM', behindOf(lease))
    if refusal then return refusal end
    local blockedKeys = redis.call('HKEYS', blocked)
    local info, recreatedAt, position = groupNamed(log, group), '', held[7]
    if not info and not epoch then
      redis.call('XGROUP', 'CREATE', log, group, args[6], 'MKSTREAM')
      info = groupNamed(log, group)
    elseif info and not epoch and args[6] ~= '0' and isUntouched(info) then
      redis.call('XGROUP', 'SETID', log, group, args[6])
      info = groupNamed(log, group)
    elseif not info then
      -- It was there: it goes on exactly where it was. What was delivered beyond the position is delivered again.
      recreatedAt = position or args[6]
      redis.call('XGROUP', 'CREATE', log, group, recreatedAt, 'MKSTREAM')
      claim(log, group, worker, redis.call('SMEMBERS', behindOf(lease)), 'FORCE', 'JUSTID')
      for _, id in ipairs(redis.call('HKEYS', retry)) do
        if redis.call('SISMEMBER', behindOf(lease), id) == 0 then redis.call('HDEL', retry, id) end
      end
    end
    if not position and info and info[6] == 0 then position = info[8] end
    local shifted, place = '', info and info[8] or recreatedAt
    if info and position and not held[11] then
      shifted, place = putBack(log, group, lease, retry, worker, position, info)
    end
    if action == 'seize' and shifted ~= '' then
      redis.call('HSET', lease, 'shifted', shifted)
    elseif action == 'acquire' and held[12] then
      redis.call('HDEL', lease, 'shifted')
      if shifted == '' then shifted = held[12] end
    end

    -- Nobody gave the lease back: the owner died, and of what it was handling. One that is alone is without doubt the cause: its
    -- delivery count grows, for everybody to see.
    local trying, suspects, redriving = held[5] or '', held[6] or '', tonumber(held[8] or 0)
    if redis.call('EXISTS', redrive) == 0 then redriving = 0 end
    if action == 'acquire' and trying ~= '' and tonumber(epoch) > known.epoch then
      suspects = trying
      local found = redis.call('XPENDING', log, group, '-', suspects, 2)
      if redis.call('EXISTS', redrive) == 1 then
        -- Dead letters that are handled again are suspected first. They aren't any more after three deaths, and stay dead.
        redriving = redriving + 1
        if redriving >= 3 then redis.call('DEL', redrive) end
      elseif #found == 1 and found[1][4] < manyDeliveries then
        redis.call('XCLAIM', log, group, worker, 0, found[1][1], 'RETRYCOUNT', milliseconds(found[1][4] + 1), 'JUSTID')
      end
    end

    local term = math.max(tonumber(epoch or 0) + 1, known.epoch + 1, time)
    redis.call('HSET', lease, 'epoch', milliseconds(term), 'owner', worker, 'until', milliseconds(time + ttl), 'commit', 0,
      'readers', action == 'seize' and '' or readers .. reader, 'paused', '', 'seen', milliseconds(time), 'trying', '', 'suspects', suspects,
      'redriving', redriving)
    if position then redis.call('HSET', lease, 'position', position) end
    local reply = { term, readers, recreatedAt, isBack and 1 or 0, shifted, place }
    for _, key in ipairs(blockedKeys) do reply[#reply + 1] = key end
    return reply
  end

  if owner ~= worker or epoch ~= args[4] or isBack then return { 0, isBack and 1 or 0 } end
  if action == 'renew' then
    local reply = { 1 }
    if args[9] == 'look' then
      local consumers = redis.pcall('XINFO', 'CONSUMERS', log, group)
      -- The group is gone, or all of the log: the lease is worth nothing, and taking it again sees to that.
      if consumers.err then
        redis.call('HSET', lease, 'owner', '', 'until', 0, 'trying', '')
        return { 0, 0 }
      end
      local info = held[7] and not held[11] and groupNamed(log, group)
      if info and isShifted(log, group, lease, held[7], info) then return { 0, 2 } end
      reply[2] = 0
      for _, info in ipairs(consumers) do
        if info[2] ~= worker then reply[2] = reply[2] + info[4] end
      end
      for _, key in ipairs(redis.call('SMEMBERS', redrive)) do reply[#reply + 1] = key end
    end
    local time = now()
    redis.call('HSET', lease, 'until', milliseconds(time + ttl), 'readers', args[7] == '' and readers or reader, 'paused', args[8],
      'seen', milliseconds(time))
    return reply
  end
  redis.call('HSET', lease, 'owner', '', 'until', 0, 'readers', '', 'seen', milliseconds(now()), 'trying', '')
  -- Whoever gives it back has not died.
  redis.call('HDEL', lease, 'tries')
  return { 1 }
end })

-- recover: hands a new owner the next entries that earlier owners left pending, in log order.
--   KEYS: log, lease, retry
--   ARGV: group, epoch, consumer, stream id to go on after, number of entries, 1 to leave out the consumer's own entries
--   Returns the last stream id that was looked at (empty at the end), and four values per entry: stream id, deliveries, JSON (nil if
--   the log does not hold it any more), failures so far (nil if none). At the end the consumers of earlier owners, with nothing
--   pending left, are gone.
-- Claiming with JUSTID does not count as a delivery. If the last owner's process died, the cause is among the suspects: of these the
-- first half is handed out, and so on until they are through. Whatever is handed out is noted before, so with every death
-- of a process half as many are suspected, until one is alone. After the end, and whenever the same owner recovers again, anything
-- pending may be the cause.
redis.register_function({ function_name = 'eventstreams_recover_v2', flags = { 'allow-oom' }, callback = function(keys, args)
  local log, lease, retry = keys[1], keys[2], keys[3]
  local group, consumer, after = args[1], args[3], '(' .. args[4]
  local held = redis.call('HMGET', lease, 'owner', 'epoch', 'trying', 'suspects')
  local trying, suspects = held[3], held[4]
  if held[1] ~= consumer or held[2] ~= args[2] then return fenced(log) end
  local refusal = unusable('HLEN', retry)
  if refusal then return refusal end

  local pending = {}
  if suspects ~= '' then
    pending = redis.call('XPENDING', log, group, after, suspects, args[5])
    for i = #pending, math.floor((#pending + 1) / 2) + 1, -1 do pending[i] = nil end
  end
  if #pending == 0 then pending = redis.call('XPENDING', log, group, after, '+', args[5]) end
  if #pending == 0 then
    redis.call('HSET', lease, 'trying', '+', 'suspects', '')
    for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', log, group)) do
      if info[2] ~= consumer and info[4] == 0 then redis.call('XGROUP', 'DELCONSUMER', log, group, info[2]) end
    end
    return { '' }
  end

  local last = pending[#pending][1]
  if trying ~= '+' then redis.call('HSET', lease, 'trying', last) end
  local taken, reply = {}, { last }
  for _, entry in ipairs(pending) do
    local id = entry[1]
    if args[6] == '0' or entry[2] ~= consumer then
      local found = redis.call('XRANGE', log, id, id)[1]
      taken[#taken + 1] = id
      reply[#reply + 1] = id
      reply[#reply + 1] = math.min(entry[4], manyDeliveries)
      reply[#reply + 1] = found and found[2][2] or false
      reply[#reply + 1] = redis.call('HGET', retry, id)
    end
  end
  claim(log, group, consumer, taken, 'JUSTID')
  return reply
end })

-- Effects stand in ARGV like this:
--   n, then for each of n hashes: index of its key, m, m fields that are assumed to be absent,
--   then command, index of its key, number of its arguments, arguments; again and again.
-- WHEN (field, condition, value, number of ARGV to pass over) lets the effects after it happen only if its condition holds;
-- SKIP (number of ARGV to pass over) at their end passes over what is to happen otherwise.
-- PUBLISH (id and JSON of each event) adds events to the log, unless their ids are remembered as those of publishers are.

local function refused(key, field, reason)
  return redis.error_reply('REFUSED ' .. key .. (field and ', field ' .. field or '') .. ': ' .. reason)
end

-- Looks for fields that are assumed to be absent.
--   Returns where the effects begin in ARGV; or nil and an error reply.
local function assumed(keys, args, i)
  local hashes = tonumber(args[i])
  i = i + 1
  for _ = 1, hashes do
    local key, count = keys[tonumber(args[i])], tonumber(args[i + 1])
    for from = i + 2, i + 1 + count, most do
      local found = redis.pcall('HMGET', key, unpack(args, from, math.min(from + most - 1, i + 1 + count)))
      if found.err then return nil, refused(key, nil, found.err) end
      for at = 1, #found do
        if found[at] then return nil, redis.error_reply('SURPRISED ' .. key .. ' has the field ' .. args[from + at - 1]) end
      end
    end
    i = i + 2 + count
  end
  return i
end

-- What fields are, before the effects, that effects from ARGV[i] on depend on: for each key's index the values by field, or why
-- there are none.
local function valuesBefore(keys, args, i)
  local fields, values, errors = {}, {}, {}
  local last = #args
  while i <= last do
    local command = args[i]
    if command == 'HINCRBY' or command == 'WHEN' then
      local key = args[i + 1]
      local list = fields[key]
      if not list then
        list = {}
        fields[key] = list
      end
      list[#list + 1] = args[i + 3]
    end
    i = i + 3 + tonumber(args[i + 2])
  end
  for key, list in pairs(fields) do
    local name = keys[tonumber(key)]
    local kind = redis.pcall('HLEN', name)
    if type(kind) == 'table' then
      errors[key] = kind.err
    else
      local found, known = valuesOf(name, list), {}
      for at = 1, #list do known[list[at]] = found[at] end
      values[key] = known
    end
  end
  return values, errors
end

-- Whether a condition holds of a value, which is false if there is none; or nil and what is wrong with the value.
local function holds(value, condition, expected)
  if condition == 'equals' then return value == expected end
  if condition == 'absent' then return not value end
  return isAtLeast(value or '0', expected)
end

-- An error reply if keys can't hold what effects write to them, or the user may not write it.
local function unwritable(keys, hashes, streams, commands)
  for command, key in pairs(commands) do
    local refusal = forbidden(command, key)
    if refusal then return refusal end
  end
  for key, isUnknown in pairs(hashes) do
    local length = isUnknown and redis.pcall('HLEN', keys[tonumber(key)])
    if type(length) == 'table' then return refused(keys[tonumber(key)], nil, length.err) end
  end
  local names = {}
  for key in pairs(streams) do
    if hashes[key] ~= nil then return refused(keys[tonumber(key)], nil, 'it can be a hash or a stream, and not both') end
    names[#names + 1] = keys[tonumber(key)]
  end
  local stream, reason = unappendable(names)
  if stream then return refused(stream, nil, reason) end
end

-- Finds out what effects from ARGV[i] on come to, and whether all of it can be written; writes nothing.
--   Returns a plan for `write`, or nil and an error reply.
local function planned(keys, args, i)
  local refusal
  i, refusal = assumed(keys, args, i)
  if refusal then return nil, refusal end
  local values, errors = valuesBefore(keys, args, i)
  -- Where the effects stand that happen; for those that set increased fields, these with their values. A field of a hash that is
  -- increased joins the earlier ones, as long as nothing else has been done to the hash. Of hashes, whether their type is unknown.
  local steps, increased, joining = {}, {}, {}
  local hashes, streams, commands, ids, jsons = {}, {}, {}, {}, {}
  local last = #args
  while i <= last do
    local step, command, key, count = i, args[i], args[i + 1], tonumber(args[i + 2])
    local at, known = i + 3, values[key]
    i = at + count
    if errors[key] and (command == 'HINCRBY' or command == 'HSET' or command == 'HDEL' or command == 'WHEN') then
      return nil, refused(keys[tonumber(key)], args[at], errors[key])
    end
    if command == 'HINCRBY' then
      local field = args[at]
      local total, reason = sum(known[field] or '0', args[at + 1])
      if not total then return nil, refused(keys[tonumber(key)], field, reason) end
      known[field], hashes[key] = total, false
      local list = joining[key]
      if not list then
        list = {}
        joining[key], increased[step] = list, list
        steps[#steps + 1] = step
        commands.HSET = commands.HSET or keys[tonumber(key)]
      end
      list[#list + 1] = field
      list[#list + 1] = total
    elseif command == 'WHEN' then
      local isTrue, reason = holds(known[args[at]], args[at + 1], args[at + 2])
      if reason then return nil, refused(keys[tonumber(key)], args[at], reason) end
      if not isTrue then i = i + tonumber(args[at + 3]) end
    elseif command == 'SKIP' then
      i = i + tonumber(args[at])
    else
      if command == 'HSET' then
        hashes[key] = not known
        if known then
          for field = at, at + count - 1, 2 do
            if known[args[field]] ~= nil then known[args[field]] = args[field + 1] end
          end
        end
        joining[key] = nil
      elseif command == 'HDEL' then
        hashes[key] = not known
        if known and known[args[at]] ~= nil then known[args[at]] = false end
        joining[key] = nil
      elseif command == 'PEXPIRE' then
        if #args[at] > 15 then return nil, refused(keys[tonumber(key)], nil, 'it can not be kept for ' .. args[at] .. ' ms') end
        joining[key] = nil
      elseif command == 'XADD' then
        streams[key] = true
        if count > 2 * most then return nil, refused(keys[tonumber(key)], nil, 'too many records in one entry') end
      elseif command == 'PUBLISH' then
        streams[key] = true
        for place = at, at + count - 1, 2 do
          ids[#ids + 1] = args[place]
          jsons[#jsons + 1] = args[place + 1]
        end
        command = 'XADD'
      else
        return nil, refused(keys[tonumber(key)], nil, 'there is no effect ' .. command)
      end
      steps[#steps + 1] = step
      commands[command] = commands[command] or keys[tonumber(key)]
    end
  end
  local known, window
  if #ids > 0 then
    known, window = remembered(keys[1] .. ':seen', standardWindow, ids)
    for place = 1, #ids do known[place] = known[place] and firstOf(keys[1], known[place]) end
    commands.HSET = commands.HSET or window
  end
  refusal = unwritable(keys, hashes, streams, commands)
  if refusal then return nil, refusal end
  return { steps = steps, increased = increased, ids = ids, jsons = jsons, known = known, window = window }
end

-- Adds the events of a plan to the log, from one on, unless their ids are remembered; returns the first that is not of this effect.
local function publish(log, plan, first, count, added, isNew)
  for place = first, first + count - 1 do
    local id = plan.ids[place]
    if not plan.known[place] and isNew[id] == nil then
      isNew[id] = true
      added[#added + 1] = id
      added[#added + 1] = redis.call('XADD', log, '*', 'event', plan.jsons[place])
    end
  end
  return first + count
end

-- Writes what was planned.
local function write(keys, args, plan)
  local call, added, isNew, nextEvent = redis.call, {}, {}, 1
  for _, i in ipairs(plan.steps) do
    local command, key, count = args[i], keys[tonumber(args[i + 1])], tonumber(args[i + 2])
    local increased = plan.increased[i]
    if increased then
      inParts('HSET', key, increased, 1, #increased)
    elseif command == 'PUBLISH' then
      nextEvent = publish(key, plan, nextEvent, count / 2, added, isNew)
    elseif command == 'XADD' then
      call('XADD', key, unpack(args, i + 3, i + 2 + count))
    else
      inParts(command, key, args, i + 3, i + 2 + count)
    end
  end
  if plan.window then remember(plan.window, standardWindow, added) end
end

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

-- commit: settles a batch of entries and applies their effects, if the lease is still this owner's: all of it or nothing.
--   KEYS: log, lease, retry, dead, blocked, redrive, then the state that the effects name
--   ARGV: group, epoch, number of this commit, consumer, the last entry in the log's order that the owner has had settled with it,
--     n, then n seams of what the owner was given, up to that entry: the last entry of a read, the first of the next,
--     n, then n stream ids to acknowledge, in the log's order, the effects of which follow at the end,
--     n, then n stream ids whose record of failures is done with,
--     n, then (stream id, deliveries, failures so far or '') of n entries to leave pending with that delivery count,
--     n, then (stream id, key, 'dead' or 'parked', JSON about it) of n entries to move to the dead letters,
--     n, then (letter id, key) of n dead letters that have been handled,
--     n, then n keys whose redrive is over,
--     effects
--   Returns {entries acknowledged, letters removed, stream ids not parked because their key is not blocked any more…},
--   with -1 in the place of the first if this commit was made before (its answer was lost); or an error.
-- What is acknowledged here was pending until now, because only the lease's owner acknowledges, commits are numbered one by one, and
-- a commit that is repeated is repeated as it was. If that is not so, the server went back to an earlier moment, or the group was
-- moved or made anew: the entries that the group will not deliver again are made pending again, and no effect is applied.
redis.register_function({ function_name = 'eventstreams_commit_v2', flags = { 'allow-oom' }, callback = function(keys, args)
  local log, lease, retry, dead, blocked, redrive = keys[1], keys[2], keys[3], keys[4], keys[5], keys[6]
  local group, consumer, number = args[1], args[4], tonumber(args[3])
  local held = redis.call('HMGET', lease, 'owner', 'epoch', 'commit', 'position')
  if held[1] ~= consumer or held[2] ~= args[2] then return fenced(log) end
  local before, position = tonumber(held[3] or 0), held[4]

  local i = 6
  local function list(width)
    local first = i + 1
    i = first + tonumber(args[i]) * width
    return first, i - 1
  end
  local firstSeam, lastSeam = list(2)
  local first, last = list(1)
  local firstCleared, lastCleared = list(1)
  local firstCounted, lastCounted = list(3)
  local firstLetter, lastLetter = list(4)
  local firstHandled, lastHandled = list(2)
  local firstEnded, lastEnded = list(1)

  if number <= before then
    local reply = { -1, 0 }
    for at = firstLetter, lastLetter, 4 do
      local id, isParked = args[at], args[at + 2] == 'parked'
      if isParked and #redis.call('XPENDING', log, group, id, id, 1) > 0 then reply[#reply + 1] = id end
    end
    return reply
  end

  -- The entries that become letters.
  local moved = {}
  local function givenBack(refusal)
    local info = groupNamed(log, group)
    if not info then return redis.error_reply('FENCED ' .. log .. ' has no group ' .. group) end
    local missed = {}
    for at = first, last do moved[#moved + 1] = args[at] end
    for _, id in ipairs(moved) do
      if not isAfter(id, info[8]) and not isSettled(lease, position, id) then missed[#missed + 1] = id end
    end
    claim(log, group, consumer, missed, 'FORCE', 'JUSTID')
    return redis.error_reply(refusal)
  end
  local function shifted(why)
    return 'SHIFTED the group ' .. group .. ' of ' .. log .. ' was moved: ' .. why
  end

  -- Everything is checked before anything is written.
  local refusal = unusable('SCARD', behindOf(lease))
  if refusal then return refusal end
  for at = firstSeam, lastSeam, 2 do
    if #redis.call('XREVRANGE', log, '(' .. args[at + 1], '(' .. args[at], 'COUNT', 1) > 0 then
      return redis.error_reply(shifted('it gave out nothing between ' .. args[at] .. ' and ' .. args[at + 1]))
    end
  end
  local lastPassed = first - 1 + (position and countThrough(position, args, first, last) or 0)
  local again = notBehind(lease, args, first, lastPassed)
  if again then return redis.error_reply(shifted(again .. ' was settled before')) end
  if i > firstCleared + 5 then
    -- There is more to it than effects.
    refusal = unusable('HLEN', retry, 'HLEN', blocked, 'XLEN', dead, 'SCARD', redrive)
    if refusal then return refusal end
  end
  local moves = args[5] ~= '' and (not position or isAfter(args[5], position))
  local counts, letters, reply = {}, {}, { 0, 0 }
  if lastLetter >= firstLetter then
    counts, refusal = letterCounts(blocked, args, firstLetter + 1, lastLetter, 4)
    if refusal then return refusal end
    refusal = forbidden('XADD', dead, 'HSET', blocked)
    if refusal then return refusal end
    local _, reason = unappendable({ dead })
    if reason then return redis.error_reply('ERR ' .. dead .. ': ' .. reason) end
    for at = firstLetter, lastLetter, 4 do
      local id, key, kind = args[at], args[at + 1], args[at + 2]
      if isSettled(lease, position, id) then return redis.error_reply(shifted(id .. ' was settled before')) end
      if kind == 'parked' and not counts[key] then
        reply[#reply + 1] = id
      else
        counts[key] = milliseconds((counts[key] or 0) + 1)
        letters[#letters + 1] = at
        moved[#moved + 1] = id
      end
    end
  end
  local handled = {}
  if lastHandled >= firstHandled then
    counts, refusal = letterCounts(blocked, args, firstHandled + 1, lastHandled, 2)
    if refusal then return refusal end
    for at = firstHandled, lastHandled, 2 do
      -- Somebody may have discarded it meanwhile: then it has no effect.
      if #redis.call('XRANGE', dead, args[at], args[at]) > 0 then handled[#handled + 1] = at end
    end
  end
  local plan
  if last >= first or lastHandled < firstHandled or #handled > 0 then
    plan, refusal = planned(keys, args, i)
    if refusal then return refusal end
  end

  if number ~= before + 1 then
    return givenBack('REWOUND ' .. log .. ' was set back: its last commit is ' .. milliseconds(before) .. ', and this is ' .. args[3])
  end
  local named = last - first + 1 + #moved
  local pending = acknowledge(log, group, args, first, last) + acknowledge(log, group, moved, 1, #moved)
  if pending < named then
    local found = named .. ' entries were to be settled, and ' .. pending .. ' of them were pending'
    for at = first + 1, last do
      if args[at] == args[at - 1] then return givenBack(shifted(found .. ', because it gave out ' .. args[at] .. ' twice')) end
    end
    return givenBack('REWOUND ' .. log .. ' was set back: ' .. found)
  end

  redis.call('HSET', lease, 'commit', args[3])
  inParts('SREM', behindOf(lease), args, first, lastPassed)
  inParts('SREM', behindOf(lease), moved, 1, #moved)
  inParts('HDEL', retry, args, firstCleared, lastCleared)
  for at = firstCounted, lastCounted, 3 do
    local claimed = redis.call('XCLAIM', log, group, consumer, 0, args[at], 'RETRYCOUNT', args[at + 1], 'JUSTID')
    if #claimed > 0 and args[at + 2] ~= '' then redis.call('HSET', retry, args[at], args[at + 2]) end
  end
  for _, at in ipairs(letters) do
    local id = args[at]
    local found = redis.call('XRANGE', log, id, id)[1]
    redis.call('XADD', dead, '*', 'entry', id, 'key', args[at + 1], 'kind', args[at + 2], 'about', args[at + 3],
      'event', found and found[2][2] or '')
    redis.call('HSET', blocked, args[at + 1], counts[args[at + 1]])
    redis.call('HDEL', retry, id)
  end

  if moves then
    -- What the position passes over and is still pending.
    local from = position and '(' .. position or '-'
    repeat
      local passed = redis.call('XPENDING', log, group, from, args[5], most)
      for _, entry in ipairs(passed) do redis.call('SADD', behindOf(lease), entry[1]) end
      if #passed > 0 then from = '(' .. passed[#passed][1] end
    until #passed < most
    redis.call('HSET', lease, 'position', args[5])
  end

  for _, at in ipairs(handled) do
    local id, key = args[at], args[at + 1]
    redis.call('XDEL', dead, id)
    redis.call('HDEL', retry, id)
    counts[key] = (counts[key] or 0) - 1
    if counts[key] > 0 then
      redis.call('HSET', blocked, key, milliseconds(counts[key]))
    else
      redis.call('HDEL', blocked, key)
      redis.call('SREM', redrive, key)
    end
  end
  inParts('SREM', redrive, args, firstEnded, lastEnded)

  if plan then write(keys, args, plan) end
  reply[1], reply[2] = last - first + 1, #handled
  return reply
end })

-- begin: makes the group of a service that handles its history before the log, unless it has begun before.
--   KEYS: log, lease
--   ARGV: group
--   Returns {1 if it was made, 2 if it was there and never used, 0 if the service has begun before; the first place of the log then, before
--   which the history is to be handled; '' if it is through}
-- From now on nothing is trimmed that it has not handled. `history`, a field of the lease, is there until it is through.
redis.register_function('eventstreams_begin_v2', function(keys, args)
  local log, lease = keys[1], keys[2]
  local info = groupNamed(log, args[1])
  if redis.call('EXISTS', lease) == 1 or (info and not isUntouched(info)) then
    return { 0, redis.call('HGET', lease, 'history') or '' }
  end
  if not info then redis.call('XGROUP', 'CREATE', log, args[1], '0', 'MKSTREAM') end
  local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local start = first and first[1] or successor(redis.call('XINFO', 'STREAM', log)[8])
  redis.call('HSET', lease, 'history', start, 'position', '0-0')
  return { info and 2 or 1, start }
end)

-- history: settles a page of a service's history and applies its effects, if the lease is still this owner's: all of it or nothing.
--   KEYS: log, lease, dead, blocked, redrive, then the state that the effects name
--   ARGV: group, epoch, number of this commit, consumer, the last event of the page, 1 if the log takes over after it,
--     n, then (stream id, key, 'dead' or 'parked', JSON about it, the event) of n events to put into the dead letters,
--     effects
--   Returns 1, -1 if this commit was made before (its answer was lost), or an error.
redis.register_function('eventstreams_history_v2', function(keys, args)
  local log, lease, dead, blocked, redrive = keys[1], keys[2], keys[3], keys[4], keys[5]
  local number = tonumber(args[3])
  local held = redis.call('HMGET', lease, 'owner', 'epoch', 'commit')
  if held[1] ~= args[4] or held[2] ~= args[2] then return fenced(log) end
  local before = tonumber(held[3] or 0)
  if number <= before then return -1 end
  if number ~= before + 1 then
    return redis.error_reply('REWOUND ' .. log .. ' was set back: its last commit is ' .. milliseconds(before) .. ', and this is ' .. args[3])
  end
  local first, last = 8, 7 + tonumber(args[7]) * 5
  local refusal = unusable('HLEN', blocked, 'XLEN', dead, 'SCARD', redrive)
  if refusal then return refusal end
  local counts, plan = {}, nil
  if last >= first then
    counts, refusal = letterCounts(blocked, args, first + 1, last, 5)
    if refusal then return refusal end
    refusal = forbidden('XADD', dead, 'HSET', blocked, 'SADD', redrive)
    if refusal then return refusal end
    local _, reason = unappendable({ dead })
    if reason then return redis.error_reply('ERR ' .. dead .. ': ' .. reason) end
  end
  plan, refusal = planned(keys, args, last + 1)
  if refusal then return refusal end

  redis.call('HSET', lease, 'commit', args[3], 'position', args[5])
  redis.call('HDEL', lease, 'tries')
  if args[6] == '1' then redis.call('HDEL', lease, 'history') end
  for at = first, last, 5 do
    local key, kind = args[at + 1], args[at + 2]
    -- Somebody may have discarded the letter that it was parked behind.
    if kind == 'parked' and not counts[key] then redis.call('SADD', redrive, key) end
    redis.call('XADD', dead, '*', 'entry', args[at], 'key', key, 'kind', kind, 'about', args[at + 3], 'event', args[at + 4])
    counts[key] = milliseconds((counts[key] or 0) + 1)
    redis.call('HSET', blocked, key, counts[key])
  end
  write(keys, args, plan)
  return 1
end)

-- redrive: asks the owner to handle the dead letters of some keys again, in order.
--   KEYS: blocked, redrive
--   ARGV: keys
--   Returns how many of them have dead letters.
redis.register_function({ function_name = 'eventstreams_redrive_v2', flags = { 'allow-oom' }, callback = function(keys, args)
  local found = 0
  for _, key in ipairs(args) do
    if redis.call('HEXISTS', keys[1], key) == 1 then
      redis.call('SADD', keys[2], key)
      found = found + 1
    end
  end
  return found
end })

-- discard: removes a dead letter for good, and has what was parked behind it handled.
--   KEYS: dead, blocked, redrive, retry, discarded, redriven
--   ARGV: letter id
--   Returns how many letters of the key are left, or -1 if there is no such letter.
redis.register_function({ function_name = 'eventstreams_discard_v2', flags = { 'allow-oom' }, callback = function(keys, args)
  local letter = redis.call('XRANGE', keys[1], args[1], args[1])[1]
  if not letter then return -1 end
  local about = {}
  for i = 1, #letter[2] - 1, 2 do about[letter[2][i]] = about[letter[2][i]] or letter[2][i + 1] end
  local refusal = unusable('HLEN', keys[2], 'SCARD', keys[3], 'HLEN', keys[4], 'SCARD', keys[5], 'HLEN', keys[6])
    or forbidden('XDEL', keys[1], 'HSET', keys[2], 'HDEL', keys[2], 'SADD', keys[3], 'SREM', keys[3], 'HDEL', keys[4], 'SADD', keys[5],
      'HDEL', keys[6])
  if refusal then return refusal end
  -- What is no letter blocks no key.
  local key, counts = about.key, {}
  if key then
    counts, refusal = letterCounts(keys[2], { key }, 1, 1, 1)
    if refusal then return refusal end
  end
  redis.call('XDEL', keys[1], args[1])
  redis.call('HDEL', keys[4], args[1])
  redis.call('HDEL', keys[6], args[1], args[1] .. ':attempts')
  if about.entry then redis.call('SADD', keys[5], about.entry) end
  if not key or not counts[key] then return 0 end
  local left = counts[key] - 1
  if left > 0 then
    redis.call('HSET', keys[2], key, milliseconds(left))
    redis.call('SADD', keys[3], key)
    return left
  end
  redis.call('HDEL', keys[2], key)
  redis.call('SREM', keys[3], key)
  return 0
end })

-- The place up to which no group of a log needs anything any more, and the group that needs what comes after it; of a service that has
-- no group, or if there is none at all, everything is needed.
local function settledBy(log, services)
  local groups, place, holder = {}, nil, 'nobody'
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', log)) do
    local id = info[8]
    groups[info[2]] = true
    if info[6] > 0 then
      local first = redis.call('XPENDING', log, info[2])[2]
      -- What is pending is needed, what is before it is not.
      local before = redis.call('XREVRANGE', log, '(' .. first, '-', 'COUNT', 1)[1]
      id = before and before[1] or '0-0'
    end
    -- Wherever somebody has moved the group: nothing after the position is settled.
    local position = redis.pcall('HGET', log .. ':lease:' .. info[2], 'position')
    if type(position) == 'string' and isAfter(id, position) then id = position end
    if not place or isAfter(place, id) then place, holder = id, info[2] end
  end
  for _, service in ipairs(services) do
    if not groups[service] then return '0-0', service end
  end
  return place or '0-0', holder
end

-- confirm: says whether a service's store holds what was acknowledged.
--   KEYS: stored
--   ARGV: what is wrong with it, empty if nothing is
redis.register_function({ function_name = 'eventstreams_confirm_v2', flags = { 'allow-oom' }, callback = function(keys, args)
  redis.call('HSET', keys[1], 'problem', args[1])
  if args[1] == '' then redis.call('HSET', keys[1], 'confirmed', milliseconds(now())) end
  return 1
end })

-- The first of n services, ARGV[8 …], whose store has not been found whole since ARGV[6], and why; nil if all have.
local function distrustedStore(keys, args, count)
  for i = 1, count do
    local found = redis.call('HMGET', keys[1 + i], 'problem', 'confirmed')
    if found[1] and found[1] ~= '' then return args[7 + i], found[1] end
    if tonumber(found[2] or 0) < tonumber(args[6]) then return args[7 + i], 'unconfirmed' end
  end
end

-- Looks for the oldest entries of a log that are past their time and that no group needs any more.
--   KEYS: log, then what n stores have confirmed
--   ARGV: entries recorded before this time in ms may go (0 for none), entries beyond so many may go (-1 for no limit),
--     how many to look at in this call, the stream id to go on after, '' for the beginning, how many were counted before it, since when in
--     ms the stores must have been found whole, n, then the n services whose stores they are, then the services that must have a group
--   Returns {how many they are, the last of them or '', the group that keeps the next one, which may go, or '', what is wrong with its
--     store, `unconfirmed`, or ''}
local function trimmable(keys, args)
  local log, before, keep, after = keys[1], args[1], tonumber(args[2]), args[4]
  if redis.call('EXISTS', log) == 0 then return { 0, '', '', '' } end
  local stores = tonumber(args[7])
  local settled, holder = settledBy(log, { unpack(args, 8 + stores) })
  local distrusted, why = distrustedStore(keys, args, stores)
  local length = redis.call('XLEN', log) - tonumber(args[5])
  local count, last, keeper = 0, '', ''
  for _, entry in ipairs(redis.call('XRANGE', log, after == '' and '-' or '(' .. after, '+', 'COUNT', args[3])) do
    if not (isGreater(before, partsOf(entry[1])) or (keep >= 0 and length - count > keep)) then break end
    keeper = isAfter(entry[1], settled) and holder or distrusted or ''
    if keeper ~= '' then break end
    count, last = count + 1, entry[1]
  end
  return { count, last, keeper, keeper == distrusted and why or '' }
end

-- trim: removes the oldest entries of a log that are past their time and that no group needs any more.
--   KEYS, ARGV: as `trimmable`, from the beginning
--   Returns what `trimmable` does.
redis.register_function({ function_name = 'eventstreams_trim_v2', flags = { 'allow-oom' }, callback = function(keys, args)
  local found = trimmable(keys, args)
  if found[1] > 0 then
    local next = redis.call('XRANGE', keys[1], found[2], '+', 'COUNT', 2)[2]
    if next then redis.call('XTRIM', keys[1], 'MINID', next[1]) else redis.call('XTRIM', keys[1], 'MAXLEN', 0) end
  end
  return found
end })

-- trimmable: counts what `trim` would remove.
--   KEYS, ARGV: as `trimmable`
redis.register_function({ function_name = 'eventstreams_trimmable_v2', flags = { 'no-writes' }, callback = function(keys, args)
  return trimmable(keys, args)
end })

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

-- swap: replaces a service's state in a shard by one that was built beside it, in one step, if the lease is still the builder's and
-- all of what was built is there.
--   KEYS: lease, n staged keys, the n keys they become, m keys that go
--   ARGV: epoch, n, how many of the staged keys do not vanish by themselves (they come first), m
redis.register_function({ function_name = 'eventstreams_swap_v2', flags = { 'allow-oom' }, callback = function(keys, args)
  if redis.call('HGET', keys[1], 'epoch') ~= args[1] then
    return redis.error_reply('FENCED another worker owns ' .. keys[1])
  end
  local count = tonumber(args[2])
  local gone = missing(keys, 2, tonumber(args[3]))
  if gone then return redis.error_reply('FENCED somebody has removed ' .. gone) end
  replace(keys, 2, count, tonumber(args[4]))
  return count
end })

-- restore: puts a log that was built beside a shard's log in its place, in one step, with its groups, its publish window and the state
-- of its services: a log that gives events to a service again, and a state that has their effects, must not meet.
--   KEYS: log, staged log, prefix of the publish windows, staged window, then the lease of each group, then for each group
--     n staged keys, the n keys they become, m keys that go
--   ARGV: the last entry of the log that the staged one takes account of, entries ever added to the staged log, window in ms,
--     number of groups, then for each group: name, epoch, position, n, how many of the staged keys do not vanish by themselves (they come
--     first), m, p, p stream ids that are pending before the position
--   Returns how many entries were added to the log meanwhile and moved over.
-- What was published meanwhile follows, unless its id is remembered.
redis.register_function('eventstreams_restore_v2', function(keys, args)
  local log, staged, seen = keys[1], keys[2], keys[4]
  local added, window = tonumber(args[2]), tonumber(args[3])
  local lastGroup = 4 + tonumber(args[4])
  -- Everything is checked before anything is written.
  local at, first = 5, lastGroup + 1
  for i = 5, lastGroup do
    if redis.call('HGET', keys[i], 'epoch') ~= args[at + 1] then
      return redis.error_reply('FENCED another worker owns ' .. keys[i])
    end
    local gone = missing(keys, first, tonumber(args[at + 4]))
    if gone then return redis.error_reply('FENCED somebody has removed ' .. gone) end
    first = first + 2 * tonumber(args[at + 3]) + tonumber(args[at + 5])
    at = at + 7 + tonumber(args[at + 6])
  end

  local moved = 0
  for _, entry in ipairs(redis.call('XRANGE', log, args[1] == '' and '-' or '(' .. args[1], '+')) do
    local isEvent, event = pcall(cjson.decode, entry[2][2])
    local id = isEvent and type(event) == 'table' and event.id
    if type(id) ~= 'string' or redis.call('HSETNX', seen, id, entry[1]) == 1 then
      redis.call('XADD', staged, entry[1], 'event', entry[2][2])
      moved = moved + 1
    end
  end

  -- First the staged log, which nobody sees yet: what can fail fails here.
  local i = 5
  for _ = 5, lastGroup do
    local name, position, count = args[i], args[i + 2], tonumber(args[i + 6])
    redis.call('XGROUP', 'CREATE', staged, name, position, 'MKSTREAM', 'ENTRIESREAD', args[2])
    local pending = {}
    for at = i + 7, i + 6 + count do pending[#pending + 1] = args[at] end
    claim(staged, name, 'restore', pending, 'FORCE', 'JUSTID')
    i = i + 7 + count
  end
  -- Places that the archive alone has are given to nobody else: the groups stand behind them, and would not be given what came there.
  local last = redis.call('XINFO', 'STREAM', staged)[8]
  if args[1] ~= '' and isAfter(args[1], last) then last = args[1] end
  if last ~= '0-0' then redis.call('XSETID', staged, last, 'ENTRIESADDED', milliseconds(added + moved), 'MAXDELETEDID', '0-0') end

  i = 5
  first = lastGroup + 1
  for group = 5, lastGroup do
    local position, count = args[i + 2], tonumber(args[i + 6])
    local renamed, obsolete = tonumber(args[i + 3]), tonumber(args[i + 5])
    replace(keys, first, renamed, obsolete)
    first = first + 2 * renamed + obsolete
    redis.call('HSET', keys[group], 'position', position)
    redis.call('DEL', behindOf(keys[group]))
    inParts('SADD', behindOf(keys[group]), args, i + 7, i + 6 + count)
    i = i + 7 + count
  end
  redis.call('RENAME', staged, log)
  if redis.call('EXISTS', seen) == 1 then
    local current = windowsNow(keys[3], window)
    redis.call('RENAME', seen, current)
    redis.call('PEXPIRE', current, lifetime(window))
  end
  return moved
end)

-- forget: removes a group that nobody runs, and what is kept for it; its own state stays.
--   KEYS: log, lease, retry, dead, blocked, redrive, discarded, redriven, stored
--   ARGV: group
--   Returns 1, 0 if there is no such group, or -1 if a worker has it.
redis.register_function({ function_name = 'eventstreams_forget_v2', flags = { 'allow-oom' }, callback = function(keys, args)
  local held, time = redis.call('HMGET', keys[2], 'owner', 'until', 'seen'), now()
  if held[1] and held[1] ~= '' and time < heldUntil(held[2], held[3], time) then return -1 end
  local found = 0
  if redis.call('EXISTS', keys[1]) == 1 then found = redis.call('XGROUP', 'DESTROY', keys[1], args[1]) end
  redis.call('DEL', keys[2], behindOf(keys[2]), keys[3], keys[4], keys[5], keys[6], keys[7], keys[8], keys[9])
  return found
end })

-- roster: tells who is working for a service, and on what. Advice for spreading the shards; safety is the leases' alone.
--   KEYS: roster
--   ARGV: worker, time to live in ms (0 to leave), shards it holds
--   Returns three values per live worker, the caller included: name, ms until it counts as gone, shards it holds.
redis.register_function({ function_name = 'eventstreams_roster_v2', flags = { 'allow-oom' }, callback = function(keys, args)
  local time, ttl = now(), tonumber(args[2])
  if ttl > 0 then
    redis.call('HSET', keys[1], args[1], milliseconds(time) .. ' ' .. milliseconds(ttl) .. ' ' .. args[3])
    redis.call('PEXPIRE', keys[1], milliseconds(ttl * 10))
  else
    redis.call('HDEL', keys[1], args[1])
  end
  local reply = {}
  local all = redis.call('HGETALL', keys[1])
  for i = 1, #all, 2 do
    local seen, lifetime, shards = string.match(all[i + 1], '^(%d+) (%d+) (.*)$')
    seen, lifetime = tonumber(seen or 0), tonumber(lifetime or 0)
    if seen > time then
      -- The clock was set back since.
      seen = time
      redis.call('HSET', keys[1], all[i], milliseconds(time) .. ' ' .. milliseconds(lifetime) .. ' ' .. shards)
    end
    if seen + lifetime <= time then
      redis.call('HDEL', keys[1], all[i])
    else
      reply[#reply + 1] = all[i]
      reply[#reply + 1] = seen + lifetime - time
      reply[#reply + 1] = shards
    end
  end
  return reply
end })
