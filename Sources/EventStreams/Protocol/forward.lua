-- Adds what an entry of an outbox holds, in ARGV[first … last], to effects as `planned` reads them; events of one topic that follow one another are
-- one run. Returns an error reply for what is none of it.
local function addSent(effects, run, args, first, last)
  for at = first, last, 2 do
    local command, about = string.match(args[at], '^(%u+) (.*)$')
    if command == 'PUBLISH' then
      local topic, id = string.match(about, '^(%S+) (.*)$')
      if run.topic ~= topic then
        run.topic, run.count = topic, #effects + 3
        for _, text in ipairs({ command, topic, 0 }) do effects[#effects + 1] = text end
      end
      effects[run.count] = effects[run.count] + 2
      effects[#effects + 1] = id
      effects[#effects + 1] = args[at + 1]
    else
      run.topic = nil
      local list
      if command == 'SCHEDULE' then
        local due, topic, length, id = string.match(about, '^(%d+) (%S+) (%d+) (.*)$')
        list = { command, recordTopic, 5, id, due, topic, length, args[at + 1] }
      elseif command == 'CANCEL' then
        list = { command, recordTopic, 2, about, args[at + 1] }
      else
        return redis.error_reply('ERR the outbox of ' .. args[2] .. ' holds something unknown: ' .. string.sub(args[at], 1, 100))
      end
      for _, text in ipairs(list) do effects[#effects + 1] = text end
    end
  end
end

-- forward: gives a shard what waits for it in the outbox of a service in another shard, unless it has it.
--   KEYS: prefix of the logs, prefix of what is remembered, scheduled, scheduled:events, scheduled:next, inbox
--   ARGV: deduplication time in ms, `<shard> <service>` of the outbox, the last entry that was removed from it because this shard had it
--     (`0-0` for none), what its inbox has of it that is to be disregarded (empty for nothing), then of each entry its id, n, n fields and values
--   Returns the last entry that the inbox had of the outbox, `0-0` for none.
-- The entries are the first that the outbox has for this shard, in their order: what the inbox has of them, and what was before them, is here
-- already. Nothing is done if the inbox has less than was removed: one of the two has gone back to an earlier moment since it was read.
-- Whoever calls it need not own the outbox. Events whose ids are remembered are here as well, whoever has published them.
redis.register_function({ function_name = 'eventstreams_forward_v6', flags = { 'allow-oom' }, callback = function(keys, args)
  local inbox, source = keys[6], args[2]
  local refusal = unusable('HLEN', inbox) or forbidden('HSET', inbox)
  if refusal then return refusal end
  local had = redis.call('HGET', inbox, source)
  if not had or not partsOf(had) then had = '0-0' end
  local place = had
  if had == args[4] then place = '0-0' elseif isAfter(args[3], had) then return had end
  local effects, run, last, i = { args[1], '0' }, {}, nil, 5
  while i <= #args do
    local id, first = args[i], i + 2
    i = first + args[i + 1]
    if isAfter(id, place) then
      refusal = addSent(effects, run, args, first, i - 1)
      if refusal then return refusal end
      last = id
    end
  end
  if last then
    local plan
    plan, refusal = planned(keys, effects, 1)
    if refusal then return refusal end
    write(keys, effects, plan)
    redis.call('HSET', inbox, source, last)
  end
  return had
end })
