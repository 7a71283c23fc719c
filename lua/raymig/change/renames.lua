--- Renames: an operation of a name and another; the way back has them exchanged.

local host = ...

local check = host.require "raymig.schema.check"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local sides = host.require "raymig.change.sides"
local targets = host.require "raymig.change.targets"

local M = {}

local methods = {}
M.methods = methods

local function note(session, place, method, target, to)
  local draft = targets.draft(session, target, place, method)
  names.check(to, place, "renamed object")
  sides.note(session, place, { rename = { kind = draft.kind, schema = draft.schema,
    parent = draft.parent, signature = draft.signature, from = draft.name, to = to,
    procedure = draft.attributes.type == "procedure" or nil } })
end

--- m:rename({ materialized_view = "totals" }, "sums"): of any kind.
function methods.rename(m, target, to)
  local session, place = sides.session(m, "rename"), check.place()
  note(session, place, "rename", target, to)
end

-- m:rename_table("users", "accounts")
for _, word in ipairs { "aggregate", "collation", "composite", "domain", "enum", "event_trigger",
  "foreign_data_wrapper", "foreign_table", "function", "index", "language", "materialized_view",
  "procedure", "publication", "range", "schema", "sequence", "server", "statistics",
  "subscription", "table", "view" } do
  local method = "rename_" .. word
  methods[method] = function(m, name, to)
    local session, place = sides.session(m, method), check.place()
    check.convert.text(name, { place = place, what = method, key = "the name" })
    note(session, place, method, { [word] = name }, to)
  end
end

-- m:rename_column("users", "mail", "email")
for _, word in ipairs { "attribute", "column", "constraint", "domain_constraint", "policy", "rule",
  "trigger" } do
  local method = "rename_" .. word
  methods[method] = function(m, owner, from, to)
    local session, place = sides.session(m, method), check.place()
    if handles.data(owner) then owner = handles.data(owner).text or tostring(owner) end
    for key, value in pairs { ["what it is a part of"] = owner, ["the name"] = from } do
      check.convert.text(value, { place = place, what = method, key = key })
    end
    note(session, place, method, { [word] = names.quote(from), on = owner }, to)
  end
end

--- m:rename_enum_value("mood", "sad", "blue")
function methods.rename_enum_value(m, enum, from, to)
  local session, place = sides.session(m, "rename_enum_value"), check.place()
  local draft = targets.draft(session, { enum = enum }, place, "rename_enum_value")
  for key, value in pairs { ["the value"] = from, ["the new value"] = to } do
    check.convert.text(value, { place = place, what = "rename_enum_value", key = key })
  end
  sides.note(session, place, { rename = { value = true, schema = draft.schema, kind = "enum",
    parent = draft.name, from = from, to = to } })
end

return M
