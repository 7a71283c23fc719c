--- The schema DSL: what `require "raymig.schema"` gives to the files of a schema, one session a
-- load. See docs/schema.md.
--
-- pg.WORD is a function of the table below where there is one, and else a type of that name.

local host = ...

local columns = host.require "raymig.schema.columns"
local check = host.require "raymig.schema.check"
local drafts = host.require "raymig.schema.drafts"
local extensions = host.require "raymig.schema.extensions"
local facts = host.require "raymig.schema.facts"
local finish = host.require "raymig.schema.finish"
local handles = host.require "raymig.schema.handles"
local indexes = host.require "raymig.schema.indexes"
local keys = host.require "raymig.schema.keys"
local objects = host.require "raymig.schema.objects"
local publications = host.require "raymig.schema.publications"
local refs = host.require "raymig.schema.refs"
local routines = host.require "raymig.schema.routines"
local sequences = host.require "raymig.schema.sequences"
local statistics = host.require "raymig.schema.statistics"
local tables = host.require "raymig.schema.tables"
local triggers = host.require "raymig.schema.triggers"
local type_kinds = host.require "raymig.schema.type_kinds"
local types = host.require "raymig.schema.types"
local values = host.require "raymig.schema.values"
local views = host.require "raymig.schema.views"

local M = {}

local functions = { column = columns.of_type, external = refs.external, index = indexes.index,
  sequence = sequences.sequence, type = types.named }
M.functions = functions

for _, module in ipairs { keys, objects, publications, routines, statistics, tables, triggers,
  type_kinds, views } do
  for name, fn in pairs(module) do
    if type(fn) == "function" then functions[name] = fn end
  end
end
functions.of_column, functions.adopt, functions.handle = nil, nil, nil
functions.take_items, functions.signature = nil, nil

function functions.sql(ns, text)
  local place = check.place()
  if type(text) ~= "string" then
    check.fail(place, "pg.sql takes SQL as a text, not " .. handles.describe(text))
  end
  return values.sql(ns.session, text, place)
end

-- ---------------------------------------------------------------- namespaces

local Namespace

-- The draft of a schema. Of public there is one where something is said of it.
local function schema_draft(ns)
  if not ns.draft then
    ns.draft = drafts.declare(drafts.new(ns, "schema", ns.schema, check.place()))
  end
  return ns.draft
end

local function schema_method(ns, name)
  return function(handle, ...)
    if not handles.data(handle, Namespace) then
      check.fail(nil, ("%s is a method of a schema: call it with a colon"):format(name))
    end
    facts.methods[name](drafts.handle(schema_draft(ns)), ...)
    return handle
  end
end

--- The namespace of a schema, which need not be declared.
function M.namespace(session, schema)
  if session.schemas[schema] then return session.schemas[schema] end
  local ns = { session = session, schema = schema, members = {} }
  session.schemas[schema] = ns
  ns.handle = handles.new(Namespace, { ns = ns, name = schema })
  return ns
end

function functions.schema(ns, name, body)
  local session, place = ns.session, check.place()
  if type(name) ~= "string" then
    check.fail(place, "pg.schema takes a name, not " .. handles.describe(name))
  end
  local known = session.schemas[name]
  if not known then
    known = M.namespace(session, name)
    known.draft = drafts.declare(drafts.new(known, "schema", name, place))
  end
  if body ~= nil then drafts.body(schema_draft(known), body, {}) end
  return known.handle
end

local function member(ns, name)
  local fn = functions[name]
  if fn then
    return function(first, ...)
      if handles.data(first, Namespace) then
        check.fail(nil, ("pg.%s is called with a dot, not with a colon"):format(name))
      end
      return fn(ns, first, ...)
    end
  end
  if facts.methods[name] then return schema_method(ns, name) end
  return extensions.member(ns, name) or types.word(ns, name)
end

Namespace = handles.class("schema", function(handle, name)
  local ns = handles.data(handle).ns
  if type(name) ~= "string" then
    check.fail(nil, "a word of pg is a text, not " .. handles.describe(name))
  elseif name == "null" then
    return host.null
  end
  ns.members[name] = ns.members[name] or member(ns, name)
  return ns.members[name]
end, function(handle, body)
  drafts.body(schema_draft(handles.data(handle).ns), body, {})
  return handle
end)

-- ---------------------------------------------------------------- sessions

--- A new session: pg, for the files, and the function that ends it and gives its records; and the
--- session. change: of a migration, which speaks of what stands in the database (raymig.change).
function M.new(casing, change)
  local session = { casing = casing, change = change, drafts = {}, index = {}, sqls = {},
    strays = {}, pending = {}, external = {}, routines = {}, schemas = {}, functions = {} }
  for name in pairs(functions) do session.functions[#session.functions + 1] = name end
  if not change then extensions.open(session, functions) end
  table.sort(session.functions)
  local pg = M.namespace(session, "public").handle
  return pg, function()
    if not change then extensions.loaded(session, pg) end
    return finish.finish(session)
  end, session
end

return M
