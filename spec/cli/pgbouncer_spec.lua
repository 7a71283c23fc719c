-- Through PgBouncer in transaction mode, which hands every transaction to another session.
local journal = require "spec.support.journal"
local ladder = require "spec.support.ladder"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"

describe("through PgBouncer", function()
    local pooler, db, p, traffic

    setup(function() pooler = pg.pgbouncer { query_wait_timeout = 20 } end)

    before_each(function()
        db = pg.create_database()
        traffic = {}
    end)

    after_each(function()
        for _, child in ipairs(traffic) do
            child:kill "KILL"
            child:wait(5)
        end
        if p then p:remove() end
        db:drop()
    end)

    -- Clients that keep the pool turning: each statement may get another server session.
    local function start_traffic(url)
        for i = 1, 3 do
            traffic[i] = process.start { pg.program "psql", url, "-XAtq",
                stdin = ("SELECT pg_sleep(0.002);\n"):rep(20000) }
        end
    end

    local function through(files, url)
        p = project.new(files, { url = url or pooler:url(db.name) })
        return p
    end

    local function one(suffix, text)
        return through {
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = journal "0001_a",
            ["migrations/0001_a" .. suffix] = text,
        }
    end

    local function advisory_locks()
        return db:value [[SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database =
            (SELECT oid FROM pg_database WHERE datname = current_database())]]
    end

    it("up, status and down, with other clients at work; no lock is left", function()
        local rungs = ladder.new(20)
        rungs.prepare(db)
        through(rungs.files)
        start_traffic(pooler:url(db.name))
        p:must "up"
        assert.equal(20, (rungs.check(db)))
        assert.equal("0", advisory_locks())
        p:must("status", "--exit-code")
        p:must("down", "--all", "--yes")
        assert.same({ 0, 0 }, { rungs.check(db) })
        assert.equal("0", advisory_locks())
    end)

    it("one runner at a time, whichever way they come", function()
        local files = {
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = journal "0001_a",
            ["migrations/0001_a.sql"] = "SELECT pg_sleep(1);\nCREATE TABLE a ();\n",
        }
        for _, way in ipairs { { pooler:url(db.name), db.url }, { db.url, pooler:url(db.name) } } do
            through(files)
            local first = p:start("up", "--url", way[1])
            process.eventually(function() return advisory_locks() == "1" end, "the lock", 5)
            local second = p:run("up", "--url", way[2])
            assert.equal(0, second.code, second.err)
            assert.matches("waiting for another runner", second.err)
            assert.matches("nothing to do", second.err)
            assert.equal(0, first:wait().code)
            db:exec "DROP TABLE a, __raymig_migrations, __raymig_migrations_log"
            p:remove()
        end
    end)

    it("ten runners, half of them direct, on 100 migrations", function()
        local rungs = ladder.new(100)
        rungs.prepare(db)
        through(rungs.files)
        local children = {}
        for i = 1, 10 do
            children[i] = p:start("up", "--url", i % 2 == 0 and db.url or pooler:url(db.name))
        end
        for _, child in ipairs(children) do
            local r = child:wait(60)
            assert.equal(0, r.code, r.err)
        end
        assert.equal(100, (rungs.check(db)))
        assert.equal("0", advisory_locks())
    end)

    it("runners that wait keep no server session from the one that works", function()
        local tight = pg.pgbouncer { default_pool_size = 2, query_wait_timeout = 10 }
        local rungs = ladder.new(20)
        rungs.prepare(db)
        through(rungs.files, tight:url(db.name))
        local children = {}
        for i = 1, 4 do children[i] = p:start "up" end
        for _, child in ipairs(children) do
            local r = child:wait(60)
            assert.equal(0, r.code, r.err)
        end
        assert.equal(20, (rungs.check(db)))
        tight:stop()
    end)

    it("a killed runner leaves no lock behind", function()
        one(".sql", "CREATE TABLE a ();\nSELECT pg_sleep(30);\n")
        local child = p:start "up"
        process.eventually(function()
            return db:value [[SELECT 1 FROM pg_stat_activity WHERE state = 'active'
                AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()]]
        end, "the statement", 5)
        child:kill "KILL"
        child:wait()
        process.eventually(function() return advisory_locks() == "0" end, "the lock's end", 10)
        p:write("migrations/0001_a.sql", "CREATE TABLE a ();\n")
        p:must("up", "--wait", "10s")
        assert.equal("a", db:value "SELECT to_regclass('a')")
    end)

    it("an interrupted one rolls back and leaves no lock", function()
        one(".sql", "CREATE TABLE a ();\nSELECT pg_sleep(30);\n")
        local child = p:start "up"
        process.eventually(function()
            return db:value [[SELECT 1 FROM pg_stat_activity WHERE state = 'active'
                AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()]]
        end, "the statement", 5)
        child:kill "INT"
        local r = child:wait(10)
        assert.equal(130, r.code, r.err)
        assert.is_nil(db:value "SELECT to_regclass('a')")
        process.eventually(function() return advisory_locks() == "0" end, "the lock's end", 5)
    end)

    it("what a migration sets does not stay in the pool", function()
        one(".sql", [[SET search_path = ''; SET statement_timeout = '77s';
            SELECT set_config('work_mem', '77MB', false); CREATE TABLE public.a ();]])
        p:must "up"
        for _ = 1, 8 do
            local row = pooler:database(db.name):query [[SELECT current_setting('search_path') AS p,
                current_setting('statement_timeout') AS t, current_setting('work_mem') AS m]]
            assert.same({ '"$user", public', "0", "4MB" }, { row[1].p, row[1].t, row[1].m })
        end
    end)

    it("a lost server session: nothing recorded, and the next run applies it", function()
        one(".sql", "CREATE TABLE a ();\nSELECT pg_sleep(30);\n")
        local child = p:start "up"
        process.eventually(function()
            return db:value [[SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE state = 'active' AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()]]
        end, "the statement", 5)
        local r = child:wait(10)
        assert.equal(5, r.code, r.err)
        assert.matches("nothing of", r.err)
        p:write("migrations/0001_a.sql", "CREATE TABLE a ();\n")
        p:must "up"
    end)

    it("Lua: statements prepared, cursors, batches", function()
        db:exec "CREATE TABLE t AS SELECT g AS id, 0 AS n FROM generate_series(1, 50) g"
        db:exec "ALTER TABLE t ADD PRIMARY KEY (id)"
        local script = [[return { up = function(db)
            local add = db:prepare "UPDATE t SET n = n + $2 WHERE id = $1"
            for row in db:each "SELECT id FROM t ORDER BY id" do add:exec(row.id, 1) end
        end }]]
        through {
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = journal("0001_a", "0002_b", "0003_c"),
            ["migrations/0001_a.lua"] = script,
            ["migrations/0002_b.lua"] = script,
            ["migrations/0003_c.lua"] = [[-- raymig: transaction=none
                return { up = function(db)
                    db:batch { table = "t", key = "id", size = 7,
                        sql = "UPDATE t SET n = n + 1 WHERE id = ANY ($1)" }
                end }]],
        }
        start_traffic(pooler:url(db.name))
        local r = p:run "up"
        assert.equal(0, r.code, r.err)
        assert.equal("3 3", db:value "SELECT min(n) || ' ' || max(n) FROM t")
    end)
end)
