--- What an operation speaks of that it does not declare: "users" is a table; { column =
--- "users.email" }, { ["function"] = "touch(integer)" }, { trigger = "touch", on = "users" } say
--- their kind.

local host = ...

local check = host.require "raymig.schema.check"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local refs = host.require "raymig.schema.refs"
local schema = host.require "raymig.schema"

local M = {}

-- Words that are not the kind's own.
local KINDS = { composite = "composite type", range = "range type", procedure = "function",
  func = "function" }

-- Kinds that have no name of their own.
local NAMELESS = { cast = true, default = true, ["default privileges"] = true, operator = true,
  ["operator class"] = true, ["operator family"] = true, ["publication schema"] = true,
  ["publication table"] = true, setting = true, ["system privileges"] = true,
  ["user mapping"] = true }

--- The kind that a word stands for; nil: there is none that is spoken of by a name.
function M.kind(word)
  if type(word) ~= "string" then return nil end
  local kind = KINDS[word] or word:gsub("_", " ")
  return host.kinds[kind] and not NAMELESS[kind] and kind or nil
end

local function words()
  local list = {}
  for kind in pairs(host.kinds) do
    if not NAMELESS[kind] then list[#list + 1] = (kind:gsub(" ", "_")) end
  end
  table.sort(list)
  return list
end

-- The word and the name in { table = "users" }.
local function word_of(value, place, what)
  local word
  for key in pairs(value) do
    if key ~= "on" then
      if word then check.fail(place, what .. ": a target is one object") end
      word = key
    end
  end
  if not M.kind(word) then
    check.fail(place, ("%s: there is no kind of object \"%s\""):format(what, tostring(word)),
      check.nearest(tostring(word), words(),
        "Say { table = \"users\" }, { column = \"users.email\" }."))
  end
  return word
end

-- "f(integer)" as name and signature.
local function split_signature(text)
  local name, signature = text:match "^(.-)%s*%((.*)%)%s*$"
  return name or text, signature or ""
end

-- Of a part its table stands in the name ("users.email") or in `on`.
local function owner_of(draft, list, on, place, what)
  if on then
    local owner = names.parts(on)
    draft.parent = owner[#owner]
    return #owner == 2 and owner[1] or "public"
  end
  if draft.kind == "index" then return #list == 1 and list[1] or "public" end
  draft.parent = table.remove(list)
  if not draft.parent then
    check.fail(place, ("%s: %s \"%s\" is a part of something"):format(what, draft.kind, draft.name),
      "Say on = \"table\".")
  end
  return list[1] or "public"
end

local function named(session, word, text, on, place, what)
  local kind = M.kind(word)
  local row = host.kinds[kind]
  local draft = { kind = kind, place = place, attributes = {}, what = ("%s \"%s\""):format(word,
    text), is_relation = false }
  local name = text
  if row.routine then
    name, draft.signature = split_signature(text)
    if word == "procedure" then draft.attributes.type = "procedure" end
  end
  if kind == "constraint" then draft.attributes.type = "check" end -- of whatever sort: it is named
  local list = row.schema and names.parts(name) or { name }
  draft.name = table.remove(list)
  local in_schema = "public"
  if row.parent then in_schema = owner_of(draft, list, on, place, what)
  elseif #list > 0 then in_schema = list[1] end
  draft.schema = row.schema and in_schema or nil
  draft.ns = schema.namespace(session, draft.schema or "public")
  draft.place.ns = draft.ns
  return draft
end

-- A handle of something that is declared: of a table, a column, a type.
local function of_handle(session, data, place)
  local draft = data.draft
  if data.class == refs.External then
    local list = names.parts(data.text)
    draft = { kind = "table", schema = list[1], name = list[2], what = data.text }
  elseif data.class == refs.Ref and not draft then
    draft = { kind = "column", schema = data.table.schema, parent = data.table.name,
      name = data.column.name, what = ("column \"%s\""):format(data.column.name) }
  end
  if not draft then return nil end
  return { kind = draft.kind, schema = draft.schema, parent = draft.parent, name = draft.name,
    signature = draft.signature, what = draft.what, place = place,
    attributes = { type = draft.kind == "function" and draft.attributes.type or nil },
    ns = schema.namespace(session, draft.schema or "public") }
end

--- A new draft for the target, with nothing said of it yet.
function M.draft(session, value, place, what)
  local copy = { file = place.file, line = place.line, order = place.order }
  local data = handles.data(value)
  local draft
  if type(value) == "string" then
    draft = named(session, "table", value, nil, copy, what)
  elseif data then
    draft = of_handle(session, data, copy)
  elseif type(value) == "table" then
    local word = word_of(value, place, what)
    if type(value[word]) ~= "string" then
      check.fail(place, ("%s: the %s is named by a text, not %s"):format(what, word,
        handles.describe(value[word])))
    end
    draft = named(session, word, value[word], value.on, copy, what)
  end
  if not draft then
    check.fail(place, ("%s takes a name, a handle or { kind = name }, not %s"):format(what,
      handles.describe(value)))
  end
  draft.root, draft.claimed = draft, true
  return draft
end

return M
