-- Many runners at once, and runners and servers that die: nothing is lost, nothing doubled.
local ladder = require "spec.support.ladder"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"

local function start_many(p, count, ...)
    local children = {}
    for i = 1, count do children[i] = p:start(...) end
    return children
end

describe("runners at once", function()
    local db, p

    before_each(function() db = pg.create_database() end)

    after_each(function()
        if p then p:remove() end
        db:drop()
    end)

    it("ten of them on 100 pending migrations: each runs exactly once", function()
        local rungs = ladder.new(100)
        rungs.prepare(db)
        p = project.new(rungs.files, { database = db })
        local children = start_many(p, 10, "up")
        local applied = 0
        for _, child in ipairs(children) do
            local r = child:wait(120)
            assert.equal(0, r.code, r.err)
            applied = applied + select(2, r.out:gsub("applied", ""))
        end
        assert.equal(100, applied)
        assert.equal(100, (rungs.check(db)))
        assert.equal("100", db:value
            "SELECT count(*) FROM __raymig_migrations_log WHERE event = 'up'")
        assert.equal("0", db:value
            "SELECT count(*) FROM __raymig_migrations_log WHERE event = 'failed'")
    end)

    it("some going up while others go down: one at a time, whoever comes first", function()
        local rungs = ladder.new(20)
        rungs.prepare(db)
        p = project.new(rungs.files, { database = db })
        p:must("up", "10")
        local children = {}
        for i = 1, 6 do
            children[i] = i % 2 == 0 and p:start("up") or p:start("down", "5", "--yes")
        end
        for _, child in ipairs(children) do
            local r = child:wait(120)
            -- A down that finds the database changed since it was asked for is refused.
            assert.is_true(r.code == 0 or r.code == 4, r.err)
        end
        rungs.check(db)
        p:must("up")
        assert.equal(20, (rungs.check(db)))
    end)
end)

describe("a runner that is killed", function()
    local db, p

    before_each(function() db = pg.create_database() end)

    after_each(function()
        if p then p:remove() end
        db:drop()
    end)

    local function one(suffix, text)
        p = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = [[{"version":"7","dialect":"postgresql","raymig":1,
                "entries":[{"idx":0,"version":"7","when":1700000001000,"tag":"0001_a",
                "breakpoints":true}]}]],
            ["migrations/0001_a" .. suffix] = text,
        }, { database = db })
    end

    it("resumes db:batch behind the last batch, no row twice; a redo begins anew", function()
        db:exec "CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 0)"
        db:exec "INSERT INTO t SELECT generate_series(1, 100)"
        one(".lua", [[
            -- raymig: transaction=none
            local function fill(change, pause)
                return function(db)
                    db:batch { table = "t", key = "id", size = 10, pause = pause,
                               fn = function(_, b)
                        db:exec("UPDATE t SET n = n + $2 WHERE id = ANY ($1)", b.keys, change)
                    end }
                end
            end
            return { up = fill(1, "100ms"), down = fill(-1) }]])
        local child = p:start "up"
        process.eventually(function()
            return tonumber(db:value "SELECT sum(n) FROM t") >= 30
        end, "three batches", 10)
        child:kill "KILL"
        child:wait()
        local done = tonumber(db:value "SELECT sum(n) FROM t")
        assert.is_true(done >= 30 and done < 100)
        assert.equal("partial", db:value "SELECT state FROM __raymig_migrations")
        local r = p:must "up"
        assert.matches(("resumes behind %d rows"):format(done), r.err)
        assert.equal("1 1", db:value "SELECT min(n) || ' ' || max(n) FROM t")
        p:must("down", "--yes")
        assert.equal("0 0", db:value "SELECT min(n) || ' ' || max(n) FROM t")
        p:must "up"
        assert.equal("1 1", db:value "SELECT min(n) || ' ' || max(n) FROM t")
        assert.equal("0", db:value "SELECT count(*) FROM __raymig_migrations_batch")
    end)
end)

