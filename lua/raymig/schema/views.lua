--- Views and materialized views.

local host = ...

local check = host.require "raymig.schema.check"
local drafts = host.require "raymig.schema.drafts"
local facts = host.require "raymig.schema.facts"
local handles = host.require "raymig.schema.handles"
local tables = host.require "raymig.schema.tables"
local values = host.require "raymig.schema.values"

local M = {}

local VIEW = { query = "sql", options = "pairs" }
local MATERIALIZED = check.merge(VIEW, { access_method = "name", tablespace = "name",
  no_data = "flag" })

local function build(draft, body, spec)
  if type(body) == "string" or values.sql_text(body) then body = { query = body } end
  if type(body) ~= "table" or handles.data(body) then
    check.fail(nil, ("%s takes its query, not %s"):format(draft.what, handles.describe(body)))
  end
  local taken = facts.take(draft, check.options(draft.place, draft.what, body,
    check.merge(spec, facts.spec(draft.kind))))
  if not taken.query then
    check.fail(draft.place, draft.what .. " has no query", "Say query = [[ SELECT ... ]].")
  end
  draft.attributes = { definition = taken.query:gsub("[%s;]+$", ""):gsub("^%s*\n", ""),
    options = taken.options, access_method = taken.access_method, tablespace = taken.tablespace,
    unpopulated = taken.no_data }
  draft.open = true
  draft.inherited = function(column, data)
    if data.default and draft.kind ~= "view" or data.identity or #data.keys > 0 then
      check.fail(data.place, column.what .. " is made by its query",
        "Say pg.column \"name\" for its comment, grants or default.")
    end
  end
  drafts.declare(draft)
  tables.take_items(draft, body)
  return tables.handle(draft)
end

local function declare(ns, kind, name, body, spec)
  local place = check.place()
  local draft = drafts.new(ns, kind, name, place)
  return drafts.await(ns, draft.what, place, body, function(given)
    return build(draft, given, spec)
  end)
end

function M.view(ns, name, body) return declare(ns, "view", name, body, VIEW) end

function M.materialized_view(ns, name, body)
  return declare(ns, "materialized view", name, body, MATERIALIZED)
end

return M
