-- slots: shares out how many attempts of a service may run at the same time.
--   KEYS: slots
--   ARGV: worker, time to live in ms (0 to leave), the limit, attempts that it has running, how many it wants to
--   Returns how many the worker may have running from now on.
-- A worker's share is what nobody else has, and, where others lack some, no more than an even one: it is told so, and gives them up as its
-- attempts end. One that has not been heard of for its time to live has none.
redis.register_function({ function_name = 'eventstreams_slots_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local worker, ttl, limit, running, wanted = args[1], tonumber(args[2]), tonumber(args[3]), tonumber(args[4]), tonumber(args[5])
  local time = now()
  local all = redis.call('HGETALL', keys[1])
  local taken, workers, lacking = 0, 1, 0
  for i = 1, #all, 2 do
    local seen, lifetime, has, wants = string.match(all[i + 1], '^(%d+) (%d+) (%d+) (%d+)$')
    seen, lifetime, has, wants = tonumber(seen or 0), tonumber(lifetime or 0), tonumber(has or 0), tonumber(wants or 0)
    -- Where the clock was set back since, its time begins now.
    if seen > time then redis.call('HSET', keys[1], all[i], table.concat({ milliseconds(time), lifetime, has, wants }, ' ')) end
    if math.min(seen, time) + lifetime <= time then
      redis.call('HDEL', keys[1], all[i])
    elseif all[i] ~= worker then
      taken = taken + has
      if wants > 0 then workers = workers + 1 end
      if wants > has then lacking = lacking + wants - has end
    end
  end
  if ttl == 0 then
    redis.call('HDEL', keys[1], worker)
    return 0
  end
  local share = math.max(0, math.min(wanted, limit - taken))
  if lacking > 0 then share = math.min(share, math.max(1, math.floor(limit / workers))) end
  -- What runs can't be taken back.
  local has = math.max(share, running)
  redis.call('HSET', keys[1], worker, table.concat({ milliseconds(time), ttl, has, wanted }, ' '))
  redis.call('PEXPIRE', keys[1], milliseconds(ttl * 10))
  return share
end })
