-- Until when a lease is held, in ms of the server's clock. Where that clock has been set back since the lease was renewed, the time to
-- live that it was given begins now: a dead owner is not taken for a live one for as long as the clock was set back.
local function heldUntil(expires, seen, time)
  expires, seen = tonumber(expires or 0), tonumber(seen or 0)
  if seen > time then return time + math.max(0, expires - seen) end
  return expires
end

-- Whether the server has gone back to an earlier moment (a replica took its place that did not have all, or a back-up, or what had
-- been written to disk): it holds less than a worker knows to have been there, which is the epoch it had, the number of its last commit
-- in it that was answered, and the last entry that it read, of which topic.
local function wentBack(log, epoch, commit, known)
  if known.epoch > epoch then return true end
  if known.epoch == epoch and known.commit > commit then return true end
  if known.read == '' then return false end
  local stream = streamOf(log, known.topic)
  if redis.call('EXISTS', stream) == 0 then return true end
  if #redis.call('XRANGE', stream, known.read, known.read) > 0 then return false end
  -- Trimmed, deleted by hand, or never there.
  local info = redis.call('XINFO', 'STREAM', stream)
  if isAfter(known.read, info[8]) then return true end
  return info[2] > 0 and isAfter(known.read, info[14]) and isAfter(known.read, info[10])
end

