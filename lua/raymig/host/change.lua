--- Runs a migration's file as a change, where it is one: gives its operations for C, or nil for a
-- migration of another sort, and for one whose file fails by itself, which its own run will tell.

local host = ...

local attempt = host.require "raymig.host.attempt"

local function quiet() end

local function of_result(path, value)
  for key in pairs(value) do
    if key ~= "change" then
      host.fail(("a migration with change has no \"%s\" beside it"):format(tostring(key)),
        "Its way back is made from its operations.", path)
    end
  end
  if type(value.change) ~= "function" then
    host.fail(("the migration's field \"change\" is of type %s, not a function"):format(
      type(value.change)), nil, path)
  end
  return value.change
end

--- path: of the file. in_transaction: the migration runs in one. text: of the file, where it is not
--- on disk.
return function(path, in_transaction, text)
  local pg, record = host.require("raymig.change").new()
  local _, _, run = host.require "raymig.host.sandbox"(true, quiet, { ["raymig.schema"] = pg })
  local ok, value = attempt(function() return run(path, text) end)
  if not ok or type(value) ~= "table" or value.change == nil then return nil end
  return record(of_result(path, value), in_transaction)
end
