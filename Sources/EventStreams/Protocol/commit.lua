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
redis.register_function({ function_name = 'eventstreams_commit_v3', flags = { 'allow-oom' }, callback = function(keys, args)
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
