-- close: ends a sealed shard for good if nothing in it waits for anybody: nothing can be added to it from then on, by whatever version of
-- these functions, as its clock stands behind all ids.
--   KEYS: prefix of the logs, then of each service that may have any its outbox, its dead letters, the keys it is to redrive, its retries
--   Returns the last id that the log has given out, or what is left, as text.
redis.register_function('eventstreams_close_v6', function(keys)
  local log = keys[1]
  if redis.call('EXISTS', sealedOf(log)) == 0 then return 'it is not sealed' end
  for at = 2, #keys, 4 do
    if redis.call('XLEN', keys[at]) > 0 then return keys[at] .. ' has events for other shards' end
    if redis.call('XLEN', keys[at + 1]) > 0 then return keys[at + 1] .. ' has dead letters' end
    if redis.call('EXISTS', keys[at + 2]) > 0 then return keys[at + 2] .. ' has keys whose letters are handled again' end
    if redis.call('EXISTS', keys[at + 3]) > 0 then return keys[at + 3] .. ' has events that wait for another attempt' end
  end
  local topics = shardTopics(log)
  for _, topic in ipairs(topics) do
    local stream = streamOf(log, topic)
    local last = redis.call('EXISTS', stream) == 1 and redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
    if last then
      for _, info in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
        if info[6] > 0 or isAfter(last[1], info[8]) then return info[2] .. ' has events of ' .. stream .. ' to settle' end
        if redis.call('HEXISTS', leaseOf(log, info[2]), 'history') == 1 then return info[2] .. ' is not through with its history' end
      end
    end
  end
  local last = lastOf(log, topics, '0-0')
  redis.call('SET', clockOf(log), '18446744073709551615-18446744073709551615')
  return { last }
end)
