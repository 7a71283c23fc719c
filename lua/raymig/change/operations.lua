--- The operations of a change: the methods of `m`. m:create, m:drop and m:alter take any
--- declaration of the schema; those with a kind in their name are rows of the tables below, and
--- stand on the same.

local host = ...

local check = host.require "raymig.schema.check"
local columns = host.require "raymig.schema.columns"
local drafts = host.require "raymig.schema.drafts"
local facts = host.require "raymig.change.facts"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local parts = host.require "raymig.schema.parts"
local renames = host.require "raymig.change.renames"
local schema = host.require "raymig.schema"
local sides = host.require "raymig.change.sides"

local functions = schema.functions

local M = {}

local methods = {}
M.methods = methods

for _, module in ipairs { facts.methods, renames.methods } do
  for name, method in pairs(module) do methods[name] = method end
end

-- ---------------------------------------------------------------- declarations

-- A part that says `on`, as one of a table that is there.
local function part_draft(session, data, handle, what)
  local on = data.taken.on
  if not on then
    check.fail(data.place, ("%s: %s does not say on which table"):format(what, data.what),
      "Say on = \"table\", or m:add_" .. data.row.kind:gsub(" ", "_") .. "(\"table\", it).")
  end
  return sides.adopt(sides.context(session, select(2, on()), data.place), { handle })
end

-- The draft that stands for a declaration on one side of an operation.
local function declared(session, handle, what)
  local data = handles.data(handle)
  if drafts.is_pending(handle) then
    check.fail(data.place, data.what .. " has no { ... } behind its name")
  elseif handles.data(handle, parts.Part) then
    return part_draft(session, data, handle, what)
  elseif handles.data(handle, columns.Column) then
    check.fail(data.place, ("%s: %s is in no table"):format(what, data.what),
      "Say m:add_column(\"table\", column).")
  elseif data and data.draft and data.draft.root == data.draft then
    return data.draft
  elseif data and data.ns and data.ns.draft then
    return data.ns.draft
  end
  check.fail(nil, ("%s takes declarations of the schema, not %s"):format(what,
    handles.describe(handle)), "Say pg.table \"name\" { ... }, pg.view \"name\" [[ ... ]], ...")
end

local function all_declared(session, list, what)
  local found = {}
  if #list == 0 then check.fail(nil, what .. " is given nothing") end
  for i, handle in ipairs(list) do found[i] = declared(session, handle, what) end
  return found
end

-- The context of a part is on the other side, too.
local function other_side(session, list)
  local other = {}
  for _, draft in ipairs(list) do
    if draft.is_context then
      other[#other + 1] = sides.context(session, names.qualified(draft.schema, draft.name),
        draft.place)
    end
  end
  return other
end

function methods.create(m, ...)
  local session, place = sides.session(m, "create"), check.place()
  local list = all_declared(session, { ... }, "create")
  sides.add(session, place, other_side(session, list), list)
end

function methods.drop(m, ...)
  local session, place = sides.session(m, "drop"), check.place()
  local list = all_declared(session, { ... }, "drop")
  sides.add(session, place, list, other_side(session, list))
end

-- One declaration or a list of them.
local function side(session, given, what)
  if type(given) == "table" and not handles.data(given) then
    return all_declared(session, given, what)
  end
  return all_declared(session, { given }, what)
end

local function no_way_back(place, what, hint)
  check.fail(place, what .. " has nothing to come back to", hint)
end

function methods.alter(m, from, to)
  local session, place = sides.session(m, "alter"), check.place()
  if to == nil then
    no_way_back(place, "alter", "Say what stood there and what is to: m:alter(old, new).")
  end
  sides.add(session, place, side(session, from, "alter"), side(session, to, "alter"),
    { alters = true, what = "alter" })
end

-- ---------------------------------------------------------------- by kind