describe("a session that is taken away", function()
    local db, p

    before_each(function() db = pg.create_database() end)

    after_each(function()
        if p then p:remove() end
        db:drop()
    end)

    local function one(suffix, text, config)
        p = project.new({
            ["raymig.lua"] = config or "return {}",
            ["migrations/meta/_journal.json"] = [[{"version":"7","dialect":"postgresql","raymig":1,
                "entries":[{"idx":0,"version":"7","when":1700000001000,"tag":"0001_a",
                "breakpoints":true}]}]],
            ["migrations/0001_a" .. suffix] = text,
        }, { database = db })
    end

    local function wait_for(query)
        process.eventually(function()
            return db:value(("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%%%s%%' "
                .. "AND state = 'active' AND pid <> pg_backend_pid() "
                .. "AND datname = current_database()")
                :format(query))
        end, query, 10)
    end

    local function terminate(application)
        db:exec(("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            .. "WHERE application_name = '%s' AND datname = current_database()")
            :format(application))
    end

    it("the lock's: what ran does not commit, in SQL as in Lua", function()
        local texts = {
            [".sql"] = "CREATE TABLE a ();\nSELECT pg_sleep(0.7);\n",
            [".lua"] = [[return { up = function(db)
                db:exec "CREATE TABLE a ()"; db:exec "SELECT pg_sleep(0.7)" end }]],
        }
        for suffix, text in pairs(texts) do
            one(suffix, text)
            local child = p:start "up"
            wait_for "SELECT pg_sleep"
            terminate "raymig up (lock)"
            local r = child:wait(10)
            assert.equal(5, r.code)
            assert.matches("0001_a.*the lock was lost", r.err)
            assert.matches("nothing of \"0001_a\" was applied", r.err)
            assert.not_matches("applied", r.out)
            assert.is_nil(db:value "SELECT to_regclass('a')")
            assert.equal("0", db:value "SELECT count(*) FROM __raymig_migrations")
            p:must "up"
            assert.equal("a", db:value "SELECT to_regclass('a')")
            db:exec "DROP TABLE a, __raymig_migrations, __raymig_migrations_log"
            p:remove()
        end
    end)

    it("the lock's: the loser does not touch the row that the next runner works on", function()
        one(".sql", "-- raymig: transaction=none\nSELECT pg_sleep(1);\nCREATE TABLE a ();\n")
        local first = p:start "up"
        wait_for "SELECT pg_sleep"
        process.sleep(0.4)
        terminate "raymig up (lock)"
        local second = p:start "up"
        local r = first:wait(10)
        assert.equal(5, r.code)
        assert.matches("the lock was lost", r.err)
        r = second:wait(10)
        assert.equal(0, r.code, r.err)
        assert.equal("applied", db:value "SELECT state FROM __raymig_migrations")
    end)

    it("the migration's own: rolled back, said clearly, and the next run applies it", function()
        for _, suffix in ipairs { ".sql", ".lua" } do
            local text = "CREATE TABLE a (); SELECT pg_sleep(30);"
            one(suffix, suffix == ".sql" and text
                or ("return { up = function(db) db:exec [[%s]] end }"):format(text))
            local child = p:start "up"
            wait_for(suffix == ".sql" and "SELECT pg_sleep" or "CREATE TABLE a")
            terminate "raymig up"
            local r = child:wait(10)
            assert.equal(5, r.code, r.err)
            assert.matches("connection lost", r.err)
            assert.matches("57P01", r.err)
            assert.matches("nothing of \"0001_a\" was applied", r.err)
            assert.is_nil(db:value "SELECT to_regclass('a')")
            assert.equal("0", db:value "SELECT count(*) FROM __raymig_migrations")
            p:remove()
        end
    end)

    it("by a timeout for idle ones: neither the lock's nor that of a slow script", function()
        db:exec(("ALTER DATABASE %s SET idle_in_transaction_session_timeout = '100ms'")
            :format(db.name))
        one(".lua", [[return { up = function(db)
            db:exec "CREATE TABLE a ()"
            for _ = 1, 2e7 do end
            db:exec "CREATE TABLE b ()"
        end }]])
        assert.matches("applied", p:must("up").out)
        p:remove()
        db:exec "DROP TABLE a, b, __raymig_migrations, __raymig_migrations_log"
        one(".sql", "SELECT pg_sleep(0.5);")
        p:must "up"
    end)

    it("by a timeout for idle ones: not while it waits for another runner", function()
        if pg.major() < 14 then pending "idle_session_timeout needs PostgreSQL 14" end
        one(".sql", "SELECT pg_sleep(1);")
        local first = p:start "up"
        wait_for "SELECT pg_sleep"
        db:exec(("ALTER DATABASE %s SET idle_session_timeout = '300ms'"):format(db.name))
        local r = p:must "up"
        assert.matches("nothing to do", r.err)
        assert.equal(0, first:wait().code)
    end)

    it("in the middle of a backup: pg_dump ends with raymig", function()
        one(".sql", "SELECT 1;")
        local other = db:session()
        other:run "CREATE TABLE held (); BEGIN; LOCK TABLE held;"
        local child = p:start("up", "--backup", "b.dump", "--json")
        process.eventually(function()
            return db:value "SELECT 1 FROM pg_stat_activity WHERE application_name = 'pg_dump'"
        end, "pg_dump", 10)
        child:kill "TERM"
        local r = child:wait(5)
        other:close()
        assert.equal(130, r.code)
        assert.is_false(p:exists "b.dump")
        assert.is_false(p:exists "b.dump.part")
        assert.equal(130, require("cjson").decode(r.out).error.code)
    end)
end)

describe("rivals", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        db:exec "CREATE TABLE a (v int); INSERT INTO a VALUES (1)"
    end)

    after_each(function()
        if p then p:remove() end
        db:drop()
    end)

    local function one(text, config)
        p = project.new({
            ["raymig.lua"] = config or "return {}",
            ["migrations/meta/_journal.json"] = [[{"version":"7","dialect":"postgresql","raymig":1,
                "entries":[{"idx":0,"version":"7","when":1700000001000,"tag":"0001_a",
                "breakpoints":true}]}]],
            ["migrations/0001_a.sql"] = text,
        }, { database = db })
    end

    local function wait_for(query)
        process.eventually(function()
            return db:value(("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%%%s%%' "
                .. "AND state = 'active' AND pid <> pg_backend_pid() "
                .. "AND datname = current_database()")
                :format(query))
        end, query, 10)
    end

    it("a serialization failure: again, and the result is right", function()
        db:exec(("ALTER DATABASE %s SET default_transaction_isolation = serializable")
            :format(db.name))
        one "SELECT count(*) FROM a;\nSELECT pg_sleep(0.6);\nUPDATE a SET v = v + 1;\n"
        local child = p:start "up"
        wait_for "SELECT pg_sleep"
        db:exec "UPDATE a SET v = 10"
        local r = child:wait(20)
        assert.equal(0, r.code, r.err)
        assert.matches("serialization failure; trying again", r.err)
        assert.equal("11", db:value "SELECT v FROM a")
        assert.equal("1", db:value "SELECT count(*) FROM __raymig_migrations")
    end)

    it("statement_timeout of the front matter ends a statement, in either mode", function()
        for _, front in ipairs { "", " transaction=none" } do
            one(("-- raymig: statement_timeout=200ms%s\nCREATE TABLE b ();\nSELECT pg_sleep(20);\n")
                :format(front))
            local r = p:run "up"
            assert.equal(1, r.code)
            assert.matches("0001_a%.sql:3:1", r.err)
            assert.matches("57014", r.err)
            assert.is_true(r.seconds < 5)
            p:remove()
        end
    end)

    it("lock_timeout of the front matter beats the config's", function()
        local other = db:session()
        other:run "BEGIN; SELECT * FROM a;"
        one("-- raymig: lock_timeout=100ms\nALTER TABLE a ADD COLUMN b int;\n",
            [[return { lock = { timeout = "50s", retries = 0 } }]])
        local r = p:run "up"
        assert.equal(5, r.code)
        assert.matches("0001_a%.sql:2:1", r.err)
        assert.matches("55P03", r.err)
        assert.is_true(r.seconds < 10)
        p:write("migrations/0001_a.sql",
            "-- raymig: transaction=none lock_timeout=100ms\n"
            .. "CREATE INDEX CONCURRENTLY a_v ON a (v);\n")
        other:run "LOCK TABLE a;"
        r = p:run "up"
        assert.equal(5, r.code)
        assert.matches("55P03", r.err)
        assert.is_true(r.seconds < 10)
        other:close()
    end)

    it("CREATE INDEX CONCURRENTLY has no short lock_timeout, whatever the role has", function()
        db:exec(("ALTER DATABASE %s SET lock_timeout = '100ms'"):format(db.name))
        local other = db:session()
        other:run "BEGIN; UPDATE a SET v = 2;"
        one("-- raymig: transaction=none\nCREATE INDEX CONCURRENTLY a_v ON a (v);\n",
            [[return { lock = { timeout = "100ms", retries = 0 } }]])
        local child = p:start "up"
        wait_for "CREATE INDEX CONCURRENTLY"
        process.sleep(0.5)
        other:run "COMMIT;"
        local r = child:wait(10)
        assert.equal(0, r.code, r.err)
        other:close()
    end)

    it("without a transaction the script's own lock_timeout holds", function()
        one("-- raymig: transaction=none\nSET lock_timeout = '7s';\n"
            .. "CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS v;\n"
            .. "RESET lock_timeout;\nINSERT INTO seen SELECT current_setting('lock_timeout');\n")
        p:must "up"
        assert.equal("7s,3s", db:value "SELECT string_agg(v, ',') FROM seen")
    end)

    it("a statement is not done twice where another session has moved the row on", function()
        one("-- raymig: transaction=none\nINSERT INTO a VALUES (2);\n"
            .. "INSERT INTO a SELECT v FROM gate;\n")
        assert.equal(1, p:run("up").code)
        db:exec "CREATE TABLE gate AS SELECT 3 AS v"
        local other = db:session()
        other:run "BEGIN; UPDATE __raymig_migrations SET statements_done = 2;"
        local child = p:start "up"
        wait_for "UPDATE"
        other:run "COMMIT;"
        local r = child:wait(10)
        assert.equal(5, r.code, r.err)
        assert.matches("another runner", r.err)
        assert.equal("2", db:value "SELECT count(*) FROM a")
        assert.equal("2", db:value "SELECT statements_done FROM __raymig_migrations")
        other:close()
    end)

    it("a migration is not applied twice where its row comes in late", function()
        local insert = [[INSERT INTO %s (hash, created_at%s) VALUES ('x', 1700000001000%s)]]
        one "INSERT INTO a VALUES (2);\nSELECT pg_sleep(0.3);\n"
        p:must "up"
        db:exec "DELETE FROM __raymig_migrations; DELETE FROM a WHERE v = 2"
        local other = db:session()
        other:run("BEGIN; " .. insert:format("__raymig_migrations", ", name", ", '0001_a'") .. ";")
        local child = p:start "up"
        wait_for "INSERT INTO%"
        other:run "COMMIT;"
        local r = child:wait(10)
        assert.equal(5, r.code, r.err)
        assert.matches("another runner", r.err)
        assert.equal("1", db:value "SELECT count(*) FROM a")
        other:close()
    end)

    it("nor in Drizzle's table, which has no name to be unique", function()
        db:exec [[CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations
            (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)]]
        one("INSERT INTO a VALUES (2);\nSELECT pg_sleep(0.3);\n",
            [[return { migrations = { schema = "drizzle", table = "__drizzle_migrations" } }]])
        local other = db:session()
        other:run [[BEGIN; INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
            VALUES ('x', 1700000001000);]]
        local child = p:start "up"
        process.eventually(function()
            return db:value "SELECT 1 FROM pg_locks WHERE NOT granted"
        end, "a wait", 10)
        other:run "COMMIT;"
        local r = child:wait(10)
        assert.is_true(r.code == 5 or r.code == 6, r.err)
        assert.equal("1", db:value "SELECT count(*) FROM a")
        other:close()
    end)

    it("resumes behind COMMIT AND CHAIN", function()
        one("-- raymig: transaction=none\nBEGIN;\nINSERT INTO a VALUES (2);\nCOMMIT AND CHAIN;\n"
            .. "INSERT INTO a SELECT v FROM gate;\nCOMMIT;\n")
        assert.equal(1, p:run("up").code)
        assert.equal("3", db:value "SELECT statements_done FROM __raymig_migrations")
        assert.equal("2", db:value "SELECT count(*) FROM a")
    end)

    it("db:batch stops where another runner has moved its position", function()
        db:exec [[CREATE TABLE t AS SELECT generate_series(1, 100) AS id;
            ALTER TABLE t ADD PRIMARY KEY (id)]]
        one ""
        p:delete "migrations/0001_a.sql"
        p:write("migrations/0001_a.lua", [[
            -- raymig: transaction=none
            return { up = function(db)
                db:batch { table = "t", key = "id", size = 10, fn = function(_, b)
                    db:exec("INSERT INTO a SELECT unnest($1::int[])", b.keys)
                    db:exec "SELECT pg_sleep(0.3)"
                end }
            end }]])
        local child = p:start "up"
        process.eventually(function()
            return db:value "SELECT to_regclass('__raymig_migrations_batch')"
                and db:value "SELECT 1 FROM __raymig_migrations_batch"
        end, "the first batch", 10)
        db:exec "UPDATE __raymig_migrations_batch SET rows = 50, position = '{50}'"
        local r = child:wait(20)
        assert.equal(1, r.code, r.err)
        assert.matches("another runner", r.err)
        assert.equal("50", db:value "SELECT rows FROM __raymig_migrations_batch")
    end)
end)

