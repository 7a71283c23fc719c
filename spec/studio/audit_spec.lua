--- .raymig/studio/audit.log: a line of each thing that the studio wrote, and none of the data.

local json = require "cjson.safe"
local lfs = require "lfs"
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local studio = require "spec.support.studio"

local LOG = ".raymig/studio/audit.log"

describe("what the studio wrote", function()
  local db, p, it_runs, oid

  before_each(function()
    db = pg.create_database()
    db:exec [[
      create table users (id int primary key, mail text unique, note text);
      insert into users values (1, 'a@example.org', 'secret-old'), (2, 'b@example.org', '');
    ]]
    oid = tonumber(db:value "select 'users'::regclass::oid")
    p = project.new({ ["raymig.lua"] = "return {}" }, { database = db })
    it_runs = studio.start(p)
  end)

  after_each(function()
    studio.stop_all()
    p:remove()
    db:drop()
  end)

  local function lines()
    local found = {}
    for line in (p:read(LOG) or ""):gmatch "[^\n]+" do
      found[#found + 1] = assert(json.decode(line), line)
    end
    return found
  end

  local function last()
    local found = lines()
    return found[#found]
  end

  it("is noted of changed rows: which, and which columns, not what is in them", function()
    local key = it_runs:ask("/api/rows", { oid = oid, limit = 1 }).keys[1]
    local changes = {
      { oid = oid, op = "update", key = key, old = { ["3"] = "secret-old" },
        set = { ["3"] = "secret-new" } },
      { oid = oid, op = "insert", set = { ["1"] = "7", ["2"] = "secret@example.org" } },
    }
    it_runs:ask("/api/changes", { changes = changes, commit = false })
    assert.same({}, lines())
    it_runs:ask("/api/changes", { changes = changes, commit = true })
    local line = last()
    assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$", line.at)
    assert.equal(db:value "select current_user", line.role)
    assert.equal(db.name, line.database)
    assert.equal("changes", line.what)
    assert.is_true(line.ok)
    assert.equal(2, line.count)
    assert.same({ { op = "update", table = "public.users", key = { "1" }, columns = { "note" } },
      { op = "insert", table = "public.users", key = { "7" }, columns = { "id", "mail" } } },
      line.changes)
    assert.is_nil(p:read(LOG):find "secret")
    assert.equal("rw-------", lfs.attributes(p.path .. "/" .. LOG, "permissions"))

    -- what came to nothing is noted as well
    local got = it_runs:post("/api/changes", { commit = true, changes = { { oid = oid,
      op = "delete", key = key, old = { ["3"] = "secret-old" } } } })
    assert.equal(409, got.status, got.body)
    assert.is_false(last().ok)
    got = it_runs:post("/api/changes", { commit = true, changes = { { oid = oid, op = "insert",
      set = { ["1"] = "8", ["2"] = "secret@example.org" } } } })
    assert.equal(422, got.status, got.body)
    assert.same({ false, "23505" }, { last().ok, last().sqlstate })
    assert.is_nil(p:read(LOG):find "secret")
  end)

  it("is noted of SQL: its text without passwords, what was done, how the transaction stood",
    function()
      it_runs:ask("/api/query", { session = "a", sql = "create role audited password 'hush-hush'; "
        .. "update users set note = 'x'; select 1/0; select 2" })
      local line = last()
      assert.same({ "sql", "a", "idle", false, "22012" },
        { line.what, line.session, line.transaction, line.ok, line.sqlstate })
      assert.same({ "CREATE ROLE", "UPDATE 2" }, line.done)
      assert.matches("^create role audited password '%*+'; update", line.sql)
      assert.is_nil(p:read(LOG):find "hush")
      db:exec "drop role audited"

      it_runs:ask("/api/query", { session = "a", mode = "transaction", sql = "delete from users" })
      assert.same({ "open", true }, { last().transaction, last().ok })
      it_runs:ask("/api/transaction", { session = "a", ["do"] = "rollback" })
      assert.same({ "rollback", "a" }, { last().what, last().session })
      it_runs:ask("/api/query", { session = "a", mode = "transaction", sql = "delete from users" })
      it_runs:ask("/api/transaction", { session = "a", ["do"] = "commit" })
      assert.equal("commit", last().what)
      assert.equal("0", db:value "select count(*) from users")

      it_runs:ask("/api/query", { session = "a", sql = "select '" .. ("ä"):rep(9000) .. "'" })
      assert.is_true(#last().sql <= 4000)
      assert.equal(18009, last().sql_bytes)
    end)

  it("is noted of imports, and of runs of migrations", function()
    local got = it_runs:post(("/api/import?oid=%d&format=csv&mode=run&header=0"):format(oid),
      "8,secret-8,x\n9,secret-9,y\n", { headers = { ["Content-Type"] = "text/csv" } })
    assert.equal(200, got.status, got.body)
    local line = last()
    assert.same({ "import", "public.users", "csv", 2 }, { line.what, line.table, line.format,
      line.rows })
    p:must("new", "more", "--sql")
    p:write("migrations/0001_more.sql", "CREATE TABLE more (id int);\n")
    local shown = it_runs:ask("/api/plan", { ["do"] = "up" })
    it_runs:ask("/api/run", { ["do"] = "up", plan = shown.plan })
    line = last()
    assert.same({ "up", true, 1, { "0001_more" } }, { line.what, line.ok, line.applied,
      line.planned })
    assert.is_nil(p:read(LOG):find "secret")
  end)

  it("is not noted where nothing can be written: with --read-only", function()
    local reading = studio.start(p, "--read-only")
    reading:ask("/api/query", { session = "a", sql = "select 1" })
    assert.same({}, lines())
  end)

  it("takes no more than twice 4 MiB", function()
    it_runs:ask("/api/query", { session = "a", sql = "select 1" })
    p:write(LOG, (("x"):rep(1023) .. "\n"):rep(4096))
    it_runs:ask("/api/query", { session = "a", sql = "select 2" })
    assert.equal(1, #lines())
    assert.equal(4 << 20, lfs.attributes(p.path .. "/" .. LOG .. ".1", "size"))
  end)
end)
