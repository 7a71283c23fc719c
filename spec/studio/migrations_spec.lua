--- GET /api/migrations, /api/migrations/TAG; POST /api/plan, /api/run, /api/diff, /api/drift.

local json = require "cjson.safe"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local studio = require "spec.support.studio"

local FILES = {
  ["raymig.lua"] = [[
return { schema = "schema.lua" }
]],
  ["schema.lua"] = [[
local pg = require "raymig.schema"
pg.table "users" { pg.bigint "id" :primary_key(), pg.text "email" }
]],
}

local function lines(text)
  local found = {}
  for line in text:gmatch "[^\n]+" do found[#found + 1] = assert(json.decode(line), line) end
  return found
end

describe("the migrations of a project", function()
  local db, p, it_runs

  before_each(function()
    db = pg.create_database()
    p = project.new({}, { database = db })
    p:must("new", "users")
    p:write("migrations/0001_users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, email text);\n"
      .. "INSERT INTO users VALUES (1, '<script>');\n")
    p:write("migrations/0001_users.down.sql", "DROP TABLE users;\n")
    p:delete "migrations/0001_users.down.lua"
    p:must("new", "name")
    p:write("migrations/0002_name.sql", "ALTER TABLE users ADD name text;\n"
      .. "DO $$ BEGIN RAISE WARNING 'look <b>'; END $$;\n")
    p:write("migrations/0002_name.down.lua",
      "return function(db) db:exec('ALTER TABLE users DROP name') end\n")
    it_runs = studio.start(p)
  end)

  after_each(function()
    studio.stop_all()
    p:remove()
    db:drop()
  end)

  local function get(path)
    local reply = it_runs:get(path)
    assert.equal(200, reply.status, reply.body)
    return reply.json
  end

  local function plan(body) return it_runs:ask("/api/plan", body) end

  -- The lines of a run, and its last.
  local function run(body, shown)
    local all = { plan = shown.plan, confirm = shown.confirm }
    for key, value in pairs(body) do all[key] = value end
    local reply = it_runs:post("/api/run", all)
    assert.equal(200, reply.status, reply.body)
    local got = lines(reply.body)
    assert.is_true(got[#got]["end"], reply.body)
    return got, got[#got]
  end

  local function do_all(body)
    local _, last = run(body, plan(body))
    assert.is_true(last.ok, json.encode(last))
    return last
  end

  local function states()
    local found = {}
    for _, migration in ipairs(get("/api/migrations").migrations) do
      found[#found + 1] = migration.tag .. " " .. migration.state
    end
    return found
  end

  it("stand as raymig status says", function()
    assert.same({ "0001_users pending", "0002_name pending" }, states())
    local all = get "/api/migrations"
    assert.same(json.decode(p:must("status", "--json").out), all)
    assert.equal(2, all.counts.pending)
    p:must "up"
    p:write("migrations/0001_users.sql", "CREATE TABLE other ();\n")
    assert.same({ "0001_users edited", "0002_name applied" }, states())
  end)

  it("have texts, and a log of what was done", function()
    local one = get "/api/migrations/0002_name"
    assert.equal(p:read "migrations/0002_name.sql", one.up)
    assert.equal(p:read "migrations/0002_name.down.lua", one.down)
    assert.equal("sql", one.kind)
    assert.equal("lua", one.down_kind)
    assert.same({}, one.log)
    p:must "up"
    p:must("down", "--yes")
    p:must "up"
    one = get "/api/migrations/0002_name"
    assert.same({ "up", "down", "up" }, { one.log[1].event, one.log[2].event, one.log[3].event })
    assert.is_string(one.log[1].who)
    assert.is_number(one.log[1].duration_ms)
    -- what an older release lacks has its stored down
    p:delete "migrations/0002_name.sql"
    p:delete "migrations/0002_name.down.lua"
    p:write("migrations/meta/_journal.json", (p:read "migrations/meta/_journal.json"
      :gsub(",%s*{[^{}]*0002_name[^{}]*}", "")))
    one = get "/api/migrations/0002_name"
    assert.equal("missing", one.kind)
    assert.is_nil(one.up ~= json.null and one.up or nil)
    assert.matches("DROP name", one.down)
    for _, tag in ipairs { "0003_none", "0001", "..%2F0001_users", "%2e%2e" } do
      assert.equal(404, it_runs:get("/api/migrations/" .. tag).status, tag)
    end
  end)

  it("go up as shown, step by step", function()
    local shown = plan { ["do"] = "up" }
    assert.equal(2, #shown.migrations)
    assert.equal(json.null, shown.confirm)
    assert.equal("ALTER TABLE users ADD name text", shown.migrations[2].statements[1].sql)
    local step = shown.migrations[2].steps[1]
    assert.equal("public.users", step.effects[1].relation)
    assert.equal("ACCESS EXCLUSIVE", step.effects[1].lock)
    assert.is_false(step.effects[1].rewritten)
    assert.is_false(step.loses_data)
    assert.same({ "0001_users pending", "0002_name pending" }, states())
    local got, last = run({ ["do"] = "up" }, shown)
    assert.is_true(last.ok)
    assert.equal(2, last.applied)
    local events, warned = {}, false
    for _, line in ipairs(got) do
      if line.event == "begin" or line.event == "done" then
        events[#events + 1] = line.event .. " " .. line.tag
      end
      warned = warned or line.event == "notice" and line.text == "look <b>"
    end
    assert.same({ "begin 0001_users", "done 0001_users", "begin 0002_name", "done 0002_name" },
      events)
    assert.is_true(warned)
    assert.same({ "0001_users applied", "0002_name applied" }, states())
    assert.same({}, plan({ ["do"] = "up" }).migrations)
  end)

  it("go up to one of them, and so many", function()
    assert.equal(1, #plan({ ["do"] = "up", to = "0001_users" }).migrations)
    do_all { ["do"] = "up", n = 1 }
    assert.same({ "0001_users applied", "0002_name pending" }, states())
  end)

  it("say what goes wrong, and where the database is then", function()
    p:write("migrations/0002_name.sql", "ALTER TABLE users ADD name text;\nSELECT nope;\n")
    local _, last = run({ ["do"] = "up" }, plan { ["do"] = "up" })
    assert.is_false(last.ok)
    assert.equal("42703", last.error.sqlstate)
    assert.equal(2, last.error.line)
    assert.same({ "0001_users applied", "0002_name pending" }, states())
  end)

  it("need the database's name where something may be lost", function()
    p:must "up"
    local name = db:value "select current_database()"
    local body = { ["do"] = "down" }
    local shown = plan(body)
    assert.equal(name, shown.confirm)
    assert.equal(1, #shown.migrations)
    for _, word in ipairs { "", "yes", name .. " " } do
      local reply = it_runs:post("/api/run", { ["do"] = "down", plan = shown.plan, confirm = word })
      assert.equal(403, reply.status)
    end
    assert.equal(403, it_runs:post("/api/run", { ["do"] = "down", plan = shown.plan }).status)
    local _, last = run(body, shown)
    assert.equal(1, last.reverted)
    assert.same({ "0001_users applied", "0002_name pending" }, states())
    p:write("migrations/0002_name.sql", "ALTER TABLE users DROP email;\n")
    shown = plan { ["do"] = "up" }
    assert.equal(name, shown.confirm)
    assert.is_true(shown.migrations[1].steps[1].loses_data)
    assert.equal("drop_column", shown.migrations[1].steps[1].hazards[1].rule)
  end)

  it("do only what was shown", function()
    local shown = plan { ["do"] = "up" }
    p:write("migrations/0002_name.sql", "DROP TABLE users;\n")
    local reply = it_runs:post("/api/run", { ["do"] = "up", plan = shown.plan })
    assert.equal(409, reply.status, reply.body)
    assert.same({ "0001_users pending", "0002_name pending" }, states())
    shown = plan { ["do"] = "up", n = 1 }
    assert.equal(409, it_runs:post("/api/run", { ["do"] = "up", plan = shown.plan }).status)
    do_all { ["do"] = "up", n = 1 }
    assert.equal(409, it_runs:post("/api/run", { ["do"] = "up", n = 1, plan = shown.plan }).status)
    assert.equal(409, it_runs:post("/api/run", { ["do"] = "up", plan = ("0"):rep(64) }).status)
  end)

  it("wait for no other runner", function()
    local shown = plan { ["do"] = "up" }
    local other = project.new({}, { database = db })
    other:must("new", "slow")
    other:write("migrations/0001_slow.sql", "SELECT pg_sleep(4);\n")
    local child = other:start("up", "--yes")
    studio.await_query(db, "%pg_sleep(4)%")
    local reply = it_runs:post("/api/run", { ["do"] = "up", plan = shown.plan })
    assert.equal(409, reply.status, reply.body)
    child:wait(20)
    other:remove()
  end)

  it("go on to the end though the page is closed", function()
    p:write("migrations/0002_name.sql", "SELECT pg_sleep(2);\nALTER TABLE users ADD name text;\n")
    local shown = plan { ["do"] = "up" }
    local open = it_runs:open(it_runs:text("POST", "/api/run",
      { body = json.encode { ["do"] = "up", plan = shown.plan } }))
    studio.await_query(db, "%pg_sleep(2)%")
    open:close()
    process.eventually(function() return states()[2] == "0002_name applied" end, "it is done", 15)
  end)

  it("are cancelled by name, and the transaction that was open is taken back", function()
    p:write("migrations/0002_name.sql", "ALTER TABLE users ADD name text;\n"
      .. ("SELECT pg_sleep(30) WHERE current_database() = '%s';\n")
        :format(db:value "select current_database()")) -- the plan's shadow does not wait
    local shown = plan { ["do"] = "up" }
    local open = it_runs:open(it_runs:text("POST", "/api/run",
      { body = json.encode { ["do"] = "up", plan = shown.plan, request = "run-1" } }))
    studio.await_query(db, "%pg_sleep(30)%")
    assert.is_true(it_runs:ask("/api/cancel", { request = "run-1" }).cancelled)
    local got = lines(studio.parse(open:read()).body)
    open:close()
    assert.is_true(got[#got]["end"])
    assert.is_false(got[#got].ok)
    assert.same({ "0001_users applied", "0002_name pending" }, states())
    assert.is_false(it_runs:ask("/api/cancel", { request = "run-1" }).cancelled)
  end)

  it("refuse what is no request", function()
    for _, body in ipairs { {}, { ["do"] = "drop" }, { ["do"] = "up", n = -1 },
      { ["do"] = "up", n = 1, to = "0001_users" }, { ["do"] = "push", n = 1 },
      { ["do"] = "up", rename = { "a=b" } }, { ["do"] = "up", name = "x" },
      { ["do"] = "push", rename = { 1 } }, { ["do"] = "up", folder = "/etc" } } do
      assert.equal(400, it_runs:post("/api/plan", body).status, json.encode(body))
    end
    assert.equal(400, it_runs:post("/api/run", { ["do"] = "up" }).status)
    for _, source in ipairs { "/etc/passwd", "schema.lua", "postgres://x/y", "host=x", "x.json", "",
      "migrations@", "migrations@0001", "snapshot@../x" } do
      local status = it_runs:post("/api/diff", { from = "empty", to = source }).status
      assert.is_true(status == 400 or status == 404, source .. " " .. status)
    end
    assert.equal(400, it_runs:post("/api/drift", { snapshot = true }).status)
  end)

  it("are compared with the database: drift", function()
    p:must "up"
    assert.is_false(it_runs:ask("/api/drift", {}).drift)
    db:exec "ALTER TABLE users ADD sneaked int"
    local drift = it_runs:ask("/api/drift", json.decode "{}")
    assert.is_true(drift.drift)
    assert.equal("column public.users.sneaked", drift.changes[1].object)
  end)

  it("are compared side by side", function()
    p:must("up", "1")
    local diff = it_runs:ask("/api/diff", { from = "db", to = "migrations@0002_name" })
    assert.equal(1, #diff.objects)
    assert.equal("alter", diff.objects[1].change)
    assert.matches("name text", diff.objects[1].to)
    assert.not_matches("name text", diff.objects[1].from)
    assert.matches("ADD COLUMN name text", diff.sql_up)
    assert.matches("DROP COLUMN name", diff.sql_down)
    assert.matches("\n%+.*name text", diff.unified)
    diff = it_runs:ask("/api/diff", { from = "empty", to = "migrations" })
    assert.equal("create", diff.objects[1].change)
    assert.equal(json.null, diff.objects[1].from)
    assert.equal(404, it_runs:post("/api/diff", { from = "db", to = "migrations@0009_x" }).status)
    assert.equal(404, it_runs:post("/api/diff", { from = "db", to = "snapshot@0001_users" }).status)
  end)

  describe("and a schema in Lua", function()
    local q, lua

    before_each(function()
      q = project.new(FILES, { database = db })
      lua = it_runs
      it_runs = studio.start(q)
    end)

    after_each(function()
      it_runs = lua
      q:remove()
    end)

    it("are generated, with the plan first", function()
      local body = { ["do"] = "generate", name = "first" }
      local shown = plan(body)
      assert.equal(json.null, shown.confirm)
      assert.matches("CREATE TABLE public.users", shown.up)
      assert.equal(0, #q:files "migrations")
      local _, last = run(body, shown)
      assert.is_true(last.ok)
      assert.is_true(#last.files > 0)
      assert.same({ "0001_first pending" }, states())
      assert.equal(0, #plan({ ["do"] = "generate" }).steps_up)
      local diff = it_runs:ask("/api/diff", { from = "snapshot@0001_first", to = "schema" })
      assert.equal(0, #diff.objects)
    end)

    it("keep what a name says inside the folder", function()
      for _, name in ipairs { "../../up", "/etc/x", "a/b", "..", "x\ny" } do
        local body = { ["do"] = "generate", name = name }
        local reply = it_runs:post("/api/plan", body)
        if reply.status == 200 then run(body, reply.json) end
      end
      for _, path in ipairs(q:files()) do
        assert.is_true(path:match "^migrations/" ~= nil or path == "raymig.lua"
          or path == "schema.lua", path)
      end
    end)

    it("are pushed, with the word where rows are lost", function()
      local last = do_all { ["do"] = "push" }
      assert.is_true(last.ok)
      db:exec "INSERT INTO users VALUES (1, 'a')"
      q:write("schema.lua", [[
        local pg = require "raymig.schema"
        pg.table "users" { pg.bigint "id" :primary_key() }
      ]])
      local body = { ["do"] = "push", dropped = { "public.users.email" } }
      local shown = plan(body)
      assert.is_true(shown.loses_data)
      assert.equal(db:value "select current_database()", shown.confirm)
      assert.equal(403, it_runs:post("/api/run",
        { ["do"] = "push", dropped = body.dropped, plan = shown.plan }).status)
      assert.equal("a", db:value "select email from users")
      local _, done = run(body, shown)
      assert.is_true(done.ok, json.encode(done))
      assert.equal("1", db:value "select count(*) from users")
      assert.same({}, plan({ ["do"] = "push" }).steps)
    end)

    it("ask what may have been renamed", function()
      do_all { ["do"] = "push" }
      q:write("schema.lua", [[
        local pg = require "raymig.schema"
        pg.table "users" { pg.bigint "id" :primary_key(), pg.text "mail" }
      ]])
      local reply = it_runs:post("/api/plan", { ["do"] = "push" })
      assert.equal(422, reply.status, reply.body)
      assert.matches("--rename", reply.json.error.hint, 1, true)
      local asked = reply.json.error.questions
      assert.equal(1, #asked)
      assert.equal("column", asked[1].kind)
      assert.equal("column public.users.email", asked[1].object)
      assert.equal("users.email", asked[1].from)
      assert.equal("users.mail", asked[1].candidates[1].to)
      assert.is_number(asked[1].candidates[1].likeness)
      local shown = plan { ["do"] = "push", rename = { asked[1].candidates[1].rename } }
      assert.matches("RENAME COLUMN email TO mail", shown.sql)
      shown = plan { ["do"] = "push", dropped = { asked[1].dropped } }
      assert.matches("DROP COLUMN email", shown.sql)
      -- a look is not refused: what may be a rename is told beside it
      local looked = it_runs:ask("/api/diff", { from = "db", to = "schema" })
      assert.same(asked, looked.questions)
    end)
  end)

  it("are looked at, and not run, with --read-only", function()
    local reading = studio.start(p, "--read-only")
    assert.equal(200, reading:get("/api/migrations").status)
    local shown = reading:ask("/api/plan", { ["do"] = "up" })
    assert.equal(403, reading:post("/api/run", { ["do"] = "up", plan = shown.plan }).status)
    assert.same({ "0001_users pending", "0002_name pending" }, states())
    assert.equal("f", db:value "select to_regclass('__raymig_migrations') is not null")
  end)
end)
