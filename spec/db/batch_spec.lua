-- db:batch: backfills in short transactions that a killed run resumes.
local process = require "spec.support.process"
local script = require "spec.support.script"

local ROWS = 5000
local TABLE = [[
  create table t (id int primary key, a int not null, b int not null, n int not null default 0,
    unique (a, b));
  insert into t select i, i / 10, mod(i, 10) from generate_series(1, %d) i]]

describe("db:batch", function()
  local s
  before_each(function()
    s = script.new()
    s.db:exec(TABLE:format(ROWS))
  end)
  after_each(function() s:close() end)

  local function counts()
    return s.db:value [[select string_agg(n || ':' || c, ',' order by n)
      from (select n, count(*) c from t group by n) x]]
  end

  for _, transaction in ipairs { "one", "none" } do
    local options = { transaction = transaction == "none" and "none" or nil }

    it("visits every row once (transaction: " .. transaction .. ")", function()
      s:must([[
        local rows, batches = db:batch { table = "t", key = "id", size = 700,
          sql = "update t set n = n + 1 where id = any($1)" }
        assert(rows == 5000 and batches == 8, rows .. " " .. batches)
      ]], options)
      assert.equal("1:5000", counts())
    end)

    it("takes functions, filters and wide keys (transaction: " .. transaction .. ")", function()
      s:must([[
        local seen = {}
        local rows, batches = db:batch { table = { "public", "t" }, key = { "id" }, size = 300,
          where = "id % 2 = 0 -- even ones", count = true, name = "even", pause = "1ms",
          fn = function(tx, batch)
            assert(tx == db and batch.n == #batch.keys and batch.number == #seen + 1)
            seen[batch.number] = batch.n
            tx:exec("update t set n = n + 1 where id = any($1)", batch.keys)
          end }
        assert(rows == 2500 and batches == 9 and seen[1] == 300 and seen[9] == 100)
        db:batch { table = "t", key = { "a", "b" }, size = 450,
          sql = [=[update t set n = n + 1
            where (a, b) in (select * from unnest($1::int[], $2::int[]))]=] }
        db:batch { table = "t", key = { "b", "a" }, size = 1000, fn = function(tx, batch)
          assert(#batch.keys == 2 and #batch.keys[1] == batch.n)
          tx:exec([=[update t set n = n + 1
            where (b, a) in (select * from unnest($1::int[], $2::int[]))]=],
            table.unpack(batch.keys))
        end }
        assert(db:batch { table = "t", key = "id", where = "false", sql = "select $1::int[]" } == 0)
        assert(db:batch { table = "t", key = "id", size = 5000, sql = "select $1::int[]" } == 5000)
      ]], options)
      assert.equal("2:2500,3:2500", counts())
    end)

    it("refuses what would lose rows (transaction: " .. transaction .. ")", function()
      s.db:exec [[
        create table dup (k int not null, nullable int unique, part int not null,
          p uuid primary key);
        create unique index on dup (part) where part > 0;
        create table "Odd Name" ("The Key" uuid primary key, v bytea);
        insert into "Odd Name" select gen_random_uuid() from generate_series(1, 100);
        create view view_of_t as select * from t]]
      s:must([[
        local function bad(what, options)
          local ok, err = pcall(db.transaction, db, db.batch, options)
          assert(not ok and tostring(err):find(what, 1, true), tostring(err))
        end
        for _, key in ipairs { "k", "nullable", "part" } do
          bad("the key (" .. key .. ") of dup is not unique and NOT NULL",
            { table = "dup", key = key, sql = "select $1::int[]" })
        end
        bad("the key (a) of t is not unique", { table = "t", key = "a", sql = "x" })
        bad("the key (nope) of t is not unique", { table = "t", key = "nope", sql = "x" })
        bad("unknown option 'siez'", { table = "t", key = "id", siez = 5, sql = "x" })
        bad("give either 'sql' or 'fn'", { table = "t", key = "id" })
        bad("give either 'sql' or 'fn'", { table = "t", key = "id", sql = "x", fn = print })
        bad("'key' is missing", { table = "t", sql = "x" })
        bad("needs a table", { key = "id", sql = "x" })
        bad("'size' is a whole number of at least 1",
          { table = "t", key = "id", size = 0, sql = "x" })
        bad("'pause' is a duration", { table = "t", key = "id", pause = "a while", sql = "x" })
        bad("'where' is SQL text", { table = "t", key = "id", where = 5, sql = "x" })
        bad("relation \"nope\" does not exist", { table = "nope", key = "id", sql = "x" })
        bad("it takes a table of options", "t")
        bad("division by zero", { table = "t", key = "id", sql = "select 1 / 0, $1::int[]" })
        bad("mine", { table = "t", key = "id", fn = function() error "mine" end })
        local n = db:batch { table = '"Odd Name"', key = "The Key", size = 30,
          sql = [=[update "Odd Name" set v = '\x00' where "The Key" = any($1)]=] }
        assert(n == 100)
        assert(db:value [=[select count(*) from "Odd Name" where v is not null]=] == 100)
        n = db:batch { table = "view_of_t", key = "id", size = 3000, sql = "select $1::int[]" }
        assert(n == 5000)
      ]], options)
    end)
  end

  it("keeps what was done where a later batch fails, and goes on from there", function()
    local body = [[
      db:batch { table = "t", key = "id", size = 500, fn = function(tx, batch)
        tx:exec("update t set n = n + 1 where id = any($1)", batch.keys)
        tx:exec("select 1 / count(*) from t where id = any($1) and 2000 <> all($1)", batch.keys)
      end }
    ]]
    local r = s:up(body, { transaction = "none", keep = true })
    assert.equal(1, r.code)
    assert.matches("division by zero", r.err)
    assert.equal("0:3500,1:1500", counts())
    r = s:again()
    assert.equal(1, r.code)
    assert.equal("0:3500,1:1500", counts())
    s.db:exec "delete from t where id = 2000"
    r = s:again()
    assert.equal(0, r.code, r.err)
    assert.matches("resumes behind 1500 rows", r.err)
    assert.equal("1:4999", counts())
  end)

  it("begins anew when the migration runs again after a down", function()
    local body = [[
      db:batch { table = "t", key = "id", sql = "update t set n = n + 1 where id = any($1)" }
    ]]
    s:must(body, { transaction = "none", down = "db:exec 'select 1'" })
    s.project:must("down", "--yes")
    s.project:must("up")
    assert.equal("2:5000", counts())
    assert.equal("0", s.db:value "select count(*) from __raymig_migrations_batch")
  end)

  it("loses and doubles nothing when it is killed, again and again", function()
    s:add [[
-- raymig: transaction=none
return function(db)
  db:batch { table = "t", key = "id", size = 100, pause = "4ms",
    sql = "update t set n = n + 1 where id = any($1)" }
  db:batch { table = "t", key = { "a", "b" }, size = 100, pause = "4ms",
    sql = "update t set n = n + 10 where (a, b) in (select * from unnest($1::int[], $2::int[]))" }
end]]
    local kills = 0
    while true do
      local child = s.project:start("up")
      process.sleep(0.05 + math.random() * 0.15)
      if not child:alive() or kills >= 12 then
        local r = child:wait(60)
        assert.equal(0, r.code, r.err)
        break
      end
      child:kill "KILL"
      pcall(child.wait, child, 5)
      kills = kills + 1
    end
    assert.is_true(kills > 2, "killed only " .. kills .. " times")
    assert.equal("11:5000", counts())
  end)

  it("tries a batch again after a lock timeout", function()
    local session = s.db:session()
    session:run "begin; update t set n = 0 where id = 250;"
    s:add [[
-- raymig: transaction=none
return function(db)
  db:exec "set lock_timeout = '50ms'"
  db:notice "begins"
  db:batch { table = "t", key = "id", size = 100,
    sql = "update t set n = n + 1 where id = any($1)" }
end]]
    local child = s.project:start("up")
    child:wait_for "begins"
    process.sleep(0.4)
    session:close()
    assert.equal(0, child:wait(30).code)
    assert.equal("1:5000", counts())
  end)

  it("ends with SIGINT, batch by batch", function()
    s:add [[
-- raymig: transaction=none
return function(db)
  db:notice "begins"
  db:batch { table = "t", key = "id", size = 10, pause = "10s",
    sql = "update t set n = n + 1 where id = any($1)" }
end]]
    local child = s.project:start("up")
    child:wait_for "begins"
    process.sleep(0.3)
    child:kill "INT"
    assert.equal(130, child:wait(5).code)
    assert.equal("0:4990,1:10", counts())
  end)
end)
