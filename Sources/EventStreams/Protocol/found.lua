-- found: makes the groups of services that never ran, at the beginning of the log, so that it keeps everything for them.
--   KEYS: log, then the lease of each service
--   ARGV: the services
-- One that ran and whose group is lost gets it back where it was when it is run again (`lease`).
redis.register_function('eventstreams_found_v3', function(keys, args)
  local log, there = keys[1], {}
  if redis.call('EXISTS', log) == 1 then
    for _, info in ipairs(redis.call('XINFO', 'GROUPS', log)) do there[info[2]] = true end
  end
  for i, group in ipairs(args) do
    if not there[group] and redis.call('EXISTS', keys[i + 1]) == 0 then
      redis.call('XGROUP', 'CREATE', log, group, '0', 'MKSTREAM')
    end
  end
  return 1
end)
