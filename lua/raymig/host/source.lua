--- Where a key stands in the source of a config: for errors that name the line.
--
-- A tokenizer for Lua, and a walk over the tokens that knows in which table constructor it is.
-- It reads what people write, `return { lock = { timeout = "3s" } }`; a key that a program
-- computes is not found, and then the error has no line.

local M = {}

local OPENS = { ["function"] = true, ["if"] = true, ["do"] = true, ["repeat"] = true }
local CLOSES = { ["end"] = true, ["until"] = true }

local function line_counter()
  local line = 1
  return function(text)
    local _, breaks = text:gsub("\n", "")
    line = line + breaks
    return line
  end
end

-- Each row: how a token begins, and its kind. The first that fits is it.
local PATTERNS = {
  { "^%s+" },
  { "^%-%-%[(=*)%[", long = true },
  { "^%-%-[^\n]*" },
  { "^%[(=*)%[", kind = "string", long = true },
  { "^[%a_][%w_]*", kind = "name" },
  { "^%.?%d[%w_.]*", kind = "number" },
  { "^[=~<>]=", kind = "symbol" },
  { "^.", kind = "symbol" },
}

-- The end of a quoted string that begins at `at`.
local function quoted_end(text, at)
  local quote = text:sub(at, at)
  local i = at + 1
  while i <= #text and text:sub(i, i) ~= quote do
    i = i + (text:sub(i, i) == "\\" and 2 or 1)
  end
  return math.min(i, #text)
end

local function next_token(text, at)
  if text:find("^[\"']", at) then
    local stop = quoted_end(text, at)
    return "string", stop, text:sub(at + 1, stop - 1)
  end
  for _, pattern in ipairs(PATTERNS) do
    local _, stop, level = text:find(pattern[1], at)
    if stop and pattern.long then
      local from = stop + 1
      local inside
      inside, stop = text:find("]" .. level .. "]", from, true)
      return pattern.kind, stop or #text, text:sub(from, (inside or #text + 1) - 1)
    elseif stop then
      return pattern.kind, stop, text:sub(at, stop)
    end
  end
end

local function tokens_of(text)
  local tokens, at, count = {}, 1, line_counter()
  local line = 1
  while at <= #text do
    local kind, stop, value = next_token(text, at)
    if kind then tokens[#tokens + 1] = { kind = kind, value = value, line = line } end
    line = count(text:sub(at, stop))
    at = stop + 1
  end
  return tokens
end

local function is(token, value)
  return token and token.kind ~= "string" and token.value == value
end

-- The key that begins at token i, and the index of its `=`.
local function key_at(tokens, i)
  local before, token = tokens[i - 1], tokens[i]
  if not (is(before, "{") or is(before, ",") or is(before, ";")) then return nil end
  if token.kind == "name" and is(tokens[i + 1], "=") then return token.value, i + 1 end
  if is(token, "[") and tokens[i + 1] and tokens[i + 1].kind == "string"
    and is(tokens[i + 2], "]") and is(tokens[i + 3], "=") then
    return tokens[i + 1].value, i + 3
  end
end

local function path_of(stack)
  local keys = {}
  for i, level in ipairs(stack) do keys[i] = level.key end
  return table.concat(keys, ".")
end

-- Calls visit(path, token, index of the "=") for each key of each table constructor.
local function walk(tokens, visit)
  local stack, blocks = {}, 0
  for i, token in ipairs(tokens) do
    if token.kind == "name" and OPENS[token.value] then blocks = blocks + 1
    elseif token.kind == "name" and CLOSES[token.value] then blocks = blocks - 1
    elseif is(token, "{") then stack[#stack + 1] = { key = "" }
    elseif is(token, "}") then stack[#stack] = nil
    end
    local key, equals = key_at(tokens, i)
    if key and #stack > 0 and blocks == 0 then
      stack[#stack].key = key
      if visit(path_of(stack), token, equals) then return end
    end
  end
end

-- The line of `config.lock.timeout = ...`, written as an assignment.
local function assigned_line(tokens, key)
  for i, token in ipairs(tokens) do
    if token.kind == "name" and token.value == key and is(tokens[i + 1], "=")
      and is(tokens[i - 1], ".") then
      return token.line
    end
  end
end

--- The line of the key with this path ("lock.timeout"), or nil.
---@param text string
---@param path string
---@return integer?
function M.line(text, path)
  local line
  local tokens = tokens_of(text)
  walk(tokens, function(found, token)
    if found == path then line = token.line end
    return line
  end)
  return line or assigned_line(tokens, path:match "[^.]*$")
end

-- The name in `env.NAME` or `env "NAME"` at token i, where that is the whole expression.
local function variable_at(tokens, i)
  if not is(tokens[i], "env") then return nil end
  local name, after
  if is(tokens[i + 1], ".") then
    name, after = tokens[i + 2], tokens[i + 3]
  elseif is(tokens[i + 1], "(") and is(tokens[i + 3], ")") then
    name, after = tokens[i + 2], tokens[i + 4]
  elseif tokens[i + 1] and tokens[i + 1].kind == "string" then
    name, after = tokens[i + 1], tokens[i + 2]
  end
  if name and (is(after, ",") or is(after, ";") or is(after, "}")) then return name.value end
end

--- The environment's variable that is the whole value of this key, and the key's line; or nil.
---@param text string
---@param path string
---@return string?, integer?
function M.variable(text, path)
  local name, line
  local tokens = tokens_of(text)
  walk(tokens, function(found, token, equals)
    if found ~= path then return false end
    name, line = variable_at(tokens, equals + 1), token.line
    return true
  end)
  return name, line
end

return M
