-- confirm: says whether a service's store holds what was acknowledged.
--   KEYS: stored
--   ARGV: what is wrong with it, empty if nothing is
redis.register_function({ function_name = 'eventstreams_confirm_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  redis.call('HSET', keys[1], 'problem', args[1])
  if args[1] == '' then redis.call('HSET', keys[1], 'confirmed', milliseconds(now())) end
  return 1
end })
