-- commit: settles a batch of entries and applies their effects, if the lease is still this owner's: all of it or nothing.
--   KEYS: prefix of the logs, lease, retry, dead, blocked, redrive, then the state that the effects name
--   ARGV: group, epoch, number of this commit, consumer, the last entry in the log's order that the owner has had settled with it, how many
--     entries up to there it was given and has not settled, where all of this comes from: '' for the log, `history`, or `end` if with this
--     commit the history is through and the log takes over,
--     of a history only: n, then n entries up to there, after the position, that it was given and has not settled,
--     n, then n seams of what the owner was given, up to that entry: topic, the last entry of a read, the first of the next,
--     n, then for each of n topics its name, m, and m entry ids to acknowledge, in the log's order, the effects of which follow at the end,
--     n, then n entry ids whose record of failures is done with,
--     n, then (topic, entry id, deliveries, failures so far or '') of n entries to leave pending with that delivery count,
--     n, then (topic, entry id, key, 'dead' or 'parked', JSON about it, the event or '' if the log has it) of n entries to move to
--       the dead letters,
--     n, then (letter id, key) of n dead letters that have been handled,
--     n, then n keys whose redrive is over,
--     effects
--   Returns {entries acknowledged, letters removed, entry ids not parked because their key is not blocked any more…},
--   with -1 in the place of the first if this commit was made before (its answer was lost); or an error.
-- What is acknowledged here was pending until now, because only the lease's owner acknowledges, commits are numbered one by one, and
-- a commit that is repeated is repeated as it was. If that is not so, the server went back to an earlier moment, or the group was
-- moved or made anew: the entries that the group will not deliver again are made pending again, and no effect is applied.
-- Of a history nothing is ever pending: the position and what stands behind it say what is settled, and the owner what it passes over.
redis.register_function({ function_name = 'eventstreams_commit_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local log, lease, retry, dead, blocked, redrive = keys[1], keys[2], keys[3], keys[4], keys[5], keys[6]
  local group, consumer, number = args[1], args[4], tonumber(args[3])
  local held = redis.call('HMGET', lease, 'owner', 'epoch', 'commit', 'position', 'topics', 'history')
  if held[1] ~= consumer or held[2] ~= args[2] then return fenced(log) end
  local before, position, topics = tonumber(held[3] or 0), held[4], wordsOf(held[5])

  local isHistory, i = args[7] ~= '', 8
  local function list(width)
    local first = i + 1
    i = first + tonumber(args[i]) * width
    return first, i - 1
  end
  local firstPassed, lastPassed = 1, 0
  if isHistory then firstPassed, lastPassed = list(1) end
  local firstSeam, lastSeam = list(3)
  -- By topic: where its entries stand in ARGV.
  local lists = {}
  i = i + 1
  for at = 1, tonumber(args[i - 1]) do
    local topic = args[i]
    i = i + 1
    local first, last = list(1)
    lists[at] = { stream = streamOf(log, topic), first = first, last = last }
  end
  local firstCleared, lastCleared = list(1)
  local firstCounted, lastCounted = list(4)
  local firstLetter, lastLetter = list(6)
  local firstHandled, lastHandled = list(2)
  local firstEnded, lastEnded = list(1)

  if number <= before then
    local reply = { -1, 0 }
    for at = firstLetter, lastLetter, 6 do
      local id, isOpen = args[at + 1], args[at + 3] == 'parked'
      if isOpen and isHistory then
        isOpen = redis.call('SISMEMBER', behindOf(lease), id) == 1
      elseif isOpen then
        isOpen = #redis.call('XPENDING', streamOf(log, args[at]), group, id, id, 1) > 0
      end
      if isOpen then reply[#reply + 1] = id end
    end
    return reply
  end

  -- The entries that become letters, by stream.
  local moved = {}
  local function givenBack(refusal)
    if isHistory then return redis.error_reply(refusal) end
    for _, list in ipairs(lists) do
      for at = list.first, list.last do
        if not moved[list.stream] then moved[list.stream] = {} end
        moved[list.stream][#moved[list.stream] + 1] = args[at]
      end
    end
    for stream, ids in pairs(moved) do
      local info = groupNamed(stream, group)
      if not info then return redis.error_reply('FENCED ' .. stream .. ' has no group ' .. group) end
      local missed = {}
      for _, id in ipairs(ids) do
        if not isAfter(id, info[8]) and not isSettled(lease, position, id) then missed[#missed + 1] = id end
      end
      claim(stream, group, consumer, missed, 'FORCE', 'JUSTID')
    end
    return redis.error_reply(refusal)
  end
  local function shifted(why)
    return 'SHIFTED the group ' .. group .. ' of ' .. log .. ' was moved: ' .. why
  end

  -- Everything is checked before anything is written.
  local refusal = unusable('SCARD', behindOf(lease))
  if refusal then return refusal end
  if isHistory ~= (held[6] ~= false) then
    return redis.error_reply('REWOUND ' .. log .. ' was set back: it is ' .. (isHistory and 'not ' or '') .. 'in its history')
  end
  for at = firstSeam, lastSeam, 3 do
    local topic, after, before = args[at], args[at + 1], args[at + 2]
    if #redis.call('XRANGE', streamOf(log, topic), '(' .. after, '(' .. before, 'COUNT', 1) > 0 then
      return redis.error_reply(shifted('it gave out nothing of ' .. topic .. ' between ' .. after .. ' and ' .. before))
    end
  end
  local named = 0
  for _, list in ipairs(lists) do
    named = named + list.last - list.first + 1
    -- Of these, the position has passed over the first.
    list.lastPassed = list.first - 1 + (position and countThrough(position, args, list.first, list.last) or 0)
    local again = notBehind(lease, args, list.first, list.lastPassed)
    if again then return redis.error_reply(shifted(again .. ' was settled before')) end
  end
  local acknowledged = named
  if i > firstCleared + 4 then
    -- There is more to it than effects.
    refusal = unusable('HLEN', retry, 'HLEN', blocked, 'XLEN', dead, 'SCARD', redrive)
    if refusal then return refusal end
  end
  local moves = args[5] ~= '' and (not position or isAfter(args[5], position))
  local counts, letters, reply = {}, {}, { 0, 0 }
  if lastLetter >= firstLetter then
    counts, refusal = letterCounts(blocked, args, firstLetter + 2, lastLetter, 6)
    if refusal then return refusal end
    refusal = forbidden('XADD', dead, 'HSET', blocked)
    if refusal then return refusal end
    local _, reason = unappendable({ dead })
    if reason then return redis.error_reply('ERR ' .. dead .. ': ' .. reason) end
    for at = firstLetter, lastLetter, 6 do
      local stream, id, key, kind = streamOf(log, args[at]), args[at + 1], args[at + 2], args[at + 3]
      if isSettled(lease, position, id) then return redis.error_reply(shifted(id .. ' was settled before')) end
      if kind == 'parked' and not counts[key] then
        reply[#reply + 1] = id
      else
        counts[key] = milliseconds((counts[key] or 0) + 1)
        letters[#letters + 1] = at
        named = named + 1
        if not moved[stream] then moved[stream] = {} end
        moved[stream][#moved[stream] + 1] = id
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
  if acknowledged > 0 or lastHandled < firstHandled or #handled > 0 then
    plan, refusal = planned(keys, args, i)
    if refusal then return refusal end
  end

  if args[7] == 'end' and redis.call('SCARD', behindOf(lease)) > 0 then
    return redis.error_reply(shifted('of the history something is not settled'))
  end
  if number ~= before + 1 then
    return givenBack('REWOUND ' .. log .. ' was set back: its last commit is ' .. milliseconds(before) .. ', and this is ' .. args[3])
  end
  if plan and plan.outbox then plan.needed = firstPending(log, group, topics) end
  local pending = 0
  if isHistory then
    pending = named
  else
    for _, list in ipairs(lists) do pending = pending + acknowledge(list.stream, group, args, list.first, list.last) end
    for stream, ids in pairs(moved) do pending = pending + acknowledge(stream, group, ids, 1, #ids) end
  end
  if pending < named then
    local found = named .. ' entries were to be settled, and ' .. pending .. ' of them were pending'
    for _, list in ipairs(lists) do
      for at = list.first + 1, list.last do
        if args[at] == args[at - 1] then return givenBack(shifted(found .. ', because it gave out ' .. args[at] .. ' twice')) end
      end
    end
    return givenBack('REWOUND ' .. log .. ' was set back: ' .. found)
  end
  -- What the position passes over and is still pending; of that the owner knows.
  local passed = {}
  if moves then
    for at = firstPassed, lastPassed do
      if not position or isAfter(args[at], position) then passed[#passed + 1] = args[at] end
    end
    for at = 3, isHistory and #reply or 0 do
      if not position or isAfter(reply[at], position) then passed[#passed + 1] = reply[at] end
    end
    for _, topic in ipairs(isHistory and {} or topics) do
      local stream, from = streamOf(log, topic), position and '(' .. position or '-'
      repeat
        local found = redis.pcall('XPENDING', stream, group, from, args[5], most)
        if found.err then return givenBack('FENCED ' .. stream .. ' has no group ' .. group) end
        for _, entry in ipairs(found) do passed[#passed + 1] = entry[1] end
        if #found > 0 then from = '(' .. found[#found][1] end
      until #found < most
    end
    local open = #passed + redis.call('SCARD', behindOf(lease))
    for _, list in ipairs(lists) do open = open - (list.lastPassed - list.first + 1) end
    for _, ids in pairs(moved) do
      for _, id in ipairs(ids) do
        if position and not isAfter(id, position) then open = open - 1 end
      end
    end
    local expected = args[6] + #reply - 2
    if open ~= expected then
      local found = expected .. ' entries up to ' .. args[5] .. ' were given out and not settled, and ' .. open .. ' are pending'
      return givenBack(open < expected and 'REWOUND ' .. log .. ' was set back: ' .. found or shifted(found))
    end
  end

  if moves then
    redis.call('HSET', lease, 'commit', args[3], 'position', args[5])
  else
    redis.call('HSET', lease, 'commit', args[3])
  end
  for _, list in ipairs(lists) do inParts('SREM', behindOf(lease), args, list.first, list.lastPassed) end
  for _, ids in pairs(moved) do inParts('SREM', behindOf(lease), ids, 1, #ids) end
  inParts('HDEL', retry, args, firstCleared, lastCleared)
  for at = firstCounted, lastCounted, 4 do
    local stream, id = streamOf(log, args[at]), args[at + 1]
    local isOpen = isHistory or #redis.call('XCLAIM', stream, group, consumer, 0, id, 'RETRYCOUNT', args[at + 2], 'JUSTID') > 0
    if isOpen and args[at + 3] ~= '' then redis.call('HSET', retry, id, args[at + 3]) end
  end
  for _, at in ipairs(letters) do
    local id, key = args[at + 1], args[at + 2]
    local event = args[at + 5]
    if event == '' then
      local found = redis.call('XRANGE', streamOf(log, args[at]), id, id)[1]
      event = found and found[2][2] or ''
    end
    redis.call('XADD', dead, '*', 'entry', id, 'topic', args[at], 'key', key, 'kind', args[at + 3], 'about', args[at + 4], 'event', event)
    redis.call('HSET', blocked, key, counts[key])
    redis.call('HDEL', retry, id)
  end

  inParts('SADD', behindOf(lease), passed, 1, #passed)

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
  if args[7] == 'end' then beginLog(log, group, lease, topics, held[6]) end

  if plan then write(keys, args, plan) end
  reply[1], reply[2] = acknowledged, #handled
  return reply
end })
