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
--                               seen (server time in ms at which a worker last had it), position (the last entry acknowledged, from
--                               which the group goes on if it is lost)
--   rides:{s}:retry:payment     hash: stream id -> JSON of the failures so far, of entries that wait for another attempt
--   rides:{s}:dead:payment      stream of dead letters, and of the events of the same keys parked behind them
--   rides:{s}:blocked:payment   hash: key -> number of its dead letters
--   rides:{s}:redrive:payment   set of the keys whose dead letters are to be handled again
--   rides:{s}:payment:…         the service's own state

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function milliseconds(number)
  return string.format('%.0f', number)
end

-- publish: adds events to the log unless their ids are remembered.
--   KEYS: log, prefix of the publish windows
--   ARGV: window in ms, then id and JSON of each event
--   Returns a stream id per event; that of the first publication, with `=` before it, for one that is there already.
-- An id is remembered for at least one window and at most two: lookups go to the current and the previous one.
redis.register_function('eventstreams_publish_v1', function(keys, args)
  local log, window = keys[1], tonumber(args[1])
  local index = math.floor(now() / window)
  local current = keys[2] .. ':' .. milliseconds(index)
  local previous = keys[2] .. ':' .. milliseconds(index - 1)

  local ids = {}
  for i = 2, #args, 2 do ids[i / 2] = args[i] end
  if #ids == 0 then return {} end
  local known = redis.call('HMGET', current, unpack(ids))
  if redis.call('EXISTS', previous) == 1 then
    for i, streamId in ipairs(redis.call('HMGET', previous, unpack(ids))) do
      known[i] = known[i] or streamId
    end
  end

  local call, replies, added, count, addedById = redis.call, {}, {}, 0, {}
  for i, id in ipairs(ids) do
    local first = known[i] or addedById[id]
    if first then
      replies[i] = '=' .. first
    else
      local streamId = call('XADD', log, '*', 'event', args[i * 2 + 1])
      addedById[id] = streamId
      added[count + 1], added[count + 2] = id, streamId
      count = count + 2
      replies[i] = streamId
    end
  end
  if count > 0 then
    redis.call('HSET', current, unpack(added))
    redis.call('PEXPIRE', current, milliseconds(2 * window), 'NX')
  end
  return replies
end)

