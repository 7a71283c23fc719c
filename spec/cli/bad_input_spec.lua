-- What bad input gets: the place named, the right exit code, nothing applied, nothing lost.
local cjson = require "cjson"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
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

        -- Opening a pipe would wait for somebody to write to it, and a device may never end.
        it("what is no file, wherever one belongs: it is named, and nothing waits", function()
            local function pipe(path)
                os.remove(p.path .. "/" .. path)
                assert.equal(0, process.run({ "mkfifo", p.path .. "/" .. path }).code)
            end
            pipe "migrations/0001_a.sql"
            refused(2, 'error: "migrations/0001_a%.sql" is a named pipe, not a file')
            for _, command in ipairs { "plan", "check" } do
                local r = p:run(command, { timeout = 60 })
                assert.equal(2, r.code, command)
                assert.matches("0001_a%.sql\" is a named pipe", r.err)
            end
            p:write("migrations/0001_a.lua", "return {}")
            os.remove(p.path .. "/migrations/0001_a.sql")
            pipe "migrations/0001_a.lua"
            refused(2, '"migrations/0001_a%.lua" is a named pipe')
            os.remove(p.path .. "/migrations/0001_a.lua")
            p:write("migrations/0001_a.sql", "CREATE TABLE a (id int);\n")
            pipe "migrations/0001_a.down.sql"
            refused(2, '"migrations/0001_a%.down%.sql" is a named pipe')
            os.remove(p.path .. "/migrations/0001_a.down.sql")
            process.run { "ln", "-s", "/dev/zero", p.path .. "/migrations/0001_a.down.sql" }
            refused(2, '"migrations/0001_a%.down%.sql" is a device')
            os.remove(p.path .. "/migrations/0001_a.down.sql")
            pipe "migrations/meta/_journal.json"
            refused(2, '_journal%.json" is a named pipe')
            pipe "raymig.lua"
            refused(2, 'raymig%.lua" is a named pipe')
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

        it("a server that is too old", function()
            pending "it takes a PostgreSQL before 13, and there is none here"
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

        -- One whose postmaster is stopped: the socket takes connections, and nobody speaks.
        it("a server that never answers; and a bad folder is told before that", function()
            local server = pg.conf {}
            p.env.DATABASE_URL = server:url("postgres") .. "&connect_timeout=2"
            server.postmaster:kill "STOP"
            refused(5, "cannot connect", "timeout expired")
            p:write("migrations/meta/_journal.json", "{")
            refused(2, "_journal%.json")
            server.postmaster:kill "CONT"
            server:stop()
        end)

        it("a connection lost in the middle", function()
            p:write("migrations/0001_a.sql", [[CREATE TABLE a (id int);
                SELECT pg_terminate_backend(pg_backend_pid());]])
            refused(5, "connection lost", "nothing of")
        end)
    end)

    describe("that may not be read", function()
        local function sealed(path)
            local uid, gid = process.unprivileged()
            assert(process.chmod(p.path .. "/" .. path, 0))
            local r = p:run("up", { uid = uid, gid = gid })
            assert(process.chmod(p.path .. "/" .. path, tonumber("755", 8)))
            assert.equal(2, r.code, r.err)
            assert.matches("Permission denied", r.err)
            assert.is_nil(db:value "SELECT to_regclass('a')")
            return r.err
        end

        it("the config", function() assert.matches("raymig%.lua", sealed "raymig.lua") end)
        it("the folder", function() assert.matches("migrations", sealed "migrations") end)
        it("the journal", function()
            assert.matches("_journal%.json", sealed "migrations/meta/_journal.json")
            assert.matches("_journal%.json", sealed "migrations/meta")
        end)
        it("a migration", function()
            assert.matches("0001_a%.sql", sealed "migrations/0001_a.sql")
        end)
    end)

    describe("that is no history:", function()
        local function shape(sql, ...)
            db:exec(sql)
            for _, command in ipairs { "up", "status", "plan", "check" } do
                local r = p:run(command)
                assert.equal(2, r.code, command .. r.err)
                assert.matches("not a history of migrations", r.err)
                for _, pattern in ipairs { ... } do assert.matches(pattern, r.err) end
            end
            assert.is_nil(db:value "SELECT to_regclass('a')")
        end

        it("a table without an id", function()
            shape("CREATE TABLE __raymig_migrations (hash text, created_at bigint)", "\"id\"")
        end)

        it("a date where a number belongs", function()
            shape("CREATE TABLE __raymig_migrations (id int, hash text, created_at timestamptz)",
                "created_at.*timestamp with time zone, not bigint")
        end)

        it("a view, a sequence, a type", function()
            shape([[CREATE VIEW __raymig_migrations AS SELECT 1 AS id, ''::text AS hash,
                1::bigint AS created_at]], "no table")
            db:exec "DROP VIEW __raymig_migrations"
            shape("CREATE SEQUENCE __raymig_migrations", "no table")
            db:exec "DROP SEQUENCE __raymig_migrations"
            shape("CREATE TYPE __raymig_migrations AS (id int)", "no table")
        end)

        it("names that are empty or too long", function()
            p:write("raymig.lua", "return { migrations = { schema = '' } }")
            refused(2, "migrations%.schema is empty")
            p:write("raymig.lua", "return { migrations = { table = ('x'):rep(58) } }")
            refused(2, "migrations%.table \"x+\" is longer than 57 bytes")
            p:write("raymig.lua", "return { migrations = { table = ('x'):rep(57) } }")
            assert.equal(0, p:run("up").code)
        end)
    end)

    it("a history row without a hash: told apart, never a crash", function()
        db:exec [[CREATE TABLE __raymig_migrations (id serial, hash text, created_at bigint);
            INSERT INTO __raymig_migrations (created_at) VALUES (1700000001000)]]
        refused(6, "0001_a.*edited", "recorded sha256 none")
        assert.equal(0, p:run("status").code)
        p:write("migrations/0001_a.down.sql", "SELECT 1;")
        p:must("down", "--yes")
        assert.equal("0", db:value "SELECT count(*) FROM __raymig_migrations")
    end)

    it("plan works on a history that Drizzle made", function()
        db:exec [[CREATE TABLE __raymig_migrations (id serial PRIMARY KEY, hash text NOT NULL,
            created_at bigint)]]
        assert.matches("CREATE TABLE a", p:must("plan").out)
    end)

    describe("with --json", function()
        -- What `raymig ... --json` says where it fails: one document, with the exit code.
        local function document(...)
            local words = { ... }
            words[#words + 1] = "--json"
            local r = p:run(table.unpack(words))
            local at = table.concat(words, " ") .. "\n" .. r.out .. r.err
            local ok, result = pcall(cjson.decode, r.out)
            assert(ok, at)
            assert(r.code ~= 0 and result.ok == false and result.error.code == r.code, at)
            assert(type(result.error.message) == "string" and result.error.message ~= "", at)
            assert((result.duration_ms or 0) < 60000, at)
            return result
        end

        it("every failure is one document", function()
            p:write("migrations/0001_a.sql", "CREATE TABLE a ();\nSELECT nonsense;\n")
            for _, words in ipairs {
                { "up" }, { "up", "x" }, { "up", "1", "--to", "0001_a" }, { "up", "--to", "nope" },
                { "up", "--nonsense" }, { "nonsense" }, {}, { "goto" }, { "goto", "nope" },
                { "up", "--wait", "5" }, { "up", "--lock-wait", "x" },
                { "up", "--url", "mysql://x" },
                { "up", "--url", "postgresql:///x?host=/nowhere" }, { "up", "--config", "nowhere" },
                { "baseline", "nope" }, { "repair", "--forget", "x" },
                { "up", "--backup", "/nowhere/at/all" }, { "plan", "--to", "nope" },
                { "status", "--url", "postgresql:///x?host=/nowhere" }, { "new" },
            } do
                document(table.unpack(words))
            end
            local result = document "up"
            assert.equal("42703", result.error.sqlstate)
            assert.equal("migrations/0001_a.sql", result.error.file)
            assert.equal(2, result.error.line)
            assert.equal("failed", result.migrations[1].result)
        end)

        it("a refused down, a lost lock, a broken folder, too", function()
            p:must "up"
            p:write("migrations/0001_a.down.sql", "DROP TABLE a;")
            assert.equal(4, document("down").error.code)
            p:write("migrations/meta/_journal.json", "{")
            for _, command in ipairs { "up", "down", "status", "plan", "check", "redo" } do
                assert.equal(2, document(command).error.code)
            end
            p:write("raymig.lua", "return { shema = 'x' }")
            for _, command in ipairs { "up", "down", "status", "plan", "check", "redo" } do
                assert.matches("raymig%.lua", document(command).error.file)
            end
        end)
    end)

    describe("a password", function()
        local function guarded()
            return pg.conf { hba = "local all postgres trust\nlocal all all scram-sha-256\n" }
        end

        it("is in no output, no argument list and no log, whatever fails", function()
            local server = guarded()
            server:database():exec "CREATE ROLE ann LOGIN SUPERUSER PASSWORD 's3cret'"
            local function url(options)
                local all = { user = "ann", password = "s3cret" }
                for name, value in pairs(options or {}) do all[name] = value end
                return server:url(options and options.database or "postgres", all)
            end
            local urls = { url(), url { password = "s3cretwrong" }, url { user = "nobody" },
                "postgresql://ann:s3cret@127.0.0.1:1/x", "postgresql://ann:s3cret@[::1/x",
                "host=/nowhere user=ann password=s3cret", "mysql://ann:s3cret@h/x",
                "postgresql://ann:s3cret@/x?nonsense=1", "host=/nowhere password='s3cret nonsense" }
            p:write("migrations/0001_a.sql", [[DO $$ BEGIN
                RAISE WARNING 'postgresql://ann:hush5@h/x'; END $$;
                DO $$ BEGIN EXECUTE 'ALTER ROLE ann PASSWORD ''hush5'' nonsense'; END $$;]])
            for _, one in ipairs(urls) do
                for _, words in ipairs {
                    { "up" }, { "up", "--json" }, { "up", "-v", "--backup", "b.dump" },
                    { "status" }, { "plan", "-v" }, { "check" },
                } do
                    p.env.DATABASE_URL = one
                    local r = p:run(table.unpack(words))
                    assert.not_matches("s3cret", r.out .. r.err)
                    -- A plan is the migrations' own SQL, whatever is in it.
                    if words[1] ~= "plan" then assert.not_matches("hush5", r.out .. r.err) end
                    words[#words + 1] = "--url"
                    words[#words + 1] = one
                    r = p:run(table.unpack(words))
                    assert.not_matches("s3cret", r.out .. r.err)
                end
            end
            assert.equal("0", server:database():value [[SELECT count(*)
                FROM __raymig_migrations_log WHERE detail::text ~ 's3cret|hush5']])
            server:stop()
        end)

        -- libpq has no variable for the password of a client's key, and an argument list is public.
        it("of the client's key reaches pg_dump, but not its arguments", function()
            local server = pg.tls { ssl_ca_file = "'server.crt'",
                hba = "local all all trust\nhostssl all all 127.0.0.1/32 cert\n" }
            server:client_certificate(p.path .. "/client", "postgres", "s3cret")
            local url = server:url("postgres", { hostaddr = "127.0.0.1", sslmode = "require",
                sslcert = p.path .. "/client.crt", sslkey = p.path .. "/client.key",
                sslpassword = "s3cret" })
            server:database():exec "CREATE TABLE held ()"
            local other = server:database():session()
            other:run "BEGIN; LOCK TABLE held;"
            local child = p:start("up", "--backup", "b.dump", "--url", url)
            process.eventually(function()
                return server:database():value
                    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'pg_dump'"
            end, "pg_dump", 10)
            local seen = process.run { "ps", "ww", "-o", "args", "--ppid", child.pid }.out
            assert.matches("pg_dump", seen)
            assert.not_matches("s3cret", seen)
            other:close()
            local r = child:wait()
            assert.equal(0, r.code, r.err)
            assert.equal("PGDMP", p:read("b.dump"):sub(1, 5))
            server:stop()
        end)

        it("cannot be seen by other users while raymig runs, nor while pg_dump does", function()
            local server = guarded()
            server:database():exec "CREATE ROLE ann LOGIN SUPERUSER PASSWORD 's3cret'"
            server:database():exec "CREATE TABLE held ()"
            local other = server:database():session()
            other:run "BEGIN; LOCK TABLE held;"
            local child = p:start("up", "--backup", "b.dump", "--url",
                server:url("postgres", { user = "ann", password = "s3cret" }))
            process.eventually(function()
                return server:database():value
                    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'pg_dump'"
            end, "pg_dump", 10)
            local seen = process.run { "ps", "ww", "-o", "args", "-p", child.pid }.out
                .. process.run { "ps", "ww", "-o", "args", "--ppid", child.pid }.out
            assert.matches("pg_dump", seen)
            assert.matches(" up %-%-backup", seen)
            assert.not_matches("s3cret", seen)
            child:kill "TERM"
            assert.equal(130, child:wait().code)
            other:close()
            server:stop()
        end)
    end)

    it("an unknown option or command: what was meant", function()
        assert.matches("Did you mean", p:run("stauts").err)
        assert.equal(2, p:run("up", "--dry-rum").code)
        assert.matches("dry%-run", p:run("up", "--dry-rum").err)
    end)
end)
