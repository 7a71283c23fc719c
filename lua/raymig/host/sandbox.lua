--- The environments of scripts: copies of the pure libraries, strict globals, text chunks alone.
--
-- Each script gets tables of its own, so that what one changes no other sees. This is hygiene,
-- not a security boundary: migrations are code that their owner trusts. A stored down, which comes
-- from the database, gets neither the environment's variables nor the project's files nor grants.

local host = ...

local BASE = { "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal",
  "rawget", "rawlen", "rawset", "select", "tonumber", "tostring", "type", "xpcall", "_VERSION" }
local LIBRARIES = { "string", "table", "math", "utf8", "coroutine" }
local OS = { "time", "date", "clock", "difftime" }
local PUBLIC = { ["raymig.error"] = true, ["raymig.json"] = true, ["raymig.sql"] = true,
  ["raymig.null"] = true }

local function copy(from, names)
  local to = {}
  if names then
    for _, name in ipairs(names) do to[name] = from[name] end
  else
    for name, value in pairs(from) do to[name] = value end
  end
  return to
end

local function known_names(env)
  local names = {}
  for name in pairs(env) do
    if type(name) == "string" then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

-- Libraries that a config may give to scripts.
local GRANTS = { io = true, os = true, package = true, debug = true }

local function what_next(name, env)
  if GRANTS[name] then
    return ("Migrations of the folder get it where raymig.lua says lua = { grants = { %q } }.")
      :format(name)
  end
  local nearest = host.nearest(tostring(name), known_names(env))
  return nearest and ("Did you mean '%s'?"):format(nearest)
    or "A script sees its own locals, what it is given and the pure libraries."
end

local function strict(env)
  return setmetatable(env, {
    __metatable = false,
    __index = function(_, name)
      host.fail(("undefined global '%s'"):format(tostring(name)), what_next(name, env))
    end,
    __newindex = function(_, name)
      host.fail(("assignment to undefined global '%s'"):format(tostring(name)),
        "Declare it with local.")
    end,
  })
end

