--- The options of a plugin: their types and defaults, and what the config gives for them.

local host = ...

local calls = host.require "raymig.host.plugin_calls"

local M = {}

-- Each type: what messages call it, and whether a value is one.
local TYPES = {
  string = { "a text", function(value) return type(value) == "string" end },
  boolean = { "true or false", function(value) return type(value) == "boolean" end },
  integer = { "a whole number", function(value) return math.type(value) == "integer" end },
  number = { "a number", function(value) return type(value) == "number" end },
  list = { "a list of texts", function(value)
    if type(value) == "string" then return true end
    if type(value) ~= "table" then return false end
    for key, item in pairs(value) do
      if math.type(key) ~= "integer" or type(item) ~= "string" then return false end
    end
    return true
  end },
  table = { "a table", function(value) return type(value) == "table" end },
}
M.TYPES = TYPES

local function describe(value)
  if type(value) == "string" then return ("\"%s\""):format(value) end
  if type(value) == "table" then return "a table" end
  return value == host.null and "null" or tostring(value)
end

local function sorted(map)
  local names = {}
  for name in pairs(map) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function check_choice(plugin, name, spec, value)
  if not spec.choices then return end
  for _, choice in ipairs(spec.choices) do
    if choice == value then return end
  end
  calls.fault(plugin, ("option \"%s\" is %s, not %s"):format(name,
    table.concat(spec.choices, ", "), describe(value)))
end

--- One value against its row; a text is a list of one.
function M.check(plugin, name, spec, value)
  local wanted, is = table.unpack(TYPES[spec.type])
  if not is(value) then
    calls.fault(plugin, ("option \"%s\" takes %s, not %s"):format(name, wanted, describe(value)))
  end
  if spec.type == "list" and type(value) == "string" then value = { value } end
  check_choice(plugin, name, spec, value)
  return value
end

--- The options by name: those given, else the defaults.
function M.read(plugin, specs, given)
  local names, taken = sorted(specs), {}
  for _, name in ipairs(sorted(given)) do
    if not specs[name] then
      local nearest = host.nearest(name, names)
      calls.raise { code = "usage", file = plugin.config, message =
        ("plugin \"%s\": it has no option \"%s\""):format(plugin.name, name),
        hint = nearest and ("Did you mean \"%s\"?"):format(nearest)
          or #names > 0 and ("It has %s."):format(table.concat(names, ", "))
          or "It has no options." }
    end
  end
  for name, spec in pairs(specs) do
    if given[name] ~= nil then
      taken[name] = M.check(plugin, name, spec, given[name])
    elseif spec.required then
      calls.fault(plugin, ("option \"%s\" is missing"):format(name), spec.help)
    elseif spec.type == "list" and type(spec.default) == "string" then
      taken[name] = { spec.default }
    else
      taken[name] = spec.default
    end
  end
  return taken
end

--- For lists: { name, type, value, default, help }.
function M.describe(specs, values)
  local list = {}
  for i, name in ipairs(sorted(specs)) do
    local spec = specs[name]
    list[i] = { name = name, type = spec.type, value = values[name], default = spec.default,
      help = spec.help }
  end
  return host.require("raymig.json").array(list)
end

return M