-- The functions of pg, by the word behind create_, drop_ and alter_.
local KINDS = { access_method = "access_method", aggregate = "aggregate", collation = "collation",
  composite = "composite", domain = "domain", enum = "enum", event_trigger = "event_trigger",
  extension = "extension", foreign_data_wrapper = "foreign_data_wrapper",
  foreign_table = "foreign_table", ["function"] = "func", language = "language",
  materialized_view = "materialized_view", policy = "policy", procedure = "procedure",
  publication = "publication", range = "range", rule = "rule", schema = "schema",
  sequence = "sequence", server = "server", statistics = "statistics",
  subscription = "subscription", table = "table", trigger = "trigger", view = "view" }

-- A schema may be spoken of in several states, as all else.
local function declare_schema(ns, name, body)
  local own = schema.namespace(ns.session, name)
  local draft = drafts.declare(drafts.new(own, "schema", name, check.place()))
  local function finish(given) drafts.body(draft, given, {}) end
  if body ~= nil then finish(body) end
  return drafts.handle(draft, body == nil and finish or nil)
end

local function declare(session, word, name, body, place, what)
  if word == "schema" then return declare_schema(schema.namespace(session, name), name, body) end
  local ns, bare = sides.split(session, name, place, what)
  return functions[KINDS[word]](ns, bare, body)
end

-- Calls finish(handle) with the declaration: now, or when its body comes with a second call.
local function await(session, place, what, got, missing, finish)
  if not drafts.is_pending(got) then return finish(got) end
  session.waiting[got] = { place = place, message = what .. missing.message, hint = missing.hint }
  return function(body)
    local handle = got(body)
    session.waiting[got] = nil
    return finish(handle)
  end
end

local MISSING = {
  create = { message = " has no { ... } behind its name" },
  drop = { message = " has no definition to come back from",
    hint = "Give it what it is: m:drop_%s(\"%s\", { ... })." },
}

local function by_kind(verb, word)
  local method = verb .. "_" .. word
  methods[method] = function(m, name, body)
    local session, place = sides.session(m, method), check.place()
    local what = ("%s \"%s\""):format(method, tostring(name))
    local hint = MISSING[verb].hint
    local got = declare(session, word, name, body, place, what)
    return await(session, place, what, got, { message = MISSING[verb].message,
      hint = hint and hint:format(word, tostring(name)) }, function(handle)
      local list = { declared(session, handle, method) }
      local other = other_side(session, list)
      if verb == "create" then sides.add(session, place, other, list)
      else sides.add(session, place, list, other) end
      return handle
    end)
  end
end

local function alter_kind(method, word)
  methods[method] = function(m, name, from, to, options)
    local session, place = sides.session(m, method), check.place()
    local what = ("%s \"%s\""):format(method, tostring(name))
    if to == nil then
      no_way_back(place, what, ("Say both: m:%s(\"%s\", old, new)."):format(method,
        tostring(name)))
    end
    local old, new = {}, {}
    for i, body in ipairs { from, to } do
      local handle = declare(session, word, name, body, place, what)
      local side_list = i == 1 and old or new
      side_list[1] = declared(session, handle, method)
    end
    if word == "enum" then facts.add_columns(session, place, what, options, old, new)
    else check.options(place, what, options or {}, {}) end
    sides.add(session, place, old, new, { alters = true, what = what })
  end
end

for word in pairs(KINDS) do
  by_kind("create", word)
  by_kind("drop", word)
  alter_kind("alter_" .. word, word)
end
for _, word in ipairs { "view", "function", "procedure" } do
  alter_kind("replace_" .. word, word)
end

-- ---------------------------------------------------------------- parts of tables

local function is_column(item) return handles.data(item, columns.Column) ~= nil end

local function is_part(...)
  local kinds = { ... }
  return function(item)
    local data = handles.data(item, parts.Part)
    for _, kind in ipairs(data and kinds or {}) do
      if data.row.kind == kind then return true end
    end
    return false
  end
end

