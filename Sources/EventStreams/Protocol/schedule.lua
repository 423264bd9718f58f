-- schedule: has events wait until they are due, unless their ids are known.
--   KEYS: prefix of the logs, prefix of what is remembered, scheduled, scheduled:events, scheduled:next
--   ARGV: deduplication time in ms, then of each event its id, when it is due, its topic, the length of its JSON, the record
--   Returns per event the place of its record, or what `publish` says of an event that is there; of one that waits {= and the place of its
--   record, its JSON, when it is due}.
redis.register_function('eventstreams_schedule_v6', function(keys, args)
  local log, period = keys[1], tonumber(args[1])
  local refusal = sealed(log) or waitingRefusal(log, period)
  if refusal then return refusal end
  local place, stream, reason = openLog(log, { recordTopic })
  if not place then return refused(stream, nil, reason) end
  local reply = addWaiting(place, keys[2], period, args, 2, #args, {})
  closeLog(place)
  noteWaiting(log, period)
  return reply
end)
