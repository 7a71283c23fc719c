--- Indexes: pg.index in a table's list, or with `on`.

local host = ...

local check = host.require "raymig.schema.check"
local elements = host.require "raymig.schema.elements"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local parts = host.require "raymig.schema.parts"
local refs = host.require "raymig.schema.refs"

local M = {}

-- { [2] = 500 }: of the second element.
local function statistics(value, at)
  if type(value) ~= "table" or handles.data(value) then check.wrong(at, value, "a table") end
  local list = {}
  for place, target in pairs(value) do
    if math.type(place) ~= "integer" then check.wrong(at, value, "places of elements as keys") end
    list[#list + 1] = type(target) == "string" and target
      or ("%d=%s"):format(place, check.convert.integer(target, at))
  end
  table.sort(list)
  return list
end

-- Of a change alone: how it is made and dropped, which is nothing of the index.
local function concurrently(value, at)
  if not at.place.ns.session.change then
    check.fail(at.place, at.what .. ": a schema does not say how an index is made",
      "A migration does: m:add_index(\"table\", { ..., concurrently = true }).")
  end
  return check.convert.flag(value, at)
end

local SPEC = { concurrently = concurrently, unique = "flag", using = "name", where = "sql",
  include = "columns", nulls_not_distinct = "flag", options = "pairs", tablespace = "name",
  clustered = "flag", replica_identity = "flag", statistics = statistics, attached_to = "text",
  only = "flag", invalid = "flag" }

local function suggest(draft) return elements.default_name(draft, "idx") end

local function build(draft, attributes, at, list)
  local include = attributes.include
  if #list == 0 then check.fail(at.place, at.what .. " has no columns") end
  draft.elements = elements.take(list, at)
  attributes.method = attributes.using ~= "btree" and attributes.using or nil
  attributes.using = nil
  draft.concurrently, attributes.concurrently = attributes.concurrently, nil
  attributes.elements = function() return elements.write(draft.owner_draft, draft.elements, at) end
  attributes.include = include and function()
    local columns = refs.column_names(draft.owner_draft, include, at)
    for i, column in ipairs(columns) do columns[i] = names.quote(column) end
    return columns
  end
end

local ROW = { kind = "index", what = "index", spec = SPEC, build = build, suggest = suggest }

--- pg.index { "a", ... }, pg.index "name" { ... }; pg.index "a" is no index of a column.
function M.index(ns, given, body)
  if type(given) == "string" then return parts.named(ns, ROW, given, body) end
  return parts.new(ns, ROW, nil, given, check.place())
end

return M
