-- found: makes topics, and the groups of services that never ran, at the beginning of theirs, so that these keep everything for them.
--   KEYS: prefix of the logs, then the lease of each service
--   ARGV: n, n topics, then of each service its name and its topics, `*` for all there are and will be, with commas in between
-- One that ran and whose group is lost gets it back where it was when it is run again (`lease`).
redis.register_function('eventstreams_found_v6', function(keys, args)
  local log, topics = keys[1], tonumber(args[1])
  for i = 2, topics + 1 do
    if redis.call('HEXISTS', topicsOf(log), args[i]) == 0 then foundTopic(log, args[i]) end
  end
  for i = 2, #keys do
    local group, wanted = args[topics + i * 2 - 2], args[topics + i * 2 - 1]
    if redis.call('EXISTS', keys[i]) == 0 then
      for topic in string.gmatch(wanted, '[^,]+') do
        if topic == allTopics then wantAll(log, group, '0') elseif not groupNamed(streamOf(log, topic), group) then
          makeGroup(log, topic, group, '0')
        end
      end
    end
  end
  return 1
end)
