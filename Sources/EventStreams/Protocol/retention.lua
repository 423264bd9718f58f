-- The last entry of a stream before a place; `0-0` if there is none.
local function entryBefore(stream, place)
  local before = redis.call('XREVRANGE', stream, '(' .. place, '-', 'COUNT', 1)[1]
  return before and before[1] or '0-0'
end

-- The place up to which no group of a topic needs anything any more, and the group that needs what comes after it; of a service that has
-- no group, or if the shard has none at all, everything is needed; of a topic that nobody is delivered, while others are, nothing is.
local function settledBy(log, stream, services)
  local groups, place, holder = {}, nil, 'nobody'
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local id = info[8]
    groups[info[2]] = true
    if info[6] > 0 then
      local first = redis.call('XPENDING', stream, info[2])[2]
      -- What is pending is needed, what is before it is not.
      id = entryBefore(stream, first)
    end
    -- Wherever somebody has moved the group: nothing after the position is settled.
    local position = redis.pcall('HGET', leaseOf(log, info[2]), 'position')
    if type(position) == 'string' and isAfter(id, position) then id = position end
    local needed = neededByOutbox(log, info[2])
    if needed and not isAfter(needed, id) then id = entryBefore(stream, needed) end
    if not place or isAfter(place, id) then place, holder = id, info[2] end
  end
  for _, service in ipairs(services) do
    if not groups[service] then return '0-0', service end
  end
  if place then return place, holder end
  for _, topic in ipairs(shardTopics(log)) do
    local other = streamOf(log, topic)
    if redis.call('EXISTS', other) == 1 and #redis.call('XINFO', 'GROUPS', other) > 0 then
      return redis.call('XINFO', 'STREAM', stream)[8], holder
    end
  end
  return '0-0', holder
end

-- The first of n services, ARGV[8 …], whose store has not been found whole since ARGV[6], and why; nil if all have.
local function distrustedStore(keys, args, count)
  for i = 1, count do
    local found = redis.call('HMGET', keys[2 + i], 'problem', 'confirmed')
    if found[1] and found[1] ~= '' then return args[7 + i], found[1] end
    if tonumber(found[2] or 0) < tonumber(args[6]) then return args[7 + i], 'unconfirmed' end
  end
end

-- Looks for the oldest entries of a topic that are past their time and that no group needs any more.
--   KEYS: prefix of the logs, stream of the topic, then what n stores have confirmed
--   ARGV: entries recorded before this time in ms may go (0 for none), entries beyond so many may go (-1 for no limit),
--     how many to look at in this call, the entry id to go on after, '' for the beginning, how many were counted before it, since when in
--     ms the stores must have been found whole, n, then the n services whose stores they are, then the services that must have a group
--   Returns {how many they are, the last of them or '', the group that keeps the next one, which may go, or '', what is wrong with its
--     store, `unconfirmed`, or ''}
local function removable(keys, args)
  local stream, before, keep, after = keys[2], args[1], tonumber(args[2]), args[4]
  if redis.call('EXISTS', stream) == 0 then return { 0, '', '', '' } end
  local stores = tonumber(args[7])
  local settled, holder = settledBy(keys[1], stream, { unpack(args, 8 + stores) })
  local distrusted, why = distrustedStore(keys, args, stores)
  local length = redis.call('XLEN', stream) - tonumber(args[5])
  local count, last, keeper = 0, '', ''
  for _, entry in ipairs(redis.call('XRANGE', stream, after == '' and '-' or '(' .. after, '+', 'COUNT', args[3])) do
    if not (isGreater(before, partsOf(entry[1])) or (keep >= 0 and length - count > keep)) then break end
    keeper = isAfter(entry[1], settled) and holder or distrusted or ''
    if keeper ~= '' then break end
    count, last = count + 1, entry[1]
  end
  return { count, last, keeper, keeper == distrusted and why or '' }
end
