-- db:exec, query, row, value, prepare, db.sql and the errors that they raise, as a migration uses
-- them.
local script = require "spec.support.script"

describe("statements in a Lua migration", function()
  local s
  before_each(function() s = script.new() end)
  after_each(function() s:close() end)

  for _, transaction in ipairs { "one", "none" } do
    local options = { transaction = transaction == "none" and "none" or nil }

    it("give rows, a row, a value, a count (transaction: " .. transaction .. ")", function()
      s:must([[
        assert(db:exec "create table t (id int primary key, v text)" == 0)
        assert(db:exec [=[insert into t values (1, 'a'), (2, null);
          update t set v = 'b' where id = 1]=] == 3)
        assert(db:exec("insert into t values ($1, $2) returning id", 3, "c") == 1)
        assert(db:exec "select * from t" == 0 and db:exec "" == 0 and db:exec "-- nothing" == 0)
        assert(db:exec "create table u as select * from t" == 3)
        local rows = db:query "select * from t order by id"
        assert(rows.n == 3 and #rows == 3 and rows.columns[1] == "id" and rows.columns[2] == "v")
        assert(rows[1].v == "b" and rows[2].v == db.null and rows[3].id == 3)
        local none = db:query "select * from t where false"
        assert(none.n == 0 and #none == 0 and #none.columns == 2)
        assert(db:query("delete from u where id = $1 returning *", 1)[1].v == "b")
        assert(db:query("delete from u").n == 0)
        assert(db:row("select * from t where id = $1", 9) == nil)
        assert(db:row("select * from t order by id").id == 1)
        assert(db:value "select count(*) from t" == 3)
        assert(db:value "select v from t where id = 2" == nil)
        assert(db:value "select 1 where false" == nil and db:value "create table w ()" == nil)
        assert(db:server_version() >= 130000 and db.tag == "0001_script" and db.direction == "up")
        assert(db.dry_run == false)
        assert(db.in_transaction == ]] .. tostring(transaction == "one") .. [[)
      ]], options)
      assert.equal("3", s.db:value "select count(*) from t")
    end)

    it("can be prepared (transaction: " .. transaction .. ")", function()
      s:must([[
        db:exec "create table t (id int, v text)"
        do
          local insert <close> = db:prepare "insert into t values ($1, $2)"
          for i = 1, 100 do assert(insert:exec(i, "v" .. i) == 1) end
          local select = db:prepare "select * from t where id >= $1 order by id"
          assert(select:query(99).n == 2 and select:row(5).v == "v5" and select:value(7) == 7)
          select:close() select:close()
          local ok, err = pcall(select.row, select, 1)
          assert(not ok and err.message == "this statement is closed")
          for i = 1, 200 do db:prepare "select 1" end
        end
        collectgarbage()
        assert(db:value "select count(*) from t" == 100)
        local count = "select count(*) from pg_prepared_statements where name like 'raymig%'"
        assert(db:value(count) < 210)
        collectgarbage() collectgarbage() db:exec "select 1"
        assert(db:value(count) == 0)
      ]], options)
    end)

    it("can be built (transaction: " .. transaction .. ")", function()
      s:must([[
        db:exec "create table t (id int, v text)"
        local insert = db.sql "insert into ${t:ident} values (${id}, ${v})"
        assert(db:exec(insert { t = "t", id = 1, v = "'); drop table t; --" }) == 1)
        assert(db:exec(insert { t = { "public", "t" }, id = 2, v = db.null }) == 1)
        local by_id = db.sql "select * from t where id = ${id}"
        assert(db:row(by_id { id = 1 }).v == "'); drop table t; --")
        local some = db.sql "select count(*) from t where ${filter}"
        assert(db:value(some { filter = db.sql "id = any(${ids})" { ids = { 1, 2, 3 } } }) == 2)
        assert(db:query(db.sql "select 1 as x")[1].x == 1)
        local n = 0
        for row in db:each(by_id { id = 2 }) do n = n + row.id end
        assert(n == 2)
        local ok, err = pcall(db.query, db, by_id)
        assert(not ok and err.message == "the statement has unbound names")
        ok, err = pcall(db.query, db, by_id { id = 1 }, 2)
        assert(not ok and err.message == "a db.sql statement takes no more parameters")
      ]], options)
    end)

    it("raise errors that say all (transaction: " .. transaction .. ")", function()
      s:must([[
        db:exec "create table t (id int constraint t_pk primary key, v text not null)"
        local function try(...) return select(2, pcall(db.transaction, db, db.exec, ...)) end
        local err = try("insert into t values (1, 'a'), (1, 'b')")
        assert(err.sqlstate == "23505" and err.code == "failed" and err.constraint == "t_pk")
        assert(err.schema == "public" and err.table == "t" and err.detail:find "%(id%)=%(1%)")
        assert(err.statement == "insert into t values (1, 'a'), (1, 'b')")
        assert(err.file == "migrations/0001_script.lua" and err.line == 4, err.line)
        assert(tostring(err):find("0001_script.lua:4: duplicate key .* %(SQLSTATE 23505%)"))
        err = try("insert into t values ($1, $2)", 1, nil)
        assert(err.sqlstate == "23502" and err.column == "v")
        err = try("select * frm t")
        assert(err.sqlstate == "42601" and err.position == 10)
        err = try("select $1", 1, 2)
        assert(err.sqlstate == "08P01" or err.sqlstate == "42P18", tostring(err))
        err = try [=[do $$ begin
          raise exception 'own' using errcode = 'RX001', hint = 'h', detail = 'd'; end $$]=]
        assert(err.sqlstate == "RX001" and err.hint == "h" and err.detail == "d")
        assert(err.context:find "PL/pgSQL")
        local errors = require "raymig.error"
        assert(errors.is(err) and not errors.is {} and not errors.is(nil))
        local ok, own = pcall(error, errors.new { message = "m", code = "refused" })
        assert(not ok and own.code == "refused" and tostring(own) == "m")
      ]], options)
    end)
  end

  it("keep mistakes apart from SQL", function()
    s:must [[
      local function bad(what, fn, ...)
        local ok, err = pcall(fn, ...)
        assert(not ok and tostring(err):find(what, 1, true), tostring(err))
      end
      bad("call it with a colon: db:exec(...)", db.exec, "select 1")
      bad("SQL text expected, not a value of type no value", db.exec, db)
      bad("SQL text expected, not a value of type table", db.query, db, {})
      bad("the statement holds a NUL byte", db.exec, db, "select 1\0; select 2")
      bad("two columns named \"a\"", db.query, db, "select 1 as a, 2 as a")
      local _, err = pcall(function() return db.qurey end)
      assert(err.hint == "Did you mean db.query?")
      bad("db has no 'qurey'", function() return db.qurey end)
      bad("COPY with a stream", db.transaction, db, db.exec, "copy (select 1) to stdout")
      bad("COPY with a stream", db.transaction, db, db.query, "copy (select 1) to stdout")
      bad("cannot insert multiple commands", db.transaction, db, db.query, "select 1; select 2")
      bad("attempt to index", function() db.x = 1 end)
      assert(getmetatable(db) == false and tostring(db) == "db")
    ]]
  end)

  it("that failed leave the transaction failed, and the next one says why", function()
    local r = s:up [[
      pcall(db.exec, db, "select 1/0")
      db:exec "select 1"
    ]]
    assert.equal(1, r.code)
    assert.matches("25P02", r.err)
    assert.matches("Run what may fail in db:transaction", r.err)
    assert.matches("0001_script.lua:4", r.err)
  end)

  it("that failed and were swallowed do not count as applied", function()
    local r = s:up [[ db:exec "create table t ()" pcall(db.exec, db, "select 1/0") ]]
    assert.equal(1, r.code)
    assert.is_nil(s.db:value "select to_regclass('t')")
  end)

  it("show notices and print with the migration", function()
    local r = s:must [[
      db:notice("hello " .. 1)
      print("printed", db.null, 2)
      db:exec "do $$ begin raise notice 'from the server'; end $$"
    ]]
    assert.matches("hello 1", r.err)
    assert.matches("printed\tnull\t2", (r.err:gsub("\\t", "\t")))
    assert.matches("from the server", r.err)
  end)

  it("cannot end the transaction that raymig opened", function()
    for _, sql in ipairs { "commit", "rollback", "end", "abort", "begin", "start transaction",
      "select 1; commit; begin", "prepare transaction 'x'", "/* c */ COMMIT and chain" } do
      local r = s:up(("db:exec 'create table t ()' db:exec [[%s]]"):format(sql))
      assert.equal(1, r.code, sql)
      assert.matches("is not for this script: raymig opened the transaction", r.err)
      assert.is_nil(s.db:value "select to_regclass('t')")
    end
    s:must [[
      db:exec "savepoint a; create table t (); rollback to a; release a"
      db:exec [=[do $$ begin null; end $$;
        create function f() returns int language sql begin atomic select 1; end]=]
      db:exec "comment on function f() is 'commit; rollback'"
    ]]
  end)

  it("read a result larger than the memory ceiling with an error, not with all memory", function()
    local r = s:up([[ db:query "select repeat('x', 1000000) as x from generate_series(1, 100)" ]],
      { config = "return { lua = { limits = { memory = '32MB' } } }" })
    assert.equal(1, r.code)
    assert.matches("memory ceiling of 32 MB reached", r.err)
    assert.matches("db:each", r.err)
  end)
end)
