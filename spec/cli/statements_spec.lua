-- Migrations without a transaction: each finished statement is recorded; resumed where one failed.
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local journal = require "spec.support.journal"

describe("transaction=none", function()
    local db, p

    local function write(text)
        p:write("migrations/0001_a.sql", "-- raymig: transaction=none\n" .. text)
    end

    local function row()
        return db:query("SELECT state, statements_done, attempting FROM __raymig_migrations")[1]
    end

    before_each(function()
        db = pg.create_database()
        db:exec "CREATE TABLE t (id int, v int); INSERT INTO t VALUES (1, 1), (2, 1)"
        p = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = journal "0001_a",
        }, { database = db })
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    it("runs what cannot run in a transaction", function()
        write "CREATE INDEX CONCURRENTLY t_id ON t (id);\nVACUUM t;\n"
        p:must("up")
        assert.equal("applied", row().state)
        assert.equal("t", db:value
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_id'::regclass")
    end)

    it("says how to, when a transaction is in the way", function()
        p:write("migrations/0001_a.sql", "CREATE INDEX CONCURRENTLY t_id ON t (id);")
        local r = p:run("up")
        assert.equal(1, r.code)
        assert.matches("25001", r.err)
        assert.matches("transaction=none", r.err)
    end)

    it("records each finished statement and resumes at the one that failed", function()
        write("CREATE TABLE one ();\nCREATE TABLE two ();\nSELECT nonsense;\n"
            .. "CREATE TABLE four ();\n")
        local r = p:run("up")
        assert.equal(1, r.code)
        assert.matches("0001_a%.sql:4:8", r.err)
        assert.matches("resumes", r.err)
        local now = row()
        assert.same({ "partial", "2", "f" }, { now.state, now.statements_done, now.attempting })
        assert.matches("partial after 2", p:must("status").out)
        assert.equal(1, p:run("up").code)
        assert.equal("2", row().statements_done)
    end)

    it("resumes after the file was put right and the edit accepted", function()
        write "CREATE TABLE one ();\nSELECT nonsense;\nCREATE TABLE three ();\n"
        assert.equal(1, p:run("up").code)
        write "CREATE TABLE one ();\nSELECT 1;\nCREATE TABLE three ();\n"
        local refused = p:run("up")
        assert.equal(6, refused.code)
        assert.matches("had stopped half-way, after 1 statement; ", refused.err, 1, true)
        assert.matches("raymig repair --accept 0001_a", refused.err, 1, true)
        p:must("repair", "--accept", "0001_a", "--yes")
        p:must("up")
        assert.same({ "applied", "3" }, { row().state, row().statements_done })
        assert.equal("three", db:value "SELECT to_regclass('three')")
    end)

    it("is not taken back half-way, whether its file was edited meanwhile or is gone", function()
        write "CREATE TABLE one ();\nSELECT nonsense;\n"
        p:write("migrations/0001_a.down.sql", "DROP TABLE IF EXISTS one, two;\n")
        assert.equal(1, p:run("up").code)
        write "CREATE TABLE one ();\nCREATE TABLE two ();\n"
        for _, stored in ipairs { false, "--stored" } do
            local r = p:run("down", "--yes", stored or nil)
            assert.equal(4, r.code)
            assert.matches("stopped half-way up, after 1 statement\n", r.err, 1, true)
        end
        assert.equal("one", db:value "SELECT to_regclass('one')")
    end)

    it("drops the invalid index that a failed CREATE INDEX CONCURRENTLY left", function()
        write "CREATE UNIQUE INDEX CONCURRENTLY t_v ON t (v);\n"
        local r = p:run("up")
        assert.equal(1, r.code)
        assert.matches("23505", r.err)
        assert.is_nil(db:value "SELECT to_regclass('t_v')")
        db:exec "UPDATE t SET v = id"
        p:must("up")
        assert.equal("t", db:value
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_v'::regclass")
    end)

    it("never takes an invalid index for a good one: IF NOT EXISTS", function()
        assert.is_nil(db:try "CREATE UNIQUE INDEX CONCURRENTLY t_v ON t (v)")
        db:exec "UPDATE t SET v = id"
        write "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_v ON t (v);\n"
        local r = p:must("up")
        assert.matches("invalid", r.err)
        assert.equal("t", db:value
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_v'::regclass")
    end)

    -- Kills raymig while its statement waits for a transaction of ours, and waits until its session
    -- has ended too; then that transaction ends.
    local function killed_while_waiting(hold, reached)
        local other = db:session()
        other:run("BEGIN; " .. hold .. ";")
        local child = p:start "up"
        process.eventually(function() return db:value(reached) end, "the statement to get there")
        child:kill "KILL"
        child:wait()
        process.eventually(function()
            return db:value [[SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name LIKE 'raymig%']] == "0"
        end, "its session to end", 20)
        other:close()
    end

    local LEFTOVERS = [[SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class
        WHERE relname ~ '_cc(new|old)[0-9]*$']]

    it("drops what a killed REINDEX CONCURRENTLY left, and reindexes", function()
        db:exec "CREATE INDEX t_id ON t (id); CREATE INDEX t_v ON t (v); ALTER TABLE t ADD x text"
        local before = db:value "SELECT pg_relation_filenode('t_id')"
        write "REINDEX TABLE CONCURRENTLY t;\n"
        killed_while_waiting("INSERT INTO t VALUES (3, 3)", LEFTOVERS)
        assert.truthy(db:value(LEFTOVERS), "it was killed too late")
        assert.same({ "partial", "0", "t" },
            { row().state, row().statements_done, row().attempting })
        local r = p:must "up"
        assert.matches('index "public"%."t_id_ccnew" is left over from a REINDEX', r.err)
        assert.is_nil(db:value(LEFTOVERS))
        assert.not_equal(before, db:value "SELECT pg_relation_filenode('t_id')")
        assert.equal("applied", row().state)
        assert.equal("0", db:value "SELECT count(*) FROM pg_index WHERE NOT indisvalid")
    end)

    it("drops what a REINDEX CONCURRENTLY that failed left, of its own tables alone", function()
        db:exec [[CREATE INDEX t_v ON t (v); CREATE TABLE other (v int);
            INSERT INTO other VALUES (1), (1)]]
        -- An invalid index of that name elsewhere is not of this statement.
        assert.is_nil(db:try "CREATE UNIQUE INDEX CONCURRENTLY other_v_ccnew ON other (v)")
        p:write("migrations/0001_a.sql", "-- raymig: transaction=none statement_timeout=700ms\n"
            .. "REINDEX INDEX CONCURRENTLY t_v;\n")
        local session = db:session()
        session:run "BEGIN; INSERT INTO t VALUES (3, 3);"
        local r = p:run "up"
        assert.equal(1, r.code)
        assert.matches("57014", r.err)
        -- To drop it means to wait as well: that is said, and done the next time.
        assert.matches("raymig drops it when the migration runs again", r.err)
        assert.equal("other_v_ccnew t_v_ccnew", db:value(LEFTOVERS))
        session:close()
        p:must "up"
        assert.equal("other_v_ccnew", db:value(LEFTOVERS))
    end)

    it("drops leftovers of a schema, of partitions and of a TOAST table", function()
        db:exec [[CREATE SCHEMA s; CREATE TABLE s.p (id int, x text) PARTITION BY RANGE (id);
            CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (1) TO (9);
            CREATE INDEX p_id ON s.p (id); INSERT INTO s.p VALUES (1, 'x')]]
        for _, what in ipairs { "TABLE CONCURRENTLY s.p", "INDEX CONCURRENTLY s.p_id",
            "SCHEMA CONCURRENTLY s" } do
            db:exec "DROP TABLE IF EXISTS __raymig_migrations"
            write("REINDEX " .. what .. ";\n")
            killed_while_waiting("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1",
                LEFTOVERS)
            assert.matches("p1_id_idx_ccnew", db:value(LEFTOVERS))
            p:must "up"
            assert.is_nil(db:value(LEFTOVERS), what)
        end
    end)

    it("finishes a DETACH PARTITION CONCURRENTLY that was killed half-way", function()
        if pg.major() < 14 then return pending "PostgreSQL 13 has no such statement" end
        db:exec [[CREATE TABLE p (id int) PARTITION BY RANGE (id);
            CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (9);
            INSERT INTO p VALUES (1)]]
        write "CREATE TABLE one ();\nALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;\nVACUUM p1;\n"
        killed_while_waiting("SELECT * FROM p",
            "SELECT 1 FROM pg_inherits WHERE inhrelid = 'p1'::regclass AND inhdetachpending")
        assert.equal("t", db:value "SELECT inhdetachpending FROM pg_inherits")
        assert.same({ "partial", "1", "t" },
            { row().state, row().statements_done, row().attempting })
        local r = p:must "up"
        assert.matches('partition "p1" is half detached', r.err)
        assert.is_nil(db:value "SELECT 1 FROM pg_inherits")
        assert.equal("applied", row().state)
        assert.equal("1", db:value "SELECT count(*) FROM p1")
    end)

    it("does not detach twice where only the record of it was lost", function()
        if pg.major() < 14 then return pending "PostgreSQL 13 has no such statement" end
        db:exec [[CREATE TABLE p (id int) PARTITION BY RANGE (id);
            CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (9)]]
        write "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;\nSELECT nonsense;\n"
        assert.equal(1, p:run("up").code)
        -- As if raymig had been killed between the statement's end and its record.
        db:exec "UPDATE __raymig_migrations SET statements_done = 0, attempting = true"
        write "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;\n"
        p:must("repair", "--yes")
        p:must "up"
        assert.equal("applied", row().state)
    end)

    it("lets the script rule its own transactions", function()
        write("BEGIN;\nCREATE TABLE one ();\nCREATE TABLE two ();\nCOMMIT;\n"
            .. "BEGIN;\nCREATE TABLE three ();\nSELECT nonsense;\nCOMMIT;\n")
        assert.equal(1, p:run("up").code)
        assert.equal("4", row().statements_done)
        assert.equal("two", db:value "SELECT to_regclass('two')")
        assert.is_nil(db:value "SELECT to_regclass('three')")
    end)

    it("gives the session's settings again when it resumes", function()
        db:exec "CREATE SCHEMA s"
        write("SET search_path = s;\nCREATE TABLE one ();\nSELECT gate FROM public.gate;\n"
            .. "CREATE TABLE two ();\n")
        assert.equal(1, p:run("up").code)
        db:exec "CREATE TABLE public.gate (gate int)"
        p:must("up")
        assert.equal("s.two", db:value "SELECT to_regclass('s.two')")
    end)

    it("goes down statement by statement, too", function()
        write "CREATE INDEX CONCURRENTLY t_id ON t (id);\nCREATE INDEX CONCURRENTLY t_v ON t (v);\n"
        p:write("migrations/0001_a.down.sql",
            "-- raymig: transaction=none\nDROP INDEX CONCURRENTLY t_v;\n"
            .. "DROP INDEX CONCURRENTLY t_gone;\nDROP INDEX CONCURRENTLY t_id;\n")
        p:must("up")
        local r = p:run("down", "--yes")
        assert.equal(1, r.code)
        assert.same({ "reverting", "1" }, { row().state, row().statements_done })
        assert.equal(4, p:run("up").code)
        db:exec "CREATE INDEX t_gone ON t (id)"
        p:must("down", "--yes")
        assert.equal("0", db:value "SELECT count(*) FROM __raymig_migrations")
        assert.is_nil(db:value "SELECT to_regclass('t_id')")
    end)
end)
