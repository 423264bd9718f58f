-- cancel: removes events that wait.
--   KEYS: prefix of the logs, prefix of the publish windows, scheduled, scheduled:events, scheduled:next
--   ARGV: window in ms, then of each event its id and the record
--   Returns per event 1, or 0 if it does not wait.
redis.register_function({ function_name = 'eventstreams_cancel_v5', flags = { 'allow-oom' }, callback = function(keys, args)
  local log = keys[1]
  local refusal = waitingRefusal(log)
  if refusal then return refusal end
  local place, stream, reason = openLog(log, { recordTopic })
  if not place then return refused(stream, nil, reason) end
  local reply = cancelWaiting(place, keys[2], tonumber(args[1]), args, 2, #args, {})
  closeLog(place)
  noteWaiting(log)
  return reply
end })
