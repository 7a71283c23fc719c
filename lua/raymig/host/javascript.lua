--- Just enough of JavaScript, TypeScript and JSON to read the literals of a config file.
--
-- Nothing is run. What is a literal, or a variable of the environment, comes out as a value; every
-- other expression comes out as `other`, with its line, so that whoever asked can say which value
-- he could not read. A value is a node:
--
--     { kind = "text" | "number" | "bool" | "none", value, line }
--     { kind = "env", name, default, line }          process.env.NAME ?? "default"
--     { kind = "object", fields = { { key, node } ... }, line }
--     { kind = "list", items = { node ... }, line }
--     { kind = "other", line }
--
-- A broken file raises { message, line }.

local host = ...

local tokens_of = host.require "raymig.host.javascript_tokens"

local M = {}

local DEEPEST = 100

local OPENING = { ["("] = ")", ["["] = "]", ["{"] = "}" }
local CLOSING = { [")"] = true, ["]"] = true, ["}"] = true }
local ENDS = { [","] = true, [";"] = true, [")"] = true, ["]"] = true, ["}"] = true }
local WORDS = { ["true"] = true, ["false"] = true, null = true, undefined = true }
local WRAPPERS = { Number = true, String = true, parseInt = true, defineConfig = true }

-- The ways to write "the environment" before ".NAME".
local ENVIRONMENTS = { { "process", ".", "env" }, { "Bun", ".", "env" },
  { "import", ".", "meta", ".", "env" }, { "env" } }

---@class raymig.JavaScript
---@field tokens table[]
---@field names table<string, integer> where the value of a top-level constant begins
---@field depth integer
local Reader = {}
Reader.__index = Reader

local function fail(line, message, ...)
  error({ message = message:format(...), line = line }, 0)
end

function Reader:is(i, symbol)
  local token = self.tokens[i]
  return token.value == symbol and (token.kind == "symbol" or token.kind == "name")
end

-- The token behind the bracket that closes the one at i.
function Reader:behind(i)
  local open, depth = self.tokens[i], 0
  while true do
    local token = self.tokens[i]
    if token.kind == "end" then
      fail(open.line, "\"%s\" is never closed", open.value)
    elseif token.kind == "symbol" and OPENING[token.value] then
      depth = depth + 1
    elseif token.kind == "symbol" and CLOSING[token.value] then
      depth = depth - 1
      if depth == 0 then return i + 1 end
    end
    i = i + 1
  end
end

-- True where an expression that ends before token i is complete: a separator, or a new line that
-- begins with something that cannot continue it.
function Reader:ends(i)
  local token = self.tokens[i]
  if token.kind == "end" then return true end
  if token.kind == "symbol" then return ENDS[token.value] == true end
  return token.line > self.tokens[i - 1].line
end

function Reader:skip(i)
  while not (self.tokens[i].kind == "end"
    or self.tokens[i].kind == "symbol" and ENDS[self.tokens[i].value]) do
    i = self.tokens[i].kind == "symbol" and OPENING[self.tokens[i].value] and self:behind(i)
      or i + 1
  end
  return i
end

-- Behind a type, as in `x as Record<string, number>`: its own commas stand in angle brackets.
function Reader:skip_type(i)
  local angles, first = 0, i
  while self.tokens[i].kind ~= "end" do
    local token = self.tokens[i]
    if token.kind == "symbol" then
      if token.value == "<" then angles = angles + 1
      elseif token.value == ">" then angles = angles - 1
      elseif angles == 0 and (ENDS[token.value] or token.value == "??" or token.value == "||"
        or token.value == "=") then
        return i
      end
    elseif i > first and angles == 0 and token.line > self.tokens[i - 1].line then
      return i
    end
    i = token.kind == "symbol" and OPENING[token.value] and self:behind(i) or i + 1
  end
  return i
end

