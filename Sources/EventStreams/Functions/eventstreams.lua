#!lua name=eventstreams_v1

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
--                               dead letters were handled again)
--                               For a service that began with its history: history (the first place of its log, until which it
--                               handles history; gone when it is through), during which position is a place in the history; tries
--                               (how often the page after it was begun)
--   rides:{s}:lease:payment:behind  set: the entries up to `position` that are not settled, so that a lost group gets them back
--   rides:{s}:retry:payment     hash: stream id -> JSON of the failures so far, of entries that wait for another attempt
--   rides:{s}:dead:payment      stream of dead letters, and of the events of the same keys parked behind them
--   rides:{s}:blocked:payment   hash: key -> number of its dead letters
--   rides:{s}:redrive:payment   set of the keys whose dead letters are to be handled again
--   rides:{s}:discarded:payment set of the entries whose dead letters were discarded: a rebuild leaves them out, too
--   rides:{s}:rebuild:payment:<run>:…  state that is being built, to take the place of the service's own
--   rides:{s}:restore:<run>:…   log and publish window that are being built
--   rides:{s}:payment:…         the service's own state

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function milliseconds(number)
  return string.format('%.0f', number)
end

-- Whether a stream id comes after another.
local function isAfter(id, other)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  local otherMs, otherSeq = string.match(other, '^(%d+)-(%d+)$')
  ms, otherMs = tonumber(ms), tonumber(otherMs)
  return ms > otherMs or (ms == otherMs and tonumber(seq) > tonumber(otherSeq))
end

-- What XINFO GROUPS says of a group; nil if there is none.
local function groupNamed(log, group)
  if redis.call('EXISTS', log) == 0 then return nil end
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', log)) do
    if info[2] == group then return info end
  end
end

-- The set of entries up to the position that are not settled.
local function behindOf(lease)
  return lease .. ':behind'
end

-- How long ids are remembered that services publish, in ms; what publishers use unless told otherwise.
local standardWindow = 24 * 3600 * 1000

-- A field that is longer than what hashes keep as a plain list, which is searched from end to end.
local longField = '-----------------------------------------------------------------'

-- Remembers what was published in a publish window: event id, stream id, and so on.
local function remember(current, window, added)
  if #added == 0 then return end
  local isNew = redis.call('EXISTS', current) == 0
  if isNew then redis.call('HSET', current, longField, '') end
  for i = 1, #added, 1000 do redis.call('HSET', current, unpack(added, i, math.min(i + 999, #added))) end
  if isNew then
    -- What has become a table stays one.
    redis.call('HDEL', current, longField)
    redis.call('PEXPIRE', current, milliseconds(2 * window))
  end
end

-- The publish windows of now and before that.
local function windowsNow(seen, window)
  local index = math.floor(now() / window)
  return seen .. ':' .. milliseconds(index), seen .. ':' .. milliseconds(index - 1)
end

-- publish: adds events to the log unless their ids are remembered.
--   KEYS: log, prefix of the publish windows
--   ARGV: window in ms, then id and JSON of each event
--   Returns a stream id per event; that of the first publication, with `=` before it, for one that is there already.
-- An id is remembered for at least one window and at most two: lookups go to the current and the previous one.
redis.register_function('eventstreams_publish_v1', function(keys, args)
  local log, window = keys[1], tonumber(args[1])
  local current, previous = windowsNow(keys[2], window)
  local call, last, ids = redis.call, #args, {}
  for i = 2, last, 2 do ids[i / 2] = args[i] end
  if last < 2 then return {} end
  -- Becomes the reply.
  local known = call('HMGET', current, unpack(ids))
  if call('EXISTS', previous) == 1 then
    for i, streamId in ipairs(call('HMGET', previous, unpack(ids))) do
      known[i] = known[i] or streamId
    end
  end

  local added, count, addedById = {}, 0, {}
  for i = 2, last, 2 do
    local id, place = args[i], i / 2
    local first = known[place] or addedById[id]
    if first then
      known[place] = '=' .. first
    else
      local streamId = call('XADD', log, '*', 'event', args[i + 1])
      addedById[id], known[place] = streamId, streamId
      added[count + 1], added[count + 2] = id, streamId
      count = count + 2
    end
  end
  remember(current, window, added)
  return known
end)

