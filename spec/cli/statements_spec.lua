-- Migrations without a transaction: each finished statement is recorded; resumed where one failed.
local pg = require "spec.support.pg"
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
        assert.equal(6, p:run("up").code)
        p:must("repair", "--accept", "0001_a", "--yes")
        p:must("up")
        assert.same({ "applied", "3" }, { row().state, row().statements_done })
        assert.equal("three", db:value "SELECT to_regclass('three')")
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
