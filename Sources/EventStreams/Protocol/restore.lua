-- restore: puts a log that was built beside a shard's log in its place, in one step, with its groups, its publish window and the state
-- of its services, and with what waits beside it: a log that gives events to a service again, and a state that has their effects, must not meet.
--   KEYS: log, staged log, prefix of the publish windows, staged window, then the lease of each group, then for each group
--     n staged keys, the n keys they become, m keys that go
--   ARGV: the last entry of the log that the staged one takes account of, entries ever added to the staged log, window in ms,
--     number of groups, then for each group: name, epoch, position, n, how many of the staged keys do not vanish by themselves (they come
--     first), m, p, p stream ids that are pending before the position
--   Returns how many entries were added to the log meanwhile and moved over.
-- What was published meanwhile follows, unless its id is remembered.
redis.register_function('eventstreams_restore_v3', function(keys, args)
  local log, staged, seen = keys[1], keys[2], keys[4]
  local added, window = tonumber(args[2]), tonumber(args[3])
  local lastGroup = 4 + tonumber(args[4])
  -- Everything is checked before anything is written.
  local at, first = 5, lastGroup + 1
  for i = 5, lastGroup do
    if redis.call('HGET', keys[i], 'epoch') ~= args[at + 1] then
      return redis.error_reply('FENCED another worker owns ' .. keys[i])
    end
    local gone = missing(keys, first, tonumber(args[at + 4]))
    if gone then return redis.error_reply('FENCED somebody has removed ' .. gone) end
    first = first + 2 * tonumber(args[at + 3]) + tonumber(args[at + 5])
    at = at + 7 + tonumber(args[at + 6])
  end

  local moved = 0
  for _, entry in ipairs(redis.call('XRANGE', log, args[1] == '' and '-' or '(' .. args[1], '+')) do
    local isEvent, event = pcall(cjson.decode, entry[2][2])
    local id = isEvent and type(event) == 'table' and event.id
    if type(id) == 'string' then followWaiting(staged, seen, log, event) end
    if type(id) ~= 'string' or redis.call('HSETNX', seen, id, entry[1]) == 1 then
      redis.call('XADD', staged, entry[1], 'event', entry[2][2])
      moved = moved + 1
    end
  end

  -- First the staged log, which nobody sees yet: what can fail fails here.
  local i = 5
  for _ = 5, lastGroup do
    local name, position, count = args[i], args[i + 2], tonumber(args[i + 6])
    redis.call('XGROUP', 'CREATE', staged, name, position, 'MKSTREAM', 'ENTRIESREAD', args[2])
    local pending = {}
    for at = i + 7, i + 6 + count do pending[#pending + 1] = args[at] end
    claim(staged, name, 'restore', pending, 'FORCE', 'JUSTID')
    i = i + 7 + count
  end
  -- Places that the archive alone has are given to nobody else: the groups stand behind them, and would not be given what came there.
  local last = redis.call('XINFO', 'STREAM', staged)[8]
  if args[1] ~= '' and isAfter(args[1], last) then last = args[1] end
  if last ~= '0-0' then redis.call('XSETID', staged, last, 'ENTRIESADDED', milliseconds(added + moved), 'MAXDELETEDID', '0-0') end

  i = 5
  first = lastGroup + 1
  for group = 5, lastGroup do
    local position, count = args[i + 2], tonumber(args[i + 6])
    local renamed, obsolete = tonumber(args[i + 3]), tonumber(args[i + 5])
    replace(keys, first, renamed, obsolete)
    first = first + 2 * renamed + obsolete
    redis.call('HSET', keys[group], 'position', position)
    redis.call('DEL', behindOf(keys[group]))
    inParts('SADD', behindOf(keys[group]), args, i + 7, i + 6 + count)
    i = i + 7 + count
  end
  redis.call('RENAME', staged, log)
  replaceWaiting(staged, log)
  if redis.call('EXISTS', seen) == 1 then
    local current = windowsNow(keys[3], window)
    redis.call('RENAME', seen, current)
    redis.call('PEXPIRE', current, lifetime(window))
  end
  return moved
end)
