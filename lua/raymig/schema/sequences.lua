--- Sequences: of their own, and those of identity columns.

local host = ...

local check = host.require "raymig.schema.check"
local drafts = host.require "raymig.schema.drafts"
local facts = host.require "raymig.schema.facts"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local refs = host.require "raymig.schema.refs"

local M = {}

local NUMBERS = { start = "integer", increment = "integer", minimum = "integer",
  maximum = "integer", cache = "integer", cycle = "flag" }

-- users.id, "users.id" or "billing.users.id": the column it belongs to, as SQL.
local function owned_by(value, at)
  local data = handles.data(value, refs.Ref)
  if data then
    return names.qualified(data.table.schema, data.table.name) .. "."
      .. names.quote(data.column.name)
  end
  local parts = names.parts(check.convert.text(value, at))
  if #parts ~= 2 and #parts ~= 3 then check.wrong(at, value, "a column, \"table.column\"") end
  local column = table.remove(parts)
  local text = {}
  for i, part in ipairs(parts) do text[i] = names.quote(part) end
  local find = refs.relation(at.place.ns, table.concat(text, "."), at)
  return function()
    local draft, qualified = find()
    return qualified .. "." .. names.quote(refs.column(draft, column, at))
  end
end

local SPEC = check.merge(NUMBERS, { type = "type", unlogged = "flag", owned_by = owned_by })

--- pg.sequence "numbers", with or without { ... }.
function M.sequence(ns, name, body)
  local draft = drafts.declare(drafts.new(ns, "sequence", name, check.place()))
  local function finish(given) draft.attributes = drafts.body(draft, given, SPEC) end
  if body ~= nil then finish(body) end
  return drafts.handle(draft, body == nil and finish or nil)
end

local FACTS = check.merge(facts.spec "sequence", { sequence = "name" })

--- The sequence behind an identity column or a serial: it is there for its options, its name and
--- what is said of it. identity, said: { options =, place = }, or nil.
function M.of_column(owner, column, identity, said)
  local place = (identity or said).place
  place.ns = owner.ns
  local what = "sequence of " .. column.what
  local taken = identity and check.options(place, what, identity.options,
    check.merge(NUMBERS, FACTS, { type = "text" })) or {}
  for key, value in pairs(said and check.options(said.place, what, said.options, FACTS) or {}) do
    taken[key] = value
  end
  local draft = { ns = owner.ns, kind = "sequence", schema = owner.schema, is_relation = true,
    name = taken.sequence or names.default(owner.name, column.name, "seq"), what = what,
    place = place, implied = true, root = owner }
  taken.sequence = nil
  taken.unlike_column = taken.type and true
  if taken.type == "bigint" then taken.type = nil end
  draft.attributes = facts.take(draft, taken)
  draft.attributes.identity = column.attributes.identity ~= nil
  draft.attributes.owned_by = names.qualified(owner.schema, owner.name) .. "."
    .. names.quote(column.name)
  return drafts.declare(draft)
end

return M
