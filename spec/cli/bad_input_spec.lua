-- What bad input gets: the place named, the right exit code, nothing applied, nothing lost.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local journal = require "spec.support.journal"

describe("bad input", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = journal "0001_a",
            ["migrations/0001_a.sql"] = "CREATE TABLE a (id int);\n",
        }, { database = db })
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    -- Runs `up`: it ends with the code, says each pattern on standard error, and applies nothing.
    local function refused(code, ...)
        local r = p:run("up", { timeout = 60 })
        assert.equal(code, r.code, r.err)
        for _, pattern in ipairs { ... } do assert.matches(pattern, r.err) end
        assert.is_nil(db:value "SELECT to_regclass('a')")
        return r
    end

    describe("in the config", function()
        it("a file that is not there", function()
            local r = p:run("up", "--config", "other.lua")
            assert.equal(2, r.code)
            assert.matches("other%.lua", r.err)
        end)

        it("an unknown key: the nearest one and the line", function()
            p:write("raymig.lua", "return {\n  out = 'migrations',\n  shema = 'x',\n}")
            refused(2, "raymig%.lua:3", "shema", "schema")
        end)

        it("a syntax error", function()
            p:write("raymig.lua", "return {\n  out = \n}")
            refused(2, "raymig%.lua:3")
        end)

        it("a value of the wrong type", function()
            p:write("raymig.lua", "return {\n  lock = { retries = 'many' },\n}")
            refused(2, "raymig%.lua:2", "retries", "many")
        end)

        it("a url from a variable that is not set", function()
            p:write("raymig.lua", "return {\n  url = env.NO_SUCH_VARIABLE,\n}")
            p.env.DATABASE_URL = nil
            local r = p:run("up")
            assert.equal(2, r.code)
            assert.matches("NO_SUCH_VARIABLE", r.err)
        end)
    end)

    describe("in the folder", function()
        it("none at all", function()
            p:write("raymig.lua", "return { out = 'nowhere' }")
            refused(2, "nowhere")
        end)

        it("a journal that is not JSON: line and column", function()
            p:write("migrations/meta/_journal.json", '{"version": "7",\n "entries": [}')
            refused(2, "_journal%.json:2:")
        end)

        it("a journal of an unknown version", function()
            p:write("migrations/meta/_journal.json",
                '{"version":"99","dialect":"postgresql","entries":[]}')
            refused(2, "99")
        end)

        it("a hostile tag", function()
            p:write("migrations/meta/_journal.json", [[{"version":"7","dialect":"postgresql",
                "raymig":1,"entries":[{"idx":0,"version":"7","when":1,"tag":"../x"}]}]])
            refused(2, "%.%./x")
        end)

        it("an entry without a file, a file without an entry: both are named", function()
            p:write("migrations/meta/_journal.json", journal("0001_a", "0002_gone"))
            p:write("migrations/0001_b.sql", "SELECT 1;")
            local r = refused(6, "0002_gone")
            assert.matches("0001_b", r.err)
        end)

        it("a file that cannot be read", function()
            p:delete("migrations/0001_a.sql")
            assert(require("lfs").mkdir(p.path .. "/migrations/0001_a.sql"))
            local r = p:run("up")
            assert.is_true(r.code == 2 or r.code == 6)
            assert.matches("0001_a", r.err)
        end)

        it("an unknown key in the front matter: file, line, nearest key", function()
            p:write("migrations/0001_a.sql", "-- raymig: transacton=none\nCREATE TABLE a ();")
            refused(2, "0001_a%.sql:1", "transaction")
        end)
    end)

    describe("in SQL", function()
        it("a syntax error: the place, in a file of several statements", function()
            p:write("migrations/0001_a.sql", "CREATE TABLE a (id int);\n\nSELEC 1;\n")
            refused(1, "0001_a%.sql:3:1", "42601", "SELEC 1")
        end)

        it("a string that never ends", function()
            p:write("migrations/0001_a.sql", "CREATE TABLE a (id int);\nSELECT 'never;\n")
            refused(1, "0001_a%.sql:2:8")
        end)

        it("bytes that are not UTF-8, and a NUL", function()
            p:write("migrations/0001_a.sql", "CREATE TABLE a (id int);\nSELECT '\xff';\n")
            refused(1, "0001_a%.sql:2:9", "UTF%-8")
            p:write("migrations/0001_a.sql", "CREATE TABLE a (id int);\nSELECT 1\0;\n")
            refused(1, "0001_a%.sql:2:9")
        end)
    end)

    describe("in Lua", function()
        local function lua(text, config)
            p:delete("migrations/0001_a.sql")
            p:write("migrations/0001_a.lua", text)
            if config then p:write("raymig.lua", config) end
        end

        it("a syntax error: file and line", function()
            lua "return {\n  up = function(db) db: end,\n}"
            refused(1, "0001_a%.lua:2")
        end)

        it("an error of the script: file and line", function()
            lua "return {\n  up = function(db)\n    error 'no way'\n  end,\n}"
            refused(1, "0001_a%.lua:3", "no way")
        end)

        it("a script that loops for ever", function()
            lua("return { up = function(db) db:exec 'CREATE TABLE a ()' while true do end end }",
                "return { lua = { limits = { deadline = '500ms' } } }")
            refused(1, "deadline")
        end)

        it("a script that eats memory", function()
            lua("return { up = function(db) local t = {} for i = 1, 1e9 do t[i] = {i} end end }",
                "return { lua = { limits = { memory = '16MB' } } }")
            refused(1, "memory")
        end)

        it("a name that is not there", function()
            lua "return { up = function(db)\n  db:exek 'SELECT 1'\nend }"
            refused(1, "0001_a%.lua:2")
        end)

        it("a library that was not granted", function()
            lua "return { up = function(db) io.write 'x' end }"
            refused(1, "io")
        end)
    end)

    describe("on the server", function()
        it("a history table of an unknown shape", function()
            db:exec "CREATE TABLE __raymig_migrations (version bigint, dirty boolean)"
            refused(2, "__raymig_migrations", "not a history")
        end)

        it("no permission to create it", function()
            db:exec [[DROP ROLE IF EXISTS raymig_weak; CREATE ROLE raymig_weak LOGIN]]
            p.env.DATABASE_URL = pg.server():url(db.name, { user = "raymig_weak" })
            local r = p:run("up")
            assert.equal(1, r.code)
            assert.matches("history table", r.err)
            assert.matches("42501", r.err)
            assert.matches("Grant CREATE", r.err)
            db:exec "DROP ROLE raymig_weak"
        end)

        it("a wrong password: exit 5, and it is never shown", function()
            local server = pg.conf { hba = "local all all scram-sha-256\n" }
            p.env.DATABASE_URL = server:url("postgres", { user = "postgres", password = "s3cret" })
            for _, command in ipairs { "up", "down", "status", "plan", "check" } do
                local r = p:run(command)
                assert.equal(5, r.code, command)
                assert.not_matches("s3cret", r.out .. r.err)
            end
            server:stop()
        end)

        it("a connection lost in the middle", function()
            p:write("migrations/0001_a.sql", [[CREATE TABLE a (id int);
                SELECT pg_terminate_backend(pg_backend_pid());]])
            refused(5, "connection lost", "nothing of")
        end)
    end)

    it("an unknown option or command: what was meant", function()
        assert.matches("Did you mean", p:run("stauts").err)
        assert.equal(2, p:run("up", "--dry-rum").code)
        assert.matches("dry%-run", p:run("up", "--dry-rum").err)
    end)
end)
