-- discard: removes a dead letter for good, and has what was parked behind it handled.
--   KEYS: dead, blocked, redrive, retry, discarded, redriven
--   ARGV: letter id
--   Returns how many letters of the key are left, or -1 if there is no such letter.
redis.register_function({ function_name = 'eventstreams_discard_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local letter = redis.call('XRANGE', keys[1], args[1], args[1])[1]
  if not letter then return -1 end
  local about = {}
  for i = 1, #letter[2] - 1, 2 do about[letter[2][i]] = about[letter[2][i]] or letter[2][i + 1] end
  local refusal = unusable('HLEN', keys[2], 'SCARD', keys[3], 'HLEN', keys[4], 'SCARD', keys[5], 'HLEN', keys[6])
    or forbidden('XDEL', keys[1], 'HSET', keys[2], 'HDEL', keys[2], 'SADD', keys[3], 'SREM', keys[3], 'HDEL', keys[4], 'SADD', keys[5],
      'HDEL', keys[6])
  if refusal then return refusal end
  -- What is no letter blocks no key.
  local key, counts = about.key, {}
  if key then
    counts, refusal = letterCounts(keys[2], { key }, 1, 1, 1)
    if refusal then return refusal end
  end
  redis.call('XDEL', keys[1], args[1])
  redis.call('HDEL', keys[4], args[1])
  redis.call('HDEL', keys[6], args[1], args[1] .. ':attempts')
  if about.entry then redis.call('SADD', keys[5], about.entry) end
  if not key or not counts[key] then return 0 end
  local left = counts[key] - 1
  if left > 0 then
    redis.call('HSET', keys[2], key, milliseconds(left))
    redis.call('SADD', keys[3], key)
    return left
  end
  redis.call('HDEL', keys[2], key)
  redis.call('SREM', keys[3], key)
  return 0
end })
