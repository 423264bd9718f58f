-- roster: tells who is working for a service, on what, and what each reads. Advice for spreading the shards; safety is the leases' alone.
--   KEYS: workers
--   ARGV: worker, time to live in ms (0 to leave), what it says of itself
--   Returns three values per live worker, the caller included: name, ms until it counts as gone, what it says of itself.
redis.register_function({ function_name = 'eventstreams_roster_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local time, ttl = now(), tonumber(args[2])
  if ttl > 0 then
    redis.call('HSET', keys[1], args[1], milliseconds(time) .. ' ' .. milliseconds(ttl) .. ' ' .. args[3])
    redis.call('PEXPIRE', keys[1], milliseconds(ttl * 10))
  else
    redis.call('HDEL', keys[1], args[1])
  end
  local reply = {}
  local all = redis.call('HGETALL', keys[1])
  for i = 1, #all, 2 do
    local seen, lifetime, note = string.match(all[i + 1], '^(%d+) (%d+) (.*)$')
    seen, lifetime = tonumber(seen or 0), tonumber(lifetime or 0)
    if seen > time then
      -- The clock was set back since.
      seen = time
      redis.call('HSET', keys[1], all[i], milliseconds(time) .. ' ' .. milliseconds(lifetime) .. ' ' .. note)
    end
    if seen + lifetime <= time then
      redis.call('HDEL', keys[1], all[i])
    else
      reply[#reply + 1] = all[i]
      reply[#reply + 1] = seen + lifetime - time
      reply[#reply + 1] = note
    end
  end
  return reply
end })
