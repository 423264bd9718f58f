-- due: moves what is due into the log, in that order, unless it has been published meanwhile. Any worker may call it.
--   KEYS: prefix of the logs, prefix of what is remembered, scheduled, scheduled:events, scheduled:next
--   ARGV: deduplication time in ms
--   Returns {events moved, ms until somebody should look again, 0 if there is more to be moved, -1 if nothing waits}
-- The server's clock alone decides. Set back, it delays: what was moved waits no more.
redis.register_function('eventstreams_due_v6', function(keys, args)
  local log, seen, waiting, period = keys[1], keys[2], waitingBeside(keys[1]), tonumber(args[1])
  -- What is due then is so in the shards that take this one's place.
  if sealed(log) then return { 0, 1000 } end
  local refusal = waitingRefusal(log, period)
  if refusal then return refusal end
  local members = redis.call('ZRANGE', waiting.set, '-inf', milliseconds(now()), 'BYSCORE', 'LIMIT', 0, mostMoved)
  local ids, events, names, isNamed, added = {}, {}, {}, {}, {}
  for at, member in ipairs(members) do ids[at] = string.match(member, ' (.*)$') or member end
  if #ids > 0 then
    for at, value in ipairs(valuesOf(waiting.events, ids)) do
      local event = waitingEvent(value)
      events[at] = event or false
      if event and not isNamed[event.topic] then names[#names + 1], isNamed[event.topic] = event.topic, true end
    end
  end
  refusal = unappendableBy(log, names)
  if refusal then return refusal end
  local place, stream, reason = openLog(log, names)
  if not place then return refused(stream, nil, reason) end
  if #ids > 0 then
    local known, current = remembered(seen, period, ids)
    for at, id in ipairs(ids) do
      local event = events[at]
      if event and (not known[at] or known[at] == event.place or not firstOf(log, event.topic, known[at], id)) then
        added[#added + 1] = id
        added[#added + 1] = append(place, event.topic, event.json)
      end
    end
    closeLog(place)
    inParts('ZREM', waiting.set, members, 1, #members)
    inParts('HDEL', waiting.events, ids, 1, #ids)
    remember(current, period, added)
  end
  return { #added / 2, noteWaiting(log, period, renewWaiting(waiting, seen, period)) }
end)
