-- restore: puts a log that was built beside a shard's log in its place, in one step, with its groups, the ids that are remembered and the state
-- of its services, and with what waits beside it: a log that gives events to a service again, and a state that has their effects, must not meet.
--   KEYS: prefix of the logs, prefix of the staged logs, prefix of what is remembered, what the staged log remembers, then the lease of each group, then
--     for each group n staged keys, the n keys they become, m keys that go
--   ARGV: the last entry of the log that the staged one takes account of, deduplication time in ms,
--     n, then (topic, entries ever added to it) of n topics,
--     number of groups, then for each group: name, epoch, position, n, how many of the staged keys do not vanish by themselves (they come
--     first), m, n, n topics (`*` for all), p, (topic, entry id) of p entries that are pending before the position
--   Returns how many entries were added to the log meanwhile and moved over.
-- What was published meanwhile follows, unless its id is remembered.
redis.register_function('eventstreams_restore_v6', function(keys, args)
  local log, staged, seen = keys[1], keys[2], keys[4]
  local period, i = tonumber(args[2]), 4
  local added, names = {}, {}
  for _ = 1, tonumber(args[3]) do
    names[#names + 1], added[args[i]] = args[i], tonumber(args[i + 1])
    i = i + 2
  end
  local groups, first = {}, 5 + tonumber(args[i])
  for at = 1, tonumber(args[i]) do
    local group = { lease = keys[4 + at], name = args[i + 1], epoch = args[i + 2], position = args[i + 3], first = first,
      renamed = tonumber(args[i + 4]), lasting = tonumber(args[i + 5]), obsolete = tonumber(args[i + 6]), topics = {}, pending = {},
      behind = {} }
    first = first + 2 * group.renamed + group.obsolete
    i = i + 7
    for _ = 1, tonumber(args[i]) do
      i = i + 1
      group.topics[#group.topics + 1] = args[i]
    end
    i = i + 1
    for _ = 1, tonumber(args[i]) do
      local topic, id = args[i + 1], args[i + 2]
      if not group.pending[topic] then group.pending[topic] = {} end
      group.pending[topic][#group.pending[topic] + 1] = id
      group.behind[#group.behind + 1] = id
      i = i + 2
    end
    groups[at] = group
  end
  -- Everything is checked before anything is written.
  for _, group in ipairs(groups) do
    if redis.call('HGET', group.lease, 'epoch') ~= group.epoch then
      return redis.error_reply('FENCED another worker owns ' .. group.lease)
    end
    local gone = missing(keys, group.first, group.lasting)
    if gone then return redis.error_reply('FENCED somebody has removed ' .. gone) end
  end

  -- In log order, whatever their topics: what waits follows them.
  local later = {}
  for _, topic in ipairs(shardTopics(log)) do
    for _, entry in ipairs(redis.call('XRANGE', streamOf(log, topic), args[1] == '' and '-' or '(' .. args[1], '+')) do
      entry.topic = topic
      later[#later + 1] = entry
    end
  end
  table.sort(later, function(a, b) return isAfter(b[1], a[1]) end)
  local moved = 0
  for _, entry in ipairs(later) do
    local isEvent, event = pcall(cjson.decode, entry[2][2])
    local id = isEvent and type(event) == 'table' and event.id
    if type(id) == 'string' then followWaiting(staged, seen, log, event) end
    if type(id) ~= 'string' or redis.call('HSETNX', seen, id, entry[1]) == 1 then
      redis.call('XADD', streamOf(staged, entry.topic), entry[1], 'event', entry[2][2])
      if not added[entry.topic] then names[#names + 1], added[entry.topic] = entry.topic, 0 end
      added[entry.topic] = added[entry.topic] + 1
      moved = moved + 1
    end
  end

  -- First the staged logs, which nobody sees yet: what can fail fails here. Entries up to the place where the groups stand have been read.
  local counts = {}
  for _, entry in ipairs(later) do counts[entry.topic] = (counts[entry.topic] or 0) + 1 end
  for _, group in ipairs(groups) do
    for _, topic in ipairs(group.topics) do
      if topic == allTopics then
        group.topics = names
        group.wantsAll = true
      end
    end
    for _, topic in ipairs(group.topics) do
      local stream = streamOf(staged, topic)
      local read = group.position == args[1] and (added[topic] or 0) - (counts[topic] or 0) or 0
      redis.call('XGROUP', 'CREATE', stream, group.name, group.position, 'MKSTREAM', 'ENTRIESREAD', milliseconds(math.max(0, read)))
      claim(stream, group.name, 'restore', group.pending[topic] or {}, 'FORCE', 'JUSTID')
      if not added[topic] then names[#names + 1], added[topic] = topic, 0 end
    end
  end
  -- Places that the archive alone has are given to nobody else: the groups stand behind them, and would not be given what came there.
  local last = args[1] ~= '' and args[1] or '0-0'
  for _, topic in ipairs(names) do
    local stream, through = streamOf(staged, topic), lastOf(staged, { topic }, last)
    if through ~= '0-0' and redis.call('EXISTS', stream) == 1 then
      redis.call('XSETID', stream, through, 'ENTRIESADDED', milliseconds(added[topic]), 'MAXDELETEDID', '0-0')
    end
  end
  last = lastOf(log, shardTopics(log), lastOf(staged, names, last))

  for _, group in ipairs(groups) do
    replace(keys, group.first, group.renamed, group.obsolete)
    redis.call('HSET', group.lease, 'position', group.position, 'topics', table.concat(group.topics, ' '))
    redis.call('DEL', behindOf(group.lease))
    inParts('SADD', behindOf(group.lease), group.behind, 1, #group.behind)
    if group.wantsAll then wantAll(log, group.name, '0') end
  end
  for _, topic in ipairs(names) do
    if redis.call('EXISTS', streamOf(staged, topic)) == 1 then
      redis.call('RENAME', streamOf(staged, topic), streamOf(log, topic))
      redis.call('HSET', topicsOf(log), topic, '')
    end
  end
  if last ~= '0-0' then redis.call('SET', clockOf(log), last) end
  replaceWaiting(staged, log, period)
  if redis.call('EXISTS', seen) == 1 then
    local current = seenNow(keys[3], period)
    redis.call('RENAME', seen, current)
    redis.call('PEXPIRE', current, lifetime(period))
  end
  return moved
end)
