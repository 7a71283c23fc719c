-- Behind PgBouncer in transaction mode, whose server connections change with every transaction.
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local journal = require "spec.support.journal"

describe("behind a transaction pooler", function()
    local server, pooler, db, p

    setup(function()
        server = pg.conf {}
        pooler = pg.pgbouncer { server = server }
    end)

    teardown(function()
        pooler:stop()
        server:stop()
    end)

    before_each(function()
        db = server:create_database()
        db:exec "CREATE TABLE t (id int); INSERT INTO t VALUES (1)"
        p = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = journal("0001_a", "0002_index", "0003_lua"),
            ["migrations/0001_a.sql"] = "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);",
            ["migrations/0001_a.down.sql"] = "DROP TABLE a;",
            ["migrations/0002_index.sql"] =
                "-- raymig: transaction=none\nCREATE INDEX CONCURRENTLY t_id ON t (id);",
            ["migrations/0002_index.down.sql"] =
                "-- raymig: transaction=none\nDROP INDEX CONCURRENTLY t_id;",
            ["migrations/0003_lua.lua"] = [[return {
                up = function(db) db:exec("INSERT INTO t VALUES ($1)", 2) end,
                down = function(db) db:exec("DELETE FROM t WHERE id = $1", 2) end,
            }]],
        })
        p.env.DATABASE_URL = pooler:url(db.name)
    end)

    after_each(function() p:remove() end)

    local function locks()
        return db:value([[SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database =
            (SELECT oid FROM pg_database WHERE datname = current_database())]])
    end

    it("goes up and down, and leaves no lock behind", function()
        for _ = 1, 3 do
            p:must("up")
            assert.equal("3", db:value "SELECT count(*) FROM __raymig_migrations")
            assert.equal("0", locks())
            p:must("down", "--all", "--yes")
            assert.equal("0", db:value "SELECT count(*) FROM __raymig_migrations")
            assert.equal("0", locks())
        end
    end)

    it("lets one runner work at a time", function()
        local runners = {}
        for i = 1, 4 do runners[i] = p:start "up" end
        for i = 1, 4 do assert.equal(0, runners[i]:wait(30).code) end
        assert.equal("3", db:value "SELECT count(*) FROM __raymig_migrations")
        assert.equal("1", db:value "SELECT count(*) FROM a")
    end)

    it("a killed runner frees the lock", function()
        p:write("migrations/0001_a.sql", "SELECT pg_sleep(30);")
        local child = p:start "up"
        process.eventually(function() return locks() == "1" end, "the lock", 10)
        child:kill "KILL"
        child:wait()
        process.eventually(function() return locks() == "0" end, "the lock's end", 10)
        p:write("migrations/0001_a.sql", "CREATE TABLE a (id int);")
        p:must("up")
    end)
end)