-- One round: raymig runs until it is hit, at a random moment, in one of these ways.
local HITS = {
    function(child) child:kill "KILL" end,
    function(child) child:kill "TERM" end,
    function(_, control, db)
        control:run(("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            .. "WHERE datname = '%s' AND application_name LIKE 'raymig%%';"):format(db.name))
    end,
    function(_, control, db) -- the migration's own backend alone
        control:run(("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s' "
            .. "AND application_name ~ '^raymig (up|down)$';"):format(db.name))
    end,
    function(_, control, db) -- the lock's backend alone
        control:run(("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s' "
            .. "AND application_name LIKE '%%(lock)';"):format(db.name))
    end,
}

-- A server that is told to stop a session may take a moment.
local function wait_for_sessions(db)
    process.eventually(function()
        return db:value(([[SELECT count(*) FROM pg_stat_activity
            WHERE datname = '%s' AND application_name LIKE 'raymig%%']]):format(db.name)) == "0"
    end, "the sessions' end", 20)
end

local function batter(rounds, seed)
    local db = pg.create_database()
    local rungs = ladder.new(30)
    rungs.prepare(db)
    local p = project.new(rungs.files, { database = db })
    local control = pg.server():database():session()
    local random = math.random
    math.randomseed(seed)
    local up, cut, longest = true, 0, 0.25

    for round = 1, rounds do
        local child = up and p:start "up" or p:start("down", "--all", "--yes")
        process.sleep(random() * longest)
        local hit = random(#HITS)
        HITS[hit](child, control, db)
        local r = child:wait(30)
        local at = ("seed %d, round %d, hit %d, %s, code %d:\n%s%s"):format(seed, round, hit,
            up and "up" or "down", r.code, r.out, r.err)
        assert(not r.timed_out, "it hangs: " .. at)
        -- A TERM that comes before main has set its handlers ends the process: signal 15.
        assert(r.code == 0 or hit == 1 and r.signal == 9
            or hit == 2 and (r.code == 130 or r.signal == 15) or hit > 2 and r.code == 5,
            "wrong exit code: " .. at)
        if r.code ~= 0 then cut = cut + 1 end
        -- Half of the rounds go on at once, with sessions of the one before still at work.
        if random(2) == 1 then
            wait_for_sessions(db)
            local ok, problem = pcall(rungs.check, db)
            assert(ok, tostring(problem) .. "\n" .. at)
        end
        -- Down only from all applied, and up only from none: a half-way one must be finished first.
        if r.code == 0 then up = not up end
    end

    wait_for_sessions(db)
    if not up then p:must("down", "--all", "--yes") end
    p:must "up"
    assert.equal(30, (rungs.check(db)))
    p:must("down", "--all", "--yes")
    local applied, half = rungs.check(db)
    assert.same({ 0, 0 }, { applied, half })
    control:close()
    p:remove()
    db:drop()
    return cut
end

describe("killed at random moments", function()
    it("10 rounds: nothing lost, nothing doubled, always resumable", function()
        batter(10, 20260729)
    end)

    it("100 rounds #long", function()
        local cut = batter(100, os.time())
        assert.is_true(cut >= 20, "only " .. cut .. " rounds were cut short")
    end)
end)
