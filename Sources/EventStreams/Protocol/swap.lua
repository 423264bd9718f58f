-- swap: replaces a service's state in a shard by one that was built beside it, in one step, if the lease is still the builder's and
-- all of what was built is there.
--   KEYS: lease, then n staged keys, the n keys they become, m keys that go
--   ARGV: epoch, n, how many of the staged keys do not vanish by themselves (they come first), m
redis.register_function({ function_name = 'eventstreams_swap_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  if redis.call('HGET', keys[1], 'epoch') ~= args[1] then
    return redis.error_reply('FENCED another worker owns ' .. keys[1])
  end
  local count = tonumber(args[2])
  local gone = missing(keys, 2, tonumber(args[3]))
  if gone then return redis.error_reply('FENCED somebody has removed ' .. gone) end
  replace(keys, 2, count, tonumber(args[4]))
  return count
end })
