--- Parts of tables: what stands in a table's list, or outside of it with `on`. A part is kept as
-- it was given, and becomes a draft when its table is known.

local host = ...

local check = host.require "raymig.schema.check"
local drafts = host.require "raymig.schema.drafts"
local facts = host.require "raymig.schema.facts"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local refs = host.require "raymig.schema.refs"

local M = {}

local Part = handles.class("part of a table", function(_, method)
  check.fail(nil, ("a part of a table has no method \"%s\""):format(tostring(method)),
    "Its options are said in its { ... }.")
end)
M.Part = Part

--- A new part. spec: its options, for check.options; build(draft, taken, at, list): completes the
--- draft of that kind from the options taken and the items of the list.
function M.new(ns, row, name, given, place)
  if type(given) ~= "table" or handles.data(given) then
    check.fail(place, ("%s takes a table { ... }, not %s"):format(row.what,
      handles.describe(given)))
  end
  local what = name and name ~= "" and ("%s \"%s\""):format(row.what, name) or row.what
  local spec = check.merge(row.spec, facts.spec(row.kind), { name = "name",
    on = function(value, at)
      at.ns = ns
      return refs.relation(ns, value, at)
    end })
  place.ns = ns
  local taken = check.options(place, what, given, spec)
  local part = handles.new(Part, { ns = ns, row = row, name = name or taken.name, taken = taken,
    list = check.items(given), place = place, what = what })
  ns.session.strays[part] = true
  return part
end

-- A nameless object cannot be spoken of again.
local NAMED = { "clustered", "replica_identity", "statistics", "enabled" }

local function require_name(draft, row)
  local what = draft.comment and "comment" or draft.labels and "label" or nil
  for _, key in ipairs(NAMED) do
    what = what or draft.attributes[key] and key or nil
  end
  if draft.name == "" and what then
    check.fail(draft.place, ("%s has a %s, and so needs a name"):format(draft.what, what),
      row.suggest and ("PostgreSQL would call it \"%s\"."):format(row.suggest(draft)) or nil)
  end
end

--- pg.trigger "name" { ... }: a part whose name stands before its options.
function M.named(ns, row, name, body)
  local place = check.place()
  names.check(name, place, row.what)
  return drafts.await(ns, ("%s \"%s\""):format(row.what, name), place, body, function(given)
    local part = M.new(ns, row, name, given, place)
    if handles.data(part).taken.name then
      check.fail(place, ("%s \"%s\" is given two names"):format(row.what, name))
    end
    return part
  end)
end

--- Declares the part as one of that table's.
function M.adopt(part, owner)
  local data = handles.data(part, Part)
  local row = data.row
  local name = data.name or ""
  local draft = { ns = owner.ns, kind = row.kind, schema = owner.schema, parent = owner.name,
    name = name, owner_draft = owner, place = data.place, attributes = {},
    what = ("%s of %s"):format(data.what, owner.what), of_column = data.of_column }
  local taken = {}
  for key, value in pairs(data.taken) do taken[key] = value end
  taken.name, taken.on = nil, nil
  facts.take(draft, taken)
  data.ns.session.strays[part] = nil
  owner.position = (owner.position or 0) + 1
  draft.position = owner.position
  for key, value in pairs(taken) do draft.attributes[key] = value end
  row.build(draft, draft.attributes, { place = data.place, what = draft.what, ns = data.ns },
    data.list)
  draft.check = function() require_name(draft, row) end
  draft.suggest = row.suggest
  return drafts.declare(draft)
end

--- Parts that no table took: those with `on` are given to it, others are errors.
function M.adopt_strays(session)
  local waiting = {}
  for handle in pairs(session.strays) do waiting[#waiting + 1] = handle end
  table.sort(waiting, function(a, b)
    local x, y = handles.data(a).place, handles.data(b).place
    if x.file ~= y.file then return x.file < y.file end
    return x.order < y.order
  end)
  for _, handle in ipairs(waiting) do
    local data = handles.data(handle)
    local on = data.taken and data.taken.on
    if not on then
      check.fail(data.place, data.what .. " is in no table", data.class == Part
        and "Write it into the table's list, or say on = table." or nil)
    end
    local owner = on() or M.outside(data.ns, select(2, on()))
    M.adopt(handle, owner)
  end
end

--- What stands for a relation outside: only its name is known.
function M.outside(ns, qualified)
  local known = names.parts(qualified)
  return { ns = ns, schema = known[1], name = known[2], what = ("\"%s\""):format(qualified),
    open = true, is_relation = true }
end

return M
