--- POST /api/query, /api/transaction, /api/explain, /api/cancel; GET and POST /api/queries.

local json = require "cjson.safe"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local studio = require "spec.support.studio"

-- The lines of a stream.
local function lines(text)
  local found = {}
  for line in text:gmatch "[^\n]+" do found[#found + 1] = assert(json.decode(line), line) end
  return found
end

local session_number = 0

local function new_session()
  session_number = session_number + 1
  return "tab-" .. session_number
end

describe("an editor", function()
  local db, p, it_runs

  setup(function()
    db = pg.create_database()
    db:exec [[
      create table t (id int primary key, v text);
      insert into t select n, 'v' || n from generate_series(1, 3000) n;
      create table log (id serial, what text);
      create function note(what text) returns int language sql
        as $$ insert into log (what) values (what) returning id $$;
      create type mood as enum ('sad');
    ]]
    p = project.new({}, { database = db })
    it_runs = studio.start(p)
  end)

  teardown(studio.stop_all)

  -- Runs and gives the stream as statements, { columns, rows, notices, done, error }, and the end's
  -- line.
  local function query(sql, options)
    local body = { sql = sql, session = new_session() }
    for name, value in pairs(options or {}) do body[name] = value end
    local reply = (options and options.at or it_runs):post("/api/query",
      (function() body.at = nil return body end)())
    assert.equal(200, reply.status, reply.body)
    assert.is_true(reply.whole)
    assert.equal("application/x-ndjson", reply.headers["content-type"]:match "^[^;]+")
    local statements, last = {}, nil
    for _, line in ipairs(lines(reply.body)) do
      local at = statements[#statements]
      if line.statement then
        statements[#statements + 1] = { position = line.position, rows = {}, notices = {} }
      elseif line.columns then at.columns = line.columns
      elseif line.done then
        at.done, at.count, at.cut, at.cells_cut = line.done, line.rows, line.cut, line.cells_cut
      elseif line.rows then
        for _, row in ipairs(line.rows) do at.rows[#at.rows + 1] = row end
      elseif line.notice then at.notices[#at.notices + 1] = line.notice
      elseif line.error then
        if at and not at.done then at.error = line.error else statements.error = line.error end
      elseif line["end"] then last = line end
    end
    assert.is_table(last)
    return statements, last
  end

  local function transaction(session, what)
    return it_runs:ask("/api/transaction", { session = session, ["do"] = what }).transaction
  end

  it("runs several statements, each with its columns, rows, tag and place", function()
    local got, last = query("select 1 as a, null::numeric(5,2) as b;\n"
      .. "-- é\nselect 'é'::mood; insert into log (what) values ('x')", { session = "several" })
    assert.same({ { name = "a", type = "integer", oid = 23 },
      { name = "b", type = "numeric(5,2)", oid = 1700 } }, got[1].columns)
    assert.same({ { "1", json.null } }, got[1].rows)
    assert.equal("SELECT 1", got[1].done)
    assert.same({ from = 0, to = 38 }, got[1].position)
    assert.equal("22P02", got[2].error.sqlstate)
    assert.equal(2, #got)
    assert.equal("idle", last.transaction)
    got = query "select 'sad'::mood; update t set v = v where id < 3; select 2"
    assert.equal("public.mood", got[1].columns[1].type)
    assert.equal("UPDATE 2", got[2].done)
    assert.equal(0, got[2].count)
    assert.same({ { "2" } }, got[3].rows)
    assert.same({ from = 53, to = 61 }, got[3].position)
  end)

  it("tells where in the statement an error is", function()
    local got = query "select 1; select 'é' as b, nope from t"
    assert.equal("42703", got[2].error.sqlstate)
    assert.equal(18, got[2].error.position)
    assert.matches('column "nope" does not exist', got[2].error.message, 1, true)
  end)

  it("shows no more rows than asked for, and says that there are more", function()
    local got = query("select * from t order by id", { rows = 10 })
    assert.equal(10, #got[1].rows)
    assert.is_true(got[1].cut)
    got = query("select * from t where id <= 10", { rows = 10 })
    assert.equal(10, #got[1].rows)
    assert.is_false(got[1].cut)
    got = query("delete from t where id > 2900 returning id", { rows = 10 })
    assert.equal(10, #got[1].rows)
    assert.equal(100, got[1].count)
    assert.is_true(got[1].cut)
    assert.equal("2900", db:value "select count(*) from t")
  end)

  it("sends of a value that is very long its beginning, and says so", function()
    local got = query "select repeat('é', 3000000), 1"
    assert.equal(1, got[1].cells_cut)
    assert.equal(1048576, #got[1].rows[1][1])
    assert.equal("1", got[1].rows[1][2])
  end)

  it("takes what is no query in a cursor's sense as it is", function()
    for sql, tag in pairs {
      ["with x as (insert into log (what) values ('w') returning 1) select * from x"] = "SELECT 1",
      ["select 1 as one into temp made"] = "SELECT 1", ["show timezone"] = "SHOW",
      ["values (1), (2)"] = "SELECT 2", ["table t"] = "SELECT 1000",
      ["(select 1) union (select 2)"] = "SELECT 2", ["explain select 1"] = "EXPLAIN",
      ["vacuum t"] = "VACUUM", ["select note('n')"] = "SELECT 1",
      ["/* a /* b */ */ select 1"] = "SELECT 1" } do
      local got = query(sql)
      assert.equal(tag, got[1].done, sql .. " " .. json.encode(got[1].error or got.error or {}))
    end
    assert.equal("1", db:value "select count(*) from log where what = 'n'")
    assert.equal("1", db:value "select count(*) from log where what = 'w'")
    assert.equal(0, #query "")
    assert.equal(0, #query "-- nothing")
  end)

  it("shows notices, and what COPY writes", function()
    local got = query("do $$ begin raise warning 'careful <b>'; end $$; "
      .. "copy (select 1, 'a') to stdout")
    assert.equal("WARNING", got[1].notices[1].severity)
    assert.equal("careful <b>", got[1].notices[1].message)
    assert.same({ { "1\ta" } }, got[2].rows)
    got = query "copy t from stdin; select 1"
    assert.matches("use Import", got[1].error.message, 1, true)
    assert.equal(1, #got)
  end)

  it("keeps its session from one request to the next", function()
    query("create temp table mine (a int); set work_mem = '7MB'", { session = "keeps" })
    assert.same({ { "7MB" } }, query("show work_mem", { session = "keeps" })[1].rows)
    assert.equal("SELECT 0", query("select * from mine", { session = "keeps" })[1].done)
    assert.equal("42P01", query("select * from mine")[1].error.sqlstate)
    assert.equal("idle", transaction("keeps", "close"))
    assert.equal("42P01", query("select * from mine", { session = "keeps" })[1].error.sqlstate)
  end)

  it("has a transaction with a state that is seen", function()
    local session = new_session()
    local _, last = query("update t set v = 'changed' where id = 1",
      { session = session, mode = "transaction" })
    assert.equal("open", last.transaction)
    assert.equal("v1", db:value "select v from t where id = 1")
    _, last = query("select 1", { session = session })
    assert.equal("open", last.transaction)
    assert.equal("idle", transaction(session, "rollback"))
    query("update t set v = 'changed' where id = 1", { session = session, mode = "transaction" })
    assert.equal("idle", transaction(session, "commit"))
    assert.equal("changed", db:value "select v from t where id = 1")
    assert.equal("open", transaction(session, "begin"))
    _, last = query("select 1/0", { session = session })
    assert.equal("failed", last.transaction)
    local got
    got, last = query("select 1", { session = session })
    assert.equal("25P02", got[1].error.sqlstate)
    assert.equal("failed", last.transaction)
    assert.equal("idle", transaction(session, "rollback"))
    _, last = query("begin; select * from t", { session = session, rows = 5 })
    assert.equal("open", last.transaction)
    assert.equal("idle", transaction(session, "close"))
  end)

  it("a statement that fails to have a cursor leaves an open transaction as it was", function()
    local session = new_session()
    query("insert into log (what) values ('before')", { session = session, mode = "transaction" })
    local got, last = query("with x as (insert into log (what) values ('in') returning 1) "
      .. "select * from x", { session = session })
    assert.equal("SELECT 1", got[1].done)
    assert.equal("open", last.transaction)
    transaction(session, "commit")
    assert.equal("2", db:value "select count(*) from log where what in ('before', 'in')")
  end)

  it("is cancelled on the server, and goes on", function()
    local session = new_session()
    local open = it_runs:open(it_runs:text("POST", "/api/query", { body = json.encode {
      sql = "select 1; select pg_sleep(30); select 2", session = session, request = "slow-1" } }))
    studio.await_query(db, "%pg_sleep(30)%")
    assert.is_false(it_runs:ask("/api/cancel", { request = "other" }).cancelled)
    assert.equal(409, it_runs:post("/api/query", { sql = "select 1", session = session }).status)
    assert.is_true(it_runs:ask("/api/cancel", { request = "slow-1" }).cancelled)
    local got = lines(studio.parse(open:read()).body)
    open:close()
    assert.equal("57014", got[#got - 1].error.sqlstate)
    assert.equal("idle", got[#got].transaction)
    assert.same({ { "3" } }, query("select 3", { session = session })[1].rows)
  end)

  it("is cancelled when the client goes away, and what it began is taken back", function()
    local session = new_session()
    local open = it_runs:open(it_runs:text("POST", "/api/query", { body = json.encode {
      sql = "select *, pg_sleep(0.01) from t", session = session, rows = 3000 } }))
    studio.await_query(db, "%pg_sleep(0.01)%")
    open:close()
    studio.await_query(db, "%pg_sleep(0.01)%", true)
    process.eventually(function()
      return it_runs:post("/api/query", { sql = "select 1", session = session }).status == 200
    end, "the tab is free again", 10)
    local _, last = query("select 1", { session = session })
    assert.equal("idle", last.transaction)
  end)

  it("stops at its time limit", function()
    local got, last = query("select pg_sleep(5)", { timeout_ms = 100 })
    assert.equal("57014", got[1].error.sqlstate)
    assert.is_true(last.ms < 3000)
  end)

  it("is beside others, of which those at rest make room", function()
    for n = 1, 14 do
      assert.same({ { "1" } }, query("select 1", { session = "many-" .. n })[1].rows)
    end
    for n = 1, 10 do assert.equal("open", transaction("full-" .. n, "begin")) end
    local reply = it_runs:post("/api/query", { sql = "select 1", session = "one-more" })
    assert.equal(503, reply.status)
    assert.matches("transaction open", reply.json.error.message)
    for n = 1, 10 do assert.equal("idle", transaction("full-" .. n, "close")) end
  end)

  it("explains, as JSON of the server's", function()
    local got = it_runs:ask("/api/explain", { sql = "select * from t where id = 7", session = "e" })
    assert.equal("Index Scan", got.plan[1].Plan["Node Type"])
    got = it_runs:ask("/api/explain",
      { sql = "select * from t", session = "e", analyze = true, buffers = true })
    assert.equal(1, got.plan[1].Plan["Actual Loops"])
    assert.is_number(got.plan[1].Plan["Shared Hit Blocks"])
    local reply = it_runs:post("/api/explain", { sql = "select nope from t", session = "e" })
    assert.equal(422, reply.status)
    assert.equal(8, reply.json.error.position)
    assert.equal(422, it_runs:post("/api/explain",
      { sql = "select 1; select 2", session = "e" }).status)
  end)

  it("takes one statement where it takes one, however quotes are read", function()
    local sneaky = "select '\\'; insert into log (what) values ($$sneaked$$); --'"
    query("set standard_conforming_strings = off", { session = "sneaky" })
    query(sneaky, { session = "sneaky" })
    it_runs:post("/api/explain", { sql = sneaky, session = "sneaky" })
    it_runs:post("/api/explain", { sql = "select '\\'; drop table t; --'", session = "plain" })
    assert.equal("1000", db:value "select count(*) from t where id > 1900")
  end)

  it("takes back what EXPLAIN ANALYZE did, in a transaction of the editor's too", function()
    local body = { sql = "insert into log (what) values ('explained')", session = "x",
      analyze = true }
    it_runs:ask("/api/explain", body)
    query("insert into log (what) values ('mine')", { session = "x", mode = "transaction" })
    it_runs:ask("/api/explain", body)
    assert.equal(422, it_runs:post("/api/explain",
      { sql = "select 1/0", session = "x", analyze = true }).status)
    assert.equal("idle", transaction("x", "commit"))
    assert.equal("0", db:value "select count(*) from log where what = 'explained'")
    assert.equal("1", db:value "select count(*) from log where what = 'mine'")
  end)

  it("keeps a history without passwords, and saved queries", function()
    query "select 'history'; select nope"
    query "alter role postgres_nobody password 'hunter2'"
    local all = it_runs:get("/api/queries").json
    assert.matches("alter role", all.history[1].sql)
    assert.not_matches("hunter2", json.encode(all))
    assert.not_matches("hunter2", p:read ".raymig/studio/queries.json")
    assert.matches("nope", all.history[2].error)
    assert.is_number(all.history[2].at)
    it_runs:ask("/api/queries", { save = { name = "all <b>", sql = "table t" } })
    it_runs:ask("/api/queries", { save = { name = "all <b>", sql = "table t limit 1" } })
    assert.same({ { name = "all <b>", sql = "table t limit 1" } },
      it_runs:get("/api/queries").json.saved)
    assert.equal(404, it_runs:post("/api/queries", { delete = "none" }).status)
    it_runs:ask("/api/queries", { delete = "all <b>" })
    it_runs:ask("/api/queries", { clear_history = true })
    assert.same({ history = {}, saved = {} }, it_runs:get("/api/queries").json)
    p:write(".raymig/studio/queries.json", "no JSON {")
    assert.same({ history = {}, saved = {} }, it_runs:get("/api/queries").json)
    query "select 1"
    assert.equal(1, #it_runs:get("/api/queries").json.history)
  end)

  it("keeps a history that is bounded", function()
    local text = "select '" .. ("x"):rep(60000) .. "'"
    for n = 1, 25 do query(text .. " || " .. n) end
    assert.is_true(#p:read ".raymig/studio/queries.json" < 1200000)
    query("select '" .. ("y"):rep(70000) .. "'")
    assert.not_matches("yyy", p:read ".raymig/studio/queries.json")
  end)

  it("refuses what is no request", function()
    for _, body in ipairs { {}, { sql = "select 1" }, { sql = "select 1", session = "../x" },
      { sql = "select 1", session = "" }, { sql = 1, session = "a" },
      { sql = "select 1", session = "a", mode = "other" },
      { sql = "select 1", session = "a", rows = -1 },
      { sql = "select 1", session = "a", rows = 1e9 },
      { sql = "select 1", session = "a", file = "/etc/passwd" } } do
      assert.equal(400, it_runs:post("/api/query", body).status, json.encode(body))
    end
    assert.equal(400, it_runs:post("/api/transaction",
      { session = "a", ["do"] = "prepare" }).status)
    assert.equal(400, it_runs:post("/api/queries", {}).status)
    assert.equal(400, it_runs:post("/api/queries", { save = { name = "", sql = "x" } }).status)
    assert.equal(405, it_runs:get("/api/query").status)
  end)

  describe("with --read-only", function()
    local reading

    setup(function() reading = studio.start(project.new({}, { database = db }), "--read-only") end)

    local function read(sql) return query(sql, { at = reading }) end

    it("reads, in as many statements as one likes", function()
      local got = read "select count(*) from t; show timezone; explain select 1; values (1)"
      assert.equal(4, #got)
      assert.equal("SELECT 1", got[4].done)
    end)

    it("writes nothing, whatever is tried", function()
      local before = db:value "select count(*) from log"
      local marker = p.path .. "/marker"
      for _, sql in ipairs {
        "insert into log (what) values ('no')", "select note('no')", "drop table t",
        "with x as (insert into log (what) values ('no') returning 1) select * from x",
        "set transaction read write; insert into log (what) values ('no')",
        "select set_config('transaction_read_only', 'off', false), note('no')",
        "select set_config('transaction_read_only', 'off', true); select note('no')",
        "set default_transaction_read_only = off; insert into log (what) values ('no')",
        "set session characteristics as transaction read write; select note('no')",
        "commit; insert into log (what) values ('no')",
        "rollback and chain; insert into log (what) values ('no')",
        "begin read write; insert into log (what) values ('no')",
        "select 1; commit; begin read write; insert into log (what) values ('no'); commit",
        "do $$ begin set transaction read write; insert into log (what) values ('no'); end $$",
        "copy (select 1) to program 'touch " .. marker .. "'",
        "copy log (what) from program 'echo no'", "copy (select 1) to '" .. marker .. "'",
        "select nextval('log_id_seq')", "select setval('log_id_seq', 900)",
        "select lo_create(4242)", "create temp table x (a int)", "call note('no')",
        "explain analyze insert into log (what) values ('no')",
        "explain (analyze) select note('no')", "select * into x from t", "vacuum t",
        "select * from t for update", "alter system set work_mem = '9MB'", "notify x",
        "prepare transaction 'x'", "lock table t in access exclusive mode",
        "show timezone; insert into log (what) values ('no')",
        "/* /* */ show */ insert into log (what) values ('no')" } do
        query(sql, { at = reading, session = "hostile" })
      end
      assert.equal(before, db:value "select count(*) from log")
      assert.equal("0", db:value "select count(*) from pg_largeobject_metadata where oid = 4242")
      assert.not_equal("900", db:value "select last_value from log_id_seq")
      assert.is_false(p:exists "marker")
      assert.equal("on", read("show default_transaction_read_only")[1].rows[1][1])
    end)

    it("says what is refused", function()
      local got = read "insert into log (what) values ('no')"
      assert.is_string(got[1].error.message)
      assert.matches("--read-only", got[1].error.hint, 1, true)
      assert.equal(11, read("select 1, nope from t")[1].error.position)
      local reply = reading:post("/api/transaction", { session = "a", ["do"] = "begin" })
      assert.equal(403, reply.status)
      reply = reading:post("/api/explain",
        { sql = "insert into log (what) values ('no')", session = "a", analyze = true })
      assert.equal(403, reply.status, reply.body)
      reply = reading:post("/api/explain",
        { sql = "select * from t", session = "a", analyze = true })
      assert.equal(200, reply.status)
    end)
  end)
end)
