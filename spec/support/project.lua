--- A project in a temporary folder, and raymig run in it as a user would run it.
--
--     local project = require("spec.support.project").new({
--       ["migrations/0001_users.sql"] = "create table users (id int);",
--     }, { database = db })
--     local result = project:run("up", "--yes")
--     assert.equal(0, result.code, result.err)      -- also result.out, .signal, .seconds
--     project:run("status", { env = { NO_COLOR = "1" }, stdin = "y\n", timeout = 10 })
--     local child = project:start("up", "--yes")    -- in the background: child:kill "INT",
--     assert.equal(130, child:wait().code)          -- child:wait_for(pattern), child:wait(seconds)
--
-- The environment is bare: no DATABASE_URL, no PG*, RAYMIG_* or XDG_* of ours, HOME and the state
-- folders inside the temporary folder, one cache for all. With { database = db } DATABASE_URL is
-- that database's.
-- Under MODE=asan any finding of a sanitizer raises an error in the spec. Projects are removed,
-- and the servers that they started killed, when the spec file ends; RAYMIG_KEEP=1 keeps them.

local lfs = require "lfs"
local process = require "spec.support.process"

local M = {}

local ROOT = lfs.currentdir()

---@class spec.Project
---@field path string the project's folder, where raymig runs
---@field home string HOME, beside it
---@field env table<string, string> environment of every run; change it freely
local Project = {}
Project.__index = Project

local projects = {}

local function absolute(path)
  return path:sub(1, 1) == "/" and path or ROOT .. "/" .. path
end

--- The raymig under test: $RAYMIG_BIN, else build/$MODE/raymig.
function M.binary()
  return absolute(os.getenv "RAYMIG_BIN"
    or ("build/%s/raymig"):format(os.getenv "MODE" or "release"))
end

local function make_folders(path)
  local at = path:sub(1, 1) == "/" and "" or "."
  for part in path:gmatch "[^/]+" do
    at = at .. "/" .. part
    if not lfs.attributes(at, "mode") then assert(lfs.mkdir(at)) end
  end
end

-- ---------------------------------------------------------------- environment

local SANITIZERS = {
  ASAN_OPTIONS = "exitcode=99:detect_leaks=1:detect_stack_use_after_return=1"
    .. ":strict_string_checks=1",
  UBSAN_OPTIONS = "exitcode=99:halt_on_error=1:print_stacktrace=1",
  LSAN_OPTIONS = "exitcode=99:print_suppressions=0:suppressions=" .. ROOT
    .. "/spec/support/lsan.supp",
}

local FINDINGS = { "ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "SUMMARY: %w+Sanitizer",
  "[^\n]+: runtime error: [^\n]+" }

local KEPT = { "PATH", "LD_LIBRARY_PATH", "TMPDIR", "LLVM_PROFILE_FILE", "GCOV_PREFIX",
  "RAYMIG_PG_BINDIR" }

-- The caches of all projects, as a user's would be: shadows begin with a copy of one cluster.
local CACHE = "build/spec/cache"

local function base_env(home)
  make_folders(CACHE)
  local env = { HOME = home, LANG = "C.UTF-8", TERM = "dumb", TZ = "UTC",
    XDG_STATE_HOME = home .. "/state", XDG_CACHE_HOME = absolute(CACHE),
    XDG_CONFIG_HOME = home .. "/config" }
  for _, name in ipairs(KEPT) do env[name] = os.getenv(name) end
  for name, value in pairs(SANITIZERS) do env[name] = value end
  return env
end

local function refuse_findings(result)
  for _, pattern in ipairs(FINDINGS) do
    if result.err:find(pattern) then
      error(("sanitizer finding (exit code %d):\n%s"):format(result.code, result.err), 0)
    end
  end
  return result
end

-- ---------------------------------------------------------------- files

