--- The two sides of an operation: what is declared before it and behind it. A table of which only a
--- part is spoken of stands on both, with nothing said of it but its name.

local host = ...

local check = host.require "raymig.schema.check"
local finish = host.require "raymig.schema.finish"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local parts = host.require "raymig.schema.parts"
local schema = host.require "raymig.schema"
local tables = host.require "raymig.schema.tables"

local M = {}

--- The session behind `m`; an error where a method was called with a dot.
function M.session(m, method)
  local data = handles.data(m)
  if not (data and data.session) then
    check.fail(nil, ("%s is called with a colon: m:%s(...)"):format(method, method))
  end
  return data.session
end

--- The namespace and the bare name in "billing.invoices"; without a schema it is public's.
function M.split(session, text, place, what)
  if type(text) ~= "string" then
    check.fail(place, ("%s takes a name, not %s"):format(what, tostring(text)))
  end
  local list = names.parts(text)
  if #list > 2 then
    check.fail(place, ("%s: \"%s\" is no name, nor one with a schema"):format(what, text))
  end
  return schema.namespace(session, #list == 2 and list[1] or "public"), list[#list]
end

--- A table that is there, of which nothing else is known. qualified: as SQL has it.
function M.context(session, qualified, place)
  local list = names.parts(qualified)
  local draft = parts.outside(schema.namespace(session, list[1]), qualified)
  draft.kind, draft.attributes, draft.place, draft.claimed = "table", {}, place, true
  draft.columns, draft.by_name, draft.is_context = {}, {}, true
  draft.root = draft
  return draft
end

--- Columns and parts, as parts of that table.
function M.adopt(draft, items)
  tables.take_items(draft, items)
  return draft
end

--- Notes an operation. from, to: lists of drafts.
function M.add(session, place, from, to, more)
  local operation = { place = place, from = from, to = to }
  for _, side in ipairs { from, to } do
    for _, draft in ipairs(side) do draft.claimed = true end
  end
  for key, value in pairs(more or {}) do operation[key] = value end
  session.operations[#session.operations + 1] = operation
end

--- Notes one that has no sides: a rename, SQL.
function M.note(session, place, operation)
  operation.place = place
  session.operations[#session.operations + 1] = operation
end

-- ---------------------------------------------------------------- records

-- What it takes to drop a part again is its name. PostgreSQL's own choice is written down, so that
-- a schema that leaves the name out and a migration agree.
local function give_names(list)
  for _, draft in ipairs(list) do
    if draft.name == "" and draft.root.is_context then
      if draft.attributes.type == "check" and not draft.of_column or not draft.suggest then
        check.fail(draft.place, draft.what .. " has no name, by which it could be dropped",
          "Say name = \"...\".")
      end
      draft.name = draft.suggest(draft)
    end
  end
end

local function group(session, root)
  local list = { root }
  for _, draft in ipairs(session.drafts) do
    if draft.root == root and draft ~= root then list[#list + 1] = draft end
  end
  return list
end

local function concurrently(operation, list)
  for _, draft in ipairs(list) do
    if draft.concurrently then operation.concurrently = draft.place end
  end
end

local function side_of(session, operation, roots)
  local objects = {}
  for _, root in ipairs(roots) do
    local list = group(session, root)
    give_names(list)
    concurrently(operation, list)
    table.move(finish.records(list), 1, #list, #objects + 1, objects)
  end
  return objects
end

local function record(session, operation, in_transaction)
  local out = { file = operation.place.file, line = operation.place.line, up = operation.up,
    down = operation.down, rename = operation.rename, alters = operation.alters,
    what = operation.what }
  if not operation.from then return out end
  out.from = side_of(session, operation, operation.from)
  out.to = side_of(session, operation, operation.to)
  out.concurrently = operation.concurrently ~= nil
  if operation.concurrently and in_transaction then
    check.fail(operation.concurrently,
      "an index can be made concurrently only where the migration has no transaction",
      "Begin the file with the line: -- raymig: transaction=none")
  end
  return out
end

--- The operations as plain records, in order.
function M.records(session, in_transaction)
  local list = {}
  for i, operation in ipairs(session.operations) do
    list[i] = record(session, operation, in_transaction)
  end
  return list
end

return M
