-- trimmable: counts what `trim` would remove.
--   KEYS: prefix of the logs, stream of the topic, then what n stores have confirmed
--   ARGV, answer: as `removable` says
redis.register_function({ function_name = 'eventstreams_trimmable_v6', flags = { 'no-writes' }, callback = function(keys, args)
  return removable(keys, args)
end })
