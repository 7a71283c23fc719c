-- db:each: rows one by one, whatever way the loop is left.
local script = require "spec.support.script"

describe("db:each", function()
  local s
  before_each(function() s = script.new() end)
  after_each(function() s:close() end)

  for _, transaction in ipairs { "one", "none" } do
    local options = { transaction = transaction == "none" and "none" or nil,
      config = "return { lua = { limits = { memory = '4MB' } } }", timeout = 120 }

    it("reads a million rows in a few megabytes (transaction: " .. transaction .. ")", function()
      s:must([[
        local n, sum = 0, 0
        for row in db:each("select i, 'row ' || i as t from generate_series(1, $1) i", 1000000) do
          n, sum = n + 1, sum + row.i
        end
        assert(n == 1000000 and sum == 500000500000)
        for row in db:each "select repeat('x', 200000) as t from generate_series(1, 100)" do
          assert(#row.t == 200000)
        end
      ]], options)
    end)

    it("can be left early in every way (transaction: " .. transaction .. ")", function()
      s:must([[
        local function loop(leave)
          for row in db:each "select i from generate_series(1, 5000) i" do
            if row.i == 7 then leave() break end
          end
        end
        loop(function() end)
        assert(db:value "select 1" == 1)
        assert(not pcall(loop, function() error "x" end))
        assert(db:value "select 2" == 2)
        local function first() for row in db:each "select 3 as i" do return row.i end end
        assert(first() == 3 and db:value "select 4" == 4)
        local co = coroutine.wrap(function() loop(coroutine.yield) end)
        co() co()
        assert(db:value "select 5" == 5)
        local other = coroutine.create(function() loop(coroutine.yield) end)
        coroutine.resume(other) coroutine.close(other)
        assert(db:value "select 6" == 6)
        do local next, rows = db:each "select generate_series(1, 5000)" next(rows) end
        collectgarbage() collectgarbage()
        assert(db:value "select 7" == 7)
        do
          local next, rows, _, closing <close> = db:each "select generate_series(1, 5000) as i"
          assert(next(rows).i == 1 and next(rows).i == 2 and closing == rows)
        end
        assert(db:value "select 8" == 8)
      ]], options)
    end)

    it("keeps nothing open (transaction: " .. transaction .. ")", function()
      s:must([[
        db:exec "create table t as select generate_series(1, 3000) as i"
        for _ in db:each "select * from t" do end
        for _ in db:each "select * from t" do break end
        for _ in db:each "select * from t where false" do error "a row" end
        db:exec "drop table t"
        assert(db:value "select count(*) from pg_cursors where name like 'raymig%'" == 0)
      ]], options)
    end)

    it("takes what returns rows, not only SELECT (transaction: " .. transaction .. ")", function()
      s:must([[
        db:exec "create table t (i int)"
        local function sum(sql)
          local n = 0
          for row in db:each(sql) do n = n + row.i end
          return n
        end
        assert(sum "insert into t select generate_series(1, 1000) returning i" == 500500)
        assert(sum "with x as (select 5 as i) select * from x" == 5)
        assert(sum "with d as (delete from t where i > 10 returning i) select i from d" == 500445)
        assert(sum "(select 1 as i) union all select 2" == 3)
        assert(sum "/* c */ -- d\n table t" == 55)
        for row in db:each "show search_path" do assert(row.search_path) end
        for row in db:each "update t set i = i + 1 returning i" do if row.i > 3 then break end end
        assert(db:value "select sum(i) from t" == 65)
      ]], options)
    end)

    it("raises the error of the row that failed (transaction: " .. transaction .. ")", function()
      local r = s:up([[
        local n = 0
        for row in db:each "select 10 / (2500 - i) from generate_series(1, 5000) i" do n = n + 1 end
      ]], options)
      assert.equal(1, r.code)
      assert.matches("division by zero", r.err)
      assert.matches("0001_script.lua:4", r.err)
      s:close()
      s = script.new()
      r = s:up("for row in db:each [[select *\n  frm t]] do end", options)
      assert.matches("syntax error at or near \"frm\"", r.err)
      assert.matches("|   frm t\n[^\n]*|   %^", r.err)
    end)
  end

  it("leaves the connection free in a transaction, and says so without one", function()
    s:must [[
      db:exec "create table t (i int)"
      for row in db:each "select i from generate_series(1, 2000) i" do
        if row.i % 100 == 0 then
          db:exec("insert into t values ($1)", row.i)
          for inner in db:each "select count(*) as n from t" do assert(inner.n == row.i // 100) end
        end
      end
    ]]
    local r = s:up([[
      for row in db:each "select generate_series(1, 10)" do db:exec "select 1" end
    ]], { transaction = "none" })
    assert.equal(1, r.code)
    assert.matches("the connection is busy with db:each", r.err)
  end)

  it("survives a savepoint that is rolled back under it", function()
    s:must [[
      local ok, err = pcall(function()
        for row in db:each "select generate_series(1, 5000) as i" do
          if row.i == 1 then pcall(db.transaction, db, function() error "inner" end) end
        end
      end)
      assert(ok, tostring(err))
      local rows
      pcall(db.transaction, db, function()
        rows = table.pack(db:each "select generate_series(1, 5000) as i")
        rows[1](rows[2])
        error "out"
      end)
      ok, err = pcall(db.transaction, db, function() for i = 1, 5000 do rows[1](rows[2]) end end)
      assert(not ok and err.sqlstate == "34000", tostring(err))
      rows[2]:close()
      assert(db:value "select 1" == 1)
    ]]
  end)
end)
