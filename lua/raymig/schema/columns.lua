--- Columns: what pg.text "email" gives, with its methods. A column belongs to no table until one
-- takes it, and several may: each gets a copy.

local host = ...

local check = host.require "raymig.schema.check"
local facts = host.require "raymig.schema.facts"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local values = host.require "raymig.schema.values"

local M = {}

-- What is said of a column before a table takes it is kept in a draft that the table copies.
local methods = { comment = facts.methods.comment, grant = facts.methods.grant,
  revoke = facts.methods.revoke, label = facts.methods.label }
M.methods = methods

local Column = handles.class("column", function(_, name)
  local method = methods[name]
  if method then return method end
  local known = {}
  for word in pairs(methods) do known[#known + 1] = word end
  table.sort(known)
  check.fail(nil, ("a column has no method \"%s\""):format(tostring(name)),
    check.nearest(name, known, nil))
end, function(handle)
  local data = handles.data(handle)
  local what = data.what .. " takes nothing more"
  if data.word then what = ("pg has no \"%s\"; as a type, %s"):format(data.word, what) end
  check.fail(nil, what, check.nearest(data.word or "", data.ns.session.functions, nil))
end)
M.Column = Column

--- A new column. type: a function that gives its SQL; nil: a column that is there already. name:
--- in Lua; exact: in the database, where casing is to leave it alone.
function M.new(ns, type_text, name, exact, more)
  local place = check.place()
  names.check(name, place, "column")
  if exact ~= nil then names.check(exact, place, "column") end
  if more ~= nil then
    check.fail(place, ("column \"%s\": a column is given its name in Lua and that in the database, "
      .. "nothing more"):format(name))
  end
  local what = ("column \"%s\""):format(name)
  local handle = handles.new(Column, { ns = ns, name = name, type = type_text, place = place,
    database_name = exact or names.check(names.cased(name, ns.session.casing), place, "column"),
    what = what, attributes = {}, keys = {}, draft = { kind = "column", what = what } })
  ns.session.strays[handle] = true
  return handle
end

--- pg.column("loc", "geometry(Point,4326)"); without a type: of a column that is there already.
function M.of_type(ns, name, text, exact)
  if text ~= nil and type(text) ~= "string" then
    check.fail(nil, "pg.column takes a name and a type as SQL has it, not "
      .. handles.describe(text))
  end
  return M.new(ns, text and function(own) return names.type_in(own, text) end or nil, name, exact)
end

-- ---------------------------------------------------------------- methods

-- A collation's name as SQL: pg.sql as it stands, a handle qualified, a text quoted; one that
-- begins with "public." or "pg_catalog." is qualified.
function check.convert.collation(value, at)
  local data = handles.data(value)
  if data and data.draft and data.draft.kind == "collation" then
    return names.qualified(data.draft.schema, data.draft.name)
  end
  local text = type(value) == "string" and value or values.sql_text(value)
    or check.wrong(at, value, "the name of a collation")
  local schema, name = text:match "^([^.]+)%.(.+)$"
  if data then return text end
  if schema == "public" or schema == "pg_catalog" then return names.qualified(schema, name) end
  return names.quote(text)
end

-- Each method begins with it: the data, and `at` for check's converters.
local function begin(handle, method)
  local data = handles.data(handle, Column)
  if not data then
    check.fail(nil, ("%s is a method of a column: call it with a colon"):format(method))
  end
  return data, { what = data.what, key = method, place = check.place() }
end

local function attribute(method, name, convert)
  methods[method] = function(handle, value)
    local data, at = begin(handle, method)
    data.attributes[name] = convert(value, at)
    return handle
  end
end

attribute("storage", "storage", function(value, at)
  return check.choice(value, at, { "plain", "external", "main", "extended" })
end)
attribute("compression", "compression", check.convert.text)
attribute("statistics", "statistics", check.convert.integer)
attribute("options", "options", check.convert.pairs)
attribute("foreign_options", "foreign_options", check.convert.pairs)
attribute("not_null", "not_null", function() return true end)
attribute("null", "not_null", function() return nil end)
attribute("collate", "collation", check.convert.collation)

function methods.array(handle)
  local data = begin(handle, "array")
  local element = data.type
  if not element then check.fail(nil, data.what .. " has no type") end
  data.type = function(own) return element(own) .. "[]" end
  return handle
end

function methods.default(handle, value)
  local data, at = begin(handle, "default")
  data.default = values.literal(value)
  if not data.default then
    check.wrong(at, value, "a text, a number, true, false, pg.null or pg.sql")
  end
  return handle
end

function methods.no_default(handle)
  local data = begin(handle, "no_default")
  data.attributes.no_default = true
  return handle
end

function methods.default_now(handle)
  local data = begin(handle, "default_now")
  data.default = "now()"
  return handle
end

function methods.generated(handle, expression, when)
  local data, at = begin(handle, "generated")
  data.attributes.expression = check.convert.sql(expression, at)
  data.attributes.generated = when == nil and "stored"
    or check.choice(when, at, { "stored", "virtual" })
  return handle
end

local MODES = { "always", "by default" }

function methods.identity(handle, mode, options)
  local data, at = begin(handle, "identity")
  if type(mode) == "table" and options == nil then mode, options = nil, mode end
  data.attributes.identity = mode == nil and "always" or check.choice(mode, at, MODES)
  data.identity = options and { options = options, place = at.place } or nil
  return handle
end

--- It is a parent's column, listed for what is said of it.
function methods.inherited(handle)
  local data = begin(handle, "inherited")
  data.inherited = true
  return handle
end

--- What is said of the sequence behind a serial or an identity.
function methods.sequence(handle, options)
  local data, at = begin(handle, "sequence")
  if type(options) ~= "table" or handles.data(options) then
    check.wrong(at, options, "a table of options")
  end
  data.sequence = { options = options, place = at.place }
  return handle
end

local function key(method, take)
  methods[method] = function(handle, ...)
    local data, at = begin(handle, method)
    local part = take(at, ...)
    part.method, part.place = method, at.place
    data.keys[#data.keys + 1] = part
    return handle
  end
end

-- "name" or { name =, deferrable =, ... }: what a key of several columns takes.
local function name_or_options(at, given)
  if type(given) == "string" then return { given = { name = given } } end
  if given ~= nil and (type(given) ~= "table" or handles.data(given)) then
    check.wrong(at, given, "a name, or a table of options")
  end
  return { given = given or {} }
end

key("primary_key", name_or_options)
key("unique", name_or_options)
key("references", function(at, target, options)
  if target == nil then check.wrong(at, target, "a table or a column") end
  if options ~= nil and type(options) ~= "table" then check.wrong(at, options, "a table") end
  return { target = target, given = options or {} }
end)
key("check", function(at, name, expression, options)
  if expression == nil or type(expression) == "table" and not handles.data(expression) then
    name, expression, options = nil, name, expression
  end
  if options ~= nil and type(options) ~= "table" then check.wrong(at, options, "a table") end
  local given = {}
  for option, value in pairs(options or {}) do given[option] = value end
  given[1], given.name = check.convert.sql(expression, at), name or given.name
  return { given = given }
end)

local function fact(method, convert)
  methods[method] = function(handle, value)
    local data, at = begin(handle, method)
    data[method] = convert(value, at)
    return handle
  end
end

fact("was", check.convert.name)
fact("using", check.convert.sql)

return M
