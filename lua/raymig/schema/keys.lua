--- Constraints of tables: primary keys, unique, exclusion and check constraints, foreign keys.

local host = ...

local check = host.require "raymig.schema.check"
local elements = host.require "raymig.schema.elements"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local parts = host.require "raymig.schema.parts"
local refs = host.require "raymig.schema.refs"

local M = {}

local INDEX = { include = "columns", options = "pairs", tablespace = "name", deferrable = "flag",
  deferred = "flag", clustered = "flag", replica_identity = "flag", attached_to = "text",
  index_comment = "text",
  only = "flag" }

local function columns_of(draft, list, at)
  if #list == 0 then check.fail(at.place, at.what .. " has no columns") end
  check.convert.columns(list, { place = at.place, what = at.what, key = "the list" })
  return function() return refs.column_names(draft.owner_draft, list, at) end
end

local function include_of(draft, attributes, at)
  local include = attributes.include
  attributes.include = include
    and function() return refs.column_names(draft.owner_draft, include, at) end
end

local function key_builder(type_of)
  return function(draft, attributes, at, list)
    attributes.type = type_of
    attributes.columns = columns_of(draft, list, at)
    include_of(draft, attributes, at)
  end
end

-- The name that PostgreSQL would choose, of columns where `label` asks for them.
local function suggest(label, of_columns)
  return function(draft)
    local list = of_columns and draft.attributes.columns and draft.attributes.columns()
    return names.default(draft.parent, list and table.concat(list, "_"), label)
  end
end

local ROWS = {
  primary_key = { kind = "constraint", what = "primary key",
    spec = check.merge(INDEX, { without_overlaps = "flag" }),
    build = key_builder "primary key", suggest = suggest "pkey" },
  unique = { kind = "constraint", what = "unique constraint",
    spec = check.merge(INDEX, { without_overlaps = "flag", nulls_not_distinct = "flag" }),
    build = key_builder "unique", suggest = suggest("key", true) },
}

ROWS.not_null = { kind = "constraint", what = "not null constraint",
  suggest = suggest("not_null", true), spec = { no_inherit = "flag", not_valid = "flag" },
  build = key_builder "not null" }

-- ---------------------------------------------------------------- checks

ROWS.check = { kind = "constraint", what = "check",
  suggest = function(draft) return names.default(draft.parent, draft.of_column, "check") end,
  spec = { no_inherit = "flag", not_valid = "flag", not_enforced = "flag" },
  build = function(_, attributes, at, list)
    if #list ~= 1 then check.fail(at.place, at.what .. " takes one expression") end
    attributes.type = "check"
    attributes.expression = check.convert.sql(list[1], { place = at.place, what = at.what,
      key = "the list" })
  end }

ROWS.exclude = { kind = "constraint", what = "exclusion constraint",
  suggest = function(draft) return elements.default_name(draft, "excl") end,
  spec = check.merge(INDEX, { using = "name", where = "sql" }),
  build = function(draft, attributes, at, list)
    if #list == 0 then check.fail(at.place, at.what .. " has no elements") end
    local items = elements.take(list, at, { with = "text" })
    attributes.type, attributes.method = "exclusion", attributes.using or "btree"
    attributes.using = nil
    for i, item in ipairs(items) do
      if not item.with then
        check.fail(at.place, ("%s: element %d has no operator"):format(at.what, i),
          "Write { \"column\", with = \"=\" }.")
      end
    end
    draft.elements = items
    attributes.elements = function() return elements.write(draft.owner_draft, items, at) end
    include_of(draft, attributes, at)
  end }

-- ---------------------------------------------------------------- foreign keys

local ACTIONS = { "-no action", "restrict", "cascade", "set null", "set default" }

local FOREIGN_KEY = { references = true, columns = "columns", on_delete = ACTIONS,
  on_update = ACTIONS, match = { "-simple", "full" }, deferrable = "flag", deferred = "flag",
  not_valid = "flag", not_enforced = "flag", period = "flag", on_delete_columns = "columns" }

local function build_foreign_key(draft, attributes, at, list)
  local referenced, set = attributes.columns, attributes.on_delete_columns
  local target = attributes.references
  if not target then
    check.fail(at.place, at.what .. " does not say what it references", "Say references = table.")
  end
  if referenced and #referenced ~= #list then
    check.fail(at.place, ("%s: %d columns reference %d"):format(at.what, #list, #referenced))
  end
  attributes.columns = columns_of(draft, list, at)
  attributes.references = function() return (select(2, target(draft.ns))) end
  attributes.referenced_columns = referenced and function()
    local other = target(draft.ns)
    return refs.column_names(other, referenced, at)
  end
  attributes.on_delete_columns = set
    and function() return refs.column_names(draft.owner_draft, set, at) end
end

ROWS.foreign_key = { kind = "foreign key", what = "foreign key", spec = FOREIGN_KEY,
  suggest = suggest("fkey", true), build = build_foreign_key }

FOREIGN_KEY.references = function(value, at)
  return refs.relation(at.place.ns, value, at)
end

-- ---------------------------------------------------------------- functions of pg

for name, row in pairs(ROWS) do
  M[name] = function(ns, given, more)
    local place = check.place()
    if name == "check" and (type(given) == "string" or handles.data(given)) then
      given = more == nil and { given } or { more, name = given }
    elseif type(given) == "string" then
      given = { given, more }
    end
    return parts.new(ns, row, nil, given, place)
  end
end

-- ---------------------------------------------------------------- of one column

-- users.id stands for its table and for itself; a list of columns or a handle of a table for its
-- table.
local function references(key, given)
  local column = handles.data(key.target, refs.Ref)
  given.references = key.target
  if column and not given.columns then given.columns = { key.target } end
end

--- The part that a column's method stands for, of the column of that name.
function M.of_column(ns, key, column_name)
  local given = {}
  for option, value in pairs(key.given) do given[option] = value end
  if key.method ~= "check" then given[1] = column_name end
  if key.method == "references" then references(key, given) end
  local row = ROWS[key.method == "references" and "foreign_key" or key.method]
  local part = parts.new(ns, row, nil, given,
    { file = key.place.file, line = key.place.line, order = key.place.order })
  handles.data(part).of_column = column_name
  return part
end

return M
