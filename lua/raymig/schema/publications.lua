--- Publications, whose tables and schemas are objects of their own; and default privileges.

local host = ...

local check = host.require "raymig.schema.check"
local drafts = host.require "raymig.schema.drafts"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local refs = host.require "raymig.schema.refs"

local M = {}

-- ---------------------------------------------------------------- publications

local function any(value) return value end

local function words(value, at) return table.concat(check.convert.texts(value, at), ", ") end

local SPEC = { tables = any, schemas = any, all_tables = "flag", publish = words,
  via_root = "flag", generated_columns = "text" }

local TABLE = { columns = "columns", where = "sql", only = "flag" }

-- A table: a handle or name, or { it, columns = { ... }, where = "..." }.
local function add_table(draft, given, index)
  local at = { place = draft.place, what = draft.what, key = ("table %d"):format(index) }
  local target, taken = given, {}
  if type(given) == "table" and not handles.data(given) then
    target, taken = given[1], check.options(draft.place, draft.what, given, TABLE)
  end
  local find, columns = refs.relation(draft.ns, target, at), taken.columns
  drafts.declare { ns = draft.ns, kind = "publication table", parent = draft.name,
    name = tostring(index), what = ("table %d of %s"):format(index, draft.what),
    place = draft.place, root = draft, name_of = function() return (select(2, find())) end,
    attributes = { where = taken.where, only = taken.only,
      columns = columns and function() return refs.column_names((find()), columns, at) end } }
end

local function add_schema(draft, given, index)
  local data = handles.data(given)
  local name = data and data.ns and data.ns.schema or given
  check.convert.name(name, { place = draft.place, what = draft.what,
    key = ("schema %d"):format(index) })
  drafts.declare { ns = draft.ns, kind = "publication schema", parent = draft.name, name = name,
    what = ("schema \"%s\" of %s"):format(name, draft.what), place = draft.place, root = draft,
    attributes = {} }
end

local function list_of(value)
  if type(value) ~= "table" or handles.data(value) then return { value } end
  return value
end

function M.publication(ns, name, body)
  local draft = drafts.declare(drafts.new(ns, "publication", name, check.place()))
  local function finish(given)
    local taken = drafts.body(draft, given, SPEC)
    for i, item in ipairs(list_of(taken.tables)) do add_table(draft, item, i) end
    for i, item in ipairs(list_of(taken.schemas)) do add_schema(draft, item, i) end
    taken.tables, taken.schemas = nil, nil
    draft.attributes = taken
  end
  if body ~= nil then finish(body) end
  return drafts.handle(draft, body == nil and finish or nil)
end

-- ---------------------------------------------------------------- default privileges

local TYPES = { "tables", "sequences", "functions", "types", "schemas", "large objects" }

--- pg.default_privileges { role = "app", schema = "billing", type = "tables", grants = { ... } }.
function M.default_privileges(ns, body)
  local place = check.place()
  local draft = { ns = ns, kind = "default privileges", place = place, attributes = {},
    what = "default privileges" }
  local taken = drafts.body(draft, body, { role = "name", schema = any, type = TYPES })
  if not (taken.role and taken.type) then
    check.fail(place, "default privileges have a role, whose new objects they are for, and a type",
      "Say role = \"owner\", type = \"tables\".")
  end
  local data = handles.data(taken.schema)
  local schema = data and data.ns and data.ns.schema or taken.schema
  if schema ~= nil then check.convert.name(schema, { place = place, what = draft.what,
    key = "schema" }) end
  draft.name, draft.schema, draft.signature = names.check(taken.role, place, "role"), schema,
    taken.type
  draft.what = ("default privileges of \"%s\" on %s"):format(draft.name, taken.type)
  drafts.declare(draft)
  return drafts.handle(draft)
end

return M
