--- Objects by their attributes, as snapshots name them: pg.object of any kind, and the functions
-- of pg for kinds that need no more than that (the table ROWS). What attributes a kind has the
-- catalog's own tables say.

local host = ...

local check = host.require "raymig.schema.check"
local drafts = host.require "raymig.schema.drafts"
local facts = host.require "raymig.schema.facts"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local refs = host.require "raymig.schema.refs"
local routines = host.require "raymig.schema.routines"
local types = host.require "raymig.schema.types"
local values = host.require "raymig.schema.values"

local M = {}

-- ---------------------------------------------------------------- attributes

-- The text of one value: of a handle its qualified name.
local function text_of(value, at)
  local data = handles.data(value)
  if type(value) == "string" then return value end
  if type(value) == "number" then return values.number(value) end
  if type(value) == "boolean" then return tostring(value) end
  if data and data.draft and data.draft.is_routine then return check.convert.routine(value, at) end
  if data and data.draft and data.draft.is_relation then
    return check.convert.relation(value, at)
  end
  if handles.data(value, refs.Ref) then return names.quote(data.column.name) end
  if data and (data.text or data.word or data.draft) then
    return values.sql_text(value) or types.convert(value, at)
  end
  check.wrong(at, value, "a text, a number, pg.sql or a handle")
end

local function is_list(value)
  for key in pairs(value) do
    if type(key) ~= "number" then return false end
  end
  return true
end

local function list_of(value, at)
  if type(value) ~= "table" or handles.data(value) then value = { value } end
  if not is_list(value) then return check.convert.pairs(value, at) end
  local list = {}
  for i, item in ipairs(value) do list[i] = text_of(item, at) end
  return function(own)
    local texts = {}
    for i, item in ipairs(list) do texts[i] = type(item) == "function" and item(own) or item end
    return texts
  end
end

local CONVERT = { text = text_of, flag = check.convert.flag, list = list_of }

-- The options of a kind; `aliases`: attribute -> the word that stands for it in the DSL.
local function spec_of(kind, aliases)
  local spec = {}
  if kind == "system privileges" then spec.owner = "name" end -- whose acl it is
  for name, attribute_type in pairs(host.kinds[kind].attributes) do
    spec[aliases and aliases[name] or name] = CONVERT[attribute_type]
  end
  return check.merge(facts.spec(kind), spec)
end

