--- What every part of the DSL checks alike: options by name and by type, each error with the place
-- of the user's call. A converter takes a value as the user wrote it and gives what the record
-- holds; one that can only be known when all is declared is a function, called at the end.

local host = ...

local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local values = host.require "raymig.schema.values"

local M = {}

local places = 0

--- Where the user's code is now: { file =, line =, order = a number that grows }.
function M.place()
  local file, line = host.place()
  places = places + 1
  return { file = file or "?", line = line or 0, order = places }
end

function M.fail(place, message, hint)
  host.fail(message, hint, place and place.file, place and place.line)
end

--- "Did you mean ...?", or the second text.
function M.nearest(word, known, otherwise)
  local found = host.nearest(tostring(word), known)
  return found and ("Did you mean \"%s\"?"):format(found) or otherwise
end

local function wrong(at, value, wanted)
  M.fail(at.place, ("%s: %s takes %s, not %s"):format(at.what, at.key, wanted,
    handles.describe(value)))
end
M.wrong = wrong

-- ---------------------------------------------------------------- converters

local convert = {}
M.convert = convert

function convert.flag(value, at)
  if type(value) ~= "boolean" then wrong(at, value, "true or false") end
  return value or nil
end

function convert.text(value, at)
  if type(value) ~= "string" then wrong(at, value, "a text") end
  return value
end

function convert.name(value, at)
  if type(value) ~= "string" then wrong(at, value, "a name") end
  return names.check(value, at.place, at.key)
end

--- An expression: a text is one.
function convert.sql(value, at)
  local text = values.expression(value)
  if not text then wrong(at, value, "an expression, as a text or pg.sql") end
  return text
end

function convert.integer(value, at)
  if math.type(value) ~= "integer" then wrong(at, value, "an integer") end
  return ("%d"):format(value)
end

function convert.number(value, at)
  if type(value) ~= "number" then wrong(at, value, "a number") end
  return values.number(value)
end

--- A list of texts; one text is a list of one.
function convert.texts(value, at)
  if type(value) == "string" then return { value } end
  if type(value) ~= "table" or handles.data(value) then wrong(at, value, "a list of texts") end
  for i, text in ipairs(value) do
    if type(text) ~= "string" then
      M.fail(at.place, ("%s: item %d of %s is %s, not a text"):format(at.what, i, at.key,
        handles.describe(text)))
    end
  end
  return value
end

local function plain(value)
  if type(value) == "number" then return values.number(value) end
  if type(value) == "boolean" then return tostring(value) end
  return type(value) == "string" and value or nil
end

--- { fillfactor = 70 } as { "fillfactor=70" }, by name; items of a list stand before, as they are.
function convert.pairs(value, at)
  if type(value) ~= "table" or handles.data(value) then wrong(at, value, "a table of options") end
  local list, keys = {}, {}
  for i, item in ipairs(value) do
    if type(item) ~= "string" then wrong(at, item, "options by name") end
    list[i] = item
  end
  for key in pairs(value) do
    if type(key) == "string" then keys[#keys + 1] = key end
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local text = plain(value[key])
    if not text then
      M.fail(at.place, ("%s: option \"%s\" of %s is %s"):format(at.what, key, at.key,
        handles.describe(value[key])))
    end
    list[#list + 1] = key .. "=" .. text
  end
  return list
end

--- One of several words: the converter of a row of options { "full", "nothing" }. A word that
--- stands for PostgreSQL's default is written after "-", and gives nothing.
function M.choice(value, at, choices)
  local words = {}
  for i, word in ipairs(choices) do words[i] = word:gsub("^%-", "") end
  local all = "\"" .. table.concat(words, "\", \"") .. "\""
  if type(value) ~= "string" then wrong(at, value, all) end
  for i, word in ipairs(words) do
    if word == value:lower() then return choices[i] == word and word or nil end
  end
  M.fail(at.place, ("%s: %s is \"%s\""):format(at.what, at.key, value),
    "It can be " .. all .. ".")
end

-- ---------------------------------------------------------------- options

local function sorted_keys(set)
  local list = {}
  for key in pairs(set) do list[#list + 1] = key end
  table.sort(list)
  return list
end

local function refuse_unknown(place, what, given, spec)
  local unknown
  for key in pairs(given) do
    if type(key) == "string" and spec[key] == nil and (unknown == nil or key < unknown) then
      unknown = key
    elseif type(key) ~= "string" and math.type(key) ~= "integer" then
      M.fail(place, ("%s: a key is %s"):format(what, handles.describe(key)))
    end
  end
  if unknown then
    local known = sorted_keys(spec)
    M.fail(place, ("%s: unknown option \"%s\""):format(what, unknown),
      M.nearest(unknown, known, ("It can have %s."):format(table.concat(known, ", "))))
  end
end

--- The options of `given` by `spec`, whose rows are names of converters, functions or lists of
--- words.
function M.options(place, what, given, spec)
  local taken = {}
  refuse_unknown(place, what, given, spec)
  for key, rule in pairs(spec) do
    local value = given[key]
    if value ~= nil then
      local at = { place = place, what = what, key = key }
      if type(rule) == "string" then taken[key] = convert[rule](value, at)
      elseif type(rule) == "table" then taken[key] = M.choice(value, at, rule)
      else taken[key] = rule(value, at) end
    end
  end
  return taken
end

--- Several tables of options as one.
function M.merge(...)
  local all = {}
  for _, spec in ipairs { ... } do
    for key, rule in pairs(spec) do all[key] = rule end
  end
  return all
end

--- The items of a list in order, whatever holes it has; false is left out, lists inside are opened.
function M.items(list, into)
  into = into or {}
  local indexes = {}
  for key in pairs(list) do
    if math.type(key) == "integer" then indexes[#indexes + 1] = key end
  end
  table.sort(indexes)
  for _, index in ipairs(indexes) do
    local item = list[index]
    if type(item) == "table" and not handles.data(item) and into.nested then M.items(item, into)
    elseif item ~= false then into[#into + 1] = item end
  end
  return into
end

return M
