-- prelude: what scripts have in common. It stands before each of them, and takes nobody's word: anybody may have written a value
-- who can write to Redis.
--
-- returns  nothing: it goes on with the script

-- how many bytes wait with an envelope: what lies in a blob waits too, and its length is at the end of such an envelope
local function size(envelope)
  local isApart = string.byte(envelope) == 2 and #envelope > 50
  return #envelope + (isApart and struct.unpack('>I4', envelope, #envelope - 3) or 0)
end

-- a count that was read; what is none is nought
local function whole(value)
  local number = tonumber(value) or 0
  return number >= 0 and number < 9007199254740992 and math.floor(number) or 0
end

-- a moment in ms, as a score; -1 if there is none
local function moment(score)
  return score and whole(score) or -1
end

-- adds to a count; what is none begins anew. Refused at maxmemory, if it is the first write
local function add(hash, field, n)
  local sum = redis.pcall('HINCRBY', hash, field, n)
  if type(sum) ~= 'number' then
    sum = math.max(0, n)
    redis.call('HSET', hash, field, sum)
  end
  return sum
end
