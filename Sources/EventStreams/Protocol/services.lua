-- services: changes the list of the services that a namespace is for.
--   KEYS: config
--   ARGV: `add` or `remove`, service, and to add it its topics, with commas in between
-- Without a list nobody has said which they are, and it stays so.
redis.register_function('eventstreams_services_v6', function(keys, args)
  local list = redis.call('HGET', keys[1], 'services')
  if not list then return 0 end
  local kept = {}
  for _, entry in ipairs(wordsOf(list)) do
    if string.match(entry, '^[^=]*') ~= args[2] then kept[#kept + 1] = entry end
  end
  if args[1] == 'add' then kept[#kept + 1] = args[2] .. '=' .. args[3] end
  redis.call('HSET', keys[1], 'services', table.concat(kept, ' '))
  return 1
end)
