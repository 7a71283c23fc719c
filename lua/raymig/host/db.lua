--- The methods of db that are written in Lua: db:transaction, db:copy_in, db:copy_out, db:batch.
--
-- `core` holds handles of C that no script sees. Each is a to-be-closed local here, so that an
-- error, a deadline or a coroutine that is closed leaves the connection as it was.

local host = ...
local sql = host.require "raymig.sql"
local batch = host.require "raymig.host.batch"

local function check_callable(value, what)
  local metatable = getmetatable(value)
  if type(value) ~= "function" and not (type(metatable) == "table" and metatable.__call) then
    host.fail(("%s takes a function, not a value of type %s"):format(what, type(value)))
  end
end

local function transaction(core)
  return function(db, fn, ...)
    local scope <close> = core.scope(db)
    check_callable(fn, "db:transaction")
    local results = table.pack(fn(db, ...))
    scope:commit()
    return table.unpack(results, 1, results.n)
  end
end

-- ---------------------------------------------------------------- COPY

local FORMATS = { text = true, csv = true, binary = true }
local COPY_KEYS = { table = true, columns = true, format = true }

local function column_list(columns)
  if columns == nil then return "" end
  if type(columns) ~= "table" or #columns == 0 then
    host.fail "columns is a list of names"
  end
  local names = {}
  for i, name in ipairs(columns) do names[i] = sql.ident(name) end
  return " (" .. table.concat(names, ", ") .. ")"
end

-- The COPY statement for { table = ..., columns = {...}, format = ... }; a text is one already.
local function copy_statement(db, what, tail, method)
  if type(what) ~= "table" or sql.is(what) then return what end
  for key in pairs(what) do
    if not COPY_KEYS[key] then
      local nearest = host.nearest(tostring(key), { "table", "columns", "format" })
      host.fail(("db:%s has no option '%s'"):format(method, tostring(key)),
        nearest and ("Did you mean '%s'?"):format(nearest))
    end
  end
  local format = what.format or "text"
  if not FORMATS[format] then
    host.fail(("db:%s knows no format '%s'"):format(method, tostring(format)),
      "The formats are text, csv and binary.")
  end
  return ("COPY %s%s %s (FORMAT %s)"):format(batch.relation(db, what.table, "db:" .. method),
    column_list(what.columns), tail, format)
end

-- A function that gives one item after the other.
local function items_of(source)
  if type(source) ~= "table" then
    check_callable(source, "db:copy_in")
    return source
  end
  local i = 0
  return function()
    i = i + 1
    return source[i]
  end
end

local function copy_in(core)
  return function(db, what, source)
    local next_item = items_of(source)
    local statement = copy_statement(db, what, "FROM STDIN", "copy_in")
    local columns = type(what) == "table" and what.columns or nil
    local copy <close> = core.copy(db, statement, true)
    for item in next_item do copy:put(item, columns) end
    return copy:finish()
  end
end

local function copy_out(core)
  return function(db, what, fn)
    if fn ~= nil then check_callable(fn, "db:copy_out") end
    local statement = copy_statement(db, what, "TO STDOUT", "copy_out")
    local copy = core.copy(db, statement, false)
    if not fn then return copy.read, copy, nil, copy end
    local closing <close> = copy
    local lines = 0
    for line in closing.read, closing do
      fn(line)
      lines = lines + 1
    end
    return lines
  end
end

return function(methods, core)
  methods.transaction = transaction(core)
  methods.copy_in = copy_in(core)
  methods.copy_out = copy_out(core)
  methods.batch = batch.new(core)
end
