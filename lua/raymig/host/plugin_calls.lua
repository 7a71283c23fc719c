--- Calls into plugins, and their faults: each names the plugin, what of it ran, file and line.

local host = ...

local errors = host.require "raymig.error"

local M = {}

function M.raise(fields) error(errors.new(fields), 0) end

local function prefix(plugin, what)
  local name = plugin.name or plugin.label
  return what and ("plugin \"%s\", %s"):format(name, what) or ("plugin \"%s\""):format(name)
end

--- A fault of the plugin's file that nothing raised.
function M.fault(plugin, message, hint, line)
  M.raise { code = "usage", message = ("%s: %s"):format(prefix(plugin), message), hint = hint,
    file = plugin.file, line = line }
end

-- "path:12: text" as file, line and text; a path may be shortened by Lua to its end.
local function split(text)
  local file, line, rest = text:match "^(.-):(%d+): (.*)$"
  if file then return file, tonumber(line), rest end
  return nil, nil, text
end

local function of_text(plugin, what, text, place)
  local file, line, message = split(text)
  if file and file:find "^%.%.%." and plugin.file:sub(-(#file - 3)) == file:sub(4) then
    file = plugin.file
  end
  return errors.new { message = ("%s: %s"):format(prefix(plugin, what), message),
    file = file or place.file or plugin.file, line = line or place.line }
end

local function of_table(plugin, what, err, place)
  local copy = {}
  for key, value in pairs(err) do copy[key] = value end
  copy.message = ("%s: %s"):format(prefix(plugin, what), tostring(err.message))
  if not copy.file then copy.file, copy.line = place.file or plugin.file, place.line end
  return errors.new(copy)
end

--- Calls fn and gives what it gives. An error that leaves it is told as the plugin's.
function M.protect(plugin, what, fn, ...)
  local place, before = {}, host.in_plugin(prefix(plugin, what))
  local results = table.pack(xpcall(fn, function(err)
    if not host.is_stopped() then place.file, place.line = host.place() end
    return err
  end, ...))
  if host.is_stopped() then error(results[2], 0) end
  host.in_plugin(before)
  if results[1] then return table.unpack(results, 2, results.n) end
  local err = results[2]
  if type(err) == "string" then error(of_text(plugin, what, err, place), 0) end
  if type(err) == "table" and err.message then error(of_table(plugin, what, err, place), 0) end
  error(of_text(plugin, what, tostring(err), place), 0)
end

return M
