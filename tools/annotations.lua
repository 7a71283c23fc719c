--- Reads LuaLS definition files (lua/meta): what their annotations say, in order.
--
-- read(path) gives a list of entries. Each has `form`:
--   "section"   title
--   "alias"     name, type, text
--   "class"     name, parent, text, fields { name, optional, type, text }, calls (overloads),
--               variable (the local that the class's functions are defined on)
--   "function"  owner (a variable), separator ("." or ":"), name, text, params, returns, overloads;
--               a param is { name, optional, type, text }, a return { type, name, text }
-- `text` is a list of lines. An annotation that is not understood is an error with file and line.

local M = {}

-- The place behind the type that begins at `place`. A type has no blanks but inside of brackets, in
-- strings and before what a function gives.
local function behind_type(line, place)
  local first = line:sub(place, place)
  if first == '"' then
    place = line:match('^"[^"]*"()', place)
  elseif first == "{" or first == "(" then
    place = line:match(first == "{" and "^%b{}()" or "^%b()()", place)
  else
    local word, behind = line:match("^([%w_.]+)()", place)
    assert(word, "no type where it says: " .. line:sub(place))
    place = behind
    if word == "fun" then
      place = line:match("^%b()()", place) or place
      local given = line:match("^: ?()", place)
      if given then place = behind_type(line, given) end
    end
  end
  place = line:match("^%b<>()", place) or place
  while line:match("^%[%]", place) do place = place + 2 end
  place = line:match("^%?()", place) or line:match("^%.%.%.()", place) or place
  local next_one = line:match("^|()", place)
  return next_one and behind_type(line, next_one) or place
end

-- "TYPE text" as two; what is left of the line.
local function typed(line)
  local place = behind_type(line, 1)
  return line:sub(1, place - 1), (line:sub(place):gsub("^%s+", ""))
end

local readers = {}

local function new_class(state, name, parent, text)
  local entry = { form = "class", name = name, parent = parent, text = state.text, fields = {},
    calls = {} }
  if text ~= "" then table.insert(entry.text, 1, text) end
  state.class, state.text = entry, {}
  state.entries[#state.entries + 1] = entry
end

function readers.class(state, rest)
  local name, parent, text = rest:match "^([%w_.]+):%s*(%S+)%s*(.*)$"
  if not name then name, text = rest:match "^([%w_.]+)%s*(.*)$" end
  new_class(state, name, parent, text)
end

function readers.alias(state, rest)
  local name, behind = rest:match "^([%w_.]+)%s+(.*)$"
  local form, text = typed(behind)
  local lines = state.text
  if text ~= "" then lines[#lines + 1] = text end
  state.entries[#state.entries + 1] = { form = "alias", name = name, type = form, text = lines }
  state.text = {}
end

function readers.field(state, rest)
  local name, optional, behind = rest:match "^(%[.-%])(%??)%s+(.*)$"
  if not name then name, optional, behind = rest:match "^([%w_]+)(%??)%s+(.*)$" end
  local form, text = typed(behind)
  local fields = state.class.fields
  fields[#fields + 1] = { name = name, optional = optional == "?", type = form, text = text }
end

function readers.param(state, rest)
  local name, optional, behind = rest:match "^([%w_.]+)(%??)%s+(.*)$"
  local form, text = typed(behind)
  state.params[#state.params + 1] = { name = name, optional = optional == "?", type = form,
    text = text }
end

-- "TYPE text", or several: "TYPE name, TYPE name".
readers["return"] = function(state, rest)
  repeat
    local form, text = typed(rest)
    local name, more = text:match "^([%w_]+),%s*(.*)$"
    if not name then more = text:match "^,%s*(.*)$" end
    state.returns[#state.returns + 1] = { type = form, name = name, text = more and "" or text }
    rest = more
  until not rest
end

function readers.overload(state, rest)
  local into = state.after_class and state.class.calls or state.overloads
  into[#into + 1] = rest
end

readers.operator = readers.overload
function readers.generic() end
function readers.meta() end
function readers.type() end

local function new_function(state, owner, separator, name, arguments)
  state.entries[#state.entries + 1] = { form = "function", owner = owner, separator = separator,
    name = name, arguments = arguments, text = state.text, params = state.params,
    returns = state.returns, overloads = state.overloads }
end

local function plain(state, line)
  local owner, separator, name, arguments =
    line:match "^function ([%w_]+)([.:])([%w_]+)%((.-)%) end"
  if owner then
    new_function(state, owner, separator, name, arguments)
  elseif state.class and not state.class.variable then
    state.class.variable = line:match "^local ([%w_]+) = {}" or line:match "^([%w_]+) = {}"
  end
  state.text, state.params, state.returns, state.overloads = {}, {}, {}, {}
  state.after_class = false
end

-- The parts of a type between `separator`s that stand in no brackets and no strings.
local function split(text, separator)
  local parts, from, place = {}, 1, 1
  while place <= #text do
    local char = text:sub(place, place)
    local closed = char == "(" and "^%b()()" or char == "{" and "^%b{}()"
      or char == "<" and "^%b<>()" or char == '"' and '^"[^"]*"()'
    if closed then
      place = text:match(closed, place)
    else
      if char == separator then
        parts[#parts + 1] = text:sub(from, place - 1)
        from = place + 1
      end
      place = place + 1
    end
  end
  parts[#parts + 1] = text:sub(from)
  return parts
end

--- A type in words: "a list of string or nil". name(type) says what one word is to be called.
function M.words(text, name)
  local whole = text:match "^%((.*)%)$"
  if whole and text:match "^%b()$" then return M.words(whole, name) end
  local choices = split(text, "|")
  if #choices > 1 and not text:match "^fun%(" then
    for i, choice in ipairs(choices) do choices[i] = M.words(choice, name) end
    local last = table.remove(choices)
    return table.concat(choices, ", ") .. " or " .. last
  end
  local element = text:match "^(.*)%[%]$"
  if element and not text:match "^fun%(" then
    local words = M.words(element, name)
    return "list of " .. (element:match "^%(" and "(" .. words .. ")" or words)
  end
  local optional = text:match "^(.*)%?$"
  if optional and not text:match "^fun%(" then return M.words(optional, name) .. " or nil" end
  local pair = text:match "^table<(.*)>$"
  if pair then
    local both = split(pair, ",")
    return ("table of %s by %s"):format(M.words(both[2]:gsub("^ ", ""), name),
      M.words(both[1], name))
  end
  return name(text)
end

--- The entries of a definition file.
function M.read(path)
  local state = { entries = {}, text = {}, params = {}, returns = {}, overloads = {} }
  local number = 0
  for line in assert(io.open(path)):lines() do
    number = number + 1
    local word, rest = line:match "^%-%-%-@(%w+)%s*(.*)$"
    local said = not word and line:match "^%-%-%-%s?(.*)$"
    local title = line:match "^%-%- %-%-%-%-+ (.+)$"
    if word then
      local reader = assert(readers[word], ("%s:%d: @%s is not known"):format(path, number, word))
      if word == "class" then state.after_class = true end
      local read, fault = pcall(reader, state, rest)
      if not read then error(("%s:%d: %s"):format(path, number, fault), 0) end
    elseif said then
      state.text[#state.text + 1] = said
    elseif title then
      state.entries[#state.entries + 1] = { form = "section", title = title }
    elseif not line:match "^%-%-" then
      plain(state, line)
    end
  end
  return state.entries
end

return M
