--- What a plugin returns: its fields, checked one by one against the tables below. An error names
-- the plugin, the field, the file and, where the key stands in it, the line.

local host = ...

local calls = host.require "raymig.host.plugin_calls"
local options = host.require "raymig.host.plugin_options"
local source = host.require "raymig.host.source"

local M = {}

--- The parts that hold things by name, and what one of them is called.
M.PARTS = { "schema.types", "schema.mixins", "schema.decorators", "commands", "hooks", "lint",
  "formats", "sources", "reporters" }
M.NAMED = { "schema.types", "schema.mixins", "schema.decorators", "commands", "formats",
  "sources", "reporters" }
M.SINGULAR = { ["schema.types"] = "the type", ["schema.mixins"] = "the mixin",
  ["schema.decorators"] = "the decorator", commands = "the command", formats = "format",
  sources = "source", reporters = "reporter" }

--- The hooks that there are (docs/plugins.md has their tables).
M.HOOKS = { "config", "schema_loaded", "plan_made", "before_run", "after_run", "before_migration",
  "after_migration", "before_statement", "after_statement", "error", "notice" }

--- The table of a part; an empty one where the plugin has none.
function M.part(value, part)
  for name in part:gmatch "[^.]+" do
    value = value[name]
    if value == nil then return {} end
  end
  return value
end

-- ---------------------------------------------------------------- checking

-- A check under way: the plugin, and the path of the field.
local function at(check, key)
  local path = check.path == "" and key or check.path .. "." .. key
  return { plugin = check.plugin, path = path }
end

-- The line of the field; of one that is missing, that of what it is missing in.
local function line_of(text, path)
  while path do
    local line = source.line(text, path)
    if line then return line end
    path = path:match "^(.*)%.[^.]*$"
  end
end

local function fail(check, message, hint)
  local line = line_of(check.plugin.text, check.path)
  calls.fault(check.plugin, ("field \"%s\" %s"):format(check.path, message), hint, line)
end

local function describe(value)
  if type(value) == "string" then return ("the text \"%s\""):format(value:sub(1, 40)) end
  return "a value of type " .. type(value)
end

local checks = {}

local function expect(check, value, wanted)
  fail(check, ("is %s, not %s"):format(wanted, describe(value)))
end

function checks.text(check, value)
  if type(value) ~= "string" or value == "" then expect(check, value, "a text") end
end

function checks.name(check, value)
  if type(value) ~= "string" or not value:find "^[%a_][%w_-]*$" then
    expect(check, value, "a name of letters, digits, _ and -")
  end
end

function checks.fn(check, value)
  if type(value) ~= "function" then expect(check, value, "a function") end
end

function checks.flag(check, value)
  if type(value) ~= "boolean" then expect(check, value, "true or false") end
end

function checks.count(check, value)
  if math.type(value) ~= "integer" or value < -1 then expect(check, value, "a whole number") end
end

function checks.names(check, value)
  if type(value) ~= "table" then expect(check, value, "a list of names") end
  for key, item in pairs(value) do
    if math.type(key) ~= "integer" or type(item) ~= "string" then
      fail(check, ("is a list of names, and holds %s"):format(describe(item)))
    end
  end
end

function checks.texts(check, value)
  if type(value) ~= "string" then checks.names(check, value) end
end

function checks.any() end

