-- schedule: has events wait until they are due, unless their ids are known.
--   KEYS: log, prefix of the publish windows, scheduled, scheduled:events, scheduled:next
--   ARGV: window in ms, then of each event its id, when it is due, the length of its JSON, the record
--   Returns per event the place of its record, or what `publish` says of an event that is there; of one that waits {= and the place of its
--   record, its JSON, when it is due}.
redis.register_function('eventstreams_schedule_v3', function(keys, args)
  local log = keys[1]
  local refusal = waitingRefusal(log) or unloggable(log)
  if refusal then return refusal end
  local reply = addWaiting(log, keys[2], tonumber(args[1]), args, 2, #args, {})
  noteWaiting(log)
  return reply
end)
