-- What a service publishes to other shards waits in its outbox, beside the log, until its owner has forwarded it.
--
-- Keys, for shard s of namespace `rides`, its service `payment`, and shard t:
--   rides:{s}:outbox:payment       stream. An entry is what one commit has for one shard: the number of that, with `<ms> <place>`, when it was
--                                  committed and the first entry of the log that was not settled before (`-` if all were); then, in the
--                                  order of the effects, `PUBLISH <topic> <id>` with the event's JSON, `SCHEDULE <due> <topic> <length of the
--                                  JSON> <id>` and `CANCEL <id>` with the record
--   rides:{s}:outbox:payment:sent  hash: shard -> the last entry for it that it has said to have
--   rides:{t}:inbox                hash: `<s> payment` -> the last entry of that outbox that this shard has
--
-- The id of an entry is the epoch and the number of its commit, and six digits: so no id ever stands for two things, also if the server goes back
-- to an earlier moment and other commits follow. That is why a shard that has an entry has it, however long ago: it need not remember events.

local function outboxOf(log, group) return string.sub(log, 1, -4) .. 'outbox:' .. group end

-- Gets ready to leave things in an outbox.
--   needed: the first entry of the log that they may follow from; nil if there is none
local function openOutbox(outbox, epoch, number, needed)
  local place = { outbox = outbox, next = epoch .. '-' .. number .. '000000', about = milliseconds(now()) .. ' ' .. (needed or '-') }
  if redis.call('EXISTS', outbox) == 1 then
    local last = redis.call('XINFO', 'STREAM', outbox)[8]
    if not isAfter(place.next, last) then place.next = successor(last) end
  end
  return place
end

-- Leaves what one shard is to get: its number, then fields and values.
local function leave(place, args, first, last)
  redis.call('XADD', place.outbox, place.next, args[first], place.about, unpack(args, first + 1, last))
  place.next = successor(place.next)
end

-- The first entry of a log that a group has pending; nil if there is none.
local function firstPending(log, group, topics)
  local first
  for _, topic in ipairs(topics) do
    local found = redis.pcall('XPENDING', streamOf(log, topic), group)
    if not found.err and found[1] > 0 and (not first or isAfter(first, found[2])) then first = found[2] end
  end
  return first
end

-- The first entry of a log that what waits in a group's outbox may follow from; nil if nothing waits.
local function neededByOutbox(log, group)
  local found = redis.pcall('XRANGE', outboxOf(log, group), '-', '+', 'COUNT', 1)
  return not found.err and found[1] and string.match(found[1][2][2], ' (%d+%-%d+)$') or nil
end
