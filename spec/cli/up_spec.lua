-- `raymig up`: what it applies, how it records it, what it refuses.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local journal = require "spec.support.journal"

describe("raymig up", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = journal("0001_users", "0002_posts"),
            ["migrations/0001_users.sql"] = "CREATE TABLE users (id int PRIMARY KEY);\n",
            ["migrations/0001_users.down.sql"] = "DROP TABLE users;\n",
            ["migrations/0002_posts.sql"] =
                "CREATE TABLE posts (id int PRIMARY KEY, user_id int REFERENCES users);\n"
                .. "--> statement-breakpoint\nCREATE INDEX posts_user ON posts (user_id);\n",
            ["migrations/0002_posts.down.lua"] =
                "return function(db) db:exec 'DROP TABLE posts' end\n",
        }, { database = db })
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    it("applies what is pending, in order, and records each", function()
        local r = p:must("up")
        assert.equal(0, r.code)
        assert.matches("applied%s+0001_users.*applied%s+0002_posts", r.out)
        local rows = db:query [[
            SELECT name, hash, created_at, state, down_file, applied_by IS NOT NULL AS who
            FROM __raymig_migrations ORDER BY id]]
        assert.equal(2, #rows)
        assert.equal("0001_users", rows[1].name)
        assert.equal("1700000001000", rows[1].created_at)
        assert.equal("applied", rows[1].state)
        assert.equal("0001_users.down.sql", rows[1].down_file)
        assert.equal("0002_posts.down.lua", rows[2].down_file)
        assert.equal("t", rows[2].who)
    end)

    it("keeps Drizzle's hash: the sha256 of the whole file", function()
        p:must("up")
        local expected = db:value(([[SELECT encode(sha256(convert_to(%s, 'UTF8')), 'hex')]])
            :format("'" .. p:read("migrations/0001_users.sql"):gsub("'", "''") .. "'"))
        assert.equal(expected, db:value "SELECT hash FROM __raymig_migrations ORDER BY id LIMIT 1")
    end)

    it("has nothing to do the second time, and writes nothing", function()
        p:must("up")
        local before = db:value "SELECT count(*) FROM __raymig_migrations_log"
        local r = p:must("up")
        assert.matches("nothing to do", r.err)
        assert.equal(before, db:value "SELECT count(*) FROM __raymig_migrations_log")
    end)

    it("applies only so many, or up to a tag", function()
        p:must("up", "1")
        assert.equal("1", db:value "SELECT count(*) FROM __raymig_migrations")
        p:must("up", "--to", "2")
        assert.equal("2", db:value "SELECT count(*) FROM __raymig_migrations")
    end)

    it("rolls a failed migration back whole and keeps the ones before it", function()
        p:write("migrations/0002_posts.sql",
            "CREATE TABLE posts (id int);\nSELECT 1,\n  nonsense;\n")
        local r = p:run("up")
        assert.equal(1, r.code)
        assert.matches("0001_users", r.out)
        assert.not_matches("applied%s+0002_posts", r.out)
        assert.matches("migrations/0002_posts%.sql:3:3", r.err)
        assert.matches("42703", r.err)
        assert.matches("nothing of", r.err)
        assert.equal("1", db:value "SELECT count(*) FROM __raymig_migrations")
        assert.is_nil(db:value "SELECT to_regclass('posts')")
        assert.equal("failed", db:value
            "SELECT event FROM __raymig_migrations_log ORDER BY id DESC LIMIT 1")
    end)

    it("does all or nothing with --single-transaction", function()
        p:write("migrations/0002_posts.sql", "SELECT 1/0;")
        local r = p:run("up", "--single-transaction")
        assert.equal(1, r.code)
        assert.is_nil(db:value "SELECT to_regclass('users')")
        assert.is_nil(db:value "SELECT to_regclass('__raymig_migrations')")
        p:write("migrations/0002_posts.sql", "SELECT 1;")
        p:must("up", "--single-transaction")
        assert.equal("2", db:value "SELECT count(*) FROM __raymig_migrations")
    end)

    it("runs everything and rolls it back with --dry-run", function()
        local r = p:must("up", "--dry-run")
        assert.matches("would apply%s+0001_users", r.out)
        assert.matches("would apply%s+0002_posts", r.out)
        assert.is_nil(db:value "SELECT to_regclass('users')")
        assert.is_nil(db:value "SELECT to_regclass('__raymig_migrations')")
        p:write("migrations/0002_posts.sql", "SELECT 1/0;")
        assert.equal(1, p:run("up", "--dry-run").code)
    end)

    it("starts each migration with a clean session", function()
        p:write("migrations/0001_users.sql",
            "SET search_path = pg_catalog; SET statement_timeout = '7min';\n"
            .. "CREATE TABLE public.users (id int);")
        p:write("migrations/0002_posts.sql",
            "CREATE TABLE setting AS SELECT current_setting('statement_timeout') AS v;")
        p:must("up")
        assert.equal("0", db:value "SELECT v FROM public.setting")
    end)

    it("records as the role that connected, whatever the script did", function()
        db:exec [[DROP ROLE IF EXISTS raymig_nobody; CREATE ROLE raymig_nobody]]
        p:write("migrations/0001_users.sql", "SET ROLE raymig_nobody;")
        p:must("up", "1")
        assert.equal("1", db:value "SELECT count(*) FROM __raymig_migrations")
        db:exec [[DROP ROLE raymig_nobody]]
    end)

    it("refuses a script that begins or ends the transaction that records it", function()
        p:write("migrations/0001_users.sql", "CREATE TABLE users (id int);\nCOMMIT;\n")
        local r = p:run("up")
        assert.equal(1, r.code)
        assert.matches("migrations/0001_users%.sql:2:1", r.err)
        assert.matches("transaction=none", r.err)
        assert.is_nil(db:value "SELECT to_regclass('users')")
    end)

    it("refuses psql's own language, and COPY streams, naming the line", function()
        p:write("migrations/0001_users.sql", "SELECT 1;\n\\connect other\n")
        assert.matches("0001_users%.sql:2:1.*meta%-command", p:run("up").err)
        p:write("migrations/0001_users.sql",
            "CREATE TABLE t (a int);\nCOPY t FROM stdin;\n1\n\\.\n")
        assert.matches("0001_users%.sql:2:1.*COPY", p:run("up").err)
        assert.is_nil(db:value "SELECT to_regclass('t')")
    end)

    it("shows notices and warnings with their migration", function()
        p:write("migrations/0001_users.sql",
            "DO $$ BEGIN RAISE NOTICE 'hello %', 1; RAISE WARNING 'careful'; END $$;")
        local r = p:must("up", "1")
        assert.matches("NOTICE%s+0001_users: hello 1", r.err)
        assert.matches("WARNING%s+0001_users: careful", r.err)
    end)

    it("tells programs what it did with --json", function()
        local cjson = require "cjson"
        local r = p:must("up", "--json")
        local result = cjson.decode(r.out)
        assert.is_true(result.ok)
        assert.equal(2, result.applied)
        assert.equal("0001_users", result.migrations[1].tag)
        assert.equal("applied", result.migrations[1].result)
        p:write("migrations/meta/_journal.json", journal("0001_users", "0002_posts", "0003_bad"))
        p:write("migrations/0003_bad.sql", "SELECT 1/0;")
        r = p:run("up", "--json")
        result = cjson.decode(r.out)
        assert.equal(1, r.code)
        assert.is_false(result.ok)
        assert.equal("22012", result.error.sqlstate)
        assert.equal("failed", result.migrations[1].result)
    end)

    it("fails at commit where a deferred constraint says no, and nothing is applied", function()
        p:write("migrations/0001_users.sql", [[
            CREATE TABLE users (id int PRIMARY KEY);
            CREATE TABLE t (u int REFERENCES users DEFERRABLE INITIALLY DEFERRED);
            INSERT INTO t VALUES (1);]])
        local r = p:run("up")
        assert.equal(1, r.code)
        assert.matches("23503", r.err)
        assert.equal("0", db:value "SELECT count(*) FROM __raymig_migrations")
        assert.is_nil(db:value "SELECT to_regclass('users')")
    end)

    it("makes the log anew where somebody has dropped it", function()
        p:must("up", "1")
        db:exec "DROP TABLE __raymig_migrations_log"
        p:must("status")
        p:must("up", "1", "--dry-run")
        assert.is_nil(db:value "SELECT to_regclass('__raymig_migrations_log')")
        p:must("up", "1")
        p:must("down", "--yes")
        local events = db:query "SELECT event FROM __raymig_migrations_log ORDER BY id"
        assert.same({ "up", "down" }, { events[1].event, events[2].event })
        for _, words in ipairs { { "repair", "--forget", "0001_users", "--yes" },
            { "baseline", "0001_users", "--unproved", "--yes" },
            { "up", "--backup", "before.dump" } } do
            db:exec "DROP TABLE __raymig_migrations_log"
            p:must(table.unpack(words))
            assert.truthy(db:value "SELECT 1 FROM __raymig_migrations_log", words[1])
        end
    end)

    it("writes a backup first, and goes no further when that fails", function()
        local r = p:run("up", "--backup", "/nowhere/at/all.dump")
        assert.equal(1, r.code)
        assert.matches("nothing was run", r.err)
        assert.is_nil(db:value "SELECT to_regclass('users')")
        p:must("up", "--backup", "before.dump")
        assert.equal("PGDMP", p:read("before.dump"):sub(1, 5))
        assert.equal("before.dump", db:value
            "SELECT detail->>'file' FROM __raymig_migrations_log WHERE event = 'backup'")
    end)
end)
