-- Whether a number is greater than another; both are digits without leading zeros.
local function isGreater(digits, other)
  return #digits > #other or (#digits == #other and digits > other)
end

-- The two numbers of a entry id.
local function partsOf(id)
  return string.match(id, '^(%d+)-(%d+)$')
end

-- Whether a entry id comes after another.
local function isAfter(id, other)
  local ms, seq = partsOf(id)
  local otherMs, otherSeq = partsOf(other)
  return isGreater(ms, otherMs) or (ms == otherMs and isGreater(seq, otherSeq))
end

local function plusOne(digits)
  if #digits < 16 then return milliseconds(digits + 1) end
  local high, low = string.sub(digits, 1, -11), string.sub(digits, -10) + 1
  if low < 1e10 then return high .. string.format('%010.0f', low) end
  return milliseconds(high + 1) .. '0000000000'
end

-- The first entry id after another.
local function successor(id)
  local ms, seq = partsOf(id)
  if seq == '18446744073709551615' then return plusOne(ms) .. '-0' end
  return ms .. '-' .. plusOne(seq)
end

local function minusOne(digits)
  if #digits < 16 then return milliseconds(digits - 1) end
  local high, low = string.sub(digits, 1, -11), string.sub(digits, -10) - 1
  if low >= 0 then return high .. string.format('%010.0f', low) end
  return milliseconds(high - 1) .. '9999999999'
end

-- The last entry id before another, which is not the first.
local function predecessor(id)
  local ms, seq = partsOf(id)
  if seq ~= '0' then return ms .. '-' .. minusOne(seq) end
  return minusOne(ms) .. '-18446744073709551615'
end

-- Whether a number in two parts of one sign, 10^10 · high + low, is beyond 64 bits.
local function isBeyond(high, low)
  local limit = 6854775807
  if high < 0 or low < 0 then high, low, limit = -high, -low, limit + 1 end
  return high > 922337203 or (high == 922337203 and low > limit)
end

-- A whole number in two parts of one sign, 10^10 · high + low; nil for what HINCRBY takes for none.
local function wholeNumber(text)
  local sign, digits = string.match(text, '^(%-?)(%d+)$')
  if not digits or #digits > 19 or (text ~= '0' and string.sub(digits, 1, 1) == '0') then return nil end
  local high, low = tonumber(string.sub(digits, 1, -11)) or 0, tonumber(string.sub(digits, -10))
  if sign == '-' then high, low = -high, -low end
  if isBeyond(high, low) then return nil end
  return high, low
end

-- Whether a text is a whole number of at most 15 digits, which a double holds, and so does a sum of two.
local function isShort(text)
  return #text < 16 and (text == '0' or string.match(text, '^%-?[1-9]%d*$') ~= nil)
end

-- The sum of two whole numbers, or nil and what HINCRBY would say.
local function sum(text, other)
  if isShort(text) and isShort(other) then return milliseconds(text + other) end
  local high, low = wholeNumber(text)
  if not high then return nil, 'hash value is not an integer' end
  local otherHigh, otherLow = wholeNumber(other)
  if not otherHigh then return nil, 'value is not an integer or out of range' end
  high, low = high + otherHigh, low + otherLow
  -- Both parts get one sign.
  local carry = math.floor(low / 1e10)
  high, low = high + carry, low - carry * 1e10
  if high < 0 and low > 0 then high, low = high + 1, low - 1e10 end
  if isBeyond(high, low) then return nil, 'increment or decrement would overflow' end
  local sign = (high < 0 or low < 0) and '-' or ''
  high, low = math.abs(high), math.abs(low)
  if high == 0 then return sign .. milliseconds(low) end
  return sign .. milliseconds(high) .. string.format('%010.0f', low)
end

-- Whether a whole number is at least another, or nil and what is wrong with it.
local function isAtLeast(text, bound)
  if isShort(text) and isShort(bound) then return tonumber(text) >= tonumber(bound) end
  local high, low = wholeNumber(text)
  if not high then return nil, 'hash value is not an integer' end
  local boundHigh, boundLow = wholeNumber(bound)
  if not boundHigh then return nil, 'value is not an integer or out of range' end
  return high > boundHigh or (high == boundHigh and low >= boundLow)
end