-- Makes the groups that a service lacks on topics that it wants. One that began before goes on from its position, on whichever topic.
--   Returns its groups, where one goes on that was lost or '', and the topics on which a group was made anew.
local function madeGroups(log, lease, group, worker, retry, wanted, start, held)
  local epoch, position, had, recreatedAt = held.epoch, held.position, {}, ''
  for _, topic in ipairs(wordsOf(held.topics)) do had[topic] = true end
  if start == '$' then start = clockNow(log) end
  for _, topic in ipairs(wanted) do
    if topic == allTopics then wantAll(log, group, epoch and position or start) end
  end
  local lacking = {}
  for topic in pairs(had) do lacking[#lacking + 1] = topic end
  for _, topic in ipairs(wanted) do
    if topic ~= allTopics and not had[topic] then lacking[#lacking + 1] = topic end
  end
  local isLost = false
  for _, topic in ipairs(lacking) do
    local isThere = groupNamed(streamOf(log, topic), group)
    makeGroup(log, topic, group, epoch and position or start)
    if not isThere then
      if had[topic] then
        -- What was delivered beyond the position is delivered again.
        recreatedAt, isLost = position or start, true
        local behind = held.history and {} or redis.call('SMEMBERS', behindOf(lease))
        claim(streamOf(log, topic), group, worker, behind, 'FORCE', 'JUSTID')
      end
    end
  end
  local groups = groupsOf(log, group, shardTopics(log))
  for _, topic in ipairs(groups) do
    if not epoch and start ~= '0' and isUntouched(topic.info) then
      redis.call('XGROUP', 'SETID', topic.stream, group, start)
      topic.info = groupNamed(topic.stream, group)
    end
  end
  if isLost and not held.history then
    local isBehind = {}
    for _, id in ipairs(redis.call('SMEMBERS', behindOf(lease))) do isBehind[id] = true end
    for _, id in ipairs(redis.call('HKEYS', retry)) do
      if not isBehind[id] and (not position or isAfter(id, position)) then
        local isPending = false
        for _, topic in ipairs(groups) do
          isPending = isPending or #redis.call('XPENDING', topic.stream, group, id, id, 1) > 0
        end
        if not isPending then redis.call('HDEL', retry, id) end
      end
    end
  end
  return groups, recreatedAt
end

-- lease: takes, keeps or gives back the right of one worker to one (service, shard), all its topics together.
--   KEYS: lease, prefix of the logs, blocked, redrive, retry
--   ARGV: action, group, worker, epoch (to acquire, the last that this process had of the shard), time to live in ms, where a new
--     group starts, client id of the worker's reader, why it reads nothing (empty if it does), `look` to be told what there is to do
--     besides, number of its last commit in that epoch that was answered, topic and place of the last entry that it read (these may be
--     empty), then the topics that it wants (`*` for all)
--   acquire -> {epoch, the readers of earlier owners, where a group that was lost goes on or '', 1 if the server went back, from where
--              to where somebody has moved a group or '', the place up to which all is given out, the topics with blanks in between,
--              blocked keys…},
--              or {0, ms until it may be taken, owner, 1 if the server went back}
--   renew   -> {1, entries pending for others than the owner, keys to redrive…}, or {0, 1 if the server went back, 2 if
--              a group does not stand where it must}; without `look` {1}
--   release -> {1}, or {0}
--   seize   -> as acquire, from whoever has it: for maintenance, which reads nothing, and closes the readers itself
-- The epoch grows at every change of owner; `commit` and `recover` compare it. It is never below the time in ms, nor below what this
-- process had, so that it does not go back when the server loses everything. XREADGROUP knows no
-- epoch: a new owner closes the connections that earlier ones read with, and nobody reads with a connection whose id does
-- not stand in the lease. They stand there until the first renewal, for the case that the new owner dies before it has done so.
-- Time only says when somebody else may try: if the clock is wrong, or two believe to own the shard, the epoch decides.
-- The owner reads all topics on which the service has a group, those that it does not want as well: another version of the service does.
redis.register_function({ function_name = 'eventstreams_lease_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local lease, log, blocked, redrive, retry = keys[1], keys[2], keys[3], keys[4], keys[5]
  local action, group, worker, ttl = args[1], args[2], args[3], tonumber(args[5])
  local held = redis.call('HMGET', lease, 'owner', 'epoch', 'until', 'readers', 'trying', 'suspects', 'position',
    'redriving', 'seen', 'commit', 'history', 'shifted', 'topics')
  local owner, epoch, readers = held[1] or '', held[2], held[4] or ''
  local reader = args[7] .. ' ' .. worker .. '\n'
  local known = { epoch = tonumber(args[4]) or 0, commit = tonumber(args[10] or '') or 0, topic = args[11] or '', read = args[12] or '' }
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
    local refusal = unusable('HLEN', blocked, 'SCARD', redrive, 'HLEN', retry, 'SCARD', behindOf(lease), 'HLEN', topicsOf(log))
      or forbidden('HSET', lease, 'HDEL', lease, 'HSET', retry, 'HDEL', retry, 'HSET', blocked, 'HDEL', blocked, 'SREM', redrive,
        'SADD', behindOf(lease), 'SREM', behindOf(lease), 'HSET', topicsOf(log))
    if refusal then return refusal end
    local wanted = { unpack(args, 13) }
    local topics = shardTopics(log)
    for _, topic in ipairs(wanted) do topics[#topics + 1] = topic ~= allTopics and topic or nil end
    for _, topic in ipairs(topics) do
      local stream = streamOf(log, topic)
      refusal = unusable('XLEN', stream) or forbidden('XADD', stream, 'XACK', stream, 'XCLAIM', stream)
      if refusal then return refusal end
    end
    local blockedKeys = redis.call('HKEYS', blocked)
    local groups, recreatedAt = madeGroups(log, lease, group, worker, retry, wanted, args[6],
      { epoch = epoch, position = held[7], history = held[11], topics = held[13] })
    local position, names, pending = held[7], {}, 0
    for at, topic in ipairs(groups) do
      names[at] = topic.topic
      pending = pending + topic.info[6]
    end
    if not position and pending == 0 then
      for _, topic in ipairs(groups) do
        if not position or isAfter(position, topic.info[8]) then position = topic.info[8] end
      end
    end
    local shifted, place = '', position or '0-0'
    if position and not held[11] then
      shifted, place = putBack(groups, group, lease, retry, worker, position)
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
      local found, stream = 0, nil
      if held[11] and trying ~= '+' then
        -- Of a history the owner has noted one that was alone.
        local words = wordsOf(redis.call('HGET', lease, 'tries'))
        local deaths = words[1] == trying and tonumber(words[2]) or 0
        redis.call('HSET', lease, 'tries', trying .. ' ' .. milliseconds(deaths + 1))
      end
      for _, topic in ipairs(held[11] and {} or groups) do
        for _, entry in ipairs(redis.call('XPENDING', topic.stream, group, '-', suspects, 2)) do
          found, stream, topic.entry = found + 1, topic, entry
        end
      end
      if redis.call('EXISTS', redrive) == 1 and not held[11] then
        -- Dead letters that are handled again are suspected first. They aren't any more after three deaths, and stay dead.
        redriving = redriving + 1
        if redriving >= 3 then redis.call('DEL', redrive) end
      elseif found == 1 and stream.entry[4] < manyDeliveries then
        redis.call('XCLAIM', stream.stream, group, worker, 0, stream.entry[1], 'RETRYCOUNT', milliseconds(stream.entry[4] + 1), 'JUSTID')
      end
    end

    epoch = math.max(tonumber(epoch or 0) + 1, known.epoch + 1, time)
    redis.call('HSET', lease, 'epoch', milliseconds(epoch), 'owner', worker, 'until', milliseconds(time + ttl), 'commit', 0,
      'readers', action == 'seize' and '' or readers .. reader, 'paused', '', 'seen', milliseconds(time), 'trying', '', 'suspects', suspects,
      'redriving', redriving, 'topics', table.concat(names, ' '))
    if position then redis.call('HSET', lease, 'position', position) end
    local reply = { epoch, readers, recreatedAt, isBack and 1 or 0, shifted, place, table.concat(names, ' ') }
    for _, key in ipairs(blockedKeys) do reply[#reply + 1] = key end
    return reply
  end

  if owner ~= worker or epoch ~= args[4] or isBack then return { 0, isBack and 1 or 0 } end
  if action == 'renew' then
    local reply = { 1 }
    if args[9] == 'look' then
      reply[2] = 0
      for _, topic in ipairs(wordsOf(held[13])) do
        local stream = streamOf(log, topic)
        local consumers = redis.pcall('XINFO', 'CONSUMERS', stream, group)
        -- The group is gone, or all of the stream: the lease is worth nothing, and taking it again sees to that.
        if consumers.err then
          fence(lease)
          return { 0, 0 }
        end
        local info = held[7] and not held[11] and groupNamed(stream, group)
        if info and isShifted(stream, group, lease, held[7], info) then return { 0, 2 } end
        for _, about in ipairs(consumers) do
          if about[2] ~= worker then reply[2] = reply[2] + about[4] end
        end
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
