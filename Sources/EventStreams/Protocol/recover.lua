-- recover: hands a new owner the next entries that earlier owners left pending, in log order, whatever their topics.
--   KEYS: prefix of the logs, lease, retry
--   ARGV: group, epoch, consumer, entry id to go on after, number of entries, 1 to leave out the consumer's own entries
--   Returns the last entry id that was looked at (empty at the end), and five values per entry: topic, entry id, deliveries, JSON (nil if
--   the log does not hold it any more), failures so far (nil if none). At the end the consumers of earlier owners, with nothing
--   pending left, are gone.
-- Claiming with JUSTID does not count as a delivery. If the last owner's process died, the cause is among the suspects: of these the
-- first half is handed out, and so on until they are through. Whatever is handed out is noted before, so with every death
-- of a process half as many are suspected, until one is alone. After the end, and whenever the same owner recovers again, anything
-- pending may be the cause.
-- SHIFTED if an entry after the position that is not pending stands before one that is: a read that was on its way when the shard was taken
-- has given out later ones, or somebody has moved a group. The shard is to be taken anew.
redis.register_function({ function_name = 'eventstreams_recover_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local log, lease, retry = keys[1], keys[2], keys[3]
  local group, consumer, after, most = args[1], args[3], '(' .. args[4], tonumber(args[5])
  local held = redis.call('HMGET', lease, 'owner', 'epoch', 'trying', 'suspects', 'topics', 'position')
  local trying, suspects = held[3], held[4]
  if held[1] ~= consumer or held[2] ~= args[2] then return fenced(log) end
  local refusal = unusable('HLEN', retry)
  if refusal then return refusal end
  local topics = wordsOf(held[5])

  -- The next that are pending up to a place, of all topics.
  local function next(through)
    local all = {}
    for _, topic in ipairs(topics) do
      for _, entry in ipairs(redis.call('XPENDING', streamOf(log, topic), group, after, through, most)) do
        entry.topic = topic
        all[#all + 1] = entry
      end
    end
    if #topics > 1 then table.sort(all, function(a, b) return isAfter(b[1], a[1]) end) end
    for at = #all, most + 1, -1 do all[at] = nil end
    return all
  end
  local pending = {}
  if suspects ~= '' then
    pending = next(suspects)
    for i = #pending, math.floor((#pending + 1) / 2) + 1, -1 do pending[i] = nil end
  end
  if #pending == 0 then pending = next('+') end
  if #pending == 0 then
    redis.call('HSET', lease, 'trying', '+', 'suspects', '')
    for _, topic in ipairs(topics) do
      local stream = streamOf(log, topic)
      for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
        if info[2] ~= consumer and info[4] == 0 then redis.call('XGROUP', 'DELCONSUMER', stream, group, info[2]) end
      end
    end
    return { '' }
  end

  local last, start = pending[#pending][1], args[4]
  local position = held[6]
  if position and isAfter(position, start) then start = position end
  if isAfter(last, start) then
    for _, topic in ipairs(topics) do
      local stream, list = streamOf(log, topic), {}
      for _, entry in ipairs(pending) do
        if entry.topic == topic and isAfter(entry[1], start) then list[#list + 1] = entry[1] end
      end
      local beside = firstBeside(stream, start, list)
      if beside and not isAfter(beside, last) then
        return redis.error_reply('SHIFTED ' .. stream .. ' has ' .. beside .. ', which the group ' .. group .. ' has not given out, before ' .. last)
      end
    end
  end
  if trying ~= '+' then redis.call('HSET', lease, 'trying', last) end
  local taken, reply = {}, { last }
  for _, entry in ipairs(pending) do
    local id, topic = entry[1], entry.topic
    if args[6] == '0' or entry[2] ~= consumer then
      local found = redis.call('XRANGE', streamOf(log, topic), id, id)[1]
      if not taken[topic] then taken[topic] = {} end
      taken[topic][#taken[topic] + 1] = id
      reply[#reply + 1] = topic
      reply[#reply + 1] = id
      reply[#reply + 1] = math.min(entry[4], manyDeliveries)
      reply[#reply + 1] = found and found[2][2] or false
      reply[#reply + 1] = redis.call('HGET', retry, id)
    end
  end
  for topic, ids in pairs(taken) do claim(streamOf(log, topic), group, consumer, ids, 'JUSTID') end
  return reply
end })