-- A table with the fields of `rows`: name = { check, required }.
local function fields(check, value, rows)
  local known, given = {}, {}
  if type(value) ~= "table" then expect(check, value, "a table") end
  for name in pairs(rows) do known[#known + 1] = name end
  for key in pairs(value) do given[#given + 1] = tostring(key) end
  table.sort(known)
  table.sort(given)
  for _, key in ipairs(given) do
    if not rows[key] then
      local nearest = host.nearest(key, known)
      fail(at(check, key), "is unknown", nearest and ("Did you mean \"%s\"?"):format(nearest)
        or ("Known are %s."):format(table.concat(known, ", ")))
    end
  end
  for _, name in ipairs(known) do
    local rule, required = table.unpack(rows[name])
    if value[name] ~= nil then rule(at(check, name), value[name])
    elseif required then fail(at(check, name), "is missing") end
  end
end

-- A table of things by name, each checked alike.
local function each(rule)
  return function(check, value)
    local names = {}
    if type(value) ~= "table" then expect(check, value, "a table by name") end
    for key, item in pairs(value) do
      if type(key) ~= "string" then
        fail(check, ("is a table by name, and holds %s without one"):format(describe(item)))
      end
      names[#names + 1] = key
    end
    table.sort(names)
    for _, name in ipairs(names) do rule(at(check, name), value[name]) end
  end
end

local function record(rows)
  return function(check, value) fields(check, value, rows) end
end

-- ---------------------------------------------------------------- the fields

local function option_type(check, value)
  if not options.TYPES[value] then
    local known = {}
    for name in pairs(options.TYPES) do known[#known + 1] = name end
    table.sort(known)
    fail(check, ("is one of %s, not %s"):format(table.concat(known, ", "), describe(value)))
  end
end

local OPTION = { type = { option_type, true }, default = { checks.any }, help = { checks.text },
  choices = { checks.names }, required = { checks.flag } }

local function option(check, value)
  fields(check, value, OPTION)
  if value.default ~= nil then
    options.check(check.plugin, check.path .. ".default", value, value.default)
  end
end

local COMMAND_OPTION = { letter = { checks.text }, value = { checks.text },
  help = { checks.text, true }, repeats = { checks.flag } }

local COMMAND = { summary = { checks.text, true }, description = { checks.text },
  arguments = { checks.text }, min_args = { checks.count }, max_args = { checks.count },
  examples = { checks.text }, options = { each(record(COMMAND_OPTION)) },
  complete = { checks.fn }, run = { checks.fn, true } }

local TYPE = { sql = { checks.text, true }, with = { checks.fn } }

local function column_type(check, value)
  if type(value) ~= "string" and type(value) ~= "function" then fields(check, value, TYPE) end
end

local function severity(check, value)
  if value ~= "error" and value ~= "warn" and value ~= "off" then
    fail(check, ("is \"error\", \"warn\" or \"off\", not %s"):format(describe(value)))
  end
end

--- A lint rule's fields; the bundled ones have them, too.
M.RULE = { severity = { severity, true }, why = { checks.text, true }, how = { checks.text, true },
  node = { checks.texts }, check = { checks.fn }, migration = { checks.fn },
  catalog = { checks.fn } }

local function rule(check, value)
  fields(check, value, M.RULE)
  if not (value.check or value.migration or value.catalog) then
    fail(check, "has none of check, migration and catalog: it would never find anything")
  end
end

local function hooks(check, value)
  local rows = {}
  for _, name in ipairs(M.HOOKS) do rows[name] = { checks.fn } end
  fields(check, value, rows)
end

-- A function of the folder, or a pattern that is looked for in the names of its files.
local function detect(check, value)
  if type(value) == "function" then return end
  if type(value) ~= "string" or value == "" then
    expect(check, value, "a function or a pattern of names")
  end
  local ok = pcall(string.find, "", value)
  if not ok then fail(check, ("is no pattern of Lua: \"%s\""):format(value)) end
end

local APPLIED = { table = { checks.text, true }, query = { checks.text, true } }
local FORMAT = { summary = { checks.text }, read = { checks.fn, true }, write = { checks.fn },
  detect = { detect }, applied = { record(APPLIED) } }
local SOURCE = { summary = { checks.text }, load = { checks.fn, true } }
local REPORTER = { summary = { checks.text }, report = { checks.fn, true } }

local SCHEMA = { types = { each(column_type) }, mixins = { each(checks.fn) },
  decorators = { each(checks.fn) } }

local DESCRIPTOR = { name = { checks.name, true }, version = { checks.text, true },
  summary = { checks.text }, options = { each(option) }, depends = { checks.names },
  schema = { record(SCHEMA) }, commands = { each(record(COMMAND)) }, hooks = { hooks },
  lint = { each(rule) }, formats = { each(record(FORMAT)) }, sources = { each(record(SOURCE)) },
  reporters = { each(record(REPORTER)) } }

--- The descriptor that a plugin's file returned, checked.
function M.check(plugin, value)
  if type(value) ~= "table" then
    calls.fault(plugin, ("it returned a value of type %s, not its descriptor"):format(type(value)),
      "End it with return { name = ..., version = ... }.")
  end
  fields({ plugin = plugin, path = "" }, value, DESCRIPTOR)
  return value
end

-- ---------------------------------------------------------------- commands' options

--- The options of a command as rows, by name.
function M.options_of(command)
  local rows = {}
  for name, spec in pairs(command.options or {}) do
    rows[#rows + 1] = { name = name, letter = spec.letter, value = spec.value, help = spec.help,
      repeats = spec.repeats }
  end
  table.sort(rows, function(a, b) return a.name < b.name end)
  return rows
end

function M.option(command, name) return (command.options or {})[name] end

-- ---------------------------------------------------------------- what functions give

local MIGRATION = { tag = { checks.text, true }, up = { checks.text, true },
  down = { checks.text }, version = { checks.text }, name = { checks.text },
  when = { checks.count } }

--- What a format's read gave: a list of migrations.
function M.check_migrations(plugin, name, value)
  if type(value) ~= "table" then
    calls.fault(plugin, ("format %s gave a value of type %s, not a list of migrations"):format(name,
      type(value)))
  end
  for i, item in ipairs(value) do
    fields({ plugin = plugin, path = ("formats.%s.read[%d]"):format(name, i) }, item, MIGRATION)
  end
  return host.require("raymig.json").array(value)
end

--- What a format's write gave: texts by path.
function M.check_files(plugin, name, value)
  local list = {}
  if type(value) ~= "table" then
    calls.fault(plugin, ("format %s gave a value of type %s, not texts by path"):format(name,
      type(value)))
  end
  for path, text in pairs(value) do
    if type(path) ~= "string" or type(text) ~= "string" or path:find "^/" or path:find "%.%." then
      calls.fault(plugin, ("format %s gave a file that is no path in the folder with a text")
        :format(name))
    end
    list[#list + 1] = { path = path, text = text }
  end
  table.sort(list, function(a, b) return a.path < b.path end)
  return host.require("raymig.json").array(list)
end

return M