--- A new project with these files (path -> text). options: database (a spec.Database), url (a
--- text), env (table, for every run).
---@return spec.Project
function M.new(files, options)
  options = options or {}
  local root = process.temp_folder "project"
  local self = setmetatable({ root = root, path = root .. "/project", home = root .. "/home" },
    Project)
  make_folders(self.path)
  make_folders(self.home)
  self.env = base_env(self.home)
  self.env.DATABASE_URL = options.url or options.database and options.database.url
  for name, value in pairs(options.env or {}) do self.env[name] = value end
  for path, text in pairs(files or {}) do self:write(path, text) end
  projects[#projects + 1] = self
  return self
end

--- Writes a file, its folders too.
function Project:write(path, text)
  local full = self.path .. "/" .. path
  make_folders(full:match "^(.*)/")
  local file = assert(io.open(full, "wb"))
  assert(file:write(text))
  assert(file:close())
end

--- Copies a folder or file from outside (a fixture, relative to the repository) to a path here.
function Project:copy(from, to)
  local target = self.path .. "/" .. (to or from:match "[^/]+$")
  make_folders(target:match "^(.*)/")
  local result = process.run { "cp", "-rT", absolute(from), target }
  assert(result.code == 0, result.err)
end

--- Text of a file; nil when there is none.
function Project:read(path)
  local file = io.open(self.path .. "/" .. path, "rb")
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return text
end

function Project:exists(path)
  return lfs.symlinkattributes(self.path .. "/" .. path, "mode") ~= nil
end

local function walk(base, prefix, found)
  for name in lfs.dir(base) do
    if name ~= "." and name ~= ".." and name ~= ".raymig" then
      local full = base .. "/" .. name
      if lfs.symlinkattributes(full, "mode") == "directory" then
        walk(full, prefix .. name .. "/", found)
      else
        found[#found + 1] = prefix .. name
      end
    end
  end
  return found
end

--- All files, sorted, relative to the project or to a folder in it; .raymig/ is left out.
function Project:files(folder)
  local base = folder and self.path .. "/" .. folder or self.path
  if not lfs.attributes(base, "mode") then return {} end
  local found = walk(base, "", {})
  table.sort(found)
  return found
end

--- Deletes a file or an empty folder.
function Project:delete(path)
  assert(os.remove(self.path .. "/" .. path))
end

-- ---------------------------------------------------------------- running

-- Arguments, the last of which may be a table of options, as a spec for process.start.
local function launch(self, ...)
  local words = table.pack(...)
  local options = {}
  if type(words[words.n]) == "table" then options = words[words.n] end
  local env = {}
  for name, value in pairs(self.env) do env[name] = value end
  for name, value in pairs(options.env or {}) do env[name] = value or nil end
  local spec = { M.binary(), cwd = options.cwd or self.path, env = env, stdin = options.stdin,
    timeout = options.timeout, uid = options.uid, gid = options.gid }
  for i = 1, words.n do
    if words[i] ~= options then spec[#spec + 1] = words[i] end
  end
  return spec
end

--- Runs raymig to its end. The last argument may be a table: env (false unsets a name), stdin
--- (a text), timeout (seconds, default 60), cwd, uid, gid.
---@return spec.Result
function Project:run(...)
  return refuse_findings(process.run(launch(self, ...)))
end

--- As run, but raises unless the exit code is 0.
---@return spec.Result
function Project:must(...)
  local result = self:run(...)
  if result.code ~= 0 then
    error(("raymig %s: exit code %d\n%s%s"):format(tostring((...)), result.code, result.out,
      result.err), 2)
  end
  return result
end

--- Starts raymig in the background; `stdin = true` leaves its input open for child:write.
---@return spec.Child
function Project:start(...)
  local child = process.start(launch(self, ...))
  local wait = child.wait
  function child.wait(self_, timeout) return refuse_findings(wait(self_, timeout)) end
  return child
end

-- ---------------------------------------------------------------- the end

-- Servers that raymig started here and left running, as it does with `dev start`.
local function kill_servers(root)
  local found = process.run { "find", root, "-name", "postmaster.pid" }
  for path in found.out:gmatch "[^\n]+" do
    local file = io.open(path)
    local pid = file and tonumber(file:read "l")
    if file then file:close() end
    if pid and process.kill(pid, "QUIT") then
      pcall(process.eventually, function() return not process.exists(pid) end, "a server", 5)
    end
  end
end

--- Kills the servers that the project started and removes its files.
function Project:remove()
  if not self.root then return end
  kill_servers(self.root)
  process.remove_folder(self.root)
  self.root = nil
end

--- Removes every project of this spec file; spec/support/helper.lua calls it.
function M.remove_all()
  for _, project in ipairs(projects) do
    if os.getenv "RAYMIG_KEEP" then
      io.stderr:write("kept: ", project.root or "", "\n")
    else
      project:remove()
    end
  end
  projects = {}
end

return M
