--- POST /api/export and /api/import: files out of and into the database.

local json = require "cjson"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local studio = require "spec.support.studio"

describe("files", function()
  local db, it_runs, oid

  setup(function()
    db = pg.create_database()
    db:exec [[
      create table item (id int primary key, name text, n numeric, ok boolean, j json,
        b bytea, twice int generated always as (id * 2) stored);
      insert into item values (1, 'plain', 1.50, true, '{"a": [1,
        2]}', '\x00ff'), (2, 'with "quotes", commas' || chr(10) || 'and lines', 'NaN', false,
        null, null), (3, '', -7, null, '"x"', ''), (4, null, null, null, null, null),
        (5, '=cmd()', 0, true, null, null);
      create table ids (id int generated always as identity primary key,
        v varchar(5) default 'new');
      insert into ids (v) values ('a');
    ]]
    it_runs = studio.start(project.new({}, { database = db }))
    oid = function(name) return tonumber(db:value(("select '%s'::regclass::oid"):format(name))) end
  end)

  teardown(studio.stop_all)

  local function export(body, status)
    if type(body.oid) == "string" then body.oid = oid(body.oid) end
    local got = it_runs:post("/api/export", body)
    assert.equal(status or 200, got.status, got.body)
    return got
  end

  describe("out of the database", function()
    it("are CSV that COPY reads back, with formulas disarmed", function()
      local got = export { oid = "item", format = "csv", columns = { 1, 2, 3, 4 },
        sort = { { column = 1 } } }
      assert.equal('id,name,n,ok\r\n1,plain,1.50,t\r\n'
        .. '2,"with ""quotes"", commas\nand lines",NaN,f\r\n'
        .. '3,"",-7,\r\n4,,,\r\n5,"\'=cmd()",0,t\r\n', got.body)
      assert.equal('attachment; filename="item.csv"', got.headers["content-disposition"])
      assert.matches("^text/csv", got.headers["content-type"])
      got = export { oid = "item", format = "csv", columns = { 2 }, header = false,
        formula_guard = false, filters = { { column = 1, op = "=", value = 5 } } }
      assert.equal("=cmd()\r\n", got.body)
    end)

    it("are JSON with numbers, booleans and json as such", function()
      local got = export { oid = "item", format = "json", sort = { { column = 1 } } }
      local rows = json.decode(got.body)
      assert.equal(5, #rows)
      assert.same({ id = 1, name = "plain", n = 1.5, ok = true, j = { a = { 1, 2 } }, b = "\\x00ff",
        twice = 2 }, rows[1])
      assert.equal("NaN", rows[2].n)
      assert.equal("x", rows[3].j)
      assert.equal("[\n]\n", export { oid = "item", format = "json", where = "false" }.body)
    end)

    it("are JSON lines", function()
      local got = export { oid = "item", format = "ndjson", sort = { { column = 1,
        descending = true } } }
      local count = 0
      for line in got.body:gmatch "[^\n]+" do
        count = count + 1
        assert.equal(6 - count, json.decode(line).id)
      end
      assert.equal(5, count)
    end)

    it("are INSERTs that make the same rows", function()
      local got = export { oid = "item", format = "sql" }
      db:exec("create table copy as table item; delete from item;" .. got.body)
      assert.equal("0", db:value [[select count(*) from (select t::text from item t except
        select t::text from copy t) x]])
      db:exec "drop table copy"
      assert.matches('OVERRIDING SYSTEM VALUE VALUES %(1, \'a\'%);', export { oid = "ids",
        format = "sql" }.body)
    end)

    it("are of a query, too", function()
      local got = export { sql = "select n, n * 2 as twice from generate_series(1, 3) n",
        format = "csv" }
      assert.equal("n,twice\r\n1,2\r\n2,4\r\n3,6\r\n", got.body)
      assert.equal('INSERT INTO result ("a""b") VALUES (1);\n',
        export { sql = [[select 1 as "a""b"]], format = "sql" }.body)
    end)

    it("are refused where there is nothing to export, before the first byte", function()
      assert.equal("42P01", export({ sql = "select * from nowhere", format = "csv" },
        422).json.error.sqlstate)
      assert.equal("42601", export({ sql = "select 1; select 2", format = "csv" },
        422).json.error.sqlstate)
      assert.equal("25006", export({ sql = "delete from item returning *", format = "csv" }, 403)
        .json.error.sqlstate)
      export({ sql = "copy item to stdout", format = "csv" }, 400)
      export({ sql = "set work_mem = '1MB'", format = "csv" }, 400)
      export({ oid = "item", format = "xlsx" }, 400)
      export({ format = "csv" }, 400)
      export({ oid = "item", sql = "select 1", format = "csv" }, 400)
      assert.equal("5", db:value "select count(*) from item")
    end)

    it("are broken off where the query fails in the middle", function()
      local got = it_runs:post("/api/export", { format = "csv",
        sql = "select 1000000 / (200000 - n) from generate_series(1, 200000) n" })
      assert.equal(200, got.status)
      assert.is_false(got.whole)
    end)

    it("are written in constant memory", function()
      if os.getenv "MODE" == "asan" then return pending "the sanitizer keeps what is freed" end
      local function memory()
        local status = assert(io.open(("/proc/%d/status"):format(it_runs.child.pid))):read "a"
        return tonumber(status:match "VmRSS:%s*(%d+)")
      end
      export { sql = "select 1", format = "csv" }
      local before = memory()
      local got = export { format = "csv", sql =
        "select n, repeat('x', 100) from generate_series(1, 300000) n" }
      assert.is_true(#got.body > 30000000)
      assert.is_true(memory() - before < 16000, ("%d KB more"):format(memory() - before))
    end)

    it("end with the client", function()
      local body = json.encode { format = "csv", sql = "select pg_sleep(0.001), repeat('x', 1000) "
        .. "from generate_series(1, 1000000) as gone_client" }
      local open = it_runs:open(it_runs:text("POST", "/api/export", { body = body }))
      open:read(function(text) return #text > 2000 end)
      studio.await_query(db, "%gone_client%")
      open:close()
      studio.await_query(db, "%gone_client%", true)
    end)
  end)

  describe("into the database", function()
    before_each(function()
      db:exec [[drop table if exists target; create table target (id int primary key, name text,
        n numeric default 7, small varchar(3), j jsonb, "It's" text, twice int generated always as
        (id * 2) stored)]]
    end)

    local function import(parameters, body, status, kind)
      local got = it_runs:post(("/api/import?oid=%d&%s"):format(oid "target", parameters), body,
        { headers = { ["Content-Type"] = kind or parameters:find "json" and "application/json"
          or "text/csv" } })
      assert.equal(status or 200, got.status, got.body)
      return got.json
    end

    local function found()
      return db:value "select string_agg(t::text, ' ' order by id) from target t"
    end

    it("are shown first", function()
      local got = import("format=csv&mode=preview&header=1",
        '\xef\xbb\xbfID,"name",nope,it\'s\r\n1,"a ""b""\r\nc",,""\r\n2,,x,y')
      assert.same({ columns = { "ID", "name", "nope", "it's" }, suggested = { 1, 2, 0, 6 },
        rows = { { "1", 'a "b"\r\nc', json.null, "" }, { "2", json.null, "x", "y" } } }, got)
      got = import("format=csv&mode=preview&header=0", "1,x\n2,y\n")
      assert.same({ 1, 2 }, got.suggested)
      assert.equal(2, #got.rows)
      got = import("format=json&mode=preview",
        '[{"id": 1, "name": null}, {"id": 2, "x": {"a": [1]}}]')
      assert.same({ "id", "name", "x" }, got.columns)
      assert.same({ 1, 2, 0 }, got.suggested)
      assert.equal(2, #import("format=csv&mode=preview&header=1", ("id\n"
        .. ("9\n"):rep(50000))).rows // 10)
      assert.equal(0, #import("format=csv&mode=preview&header=1", "").rows)
      assert.is_nil(found())
    end)

    it("are copied as they stand", function()
      assert.same({ rows = 2 }, import("format=csv&mode=run&header=1&columns=1,2,3",
        'id,name,n\n1,"it\'s, ""x""",2\n2,,'))
      assert.equal([[(1,"it's, ""x""",2,,,,2) (2,,,,,,4)]], found())
    end)

    it("leave out columns, and keep defaults", function()
      assert.same({ rows = 2 }, import("format=csv&mode=run&header=0&columns=0,2,1",
        "junk,one,1\r\njunk,two,2\r\n"))
      assert.equal("(1,one,7,,,,2) (2,two,7,,,,4)", found())
      import("format=csv&mode=run&header=0&columns=0,4,1", "x,toolong,3\n", 422)
    end)

    it("are JSON arrays and JSON lines", function()
      assert.same({ rows = 2 }, import("format=json&mode=run",
        '[ {"id": 1, "name": '
          .. '"a\\tb\\\\ \\u00e9", "j": {"k": "]}"}}, \n{"name": "x,[{", "id": 2} ]'))
      assert.equal([[(1,"a	b\\ é",7,,"{""k"": ""]}""}",,2) (2,"x,[{",7,,,,4)]], found())
      assert.same({ rows = 2 }, import("format=json&mode=run&columns=1,6",
        '{"id": 3, "It\'s": "y"}\n{"id": 4}'))
      assert.equal("4", db:value "select count(*) from target")
      for _, text in ipairs { '[{"id": 5}', '[{"id": 5} {"id": 6}]', '{"id": 5', '[{"id": 5}],',
        'x',
        '{"nothing": 1}' } do
        local got = it_runs:post(("/api/import?oid=%d&format=json&mode=run"):format(oid "target"),
          text)
        assert.is_true(got.status == 400 or got.status == 422, text .. ": " .. got.body)
      end
      assert.equal("4", db:value "select count(*) from target")
    end)

    it("are taken whole or not at all", function()
      local lines = {}
      for i = 1, 20000 do lines[i] = i .. ",name " .. i end
      lines[20001] = "oops,x"
      local got = import("format=csv&mode=run&header=0&columns=1,2", table.concat(lines, "\n"), 422)
      assert.equal("22P02", got.error.sqlstate)
      assert.matches("line 20001", got.error.context)
      assert.is_nil(found())
      lines[20001] = nil
      assert.same({ rows = 20000 }, import("format=csv&mode=run&header=0&columns=1,2",
        table.concat(lines, "\n")))
      assert.same({ rows = 0 }, import("format=csv&mode=run&header=1&columns=1", ""))
    end)

    it("stop where the client goes away", function()
      local head = it_runs:text("POST",
        ("/api/import?oid=%d&format=csv&mode=run&header=0&columns=1")
        :format(oid "target"), { headers = { ["Content-Type"] = "text/csv",
          ["Content-Length"] = "1000000" } })
      local open = it_runs:open(head .. "1\n2\n3\n")
      studio.await_query(db, "COPY%")
      open:close()
      studio.await_query(db, "COPY%", true)
      process.sleep(0.05)
      assert.is_nil(found())
    end)

    it("need parameters that make sense", function()
      import("format=xml&mode=run", "1\n", 400)
      import("format=csv&mode=walk", "1\n", 400)
      import("format=csv&mode=run&columns=a", "1\n", 400)
      import("format=csv&mode=run&columns=99", "1\n", 400)
      import("format=csv&mode=run&columns=0", "1\n", 400)
      import("format=csv&mode=run&path=/etc/passwd", "1\n", 400)
      import("format=csv&mode=run", "1\n", 415, "text/plain")
    end)
  end)
end)
