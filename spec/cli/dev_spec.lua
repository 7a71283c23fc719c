-- The embedded server as `raymig dev` shows it: found, made, started, shared, repaired, removed.

local json = require "cjson"
local lfs = require "lfs"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local terminal = require "spec.support.terminal"

local CONFIG = { ["raymig.lua"] = "return { database = \"app\" }\n" }

local used = {}

local function new_project(files)
  local p = project.new(files or CONFIG)
  used[#used + 1] = p
  return p
end

local function status(p, options)
  local found = json.decode(p:must("dev", "status", "--json", options or {}).out)
  found.pid = math.tointeger(found.pid)
  return found
end

local function sql(p, text, options)
  return (p:must("dev", "psql", "-XAtqc", text, options or {}).out:gsub("\n$", ""))
end

local function pid_file(p)
  return status(p).data .. "/postmaster.pid"
end

local function read_file(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function write_file(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function is_root()
  return process.uid() == 0
end

-- A zombie is dead too: nobody has reaped it yet.
local function is_alive(pid)
  local file = io.open(("/proc/%d/stat"):format(pid))
  if not file then return false end
  local state = file:read("a"):match "%) (%a)"
  file:close()
  return state ~= "Z"
end

local function kill_server(p)
  local pid = status(p).pid
  process.kill(pid, "KILL")
  process.eventually(function() return not is_alive(pid) end, "the server's end")
  return pid
end

-- A program that is no server but whose number one could have had; under the server's account.
local function stranger()
  local uid, gid = process.unprivileged()
  return process.start { "sleep", "300", uid = uid, gid = gid }
end

local function fake_programs(p, version, initdb)
  p:write("bin/postgres", ("#!/bin/sh\necho 'postgres (PostgreSQL) %s'\n"):format(version))
  p:write("bin/initdb", "#!/bin/sh\n" .. initdb .. "\n")
  for _, name in ipairs { "postgres", "initdb" } do
    process.chmod(p.path .. "/bin/" .. name, tonumber("755", 8))
  end
  return { RAYMIG_PG_BINDIR = p.path .. "/bin" }
end

describe("raymig dev", function()
  after_each(function()
    for _, p in ipairs(used) do
      p:run("dev", "stop")
      p:remove()
    end
    used = {}
  end)

  describe("start", function()
    it("makes a server and the project's database, and prints where they are", function()
      local p = new_project()
      local result = p:must("dev", "start")
      assert.matches("^postgresql:///app%?host=/%S+&port=5432&user=postgres\n$", result.out)
      assert.matches("PostgreSQL %d+%.%d+ started in %S+, pid %d+", result.err)
      local url = result.out:gsub("\n", "")
      local answer = process.run { pg.program "psql", url, "-XAtc",
        "select current_database(), pg_encoding_to_char(encoding), datcollate in ('C', 'C.UTF-8')"
          .. " from pg_database where datname = current_database()" }
      assert.equal("app|UTF8|t\n", answer.out)
    end)

    it("listens on a socket alone, closed to others, in a folder that git ignores", function()
      local p = new_project()
      p:must("dev", "start")
      assert.equal("|0700|on|off", sql(p, "select current_setting('listen_addresses'),"
        .. " current_setting('unix_socket_permissions'), current_setting('fsync'),"
        .. " current_setting('jit')"))
      assert.equal("rwx------", lfs.attributes(status(p).socket, "permissions"))
      assert.equal("*\n", p:read ".raymig/.gitignore")
    end)

    it("finds the server that runs, and keeps what is in it", function()
      local p = new_project()
      p:must("dev", "start")
      local pid = status(p).pid
      sql(p, "create table kept as select 7 as n")
      assert.matches("running already, pid " .. pid, p:must("dev", "start").err)
      p:must("dev", "stop")
      assert.is_false(status(p).running)
      p:must("dev", "start")
      assert.equal("7", sql(p, "select n from kept"))
    end)

    it("takes less than half a second once the data folder is there", function()
      if os.getenv "MODE" == "asan" then return pending "time is not measured under a sanitizer" end
      local p = new_project()
      local best = math.huge
      p:must("dev", "start")
      for _ = 1, 10 do -- a busy machine is slower now and then, never faster
        p:must("dev", "stop")
        best = math.min(best, p:must("dev", "start").seconds)
        if best < 0.5 then break end
      end
      assert.is_true(best < 0.5, ("%.3f s"):format(best))
    end)

    it("starts one server for ten that ask at once", function()
      local p = new_project()
      local children, urls = {}, {}
      for i = 1, 10 do children[i] = p:start("dev", "start") end
      for _, child in ipairs(children) do
        local result = child:wait()
        assert.equal(0, result.code, result.err)
        urls[result.out] = true
      end
      assert.is_nil(next(urls, next(urls)))
      local log = p:must("dev", "logs").out
      assert.equal(1, select(2, log:gsub("ready to accept connections", "")))
    end)

    it("ends a pipe that it was started in", function()
      local p = new_project()
      local result = process.run { "sh", "-c", '"$0" dev start | cat', project.binary(),
        cwd = p.path, env = p.env, timeout = 30 }
      assert.is_nil(result.timed_out)
      assert.matches("^postgresql:", result.out)
      assert.is_true(status(p).running)
    end)

    it("leaves the server a session and a process of its own", function()
      local p = new_project()
      p:must("dev", "start")
      local pid = status(p).pid
      local stat = read_file(("/proc/%d/stat"):format(pid))
      local parent, group, session, tty = stat:match "%) %a (%d+) (%d+) (%d+) (%-?%d+)"
      assert.not_equal(tostring(process.pid()), parent)
      assert.same({ tostring(pid), tostring(pid), "0" }, { group, session, tty })
    end)

    it("is not misled by the environment that libpq and the server read", function()
      local p = new_project()
      local env = { PGPORT = "1", PGHOST = "/nowhere", PGHOSTADDR = "192.0.2.1", PGUSER = "nobody",
        PGDATA = "/nowhere", PGSERVICE = "nowhere" }
      p:must("dev", "start", { env = env })
      assert.equal("app|postgres", sql(p, "select current_database(), current_user",
        { env = env }))
    end)

    it("creates the database again when it was dropped or renamed", function()
      local p = new_project()
      p:must("dev", "start")
      local url = status(p).url:gsub("/app", "/postgres")
      for _, change in ipairs { "drop database app", "alter database app rename to other" } do
        assert.equal(0, process.run({ pg.program "psql", url, "-Xqc", change }).code)
        p:must("dev", "start")
        assert.equal("app", sql(p, "select current_database()"))
      end
    end)

    it("uses the state folder where there is no config", function()
      local p = new_project {}
      p:must("dev", "start")
      assert.is_false(p:exists ".raymig")
      assert.equal(1, status(p).data:find(p.home .. "/state/raymig/", 1, true))
    end)
  end)

  describe("in places with difficult names", function()
    local function start_in(folder)
      local p = new_project {}
      p:write(folder .. "/raymig.lua", CONFIG["raymig.lua"])
      local options = { cwd = p.path .. "/" .. folder }
      p:must("dev", "start", options)
      assert.equal("app", sql(p, "select current_database()", options))
      local found = status(p, options)
      found.permissions = lfs.attributes(found.socket, "permissions")
      p:must("dev", "reset", "--yes", { cwd = options.cwd })
      return found, options.cwd
    end

    it("passes blanks, quotes, percent signs and other alphabets on", function()
      local found, folder = start_in "a b ü 'q\" %41&c?#"
      assert.equal(folder .. "/.raymig/pg", found.socket)
    end)

    it("moves the socket where its path would be too long", function()
      local found, folder = start_in(("d"):rep(90) .. "/" .. ("e"):rep(90))
      assert.equal(folder .. "/.raymig/pg/data", found.data)
      assert.matches("^/tmp/raymig%-%d+%-%x+$", found.socket)
      assert.equal("rwx------", found.permissions)
      assert.is_nil(lfs.attributes(found.socket)) -- reset removes it
    end)

    it("moves the socket where libpq would read its path as a list", function()
      assert.matches("^/tmp/raymig%-", start_in("a,b").socket)
    end)
  end)

  describe("after an accident", function()
    it("recovers from a server that was killed", function()
      local p = new_project()
      p:must("dev", "start")
      sql(p, "create table kept as select 7 as n")
      kill_server(p)
      assert.is_false(status(p).running)
      p:must("dev", "start")
      assert.equal("7", sql(p, "select n from kept"))
    end)

    it("recovers while a busy backend of the killed server lives on", function()
      local p = new_project()
      p:must("dev", "start")
      local count = "select count(*) from generate_series(1, 1000000000)"
      local busy = p:start("dev", "psql", "-c", count)
      process.eventually(function()
        return sql(p, "select count(*) from pg_stat_activity where query like '%1000000000%'"
          .. " and pid <> pg_backend_pid()") == "1"
      end, "a busy backend")
      kill_server(p)
      p:must("dev", "start")
      assert.equal("app", sql(p, "select current_database()"))
      busy:kill "KILL"
      busy:wait()
    end)

    it("does not take a stranger for its server", function()
      local p = new_project()
      p:must("dev", "start")
      local path, socket = pid_file(p), status(p).socket
      kill_server(p)
      local other = stranger()
      for _, file in ipairs { path, socket .. "/.s.PGSQL.5432.lock" } do
        write_file(file, (read_file(file):gsub("^%d+", tostring(other.pid))))
      end
      assert.is_false(status(p).running)
      p:must("dev", "stop")
      assert.is_true(other:alive())
      p:must("dev", "start")
      assert.equal("app", sql(p, "select current_database()"))
      assert.is_true(other:alive())
      other:kill "KILL"
      other:wait()
    end)

    it("starts afresh where its folder was deleted under a running server", function()
      local p = new_project()
      p:must("dev", "start")
      local old = status(p).pid
      process.run { "rm", "-rf", p.path .. "/.raymig" }
      p:must("dev", "start")
      assert.not_equal(old, status(p).pid)
      process.eventually(function() return not is_alive(old) end, "its end", 5)
      assert.equal("app", sql(p, "select current_database()"))
    end)

    it("starts again where only the socket was deleted", function()
      local p = new_project()
      p:must("dev", "start")
      assert(os.remove(status(p).socket .. "/.s.PGSQL.5432"))
      p:must("dev", "start")
      assert.equal("app", sql(p, "select current_database()"))
    end)

    it("tells a copy from the original", function()
      local p = new_project()
      p:must("dev", "start")
      p:write("copy/raymig.lua", CONFIG["raymig.lua"])
      process.run { "cp", "-a", p.path .. "/.raymig", p.path .. "/copy/" }
      local options = { cwd = p.path .. "/copy" }
      assert.is_false(status(p, options).running)
      assert.is_true(status(p).running)
    end)

    local function kill_while_it_starts(rounds)
      local p = new_project()
      math.randomseed(4)
      for i = 1, rounds do
        if i % 4 == 0 then p:must("dev", "reset", "--yes") end
        local child = p:start("dev", "start")
        process.sleep(math.random() * 0.6)
        child:kill_group "KILL" -- raymig alone: what it started is in groups of their own
        child:wait()
        if i % 2 == 0 then
          p:must("dev", "start")
          assert.equal("app", sql(p, "select current_database()"))
        end
      end
      p:must("dev", "stop")
      for name in lfs.dir(p.path .. "/.raymig/pg") do
        assert.is_nil(name:match "^data%.")
      end
    end

    it("is not harmed by a starter that is killed", function()
      kill_while_it_starts(8)
    end)

    it("is not harmed by a hundred starters that are killed #long", function()
      kill_while_it_starts(100)
    end)

    it("leaves nothing half made behind after Ctrl-C", function()
      local p = new_project()
      local child = p:start("dev", "start")
      process.eventually(function()
        return p:exists ".raymig/pg/lock" and process.run({ "sh", "-c",
          "ls -d " .. p.path .. "/.raymig/pg/data.tmp.*" }).code == 0
      end, "initdb")
      child:kill "INT"
      assert.equal(130, child:wait().code)
      assert.is_nil(process.run({ "ls", p.path .. "/.raymig/pg" }).out:match "data")
      p:must("dev", "start")
    end)
  end)

  describe("accounts", function()
    it("run the server unprivileged, also when root starts it", function()
      local p = new_project()
      p:must("dev", "start")
      local uid = lfs.attributes(("/proc/%d"):format(status(p).pid), "uid")
      assert.not_equal(0, uid)
      assert.equal(lfs.attributes(status(p).data, "uid"), uid)
    end)

    it("that did not make the server are turned away", function()
      if not is_root() then return pending "needs root" end
      local p = new_project()
      p:must("dev", "start")
      local uid, gid = process.account "nobody"
      local result = p:run("dev", "psql", "-c", "select 1", { uid = uid, gid = gid })
      assert.equal(5, result.code)
      assert.matches("belongs to account", result.err)
      local direct = process.run { pg.program "psql", status(p).url, "-Xc", "select 1",
        uid = uid, gid = gid }
      assert.matches("Permission denied", direct.err)
    end)

    it("keep their own server when root comes by", function()
      if not is_root() then return pending "needs root" end
      local p = new_project()
      local uid, gid = process.account "nobody"
      process.chown(p.path, uid, gid)
      p:must("dev", "start", { uid = uid, gid = gid })
      assert.equal("nobody", status(p).account)
      p:must("dev", "stop")
      p:must("dev", "start")
      assert.equal("app", sql(p, "select current_database()", { uid = uid, gid = gid }))
      assert.equal("app", sql(p, "select current_database()"))
    end)

    it("that cannot enter the project get another place, and it is said", function()
      if not is_root() then return pending "needs root" end
      local p = new_project()
      process.chmod(p.root, tonumber("700", 8))
      finally(function()
        local home = status(p).data:match "^(/.+/raymig[/-].+)/data$"
        p:run("dev", "reset", "--yes")
        os.remove(home .. "/lock")
        lfs.rmdir(home)
      end)
      local result = p:must("dev", "start")
      assert.matches('warning: account .- cannot enter ".-/%.raymig": the data is in', result.err)
      local found = status(p)
      assert.is_true(found.relocated)
      assert.is_nil(found.data:find(p.root, 1, true))
      assert.equal("app", sql(p, "select current_database()"))
      p:must("dev", "reset", "--yes")
      assert.equal("link", lfs.symlinkattributes(p.path .. "/.raymig/pg", "mode"))
      assert.is_nil(lfs.attributes(found.data))
    end)
  end)

  describe("what it cannot do", function()
    it("is said where no server is installed", function()
      local p = new_project()
      local result = p:run("dev", "start", { env = { RAYMIG_PG_BINDIR = "/nonexistent" } })
      assert.equal(5, result.code)
      assert.matches('no PostgreSQL server in "/nonexistent"', result.err)
      assert.matches("RAYMIG_PG_BINDIR must be", result.err)
    end)

    it("is said of a version that is not supported", function()
      local p = new_project()
      local result = p:run("dev", "start", { env = fake_programs(p, "12.4", "exit 1") })
      assert.equal(5, result.code)
      assert.matches("holds PostgreSQL 12%.4, which is not one of versions 13 to 18", result.err)
    end)

    it("is said in initdb's own words", function()
      local p = new_project()
      local env = fake_programs(p, "15.1", "echo 'initdb: error: the dog ate it' >&2; exit 1")
      local result = p:run("dev", "start", { env = env })
      assert.equal(5, result.code)
      assert.matches("initdb could not make the data folder", result.err)
      assert.matches("the dog ate it", result.err)
    end)

    it("is said of data of another major version", function()
      local p = new_project()
      p:must("dev", "start")
      p:must("dev", "stop")
      write_file(status(p).data .. "/PG_VERSION", "13\n")
      local result = p:run("dev", "start", { env = { RAYMIG_PG_BINDIR = pg.bindir() } })
      assert.equal(5, result.code)
      assert.matches("but the data in .- is of version 13", result.err)
      assert.matches("raymig dev reset", result.err)
    end)

    it("is said in the server's own words", function()
      local p = new_project()
      p:must("dev", "start")
      p:must("dev", "stop")
      local conf = status(p).data .. "/postgresql.conf"
      write_file(conf, read_file(conf) .. "max_connections = banana\n")
      local result = p:run("dev", "start")
      assert.equal(5, result.code)
      assert.matches("the embedded server did not start", result.err)
      assert.matches("banana", result.err)
    end)

    it("is said of names and options", function()
      local p = new_project()
      for _, case in ipairs {
        { { "dev" }, "dev needs an argument" },
        { { "dev", "strat" }, 'Did you mean "raymig dev start"%?' },
        { { "dev", "stop", "now" }, 'dev stop takes no argument, but got "now"' },
        { { "dev", "stop", "-f" }, "dev stop has no option %-%-follow" },
        { { "dev", "status", "--url", "postgresql:///x" }, "dev has no use for %-%-url" },
      } do
        local result = p:run(table.unpack(case[1]))
        assert.equal(2, result.code)
        assert.matches(case[2], result.err)
      end
      assert.is_false(p:exists ".raymig")
    end)
  end)

  describe("status", function()
    it("changes nothing", function()
      local p = new_project()
      assert.matches("state%s+not made yet", p:must("dev", "status").out)
      local found = status(p)
      assert.is_false(found.initialised or found.running)
      assert.is_nil(found.pid)
      assert.is_false(p:exists ".raymig")
    end)

    it("names the process, the version and the folders", function()
      local p = new_project()
      p:must("dev", "start")
      local found = status(p)
      assert.is_true(found.ok and found.running and found.initialised)
      assert.equal(found.version, sql(p, "show server_version"):match "^%S+")
      assert.equal(found.data, sql(p, "show data_directory"))
      assert.equal(tostring(found.pid), read_file(found.data .. "/postmaster.pid"):match "^%d+")
      assert.matches("state%s+running, pid " .. found.pid, p:must("dev", "status").out)
    end)
  end)

  describe("stop", function()
    it("ends the server, and says so when there was none", function()
      local p = new_project()
      assert.matches("was not running", p:must("dev", "stop").err)
      p:must("dev", "start")
      local pid = status(p).pid
      assert.is_true(json.decode(p:must("dev", "stop", "--json").out).stopped)
      -- It has shut down by then; the kernel may take a moment to take the process away.
      process.eventually(function() return not is_alive(pid) end, "the server's end", 5)
      assert.is_false(json.decode(p:must("dev", "stop", "--json").out).stopped)
    end)
  end)

  describe("url and psql", function()
    it("start the server", function()
      local p = new_project()
      local url = p:must("dev", "url").out:gsub("\n", "")
      assert.equal(url, status(p).url)
      assert.equal(url, json.decode(p:must("dev", "url", "--json").out).url)
      assert.is_true(status(p).running)
    end)

    it("hand psql its arguments, its input and its exit code", function()
      local p = new_project()
      assert.equal("3\n", p:must("dev", "psql", "-XAt", { stdin = "select 1 + 2" }).out)
      p:write("two words.sql", "select 'from a file'")
      assert.equal("from a file\n", p:must("dev", "psql", "-XAtf", "two words.sql").out)
      assert.equal(3, p:run("dev", "psql", "-X", "-v", "ON_ERROR_STOP=1", "-f", "-",
        { stdin = "select 1/0" }).code)
    end)

    it("hand psql all that follows, also what raymig or no shell would understand", function()
      local p = new_project()
      local function psql(...) return p:must("dev", "psql", ...).out end
      assert.truthy(psql("--help"):find("psql is the PostgreSQL interactive terminal", 1, true))
      assert.truthy(psql("--version"):find("^psql %(PostgreSQL%)"))
      -- -c, -f and -q are options of raymig too; several -c run in order.
      assert.equal("1\n2\n", psql("-XAtq", "-c", "select 1", "-c", "select 2"))
      assert.equal("3\n", psql("-X", "--set=n=3", "--tuples-only", "-A", "-f", "-",
        { stdin = "select :n" }))
      -- A -- in front of them, which other programs ask for, changes nothing.
      assert.equal("4\n", psql("--", "-XAtc", "select 4"))
      local wrong = p:run("dev", "psql", "--json")
      assert.truthy(wrong.err:find("psql: unrecognized option '--json'", 1, true), wrong.err)
      -- What stands before it is raymig's.
      assert.equal(2, p:run("dev", "--no-such", "psql").code)
      assert.equal("5\n", p:must("--color=never", "dev", "-q", "psql", "-XAtc", "select 5").out)
    end)

    it("open psql on a terminal", function()
      local p = new_project()
      p:must("dev", "start")
      local t = terminal.project(p, "dev", "psql", "-X")
      t:wait_for "app=#"
      t:send("\\q", "Enter")
      assert.equal(0, t:wait())
      t:close()
    end)
  end)

  describe("reset", function()
    it("needs a word where nobody can be asked", function()
      local p = new_project()
      p:must("dev", "start")
      sql(p, "create table kept ()")
      local result = p:run("dev", "reset")
      assert.equal(4, result.code)
      assert.matches("%-%-yes", result.err)
      assert.equal("1", sql(p, "select count(*) from pg_tables where tablename = 'kept'"))
    end)

    it("removes the data, and the next start begins afresh", function()
      local p = new_project()
      p:must("dev", "start")
      local found = status(p)
      sql(p, "create table gone ()")
      p:must("dev", "reset", "--yes")
      assert.is_nil(lfs.attributes(found.data))
      process.eventually(function() return not is_alive(found.pid) end, "its end", 5)
      p:must("dev", "start")
      assert.equal("0", sql(p, "select count(*) from pg_tables where tablename = 'gone'"))
    end)

    it("asks on a terminal, and no is no", function()
      local p = new_project()
      p:must("dev", "start")
      local t = terminal.project(p, "dev", "reset")
      t:wait_for "Remove all databases in .-%[y/N%]"
      t:send("n", "Enter")
      assert.equal(4, t:wait())
      t:close()
      assert.is_true(status(p).running)
    end)
  end)

  describe("logs", function()
    it("prints the last lines", function()
      local p = new_project()
      assert.equal("", p:must("dev", "logs").out)
      p:must("dev", "start")
      p:run("dev", "psql", "-c", "select 1/0")
      local last = p:must("dev", "logs", "-n", "2").out
      assert.matches("postgres@app ERROR:  division by zero\n.*STATEMENT:  select 1/0\n$", last)
      assert.equal(2, select(2, last:gsub("\n", "")))
      assert.matches("division by zero", json.decode(p:must("dev", "logs", "--json").out).text)
    end)

    it("follows what is added until it is interrupted", function()
      local p = new_project()
      p:must("dev", "start")
      local child = p:start("dev", "logs", "--follow", "-n", "1")
      assert.truthy(child:wait_for "ready to accept connections")
      p:run("dev", "psql", "-c", "select 1/0")
      assert.truthy(child:wait_for "division by zero")
      child:kill "INT"
      assert.equal(130, child:wait().code)
    end)

    it("are begun anew when they have grown large", function()
      local p = new_project()
      p:must("dev", "start")
      p:must("dev", "stop")
      local log = status(p).log
      write_file(log, ("x"):rep(6 << 20))
      p:must("dev", "start")
      assert.is_true(lfs.attributes(log, "size") < 10000)
    end)
  end)
end)
