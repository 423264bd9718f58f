-- cancel: removes events that wait.
--   KEYS: prefix of the logs, prefix of what is remembered, scheduled, scheduled:events, scheduled:next
--   ARGV: deduplication time in ms, then of each event its id and the record
--   Returns per event 1, or 0 if it does not wait.
redis.register_function({ function_name = 'eventstreams_cancel_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local log, period = keys[1], tonumber(args[1])
  local refusal = sealed(log) or waitingRefusal(log, period)
  if refusal then return refusal end
  local place, stream, reason = openLog(log, { recordTopic })
  if not place then return refused(stream, nil, reason) end
  local reply = cancelWaiting(place, keys[2], period, args, 2, #args, {})
  closeLog(place)
  noteWaiting(log, period)
  return reply
end })
