-- grant: hands out permits of a rate. They become free one after the other at even intervals, and only so many are saved up.
--   KEYS: rate
--   ARGV: permits wanted, the interval in µs, how many µs' worth are saved up
--   Returns {permits granted, µs until the next is free}.
-- What is kept is the time up to which permits have been given out. Where the clock was set back since, they are free from now on; where
-- it was set forwards, what is saved up is free and no more.
redis.register_function({ function_name = 'eventstreams_grant_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local wanted, interval, saved = tonumber(args[1]), tonumber(args[2]), tonumber(args[3])
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local known = tonumber(redis.call('GET', keys[1]) or now - interval)
  local from = math.max(math.min(known, now), now - saved)
  local granted = math.min(wanted, math.floor((now - from) / interval))
  from = from + granted * interval
  if from ~= known then
    redis.call('SET', keys[1], string.format('%.0f', from), 'PX', milliseconds(math.ceil(saved / 1000) * 2 + 1000))
  end
  return { granted, math.ceil(from + interval - now) }
end })
