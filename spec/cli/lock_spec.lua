-- One runner at a time, retries, signals, and servers that cannot be written to.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local journal = require "spec.support.journal"
local process = require "spec.support.process"

local function make(db, sql)
    return project.new({
        ["raymig.lua"] = [[return { lock = { timeout = "200ms", retries = 3 } }]],
        ["migrations/meta/_journal.json"] = journal "0001_a",
        ["migrations/0001_a.sql"] = sql,
    }, { database = db })
end

describe("locks", function()
    local db, p

    before_each(function() db = pg.create_database() end)

    after_each(function()
        if p then p:remove() end
        db:drop()
    end)

    it("waits for another runner, says for whom, and finds nothing left to do", function()
        p = make(db, "SELECT pg_sleep(3); CREATE TABLE a ();")
        local first = p:start("up")
        process.eventually(function()
            return db:value [[SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())]]
        end, "the lock", 5)
        local second = p:run("up")
        assert.equal(0, second.code)
        assert.matches("waiting for another runner: pid %d+", second.err)
        assert.matches("nothing to do", second.err)
        assert.equal(0, first:wait().code)
        assert.equal("1", db:value "SELECT count(*) FROM __raymig_migrations")
    end)

    it("gives up in time, with exit 5 and the holder's name", function()
        p = make(db, "SELECT pg_sleep(5);")
        local first = p:start("up")
        process.eventually(function()
            return db:value [[SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())]]
        end, "the lock", 5)
        local second = p:run("up", "--lock-wait", "300ms")
        assert.equal(5, second.code)
        assert.matches("held by pid %d+", second.err)
        first:kill "TERM"
        assert.equal(130, first:wait().code)
    end)

    it("does not queue an application behind it: lock_timeout, then again", function()
        db:exec "CREATE TABLE a (id int)"
        p = make(db, "ALTER TABLE a ADD COLUMN b int;")
        local other = db:session()
        other:run "BEGIN; SELECT * FROM a;"
        local r = p:run("up")
        assert.equal(5, r.code)
        assert.matches("55P03", r.err)
        assert.matches("trying again.*attempt 4", r.err)
        local child = p:start("up", "--lock-retries", "50")
        child:wait_for "trying again"
        other:run "COMMIT;"
        assert.equal(0, child:wait().code)
        other:close()
    end)

    it("tries again after a deadlock", function()
        db:exec "CREATE TABLE a (id int); CREATE TABLE b (id int)"
        p = make(db, "LOCK TABLE a; SELECT pg_sleep(0.5); LOCK TABLE b; CREATE TABLE done ();")
        p:write("raymig.lua", [[return { lock = { timeout = "20s", retries = 5 } }]])
        local other = db:session()
        other:run "SET deadlock_timeout = '10s'; BEGIN; LOCK TABLE b;"
        local child = p:start("up")
        process.eventually(function()
            return db:value [[SELECT 1 FROM pg_locks WHERE relation = 'a'::regclass AND granted]]
        end, "the first lock", 5)
        other:send "LOCK TABLE a; COMMIT;"
        local r = child:wait()
        assert.equal(0, r.code, r.err)
        assert.matches("deadlock", r.err)
        assert.equal("done", db:value "SELECT to_regclass('done')")
        other:close()
    end)

    it("rolls back on SIGINT and SIGTERM, cancelling on the server, with exit 130", function()
        for _, signal in ipairs { "INT", "TERM" } do
            p = make(db, "CREATE TABLE a (); SELECT pg_sleep(60);")
            local child = p:start("up")
            process.eventually(function()
                return db:value [[SELECT 1 FROM pg_stat_activity
                    WHERE query LIKE 'SELECT pg_sleep(60)%' AND state = 'active']]
            end, "the statement", 5)
            child:kill(signal)
            local r = child:wait(5)
            assert.equal(130, r.code)
            assert.matches("nothing of", r.err)
            assert.is_nil(db:value "SELECT to_regclass('a')")
            assert.equal("0", db:value [[SELECT count(*) FROM pg_stat_activity
                WHERE query LIKE 'SELECT pg_sleep(60)%' AND state = 'active'
                AND pid <> pg_backend_pid()]])
        end
    end)

    it("stops what a killed client was running", function()
        p = make(db, "SELECT pg_sleep(60);")
        local child = p:start("up")
        local function running()
            return db:value [[SELECT 1 FROM pg_stat_activity
                WHERE query LIKE 'SELECT pg_sleep(60)%' AND state = 'active']]
        end
        process.eventually(running, "the statement", 5)
        child:kill "KILL"
        child:wait()
        process.eventually(function() return not running() end, "the statement's end", 8)
    end)
end)

describe("a server that cannot be written to", function()
    it("works on a standby while nothing is pending, and refuses clearly otherwise", function()
        local primary = pg.conf {}
        local db = primary:create_database()
        local p = make(db, "CREATE TABLE a ();")
        p:must("up")
        local standby = pg.standby(primary)
        standby:catch_up()
        p.env.DATABASE_URL = standby:url(db.name)
        assert.matches("nothing to do", p:must("up").err)
        assert.matches("0001_a%s+applied", p:must("status").out)
        p:write("migrations/meta/_journal.json", journal("0001_a", "0002_b"))
        p:write("migrations/0002_b.sql", "SELECT 1;")
        local r = p:run("up")
        assert.equal(1, r.code)
        assert.matches("standby", r.err)
        p:remove()
        standby:stop()
        primary:stop()
    end)

    it("no server: exit 5, no password shown", function()
        local p = make(nil, "SELECT 1;")
        p.env.DATABASE_URL = "postgresql://ann:s3cret@127.0.0.1:1/x"
        local r = p:run("up")
        assert.equal(5, r.code)
        assert.not_matches("s3cret", r.out .. r.err)
        p:remove()
    end)
end)