-- process.env.NAME, process.env["NAME"], Deno.env.get("NAME"): the node and what stands behind it.
function Reader:environment(i)
  local line = self.tokens[i].line
  if self:is(i, "Deno") and self:is(i + 1, ".") and self:is(i + 2, "env") and self:is(i + 3, ".")
    and self:is(i + 4, "get") and self:is(i + 5, "(") and self.tokens[i + 6].kind == "text" then
    return { kind = "env", name = self.tokens[i + 6].value, line = line }, self:behind(i + 5)
  end
  for _, words in ipairs(ENVIRONMENTS) do
    local at = i + #words
    for n, word in ipairs(words) do
      if not self:is(i + n - 1, word) then at = nil break end
    end
    if at and self:is(at, ".") and self.tokens[at + 1].kind == "name" then
      return { kind = "env", name = self.tokens[at + 1].value, line = line }, at + 2
    elseif at and self:is(at, "[") and self.tokens[at + 1].kind == "text" then
      return { kind = "env", name = self.tokens[at + 1].value, line = line }, self:behind(at)
    end
  end
end

-- `text ${expression} text`: a text where every expression is one; the expression itself where
-- there is nothing else.
function Reader:template(token)
  local out = {}
  local bare = #token.expressions == 1 and token.texts[1] == "" and token.texts[2] == ""
  for n, source in ipairs(token.expressions) do
    local inner = setmetatable({ tokens = tokens_of(source.text, source.line), names = self.names,
      outer = self, depth = self.depth }, Reader)
    local node, stop = inner:value(1)
    if inner.tokens[stop].kind ~= "end" then node = { kind = "other" } end
    if bare and node.kind == "env" then return node end
    if node.kind ~= "text" and node.kind ~= "number" then
      return { kind = "other", line = token.line }
    end
    out[#out + 1] = token.texts[n] .. node.value
  end
  out[#out + 1] = token.texts[#token.texts]
  return { kind = "text", value = table.concat(out), line = token.line }
end

-- The value of a top-level constant. The tokens of a template's inside are others.
function Reader:constant(token)
  local home = self.outer or self
  local at = home.names[token.value]
  if not at then return nil end
  local depth = home.depth
  home.depth = self.depth
  local node = home:value(at)
  home.depth = depth
  return node
end

function Reader:name(i)
  local token = self.tokens[i]
  local node, stop = self:environment(i)
  if node then return node, stop end
  if WORDS[token.value] then
    local flag = token.value == "true" or token.value == "false"
    return { kind = flag and "bool" or "none", value = token.value == "true", line = token.line },
      i + 1
  elseif WRAPPERS[token.value] and self:is(i + 1, "(") then
    local inner = self:value(i + 2)
    return inner, self:behind(i + 1)
  end
  node = self:constant(token)
  if node then return node, i + 1 end
  return { kind = "other", line = token.line }, i + 1
end

function Reader:list(i)
  local node = { kind = "list", items = {}, line = self.tokens[i].line }
  i = i + 1
  while not self:is(i, "]") do
    local spread = self:is(i, "...")
    local item, stop = self:value(spread and i + 1 or i)
    if spread and item.kind == "list" then
      table.move(item.items, 1, #item.items, #node.items + 1, node.items)
    else
      node.items[#node.items + 1] = spread and { kind = "other", line = item.line } or item
    end
    i = stop
    if self:is(i, ",") then i = i + 1
    elseif not self:is(i, "]") then fail(self.tokens[i].line, "expected ',' or ']'") end
  end
  return node, i + 1
end

local function add(node, key, value)
  node.fields[#node.fields + 1] = { key = key, node = value }
end

function Reader:spread(i, object)
  local node, stop = self:value(i + 1)
  if node.kind == "object" then
    table.move(node.fields, 1, #node.fields, #object.fields + 1, object.fields)
  else
    add(object, "...", { kind = "other", line = self.tokens[i].line })
  end
  return stop
end

-- One `key: value`, `key`, `key() {}`, `get key() {}` or `[computed]: value`.
function Reader:field(i, object)
  local token = self.tokens[i]
  local key, after = token.value, i + 1
  if self:is(i, "[") then
    key, after = "[...]", self:behind(i)
  elseif token.kind == "symbol" or token.kind == "end" or token.kind == "template" then
    fail(token.line, "expected a key")
  end
  if self:is(after, ":") then
    local node, stop = self:value(after + 1)
    add(object, key, key == "[...]" and { kind = "other", line = token.line } or node)
    return stop
  elseif self:is(after, ",") or self:is(after, "}") then
    add(object, key, self:constant(token) or { kind = "other", line = token.line })
    return after
  end
  while not (self:is(after, "{") or self:is(after, "}") or self.tokens[after].kind == "end") do
    after = self:is(after, "(") and self:behind(after) or after + 1
  end
  if not self:is(after, "{") then fail(token.line, "expected ':' behind \"%s\"", key) end
  add(object, key, { kind = "other", line = token.line })
  return self:behind(after)
end

function Reader:object(i)
  local node = { kind = "object", fields = {}, line = self.tokens[i].line }
  i = i + 1
  while not self:is(i, "}") do
    i = self:is(i, "...") and self:spread(i, node) or self:field(i, node)
    if self:is(i, ",") then i = i + 1
    elseif not self:is(i, "}") then fail(self.tokens[i].line, "expected ',' or '}'") end
  end
  return node, i + 1
end

function Reader:primary(i)
  local token = self.tokens[i]
  if token.kind == "text" or token.kind == "number" then
    return { kind = token.kind, value = token.value, line = token.line }, i + 1
  elseif token.kind == "template" then
    return self:template(token), i + 1
  elseif token.kind == "name" then
    return self:name(i)
  elseif token.kind == "symbol" and token.value == "{" then
    return self:object(i)
  elseif token.kind == "symbol" and token.value == "[" then
    return self:list(i)
  elseif token.kind == "symbol" and token.value == "(" then
    local node = self:value(i + 1)
    return node, self:behind(i)
  elseif self:is(i, "+") then
    return self:primary(i + 1)
  elseif self:is(i, "-") and self.tokens[i + 1].kind == "number" then
    return { kind = "number", value = "-" .. self.tokens[i + 1].value, line = token.line }, i + 2
  end
  return { kind = "other", line = token.line }, i
end

-- left ?? right: what a variable of the environment falls back to.
local function with_default(left, right)
  if left.kind == "text" and left.value ~= "" or left.kind == "number" then return left end
  if left.kind == "env" and not left.default
    and (right.kind == "text" or right.kind == "number") then
    left.default = right.value
    return left
  elseif left.kind == "env" and right.kind == "none" then
    return left
  end
  return { kind = "other", line = left.line }
end

--- The value of the expression at token i, and the token behind it.
function Reader:value(i)
  local token = self.tokens[i]
  self.depth = self.depth + 1
  if self.depth > DEEPEST then fail(token.line, "nested too deeply") end
  local node, stop = self:primary(i)
  while not self:ends(stop) or self:is(stop, "as") or self:is(stop, "satisfies") do
    if self:is(stop, "!") then
      stop = stop + 1
    elseif self:is(stop, "as") or self:is(stop, "satisfies") then
      stop = self:skip_type(stop + 1)
    elseif self:is(stop, "??") or self:is(stop, "||") then
      local right, after = self:primary(stop + 1)
      while self:is(after, "!") do after = after + 1 end
      node, stop = with_default(node, right), after
    else
      node, stop = { kind = "other", line = token.line }, self:skip(stop)
    end
  end
  self.depth = self.depth - 1
  return node, stop
end

-- Behind `const name` at token i, perhaps with a type: where its value begins.
function Reader:initial(i)
  if self:is(i, ":") then i = self:skip_type(i + 1) end
  return self:is(i, "=") and i + 1 or nil
end

-- The top level: where constants and the file's result begin.
function Reader:survey()
  local i, result = 1, nil
  while self.tokens[i].kind ~= "end" do
    if self.tokens[i].kind == "name" and self.tokens[i + 1].kind == "name"
      and (self:is(i, "const") or self:is(i, "let") or self:is(i, "var")) then
      self.names[self.tokens[i + 1].value] = self:initial(i + 2)
    elseif self:is(i, "export") and self:is(i + 1, "default") then
      result = i + 2
    elseif self:is(i, "module") and self:is(i + 1, ".") and self:is(i + 2, "exports")
      and self:is(i + 3, "=") then
      result = i + 4
    end
    i = self.tokens[i].kind == "symbol" and OPENING[self.tokens[i].value] and self:behind(i)
      or i + 1
  end
  return result
end

--- What a module exports, or what a JSON file holds.
---@param text string
---@param json boolean
---@return table node
function M.read(text, json)
  local reader = setmetatable({ tokens = tokens_of(text, 1), names = {}, depth = 0 }, Reader)
  local start = json and 1 or reader:survey()
  if not start then fail(1, "the file exports nothing: there is no `export default`") end
  local node, stop = reader:value(start)
  if json and reader.tokens[stop].kind ~= "end" then
    fail(reader.tokens[stop].line, "something stands behind the value")
  end
  return node
end

return M