-- takes: is the item one? wraps: the function of pg that makes one of a plain { ... }. hint: an
-- example.
local PARTS = {
  column = { takes = is_column, hint = "pg.text \"email\" :not_null()" },
  constraint = { takes = is_part("constraint", "foreign key"),
    hint = "pg.check { \"price > 0\", name = \"price_is_positive\" }" },
  index = { takes = is_part "index", wraps = "index", hint = "{ \"email\", unique = true }" },
  check = { takes = is_part "constraint", wraps = "check",
    hint = "{ \"price > 0\", name = \"price_is_positive\" }" },
  unique = { takes = is_part "constraint", wraps = "unique", hint = "{ \"email\" }" },
  primary_key = { takes = is_part "constraint", wraps = "primary_key", hint = "{ \"id\" }" },
  foreign_key = { takes = is_part "foreign key", wraps = "foreign_key",
    hint = "{ \"author\", references = \"users\" }" },
  exclusion = { takes = is_part "constraint", wraps = "exclude",
    hint = "{ using = \"gist\", { \"room\", with = \"=\" } }" },
}

local function part_items(row, ns, list, place, what)
  for i, item in ipairs(list) do
    if row.wraps and type(item) == "table" and not handles.data(item) then
      list[i] = functions[row.wraps](ns, item)
    elseif not row.takes(item) then
      check.fail(place, ("%s takes the whole definition, not %s"):format(what,
        handles.describe(item)), "Say " .. row.hint .. ".")
    end
  end
  if #list == 0 then
    check.fail(place, what .. " has no definition", "Say " .. row.hint .. ".")
  end
  return list
end

-- The table as SQL has it.
local function table_name(session, value, place, what)
  local data = handles.data(value)
  if data and data.draft and data.draft.is_relation then
    return names.qualified(data.draft.schema, data.draft.name)
  elseif data and data.text and type(data.text) == "string" then
    return data.text
  end
  local ns, name = sides.split(session, value, place, what)
  return names.qualified(ns.schema, name)
end

local function must_have_type(list, what)
  for _, item in ipairs(list) do
    local data = handles.data(item)
    if not data.type then
      check.fail(data.place, ("%s: %s has no type"):format(what, data.what))
    end
  end
end

local function part_method(verb, word, row)
  local method = verb .. "_" .. word
  methods[method] = function(m, name, ...)
    local session, place = sides.session(m, method), check.place()
    local qualified = table_name(session, name, place, method)
    local what = ("%s of %s"):format(method, qualified)
    local empty = sides.context(session, qualified, place)
    local items = part_items(row, empty.ns, { ... }, place, what)
    if row.takes == is_column then must_have_type(items, what) end
    local full = sides.adopt(sides.context(session, qualified, place), items)
    if verb == "add" then sides.add(session, place, { empty }, { full })
    else sides.add(session, place, { full }, { empty }) end
  end
end

for word, row in pairs(PARTS) do
  part_method("add", word, row)
  part_method("drop", word, row)
end

local function columns_of(what, place, ...)
  local data = {}
  for i, item in ipairs { ... } do
    if not is_column(item) then
      check.fail(place, ("%s takes a column, not %s"):format(what, handles.describe(item)),
        "Say what it was and what it is to be: pg.text \"email\", pg.varchar(80) \"email\".")
    end
    data[i] = handles.data(item)
  end
  return data[1], data[2]
end

function methods.alter_column(m, name, from, to)
  local session, place = sides.session(m, "alter_column"), check.place()
  local qualified = table_name(session, name, place, "alter_column")
  local what = "alter_column of " .. qualified
  if to == nil then
    no_way_back(place, what, "Say what it was and what it is to be: m:alter_column(\"users\", "
      .. "pg.text \"email\", pg.varchar(80) \"email\").")
  end
  local old, new = columns_of(what, place, from, to)
  if old.database_name ~= new.database_name then
    check.fail(place, ("%s: \"%s\" and \"%s\" are two columns"):format(what, old.database_name,
      new.database_name), "m:rename_column gives one another name.")
  elseif (old.type == nil) ~= (new.type == nil) then
    check.fail(place, ("%s: the type of \"%s\" is said of one side alone"):format(what,
      old.database_name), "Say it on both, or, where it stays, on neither: pg.column \"name\".")
  end
  sides.add(session, place, { sides.adopt(sides.context(session, qualified, place), { from }) },
    { sides.adopt(sides.context(session, qualified, place), { to }) },
    { alters = true, what = what })
end

return M
