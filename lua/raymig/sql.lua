--- db.sql: SQL text with named values, which become $n parameters and never SQL text.
--
--     local user = db.sql [[ select * from users where id = ${id} and state = ${state} ]]
--     local row = db:row(user { id = 7, state = "open" })
--
-- ${name} is a parameter; the same name twice is the same parameter. ${name:ident} is a quoted
-- identifier; its value is a name, or a list of names that are joined by dots. A value that is a
-- statement itself is put in with its own parameters. $${ stands for ${. Placeholders in a string
-- literal or a dollar-quoted body are no parameters for PostgreSQL: build those with quote_literal.

local host = ...

---@class raymig.Statement
---@field text string SQL with $n
---@field params table the values, `n` of them
local class = { __name = "raymig.sql", __metatable = false }

local M = { class = class }

local function quote(name)
  if type(name) ~= "string" or name == "" or name:find("\0", 1, true) then
    host.fail(("%s is not a name"):format(tostring(name)))
  end
  return '"' .. name:gsub('"', '""') .. '"'
end

local function identifier(name)
  if type(name) ~= "table" then return quote(name) end
  local parts = {}
  for i, part in ipairs(name) do parts[i] = quote(part) end
  if #parts == 0 then host.fail "an empty list is not a name" end
  return table.concat(parts, ".")
end

-- Pieces of a template: texts and { name, kind }.
local function parse(text)
  local pieces, at = {}, 1
  while true do
    local from, to, escape, inside = text:find("(%$?)%${([^}]*)}", at)
    if not from then break end
    if escape == "$" then
      pieces[#pieces + 1] = text:sub(at, from - 1) .. "${" .. inside .. "}"
    else
      local name, kind = inside:match "^%s*([%a_][%w_]*)%s*:?%s*(%a*)%s*$"
      if not name or (kind ~= "" and kind ~= "ident") then
        host.fail(("bad placeholder ${%s}"):format(inside),
          "Write ${name} for a value, ${name:ident} for an identifier, $${ for the text ${.")
      end
      pieces[#pieces + 1] = text:sub(at, from - 1)
      pieces[#pieces + 1] = { name = name, kind = kind }
    end
    at = to + 1
  end
  pieces[#pieces + 1] = text:sub(at)
  return pieces
end

local function has_names(pieces)
  for _, piece in ipairs(pieces) do
    if type(piece) == "table" then return true end
  end
  return false
end

-- The statements made here: template and values stay out of the script's reach.
local templates = setmetatable({}, { __mode = "k" })

local function is_statement(value)
  return value ~= nil and templates[value] ~= nil
end

local function add_param(out, value)
  out.n = out.n + 1
  out[out.n] = value
  return "$" .. out.n
end

-- Renumbers the parameters of a statement that is put into another.
local function splice(statement, params)
  if not statement.text then
    host.fail("a statement that is put into another has unbound names", "Bind it first.")
  end
  local pieces = {}
  for _, piece in ipairs(statement.pieces) do
    pieces[#pieces + 1] = type(piece) == "table" and add_param(params, piece.value) or piece
  end
  return table.concat(pieces)
end

local function check_unused(values, used)
  for name in pairs(values) do
    if not used[name] then
      host.fail(("the statement has no ${%s}"):format(tostring(name)))
    end
  end
end

local function value_of(values, name)
  local value = values[name]
  if value == nil then
    host.fail(("no value for ${%s}"):format(name), "Give db.null for NULL.")
  end
  return value
end

-- `bound` keeps the text and the value of each piece, so that it can be put into another.
local function bind(pieces, values)
  local texts, params, used, numbers, bound = {}, { n = 0 }, {}, {}, {}
  for i, piece in ipairs(pieces) do
    if type(piece) == "string" then
      texts[i], bound[#bound + 1] = piece, piece
    else
      local value = value_of(values, piece.name)
      used[piece.name] = true
      if piece.kind == "ident" then
        texts[i] = identifier(value)
        bound[#bound + 1] = texts[i]
      elseif is_statement(value) then
        texts[i] = splice(value, params)
        for _, part in ipairs(value.pieces) do bound[#bound + 1] = part end
      else
        numbers[piece.name] = numbers[piece.name] or add_param(params, value)
        texts[i] = numbers[piece.name]
        bound[#bound + 1] = { value = value }
      end
    end
  end
  check_unused(values, used)
  return { text = table.concat(texts), params = params, pieces = bound }
end

local function new(fields, pieces)
  local statement = setmetatable(fields, class)
  templates[statement] = pieces
  return statement
end

--- Binds the values of a template; the template stays as it is.
function class.__call(statement, values)
  if type(values) ~= "table" then host.fail "a statement is bound with a table of values" end
  return new(bind(templates[statement], values), templates[statement])
end

function class.__tostring(statement)
  return statement.text or "(statement with unbound names)"
end

--- A statement from a template. Without ${} in it, it can be run as it is.
---@param text string
---@return raymig.Statement
function M.sql(text)
  if type(text) ~= "string" then
    host.fail(("db.sql takes a text, not a value of type %s"):format(type(text)))
  end
  local pieces = parse(text)
  return new(has_names(pieces) and {} or bind(pieces, {}), pieces)
end

--- True for a statement made here.
M.is = is_statement

--- Quotes a name, or a list of names joined by dots.
M.ident = identifier

return M
