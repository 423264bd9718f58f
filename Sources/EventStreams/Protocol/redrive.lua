-- redrive: asks the owner to handle the dead letters of some keys again, in order.
--   KEYS: blocked, redrive
--   ARGV: keys
--   Returns how many of them have dead letters.
redis.register_function({ function_name = 'eventstreams_redrive_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local found = 0
  for _, key in ipairs(args) do
    if redis.call('HEXISTS', keys[1], key) == 1 then
      redis.call('SADD', keys[2], key)
      found = found + 1
    end
  end
  return found
end })
