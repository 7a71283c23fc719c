-- raymig at a terminal: questions, the progress line, Ctrl-C, colours, narrow windows.
local journal = require "spec.support.journal"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local terminal = require "spec.support.terminal"

local SLOW = "CREATE TABLE slow ();\nSELECT pg_sleep(30);\n"

describe("at a terminal", function()
    local db, p, t

    before_each(function()
        db = pg.create_database()
        p = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = journal("0001_a", "0002_b"),
            ["migrations/0001_a.sql"] = "CREATE TABLE a ();\n",
            ["migrations/0001_a.down.sql"] = "DROP TABLE a;\n",
            ["migrations/0002_b.sql"] = "CREATE TABLE b ();\n",
            ["migrations/0002_b.down.sql"] = "DROP TABLE b;\n",
        }, { database = db })
    end)

    after_each(function()
        if t then t:close() end
        p:remove()
        db:drop()
    end)

    local function applied()
        return db:value "SELECT string_agg(name, ' ' ORDER BY id) FROM __raymig_migrations"
    end

    local function is_running(text)
        process.eventually(function()
            return db:value(([[SELECT 1 FROM pg_stat_activity WHERE state = 'active'
                AND datname = current_database() AND query LIKE '%%%s%%'
                AND pid <> pg_backend_pid()]]):format(text))
        end, text, 10)
    end

    local function ask_down()
        p:must "up"
        t = terminal.project(p, "down", "2")
        t:wait_for "Take back 2 migrations %(0002_b, 0001_a%)%?.*%[y/N%]"
    end

    describe("down asks, and", function()
        it("y goes ahead", function()
            ask_down()
            t:send("y", "Enter")
            assert.equal(0, t:wait())
            assert.matches("took back%s+0002_b.*took back%s+0001_a", t:screen())
            assert.is_nil(applied())
        end)

        for name, keys in pairs {
            ["n"] = { "n", "Enter" }, ["Enter alone"] = { "Enter" }, ["Ctrl-D"] = { "C-d" },
            ["anything else"] = { "w", "h", "y", "Enter" },
        } do
            it(name .. " refuses, with exit 4", function()
                ask_down()
                t:send(table.unpack(keys))
                assert.equal(4, t:wait())
                assert.matches("not confirmed", t:screen())
                assert.equal("0001_a 0002_b", applied())
            end)
        end

        it("Ctrl-C ends it, with exit 130", function()
            ask_down()
            t:send "C-c"
            assert.equal(130, t:wait())
            assert.equal("0001_a 0002_b", applied())
        end)

        it("--yes answers", function()
            p:must "up"
            t = terminal.project(p, "down", "--yes")
            assert.equal(0, t:wait())
            assert.not_matches("%[y/N%]", t:screen())
            assert.equal("0001_a", applied())
        end)

        it("refuses where another runner was quicker than the answer", function()
            ask_down()
            p:must("down", "--yes")
            t:send("y", "Enter")
            assert.equal(4, t:wait())
            assert.matches("another runner", t:screen())
            assert.equal("0001_a", applied())
        end)
    end)

    describe("progress", function()
        it("a line that says what runs, and is gone at the end", function()
            p:write("migrations/0002_b.sql", "CREATE TABLE b ();\nSELECT pg_sleep(1.5);\n")
            t = terminal.project(p, "up")
            t:wait_for "2/2%s+0002_b%s+statement 2: SELECT pg_sleep"
            assert.equal(0, t:wait())
            local screen = t:screen()
            assert.not_matches("2/2", screen)
            assert.matches("applied%s+0002_b%s+1%.5", screen)
            assert.matches("2 migrations applied", screen)
        end)

        it("of db:batch, with how much of how many", function()
            db:exec "CREATE TABLE t AS SELECT generate_series(1, 40) AS id"
            db:exec "ALTER TABLE t ADD PRIMARY KEY (id)"
            p:delete "migrations/0002_b.sql"
            p:delete "migrations/0002_b.down.sql"
            p:write("migrations/0002_b.lua", [[-- raymig: transaction=none
                return { up = function(db)
                    db:batch { table = "t", key = "id", size = 10, count = true, name = "fill",
                        pause = "400ms", sql = "SELECT unnest($1::int[])" }
                end }]])
            t = terminal.project(p, "up")
            t:wait_for "0002_b%s+fill: 20 of 40 %(50 %%%)"
            assert.equal(0, t:wait())
        end)

        it("while it waits for another runner", function()
            p:write("migrations/0001_a.sql", "SELECT pg_sleep(3);")
            local first = p:start "up"
            is_running "pg_sleep"
            t = terminal.project(p, "up")
            t:wait_for "waiting for another runner: pid %d+"
            t:wait_for "waiting for the lock of pid %d+%s+%d"
            assert.equal(0, t:wait())
            assert.matches("nothing to do", t:screen())
            assert.equal(0, first:wait().code)
        end)

        it("none with --quiet, none with --json", function()
            p:write("migrations/0002_b.sql", "SELECT pg_sleep(0.7);")
            for _, flag in ipairs { "--quiet", "--json" } do
                t = terminal.project(p, "up", flag)
                is_running "pg_sleep"
                process.sleep(0.1)
                assert.not_matches("2/2", t:screen())
                assert.equal(0, t:wait())
                t:close()
                db:exec "DROP TABLE a, __raymig_migrations, __raymig_migrations_log"
            end
        end)
    end)

    describe("Ctrl-C", function()
        it("in the middle of an up: rolled back, exit 130, and what it was doing", function()
            p:write("migrations/0002_b.sql", SLOW)
            t = terminal.project(p, "up")
            is_running "pg_sleep"
            t:send "C-c"
            assert.equal(130, t:wait(5))
            local screen = t:screen()
            assert.matches("applied%s+0001_a", screen)
            assert.matches("nothing of \"0002_b\" was applied; 1 before it is applied", screen)
            assert.equal("0001_a", applied())
            assert.is_nil(db:value "SELECT to_regclass('slow')")
        end)

        it("in the middle of a Lua script, in the database and out of it", function()
            p:delete "migrations/0002_b.sql"
            p:delete "migrations/0002_b.down.sql"
            for _, text in ipairs { "db:exec 'SELECT pg_sleep(30)'", "while true do end" } do
                p:write("migrations/0002_b.lua", ([[return { up = function(db)
                    db:exec 'CREATE TABLE slow ()'
                    %s
                end }]]):format(text))
                t = terminal.project(p, "up")
                t:wait_for "0002_b"
                process.eventually(function()
                    return db:value [[SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock'
                        AND database = (SELECT oid FROM pg_database
                            WHERE datname = current_database())]]
                end, "the table", 10)
                t:send "C-c"
                assert.equal(130, t:wait(5))
                assert.matches("interrupted", t:screen())
                assert.is_nil(db:value "SELECT to_regclass('slow')")
                assert.equal("0001_a", applied())
                t:close()
            end
        end)

        it("is not swallowed by a script that catches the cancellation", function()
            p:write("migrations/0002_b.sql", [[CREATE TABLE slow ();
                DO $$ BEGIN PERFORM pg_sleep(30);
                EXCEPTION WHEN query_canceled THEN NULL; END $$;]])
            t = terminal.project(p, "up")
            is_running "pg_sleep"
            t:send "C-c"
            assert.equal(130, t:wait(5))
            assert.is_nil(db:value "SELECT to_regclass('slow')")
            assert.equal("0001_a", applied())
        end)

        it("is said again to a server that goes on all the same", function()
            p:write("migrations/0002_b.sql", [[CREATE TABLE slow ();
                DO $$ DECLARE n int := 0; BEGIN
                    WHILE n < 2 LOOP
                        BEGIN PERFORM pg_sleep(30);
                        EXCEPTION WHEN query_canceled THEN n := n + 1; END;
                    END LOOP;
                END $$;]])
            t = terminal.project(p, "up")
            is_running "pg_sleep"
            t:send "C-c"
            assert.equal(130, t:wait(8))
            assert.equal("0001_a", applied())
        end)

        it("while it waits: for a lock, for another attempt, for the server", function()
            p:must("up", "1")
            local other = db:session()
            other:run "BEGIN; SELECT * FROM a;"
            p:write("migrations/0002_b.sql", "ALTER TABLE a ADD COLUMN b int;")
            t = terminal.project(p, "up", "--lock-timeout", "10ms", "--lock-retries", "1000")
            t:wait_for "trying again.*attempt 6"
            t:send "C-c"
            assert.equal(130, t:wait(5))
            t:close()

            local holder = p:start("up", "--lock-timeout", "30s")
            is_running "ALTER TABLE a"
            t = terminal.project(p, "up")
            t:wait_for "waiting for another runner"
            t:send "C-c"
            assert.equal(130, t:wait(5))
            t:close()
            holder:kill "TERM"
            assert.equal(130, holder:wait().code)
            other:close()

            t = terminal.project(p, "up", "--wait", "60s", "--url",
                "postgresql:///x?host=/nowhere/at/all")
            process.sleep(0.3)
            t:send "C-c"
            assert.equal(130, t:wait(5))
            assert.equal("0001_a", applied())
        end)
    end)

    describe("colours", function()
        local function screen_of(env)
            for name, value in pairs(env or {}) do p.env[name] = value end
            p:write("migrations/0002_b.sql", "SELECT nonsense;\n")
            t = terminal.project(p, "up")
            assert.equal(1, t:wait())
            return t:screen(true)
        end

        it("are there", function()
            local screen = screen_of()
            assert.matches("\27%[", screen)
            assert.matches("\27%[[%d;]*m[^\n]*applied", screen)
            assert.matches("\27%[[%d;]*m[^\n]*error:", screen)
        end)

        it("are gone with NO_COLOR", function()
            assert.not_matches("\27%[[%d;]*m", screen_of { NO_COLOR = "1" })
        end)

        it("are gone in a file", function()
            p:write("migrations/0002_b.sql", "SELECT nonsense;\n")
            local r = p:run "up"
            assert.not_matches("\27", r.out .. r.err)
            assert.not_matches("\r", r.out .. r.err)
            assert.matches("\27%[", p:must("status", "--color", "always").out)
        end)
    end)

    it("a window of 40 columns: nothing is cut that matters, no line of progress wraps", function()
        local long = "0002_" .. ("a_very_long_name_"):rep(4)
        p:delete "migrations/0002_b.sql"
        p:delete "migrations/0002_b.down.sql"
        p:write("migrations/meta/_journal.json", journal("0001_a", long))
        p:write("migrations/" .. long .. ".sql",
            "SELECT pg_sleep(1), 'a statement that is much longer than a line';\n"
            .. "SELECT 'and one that fails with ' || nonsense_of_a_long_name, 1, 2, 3, 4, 5;\n")
        t = terminal.start { cwd = p.path, env = p.env, width = 40, height = 30,
            project.binary(), "up" }
        t:wait_for "2/2"
        for line in t:screen():gmatch "[^\n]+" do
            if line:find "2/2" then assert.is_true(#line < 40, line) end
        end
        assert.equal(1, t:wait())
        local screen = t:screen()
        assert.not_matches("2/2", screen)
        assert.matches("42703", screen)
        assert.matches("nonsense_of_a_long_name", screen)
    end)
end)
