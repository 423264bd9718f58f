-- Effects stand in ARGV like this:
--   n, then for each of n hashes: index of its key, m, m fields that are assumed to be absent,
--   then command, index of its key, number of its arguments, arguments; again and again.
-- HINCRBY (field and amount of each increment) adds to fields of a hash, XADD (texts) adds an entry with these records to a stream.
-- UNLINK removes a hash or a stream.
-- WHEN (field, condition, value, number of ARGV to pass over) lets the effects after it happen only if its condition holds;
-- SKIP (number of ARGV to pass over) at their end passes over what is to happen otherwise.
-- SEND (a shard's number, then fields and values) leaves something for that shard in the outbox that its key is.
-- PUBLISH (id and JSON of each event) adds events to a topic, unless their ids are remembered as those of publishers are.
-- SCHEDULE and CANCEL have events wait, and wait no more (arguments as `addWaiting` and `cancelWaiting` have them).
-- The last three have a topic in the place of a key's index: the one that they add to.

-- Looks for fields that are assumed to be absent.
--   Returns where the effects begin in ARGV; or nil and an error reply.
local function assumed(keys, args, i)
  local hashes = tonumber(args[i])
  i = i + 1
  for _ = 1, hashes do
    local key, count = keys[tonumber(args[i])], tonumber(args[i + 1])
    for from = i + 2, i + 1 + count, most do
      local found = redis.pcall('HMGET', key, unpack(args, from, math.min(from + most - 1, i + 1 + count)))
      if found.err then return nil, refused(key, nil, found.err) end
      for at = 1, #found do
        if found[at] then return nil, redis.error_reply('SURPRISED ' .. key .. ' has the field ' .. args[from + at - 1]) end
      end
    end
    i = i + 2 + count
  end
  return i
end

-- What fields are, before the effects, that effects from ARGV[i] on depend on: for each key's index the values by field, or why
-- there are none.
local function valuesBefore(keys, args, i)
  local fields, values, errors = {}, {}, {}
  local last = #args
  while i <= last do
    local command, count = args[i], tonumber(args[i + 2])
    if command == 'HINCRBY' or command == 'WHEN' then
      local key = args[i + 1]
      local list = fields[key]
      if not list then
        list = {}
        fields[key] = list
      end
      -- Of a condition, only the first is a field.
      for at = i + 3, command == 'WHEN' and i + 3 or i + 2 + count, 2 do list[#list + 1] = args[at] end
    end
    i = i + 3 + count
  end
  for key, list in pairs(fields) do
    local name = keys[tonumber(key)]
    local kind = redis.pcall('HLEN', name)
    if type(kind) == 'table' then
      errors[key] = kind.err
    else
      local found, known = valuesOf(name, list), {}
      for at = 1, #list do known[list[at]] = found[at] end
      values[key] = known
    end
  end
  return values, errors
end

-- Whether a condition holds of a value, which is false if there is none; or nil and what is wrong with the value.
local function holds(value, condition, expected)
  if condition == 'equals' then return value == expected end
  if condition == 'absent' then return not value end
  return isAtLeast(value or '0', expected)
end

-- An error reply if keys can't hold what effects write to them, or the user may not write it.
local function unwritable(keys, hashes, streams, commands)
  for command, key in pairs(commands) do
    local refusal = forbidden(command, key)
    if refusal then return refusal end
  end
  for key, isUnknown in pairs(hashes) do
    local length = isUnknown and redis.pcall('HLEN', keys[tonumber(key)])
    if type(length) == 'table' then return refused(keys[tonumber(key)], nil, length.err) end
  end
  local names = {}
  for key in pairs(streams) do
    if hashes[key] ~= nil then return refused(keys[tonumber(key)], nil, 'it can be a hash or a stream, and not both') end
    names[#names + 1] = keys[tonumber(key)]
  end
  local stream, reason = unappendable(names)
  if stream then return refused(stream, nil, reason) end
end

-- Finds out what effects come to, and whether all of it can be written; writes nothing. They stand from ARGV[i] on, behind the deduplication
-- time.
--   Returns a plan for `write`, or nil and an error reply.
local function planned(keys, args, i)
  local period, refusal = tonumber(args[i]), nil
  i, refusal = assumed(keys, args, i + 1)
  if refusal then return nil, refusal end
  local values, errors = valuesBefore(keys, args, i)
  -- Where the effects stand that happen; for those that set increased fields, these with their values. A field of a hash that is
  -- increased joins the earlier ones, as long as nothing else has been done to the hash. Of hashes, whether their type is unknown.
  local steps, increased, joining = {}, {}, {}
  local hashes, streams, commands, ids, jsons = {}, {}, {}, {}, {}
  local topics, isNamed, topicsOfIds, schedules, outbox = {}, {}, {}, false, nil
  local last = #args
  while i <= last do
    local step, command, key, count = i, args[i], args[i + 1], tonumber(args[i + 2])
    local at, known = i + 3, values[key]
    i = at + count
    if errors[key] and (command == 'HINCRBY' or command == 'HSET' or command == 'HDEL' or command == 'WHEN') then
      return nil, refused(keys[tonumber(key)], args[at], errors[key])
    end
    if command == 'HINCRBY' then
      local list = joining[key]
      if not list then
        list = {}
        joining[key], increased[step] = list, list
        steps[#steps + 1] = step
        commands.HSET = commands.HSET or keys[tonumber(key)]
      end
      for place = at, at + count - 1, 2 do
        local field = args[place]
        local total, reason = sum(known[field] or '0', args[place + 1])
        if not total then return nil, refused(keys[tonumber(key)], field, reason) end
        known[field] = total
        list[#list + 1] = field
        list[#list + 1] = total
      end
      hashes[key] = false
    elseif command == 'WHEN' then
      local isTrue, reason = holds(known[args[at]], args[at + 1], args[at + 2])
      if reason then return nil, refused(keys[tonumber(key)], args[at], reason) end
      if not isTrue then i = i + tonumber(args[at + 3]) end
    elseif command == 'SKIP' then
      i = i + tonumber(args[at])
    else
      if command == 'HSET' then
        hashes[key] = not known
        if known then
          for field = at, at + count - 1, 2 do
            if known[args[field]] ~= nil then known[args[field]] = args[field + 1] end
          end
        end
        joining[key] = nil
      elseif command == 'HDEL' then
        hashes[key] = not known
        if known and known[args[at]] ~= nil then known[args[at]] = false end
        joining[key] = nil
      elseif command == 'UNLINK' then
        if known then
          for field in pairs(known) do known[field] = false end
        end
        joining[key] = nil
      elseif command == 'PEXPIRE' then
        if #args[at] > 15 then return nil, refused(keys[tonumber(key)], nil, 'it can not be kept for ' .. args[at] .. ' ms') end
        joining[key] = nil
      elseif command == 'XADD' then
        streams[key] = true
        if count > most / 2 then return nil, refused(keys[tonumber(key)], nil, 'too many records in one entry') end
      elseif command == 'SEND' then
        outbox, streams[key], command = keys[tonumber(key)], true, nil
      elseif command == 'PUBLISH' or command == 'SCHEDULE' or command == 'CANCEL' then
        if not isNamed[key] then topics[#topics + 1], isNamed[key] = key, true end
        if command == 'PUBLISH' then
          for place = at, at + count - 1, 2 do
            ids[#ids + 1] = args[place]
            jsons[#jsons + 1] = args[place + 1]
            topicsOfIds[#ids] = key
          end
        else
          schedules = true
        end
        command = nil
      else
        return nil, refused(keys[tonumber(key)], nil, 'there is no effect ' .. command)
      end
      steps[#steps + 1] = step
      if command then commands[command] = commands[command] or keys[tonumber(key)] end
    end
  end
  local log = keys[1]
  local plan = { period = period, schedules = schedules, outbox = outbox, steps = steps, increased = increased, ids = ids, jsons = jsons }
  if #ids > 0 then
    plan.known, plan.seen = remembered(seenOf(log), period, ids)
    for at = 1, #ids do plan.known[at] = plan.known[at] and firstOf(log, topicsOfIds[at], plan.known[at], ids[at]) end
    commands.HSET = commands.HSET or plan.seen
  end
  refusal = unwritable(keys, hashes, streams, commands) or (schedules and waitingRefusal(log, period)) or (outbox and forbidden('XADD', outbox))
  if not refusal and #topics > 0 then
    refusal = unappendableBy(log, topics)
    if not refusal then
      local stream, reason
      plan.place, stream, reason = openLog(log, topics)
      if not plan.place then refusal = refused(stream, nil, reason) end
    end
  end
  if refusal then return nil, refusal end
  return plan
end

-- Adds the events of a plan to a topic, from one on, unless their ids are remembered; returns the first that is not of this effect.
--   changed: id -> true for what this commit has published or scheduled, false for what it has cancelled
local function publish(topic, plan, first, count, added, changed)
  for at = first, first + count - 1 do
    local id = plan.ids[at]
    local isKnown = changed[id]
    if isKnown == nil then isKnown = plan.known[at] end
    if not isKnown then
      changed[id] = true
      added[#added + 1] = id
      added[#added + 1] = append(plan.place, topic, plan.jsons[at])
    end
  end
  return first + count
end

-- What each record's field is called: nobody asks, and it is stored with each.
local recordField = 'r'

-- Writes what was planned. Of a commit that leaves something in an outbox, ARGV begins with the group, the epoch and its number.
local function write(keys, args, plan)
  local call, added, changed, nextEvent, log, outbox = redis.call, {}, {}, 1, keys[1], nil
  for _, i in ipairs(plan.steps) do
    local command, count, increased = args[i], tonumber(args[i + 2]), plan.increased[i]
    local key = keys[tonumber(args[i + 1])]
    if increased then
      inParts('HSET', key, increased, 1, #increased)
    elseif command == 'PUBLISH' then
      nextEvent = publish(args[i + 1], plan, nextEvent, count / 2, added, changed)
    elseif command == 'SEND' then
      outbox = outbox or openOutbox(key, args[2], args[3], plan.needed)
      leave(outbox, args, i + 3, i + 2 + count)
    elseif command == 'SCHEDULE' then
      addWaiting(plan.place, seenOf(log), plan.period, args, i + 3, i + 2 + count, changed)
    elseif command == 'CANCEL' then
      cancelWaiting(plan.place, seenOf(log), plan.period, args, i + 3, i + 2 + count, changed)
    elseif command == 'UNLINK' then
      call('UNLINK', key)
    elseif command == 'XADD' and count == 1 then
      call('XADD', key, '*', recordField, args[i + 3])
    elseif command == 'XADD' then
      local records = {}
      for at = i + 3, i + 2 + count do
        records[#records + 1] = recordField
        records[#records + 1] = args[at]
      end
      call('XADD', key, '*', unpack(records))
    else
      inParts(command, key, args, i + 3, i + 2 + count)
    end
  end
  if plan.place then closeLog(plan.place) end
  if plan.seen then remember(plan.seen, plan.period, added) end
  if plan.schedules then noteWaiting(log, plan.period) end
end
