-- begin: makes the group of a service that handles its history before the log, unless it has begun before.
--   KEYS: log, lease
--   ARGV: group
--   Returns {1 if it was made, 2 if it was there and never used, 0 if the service has begun before; the first place of the log then, before
--   which the history is to be handled; '' if it is through}
-- From now on nothing is trimmed that it has not handled. `history`, a field of the lease, is there until it is through.
redis.register_function('eventstreams_begin_v3', function(keys, args)
  local log, lease = keys[1], keys[2]
  local info = groupNamed(log, args[1])
  if redis.call('EXISTS', lease) == 1 or (info and not isUntouched(info)) then
    return { 0, redis.call('HGET', lease, 'history') or '' }
  end
  if not info then redis.call('XGROUP', 'CREATE', log, args[1], '0', 'MKSTREAM') end
  local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  local start = first and first[1] or successor(redis.call('XINFO', 'STREAM', log)[8])
  redis.call('HSET', lease, 'history', start, 'position', '0-0')
  return { info and 2 or 1, start }
end)
