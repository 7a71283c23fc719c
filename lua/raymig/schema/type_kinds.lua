--- Declared types: enums, composites, domains, ranges.

local host = ...

local check = host.require "raymig.schema.check"
local columns = host.require "raymig.schema.columns"
local drafts = host.require "raymig.schema.drafts"
local facts = host.require "raymig.schema.facts"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local types = host.require "raymig.schema.types"
local values = host.require "raymig.schema.values"

local M = {}

local function begin(ns, kind, name, body, finish)
  local place = check.place()
  local draft = drafts.new(ns, kind, name, place)
  draft.what = drafts.what(kind:gsub(" type$", ""), draft.schema, name)
  local handle
  return drafts.await(ns, draft.what, place, body, function(given)
    if type(given) ~= "table" or handles.data(given) then
      check.fail(nil, ("%s takes a table { ... }, not %s"):format(draft.what,
        handles.describe(given)))
    end
    drafts.declare(draft)
    handle = types.declared(ns, draft)
    finish(draft, given)
    return handle
  end)
end

-- ---------------------------------------------------------------- enum

function M.enum(ns, name, body)
  return begin(ns, "enum", name, body, function(draft, given)
    local seen, list = {}, check.items(given)
    facts.take(draft, check.options(draft.place, draft.what, given, facts.spec "enum"))
    for i, value in ipairs(list) do
      if type(value) ~= "string" then
        check.fail(nil, ("%s: value %d is %s, not a text"):format(draft.what, i,
          handles.describe(value)))
      elseif seen[value] then
        check.fail(nil, ("%s has the value \"%s\" twice"):format(draft.what, value))
      end
      if value ~= "" then names.check(value, check.place(), "value of " .. draft.what) end
      seen[value] = true
    end
    draft.attributes.values = list
  end)
end

-- ---------------------------------------------------------------- composite

local ATTRIBUTE = { collation = true }

local function add_attribute(draft, handle, position)
  local data = handles.data(handle, columns.Column)
  if not data then
    check.fail(nil, ("%s: item %d is %s, not a column"):format(draft.what, position,
      handles.describe(handle)))
  end
  for key in pairs(data.attributes) do
    if not ATTRIBUTE[key] then
      check.fail(data.place, ("an attribute of %s has a type and a collation, no %s"):format(
        draft.what, key))
    end
  end
  if data.default or #data.keys > 0 or data.identity or not data.type then
    check.fail(data.place, ("an attribute of %s has a type and a collation, nothing else")
      :format(draft.what))
  end
  draft.ns.session.strays[handle] = nil
  drafts.declare { ns = draft.ns, kind = "attribute", schema = draft.schema, parent = draft.name,
    name = data.database_name, position = position, place = data.place, root = draft,
    what = ("attribute \"%s\" of %s"):format(data.database_name, draft.what),
    comment = data.draft.comment, was = data.was,
    attributes = { type = data.type, collation = data.attributes.collation } }
end

function M.composite(ns, name, body)
  return begin(ns, "composite type", name, body, function(draft, given)
    facts.take(draft, check.options(draft.place, draft.what, given, facts.spec "composite type"))
    for i, item in ipairs(check.items(given, { nested = true })) do
      add_attribute(draft, item, i)
    end
  end)
end

-- ---------------------------------------------------------------- domain

local function literal(value, at)
  return values.literal(value) or check.wrong(at, value, "a value or pg.sql")
end

local function any(value) return value end

local DOMAIN = { type = "type", not_null = "flag", not_null_name = "name",
  not_null_comment = "text", default = literal, collate = "collation", check = any }

local CHECK = { "name", "expression", "not_valid", "comment" }

local function add_check(draft, name, given)
  local options = { expression = given }
  if type(given) == "table" and not handles.data(given) then
    options = check.options(draft.place, draft.what .. ": check", given,
      { name = "name", not_valid = "flag", comment = "text" })
    options.expression, options.name = given[1], options.name or name
  end
  options.name = options.name or name
  draft.position = (draft.position or 0) + 1
  drafts.declare { ns = draft.ns, kind = "domain constraint", schema = draft.schema,
    parent = draft.name, name = options.name and names.check(options.name, draft.place, "check")
    or "", position = draft.position, place = draft.place, root = draft,
    what = "check of " .. draft.what, comment = options.comment,
    attributes = { not_valid = options.not_valid, expression = check.convert.sql(
      options.expression, { place = draft.place, what = draft.what, key = CHECK[2] }) } }
end

-- "expr", pg.sql, { name = "expr", ... }, or a list of those and of { "expr", name =, not_valid =
-- }.
local function add_checks(draft, given)
  if type(given) ~= "table" or handles.data(given) then return add_check(draft, nil, given) end
  for _, item in ipairs(given) do add_check(draft, nil, item) end
  local list = {}
  for name in pairs(given) do
    if type(name) == "string" then list[#list + 1] = name end
  end
  table.sort(list)
  for _, name in ipairs(list) do add_check(draft, name, given[name]) end
end

function M.domain(ns, name, body)
  return begin(ns, "domain", name, body, function(draft, given)
    local taken = drafts.body(draft, given, DOMAIN)
    if not taken.type then
      check.fail(draft.place, draft.what .. " has no type", "Say type = pg.text.")
    end
    local checks = taken.check
    taken.collation, taken.collate, taken.check = taken.collate, nil, nil
    draft.attributes = taken
    if checks ~= nil then add_checks(draft, checks) end
  end)
end

return M
