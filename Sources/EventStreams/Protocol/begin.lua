-- begin: makes the groups of a service that handles its history before the log, unless it has begun before.
--   KEYS: prefix of the logs, lease
--   ARGV: group, then its topics
--   Returns {1 if they were made, 2 if they were there and never used, 0 if the service has begun before; the first place of the log then,
--   before which the history is to be handled; '' if it is through}
-- The log begins where all of its topics hold what was ever added to them. From now on nothing is trimmed that the service has not handled.
-- `history`, a field of the lease, is there until it is through.
redis.register_function('eventstreams_begin_v6', function(keys, args)
  local log, lease, group = keys[1], keys[2], args[1]
  local hasGroups, isUsed = false, redis.call('EXISTS', lease) == 1
  for _, topic in ipairs(groupsOf(log, group, shardTopics(log))) do
    hasGroups, isUsed = true, isUsed or not isUntouched(topic.info)
  end
  if isUsed then return { 0, redis.call('HGET', lease, 'history') or '' } end
  for i = 2, #args do
    if args[i] == allTopics then wantAll(log, group, '0') else makeGroup(log, args[i], group, '0') end
  end
  local start = '0-1'
  for _, topic in ipairs(groupsOf(log, group, shardTopics(log))) do
    local info = redis.call('XINFO', 'STREAM', topic.stream)
    local entry = redis.call('XRANGE', topic.stream, '-', '+', 'COUNT', 1)[1]
    local first = entry and entry[1] or successor(info[8])
    -- Fewer entries than were ever added.
    if info[2] < info[12] and isAfter(first, start) then start = first end
  end
  redis.call('HSET', lease, 'history', start, 'position', '0-0')
  return { hasGroups and 2 or 1, start }
end)
