-- An error reply if the user may not run some commands, given as command, key and so on.
local function forbidden(...)
  local list = { ... }
  for i = 1, #list, 2 do
    -- Others take further arguments, which are of no interest; those of DEL are keys.
    local may
    if list[i] == 'DEL' then may = redis.acl_check_cmd('DEL', list[i + 1]) else may = redis.acl_check_cmd(list[i], list[i + 1], '0', '0', '0') end
    if not may then
      return redis.error_reply('NOPERM this user may not run ' .. list[i] .. ' on ' .. list[i + 1] .. ', and nothing was done')
    end
  end
end

-- An error reply if a key of the runtime holds something else than it is for; given as a command that tells, key and so on.
local function unusable(...)
  local list = { ... }
  for i = 1, #list, 2 do
    local reply = redis.pcall(list[i], list[i + 1])
    if type(reply) == 'table' and reply.err then
      -- Redis 7.0 gives it no code.
      if string.find(reply.err, 'NOPERM') or string.find(reply.err, 'The user executing the script', 1, true) then
        return redis.error_reply('NOPERM this user may not run ' .. list[i] .. ' on ' .. list[i + 1] .. ', and nothing was done')
      end
      return redis.error_reply('WRONGTYPE ' .. list[i + 1] .. ' does not hold what EventStreams keeps there, and nothing was done')
    end
  end
end

-- An error reply that says why nothing is written to a key, or to a field of it.
local function refused(key, field, reason)
  return redis.error_reply('REFUSED ' .. key .. (field and ', field ' .. field or '') .. ': ' .. reason)
end

-- How much room the ids of a stream must have left: more than one call can add.
local lastUsable = '18446744073709551615-18446744073700000000'

-- Why nothing can be added to one of some streams: its key and the reason; nil if there is no reason.
local function unappendable(streams)
  local filled, reason = {}, 'the stream has exhausted the last possible IDs'
  for i = 1, #streams do
    local stream = streams[i]
    local length = redis.pcall('XLEN', stream)
    if type(length) == 'table' then return stream, length.err end
    if length > 0 then
      filled[#filled + 1] = stream
    elseif redis.call('EXISTS', stream) == 1 and isAfter(redis.call('XINFO', 'STREAM', stream)[8], lastUsable) then
      return stream, reason
    end
  end
  for from = 1, #filled, most / 2 do
    local count = math.min(most / 2, #filled - from + 1)
    local read = { 'COUNT', 1, 'STREAMS' }
    for at = 0, count - 1 do
      read[4 + at] = filled[from + at]
      read[4 + count + at] = lastUsable
    end
    local beyond = redis.call('XREAD', unpack(read))
    if beyond then return beyond[1][1], reason end
  end
end

-- What XINFO GROUPS says of a stream's group; nil if there is none.
local function groupNamed(stream, group)
  if redis.call('EXISTS', stream) == 0 then return nil end
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    if info[2] == group then return info end
  end
end

-- Whether a group has never been given anything: made when its namespace was, and not run since.
local function isUntouched(info)
  return info[6] == 0 and info[8] == '0-0'
end

-- The set of entries up to the position that are not settled.
local function behindOf(lease)
  return lease .. ':behind'
end

local function fenced(log)
  return redis.error_reply('FENCED another worker owns ' .. log)
end
