-- trimmable: counts what `trim` would remove.
--   KEYS: log, then what n stores have confirmed
--   ARGV, answer: as `removable` says
redis.register_function({ function_name = 'eventstreams_trimmable_v3', flags = { 'no-writes' }, callback = function(keys, args)
  return removable(keys, args)
end })
