--- Values and SQL: what a Lua value is as a literal, and `pg.sql`, which is an expression where
-- something takes it and a statement of its own where nothing did.

local host = ...

local handles = host.require "raymig.schema.handles"

local M = {}

local Sql = handles.class("pg.sql expression", {})

--- pg.sql "text". The session keeps all, and takes those for statements that nothing asked for.
function M.sql(session, text, place)
  local data = { text = text, place = place }
  session.sqls[#session.sqls + 1] = data
  return handles.new(Sql, data)
end

--- The text of pg.sql, which is used from now on; nil for anything else.
function M.sql_text(value)
  local data = handles.data(value, Sql)
  if not data then return nil end
  data.used = true
  return data.text
end

--- An expression: pg.sql or a text, which is one here; nil for anything else.
function M.expression(value)
  if type(value) == "string" then return value end
  return M.sql_text(value)
end

function M.number(value)
  if math.type(value) == "integer" then return ("%d"):format(value) end
  if value ~= value then return "NaN" end
  if value == math.huge then return "Infinity" end
  if value == -math.huge then return "-Infinity" end
  local short = ("%.15g"):format(value)
  return tonumber(short) == value and short or ("%.17g"):format(value)
end

--- A value as SQL: a text is quoted. nil for what is no value.
function M.literal(value)
  if type(value) == "string" then return host.literal(value) end
  if type(value) == "boolean" then return tostring(value) end
  if value == host.null then return "NULL" end
  if type(value) ~= "number" then return M.sql_text(value) end
  local text = M.number(value)
  return text:find "%a%a" and host.literal(text) or text
end

return M
