--- What plugins add to the schema: column types, mixins and decorators of tables.
--
-- A mixin is a function of pg that gives columns and parts. A decorator is a key of a table,
-- `audit = true`, whose function may add to the table, or declare more once the table is there.

local host = ...

local check = host.require "raymig.schema.check"
local handles = host.require "raymig.schema.handles"
local types = host.require "raymig.schema.types"

local M = {}

local function plugins() return host.require "raymig.host.plugins" end
local function calls() return host.require "raymig.host.plugin_calls" end

-- ctx.once(key, fn): what fn gave the first time in this session.
local function once(session)
  return function(key, fn)
    session.once = session.once or {}
    if session.once[key] == nil then session.once[key] = fn() or true end
    return session.once[key]
  end
end

local function context(ns, plugin)
  return host.require "raymig.host.plugin_context".of_schema(plugin, ns.handle,
    { schema = ns.schema, once = once(ns.session), sql = ns.handle.sql })
end

-- pg.NAME of a type: a handle, or what makes a column and finishes it.
local function type_member(ns, name, spec, plugin)
  local what = ("type %s"):format(name)
  if type(spec) == "string" then return types.named(ns, spec) end
  if type(spec) == "function" then
    return function(...)
      local value = calls().protect(plugin, what, spec, context(ns, plugin), ...)
      return type(value) == "string" and types.named(ns, value) or value
    end
  end
  if not spec.with then return types.named(ns, spec.sql) end
  return function(column_name, exact)
    if type(column_name) ~= "string" then
      check.fail(nil, ("pg.%s takes the name of a column, not %s"):format(name,
        handles.describe(column_name)))
    end
    local column = types.named(ns, spec.sql)(column_name, exact)
    calls().protect(plugin, what, spec.with, context(ns, plugin), column, column_name)
    return column
  end
end

local function mixin_member(ns, name, fn, plugin)
  local what = ("mixin %s"):format(name)
  return function(...)
    local value = calls().protect(plugin, what, fn, context(ns, plugin), ...)
    if type(value) ~= "table" then
      calls().fault(plugin, ("%s gave %s, not columns or parts"):format(what,
        handles.describe(value)))
    end
    return value
  end
end

local MEMBERS = { ["schema.types"] = type_member, ["schema.mixins"] = mixin_member }

--- Takes what plugins add into the session. built_in: the names that pg has by itself.
function M.open(session, built_in)
  session.extensions, session.decorators = {}, {}
  for part, member in pairs(MEMBERS) do
    plugins().each(part, function(name, value, plugin)
      if built_in[name] or session.extensions[name] then
        calls().fault(plugin, ("pg.%s is there already"):format(name))
      end
      session.extensions[name] = function(ns) return member(ns, name, value, plugin) end
      session.functions[#session.functions + 1] = name
    end)
  end
  plugins().each("schema.decorators", function(name, fn, plugin)
    session.decorators[name] = { fn = fn, plugin = plugin }
  end)
end

--- The member of pg that a plugin adds; nil: none does.
function M.member(ns, name)
  local make = ns.session.extensions and ns.session.extensions[name]
  return make and make(ns)
end

-- ---------------------------------------------------------------- decorators

-- What a decorator may do to the table that is being declared.
local function subject(draft, body, later)
  local table_ = { name = draft.name, schema = draft.schema, columns = {} }
  for _, item in ipairs(check.items(body, { nested = true })) do
    local data = handles.data(item)
    if data and data.database_name then
      table_.columns[data.name], table_.columns[data.database_name] = true, true
    end
  end
  function table_:has(name) return self.columns[name] == true end
  function table_:add(...) -- luacheck: no self
    for _, item in ipairs { ... } do body[#body + 1] = item end
  end
  function table_:after(fn) later[#later + 1] = fn end -- luacheck: no self
  return table_
end

--- Takes the decorators' keys out of a table's body and calls them. Gives the body, a copy where
--- there are any, and what is to be called with the table's handle.
function M.decorate(draft, body)
  local decorators = draft.ns.session.decorators
  local names, copy, later = {}, {}, {}
  for name in pairs(decorators or {}) do
    if body[name] ~= nil then names[#names + 1] = name end
  end
  if #names == 0 then return body, later end
  table.sort(names)
  for key, value in pairs(body) do
    if not decorators[key] then copy[key] = value end
  end
  for _, name in ipairs(names) do
    local plugin = decorators[name].plugin
    if body[name] ~= false then
      local mine = {}
      calls().protect(plugin, ("decorator %s"):format(name), decorators[name].fn,
        context(draft.ns, plugin), subject(draft, copy, mine), body[name])
      for _, fn in ipairs(mine) do later[#later + 1] = { fn = fn, name = name, plugin = plugin } end
    end
  end
  return copy, later
end

--- Calls what decorators left for later.
function M.finish(later, handle)
  for _, row in ipairs(later) do
    calls().protect(row.plugin, ("decorator %s"):format(row.name), row.fn, handle)
  end
end

-- ---------------------------------------------------------------- the hook

local function table_event(draft, parts)
  local columns = {}
  for name in pairs(draft.by_name or {}) do columns[#columns + 1] = name end
  table.sort(columns)
  local row = { name = draft.name, schema = draft.schema, columns = columns,
    comment = draft.comment, handle = host.require "raymig.schema.tables".handle(draft) }
  function row:has(kind, name) -- luacheck: no self
    return parts[table.concat({ draft.schema, draft.name, kind, name }, "\0")] == true
  end
  return row
end

--- The hook schema_loaded, behind the last file: { pg, tables = { { name, schema, handle,
--- columns, has } } }. What it declares belongs to the schema.
function M.loaded(session, pg)
  local event, parts = { pg = pg, tables = {} }, {}
  if not plugins().listens "schema_loaded" then return end
  for _, draft in ipairs(session.drafts) do
    if draft.parent then
      parts[table.concat({ draft.schema or "", draft.parent, draft.kind, draft.name }, "\0")] = true
    end
  end
  for _, draft in ipairs(session.drafts) do
    if draft.kind == "table" then
      event.tables[#event.tables + 1] = table_event(draft, parts)
    end
  end
  plugins().hook { hook = "schema_loaded", event = event, context = function(plugin)
    return context(handles.data(pg).ns, plugin)
  end }
end

return M
