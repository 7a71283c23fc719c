--- The tokens of JavaScript, TypeScript and JSON: what raymig.host.javascript reads values from.
--
-- { kind, value, line }: kind is name, text, number, template, symbol, regex, and at the end "end".
-- A template with expressions has `texts` and, between them, `expressions` ({ text, line }); one
-- without is a text. A broken token raises { message, line }.

local SYMBOLS = { "...", "===", "!==", "??", "||", "&&", "=>", "==", "!=", "?." }
local ESCAPES = { n = "\n", t = "\t", r = "\r", b = "\b", f = "\f", v = "\v", ["0"] = "\0",
  ["\n"] = "" }

local function fail(line, message)
  error({ message = message, line = line }, 0)
end

local function count_lines(text, from, to)
  local lines, at = 0, from
  while true do
    at = text:find("\n", at, true)
    if not at or at > to then return lines end
    lines, at = lines + 1, at + 1
  end
end

local function utf8_of(digits)
  local code = tonumber(digits, 16)
  return code and code <= 0x10FFFF and utf8.char(code) or nil
end

-- The escape sequence at `at`, a backslash: what it stands for, and where the next character is.
local function escape(text, at)
  local first = text:sub(at + 1, at + 1)
  local patterns = { u = { "^{(%x+)}()", "^(%x%x%x%x)()" }, x = { "^(%x%x)()" } }
  for _, pattern in ipairs(patterns[first] or {}) do
    local digits, stop = text:match(pattern, at + 2)
    local char = digits and utf8_of(digits)
    if char then return char, stop end
  end
  return ESCAPES[first] or first, at + 2
end

local read_template

-- Where the `}` is that ends the expression which begins at `at`.
local function expression_end(text, at, line)
  local depth, start = 0, line
  while at <= #text do
    local char = text:sub(at, at)
    if char == "\n" then line = line + 1
    elseif char == "{" then depth = depth + 1
    elseif char == "}" and depth == 0 then return at
    elseif char == "}" then depth = depth - 1
    elseif char == "'" or char == '"' then
      at = text:find(char, at + 1, true) or #text
    elseif char == "`" then
      local _, stop = read_template(text, at, line)
      at = stop - 1
    end
    at = at + 1
  end
  fail(start, "\"${\" is never closed")
end

function read_template(text, at, line)
  local token = { kind = "template", texts = {}, expressions = {}, line = line }
  local piece, start = {}, at
  at = at + 1
  while at <= #text do
    local char = text:sub(at, at)
    if char == "`" then
      token.texts[#token.texts + 1] = table.concat(piece)
      if #token.expressions == 0 then token.kind, token.value = "text", token.texts[1] end
      return token, at + 1
    elseif char == "\\" then
      char, at = escape(text, at)
    elseif char == "$" and text:sub(at + 1, at + 1) == "{" then
      local here = line + count_lines(text, start, at)
      local stop = expression_end(text, at + 2, here)
      token.texts[#token.texts + 1] = table.concat(piece)
      token.expressions[#token.expressions + 1] = { text = text:sub(at + 2, stop - 1), line = here }
      piece, char, at = {}, "", stop + 1
    else
      at = at + 1
    end
    piece[#piece + 1] = char
  end
  fail(line, "a template is never closed")
end

local function read_string(text, at, line)
  local quote, out = text:sub(at, at), {}
  at = at + 1
  while true do
    local char = text:sub(at, at)
    if char == quote then
      return { kind = "text", value = table.concat(out), line = line }, at + 1
    elseif char == "" or char == "\n" then
      fail(line, "a string is never closed")
    elseif char == "\\" then
      char, at = escape(text, at)
    else
      at = at + 1
    end
    out[#out + 1] = char
  end
end

-- A slash behind a value divides; elsewhere it begins a regular expression.
local function read_regex(text, at, line, before)
  if before and (before.kind ~= "symbol" or before.value:find "^[%)%]}]$") then return nil end
  local inside, i = false, at + 1
  while i <= #text do
    local char = text:sub(i, i)
    if char == "\n" then return nil end
    if char == "\\" then i = i + 1
    elseif char == "[" then inside = true
    elseif char == "]" then inside = false
    elseif char == "/" and not inside then
      local stop = select(2, text:find("^%a*", i + 1))
      return { kind = "regex", value = text:sub(at, stop), line = line }, stop + 1
    end
    i = i + 1
  end
end

local function read_symbol(text, at, line)
  for _, symbol in ipairs(SYMBOLS) do
    if text:sub(at, at + #symbol - 1) == symbol then
      return { kind = "symbol", value = symbol, line = line }, at + #symbol
    end
  end
  return { kind = "symbol", value = text:sub(at, at), line = line }, at + 1
end

local function next_token(text, at, line, before)
  local char = text:sub(at, at)
  local word, stop = text:match("^([%a_$\128-\255][%w_$\128-\255]*)()", at)
  if word then return { kind = "name", value = word, line = line }, stop end
  word, stop = text:match("^(%.?%d[%w_.]*)()", at)
  if word then return { kind = "number", value = (word:gsub("_", "")), line = line }, stop end
  if char == "'" or char == '"' then return read_string(text, at, line) end
  if char == "`" then return read_template(text, at, line) end
  if char == "/" then
    local token
    token, stop = read_regex(text, at, line, before)
    if token then return token, stop end
  end
  return read_symbol(text, at, line)
end

-- Behind blanks and comments.
local function skip_blank(text, at, line)
  while true do
    local from = at
    at = text:match("^[%s\239\187\191]*()", at)
    if text:find("^//", at) then
      at = text:find("\n", at, true) or #text + 1
    elseif text:find("^/%*", at) then
      local _, stop = text:find("*/", at + 2, true)
      if not stop then fail(line + count_lines(text, from, at), "a comment is never closed") end
      at = stop + 1
    end
    if at == from then return at, line end
    line = line + count_lines(text, from, at - 1)
  end
end

---@param text string
---@param line integer the number of its first line
---@return table[]
return function(text, line)
  local tokens, at = {}, 1
  while true do
    at, line = skip_blank(text, at, line)
    if at > #text then break end
    local token, stop = next_token(text, at, line, tokens[#tokens])
    tokens[#tokens + 1] = token
    line = line + count_lines(text, at, stop - 1)
    at = stop
  end
  tokens[#tokens + 1] = { kind = "end", line = line }
  -- What looks ahead may look past the end.
  return setmetatable(tokens, { __index = function() return tokens[#tokens] end })
end
