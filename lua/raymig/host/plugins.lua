--- Plugins: found, loaded and kept, in the order in which they depend on each other, then of the
-- config. Each function of the table M is an entry for C (src/script/plugins.h).

local host = ...

local calls = host.require "raymig.host.plugin_calls"
local context = host.require "raymig.host.plugin_context"
local descriptor = host.require "raymig.host.plugin_descriptor"
local options = host.require "raymig.host.plugin_options"

local M = {}

-- What is loaded: a list in order, and by name. project: root, config, out, casing.
local loaded, by_name, project = {}, {}, {}

-- ---------------------------------------------------------------- loading

-- `-- raymig-api: 1` is read before anything of the plugin runs.
local function check_header(found)
  local first = found.text:gsub("^\xef\xbb\xbf", ""):match "^[^\r\n]*"
  local version = first:match "^%-%- raymig%-api:%s*(%S+)%s*$"
  local wanted = ("-- raymig-api: %d"):format(host.plugin_api)
  if not version then
    calls.fault(found, ("its first line is not \"%s\""):format(wanted),
      "It says for which plugin API a file is written, and is read before the file runs.", 1)
  elseif version ~= tostring(host.plugin_api) then
    calls.fault(found, ("it is written for plugin API %s, and this raymig has %d"):format(version,
      host.plugin_api), "Look for a version of the plugin that fits this raymig.", 1)
  end
end

local function find(name)
  local text, path, origin = host.plugin_source(name)
  if not text then
    local known = host.nearest(name, host.bundled_plugins())
    calls.raise { code = "usage", message = ("plugin \"%s\" is not found"):format(name),
      hint = known and ("Did you mean \"%s\"?"):format(known) or path, file = project.config }
  end
  return { entry = name, text = text, path = path, origin = origin,
    config = project.config, file = path:gsub("^=", ""),
    label = name:match "([^/]+)%.lua$" or name }
end

local function run(plugin)
  local _, _, run_file = host.require "raymig.host.sandbox"(true, host.say)
  return calls.protect(plugin, nil, run_file, plugin.path, plugin.text)
end

local function add(name, given)
  local plugin = find(name)
  check_header(plugin)
  local value = run(plugin)
  plugin.descriptor = descriptor.check(plugin, value)
  plugin.name = plugin.descriptor.name
  if by_name[plugin.name] then
    if by_name[plugin.name].path == plugin.path and not given then return by_name[plugin.name] end
    calls.fault(plugin, ("there are two plugins of the name \"%s\""):format(plugin.name),
      ("The other one is %s."):format(by_name[plugin.name].file))
  end
  plugin.options = options.read(plugin, plugin.descriptor.options or {}, given or {})
  by_name[plugin.name] = plugin
  return plugin
end

