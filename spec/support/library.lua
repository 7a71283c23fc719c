--- The library as somebody else has it: installed into a folder of its own, programs built against
-- that.
--
--     local library = require "spec.support.library"
--     local program = library.compile("examples/server/server.c")  -- against the shared library
--     local other = library.compile("spec/library/quiet.c", { static = true })
--     local result = process.run { program, "x", env = library.env { DATABASE_URL = db.url } }

local process = require "spec.support.process"

local M = {}

local MODE = os.getenv "MODE" or "release"

local function must(argv)
  local result = process.run(argv)
  if result.code ~= 0 then
    error(table.concat(argv, " ") .. "\n" .. result.out .. result.err, 2)
  end
  return result.out
end

--- True where there is a library in this mode: the sanitizers have none.
function M.exists() return MODE == "release" or MODE == "debug" end

--- Installs once a process; the folder.
function M.prefix()
  if not M.installed then
    local folder = process.temp_folder "library"
    -- One at a time: specs run beside each other, and installing builds man pages first.
    must { "flock", "build/" .. MODE .. "/install.lock", "make", "--no-print-directory",
      "-s", "install", "MODE=" .. MODE, "PREFIX=" .. folder,
      timeout = 600 }
    M.installed = folder
  end
  return M.installed
end

local function flags(...)
  local argv = { "env", "PKG_CONFIG_PATH=" .. M.prefix() .. "/lib/pkgconfig", "pkg-config", ... }
  argv[#argv + 1] = "raymig"
  local list = {}
  for flag in must(argv):gmatch "%S+" do list[#list + 1] = flag end
  return list
end

--- Compiles a program with what pkg-config says; its path. options: static (against libraymig.a).
function M.compile(source, options)
  local static = options and options.static
  local out = M.prefix() .. "/" .. source:match "([^/]+)%.c$" .. (static and "_static" or "")
  local argv = { "gcc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-g", "-o", out,
    source }
  local lists = { flags "--cflags" }
  if static then
    argv[#argv + 1] = M.prefix() .. "/lib/libraymig.a"
    lists[2] = {}
    for _, flag in ipairs(flags("--static", "--libs")) do
      if flag ~= "-lraymig" then table.insert(lists[2], flag) end
    end
  else
    lists[2] = flags "--libs"
    lists[3] = { "-Wl,-rpath," .. M.prefix() .. "/lib", "-lpthread" }
  end
  for _, list in ipairs(lists) do
    for _, flag in ipairs(list) do argv[#argv + 1] = flag end
  end
  argv.timeout = 120
  must(argv)
  return out
end

--- An environment for programs: that of a bare user, with these variables over it.
function M.env(more)
  local home = process.temp_folder "home"
  local env = { PATH = os.getenv "PATH", HOME = home, LANG = "C.UTF-8", TMPDIR = os.getenv "TMPDIR",
    XDG_CACHE_HOME = "build/spec/cache", XDG_STATE_HOME = home .. "/state",
    LUA_PATH = M.prefix() .. "/share/lua/5.4/?.lua;;",
    LUA_CPATH = M.prefix() .. "/lib/lua/5.4/?.so;;" }
  for name, value in pairs(more or {}) do env[name] = value end
  return env
end

return M
