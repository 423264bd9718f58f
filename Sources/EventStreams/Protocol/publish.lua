-- publish: adds events to the log unless their ids are remembered.
--   KEYS: prefix of the logs, prefix of what is remembered
--   ARGV: deduplication time in ms, then runs of events of one topic each: topic, n, id and JSON of n events
--   Returns a entry id per event; that of the first publication, with `=` before it, for one that is there already. If that one's JSON
--   is known and another, it is {that id, JSON}: whoever published it finds out whether it says the same.
redis.register_function('eventstreams_publish_v6', function(keys, args)
  local log, period, last = keys[1], tonumber(args[1]), #args
  local ids, jsons, topics, names, isNamed, count = {}, {}, {}, {}, {}, 0
  local at = 2
  while at <= last do
    local topic, through = args[at], at + 1 + 2 * args[at + 1]
    if not isNamed[topic] then names[#names + 1], isNamed[topic] = topic, true end
    for i = at + 2, through, 2 do
      count = count + 1
      ids[count], jsons[count], topics[count] = args[i], args[i + 1], topic
    end
    at = through + 1
  end
  if count == 0 then return {} end
  local refusal = sealed(log) or unappendableBy(log, names) or forbidden('HSET', keys[2])
  if refusal then return refusal end
  -- Becomes the reply.
  local known, current = remembered(keys[2], period, ids)
  local place, stream, reason = openLog(log, names)
  if not place then return refused(stream, nil, reason) end
  for i = 1, count do
    if known[i] then
      local first, json = firstOf(log, topics[i], known[i], ids[i])
      known[i] = first and duplicate(first, json, jsons[i])
    end
  end

  local added, places = {}, {}
  for i = 1, count do
    local id, json = ids[i], jsons[i]
    local first = places[id]
    if first then
      known[i] = duplicate(known[first], jsons[first], json)
    elseif not known[i] then
      local entryId = append(place, topics[i], json)
      places[id], known[i] = i, entryId
      added[#added + 1] = id
      added[#added + 1] = entryId
    end
  end
  closeLog(place)
  remember(current, period, added)
  return known
end)
