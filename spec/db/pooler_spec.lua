-- The db API through a transaction-pooling PgBouncer that gives each transaction another backend.
local pg = require "spec.support.pg"
local script = require "spec.support.script"

describe("a Lua migration behind a transaction pooler", function()
  local s, pooler
  setup(function() pooler = pg.pgbouncer() end)
  before_each(function()
    s = script.new()
    s.project.env.DATABASE_URL = pooler:url(s.db.name)
    s.db:exec [[create type mood as enum ('a', 'b');
      create table t (id int primary key, m mood, n int not null default 0);
      insert into t select i, 'a' from generate_series(1, 2000) i]]
  end)
  after_each(function() s:close() end)

  -- The pooler opens a server connection only when all it has are in use.
  local function open_backends(count)
    local sessions = {}
    for i = 1, count do
      sessions[i] = pooler:database(s.db.name):session()
      sessions[i]:run "begin; select 1;"
    end
    for _, session in ipairs(sessions) do
      session:run "rollback;"
      session:close()
    end
  end

  for _, transaction in ipairs { "one", "none" } do
    it("has all that it has without one (transaction: " .. transaction .. ")", function()
      open_backends(3)
      local r = s:up([[
        local statement <close> = db:prepare "select id + $1 as x from t where id = $2"
        for i = 1, 20 do assert(statement:value(1, i) == i + 1) end
        local n = 0
        for row in db:each "select id, array[m] as ms from t" do n = n + #row.ms end
        assert(n == 2000)
        for _ in db:each "select * from t" do break end
        for i = 1, 10 do
          db:transaction(function()
            db:exec("update t set n = n + 1 where id = $1", i)
            for row in db:each("select n from t where id = $1", i) do assert(row.n == 1) end
          end)
          pcall(db.transaction, db, function()
            db:exec("update t set n = 9")
            error "x"
          end)
        end
        assert(db:copy_in({ table = "t", columns = { "id", "m" } }, { { 3001, "b" } }) == 1)
        n = 0
        for _ in db:copy_out { table = "t" } do n = n + 1 end
        assert(n == 2001)
        db:batch { table = "t", key = "id", size = 300,
          sql = "update t set n = n + 10 where id = any($1)" }
        db:notice("backend " .. db:value "select pg_backend_pid()")
        db:notice("backend " .. db:value "select pg_backend_pid()")
      ]], { transaction = transaction == "none" and "none" or nil })
      assert.equal(0, r.code, r.err)
      assert.equal("10:1991,11:10", s.db:value [[select string_agg(n || ':' || c, ',' order by n)
        from (select n, count(*) c from t group by n) x]])
      if transaction == "none" then
        local first, second = r.err:match "backend (%d+).*backend (%d+)"
        assert.are_not_equal(first, second) -- or the pooler showed nothing
      end
    end)
  end
end)
