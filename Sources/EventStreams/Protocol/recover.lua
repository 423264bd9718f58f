-- recover: hands a new owner the next entries that earlier owners left pending, in log order.
--   KEYS: log, lease, retry
--   ARGV: group, epoch, consumer, stream id to go on after, number of entries, 1 to leave out the consumer's own entries
--   Returns the last stream id that was looked at (empty at the end), and four values per entry: stream id, deliveries, JSON (nil if
--   the log does not hold it any more), failures so far (nil if none). At the end the consumers of earlier owners, with nothing
--   pending left, are gone.
-- Claiming with JUSTID does not count as a delivery. If the last owner's process died, the cause is among the suspects: of these the
-- first half is handed out, and so on until they are through. Whatever is handed out is noted before, so with every death
-- of a process half as many are suspected, until one is alone. After the end, and whenever the same owner recovers again, anything
-- pending may be the cause.
redis.register_function({ function_name = 'eventstreams_recover_v3', flags = { 'allow-oom' }, callback = function(keys, args)
  local log, lease, retry = keys[1], keys[2], keys[3]
  local group, consumer, after = args[1], args[3], '(' .. args[4]
  local held = redis.call('HMGET', lease, 'owner', 'epoch', 'trying', 'suspects')
  local trying, suspects = held[3], held[4]
  if held[1] ~= consumer or held[2] ~= args[2] then return fenced(log) end
  local refusal = unusable('HLEN', retry)
  if refusal then return refusal end

  local pending = {}
  if suspects ~= '' then
    pending = redis.call('XPENDING', log, group, after, suspects, args[5])
    for i = #pending, math.floor((#pending + 1) / 2) + 1, -1 do pending[i] = nil end
  end
  if #pending == 0 then pending = redis.call('XPENDING', log, group, after, '+', args[5]) end
  if #pending == 0 then
    redis.call('HSET', lease, 'trying', '+', 'suspects', '')
    for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', log, group)) do
      if info[2] ~= consumer and info[4] == 0 then redis.call('XGROUP', 'DELCONSUMER', log, group, info[2]) end
    end
    return { '' }
  end

  local last = pending[#pending][1]
  if trying ~= '+' then redis.call('HSET', lease, 'trying', last) end
  local taken, reply = {}, { last }
  for _, entry in ipairs(pending) do
    local id = entry[1]
    if args[6] == '0' or entry[2] ~= consumer then
      local found = redis.call('XRANGE', log, id, id)[1]
      taken[#taken + 1] = id
      reply[#reply + 1] = id
      reply[#reply + 1] = math.min(entry[4], manyDeliveries)
      reply[#reply + 1] = found and found[2][2] or false
      reply[#reply + 1] = redis.call('HGET', retry, id)
    end
  end
  claim(log, group, consumer, taken, 'JUSTID')
  return reply
end })
