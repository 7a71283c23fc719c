--- The end of a schema: what was left open is an error, references are resolved, grants find their
-- columns, and drafts become plain records (src/script/schema_take.c reads them).

local host = ...

local check = host.require "raymig.schema.check"
local drafts = host.require "raymig.schema.drafts"
local parts = host.require "raymig.schema.parts"
local refs = host.require "raymig.schema.refs"

local M = {}

-- A grant on columns is a grant of each of them.
local function spread_grant(draft, grant, into)
  local place = { file = grant.file, line = grant.line, ns = draft.ns }
  if draft.parent or not draft.is_relation then
    check.fail(place, draft.what .. " has no columns to grant on")
  end
  local at = { what = draft.what .. ": grant", key = "columns", place = place }
  for _, value in ipairs(check.convert.columns(grant.columns, at)) do
    local column, name = refs.column_draft(draft, value, at)
    if not column or column.parent ~= draft.name or column.schema ~= draft.schema then
      column = { ns = draft.ns, kind = "column", schema = draft.schema, parent = draft.name,
        name = name, place = draft.place, attributes = {}, owner_draft = draft,
        what = ("column \"%s\" of %s"):format(name, draft.what) }
      column.attributes.inherited = draft.inherited and draft.inherited(column, { keys = {} })
      draft.columns, draft.by_name = draft.columns or {}, draft.by_name or {}
      draft.by_name[name] = column
      into[#into + 1] = column
    end
    column.grants = column.grants or {}
    column.grants[#column.grants + 1] = { privileges = grant.privileges, revoke = grant.revoke,
      roles = grant.roles, option = grant.option, by = grant.by, file = grant.file,
      line = grant.line }
  end
end

-- The columns that grants made are declared, and added to `list`.
local function spread_grants(list)
  local new = {}
  for _, draft in ipairs(list) do
    local kept = {}
    for _, grant in ipairs(draft.grants or {}) do
      if grant.columns then spread_grant(draft, grant, new) else kept[#kept + 1] = grant end
    end
    draft.grants = #kept > 0 and kept or nil
  end
  for _, column in ipairs(new) do
    drafts.declare(column)
    if list[#list] ~= column then list[#list + 1] = column end
  end
end

local function resolve(value, ns)
  if type(value) == "function" then return value(ns) end
  return value
end

local function record(draft)
  local attributes = {}
  for name, value in pairs(draft.attributes or {}) do
    value = resolve(value, draft.ns)
    if value ~= false then attributes[name] = value end
  end
  draft.attributes = attributes
  if draft.check then draft.check() end
  local name = draft.name_of and draft.name_of() or draft.name
  return { kind = draft.kind, schema = draft.schema, parent = draft.parent, name = name,
    signature = draft.signature, position = draft.position, file = draft.place.file,
    line = draft.place.line, owner = draft.owner, comment = draft.comment, labels = draft.labels,
    grants = draft.grants, implied = draft.implied, member = draft.member, was = draft.was,
    using = draft.using, attributes = attributes }
end

--- The plain records of drafts, and of the columns that their grants name.
function M.records(list)
  local records = {}
  spread_grants(list)
  for i, draft in ipairs(list) do records[i] = record(draft) end
  return records
end

-- pg.sql that nothing asked for is a statement.
local function statements(session)
  local list = {}
  for _, sql in ipairs(session.sqls) do
    if not sql.used then
      list[#list + 1] = { text = sql.text, file = sql.place.file, line = sql.place.line }
    end
  end
  return list
end

-- Objects in a schema that nobody declares: it was forgotten, or misspelt.
local function check_schemas(session)
  for _, draft in ipairs(session.drafts) do
    local schema = draft.schema
    if schema and schema ~= "public" and not session.schemas[schema] then
      check.fail(draft.place, ("%s: schema \"%s\" is not declared"):format(draft.what, schema),
        ("Say pg.schema \"%s\"."):format(schema))
    end
  end
end

--- The whole schema: { objects = records, statements = { text, file, line } }.
function M.finish(session)
  session.complete = true
  drafts.refuse_pending(session)
  parts.adopt_strays(session)
  check_schemas(session)
  return { objects = M.records(session.drafts), statements = statements(session) }
end

return M
