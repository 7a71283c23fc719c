--- Handles: what a user of the DSL holds. Each is an empty table that keeps its data under a key
-- that no file of the user's has, so that a handle answers to methods and to names of columns, and
-- to nothing else.

local host = ...

local M = {}

local KEY = {}

--- A new class: a metatable. index: a table of methods, or a function(handle, name).
function M.class(name, index, call)
  return {
    __name = name,
    __index = index,
    __call = call,
    __metatable = false,
    __newindex = function(_, key)
      host.fail(("a %s cannot be changed: \"%s\" is assigned"):format(name, tostring(key)))
    end,
    __tostring = function(handle)
      local data = rawget(handle, KEY)
      return data.name and ("%s \"%s\""):format(name, data.name) or name
    end,
  }
end

--- A handle of that class with that data, whose field `class` it becomes.
function M.new(class, data)
  data.class = class
  return setmetatable({ [KEY] = data }, class)
end

--- The data of a handle; nil for what is none. With a class: nil for a handle of another one.
function M.data(value, class)
  local data = type(value) == "table" and rawget(value, KEY) or nil
  if data and (class == nil or data.class == class) then return data end
  return nil
end

--- What a value is, for messages: "a table handle", "a string", "pg.null".
function M.describe(value)
  local data = M.data(value)
  if data then return "a " .. data.class.__name end
  if value == host.null then return "pg.null" end
  if type(value) == "string" then return ("the text \"%s\""):format(value:sub(1, 40)) end
  return value == nil and "nothing" or "a value of type " .. type(value)
end

return M
