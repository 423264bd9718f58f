-- due: moves what is due into the log, in that order, unless it has been published meanwhile. Any worker may call it.
--   KEYS: log, prefix of the publish windows, scheduled, scheduled:events, scheduled:next
--   Returns {events moved, ms until somebody should look again, 0 if there is more to be moved, -1 if nothing waits}
-- The server's clock alone decides. Set back, it delays: what was moved waits no more.
redis.register_function('eventstreams_due_v3', function(keys)
  local log, seen, waiting = keys[1], keys[2], waitingBeside(keys[1])
  local refusal = waitingRefusal(log) or unloggable(log)
  if refusal then return refusal end
  local members = redis.call('ZRANGE', waiting.set, '-inf', milliseconds(now()), 'BYSCORE', 'LIMIT', 0, mostMoved)
  local ids, added = {}, {}
  for at, member in ipairs(members) do ids[at] = string.match(member, ' (.*)$') or member end
  if #ids > 0 then
    local values = valuesOf(waiting.events, ids)
    local known, current = remembered(seen, standardWindow, ids)
    for at, id in ipairs(ids) do
      local _, place, json = waitingEvent(values[at])
      if place and (not known[at] or known[at] == place or not firstOf(log, known[at])) then
        added[#added + 1] = id
        added[#added + 1] = redis.call('XADD', log, '*', 'event', json)
      end
    end
    inParts('ZREM', waiting.set, members, 1, #members)
    inParts('HDEL', waiting.events, ids, 1, #ids)
    remember(current, standardWindow, added)
  end
  return { #added / 2, noteWaiting(log, renewWaiting(waiting, seen)) }
end)
