local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local terminal = require "spec.support.terminal"

describe("spec support", function()
  it("runs under Lua 5.4", function()
    assert.equal("Lua 5.4", _VERSION)
  end)

  describe("process", function()
    it("keeps standard output and standard error apart and reports the exit code", function()
      local result = process.run { "sh", "-c", "cat; echo no >&2; exit 7", stdin = "yes" }
      assert.same({ 7, "yes", "no\n" }, { result.code, result.out, result.err })
    end)

    it("reports signals as 128 + signal and kills at the timeout", function()
      local child = process.start { "sleep", "60" }
      child:kill "INT"
      assert.equal(130, child:wait().code)
      assert.is_true(process.run({ "sleep", "60", timeout = 0.1 }).timed_out)
    end)

    it("does not wait for a daemon that holds the pipes", function()
      assert.is_true(process.run({ "sh", "-c", "sleep 5 & exit 0" }).seconds < 2)
    end)
  end)

  describe("pg", function()
    it("gives every caller an empty database of its own", function()
      local one, two = pg.create_database(), pg.create_database()
      one:exec "create table t (a int, b text); insert into t values (1, null), (2, E'x\\ny')"
      local rows = one:query "select a, b from t order by a"
      assert.same({ "1", nil, "x\ny", "2" }, { rows[1].a, rows[1].b, rows[2].b, rows[2][1] })
      assert.is_nil((two:try "select * from t"))
      assert.equal("2", one:value "select count(*) from t")
    end)

    it("holds a lock in an open session", function()
      local db = pg.create_database()
      db:exec "create table t ()"
      local session = db:session()
      session:run "begin; lock table t;"
      local _, err = db:try "set lock_timeout = '20ms'; select from t"
      session:close()
      assert.matches("lock timeout", err)
    end)

    it("starts servers with settings and passwords of their own", function()
      local server = pg.conf { max_connections = 17, hba = "local all all scram-sha-256\n" }
      local result = process.run { pg.program "psql", server:url("postgres", { password = "x" }),
        "-c", "select 1" }
      assert.matches("password authentication failed", result.err)
      server:stop()
    end)

    it("starts a standby and a pooler", function()
      local primary = pg.conf()
      local db = primary:create_database()
      db:exec "create table t (a int); insert into t values (1)"
      local standby = pg.standby(primary)
      standby:catch_up()
      assert.equal("1", standby:database(db.name):value "select a from t")
      assert.matches("read%-only", select(2, standby:database(db.name):try "create table u ()"))

      local pooler = pg.pgbouncer { server = primary }
      assert.equal("1", pooler:database(db.name):value "select a from t")
      pooler:stop()
      standby:stop()
      primary:stop()
    end)
  end)

  describe("project", function()
    it("writes, lists, reads and removes files", function()
      local p = project.new { ["a/b.sql"] = "select 1;", ["c.lua"] = "" }
      assert.same({ "a/b.sql", "c.lua" }, p:files())
      assert.equal("select 1;", p:read "a/b.sql")
      p:delete "c.lua"
      assert.is_false(p:exists "c.lua")
      p:remove()
    end)

    it("runs raymig in a bare environment", function()
      local p = project.new({}, { env = { NO_COLOR = "1" } })
      assert.is_nil(p.env.DATABASE_URL)
      assert.equal(0, p:run("version").code)
    end)
  end)

  describe("terminal", function()
    it("types into a program and reads its screen and exit code", function()
      local t = terminal.start { "sh", "-c", "test -t 0 && read -r x && echo got $x; exit 3" }
      t:type "hello"
      t:send "Enter"
      t:wait_for "got hello"
      assert.equal(3, t:wait())
      t:close()
    end)

    it("interrupts a program with C-c", function()
      local t = terminal.start { "sh", "-c", "echo ready; sleep 60" }
      t:wait_for "ready"
      t:send "C-c"
      assert.equal(130, t:wait())
      t:close()
    end)
  end)
end)