-- env.NAME and env("NAME", default). `missed` gets the names that were not set.
local function environment_variables(missed)
  return setmetatable({}, {
    __metatable = false,
    __index = function(_, name)
      local value = host.getenv(name)
      if value == nil then missed[#missed + 1] = name end
      return value
    end,
    __newindex = function(_, name)
      host.fail(("env.%s cannot be set: env is read only"):format(tostring(name)))
    end,
    __call = function(_, name, default)
      local value = host.getenv(name)
      if value == nil and default == nil then missed[#missed + 1] = name end
      if value == nil then return default end
      return value
    end,
  })
end

-- A module of raymig that scripts may see: a copy, so that nobody changes it for the others.
local function public_module(name)
  if not PUBLIC[name] then return nil end
  local module = host.require(name)
  if type(module) ~= "table" then return module end
  module = copy(module)
  module.class = nil
  return module
end

-- Runs a chunk once for its file, whatever names it goes by: `files` holds what those that ran
-- gave. (No to-be-closed variable: it would run, and fail, between a passed limit and whoever asks
-- where that was.)
local function run_once(files, key, name, chunk)
  if files[key] == files then
    host.fail(("module '%s' requires itself, or has failed before"):format(name))
  end
  if files[key] == nil then
    files[key] = files
    local value = chunk(name)
    files[key] = value == nil or value
  end
  return files[key]
end

local function project_module(name, env, files)
  local chunk, where = host.project(name, env)
  if not chunk then
    host.fail(("module '%s' not found"):format(name), where)
  end
  return run_once(files, where, name, chunk)
end

-- What require falls back to: the project's files for who is trusted, nothing for others.
local function finder(trusted, env, modules, files)
  return function(name)
    if modules[name] ~= nil then return modules[name] end
    if not name:find "^[%w_]+[%w_.-]*$" or name:find "%.%." then
      host.fail(("'%s' is not the name of a module"):format(name))
    end
    local module = public_module(name)
    if module ~= nil then return module end
    if name == "raymig.schema" then
      host.fail("raymig.schema is for the files of the schema",
        "They are those that the config's schema names.")
    end
    if name:find "^raymig%." then host.fail(("raymig has no module '%s'"):format(name)) end
    if not trusted then
      host.fail(("module '%s' is not for a stored script"):format(name),
        "A down script from the database sees db and the raymig modules alone.")
    end
    if host.grants.package and package.loaded[name] then return package.loaded[name] end
    return project_module(name, env, files)
  end
end

local function new_require(find)
  local loaded, loading = {}, {}
  return function(name)
    if type(name) ~= "string" then host.fail "require takes the name of a module" end
    if loaded[name] ~= nil then return loaded[name] end
    if loading[name] then host.fail(("module '%s' requires itself"):format(name)) end
    loading[name] = true
    local _ <close> = setmetatable({}, { __close = function() loading[name] = nil end })
    loaded[name] = find(name)
    return loaded[name]
  end
end

-- A finalizer runs with hooks off, where no deadline reaches it.
local function checked_setmetatable(value, metatable)
  if type(metatable) == "table" and rawget(metatable, "__gc") ~= nil then
    host.fail("a script cannot have finalizers (__gc)", "Use a to-be-closed variable (__close).")
  end
  return setmetatable(value, metatable)
end

-- A limit's error is raised inside the hook, where hooks are off: code that runs on the way out, a
-- message handler or the __close of a dead coroutine, would be out of the deadline's reach. So once
-- the script is to stop, none is run. And each coroutine counts for itself: host.pass_on raises in
-- the one that resumed as soon as the other has died of a limit.
local function checked_xpcall(fn, handler, ...)
  if type(handler) ~= "function" then
    host.fail(("xpcall takes a function as handler, not a value of type %s"):format(type(handler)))
  end
  return xpcall(fn, function(err)
    if host.is_stopped() then return err end
    return handler(err)
  end, ...)
end

local function checked_resume(co, ...)
  return host.pass_on(coroutine.resume(co, ...))
end

local function checked_close(co)
  if host.is_stopped() then return false, "stopped" end
  return coroutine.close(co)
end

local function pass_or_raise(co, ok, ...)
  if ok then return ... end
  coroutine.close(co)
  error((...), 0)
end

local function checked_wrap(fn)
  local co = coroutine.create(fn)
  return function(...) return pass_or_raise(co, checked_resume(co, ...)) end
end

local function add_checked(env)
  env.setmetatable, env.xpcall = checked_setmetatable, checked_xpcall
  env.coroutine.resume, env.coroutine.wrap = checked_resume, checked_wrap
  env.coroutine.close = checked_close
end

local function text_load(env)
  return function(chunk, name, mode, chunk_env)
    if mode ~= nil and not tostring(mode):find("t", 1, true) then
      return nil, "only text chunks can be loaded"
    end
    return load(chunk, name, "t", chunk_env == nil and env or chunk_env)
  end
end

local GC_CALLS = { collect = true, count = true, step = true }
local function checked_collectgarbage(option, ...)
  if not GC_CALLS[option or "collect"] then
    host.fail(("collectgarbage '%s' is not for scripts"):format(tostring(option)))
  end
  return collectgarbage(option, ...)
end

local function add_grants(env)
  local grants = host.grants
  if grants.io then env.io = copy(io) end
  if grants.os then
    env.os = copy(os)
    env.os.exit, env.os.setlocale = nil, nil -- raymig's to decide
  end
  if grants.package then env.package = package end
  if grants.debug then env.debug, env.setmetatable = copy(debug), setmetatable end
end

local function new_print(print)
  return function(...)
    local texts = table.pack(...)
    for i = 1, texts.n do texts[i] = tostring(texts[i]) end
    print(table.concat(texts, "\t"))
  end
end

--- A new environment. trusted: false for a stored script. print: takes a text; nil: no print.
--- modules: what require gives under other names, by name.
--- The second result lists the environment's variables that the script asked for in vain; the third
--- runs the file at a path (or a text in its name) in the environment, once, and gives what it
--- returned.
return function(trusted, print, modules)
  local env, missed, files = copy(_G, BASE), {}, {}
  for _, name in ipairs(LIBRARIES) do env[name] = copy(_G[name]) end
  env.string.dump = nil
  add_checked(env)
  env.os = copy(os, OS)
  env._G = env
  env.collectgarbage = checked_collectgarbage
  env.load = text_load(env)
  env.require = new_require(finder(trusted, env, modules or {}, files))
  env.raymig = { null = host.null, json = copy(host.require "raymig.json"),
    sql = host.require("raymig.sql").sql }
  if print then env.print = new_print(print) end
  if trusted then
    env.env = environment_variables(missed)
    add_grants(env)
  end
  return strict(env), missed, function(path, text)
    local chunk, key = host.chunk(path, env, text)
    return run_once(files, key, path, chunk)
  end
end
