--- Types: pg.text, pg.varchar(20), pg.type "citext", an enum's handle. Called with a name each
-- makes a column.

local host = ...

local check = host.require "raymig.schema.check"
local columns = host.require "raymig.schema.columns"
local facts = host.require "raymig.schema.facts"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"

local M = {}

-- Types whose names are keywords, or that would be looked for in a schema of that name.
local BUILT_IN = {}
for word in ([[bigint bigserial bit bool boolean box bpchar bytea char character cidr circle date
  daterange datemultirange dec decimal float float4 float8 inet int int2 int4 int4multirange
  int4range int8 int8multirange int8range integer interval json jsonb jsonpath line lseg macaddr
  macaddr8 money
  name nchar numeric nummultirange numrange oid oidvector path pg_lsn pg_snapshot point polygon real
  refcursor regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc
  regprocedure regrole regtype serial serial2 serial4 serial8 smallint smallserial text tid time
  timestamp timestamptz timetz tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector
  txid_snapshot uuid varbit varchar xid xid8 xml]]):gmatch "%S+" do
  BUILT_IN[word] = word
end
for _, words in ipairs { "bit varying", "character varying", "double precision",
  "national character", "time with time zone", "time without time zone", "timestamp with time zone",
  "timestamp without time zone" } do
  BUILT_IN[words:gsub(" ", "_")] = words
end

for word in pairs(BUILT_IN) do names.built_in[word] = true end

local Type

-- Calls that were meant for a function that there is not: pg.tabel "x" { ... }, pg.indx { ... }.
local function refuse_table(data)
  local word = data.word or data.text or data.name
  check.fail(nil, ("\"%s\" is a type here, and a type takes the name of a column"):format(word),
    check.nearest(word, data.ns and data.ns.session.functions or {}, nil))
end

local function modified(data, ...)
  local list = table.pack(...)
  for i = 1, list.n do
    if math.type(list[i]) ~= "integer" then
      check.fail(nil, ("a type takes the name of a column, or integers in parentheses, not %s")
        :format(handles.describe(list[i])))
    end
  end
  local text, modifiers = M.text(data), "(" .. table.concat(list, ", ") .. ")"
  local head, zone = text:match "^(time%a*)( with.*)$"
  return handles.new(Type, { ns = data.ns, text = (head or text) .. modifiers .. (zone or "") })
end

local function call(handle, first, ...)
  local data = handles.data(handle)
  if type(first) == "string" then
    local column = columns.new(data.ns, function() return M.text(data) end, first, ...)
    handles.data(column).word = data.word
    return column
  end
  if type(first) == "table" then refuse_table(data) end
  return modified(data, first, ...)
end

local methods = {}
M.methods = methods

function methods.array(handle)
  local data = handles.data(handle)
  return handles.new(Type, { ns = data.ns, text = function() return M.text(data) .. "[]" end })
end

-- A type that is declared here takes what any declared object does.
for name, method in pairs(facts.methods) do
  methods[name] = function(handle, ...)
    local data = handles.data(handle, Type)
    if not (data and data.draft) then
      check.fail(nil, ("\"%s\" is a type that this schema does not declare"):format(
        data and M.text(data) or "?"))
    end
    return method(handle, ...)
  end
end

Type = handles.class("type", methods, call)

--- The type as SQL. One that is declared here is qualified.
function M.text(data)
  if data.draft then return names.qualified(data.draft.schema, data.draft.name) end
  if type(data.text) == "function" then return data.text() end
  if data.word == nil or BUILT_IN[data.word] then return data.text end
  local draft = data.ns.session.index["type\0" .. data.ns.schema .. "\0" .. data.word]
  return draft and names.qualified(draft.schema, draft.name) or names.quote(data.word)
end

--- pg.word: a built-in type, else one of that schema, else one that PostgreSQL finds.
function M.word(ns, word)
  return handles.new(Type, { ns = ns, word = word, text = BUILT_IN[word] })
end

--- pg.type "text as SQL has it".
function M.named(ns, text)
  if type(text) ~= "string" then
    check.fail(nil, "pg.type takes a type as SQL has it, not " .. handles.describe(text))
  end
  return handles.new(Type, { ns = ns, text = text })
end

--- The handle of a type that is declared here.
function M.declared(ns, draft)
  ns.session.index["type\0" .. draft.schema .. "\0" .. draft.name] = draft
  return handles.new(Type, { ns = ns, draft = draft, name = draft.name })
end

--- Converter: a type handle or a text as SQL has it; as a function, since it may be declared later.
function M.convert(value, at)
  local data = handles.data(value)
  if type(value) == "string" then return function(own) return names.type_in(own, value) end end
  if data and data.class == Type then return function() return M.text(data) end end
  if data and data.draft and data.draft.is_relation then -- a table's row type
    return names.qualified(data.draft.schema, data.draft.name)
  end
  check.wrong(at, value, "a type")
end

check.convert.type = M.convert

return M
