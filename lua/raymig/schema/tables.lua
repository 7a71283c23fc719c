--- Tables and foreign tables: their options, the list of their columns and parts, and the handle
-- by which a column is spoken of.

local host = ...

local check = host.require "raymig.schema.check"
local columns = host.require "raymig.schema.columns"
local drafts = host.require "raymig.schema.drafts"
local extensions = host.require "raymig.schema.extensions"
local facts = host.require "raymig.schema.facts"
local handles = host.require "raymig.schema.handles"
local keys = host.require "raymig.schema.keys"
local names = host.require "raymig.schema.names"
local parts = host.require "raymig.schema.parts"
local refs = host.require "raymig.schema.refs"
local sequences = host.require "raymig.schema.sequences"
host.require "raymig.schema.types"

local M = {}

-- ---------------------------------------------------------------- handles

local function column_ref(draft, name)
  local column, found_name = refs.column_draft(draft, name, { what = draft.what })
  return handles.new(refs.Ref, { table = draft, draft = column, name = name,
    column = column or { name = found_name } })
end

local Columns = handles.class("list of columns", function(handle, name)
  return column_ref(handles.data(handle).draft, name)
end)

local Table = handles.class("table", function(handle, name)
  local draft = handles.data(handle).draft
  if facts.methods[name] then return facts.methods[name] end
  if name == "columns" then return handles.new(Columns, { draft = draft }) end
  return column_ref(draft, name)
end, function(handle)
  check.fail(nil, handles.data(handle).draft.what .. " is declared already")
end)

--- The handle of a relation that is declared.
function M.handle(draft)
  return handles.new(Table, { draft = draft, name = draft.name })
end

-- ---------------------------------------------------------------- columns

local function copy(from)
  local to = {}
  for key, value in pairs(from or {}) do to[key] = value end
  return to
end

local function add_default(owner, column, expression)
  drafts.declare { ns = owner.ns, kind = "default", schema = owner.schema, parent = owner.name,
    name = column.name, place = column.place, what = "default of " .. column.what, root = owner,
    attributes = { expression = expression } }
end

-- What was said of the column before, as its facts.
local function take_facts(draft, data)
  local said = data.draft
  draft.comment, draft.labels = said.comment, said.labels and copy(said.labels)
  draft.grants, draft.using = said.grants and copy(said.grants), data.using
  draft.was = data.was
  if data.was and data.name ~= data.database_name then
    draft.was = names.cased(data.was, draft.ns.session.casing)
  end
end

local function add_column(owner, handle)
  local data = handles.data(handle)
  local position = (owner.position or 0) + 1
  local draft = { ns = owner.ns, kind = "column", schema = owner.schema, parent = owner.name,
    name = data.database_name, place = data.place, position = position,
    what = ("column \"%s\" of %s"):format(data.database_name, owner.what),
    attributes = copy(data.attributes), owner_draft = owner }
  owner.position = position
  owner.ns.session.strays[handle] = nil
  draft.attributes.type = data.type
  if owner.inherited then draft.attributes.inherited = owner.inherited(draft, data) end
  take_facts(draft, data)
  drafts.declare(draft)
  owner.columns[data.name], owner.by_name[draft.name] = draft, draft
  if data.default then add_default(owner, draft, data.default) end
  if data.identity or data.sequence then
    sequences.of_column(owner, draft, data.identity, data.sequence)
  end
  for _, key in ipairs(data.keys) do
    local part = keys.of_column(owner.ns, key, data.name)
    M.adopt(owner, part)
  end
end

--- Gives a part to its table.
function M.adopt(owner, part)
  local draft = parts.adopt(part, owner)
  if draft.attributes.type ~= "primary key" or draft.kind ~= "constraint" then return end
  if owner.primary then
    check.fail(draft.place, owner.what .. " has two primary keys",
      "A key of several columns is pg.primary_key { \"a\", \"b\" }.")
  end
  owner.primary = true
end

