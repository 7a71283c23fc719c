--- `raymig studio --read-only`: PostgreSQL sees to it, whatever is tried.

local json = require "cjson.safe"
local lfs = require "lfs"
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local studio = require "spec.support.studio"

local function as(kind)
  describe("read-only, as " .. kind, function()
    local db, it_runs, marker

    setup(function()
      db = pg.create_database()
      local role = ("ro_%s"):format(db.name)
      db:exec [[
        create extension dblink;
        create table t (id int primary key, v text); insert into t values (1, 'kept');
        create sequence s;
        create function writes() returns text language plpgsql as
          'begin insert into t values (2, ''x''); return ''done''; end';
        create function drops() returns text language plpgsql security definer as
          'begin delete from t; return ''done''; end';
        select lo_create(4711);
      ]]
      marker = ("/tmp/raymig-marker-%s"):format(db.name)
      local url = db.url
      if kind == "a plain role" then
        db:exec(("create role %s login; grant all on t, s to %s; grant all on schema public to %s")
          :format(role, role, role))
        url = db.server:url(db.name, { user = role })
      end
      it_runs = studio.start(project.new({}, { url = url }), "--read-only")
    end)

    teardown(function()
      studio.stop_all()
      os.remove(marker)
      if kind == "a plain role" then
        db:exec(("drop owned by ro_%s; drop role ro_%s"):format(db.name, db.name))
      end
    end)

    local function export(sql)
      return it_runs:post("/api/export", { format = "csv", sql = sql })
    end

    -- By each route that runs SQL of one's own.
    local function try(sql)
      export(sql)
      it_runs:post("/api/query", { sql = sql, session = "tab" })
      it_runs:post("/api/explain", { sql = sql, session = "tab", analyze = true })
    end

    local function untouched()
      assert.equal("kept f 4711",
        db:value [[select concat_ws(' ', (select string_agg(v, ',') from t),
        (select is_called from s),
        (select string_agg(oid::text, ',') from pg_largeobject_metadata))]])
      assert.is_nil(lfs.attributes(marker))
    end

    it("reads", function()
      assert.equal("id,v\r\n1,kept\r\n", export("select * from t").body)
      assert.equal('a,b,c\r\n"x,""y"" \\ (z)",,""\r\n',
        export([[select 'x,"y" \ (z)' as a, null as b, '' as c]]).body)
      assert.equal(200, export("show work_mem").status)
      assert.equal(200, export("explain select * from t").status)
      assert.equal(200, export("with x as (values (1)) table x").status)
      assert.equal(200, export("table t -- and no more").status)
      local oid = tonumber(db:value "select 't'::regclass::oid")
      assert.same({ { "1", "kept" } },
        it_runs:ask("/api/rows", { oid = oid, where = "v = 'kept'" }).rows)
      assert.equal(1, it_runs:ask("/api/count", { oid = oid, exact = true, where = "true" }).count)
      assert.equal(1, #it_runs:ask("/api/rows", { oid = oid, limit = 1 }).rows)
      assert.is_true(it_runs:get("/api/session").json.read_only)
    end)

    local attempts = {
      "insert into t values (3, 'x') returning *",
      "update t set v = 'x' returning *",
      "delete from t returning *",
      "with w as (delete from t returning *) select * from w",
      "truncate t",
      "drop table t",
      "create table u as select 1",
      "select 1 as x into u",
      "select writes()",
      "select drops()",
      "select nextval('s')",
      "select setval('s', 5)",
      "select * from t for update",
      "set transaction read write",
      "set session characteristics as transaction read write",
      "set default_transaction_read_only = off",
      "select set_config('transaction_read_only', 'off', false), writes()",
      "select set_config('role', 'postgres', false), "
        .. "set_config('transaction_read_only', 'off', true), drops()",
      "select 1; delete from t",
      "commit; delete from t",
      "commit",
      "rollback",
      "begin read write",
      "abort; begin; delete from t; commit",
      "do $$ begin delete from t; end $$",
      "do $$ begin commit; delete from t; end $$",
      "do $$ begin reset role; set transaction read write; delete from t; end $$",
      "call writes()",
      "copy t from program 'echo 9'",
      "copy (select 1) to program 'touch MARKER'",
      "copy (select 1) to 'MARKER'",
      "do $$ begin copy (select 1) to program 'touch MARKER'; end $$",
      "do $$ begin execute 'reset role'; "
        .. "execute 'copy (select 1) to program ''touch MARKER'''; end $$",
      "explain analyze delete from t",
      "explain analyze create table u as select 1",
      "prepare p as delete from t",
      "execute p",
      "declare c cursor with hold for select 1",
      "select lo_create(4712)",
      "select lo_unlink(4711)",
      "select lo_from_bytea(4713, 'x')",
      "select lo_export(4711, 'MARKER')",
      "select lo_import('/etc/passwd', 4714)",
      "explain analyze select lo_export(4711, 'MARKER')",
      "with x as materialized (select lo_export(4711, 'MARKER')) table x",
      "show work_mem; select lo_export(4711, 'MARKER')",
      "select dblink_exec('dbname=DATABASE host=SOCKET', 'delete from t')",
      "select set_config('role', 'none', true), "
        .. "dblink_exec('dbname=DATABASE host=SOCKET', 'delete from t')",
      "select * from dblink('dbname=DATABASE host=SOCKET', "
        .. "'delete from t returning id') as r(id int)",
      "select pg_reload_conf()",
      "select query_to_xml('delete from t returning 1', true, true, '')",
      "select query_to_xml('select lo_export(4711, ''MARKER'')', true, true, '')",
      "alter system set work_mem = '1MB'",
      "reset role",
      "set role postgres",
      "set session authorization postgres",
      "reset session authorization",
      "grant all on t to public",
      "refresh materialized view nothing",
      "vacuum t",
      "notify x",
      "listen x",
      "lock table t",
      "comment on table t is 'x'",
      "security label on table t is 'x'",
      "reindex table t",
      "cluster t",
      "load 'nothing'",
    }

    for _, attempt in ipairs(attempts) do
      it("changes nothing by: " .. attempt, function()
        local sql = attempt:gsub("MARKER", marker):gsub("DATABASE", db.name)
          :gsub("SOCKET", db.server.socket)
        try(sql)
        untouched()
        -- Nor does it loosen what follows.
        try("select writes()")
        try("select dblink_exec('dbname=" .. db.name .. " host=" .. db.server.socket
          .. "', 'delete from t')")
        try("delete from t returning *")
        untouched()
      end)
    end

    it("reads by an editor's statements, too, as many rows as are asked for", function()
      local function lines(body)
        body.session = "reader"
        local found = {}
        for line in it_runs:ask("/api/query", body):gmatch "[^\n]+" do
          found[#found + 1] = json.decode(line)
        end
        return found
      end
      local got = lines { sql = "show server_encoding; select * from t; explain select 1" }
      local text = json.encode(got)
      assert.matches('"UTF8"', text, 1, true)
      assert.matches('"kept"', text, 1, true)
      assert.matches("Result", text, 1, true)
      assert.is_true(got[#got]["end"])
      got = lines { sql = [[select i, null as n, '' as e, 'x,"y" (z)\' as q
        from generate_series(1, 100000) i, generate_series(1, 100000)]], rows = 3 }
      assert.same({ { "1", json.null, "", 'x,"y" (z)\\' } }, { got[3].rows[1] })
      assert.same({ "SELECT 3", 4, true }, { got[4].done, got[4].rows, got[4].cut })
      local reply = it_runs:ask("/api/explain", { sql = "select * from t", session = "reader",
        analyze = true })
      assert.equal("t", reply.plan[1].Plan["Relation Name"])
    end)

    it("reads no file of the server", function()
      for _, sql in ipairs { "select pg_read_file('PG_VERSION')", "select pg_ls_dir('.')",
        "select pg_read_binary_file('PG_VERSION')" } do
        assert.equal(422, export(sql).status, sql)
        local told = it_runs:ask("/api/query", { sql = sql, session = "tab" })
        assert.matches('"error"', told, 1, true)
      end
    end)

    it("says what PostgreSQL does not hold back", function()
      local named = it_runs:get("/api/session").json.beyond_read_only
      assert.same({ "dblink", "dblink_exec", "dblink_open", "dblink_send_query" }, named)
    end)

    it("refuses the routes that write", function()
      assert.equal(403, it_runs:post("/api/changes", { changes = {}, commit = true }).status)
      local got = it_runs:post("/api/import?oid=" .. db:value "select 't'::regclass::oid"
        .. "&mode=run", "3,x\n", { headers = { ["Content-Type"] = "text/csv" } })
      assert.equal(403, got.status)
      untouched()
    end)

    it("changes nothing by a condition", function()
      local oid = tonumber(db:value "select 't'::regclass::oid")
      for _, where in ipairs { "writes() = 'done'", "drops() = 'done'", "nextval('s') > 0",
        "lo_export(4711, '" .. marker .. "') = 1", "lo_unlink(4711) = 1",
        "dblink_exec('dbname=" .. db.name .. " host=" .. db.server.socket
          .. "', 'delete from t') = ''", "true) ; delete from t; --" } do
        for _, path in ipairs { "/api/rows", "/api/count", "/api/export" } do
          local body = { oid = oid, where = where }
          if path == "/api/export" then body.format = "csv" end
          if path == "/api/count" then body.exact = true end
          it_runs:post(path, body)
          untouched()
        end
      end
    end)
  end)
end

as "a superuser"
as "a plain role"