local function known_kind(kind, place)
  if host.kinds[kind] then return host.kinds[kind] end
  local known = {}
  for name in pairs(host.kinds) do known[#known + 1] = name end
  table.sort(known)
  check.fail(place, ("there is no kind of object \"%s\""):format(tostring(kind)),
    check.nearest(tostring(kind), known, "Kinds: " .. table.concat(known, ", ") .. "."))
end

-- Attributes without which there is nothing to be made.
local REQUIRED = {
  ["access method"] = { "type", "handler" }, attribute = { "type" },
  aggregate = { "sfunc", "stype" }, constraint = { "type" },
  conversion = { "source", "destination", "function" }, default = { "expression" },
  domain = { "type" }, ["domain constraint"] = { "expression" },
  ["event trigger"] = { "event", "function" }, ["foreign key"] = { "columns", "references" },
  ["foreign table"] = { "server" }, ["function"] = { "language" },
  ["materialized view"] = { "definition" }, operator = { "function" },
  ["range type"] = { "subtype" }, rule = { "definition" }, server = { "wrapper" },
  setting = { "value" }, subscription = { "connection", "publications" },
  trigger = { "timing", "events", "function" }, view = { "definition" },
}

-- What is there already, by an extension or a parent, need not say them.
local function require_attributes(draft, aliases)
  if draft.member or draft.implied then return end
  for _, name in ipairs(REQUIRED[draft.kind] or {}) do
    if draft.attributes[name] == nil then
      check.fail(draft.place, ("%s: \"%s\" is missing"):format(draft.what,
        aliases and aliases[name] or name))
    end
  end
end

-- ---------------------------------------------------------------- pg.object

local IDENTITY = { name = "text", schema = "name", parent = "name", signature = "text",
  position = "integer", member = "flag" }

-- Parts whose name stands for a table, too: a default is called as its column.
local function identity_of(row, given, place, what)
  local identity, rest = {}, {}
  for key, value in pairs(given) do
    if IDENTITY[key] and not row.attributes[key] then
      identity[key] = value
    else
      rest[key] = value
    end
  end
  return check.options(place, what, identity, IDENTITY), rest
end

function M.object(ns, kind, body)
  local place = check.place()
  place.ns = ns
  local row = known_kind(kind, place)
  return drafts.await(ns, kind, place, body, function(given)
    if type(given) ~= "table" or handles.data(given) then
      check.fail(place, ("%s takes a table { ... }, not %s"):format(kind, handles.describe(given)))
    end
    local identity, rest = identity_of(row, given, place, kind)
    local draft = { ns = ns, kind = kind, place = place, signature = identity.signature,
      name = names.check(identity.name or "", place, kind), parent = identity.parent,
      position = tonumber(identity.position), member = identity.member, is_routine = row.routine,
      implied = row.parent and rest.inherited == true or nil }
    draft.schema = row.schema and (identity.schema or kind ~= "default privileges" and ns.schema)
      or nil
    draft.what = drafts.what(kind, draft.schema, draft.name)
    draft.attributes = facts.take(draft, check.options(place, draft.what, rest, spec_of(kind)))
    if identity.parent == nil and row.parent then
      check.fail(place, draft.what .. " is a part of something", "Say parent = \"name\".")
    end
    require_attributes(draft)
    drafts.declare(draft)
    if draft.is_routine and draft.schema then
      ns.session.routines[draft.schema .. "\0" .. draft.name] = true
    end
    return row.type and types.declared(ns, draft) or drafts.handle(draft)
  end)
end

-- ---------------------------------------------------------------- functions by table

-- kind: in the catalog. aliases: attribute -> word. optional: the body may be left out. signature:
-- from the arguments. items: the attribute that the list's items are.
local ROWS = {
  extension = { kind = "extension", optional = true, aliases = { in_schema = "schema" } },
  range = { kind = "range type", type = true },
  aggregate = { kind = "aggregate", signature = true },
  event_trigger = { kind = "event trigger", aliases = { ["function"] = "execute" } },
  subscription = { kind = "subscription" },
  collation = { kind = "collation" },
  server = { kind = "server" },
  foreign_data_wrapper = { kind = "foreign data wrapper", optional = true },
  language = { kind = "language", optional = true },
  access_method = { kind = "access method" },
}

local function finish_row(row, draft, given)
  local place = draft.place
  local spec = spec_of(row.kind, row.aliases)
  if type(given) ~= "table" or handles.data(given) then
    check.fail(place, ("%s takes a table { ... }, not %s"):format(draft.what,
      handles.describe(given)))
  end
  local taken = facts.take(draft, check.options(place, draft.what, given, spec))
  for attribute, word in pairs(row.aliases or {}) do
    taken[attribute], taken[word] = taken[word], nil
  end
  if row.signature then draft.signature = routines.signature(taken.arguments or "") end
  if row.kind == "extension" and taken.version then taken.version_chosen = true end
  draft.attributes = taken
  require_attributes(draft, row.aliases)
end

for word, row in pairs(ROWS) do
  M[word] = function(ns, name, body)
    local place = check.place()
    known_kind(row.kind, place)
    local draft = drafts.new(ns, row.kind, name, place)
    draft.is_routine = row.signature
    if row.optional then
      drafts.declare(draft)
      if body ~= nil then finish_row(row, draft, body) end
      return drafts.handle(draft, body == nil and function(given)
        finish_row(row, draft, given)
      end or nil)
    end
    return drafts.await(ns, draft.what, place, body, function(given)
      finish_row(row, draft, given)
      drafts.declare(draft)
      return row.type and types.declared(ns, draft) or drafts.handle(draft)
    end)
  end
end

return M
