--- Extended statistics: pg.statistics "name" { on = table, "a", "b", pg.sql "lower(c)", kinds = {
-- ... } }.

local host = ...

local check = host.require "raymig.schema.check"
local drafts = host.require "raymig.schema.drafts"
local facts = host.require "raymig.schema.facts"
local handles = host.require "raymig.schema.handles"
local refs = host.require "raymig.schema.refs"
local values = host.require "raymig.schema.values"

local M = {}

local function on(value, at) return refs.relation(at.place.ns, value, at) end

local SPEC = { on = on, kinds = "texts", statistics = "integer" }

local function build(draft, given)
  local place = draft.place
  if type(given) ~= "table" or handles.data(given) then
    check.fail(place, ("%s takes a table { ... }, not %s"):format(draft.what,
      handles.describe(given)))
  end
  local taken = facts.take(draft, check.options(place, draft.what, given,
    check.merge(SPEC, facts.spec "statistics")))
  local columns, expressions, find = {}, {}, taken.on
  if not find then check.fail(place, draft.what .. " has no table", "Say on = table.") end
  for _, item in ipairs(check.items(given)) do
    local text = values.sql_text(item)
    if text then expressions[#expressions + 1] = text else columns[#columns + 1] = item end
  end
  local at = { place = place, what = draft.what, key = "the list" }
  check.convert.columns(columns, at)
  draft.attributes = { kinds = taken.kinds, statistics = taken.statistics,
    expressions = expressions,
    table = function() return (select(2, find())) end,
    columns = function() return refs.column_names((find()), columns, at) end }
  drafts.declare(draft)
  return drafts.handle(draft)
end

function M.statistics(ns, name, body)
  local draft = drafts.new(ns, "statistics", name, check.place())
  return drafts.await(ns, draft.what, draft.place, body, function(given)
    return build(draft, given)
  end)
end

return M