-- lease: takes, keeps or gives back the right of one worker to one (service, shard).
--   KEYS: lease, log, blocked, redrive, retry
--   ARGV: action, group, worker, epoch, time to live in ms, where a new group starts, client id of the worker's reader,
--     why it reads nothing (empty if it does)
--   acquire -> {epoch, the readers of earlier owners, where a group that was lost goes on or '', last stream id of the log, blocked
--              keys…},
--              or {0, ms until it may be taken, owner}
--   renew   -> {1, entries pending for others than the owner, keys to redrive…}, or {0}
--   release -> {1}, or {0}
-- The epoch grows at every change of owner; `commit` and `recover` compare it. It is never below the time in ms, so that it does
-- not go back when the server loses everything. XREADGROUP knows no
-- epoch: a new owner closes the connections that earlier ones read with, and nobody reads with a connection whose id does
-- not stand in the lease. They stand there until the first renewal, for the case that the new owner dies before it has done so.
redis.register_function('eventstreams_lease_v1', function(keys, args)
  local lease, log, blocked, redrive, retry = keys[1], keys[2], keys[3], keys[4], keys[5]
  local action, group, worker, ttl = args[1], args[2], args[3], tonumber(args[5])
  local held = redis.call('HMGET', lease, 'owner', 'epoch', 'until', 'readers')
  local owner, epoch, expires, readers = held[1] or '', held[2], tonumber(held[3] or 0), held[4] or ''
  local reader = args[7] .. ' ' .. worker .. '\n'

  if action == 'acquire' then
    local time = now()
    if owner ~= '' and owner ~= worker and time < expires then
      return { 0, expires - time, owner }
    end
    local exists, recreatedAt = false, ''
    if redis.call('EXISTS', log) == 1 then
      for _, info in ipairs(redis.call('XINFO', 'GROUPS', log)) do
        if info[2] == group then exists = true end
      end
    end
    if not exists and not epoch then
      redis.call('XGROUP', 'CREATE', log, group, args[6], 'MKSTREAM')
    elseif not exists then
      -- It was there: it goes on after what was acknowledged last. What waits for another attempt is pending again.
      recreatedAt = redis.call('HGET', lease, 'position') or args[6]
      redis.call('XGROUP', 'CREATE', log, group, recreatedAt, 'MKSTREAM')
      for _, id in ipairs(redis.call('HKEYS', retry)) do
        redis.call('XCLAIM', log, group, worker, 0, id, 'FORCE', 'JUSTID')
      end
    end
    local term = math.max(tonumber(epoch or 0) + 1, time)
    redis.call('HSET', lease, 'epoch', milliseconds(term), 'owner', worker, 'until', milliseconds(time + ttl), 'commit', 0,
      'readers', readers .. reader, 'paused', '', 'seen', milliseconds(time))
    local reply = { term, readers, recreatedAt, redis.call('XINFO', 'STREAM', log)[8] }
    for _, key in ipairs(redis.call('HKEYS', blocked)) do reply[#reply + 1] = key end
    return reply
  end

  if owner ~= worker or epoch ~= args[4] then return { 0 } end
  if action == 'renew' then
    local consumers = redis.pcall('XINFO', 'CONSUMERS', log, group)
    -- The group is gone, or all of the log: the lease is worth nothing, and taking it again sees to that.
    if consumers.err then
      redis.call('HSET', lease, 'owner', '', 'until', 0)
      return { 0 }
    end
    local time = now()
    redis.call('HSET', lease, 'until', milliseconds(time + ttl), 'readers', reader, 'paused', args[8],
      'seen', milliseconds(time))
    local foreign = 0
    for _, info in ipairs(consumers) do
      if info[2] ~= worker then foreign = foreign + info[4] end
    end
    local reply = { 1, foreign }
    for _, key in ipairs(redis.call('SMEMBERS', redrive)) do reply[#reply + 1] = key end
    return reply
  end
  redis.call('HSET', lease, 'owner', '', 'until', 0, 'readers', '', 'seen', milliseconds(now()))
  return { 1 }
end)

-- recover: hands a new owner the next entries that earlier owners left pending, in log order.
--   KEYS: log, lease, retry
--   ARGV: group, epoch, consumer, stream id to go on after, number of entries, 1 to leave out the consumer's own entries
--   Returns the last stream id that was looked at (empty at the end), and four values per entry: stream id, deliveries, JSON (nil if the log does not hold it any more), failures so far
--   (nil if none). At the end the consumers of earlier owners, with nothing pending left, are gone then.
-- Claiming with JUSTID does not count as a delivery.
redis.register_function('eventstreams_recover_v1', function(keys, args)
  local log, lease, retry = keys[1], keys[2], keys[3]
  local group, consumer = args[1], args[3]
  if redis.call('HGET', lease, 'epoch') ~= args[2] then return redis.error_reply('FENCED another worker owns ' .. log) end

  local pending = redis.call('XPENDING', log, group, '(' .. args[4], '+', args[5])
  local reply = {}
  for _, entry in ipairs(pending) do
    local id = entry[1]
    if args[6] == '0' or entry[2] ~= consumer then
      local found = redis.call('XRANGE', log, id, id)[1]
      redis.call('XCLAIM', log, group, consumer, 0, id, 'JUSTID')
      reply[#reply + 1] = id
      reply[#reply + 1] = entry[4]
      reply[#reply + 1] = found and found[2][2] or false
      reply[#reply + 1] = redis.call('HGET', retry, id)
    end
  end
  local last = pending[#pending]
  table.insert(reply, 1, last and last[1] or '')
  if #pending == 0 then
    for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', log, group)) do
      if info[2] ~= consumer and info[4] == 0 then redis.call('XGROUP', 'DELCONSUMER', log, group, info[2]) end
    end
  end
  return reply
end)

-- Applies effects: command, index of its key, number of its arguments, arguments; again and again.
-- WHEN (field, condition, value, number of ARGV to pass over) lets the effects after it happen only if its condition holds.
local function apply(keys, args, i)
  local call, last = redis.call, #args
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
    else
      if count == 2 then
        call(command, key, args[i], args[i + 1])
      elseif count == 3 then
        call(command, key, args[i], args[i + 1], args[i + 2])
      else
        call(command, key, unpack(args, i, i + count - 1))
      end
      i = i + count
    end
  end
end

-- commit: settles a batch of entries and applies their effects, if the lease is still this owner's.
--   KEYS: log, lease, retry, dead, blocked, redrive, then the state that the effects name
--   ARGV: group, epoch, number of this commit, consumer, the last entry in the log's order that the owner has had acknowledged with it,
--     n, then n stream ids to acknowledge, the effects of which follow at the end,
--     n, then n stream ids whose record of failures is done with,
--     n, then (stream id, deliveries, failures so far or '') of n entries to leave pending with that delivery count,
--     n, then (stream id, key, 'dead' or 'parked', JSON about it) of n entries to move to the dead letters,
--     n, then (letter id, key) of n dead letters that have been handled,
--     n, then n keys whose redrive is over,
--     effects
--   Returns {entries acknowledged, letters removed, stream ids not parked because their key is not blocked any more…},
--   {-1} if this commit was made before (its answer was lost), or the error FENCED.
-- What is acknowledged here was pending until now, because only the lease's owner acknowledges, commits are numbered, and a
-- commit that is repeated is repeated as it was. If nothing of it was pending, the group was moved or made anew under the
-- owner, which will get those entries again: no effect is applied then.
redis.register_function('eventstreams_commit_v1', function(keys, args)
  local log, lease, retry, dead, blocked, redrive = keys[1], keys[2], keys[3], keys[4], keys[5], keys[6]
  local group, consumer = args[1], args[4]
  local held = redis.call('HMGET', lease, 'epoch', 'commit')
  if held[1] ~= args[2] then return redis.error_reply('FENCED another worker owns ' .. log) end
  if tonumber(args[3]) <= tonumber(held[2]) then return { -1 } end
  if args[5] == '' then
    redis.call('HSET', lease, 'commit', args[3])
  else
    redis.call('HSET', lease, 'commit', args[3], 'position', args[5])
  end

  local i = 6
  local function list(width)
    local first = i + 1
    local last = i + tonumber(args[i]) * width
    i = last + 1
    return first, last
  end

  local acknowledged, removed = 0, 0
  local first, last = list(1)
  local wanted = last >= first
  if wanted then acknowledged = redis.call('XACK', log, group, unpack(args, first, last)) end
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
    end
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
--   KEYS: dead, blocked, redrive, retry
--   ARGV: letter id, key
--   Returns how many letters of the key are left, or -1 if there is no such letter.
redis.register_function('eventstreams_discard_v1', function(keys, args)
  if redis.call('XDEL', keys[1], args[1]) == 0 then return -1 end
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

-- forget: removes a group that nobody runs, and what is kept for it; its own state stays.
--   KEYS: log, lease, retry, dead, blocked, redrive
--   ARGV: group
--   Returns 1, 0 if there is no such group, or -1 if a worker has it.
redis.register_function('eventstreams_forget_v1', function(keys, args)
  local held = redis.call('HMGET', keys[2], 'owner', 'until')
  if held[1] and held[1] ~= '' and now() < tonumber(held[2] or 0) then return -1 end
  local found = 0
  if redis.call('EXISTS', keys[1]) == 1 then found = redis.call('XGROUP', 'DESTROY', keys[1], args[1]) end
  redis.call('DEL', keys[2], keys[3], keys[4], keys[5], keys[6])
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
