-- What wrk asks: method, path, body or "", and how many there are of what is asked for; without that all are different. In path and body %d
-- stands for the number.
local number, most, path, body = 0, nil, nil, nil
local headers = { ["Content-Type"] = "application/json" }

local function filled(template)
  return (template:gsub("%%d", tostring(number)))
end

function init(arguments)
  wrk.method, path, body, most = arguments[1], arguments[2], arguments[3], tonumber(arguments[4])
end

function request()
  number = most and math.random(most) or number + 1
  if body == "" then return wrk.format(wrk.method, filled(path)) end
  return wrk.format(wrk.method, filled(path), headers, filled(body))
end
