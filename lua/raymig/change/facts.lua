--- What is said of objects that are there: comments, owners, grants, values of enums. And SQL of
--- one's own.

local host = ...

local check = host.require "raymig.schema.check"
local columns = host.require "raymig.schema.columns"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"
local schema = host.require "raymig.schema"
local sides = host.require "raymig.change.sides"
local targets = host.require "raymig.change.targets"

local M = {}

local methods = {}
M.methods = methods

local function any(value) return value end

-- ---------------------------------------------------------------- comments and owners

-- { from =, to = }: both are said; pg.null is nothing.
local function both(given, place, what, example)
  if type(given) ~= "table" or handles.data(given) or given.from == nil or given.to == nil then
    check.fail(place, what .. " has nothing to come back to",
      ("Say { from = %s, to = %s }; pg.null is none."):format(example, example))
  end
  check.options(place, what, given, { from = any, to = any })
  local values = {}
  for _, key in ipairs { "from", "to" } do
    if given[key] ~= host.null then
      values[key] = check.convert.text(given[key], { place = place, what = what, key = key })
    end
  end
  return values
end

local function set_fact(method, field, example)
  methods[method] = function(m, target, given)
    local session, place = sides.session(m, method), check.place()
    local values = both(given, place, method, example)
    local from = targets.draft(session, target, place, method)
    local to = targets.draft(session, target, place, method)
    from[field], to[field] = values.from, values.to
    sides.add(session, place, { from }, { to }, { alters = true, what = method })
  end
end

set_fact("set_comment", "comment", "\"...\"")
set_fact("set_owner", "owner", "\"role\"")

-- ---------------------------------------------------------------- grants

local GRANT = { on = any, to = "texts", from = "texts",
  option = "flag", columns = "columns", by = "name" }

local function one_grant(place, privileges, roles, given, revoke)
  return { privileges = privileges, roles = roles, revoke = revoke, option = given.option == true,
    by = given.by, file = place.file, line = place.line }
end

-- The target, or each of its columns: a draft that has those grants.
local function granted(session, place, method, given, grants)
  if not given.columns then
    local draft = targets.draft(session, given.on, place, method)
    draft.grants = grants
    return { draft }
  end
  local list, whole = {}, targets.draft(session, given.on, place, method)
  for i, column in ipairs(given.columns) do
    local data = handles.data(column)
    list[i] = { kind = "column", schema = whole.schema, parent = whole.name, ns = whole.ns,
      name = data and data.name or column, place = whole.place, attributes = {}, grants = grants,
      claimed = true, what = ("column of %s"):format(whole.what) }
    list[i].root = list[i]
  end
  return list
end

-- Whoever is granted something had it not; of whom it is taken had it.
local function grant_method(method, role_key)
  methods[method] = function(m, privileges, given)
    local session, place = sides.session(m, method), check.place()
    if type(given) ~= "table" or handles.data(given) or given.on == nil
      or given[role_key] == nil then
      check.fail(place, ("%s says on what, and %s whom"):format(method, role_key),
        ("Say m:%s(\"select\", { on = \"users\", %s = \"app\" })."):format(method, role_key))
    end
    given = check.options(place, method, given, GRANT)
    local words = check.convert.texts(privileges, { place = place, what = method,
      key = "the privilege" })
    local roles = given[role_key]
    local revoked = { one_grant(place, words, roles, given, true) }
    local both_ways = { revoked[1], one_grant(place, words, roles, given, false) }
    local without = granted(session, place, method, given, revoked)
    local with = granted(session, place, method, given, both_ways)
    if method == "revoke" then without, with = with, without end
    sides.add(session, place, without, with, { alters = true, what = method })
  end
end

grant_method("grant", "to")
grant_method("revoke", "from")

-- ---------------------------------------------------------------- values of enums

-- "users.current", of an array "users.moods[]"; or by table, columns with their defaults.
local function column_by_text(session, text, type_name, place, what)
  local name, array = text:match "^(.-)(%[?%]?)$"
  local list = names.parts(name)
  local column = table.remove(list)
  if #list == 0 or #list > 2 then
    check.fail(place, ("%s: \"%s\" is no column, \"table.column\""):format(what, text))
  end
  local ns = schema.namespace(session, #list == 2 and list[1] or "public")
  return names.qualified(ns.schema, list[#list]),
    columns.of_type(ns, column, type_name .. array, nil)
end

local function column_lists(session, place, what, given, type_name)
  local by_table, order = {}, {}
  local function add(qualified, column)
    if not by_table[qualified] then
      by_table[qualified] = {}
      order[#order + 1] = qualified
    end
    table.insert(by_table[qualified], column)
  end
  for _, text in ipairs(given) do
    check.convert.text(text, { place = place, what = what, key = "columns" })
    add(column_by_text(session, text, type_name, place, what))
  end
  local tables = {}
  for name in pairs(given) do
    if type(name) == "string" then tables[#tables + 1] = name end
  end
  table.sort(tables)
  for _, name in ipairs(tables) do
    local ns, bare = sides.split(session, name, place, what)
    local list = handles.data(given[name]) and { given[name] } or given[name]
    for _, column in ipairs(list) do add(names.qualified(ns.schema, bare), column) end
  end
  return by_table, order
end

--- The columns that hold an enum's values stand on both sides: where a value goes, they are cast.
function M.add_columns(session, place, what, options, old, new)
  options = check.options(place, what, options or {}, { columns = any })
  if not options.columns then return end
  local enum = old[1]
  local by_table, order = column_lists(session, place, what, options.columns,
    names.qualified(enum.schema, enum.name))
  for _, qualified in ipairs(order) do
    for _, side in ipairs { old, new } do
      side[#side + 1] = sides.adopt(sides.context(session, qualified, place),
        table.move(by_table[qualified], 1, #by_table[qualified], 1, {}))
    end
  end
end

local VALUE = { after = "text", before = "text", values = "texts", columns = any }

local function place_of(values, options, place, what)
  local near = options.after or options.before
  if not near then return #values + 1 end
  for i, value in ipairs(values) do
    if value == near then return options.after and i + 1 or i end
  end
  check.fail(place, ("%s: \"%s\" is none of its values"):format(what, near))
end

--- m:add_enum_value("mood", "meh", { after = "sad", values = { "sad", "ok" }, columns = { ... } })
function methods.add_enum_value(m, name, value, options)
  local place = check.place()
  local what = ("add_enum_value \"%s\""):format(tostring(name))
  check.convert.text(value, { place = place, what = what, key = "the value" })
  options = check.options(place, what, options or {}, VALUE)
  if not options.values then
    check.fail(place, what .. " has nothing to come back to: PostgreSQL takes no value away, the "
      .. "type is made anew", "Say values = { ... }, all that it has before, and columns = "
      .. "{ \"table.column\" }, which hold it.")
  end
  local after = table.move(options.values, 1, #options.values, 1, {})
  table.insert(after, place_of(options.values, options, place, what), value)
  return m.alter_enum(m, name, options.values, after, { columns = options.columns })
end

-- ---------------------------------------------------------------- SQL

--- m:execute { up = "...", down = "..." }; down = "" says that there is nothing to take back.
function methods.execute(m, given)
  local session, place = sides.session(m, "execute"), check.place()
  if type(given) ~= "table" or handles.data(given) or given.up == nil or given.down == nil then
    check.fail(place, "execute has no way back",
      "Say { up = \"...\", down = \"...\" }; down = \"\" where there is nothing to take back.")
  end
  given = check.options(place, "execute", given, { up = "sql", down = "sql" })
  sides.note(session, place, { up = given.up, down = given.down })
end

return M
