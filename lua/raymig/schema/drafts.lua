--- Drafts: the objects as they are declared, before they are plain records (finish.lua). And calls
-- in two steps: pg.table "name" gives what waits for { ... }.

local host = ...

local check = host.require "raymig.schema.check"
local facts = host.require "raymig.schema.facts"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"

local M = {}

-- Kinds that share the names of a schema.
local RELATION = { table = true, view = true, ["materialized view"] = true,
  ["foreign table"] = true, sequence = true }

--- "table \"users\"", with the schema where it is not public.
function M.what(kind, schema, name)
  local dotted = schema and schema ~= "public" and schema .. "." .. name or name
  return ("%s \"%s\""):format(kind, dotted)
end

--- A new draft, not declared yet. kind: as in the catalog. place: of the user's call.
function M.new(ns, kind, name, place)
  local schema = host.kinds[kind] and host.kinds[kind].schema and ns.schema or nil
  place.ns = ns
  return { ns = ns, kind = kind, schema = schema, name = names.check(name, place, kind),
    what = M.what(kind, schema, name), place = place, attributes = {},
    is_relation = RELATION[kind] }
end

local function key_of(draft)
  return table.concat({ draft.is_relation and "relation" or draft.kind, draft.schema or "",
    draft.parent or "", draft.name, draft.signature or "" }, "\0")
end

--- Refuses a second object of one identity. Nameless ones have none. A change may speak of one
--- object in several states: the last is known by its name.
function M.identify(session, draft)
  if draft.name == "" then return end
  local key = key_of(draft)
  local first = session.index[key]
  if first and not session.change then
    check.fail(draft.place, draft.what .. " is declared twice", ("It is first declared at %s:%d.")
      :format(tostring(first.place.file), first.place.line or 0))
  end
  session.index[key] = draft
end

--- Takes the draft in. Its root is what it was declared with: a column's is its table.
function M.declare(draft)
  local session = draft.ns.session
  draft.root = draft.root or draft.owner_draft or draft
  M.identify(session, draft)
  session.drafts[#session.drafts + 1] = draft
  return draft
end

--- The relation of that name that is declared; nil: there is none.
function M.relation(session, schema, name)
  return session.index[table.concat({ "relation", schema, "", name, "" }, "\0")]
end

--- A declared object of that kind; nil: there is none.
function M.find(session, kind, schema, name)
  return session.index[table.concat({ kind, schema or "", "", name, "" }, "\0")]
end

-- ---------------------------------------------------------------- two steps

local Pending = handles.class("declaration without its { ... }", function(handle, key)
  local data = handles.data(handle)
  check.fail(nil, ("%s has no \"%s\" yet: its { ... } is missing"):format(data.what, tostring(key)))
end, function(handle, body)
  local data = handles.data(handle)
  if body == nil then check.fail(nil, data.what .. " is given nothing") end
  data.ns.session.pending[handle] = nil
  return data.finish(body)
end)

--- Calls finish(body) when the body is there: now, or with the second call.
function M.await(ns, what, place, body, finish)
  if body ~= nil then return finish(body) end
  local handle = handles.new(Pending, { ns = ns, what = what, place = place, finish = finish })
  ns.session.pending[handle] = true
  return handle
end

--- True for what waits for its { ... }.
function M.is_pending(value) return handles.data(value, Pending) ~= nil end

--- The first in the files of the declarations that still wait for their bodies is an error.
function M.refuse_pending(session)
  local first
  for handle in pairs(session.pending) do
    local data = handles.data(handle)
    local place = data.place
    if not first or place.file < first.place.file
      or (place.file == first.place.file and place.line < first.place.line) then
      first = data
    end
  end
  if first then
    check.fail(first.place, first.what .. " has no { ... } behind its name")
  end
end

-- ---------------------------------------------------------------- handles of plain objects

local Object = handles.class("handle", facts.methods, function(handle, body)
  local data = handles.data(handle)
  if not data.finish then check.fail(nil, data.draft.what .. " is declared already") end
  local finish = data.finish
  data.finish = nil
  finish(body)
  return handle
end)

--- A handle with the common methods. finish: called once with the body, where that is optional.
function M.handle(draft, finish)
  return handles.new(Object, { draft = draft, name = draft.name, finish = finish })
end

--- A body that is a table of options and nothing else.
function M.body(draft, body, spec)
  local place = check.place()
  place.ns = draft.ns
  if type(body) ~= "table" or handles.data(body) then
    check.fail(place, ("%s takes a table { ... }, not %s"):format(draft.what,
      handles.describe(body)))
  end
  return facts.take(draft, check.options(place, draft.what, body,
    check.merge(spec, facts.spec(draft.kind))))
end

return M