-- Depth first: what a plugin depends on stands before it. What nobody named is loaded too.
local function place(plugin, path)
  if plugin.placed then return end
  for _, name in ipairs(path) do
    if name == plugin.name then
      path[#path + 1] = plugin.name
      calls.fault(plugin, ("plugins depend on each other in a circle: %s"):format(
        table.concat(path, " -> ")))
    end
  end
  path[#path + 1] = plugin.name
  for _, name in ipairs(plugin.descriptor.depends or {}) do
    place(by_name[name] or add(name), path)
  end
  path[#path] = nil
  plugin.placed = true
  loaded[#loaded + 1] = plugin
end

-- Two plugins that add one thing of one name.
local function check_doubles()
  for _, part in ipairs(descriptor.NAMED) do
    local owners = {}
    for _, plugin in ipairs(loaded) do
      for name in pairs(descriptor.part(plugin.descriptor, part)) do
        if owners[name] and part ~= "lint" then
          calls.fault(plugin, ("%s \"%s\" is added by \"%s\" already"):format(
            descriptor.SINGULAR[part], name, owners[name].name))
        end
        owners[name] = plugin
      end
    end
  end
end

--- entries: { name, options } as in the config. where: of the project.
function M.load(entries, where)
  project, loaded, by_name = where, {}, {}
  context.set_project(where)
  local first = {}
  for i, entry in ipairs(entries) do first[i] = add(entry.name, entry.options) end
  for _, plugin in ipairs(first) do place(plugin, {}) end
  check_doubles()
  for _, plugin in ipairs(loaded) do plugin.context = context.new(plugin) end
end

--- The plugins in order, for other modules of the host.
function M.all() return loaded end

--- Calls visit(name, value, plugin) for each thing of a part ("commands") of each plugin.
function M.each(part, visit)
  for _, plugin in ipairs(loaded) do
    local things = descriptor.part(plugin.descriptor, part)
    local names = {}
    for name in pairs(things) do names[#names + 1] = name end
    table.sort(names)
    for _, name in ipairs(names) do visit(name, things[name], plugin) end
  end
end

local function find_part(part, name)
  local found, owner
  M.each(part, function(key, value, plugin)
    if key == name then found, owner = value, plugin end
  end)
  return found, owner
end

-- ---------------------------------------------------------------- what there is

local function names_of(part, plugin)
  local names = {}
  for name in pairs(descriptor.part(plugin.descriptor, part)) do names[#names + 1] = name end
  table.sort(names)
  return host.require("raymig.json").array(names)
end

local function json_list(list) return host.require("raymig.json").array(list) end

--- For `raymig plugin list`: what each plugin adds, and the bundled ones that are not used.
function M.list()
  local list, used = {}, {}
  for i, plugin in ipairs(loaded) do
    local adds = {}
    for _, part in ipairs(descriptor.PARTS) do
      local names = names_of(part, plugin)
      if #names > 0 then adds[part:gsub("%.", "_")] = names end
    end
    used[plugin.path] = true
    list[i] = { name = plugin.name, version = plugin.descriptor.version, file = plugin.file,
      origin = plugin.origin, summary = plugin.descriptor.summary, adds = adds,
      depends = json_list(plugin.descriptor.depends or {}),
      options = options.describe(plugin.descriptor.options or {}, plugin.options) }
  end
  local others = {}
  for _, name in ipairs(host.bundled_plugins()) do
    if not used[("=raymig/plugins/%s.lua"):format(name)] then others[#others + 1] = name end
  end
  return { plugins = json_list(list), bundled = json_list(others) }
end

--- The rows of the commands' table that plugins add.
function M.commands()
  local list = {}
  M.each("commands", function(name, command, plugin)
    list[#list + 1] = { name = name, plugin = plugin.name, summary = command.summary,
      description = command.description, arguments = command.arguments or "",
      min_args = command.min_args or 0, max_args = command.max_args or 0,
      examples = command.examples, options = json_list(descriptor.options_of(command)),
      completes = command.complete ~= nil }
  end)
  return json_list(list)
end

--- { name, args, options = { { name, value } } }: runs a command. Gives the
--- name of its exit code.
function M.run_command(given)
  local command, plugin = find_part("commands", given.name)
  local flags = {}
  for _, option in ipairs(given.options) do
    local spec = descriptor.option(command, option.name)
    if not spec or spec.value == nil then flags[option.name] = true
    elseif spec.repeats then
      flags[option.name] = flags[option.name] or {}
      table.insert(flags[option.name], option.value)
    else flags[option.name] = option.value end
  end
  local ctx = context.of_command(plugin, given, flags)
  local code = calls.protect(plugin, ("command %s"):format(given.name), command.run, ctx)
  return type(code) == "string" and { code = code } or nil
end

--- { name, word, args }: what may stand where `word` is begun.
function M.complete(given)
  local command, plugin = find_part("commands", given.name)
  if not (command and command.complete) then return nil end
  local words = calls.protect(plugin, ("completion of %s"):format(given.name), command.complete,
    plugin.context, given.word or "", given.args or {})
  return json_list(type(words) == "table" and words or {})
end

-- ---------------------------------------------------------------- hooks

function M.listens(hook)
  for _, plugin in ipairs(loaded) do
    if descriptor.part(plugin.descriptor, "hooks")[hook] then return true end
  end
  return false
end

--- { hook, event }: calls it of each plugin, in order; gives { { plugin, ... } } of those that
--- answered: what the hook's function returned (config), or what it asked for by the event's
--- methods (plan_made). context: makes the hook's context, where that is another.
function M.hook(given)
  local answers = {}
  for _, plugin in ipairs(loaded) do
    local fn = descriptor.part(plugin.descriptor, "hooks")[given.hook]
    if fn then
      local event, asked = context.event(plugin, given.hook, given.event or {})
      local ctx = given.context and given.context(plugin) or plugin.context
      local value = calls.protect(plugin, ("hook %s"):format(given.hook), fn, ctx, event)
      local answer = asked or (given.hook == "config" and value) or nil
      if answer ~= nil then
        answers[#answers + 1] = { plugin = plugin.name, file = plugin.file, answer = answer }
      end
    end
  end
  return #answers > 0 and json_list(answers) or nil
end

-- ---------------------------------------------------------------- reporters, sources, formats

local function named(part, name)
  local found, plugin = find_part(part, name)
  if found then return found, plugin end
  local known = {}
  M.each(part, function(key) known[#known + 1] = key end)
  local nearest = host.nearest(name, known)
  calls.raise { code = "usage", message = ("there is no %s \"%s\""):format(
    descriptor.SINGULAR[part], name), hint = nearest and ("Did you mean \"%s\"?"):format(nearest)
    or #known > 0 and ("There is %s."):format(table.concat(known, ", "))
    or ("No plugin adds %s."):format(part) }
end

--- { name, command, result }: a command's result (that of --json) as a text.
function M.report(given)
  local reporter, plugin = named("reporters", given.name)
  local what = ("reporter %s"):format(given.name)
  local text = calls.protect(plugin, what, reporter.report, plugin.context, given.result,
    given.command)
  if type(text) ~= "string" then
    calls.fault(plugin, ("%s gave a value of type %s, not a text"):format(what, type(text)))
  end
  return { text = text }
end

--- Raises where there is no reporter of that name: before a command runs for it.
function M.check_reporter(given) named("reporters", given.name) end

--- The names of a part, in order.
function M.names(given)
  local list = {}
  M.each(given.part, function(name, value, plugin)
    list[#list + 1] = { name = name, plugin = plugin.name,
      summary = type(value) == "table" and value.summary or nil }
  end)
  return json_list(list)
end

--- { name, argument }: what else can be compared with: { sql = ... } or { source = ... }.
function M.source(given)
  local source, plugin = named("sources", given.name)
  local what = ("source %s"):format(given.name)
  local value = calls.protect(plugin, what, source.load, plugin.context, given.argument)
  if type(value) == "string" then value = { sql = value } end
  if type(value) ~= "table" or (type(value.sql) == "string") == (type(value.source) == "string")
  then
    calls.fault(plugin, what .. " gave neither { sql = TEXT } nor { source = NAME }")
  end
  return { sql = value.sql, source = value.source }
end

-- The folder as a format's functions see it.
local function folder_of(given)
  local folder = { path = given.path, files = given.files }
  function folder:read(name) return host.load_text(self.path .. "/" .. name) end
  return folder
end

--- The formats: { name, detects, table, query }.
function M.formats()
  local list = {}
  M.each("formats", function(name, format)
    local applied = format.applied or {}
    list[#list + 1] = { name = name, detects = format.detect ~= nil, table = applied.table,
      query = applied.query }
  end)
  return json_list(list)
end

--- { path, files }: the name of the first format that says that the folder is its own, or nil.
function M.format_detect(given)
  local found
  M.each("formats", function(name, format, plugin)
    local detect = format.detect
    if found or not detect then return end
    if type(detect) == "function" then
      found = calls.protect(plugin, ("format %s"):format(name), detect, plugin.context,
        folder_of(given)) and name or nil
      return
    end
    for _, file in ipairs(given.files) do
      if file:find(detect) then found = name break end
    end
  end)
  return found and { name = found } or nil
end

--- { name, path, files }: a folder's migrations, as a format reads them.
function M.format_read(given)
  local format, plugin = named("formats", given.name)
  local value = calls.protect(plugin, ("format %s"):format(given.name), format.read, plugin.context,
    folder_of(given))
  return descriptor.check_migrations(plugin, given.name, value)
end

--- { name, path, migration, last }: the files of a new migration, as a format writes it.
function M.format_write(given)
  local format, plugin = named("formats", given.name)
  if not format.write then
    calls.raise { code = "usage", message = ("the format \"%s\" only reads"):format(given.name) }
  end
  local value = calls.protect(plugin, ("format %s"):format(given.name), format.write,
    plugin.context, given)
  return descriptor.check_files(plugin, given.name, value)
end

--- { name, from }: writes a new plugin and its spec; gives the paths.
function M.scaffold(given)
  return { files = json_list(host.require "raymig.host.plugin_template".write(given)) }
end

--- Raises what raymig.host.lint finds to say; see there.
function M.lint(given) return host.require "raymig.host.lint".run(given) end
function M.lint_rules(given) return host.require "raymig.host.lint".rules(given) end

return M
