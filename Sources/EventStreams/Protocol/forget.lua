-- forget: removes the groups of a service that nobody runs, and what is kept for it; its own state stays.
--   KEYS: prefix of the logs, lease, retry, dead, blocked, redrive, discarded, redriven, stored, unread, outbox, sent
--   ARGV: group
--   Returns 1, 0 if there is no such group, -1 if a worker has it, or -2 if its outbox holds what was not forwarded.
redis.register_function({ function_name = 'eventstreams_forget_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local log, group = keys[1], args[1]
  local held, time = redis.call('HMGET', keys[2], 'owner', 'until', 'seen'), now()
  if held[1] and held[1] ~= '' and time < heldUntil(held[2], held[3], time) then return -1 end
  local refusal = unusable('XLEN', keys[11])
  if refusal then return refusal end
  if redis.call('XLEN', keys[11]) > 0 then return -2 end
  local found = 0
  for _, topic in ipairs(groupsOf(log, group, shardTopics(log))) do
    found = math.max(found, redis.call('XGROUP', 'DESTROY', topic.stream, group))
  end
  local others = {}
  for _, service in ipairs(wordsOf(redis.call('HGET', topicsOf(log), allTopics))) do
    if service ~= group then others[#others + 1] = service end
  end
  if #others > 0 then
    redis.call('HSET', topicsOf(log), allTopics, table.concat(others, ' '))
  else
    redis.call('HDEL', topicsOf(log), allTopics)
  end
  redis.call('DEL', keys[2], behindOf(keys[2]), keys[3], keys[4], keys[5], keys[6], keys[7], keys[8], keys[9], keys[10], keys[11], keys[12])
  return found
end })
