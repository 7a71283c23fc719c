--- The class of the errors that raymig raises: tables with the fields below and a text.
--
--     local ok, err = pcall(function() db:exec "insert into t values (1)" end)
--     if not ok and err.sqlstate == "23505" then ... end
--
-- A script may raise its own: `error(errors.new { message = "no plan", hint = "Insert one." })`.

local host = ...

---@class raymig.error
---@field message string what went wrong; for a database error the server's primary message
---@field code string "failed", "usage", "refused", "unavailable", "integrity", "interrupted"
---@field sqlstate? string five characters, of a database error
---@field detail? string
---@field hint? string
---@field context? string the server's CONTEXT, or a traceback
---@field statement? string the SQL that failed
---@field position? integer 1-based character in `statement`
---@field constraint? string
---@field schema? string of the table at fault; likewise table and column
---@field table? string
---@field column? string
---@field file? string of the script's line that raised it
---@field line? integer
local class = { __name = "raymig.error", __metatable = false }

function class.__tostring(err)
  local text = tostring(err.message)
  if err.file and err.line then text = ("%s:%d: %s"):format(err.file, err.line, text) end
  if err.sqlstate then text = ("%s (SQLSTATE %s)"):format(text, err.sqlstate) end
  return text
end

local M = { class = class, is = host.is_error }

--- A new error with these fields; `message` is required.
---@param fields table
---@return raymig.error
function M.new(fields)
  if type(fields) ~= "table" or type(fields.message) ~= "string" then
    host.fail "an error needs a table with a message"
  end
  local err = { code = "failed" }
  for name, value in pairs(fields) do err[name] = value end
  return setmetatable(err, class)
end

return M