local function item_fault(owner, index, item)
  local data = handles.data(item)
  local hint
  if type(item) == "string" then hint = "A column has a type: pg.text \"name\"."
  elseif data and (data.text or data.word) then
    hint = "The type is called with the column's name."
  end
  check.fail(nil, ("%s: item %d of its list is %s"):format(owner.what, index,
    handles.describe(item)), hint)
end

--- Takes the items of a body: columns, then parts, in order.
function M.take_items(owner, body)
  local items = check.items(body, { nested = true })
  owner.columns, owner.by_name = owner.columns or {}, owner.by_name or {}
  for i, item in ipairs(items) do
    if handles.data(item, columns.Column) then add_column(owner, item)
    elseif not handles.data(item, parts.Part) then item_fault(owner, i, item) end
  end
  for _, item in ipairs(items) do
    if handles.data(item, parts.Part) then M.adopt(owner, item) end
  end
end

-- ---------------------------------------------------------------- options

local function relation(value, at) return refs.relation(at.place.ns, value, at) end

local function relations(value, at)
  if type(value) ~= "table" or handles.data(value) then return { relation(value, at) } end
  local list = {}
  for i, item in ipairs(value) do list[i] = relation(item, at) end
  return list
end

local function row_security(value, at)
  if value ~= "force" then return check.convert.flag(value, at) end
  return value
end

local OPTIONS = { unlogged = "flag", options = "pairs", access_method = "name",
  tablespace = "name", replica_identity = { "-default", "full", "nothing" },
  row_security = row_security, force_row_security = "flag", inherits = relations, of_type = "type",
  partition_by = "text", partition_of = relation, bound = "text" }

local FOREIGN_OPTIONS = { server = "name", options = "pairs", inherits = relations,
  partition_of = relation, bound = "text" }

-- Columns that stand in another table, too: what of them is written, and how PostgreSQL keeps it.
local function inherited_of(draft, taken)
  if taken.partition_of then return function() return "partition" end end
  return function(column, data)
    if data.inherited then return "inherited" end
    if data.type then return nil end
    if taken.inherits then return "inherited" end
    if taken.of_type then return nil end
    check.fail(data.place, column.what .. " has no type")
  end, draft
end

local function take_parents(draft, taken)
  local list = taken.inherits or { taken.partition_of }
  draft.parents, draft.open = list, taken.of_type ~= nil
  if (taken.partition_of == nil) ~= (taken.bound == nil) then
    check.fail(draft.place, ("%s: partition_of and bound belong together"):format(draft.what),
      "bound = \"FOR VALUES ...\" or \"DEFAULT\".")
  end
  draft.inherited = inherited_of(draft, taken)
  local function name_of(find) return (select(2, find())) end
  if taken.partition_of then
    local find = taken.partition_of
    taken.partition_of = function() return name_of(find) end
  end
  taken.inherits = taken.inherits and function()
    local found = {}
    for i, find in ipairs(list) do found[i] = name_of(find) end
    return found
  end
end

local function build(draft, body, options)
  if type(body) ~= "table" or handles.data(body) then
    check.fail(nil, ("%s takes a table { ... }, not %s"):format(draft.what, handles.describe(body)))
  end
  local later
  body, later = extensions.decorate(draft, body)
  local taken = facts.take(draft, check.options(draft.place, draft.what, body,
    check.merge(options, facts.spec(draft.kind))))
  if taken.row_security == "force" then
    taken.row_security, taken.force_row_security = true, true
  end
  take_parents(draft, taken)
  draft.attributes = taken
  drafts.declare(draft)
  M.take_items(draft, body)
  local handle = M.handle(draft)
  extensions.finish(later, handle)
  return handle
end

local function declare(ns, kind, name, body, options)
  local place = check.place()
  local draft = drafts.new(ns, kind, name, place)
  return drafts.await(ns, draft.what, place, body, function(given)
    return build(draft, given, options)
  end)
end

function M.table(ns, name, body) return declare(ns, "table", name, body, OPTIONS) end

function M.foreign_table(ns, name, body)
  return declare(ns, "foreign table", name, body, FOREIGN_OPTIONS)
end

return M
