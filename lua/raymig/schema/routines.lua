--- Functions and procedures. What tells overloads apart is the text of the arguments without their
-- defaults.

local host = ...

local check = host.require "raymig.schema.check"
local drafts = host.require "raymig.schema.drafts"
local facts = host.require "raymig.schema.facts"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local types = host.require "raymig.schema.types"

local M = {}

-- ---------------------------------------------------------------- signature

local CLOSING = { ["("] = true, [")"] = false, ["["] = true, ["]"] = false }

-- The end of a quoted part that begins at `at`; nil where none begins.
local function quoted_end(text, at)
  local quote = text:match("^[\"']", at)
  if quote then return text:find(quote, at + 1, true) or #text end
  local tag = text:match("^%$[%a_]*%$", at)
  if not tag then return nil end
  return select(2, text:find(tag, at + #tag, true)) or #text
end

-- Where a default begins, outside of quotes and parentheses: "= 1", ":= 1", "DEFAULT 1".
local function is_default(text, at)
  if text:find("^:?=", at) then return true end
  return text:sub(at, at + 6):lower() == "default" and not text:find("^[%w_]", at + 7)
    and not text:sub(at - 1, at - 1):find "[%w_]"
end

--- "a integer, b text DEFAULT 'x'" is "a integer, b text".
function M.signature(arguments)
  local items, from, depth, at, cut = {}, 1, 0, 1, nil
  local function finish(stop)
    items[#items + 1] = arguments:sub(from, (cut or stop) - 1):match "^%s*(.-)%s*$"
    from, cut = stop + 1, nil
  end
  while at <= #arguments do
    local c = arguments:sub(at, at)
    local stop = quoted_end(arguments, at)
    if stop then at = stop
    elseif CLOSING[c] ~= nil then depth = depth + (CLOSING[c] and 1 or -1)
    elseif c == "," and depth == 0 then finish(at)
    elseif depth == 0 and not cut and is_default(arguments, at) then cut = at end
    at = at + 1
  end
  finish(#arguments + 1)
  return table.concat(items, ", ")
end

-- ---------------------------------------------------------------- attributes

-- { search_path = "app" }; a value that is a list is quoted item by item.
local function settings(value, at)
  if type(value) ~= "table" or handles.data(value) then
    check.wrong(at, value, "a table of settings")
  end
  local flat = {}
  for key, setting in pairs(value) do
    if type(setting) == "table" and not handles.data(setting) then
      local list = {}
      for i, item in ipairs(setting) do list[i] = names.quote(tostring(item)) end
      setting = table.concat(list, ", ")
    end
    flat[key] = setting
  end
  return check.convert.pairs(flat, at)
end

local function transforms(value, at)
  if type(value) ~= "table" or handles.data(value) then value = { value } end
  local list = {}
  for i, item in ipairs(value) do list[i] = types.convert(item, at) end
  return function(own)
    local texts = {}
    for i, item in ipairs(list) do texts[i] = type(item) == "function" and item(own) or item end
    return texts
  end
end

local SPEC = { arguments = "text", returns = "type", language = "name", body = "text",
  file = "text", volatility = { "immutable", "stable", "-volatile" }, strict = "flag",
  security_definer = "flag", leakproof = "flag", parallel = { "safe", "restricted", "-unsafe" },
  cost = "number", rows = "number", support = "routine", settings = settings,
  transforms = transforms, type = { "window", "-function" }, library = "text", source = "text" }

local function read_file(draft, path)
  local text, why = host.file(path)
  if not text then
    check.fail(nil, ("%s: the file \"%s\" cannot be read"):format(draft.what, path), why)
  end
  return text
end

local function is_standard(body)
  local start = body:match "^%s*(.*)":upper()
  return start:find "^BEGIN%s+ATOMIC%f[^%w_]" or start:find "^RETURN%f[^%w_]"
end

-- The body's place: SQL-standard ones are kept as trees by PostgreSQL, others as they are written.
local function take_body(draft, taken)
  local body = taken.body
  if taken.file then
    if body then check.fail(nil, draft.what .. " has a body and a file: one is enough") end
    body = read_file(draft, taken.file)
  end
  if taken.source and body then
    check.fail(nil, draft.what .. " has a body and a source: one is enough")
  elseif not (taken.source or body) then
    check.fail(draft.place, draft.what .. " has no body", "Say body = [[ ... ]] or file = \"...\".")
  end
  taken.body, taken.file, taken.source = nil, nil, taken.source or body
  if body and is_standard(body) and (taken.language or "sql") == "sql" then
    taken.source, taken.body = nil, body:gsub("[%s;]+$", ""):gsub("^%s+", "")
    taken.language = "sql"
  end
  if not taken.language then
    body = body or taken.source
    taken.language = body:upper():find "%f[%w_]BEGIN%f[^%w_]" and "plpgsql" or "sql"
  end
end

local function declare(ns, name, body, is_procedure)
  local place = check.place()
  local draft = drafts.new(ns, "function", name, place)
  draft.is_routine = true
  if is_procedure then draft.what = drafts.what("procedure", draft.schema, name) end
  return drafts.await(ns, draft.what, place, body, function(given)
    if type(given) == "string" then given = { body = given } end
    local taken = drafts.body(draft, given, SPEC)
    take_body(draft, taken)
    if is_procedure then taken.type = "procedure" end
    if taken.arguments and not taken.arguments:find "%S" then taken.arguments = nil end
    draft.signature = M.signature(taken.arguments or "")
    draft.attributes = taken
    drafts.declare(draft)
    ns.session.routines[ns.schema .. "\0" .. name] = true
    return handles.new(M.Routine, { draft = draft, name = name })
  end)
end

M.Routine = handles.class("function", facts.methods)

function M.func(ns, name, body) return declare(ns, name, body, false) end

function M.procedure(ns, name, body) return declare(ns, name, body, true) end

return M
