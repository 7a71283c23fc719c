--- Elements of indexes and exclusion constraints: a column or an expression, with how it is sorted.

local host = ...

local check = host.require "raymig.schema.check"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local refs = host.require "raymig.schema.refs"
local values = host.require "raymig.schema.values"

local M = {}

local SPEC = { desc = "flag", nulls = { "first", "last" }, collate = "collation", opclass = "text" }

local function take_value(value, at)
  local text = values.sql_text(value)
  if text then return { sql = text } end
  check.convert.columns(value, at)
  return { column = value }
end

-- An element is a column's name or handle, pg.sql, or { one of them, desc = true, ... }.
local function take_one(given, at, spec)
  if type(given) ~= "table" or handles.data(given) then return take_value(given, at) end
  if given[1] == nil or given[2] ~= nil then
    check.fail(at.place, ("%s: %s is { column, ... } with one column or expression")
      :format(at.what, at.key))
  end
  local element = take_value(given[1], at)
  for key, value in pairs(check.options(at.place, at.what, given, spec)) do element[key] = value end
  return element
end

--- The elements of a list as it was given. more: options beside those that all have.
function M.take(list, at, more)
  local elements, spec = {}, check.merge(SPEC, more or {})
  for i, given in ipairs(list) do
    elements[i] = take_one(given, { place = at.place, what = at.what,
      key = ("element %d"):format(i) }, spec)
  end
  return elements
end

local function write_one(owner, element, at)
  local text = element.sql and "(" .. element.sql .. ")"
    or names.quote(refs.column(owner, element.column, at))
  if element.collate then text = text .. " COLLATE " .. element.collate end
  if element.opclass then text = text .. " " .. element.opclass end
  if element.desc then text = text .. " DESC" end
  if element.nulls then text = text .. " NULLS " .. element.nulls:upper() end
  if element.with then text = text .. " WITH " .. element.with end
  return text
end

--- The name that PostgreSQL would choose (ChooseIndexName): those of the columns, "expr" for an
--- expression.
function M.default_name(draft, label)
  local list = {}
  for i, element in ipairs(draft.elements) do
    list[i] = element.sql and "expr"
      or refs.column(draft.owner_draft, element.column, { place = draft.place, what = draft.what })
  end
  return names.default(draft.parent, table.concat(list, "_"), label)
end

--- Their texts, as CREATE INDEX has them.
function M.write(owner, elements, at)
  local list = {}
  for i, element in ipairs(elements) do list[i] = write_one(owner, element, at) end
  return list
end

return M
