-- db:transaction: a savepoint in raymig's transaction, a transaction where there is none.
local script = require "spec.support.script"

describe("db:transaction", function()
  local s
  before_each(function() s = script.new() end)
  after_each(function() s:close() end)

  for _, transaction in ipairs { "one", "none" } do
    local options = { transaction = transaction == "none" and "none" or nil }

    it("keeps what ends well, undoes what does not (transaction: " .. transaction .. ")", function()
      s:must([[
        db:exec "create table t (i int primary key)"
        local a, b, c = db:transaction(function(tx, x, y)
          assert(tx == db and x == 1 and y == nil)
          tx:exec "insert into t values (1)"
          return "a", nil, "c"
        end, 1, nil)
        assert(a == "a" and b == nil and c == "c")
        local ok, err = pcall(db.transaction, db, function()
          db:exec "insert into t values (2)"
          error "mine"
        end)
        assert(not ok and err:find "mine")
        ok, err = pcall(db.transaction, db, function()
          db:exec "insert into t values (3)"
          db:exec "insert into t values (1)"
        end)
        assert(not ok and err.sqlstate == "23505")
        db:transaction(function()
          db:exec "insert into t values (4)"
          pcall(db.transaction, db, function()
            db:exec "insert into t values (5)"
            db:transaction(function() db:exec "insert into t values (6)" end)
            error "inner"
          end)
          db:transaction(function() db:exec "insert into t values (7)" end)
        end)
      ]], options)
      assert.equal("1,4,7", s.db:value "select string_agg(i::text, ',' order by i) from t")
    end)

    it("does not commit over a swallowed error (transaction: " .. transaction .. ")", function()
      s:must([[
        db:exec "create table t (i int)"
        local ok, err = pcall(db.transaction, db, function()
          db:exec "insert into t values (1)"
          pcall(db.exec, db, "select 1/0")
        end)
        assert(not ok and err.message:find "cannot commit", tostring(err))
        assert(db:value "select count(*) from t" == 0)
      ]], options)
    end)

    it("is undone by whatever leaves it (transaction: " .. transaction .. ")", function()
      s:must([[
        db:exec "create table t (i int)"
        local function insert() db:exec "insert into t values (1)" end
        local co = coroutine.create(function()
          db:transaction(function() insert() coroutine.yield() end)
        end)
        assert(coroutine.resume(co))
        coroutine.close(co)
        assert(db:value "select count(*) from t" == 0)
        local wrapped = coroutine.wrap(function()
          db:transaction(function() insert() error "x" end)
        end)
        assert(not pcall(wrapped))
        assert(db:value "select count(*) from t" == 0)
        local done = coroutine.wrap(function()
          db:transaction(function() insert() coroutine.yield() insert() end)
        end)
        done() done()
        assert(db:value "select count(*) from t" == 2)
        assert(not pcall(db.transaction, db, "no function"))
        assert(not pcall(db.transaction, db))
        assert(not pcall(db.transaction))
        for row in db:each "select generate_series(1, 3) as i" do
          if not db.in_transaction then break end
          pcall(db.transaction, db, function() insert() error "x" end)
        end
        assert(db:value "select count(*) from t" == 2)
      ]], options)
    end)
  end

  it("is a transaction of its own where raymig opened none", function()
    s:must([[
      db:exec "create table t (i int)"
      db:transaction(function() db:exec "insert into t values (1)" end)
      db:exec "create index concurrently t_i on t (i)"
      local ok, err = pcall(db.transaction, db, function() db:exec "commit" end)
      assert(not ok and err.message:find "db:transaction opened the transaction", tostring(err))
      db:exec "begin; insert into t values (2); commit"
      db:exec "create table parent (i int primary key)"
      db:exec "create table child (i int references parent deferrable initially deferred)"
      ok, err = pcall(db.transaction, db, function() db:exec "insert into child values (9)" end)
      assert(not ok and err.sqlstate == "23503", tostring(err))
      assert(db:value "select count(*) from child" == 0)
    ]], { transaction = "none" })
    assert.equal("2", s.db:value "select count(*) from t")
    local r = s:up([[ db:exec "insert into t values (3)" error "late" ]], { transaction = "none" })
    assert.equal(1, r.code)
    assert.equal("3", s.db:value "select count(*) from t")
  end)

  it("that a script leaves open is rolled back", function()
    local r = s:up([[ db:exec "begin; create table t ()" ]], { transaction = "none" })
    assert.equal(1, r.code)
    assert.matches("the script left a transaction open", r.err)
    assert.is_nil(s.db:value "select to_regclass('t')", r.out .. r.err)
    s:close()
    s = script.new()
    r = s:up([[
      local co = coroutine.create(function()
        db:transaction(function() db:exec "create table t ()" coroutine.yield() end)
      end)
      coroutine.resume(co)
    ]], { transaction = "none" })
    assert.is_nil(s.db:value "select to_regclass('t')", r.out .. r.err)
  end)
end)
