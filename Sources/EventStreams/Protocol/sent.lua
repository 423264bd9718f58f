-- sent: removes from an outbox what the shards have that it is for.
--   KEYS: outbox, sent
--   ARGV: n, then (shard, the last entry that it has) of n shards, then the ids of the entries
--   Returns how many of them were there.
redis.register_function({ function_name = 'eventstreams_sent_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local refusal = unusable('XLEN', keys[1], 'HLEN', keys[2]) or forbidden('XDEL', keys[1], 'HSET', keys[2])
  if refusal then return refusal end
  local entries = 2 + 2 * args[1]
  for at = 2, entries - 1, 2 do
    local known = redis.call('HGET', keys[2], args[at])
    if not known or not partsOf(known) or isAfter(args[at + 1], known) then redis.call('HSET', keys[2], args[at], args[at + 1]) end
  end
  return inParts('XDEL', keys[1], args, entries, #args)
end })
