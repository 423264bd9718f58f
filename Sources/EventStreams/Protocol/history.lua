-- history: settles a page of a service's history and applies its effects, if the lease is still this owner's: all of it or nothing.
--   KEYS: prefix of the logs, lease, dead, blocked, redrive, then the state that the effects name
--   ARGV: group, epoch, number of this commit, consumer, the last event of the page, 1 if the log takes over after it,
--     n, then (entry id, key, 'dead' or 'parked', JSON about it, the event) of n events to put into the dead letters,
--     effects
--   Returns 1, -1 if this commit was made before (its answer was lost), or an error.
redis.register_function('eventstreams_history_v4', function(keys, args)
  local log, lease, dead, blocked, redrive = keys[1], keys[2], keys[3], keys[4], keys[5]
  local number = tonumber(args[3])
  local held = redis.call('HMGET', lease, 'owner', 'epoch', 'commit', 'history', 'topics')
  if held[1] ~= args[4] or held[2] ~= args[2] then return fenced(log) end
  local before = tonumber(held[3] or 0)
  if number <= before then return -1 end
  if number ~= before + 1 then
    return redis.error_reply('REWOUND ' .. log .. ' was set back: its last commit is ' .. milliseconds(before) .. ', and this is ' .. args[3])
  end
  local first, last = 8, 7 + tonumber(args[7]) * 5
  local refusal = unusable('HLEN', blocked, 'XLEN', dead, 'SCARD', redrive)
  if refusal then return refusal end
  local counts, plan = {}, nil
  if last >= first then
    counts, refusal = letterCounts(blocked, args, first + 1, last, 5)
    if refusal then return refusal end
    refusal = forbidden('XADD', dead, 'HSET', blocked, 'SADD', redrive)
    if refusal then return refusal end
    local _, reason = unappendable({ dead })
    if reason then return redis.error_reply('ERR ' .. dead .. ': ' .. reason) end
  end
  plan, refusal = planned(keys, args, last + 1)
  if refusal then return refusal end

  redis.call('HSET', lease, 'commit', args[3], 'position', args[5])
  redis.call('HDEL', lease, 'tries')
  if args[6] == '1' then
    -- What comes before the first place of the log was in the history.
    for _, topic in ipairs(groupsOf(log, args[1], wordsOf(held[5]))) do
      if held[4] and isUntouched(topic.info) then redis.call('XGROUP', 'SETID', topic.stream, args[1], predecessor(held[4])) end
    end
    redis.call('HDEL', lease, 'history')
  end
  for at = first, last, 5 do
    local key, kind = args[at + 1], args[at + 2]
    -- Somebody may have discarded the letter that it was parked behind.
    if kind == 'parked' and not counts[key] then redis.call('SADD', redrive, key) end
    redis.call('XADD', dead, '*', 'entry', args[at], 'key', key, 'kind', kind, 'about', args[at + 3], 'event', args[at + 4])
    counts[key] = milliseconds((counts[key] or 0) + 1)
    redis.call('HSET', blocked, key, counts[key])
  end
  write(keys, args, plan)
  return 1
end)
