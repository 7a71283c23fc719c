--- What functions of a plugin are handed: a context (its options, what it may ask of raymig), and
-- of hooks the event.

local host = ...

local calls = host.require "raymig.host.plugin_calls"
local catalog = host.require "raymig.host.catalog"

local M = {}

local project = {}

function M.set_project(where) project = where end

local function copy(from)
  local to = {}
  for key, value in pairs(from or {}) do to[key] = value end
  return to
end

-- ---------------------------------------------------------------- methods

local Context = {}

--- Talk: a line on standard error.
function Context:say(text) host.say(tostring(text)) return self end

function Context:warn(text) host.warn(tostring(text)) return self end

--- Ends what runs with an error. code: "failed", "usage", "refused"; "failed" by default.
function Context:fail(message, hint, code) -- luacheck: no self
  local file, line = host.place()
  calls.raise { message = message, hint = hint, code = code or "failed", file = file, line = line }
end

--- The catalog of a source: "db", "schema", "migrations", "migrations@TAG", a file ...
function Context:catalog(source) -- luacheck: no self
  return catalog.new(host.load_catalog(source or "db"))
end

--- Calls fn(db) in a transaction of its own and gives what it gives; an error rolls it back, and so
--- does options.rollback.
function Context:transaction(fn, options)
  local db = host.db_open(self.name)
  local results = table.pack(pcall(fn, db))
  if host.is_stopped() then error(results[2], 0) end
  host.db_close(results[1] and not (options and options.rollback))
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

-- Files: paths begin at the project's folder.
function Context:read(path) return host.read_text(path) end -- luacheck: no self

function Context:write(path, text) host.write_text(path, text, false) return self end

function Context:append(path, text) host.write_text(path, text, true) return self end

function Context:list(folder) return host.list_folder(folder) end -- luacheck: no self

--- Runs a Lua file of the project in an environment of its own and gives what it returned.
function Context:load(path) -- luacheck: no self
  local text = host.read_text(path)
  if not text then calls.raise { message = ("there is no file \"%s\""):format(path) } end
  local _, _, run = host.require "raymig.host.sandbox"(true, host.say)
  local full = path
  if project.root and project.root ~= "." and not path:find "^/" then
    full = project.root .. "/" .. path
  end
  return run(full)
end

--- Runs a program without a shell: its exit code, output and errors. input: its standard input.
function Context:command(argv, input) -- luacheck: no self
  return host.run_program(type(argv) == "string" and { argv } or argv, input or "")
end

--- The parse tree of SQL, as PostgreSQL's parser gives it; nil and what is wrong.
function Context:parse(sql) return host.parse(sql) end -- luacheck: no self

-- Of commands alone.
local Command = {}

--- The result: to standard output, as it stands.
function Command:out(text) host.out(tostring(text)) return self end

--- Asks; ends the command where the answer is no, or nobody can be asked and --yes is not given.
function Command:confirm(question) host.confirm(question) return self end

-- ---------------------------------------------------------------- contexts

local function class(...)
  local methods = {}
  for _, from in ipairs { ... } do
    for name, fn in pairs(from) do methods[name] = fn end
  end
  return { __index = methods, __metatable = false }
end

local PLAIN, OF_COMMAND = class(Context), class(Context, Command)

local function fields(plugin)
  return { api = host.plugin_api, name = plugin.name, options = plugin.options,
    project = copy(project), json = host.require "raymig.json" }
end

function M.new(plugin) return setmetatable(fields(plugin), PLAIN) end

--- Of a command: args (a list) and flags (the options by name).
function M.of_command(plugin, given, flags)
  local ctx = fields(plugin)
  ctx.args, ctx.flags, ctx.quiet, ctx.as_json = given.args, flags, given.quiet, given.json
  return setmetatable(ctx, OF_COMMAND)
end

--- With a pg of its own: of schema functions.
function M.of_schema(plugin, pg, more)
  local ctx = fields(plugin)
  ctx.pg = pg
  for key, value in pairs(more or {}) do ctx[key] = value end
  return setmetatable(ctx, PLAIN)
end

-- ---------------------------------------------------------------- events

-- What plan_made may ask for: a list of wishes that C grants.
local function plan_methods(event, asked)
  function event:veto(reason) -- luacheck: no self
    asked[#asked + 1] = { veto = reason }
  end
  function event:annotate(step, text) -- luacheck: no self
    asked[#asked + 1] = { annotate = math.tointeger(step) or step.number, text = text }
  end
  function event:add(step) -- luacheck: no self
    if type(step) ~= "table" or type(step.up) ~= "string" or type(step.down) ~= "string" then
      calls.raise { message = "add takes { up = SQL, down = SQL }, and where = \"before\" or "
        .. "\"after\"", hint = "down = \"\" says that nothing is to be done on the way back." }
    end
    if step.where ~= nil and step.where ~= "before" and step.where ~= "after" then
      calls.raise { message = "add: where is \"before\" or \"after\"" }
    end
    asked[#asked + 1] = { add = step.where or "after", up = step.up, down = step.down,
      reason = step.reason }
  end
end

--- The event of a hook; of plan_made also the list of what the plugin asks for.
function M.event(_, hook, given)
  local event = given
  event.version = 1
  event.hook = hook
  if hook ~= "plan_made" then return event, nil end
  local asked = host.require("raymig.json").array {}
  plan_methods(event, asked)
  return event, asked
end

return M
