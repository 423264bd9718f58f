-- trim: removes the oldest entries of a topic that are past their time and that no group needs any more.
--   KEYS: prefix of the logs, stream of the topic, then what n stores have confirmed
--   ARGV, answer: as `removable` says, from the beginning
redis.register_function({ function_name = 'eventstreams_trim_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local found = removable(keys, args)
  if found[1] > 0 then
    local next = redis.call('XRANGE', keys[2], found[2], '+', 'COUNT', 2)[2]
    if next then redis.call('XTRIM', keys[2], 'MINID', next[1]) else redis.call('XTRIM', keys[2], 'MAXLEN', 0) end
  end
  return found
end })
