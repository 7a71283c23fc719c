--- A migration of reversible operations: return { change = function(m) ... end }. See
--- docs/change.md.
--
-- The function runs once, here, where no database is: what it calls is recorded. An operation is
-- what stands before it and what stands behind it, both declared in the words of the schema; the
-- way back is the same operation with the two exchanged. C makes SQL of it
-- (src/script/reversible.c).

local host = ...

local check = host.require "raymig.schema.check"
local drafts = host.require "raymig.schema.drafts"
local handles = host.require "raymig.schema.handles"
local operations = host.require "raymig.change.operations"
local schema = host.require "raymig.schema"
local sides = host.require "raymig.change.sides"

local M = {}

local methods = operations.methods

local function method_names()
  local list = {}
  for name in pairs(methods) do list[#list + 1] = name end
  table.sort(list)
  return list
end

local Change = handles.class("change", function(_, name)
  if methods[name] then return methods[name] end
  check.fail(nil, ("there is no operation \"%s\""):format(tostring(name)),
    check.nearest(name, method_names(), "m:create and m:drop take any declaration of the schema."))
end)

-- The first in the file of those places, or nil.
local function first_of(set)
  local first
  for _, item in pairs(set) do
    if not first or item.place.order < first.place.order then first = item end
  end
  return first
end

-- An operation whose second call is missing: m:drop_table "users" without what the table is.
local function refuse_waiting(session)
  local waiting = first_of(session.waiting)
  if waiting then check.fail(waiting.place, waiting.message, waiting.hint) end
  drafts.refuse_pending(session)
end

-- What was declared and stands in no operation was forgotten.
local function refuse_left(session)
  local left = {}
  for handle in pairs(session.strays) do left[#left + 1] = handles.data(handle) end
  for _, draft in ipairs(session.drafts) do
    if draft.root == draft and not draft.claimed and draft.kind ~= "schema" then
      left[#left + 1] = draft
    end
  end
  local first = first_of(left)
  if first then
    check.fail(first.place, ("%s is declared, and no operation takes it"):format(first.what),
      "m:create(it) makes it; what is there already is named by text, or by pg.external.")
  end
  for _, sql in ipairs(session.sqls) do
    if not sql.used then
      check.fail(sql.place, "pg.sql is no operation of a change",
        "Say m:execute { up = \"...\", down = \"...\" }.")
    end
  end
end

--- pg, for the file, and the function that runs its `change` and gives the operations as records.
--- in_transaction: the migration runs in one.
function M.new()
  local pg, _, session = schema.new(nil, true)
  session.operations, session.waiting = {}, {}
  return pg, function(change, in_transaction)
    change(handles.new(Change, { session = session }))
    refuse_waiting(session)
    refuse_left(session)
    return sides.records(session, in_transaction)
  end
end

return M
