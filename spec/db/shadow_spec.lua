-- The throwaway server of a shadow never outlives its maker, however that ends; many at once; other
-- accounts.
-- build/MODE/spec/c/run_shadow is a program that has a shadow and waits.

local lfs = require "lfs"
local pg = require "spec.support.pg"
local process = require "spec.support.process"

local PROGRAM = ("build/%s/spec/c/run_shadow"):format(os.getenv "MODE" or "release")

-- A disk that others keep busy would make it a test of the disk.
local MEMORY = lfs.attributes("/dev/shm", "mode") == "directory" and "/dev/shm" or nil
local PATIENCE = 60

local root, cache, tmp

-- What is in a folder, apart from "." and "..".
local function entries(folder)
  local names = {}
  for name in lfs.dir(folder) do
    if name ~= "." and name ~= ".." then names[#names + 1] = name end
  end
  return names
end

-- The processes whose working directory is below the temporary folder: servers.
local function servers()
  local pids = {}
  for name in lfs.dir "/proc" do
    local cwd = name:find "^%d+$" and lfs.symlinkattributes("/proc/" .. name .. "/cwd", "target")
    if cwd and cwd:find(tmp, 1, true) == 1 then pids[#pids + 1] = math.tointeger(tonumber(name)) end
  end
  return pids
end

local function start(options)
  options = options or {}
  local env = process.environ()
  env.TMPDIR = tmp
  return process.start { PROGRAM, options.cache or cache, options.url, env = env, stdin = true,
    uid = options.uid, gid = options.gid }
end

local function up(child)
  local socket = child:wait_for("up (%S+) %S+\n", PATIENCE)
  if not socket then error("no shadow: " .. child:wait(PATIENCE).err, 2) end
  return child, socket
end

local function stop(child)
  child:close_stdin()
  local result = child:wait(PATIENCE)
  assert.equal("closed", result.out:match "%S+\n$":gsub("\n", ""), result.err)
  assert.equal(0, result.code)
end

local function parent_of(pid)
  local file = assert(io.open(("/proc/%d/stat"):format(pid)))
  local text = file:read "a"
  file:close()
  return math.tointeger(tonumber(text:match "%) %a (%d+)"))
end

-- The server's postmaster, which says so itself.
local function postmaster(home)
  local file = assert(io.open(home .. "/data/postmaster.pid"))
  local pid = math.tointeger(tonumber(file:read "l"))
  file:close()
  return pid
end

local function nothing_left()
  return #entries(tmp) == 0 and #servers() == 0
end

describe("the shadow's server", function()
  before_each(function()
    root = process.temp_folder("shadow", MEMORY)
    cache, tmp = root .. "/cache", root .. "/tmp"
    assert(lfs.mkdir(tmp))
    process.chmod(root, tonumber("755", 8))
    process.chmod(tmp, tonumber("1777", 8))
  end)

  after_each(function()
    for _, pid in ipairs(servers()) do process.kill(pid, "KILL") end
    process.remove_folder(root)
  end)

  it("is gone, with its files, when it is closed", function()
    local child = up(start())
    assert.equal(1, #entries(tmp))
    stop(child)
    assert.is_true(nothing_left())
  end)

  it("is gone when its maker is killed", function()
    local child = up(start())
    child:kill "KILL"
    child:wait()
    process.eventually(nothing_left, "the server's end")
  end)

  for _, signal in ipairs { "INT", "TERM" } do
    it("is gone after SIG" .. signal, function()
      local child = up(start())
      child:kill(signal)
      assert.equal(130, child:wait(PATIENCE).code)
      assert.is_true(nothing_left())
    end)
  end

  it("leaves nothing behind, at whatever moment a signal comes", function()
    stop(up(start())) -- fills the cache
    for _, signal in ipairs { "INT", "KILL", "TERM" } do
      for ms = 0, 140, 14 do
        local child = start()
        process.sleep(ms / 1000)
        child:kill(signal)
        local result = child:wait(PATIENCE)
        -- A signal may come before there is a handler.
        assert.is_true(result.code == 130 or result.signal == process.SIGNALS[signal], result.err)
        process.eventually(nothing_left, ("the end after SIG%s at %d ms"):format(signal, ms))
      end
    end
  end)

  it("leaves nothing behind when it is interrupted while initdb runs", function()
    for _, signal in ipairs { "INT", "KILL" } do
      local child = start { cache = root .. "/cold" }
      process.eventually(function() return #servers() > 0 or #entries(tmp) > 0 end, "initdb")
      process.sleep(0.15)
      child:kill(signal)
      child:wait(PATIENCE)
      process.eventually(nothing_left, "the end after SIG" .. signal)
      assert.is_nil(process.run({ "sh", "-c", "ls " .. root .. "/cold/*.pack" }).out:match "%S")
    end
  end)

  it("is gone when its keeper is killed, and the next one removes its files", function()
    local child, home = up(start())
    local pid = postmaster(home)
    process.kill(parent_of(pid), "KILL")
    process.eventually(function() return #servers() == 0 end, "the server's end")
    assert.same({ home:match "[^/]+$" }, entries(tmp))
    local other = up(start())
    process.eventually(function() return #entries(tmp) == 1 end, "the files to be removed")
    assert.not_same({ home:match "[^/]+$" }, entries(tmp))
    stop(other)
    child:close_stdin()
    child:wait(PATIENCE)
    assert.is_true(nothing_left())
  end)

  it("is ended by the next one where it outlived its keeper", function()
    local child, home = up(start())
    local pid = postmaster(home)
    process.kill(pid, "STOP") -- so that it does not get the signal
    process.kill(parent_of(pid), "KILL")
    child:kill "KILL"
    child:wait(PATIENCE)
    process.kill(pid, "CONT")
    stop(up(start()))
    process.eventually(nothing_left, "the end of both")
  end)

  it("does not touch what is alive, or not its own", function()
    local child, home = up(start())
    lfs.mkdir(tmp .. "/raymig-shadow-foreign")
    lfs.mkdir(tmp .. "/other")
    process.chown(tmp .. "/raymig-shadow-foreign", 4321, 4321)
    stop(up(start()))
    assert.equal("directory", lfs.attributes(home, "mode"))
    assert.equal("directory", lfs.attributes(tmp .. "/other", "mode"))
    local kept = process.uid() == 0 and "directory" or nil
    assert.equal(kept, lfs.attributes(tmp .. "/raymig-shadow-foreign", "mode"))
    stop(child)
  end)

  it("starts ten times at once, with one cluster made", function()
    local children = {}
    for i = 1, 10 do children[i] = start() end
    for _, child in ipairs(children) do up(child) end
    assert.equal(10, #entries(tmp))
    local packs = process.run { "sh", "-c", "ls " .. cache .. "/*.pack " .. cache .. "/*.tmp" }
    assert.equal(1, select(2, packs.out:gsub("\n", "\n")), packs.out)
    for _, child in ipairs(children) do child:close_stdin() end
    for _, child in ipairs(children) do assert.equal(0, child:wait(PATIENCE).code) end
    assert.is_true(nothing_left())
  end)

  it("runs as an account without rights, from root and from that account", function()
    if process.uid() ~= 0 then return pending "needs root" end
    local uid, gid, name = process.unprivileged()
    local function owner_of(home)
      return (process.run { "stat", "-c", "%U", home }.out:gsub("\n", ""))
    end
    local child, home = up(start())
    assert.equal(name, owner_of(home))
    stop(child)
    child, home = up(start { uid = uid, gid = gid, cache = tmp .. "/cache" })
    assert.equal(name, owner_of(home))
    stop(child)
    uid, gid = process.account "nobody"
    child, home = up(start { uid = uid, gid = gid, cache = tmp .. "/cache2" })
    assert.equal("nobody", owner_of(home))
    stop(child)
  end)

  it("leaves its databases on a named server to the next one, where it is killed", function()
    local server = pg.conf {}
    local function made()
      return process.run { pg.program "psql", server:url(), "-XAtc",
        "select count(*) from pg_database where datname like 'raymig%'" }.out
    end
    local child = up(start { url = server:url() })
    assert.equal("1\n", made())
    child:kill "KILL"
    child:wait()
    child = up(start { url = server:url() })
    process.eventually(function() return made() == "1\n" end, "the dead one's to be dropped")
    child:kill "INT"
    assert.equal(130, child:wait(PATIENCE).code)
    assert.equal("0\n", made())
  end)
end)
