--- References: to relations, routines and columns, by handle or by name. What a name stands for is
-- known when all is declared, so a reference is a function that is called at the end; its errors
-- have the place of the call that made it.

local host = ...

local check = host.require "raymig.schema.check"
local columns = host.require "raymig.schema.columns"
local drafts = host.require "raymig.schema.drafts"
local facts = host.require "raymig.schema.facts"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"

local M = {}

local External = handles.class("external relation", {})
M.External = External
-- A column of a table that is declared: what is said of it now is said of the table's.
local Ref = handles.class("column of a table", function(handle, name)
  local data = handles.data(handle)
  local what = ("%s of %s"):format(data.name, data.table.what)
  if not facts.methods[name] then
    check.fail(nil, ("%s is in its table already, and has no \"%s\""):format(what, tostring(name)))
  elseif not data.draft then
    check.fail(nil, what .. " is not declared here",
      "Say pg.column \"name\" in the list, with its comment and grants.")
  end
  return facts.methods[name]
end)
M.Ref = Ref

--- pg.external "schema.table": something that this schema does not declare, but that will be there.
function M.external(ns, name)
  local place = check.place()
  local text = check.convert.text(name, { place = place, what = "pg.external", key = "the name" })
  local parts = names.parts(text)
  if #parts > 2 then
    check.fail(place, ("pg.external \"%s\" is no name of a relation"):format(text))
  end
  local schema = #parts == 2 and parts[1] or ns.schema
  local qualified = names.qualified(schema, parts[#parts])
  ns.session.external[qualified] = true
  return handles.new(External, { text = qualified, name = text })
end

-- ---------------------------------------------------------------- relations

local function undeclared(session, text, at)
  local known = {}
  for _, draft in ipairs(session.drafts) do
    if draft.is_relation then
      known[#known + 1] = draft.schema == "public" and draft.name
        or draft.schema .. "." .. draft.name
    end
  end
  check.fail(at.place, ("%s: \"%s\" is not declared"):format(at.what, text),
    check.nearest(text, known, ("If it is made by pg.sql or an extension, say pg.external \"%s\".")
      :format(text)))
end

-- The draft of that name and its qualified name; a draft of nil is one outside.
local function look_up(ns, text, at)
  local parts = names.parts(text)
  local schemas = #parts == 2 and { parts[1] } or { ns.schema, "public" }
  if #parts > 2 then undeclared(ns.session, text, at) end
  for _, schema in ipairs(ns.session.change and {} or schemas) do
    local draft = drafts.relation(ns.session, schema, parts[#parts])
    local qualified = names.qualified(schema, parts[#parts])
    if draft or ns.session.external[qualified] then return draft, qualified end
  end
  -- It may be declared further down; and a change speaks of what stands in the database.
  if not ns.session.complete or ns.session.change then
    return nil, names.qualified(schemas[1], parts[#parts])
  end
  undeclared(ns.session, text, at)
end

--- A function that gives the draft (nil: outside) and the qualified name of a relation. It is
--- called with the namespace in which a name without schema is looked for first: that of the table
--- a part is of.
function M.relation(ns, value, at)
  local data = handles.data(value)
  if type(value) == "string" then
    return function(own) return look_up(own or ns, value, at) end
  end
  if data and data.class == External then return function() return nil, data.text end end
  if data and data.class == Ref then data = { draft = data.table } end
  if not (data and data.draft and data.draft.is_relation) then
    check.wrong(at, value, "a table, by handle or name")
  end
  local draft = data.draft
  return function() return draft, names.qualified(draft.schema, draft.name) end
end

--- Converter of attributes that hold the qualified name of a relation.
function check.convert.relation(value, at)
  local find = M.relation(at.ns or at.place.ns, value, at)
  return function(own) return (select(2, find(own))) end
end

--- Converter of attributes that name a routine: a handle, or a name as SQL has it.
function check.convert.routine(value, at)
  local data = handles.data(value)
  if type(value) == "string" then
    return function(own)
      for _, schema in ipairs { own.schema, "public" } do
        if own.session.routines[schema .. "\0" .. value] then
          return names.qualified(schema, value)
        end
      end
      return value
    end
  end
  if not (data and data.draft and data.draft.is_routine) then
    check.wrong(at, value, "a function, by handle or name")
  end
  return names.qualified(data.draft.schema, data.draft.name)
end

-- ---------------------------------------------------------------- columns

local function is_column(value)
  return type(value) == "string" or handles.data(value, Ref) or handles.data(value, columns.Column)
end

--- Converter: a list of columns, by name or handle; not resolved yet. One column is a list of one.
function check.convert.columns(value, at)
  if is_column(value) then return { value } end
  if type(value) ~= "table" or handles.data(value) then
    check.wrong(at, value, "a list of columns")
  end
  for i, item in ipairs(value) do
    if not is_column(item) then
      check.fail(at.place, ("%s: item %d of %s is %s, not a column"):format(at.what, i, at.key,
        handles.describe(item)))
    end
  end
  return value
end

-- The column's draft by its name in Lua or in the database, also of a parent. The second result:
-- the table may have columns that are not known here.
local function find(draft, name)
  local found = draft.columns and (draft.columns[name] or draft.by_name[name])
  local open = draft.open
  for _, parent in ipairs(draft.parents or {}) do
    if found then break end
    local above = parent()
    if above then
      local opened
      found, opened = find(above, name)
      open = open or opened
    else
      open = true
    end
  end
  return found, open
end

local function known_names(draft, into)
  for name in pairs(draft.columns or {}) do into[#into + 1] = name end
  for _, parent in ipairs(draft.parents or {}) do
    local above = parent()
    if above then known_names(above, into) end
  end
  table.sort(into)
  return into
end

--- The name in the database of a column of that relation (nil: outside). An error where there is
--- none.
function M.column(draft, value, at)
  local data = handles.data(value)
  local name = data and (data.column and data.column.name or data.name) or value
  if not draft then return name end
  local found, open = find(draft, name)
  if found then return found.name end
  if open then return name end
  local hint = name:find "[%s(]" and "An expression is written pg.sql \"...\"."
  local where = at.what == draft.what and "" or at.what .. ": "
  check.fail(at.place, ("%s%s has no column \"%s\""):format(where, draft.what, name),
    hint or check.nearest(name, known_names(draft, {}), nil))
end

--- The names of a list of columns.
function M.column_names(draft, list, at)
  local found = {}
  for i, value in ipairs(list) do
    found[i] = M.column(draft, value, at)
    for j = 1, i - 1 do
      if found[j] == found[i] then
        check.fail(at.place, ("%s: column \"%s\" is named twice"):format(at.what, found[i]))
      end
    end
  end
  return found
end

--- The draft of a column of that relation by name; nil: it is not known.
function M.column_draft(draft, value, at)
  local name = M.column(draft, value, at)
  return (find(draft, name)), name
end

return M
