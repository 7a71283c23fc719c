--- Names: their length, their quoting, their casing, and those that PostgreSQL would choose.

local host = ...

local M = {}

local LONGEST = 63 -- NAMEDATALEN - 1 of every PostgreSQL that is not built otherwise

-- Cuts between characters, never inside of one.
local function cut(text, length)
  if #text <= length then return text end
  local stop = length
  while stop > 0 and text:find("^[\x80-\xbf]", stop + 1) do stop = stop - 1 end
  return text:sub(1, stop)
end

local function hash(text)
  local h = 2166136261
  for i = 1, #text do h = ((h ~ text:byte(i)) * 16777619) & 0xffffffff end
  return ("%08x"):format(h)
end

--- Refuses what is no name: place as of check.place, what: "table", "the column's name".
function M.check(name, place, what)
  if type(name) ~= "string" then
    host.fail(("the name of the %s is a text, not a value of type %s"):format(what, type(name)),
      nil, place.file, place.line)
  elseif name == "" then
    host.fail(("the name of the %s is empty"):format(what), nil, place.file, place.line)
  elseif name:find("\0", 1, true) or not utf8.len(name) then
    host.fail(("the name of the %s is no UTF-8 text"):format(what), nil, place.file, place.line)
  elseif #name > LONGEST then
    host.fail(("the name \"%s\" has %d bytes; PostgreSQL keeps %d"):format(name, #name, LONGEST),
      ("\"%s_%s\" would fit."):format(cut(name, LONGEST - 9), hash(name)), place.file, place.line)
  end
  return name
end

--- Quoted where it must be.
M.quote = host.name

function M.qualified(schema, name)
  if not schema then return host.name(name) end
  return host.name(schema) .. "." .. host.name(name)
end

--- The parts of a dotted name, quotes taken off: 'billing."My Table"' is "billing", "My Table".
function M.parts(text)
  local parts, part, quoted, i = {}, {}, false, 1
  while i <= #text do
    local c = text:sub(i, i)
    if c == '"' and quoted and text:sub(i + 1, i + 1) == '"' then
      part[#part + 1] = c
      i = i + 1
    elseif c == '"' then
      quoted = not quoted
    elseif c == "." and not quoted then
      parts[#parts + 1] = table.concat(part)
      part = {}
    else
      part[#part + 1] = c
    end
    i = i + 1
  end
  parts[#parts + 1] = table.concat(part)
  return parts
end

local function snake_case(name)
  if not name:find "%u" then return name end
  local parts = name:gsub("([%l%d])(%u)", "%1_%2"):gsub("(%u)(%u%l)", "%1_%2")
  return parts:lower()
end

local function camel_case(name)
  return (name:gsub("()_+(%w)", function(at, letter)
    if at > 1 then return letter:upper() end
  end))
end

--- The name of a column in the database, from its name in Lua.
function M.cased(name, casing)
  if casing == "snake_case" then return snake_case(name) end
  if casing == "camelCase" then return camel_case(name) end
  return name
end

--- Types that are found before any of the same name: types.lua fills it.
M.built_in = { table = true, setof = true }

--- A type that is given as SQL: a bare name is that of a type of the namespace, where it declares
--- one.
function M.type_in(ns, text)
  local name, rest = text:match "^%s*([%a_][%w_]*)%s*(.*)$"
  if not name or M.built_in[name:lower()] or not rest:find "^[%[%(]" and rest ~= "" then
    return text
  end
  local draft = ns and ns.session.index["type\0" .. ns.schema .. "\0" .. name:lower()]
  return draft and M.qualified(draft.schema, draft.name) .. rest or text
end

--- What PostgreSQL calls a sequence, an index or a constraint (makeObjectName in indexcmds.c): the
--- longer of both names is cut first.
function M.default(first, second, label)
  local room = LONGEST - #label - 1 - (second and 1 or 0)
  local one, two = #first, second and #second or 0
  while one + two > room do
    if one > two then one = one - 1 else two = two - 1 end
  end
  return cut(first, one) .. (second and "_" .. cut(second, two) or "") .. "_" .. label
end

return M