-- lease: takes, keeps or gives back the right of one worker to one (service, shard).
--   KEYS: lease, log, blocked, redrive, retry
--   ARGV: action, group, worker, epoch (to acquire, the last that this process had of the shard), time to live in ms, where a new
--     group starts, client id of the worker's reader, why it reads nothing (empty if it does), `look` to be told what there is to do
--     besides
--   acquire -> {epoch, the readers of earlier owners, where a group that was lost goes on or '', last stream id of the log, blocked
--              keys…},
--              or {0, ms until it may be taken, owner}
--   renew   -> {1, entries pending for others than the owner, keys to redrive…}, or {0}; without `look` {1}
--   release -> {1}, or {0}
--   seize   -> as acquire, from whoever has it: for maintenance, which reads nothing, and closes the readers itself
-- The epoch grows at every change of owner; `commit` and `recover` compare it. It is never below the time in ms, so that it does
-- not go back when the server loses everything. XREADGROUP knows no
-- epoch: a new owner closes the connections that earlier ones read with, and nobody reads with a connection whose id does
-- not stand in the lease. They stand there until the first renewal, for the case that the new owner dies before it has done so.
redis.register_function('eventstreams_lease_v1', function(keys, args)
  local lease, log, blocked, redrive, retry = keys[1], keys[2], keys[3], keys[4], keys[5]
  local action, group, worker, ttl = args[1], args[2], args[3], tonumber(args[5])
  local held = redis.call('HMGET', lease, 'owner', 'epoch', 'until', 'readers', 'trying', 'suspects', 'position',
    'redriving')
  local owner, epoch, expires, readers = held[1] or '', held[2], tonumber(held[3] or 0), held[4] or ''
  local reader = args[7] .. ' ' .. worker .. '\n'

  if action == 'acquire' or action == 'seize' then
    local time = now()
    if action == 'acquire' and owner ~= '' and owner ~= worker and time < expires then
      return { 0, expires - time, owner }
    end
    local info, recreatedAt, position = groupNamed(log, group), '', held[7]
    if not info and not epoch then
      redis.call('XGROUP', 'CREATE', log, group, args[6], 'MKSTREAM')
      info = groupNamed(log, group)
    elseif not info then
      -- It was there: it goes on exactly where it was. What was delivered beyond the position is delivered again.
      recreatedAt = position or args[6]
      redis.call('XGROUP', 'CREATE', log, group, recreatedAt, 'MKSTREAM')
      for _, id in ipairs(redis.call('SMEMBERS', behindOf(lease))) do
        redis.call('XCLAIM', log, group, worker, 0, id, 'FORCE', 'JUSTID')
      end
      for _, id in ipairs(redis.call('HKEYS', retry)) do
        if redis.call('SISMEMBER', behindOf(lease), id) == 0 then redis.call('HDEL', retry, id) end
      end
    end
    if not position and info and info[6] == 0 then position = info[8] end

    -- Nobody gave the lease back: the owner died, and of what it was handling. One that is alone is without doubt the cause: its
    -- delivery count grows, for everybody to see.
    local trying, suspects, redriving = held[5] or '', held[6] or '', tonumber(held[8] or 0)
    if redis.call('EXISTS', redrive) == 0 then redriving = 0 end
    if action == 'acquire' and trying ~= '' and epoch ~= args[4] then
      suspects = trying
      local found = redis.call('XPENDING', log, group, '-', suspects, 2)
      if redis.call('EXISTS', redrive) == 1 then
        -- Dead letters that are handled again are suspected first. They aren't any more after three deaths, and stay dead.
        redriving = redriving + 1
        if redriving >= 3 then redis.call('DEL', redrive) end
      elseif #found == 1 then
        redis.call('XCLAIM', log, group, worker, 0, found[1][1], 'RETRYCOUNT', found[1][4] + 1, 'JUSTID')
      end
    end

    local term = math.max(tonumber(epoch or 0) + 1, time)
    redis.call('HSET', lease, 'epoch', milliseconds(term), 'owner', worker, 'until', milliseconds(time + ttl), 'commit', 0,
      'readers', action == 'seize' and '' or readers .. reader, 'paused', '', 'seen', milliseconds(time), 'trying', '', 'suspects', suspects,
      'redriving', redriving)
    if position then redis.call('HSET', lease, 'position', position) end
    local reply = { term, readers, recreatedAt, redis.call('XINFO', 'STREAM', log)[8] }
    for _, key in ipairs(redis.call('HKEYS', blocked)) do reply[#reply + 1] = key end
    return reply
  end

  if owner ~= worker or epoch ~= args[4] then return { 0 } end
  if action == 'renew' then
    local reply = { 1 }
    if args[9] == 'look' then
      local consumers = redis.pcall('XINFO', 'CONSUMERS', log, group)
      -- The group is gone, or all of the log: the lease is worth nothing, and taking it again sees to that.
      if consumers.err then
        redis.call('HSET', lease, 'owner', '', 'until', 0, 'trying', '')
        return { 0 }
      end
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
  return { 1 }
end)

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
redis.register_function('eventstreams_recover_v1', function(keys, args)
  local log, lease, retry = keys[1], keys[2], keys[3]
  local group, consumer, after = args[1], args[3], '(' .. args[4]
  local held = redis.call('HMGET', lease, 'epoch', 'trying', 'suspects')
  local trying, suspects = held[2], held[3]
  if held[1] ~= args[2] then return redis.error_reply('FENCED another worker owns ' .. log) end

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
  local claim, reply = { log, group, consumer, 0 }, { last }
  for _, entry in ipairs(pending) do
    local id = entry[1]
    if args[6] == '0' or entry[2] ~= consumer then
      local found = redis.call('XRANGE', log, id, id)[1]
      claim[#claim + 1] = id
      reply[#reply + 1] = id
      reply[#reply + 1] = entry[4]
      reply[#reply + 1] = found and found[2][2] or false
      reply[#reply + 1] = redis.call('HGET', retry, id)
    end
  end
  if #claim > 4 then
    claim[#claim + 1] = 'JUSTID'
    redis.call('XCLAIM', unpack(claim))
  end
  return reply
end)

-- Applies effects: command, index of its key, number of its arguments, arguments; again and again.
-- WHEN (field, condition, value, number of ARGV to pass over) lets the effects after it happen only if its condition holds;
-- SKIP (number of ARGV to pass over) at their end passes over what is to happen otherwise.
-- Events that are published are remembered as those of publishers are: whoever publishes a copy of them adds nothing.
local function apply(keys, args, i)
  local call, last, published = redis.call, #args, {}
  while i <= last do
    local command, key, count = args[i], keys[tonumber(args[i + 1])], tonumber(args[i + 2])
    i = i + 3
    if command == 'WHEN' then
      local actual, condition, expected = call('HGET', key, args[i]), args[i + 1], args[i + 2]
      local holds
      if condition == 'equals' then
        holds = actual == expected
      elseif condition == 'absent' then
        holds = not actual
      else
        holds = tonumber(actual or 0) >= tonumber(expected)
      end
      i = i + 4 + (holds and 0 or tonumber(args[i + 3]))
    elseif command == 'SKIP' then
      i = i + 1 + tonumber(args[i])
    else
      if count == 2 then
        call(command, key, args[i], args[i + 1])
      elseif count == 3 then
        local reply = call(command, key, args[i], args[i + 1], args[i + 2])
        local id = args[i + 1] == 'event' and key == keys[1] and string.match(args[i + 2], '^{"id":"([^"\\\\]+)"')
        if id then
          published[#published + 1] = id
          published[#published + 1] = reply
        end
      else
        call(command, key, unpack(args, i, i + count - 1))
      end
      i = i + count
    end
  end
  if #published > 0 then remember(windowsNow(keys[1] .. ':seen', standardWindow), standardWindow, published) end
end

-- commit: settles a batch of entries and applies their effects, if the lease is still this owner's.
--   KEYS: log, lease, retry, dead, blocked, redrive, then the state that the effects name
--   ARGV: group, epoch, number of this commit, consumer, the last entry in the log's order that the owner has had settled with it,
--     n, then n stream ids to acknowledge, the effects of which follow at the end,
--     n, then n stream ids whose record of failures is done with,
--     n, then (stream id, deliveries, failures so far or '') of n entries to leave pending with that delivery count,
--     n, then (stream id, key, 'dead' or 'parked', JSON about it) of n entries to move to the dead letters,
--     n, then (letter id, key) of n dead letters that have been handled,
--     n, then n keys whose redrive is over,
--     effects
--   Returns {entries acknowledged, letters removed, stream ids not parked because their key is not blocked any more…},
--   with -1 in the place of the first if this commit was made before (its answer was lost), or the error FENCED; also if the group
--   is gone.
-- What is acknowledged here was pending until now, because only the lease's owner acknowledges, commits are numbered, and a
-- commit that is repeated is repeated as it was. If nothing of it was pending, the group was moved or made anew under the
-- owner, which will get those entries again: no effect is applied then.
redis.register_function('eventstreams_commit_v1', function(keys, args)
  local log, lease, retry, dead, blocked, redrive = keys[1], keys[2], keys[3], keys[4], keys[5], keys[6]
  local group, consumer = args[1], args[4]
  local held = redis.call('HMGET', lease, 'epoch', 'commit', 'position')
  if held[1] ~= args[2] then return redis.error_reply('FENCED another worker owns ' .. log) end

  local i = 6
  local function list(width)
    local first = i + 1
    local last = i + tonumber(args[i]) * width
    i = last + 1
    return first, last
  end

  local first, last = list(1)
  if tonumber(args[3]) <= tonumber(held[2]) then
    list(1)
    list(3)
    first, last = list(4)
    local reply = { -1, 0 }
    for at = first, last, 4 do
      local id, isParked = args[at], args[at + 2] == 'parked'
      if isParked and #redis.call('XPENDING', log, group, id, id, 1) > 0 then reply[#reply + 1] = id end
    end
    return reply
  end

  local acknowledged, removed = 0, 0
  local wanted = last >= first
  if wanted then acknowledged = redis.call('XACK', log, group, unpack(args, first, last)) end
  if acknowledged == 0 and not groupNamed(log, group) then
    return redis.error_reply('FENCED ' .. log .. ' has no group ' .. group)
  end
  redis.call('HSET', lease, 'commit', args[3])
  local behind = redis.call('EXISTS', behindOf(lease)) == 1
  if behind and wanted then redis.call('SREM', behindOf(lease), unpack(args, first, last)) end
  first, last = list(1)
  if last >= first then redis.call('HDEL', retry, unpack(args, first, last)) end

  first, last = list(3)
  for at = first, last, 3 do
    redis.call('XCLAIM', log, group, consumer, 0, args[at], 'RETRYCOUNT', args[at + 1], 'JUSTID')
    if args[at + 2] ~= '' then redis.call('HSET', retry, args[at], args[at + 2]) end
  end

  local reply = { 0, 0 }
  first, last = list(4)
  for at = first, last, 4 do
    local id, key, kind = args[at], args[at + 1], args[at + 2]
    if kind == 'parked' and redis.call('HEXISTS', blocked, key) == 0 then
      reply[#reply + 1] = id
    elseif redis.call('XACK', log, group, id) == 1 then
      local found = redis.call('XRANGE', log, id, id)[1]
      redis.call('XADD', dead, '*', 'entry', id, 'key', key, 'kind', kind, 'about', args[at + 3],
        'event', found and found[2][2] or '')
      redis.call('HINCRBY', blocked, key, 1)
      redis.call('HDEL', retry, id)
      if behind then redis.call('SREM', behindOf(lease), id) end
    end
  end

  -- What the position passes over and is still pending.
  local position = held[3]
  if args[5] ~= '' and (not position or isAfter(args[5], position)) then
    local from = position and '(' .. position or '-'
    for _, entry in ipairs(redis.call('XPENDING', log, group, from, args[5], 1000000)) do
      redis.call('SADD', behindOf(lease), entry[1])
    end
    redis.call('HSET', lease, 'position', args[5])
  end

  first, last = list(2)
  for at = first, last, 2 do
    wanted = true
    if redis.call('XDEL', dead, args[at]) == 1 then
      removed = removed + 1
      redis.call('HDEL', retry, args[at])
      if redis.call('HINCRBY', blocked, args[at + 1], -1) <= 0 then
        redis.call('HDEL', blocked, args[at + 1])
        redis.call('SREM', redrive, args[at + 1])
      end
    end
  end
  first, last = list(1)
  if last >= first then redis.call('SREM', redrive, unpack(args, first, last)) end

  if not wanted or acknowledged + removed > 0 then apply(keys, args, i) end
  reply[1], reply[2] = acknowledged, removed
  return reply
end)

-- begin: makes the group of a service that handles its history before the log, unless it has begun before.
--   KEYS: log, lease
--   ARGV: group
--   Returns {1 if it was made, the first place of the log then, before which the history is to be handled; '' if it is through}
-- From now on nothing is trimmed that it has not handled. `history`, a field of the lease, is there until it is through.
redis.register_function('eventstreams_begin_v1', function(keys, args)
  local log, lease = keys[1], keys[2]
  local isNew = redis.call('EXISTS', lease) == 0 and not groupNamed(log, args[1])
  if not isNew then return { 0, redis.call('HGET', lease, 'history') or '' } end
  redis.call('XGROUP', 'CREATE', log, args[1], '0', 'MKSTREAM')
  local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local start = first and first[1]
  if not start then
    local ms, seq = string.match(redis.call('XINFO', 'STREAM', log)[8], '^(%d+)-(%d+)$')
    start = ms .. '-' .. milliseconds(tonumber(seq) + 1)
  end
  redis.call('HSET', lease, 'history', start, 'position', '0-0')
  return { 1, start }
end)

-- history: settles a page of a service's history and applies its effects, if the lease is still this owner's.
--   KEYS: log, lease, dead, blocked, redrive, then the state that the effects name
--   ARGV: group, epoch, number of this commit, the last event of the page, 1 if the log takes over after it,
--     n, then (stream id, key, 'dead' or 'parked', JSON about it, the event) of n events to put into the dead letters,
--     effects
--   Returns 1, -1 if this commit was made before (its answer was lost), or the error FENCED.
redis.register_function('eventstreams_history_v1', function(keys, args)
  local log, lease, dead, blocked, redrive = keys[1], keys[2], keys[3], keys[4], keys[5]
  local held = redis.call('HMGET', lease, 'epoch', 'commit')
  if held[1] ~= args[2] then return redis.error_reply('FENCED another worker owns ' .. log) end
  if tonumber(args[3]) <= tonumber(held[2]) then return -1 end
  redis.call('HSET', lease, 'commit', args[3], 'position', args[4])
  redis.call('HDEL', lease, 'tries')
  if args[5] == '1' then redis.call('HDEL', lease, 'history') end
  local after = 7 + tonumber(args[6]) * 5
  for at = 7, after - 1, 5 do
    local key, kind = args[at + 1], args[at + 2]
    -- Somebody may have discarded the letter that it was parked behind.
    if kind == 'parked' and redis.call('HEXISTS', blocked, key) == 0 then redis.call('SADD', redrive, key) end
    redis.call('XADD', dead, '*', 'entry', args[at], 'key', key, 'kind', kind, 'about', args[at + 3], 'event', args[at + 4])
    redis.call('HINCRBY', blocked, key, 1)
  end
  apply(keys, args, after)
  return 1
end)

-- redrive: asks the owner to handle the dead letters of some keys again, in order.
--   KEYS: blocked, redrive
--   ARGV: keys
--   Returns how many of them have dead letters.
redis.register_function('eventstreams_redrive_v1', function(keys, args)
  local found = 0
  for _, key in ipairs(args) do
    if redis.call('HEXISTS', keys[1], key) == 1 then
      redis.call('SADD', keys[2], key)
      found = found + 1
    end
  end
  return found
end)

-- discard: removes a dead letter for good, and has what was parked behind it handled.
--   KEYS: dead, blocked, redrive, retry, discarded
--   ARGV: letter id, key
--   Returns how many letters of the key are left, or -1 if there is no such letter.
redis.register_function('eventstreams_discard_v1', function(keys, args)
  local letter = redis.call('XRANGE', keys[1], args[1], args[1])[1]
  if not letter then return -1 end
  redis.call('XDEL', keys[1], args[1])
  redis.call('SADD', keys[5], letter[2][2])
  redis.call('HDEL', keys[4], args[1])
  local left = redis.call('HINCRBY', keys[2], args[2], -1)
  if left > 0 then
    redis.call('SADD', keys[3], args[2])
    return left
  end
  redis.call('HDEL', keys[2], args[2])
  redis.call('SREM', keys[3], args[2])
  return 0
end)

-- The lowest position that any group of a log still needs, as milliseconds and sequence, and that group's name; nil if the log
-- has no group.
local function neededFrom(log)
  local milliseconds, sequence, holder
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', log)) do
    local id = info[8]
    local isPending = info[6] > 0
    if isPending then id = redis.call('XPENDING', log, info[2])[2] end
    local ms, seq = string.match(id, '^(%d+)-(%d+)$')
    ms, seq = tonumber(ms), tonumber(seq)
    -- What is pending is needed; what was delivered last is not.
    if not isPending then seq = seq + 1 end
    if not holder or ms < milliseconds or (ms == milliseconds and seq < sequence) then
      milliseconds, sequence, holder = ms, seq, info[2]
    end
  end
  return milliseconds, sequence, holder
end

-- trim: removes the oldest entries of a log that are past their time and that no group needs any more.
--   KEYS: log
--   ARGV: entries recorded before this time in ms may go (0 for none), entries beyond so many may go (-1 for no limit),
--     how many to look at in this call, and, to only count them: the stream id to go on after, how many were counted so far, and
--     `count` (empty, 0 and empty to remove them)
--   Returns {entries removed or counted, the last of them or '', the group that keeps the next one, which may go, or ''}
redis.register_function('eventstreams_trim_v1', function(keys, args)
  local log, before, keep = keys[1], tonumber(args[1]), tonumber(args[2])
  local after, counted = args[4], tonumber(args[5])
  if redis.call('EXISTS', log) == 0 then return { 0, '', '' } end
  local neededMs, neededSeq, holder = neededFrom(log)
  local length = redis.call('XLEN', log) - counted
  local removed, last, keeper = 0, '', ''
  for _, entry in ipairs(redis.call('XRANGE', log, after == '' and '-' or '(' .. after, '+', 'COUNT', args[3])) do
    local ms, seq = string.match(entry[1], '^(%d+)-(%d+)$')
    ms, seq = tonumber(ms), tonumber(seq)
    if not (ms < before or (keep >= 0 and length - removed > keep)) then break end
    -- Without a group nobody has acknowledged anything.
    if not holder or ms > neededMs or (ms == neededMs and seq >= neededSeq) then
      keeper = holder or 'nobody'
      break
    end
    removed, last = removed + 1, entry[1]
  end
  if removed > 0 and args[6] ~= 'count' then
    local ms, seq = string.match(last, '^(%d+)-(%d+)$')
    redis.call('XTRIM', log, 'MINID', ms .. '-' .. milliseconds(tonumber(seq) + 1))
  end
  return { removed, last, keeper }
end)

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
redis.register_function('eventstreams_swap_v1', function(keys, args)
  if redis.call('HGET', keys[1], 'epoch') ~= args[1] then
    return redis.error_reply('FENCED another worker owns ' .. keys[1])
  end
  local count = tonumber(args[2])
  local gone = missing(keys, 2, tonumber(args[3]))
  if gone then return redis.error_reply('FENCED somebody has removed ' .. gone) end
  replace(keys, 2, count, tonumber(args[4]))
  return count
end)

-- restore: puts a log that was built beside a shard's log in its place, in one step, with its groups, its publish window and the state
-- of its services: a log that gives events to a service again, and a state that has their effects, must not meet.
--   KEYS: log, staged log, prefix of the publish windows, staged window, then the lease of each group, then for each group
--     n staged keys, the n keys they become, m keys that go
--   ARGV: the last entry of the log that the staged one takes account of, entries ever added to the staged log, window in ms,
--     number of groups, then for each group: name, epoch, position, n, how many of the staged keys do not vanish by themselves (they come
--     first), m, p, p stream ids that are pending before the position
--   Returns how many entries were added to the log meanwhile and moved over.
-- What was published meanwhile follows, unless its id is remembered.
redis.register_function('eventstreams_restore_v1', function(keys, args)
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

  local i = 5
  first = lastGroup + 1
  for group = 5, lastGroup do
    local name, position, count = args[i], args[i + 2], tonumber(args[i + 6])
    local renamed, obsolete = tonumber(args[i + 3]), tonumber(args[i + 5])
    replace(keys, first, renamed, obsolete)
    first = first + 2 * renamed + obsolete
    local lease = keys[group]
    redis.call('XGROUP', 'CREATE', staged, name, position, 'MKSTREAM', 'ENTRIESREAD', args[2])
    redis.call('HSET', lease, 'position', position)
    redis.call('DEL', behindOf(lease))
    for from = i + 7, i + 6 + count, 1000 do
      local through = math.min(from + 999, i + 6 + count)
      local claim = { staged, name, 'restore', 0 }
      for at = from, through do claim[#claim + 1] = args[at] end
      claim[#claim + 1] = 'FORCE'
      claim[#claim + 1] = 'JUSTID'
      redis.call('XCLAIM', unpack(claim))
      redis.call('SADD', behindOf(lease), unpack(args, from, through))
    end
    i = i + 7 + count
  end

  -- Places that the archive alone has are given to nobody else: the groups stand behind them, and would not be given what came there.
  local last = redis.call('XINFO', 'STREAM', staged)[8]
  if args[1] ~= '' and isAfter(args[1], last) then last = args[1] end
  if last ~= '0-0' then redis.call('XSETID', staged, last, 'ENTRIESADDED', milliseconds(added + moved), 'MAXDELETEDID', '0-0') end
  redis.call('RENAME', staged, log)
  if redis.call('EXISTS', seen) == 1 then
    local current = windowsNow(keys[3], window)
    redis.call('RENAME', seen, current)
    redis.call('PEXPIRE', current, milliseconds(2 * window))
  end
  return moved
end)

-- forget: removes a group that nobody runs, and what is kept for it; its own state stays.
--   KEYS: log, lease, retry, dead, blocked, redrive, discarded
--   ARGV: group
--   Returns 1, 0 if there is no such group, or -1 if a worker has it.
redis.register_function('eventstreams_forget_v1', function(keys, args)
  local held = redis.call('HMGET', keys[2], 'owner', 'until')
  if held[1] and held[1] ~= '' and now() < tonumber(held[2] or 0) then return -1 end
  local found = 0
  if redis.call('EXISTS', keys[1]) == 1 then found = redis.call('XGROUP', 'DESTROY', keys[1], args[1]) end
  redis.call('DEL', keys[2], behindOf(keys[2]), keys[3], keys[4], keys[5], keys[6], keys[7])
  return found
end)

-- roster: tells who is working for a service, and on what. Advice for spreading the shards; safety is the leases' alone.
--   KEYS: roster
--   ARGV: worker, time to live in ms (0 to leave), shards it holds
--   Returns three values per live worker, the caller included: name, ms until it counts as gone, shards it holds.
redis.register_function('eventstreams_roster_v1', function(keys, args)
  local time, ttl = now(), tonumber(args[2])
  if ttl > 0 then
    redis.call('HSET', keys[1], args[1], milliseconds(time + ttl) .. ' ' .. args[3])
    redis.call('PEXPIRE', keys[1], milliseconds(ttl * 10))
  else
    redis.call('HDEL', keys[1], args[1])
  end
  local reply = {}
  local all = redis.call('HGETALL', keys[1])
  for i = 1, #all, 2 do
    local expires, shards = string.match(all[i + 1], '^(%d+) (.*)$')
    if tonumber(expires) <= time then
      redis.call('HDEL', keys[1], all[i])
    else
      reply[#reply + 1] = all[i]
      reply[#reply + 1] = tonumber(expires) - time
      reply[#reply + 1] = shards
    end
  end
  return reply
end)
