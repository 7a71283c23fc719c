--- Identifiers and texts for random_schema.lua: plain ones, and all that must be quoted.

local M = {}

local ODD = {
  "Upper", "camelCase", "select", "table", "user", "order", "check", "column", "primary", "all",
  "default", "group", "any", "new", "value", "type", "name", "char", "with space", "dot.ted",
  'quo"ted', "apo'strophe", "größe", "表", "naïve café", "1digit", "dollar$x",
  "back\\slash",
  "semi;colon", "paren)(", "--dash", "percent%", "comma,", "brace}{", "tab\there", "a=b", "USING",
  " WHERE ", "interval", "timestamp", "bit", "exists", "between", "setof", "position", "trim",
}

local PLAIN = { "users", "id", "a", "b", "orders", "total", "note", "kind", "created_at", "x1",
  "_u", "items", "owner_id", "state", "zone", "price" }

M.TEXTS = { "plain", "it's", 'double "quotes"', "two\nlines", "back\\slash", "unicode: żółć 表",
  "$$", "-- no comment", "/* nor this */", "$function$", "percent % and ; semicolon", " " }

function M.quote(name)
  return '"' .. name:gsub('"', '""') .. '"'
end

--- The name without its quotes.
function M.plain(name)
  local inner = name:match '^"(.*)"$'
  return inner and inner:gsub('""', '"') or name
end

-- 63 bytes: the longest that PostgreSQL keeps.
local function long(random, word)
  local tail = ("_%d"):format(random:int(100, 999))
  return (word .. "_"):rep(20):sub(1, 63 - #tail) .. tail
end

local function draw(random, word)
  if random:chance(6) then return long(random, word) end
  if random:chance(35) then return random:pick(ODD) end
  return random:chance(50) and word or random:pick(PLAIN)
end

--- A name that the script has not used yet, quoted where it must be.
function M.new(random, word, used)
  used = used or random.used
  local name = draw(random, word)
  while used[name] do
    local tail = tostring(random:int(2, 9999))
    name = name:sub(1, 63 - #tail)
    while name:find "[\xC2-\xFF][\x80-\xBF]*$" and not utf8.len(name) do name = name:sub(1, -2) end
    name = name .. tail
  end
  used[name] = true
  -- Of plain words only ours are known not to be keywords.
  return name:find "^[a-z_][a-z0-9_]*$" and not M.is_odd[name] and name or M.quote(name)
end

M.is_odd = {}
for _, word in ipairs(ODD) do M.is_odd[word] = true end

return M
