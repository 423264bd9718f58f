-- services: changes the list of the services that a namespace is for.
--   KEYS: config
--   ARGV: `add` or `remove`, service
-- Without a list nobody has said which they are, and it stays so.
redis.register_function('eventstreams_services_v3', function(keys, args)
  local list = redis.call('HGET', keys[1], 'services')
  if not list then return 0 end
  local kept = {}
  for name in string.gmatch(list, '%S+') do
    if name ~= args[2] then kept[#kept + 1] = name end
  end
  if args[1] == 'add' then kept[#kept + 1] = args[2] end
  redis.call('HSET', keys[1], 'services', table.concat(kept, ' '))
  return 1
end)
