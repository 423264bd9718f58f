-- forget: removes a group that nobody runs, and what is kept for it; its own state stays.
--   KEYS: log, lease, retry, dead, blocked, redrive, discarded, redriven, stored
--   ARGV: group
--   Returns 1, 0 if there is no such group, or -1 if a worker has it.
redis.register_function({ function_name = 'eventstreams_forget_v3', flags = { 'allow-oom' }, callback = function(keys, args)
  local held, time = redis.call('HMGET', keys[2], 'owner', 'until', 'seen'), now()
  if held[1] and held[1] ~= '' and time < heldUntil(held[2], held[3], time) then return -1 end
  local found = 0
  if redis.call('EXISTS', keys[1]) == 1 then found = redis.call('XGROUP', 'DESTROY', keys[1], args[1]) end
  redis.call('DEL', keys[2], behindOf(keys[2]), keys[3], keys[4], keys[5], keys[6], keys[7], keys[8], keys[9])
  return found
end })
