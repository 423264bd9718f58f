-- publish: adds events to the log unless their ids are remembered.
--   KEYS: log, prefix of the publish windows
--   ARGV: window in ms, then id and JSON of each event
--   Returns a stream id per event; that of the first publication, with `=` before it, for one that is there already. If that one's JSON
--   is known and another, it is {that id, JSON}: whoever published it finds out whether it says the same.
-- An id is remembered for at least one window: lookups go to the current, the previous and the next one.
redis.register_function('eventstreams_publish_v3', function(keys, args)
  local log, window, last, ids = keys[1], tonumber(args[1]), #args, {}
  for i = 2, last, 2 do ids[i / 2] = args[i] end
  if last < 2 then return {} end
  local refusal = forbidden('XADD', log, 'HSET', keys[2])
  if refusal then return refusal end
  -- Becomes the reply.
  local known, current = remembered(keys[2], window, ids)
  refusal = unloggable(log)
  if refusal then return refusal end
  for place = 1, #ids do
    if known[place] then
      local first, json = firstOf(log, known[place])
      known[place] = first and duplicate(first, json, args[place * 2 + 1])
    end
  end

  local added, count, places = {}, 0, {}
  for place, id in ipairs(ids) do
    local json = args[place * 2 + 1]
    local first = places[id]
    if first then
      known[place] = duplicate(known[first], args[first * 2 + 1], json)
    elseif not known[place] then
      local streamId = redis.call('XADD', log, '*', 'event', json)
      places[id], known[place] = place, streamId
      added[count + 1], added[count + 2] = id, streamId
      count = count + 2
    end
  end
  remember(current, window, added)
  return known
end)
