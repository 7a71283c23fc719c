-- raymig verify: the way back of each migration, proved in a shadow database.
local project = require "spec.support.project"
local pg = require "spec.support.pg"
local cjson = require "cjson"

-- A first migration that is right, and what the others begin with.
local USERS = [[
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE CHECK (email LIKE '%@%'),
    stars integer NOT NULL DEFAULT 3,
    current mood DEFAULT 'ok'
);
COMMENT ON COLUMN users.email IS 'where to write';
GRANT SELECT ON users TO reader;
CREATE TABLE posts (author bigint NOT NULL REFERENCES users, title varchar(20));
]]
local USERS_DOWN = "DROP TABLE posts; DROP TABLE users; DROP TYPE mood;"

-- Lua's long brackets around SQL, as a down script.
local function down(sql) return "return function(db)\n  db:exec [[\n" .. sql .. "\n]]\nend\n" end

describe("verify", function()
    local p

    -- Migrations in raymig's own layout: each { up, down }; down nil: none.
    local function write(...)
        local entries = {}
        for i, migration in ipairs { { USERS, USERS_DOWN }, ... } do
            local tag = ("%04d_m%d"):format(i, i)
            p:write("migrations/" .. tag .. ".sql", migration[1])
            if migration[2] then
                p:write("migrations/" .. tag .. ".down.lua", down(migration[2]))
            end
            entries[i] = ('{"idx": %d, "version": "7", "when": %d, "tag": "%s", '
                .. '"breakpoints": true}'):format(i, i, tag)
        end
        p:write("migrations/meta/_journal.json", '{"version": "7", "dialect": "postgresql", '
            .. '"raymig": 1, "entries": [' .. table.concat(entries, ",\n") .. "]}\n")
    end

    -- What is said of the second migration, a line each.
    local function said(up, back, ...)
        write({ up, back })
        local r = p:run("verify", "2", ...)
        local lines = {}
        for line in r.out:gmatch "[^\n]+" do lines[#lines + 1] = line:gsub("^ +", "") end
        lines[1] = lines[1] and lines[1]:match "^(.-)  "
        return lines, r
    end

    before_each(function() p = project.new { ["raymig.lua"] = "return {}" } end)
    after_each(function() p:remove() end)

    it("takes each up, down and up again; nothing is wrong", function()
        write({ "CREATE INDEX ON users (stars);", "DROP INDEX users_stars_idx;" },
            { "-- raymig: transaction=none\nCREATE INDEX CONCURRENTLY i ON posts (title);",
                "DROP INDEX i;" })
        local r = p:must "verify"
        assert.matches("^proved    0001_m1  [%d.]+m?s\nproved    0002_m2  [%d.]+m?s\n"
            .. "proved    0003_m3", r.out)
        assert.matches("3 proved, 0 without a way back, 0 wrong", r.err)
        assert.same({ "migrations", "raymig.lua" },
            (function()
                local names = {}
                for _, name in ipairs(p:files()) do names[name:match "^[^/]+"] = true end
                local list = {}
                for name in pairs(names) do list[#list + 1] = name end
                table.sort(list)
                return list
            end)(), "it writes nothing and starts no server of the project's")
    end)

    describe("a way back is wrong that", function()
        it("forgets an object", function()
            assert.same({ "wrong", "down leaves behind index public.users.by_stars" }, (said(
                "ALTER TABLE users ADD COLUMN n int;"
                    .. "CREATE INDEX IF NOT EXISTS by_stars ON users (stars);",
                "ALTER TABLE users DROP COLUMN n;")))
        end)

        it("forgets a type, so that the way up cannot run again", function()
            local lines, r = said("CREATE TYPE size AS ENUM ('s', 'm');\nCREATE TABLE t (s size);",
                "DROP TABLE t;")
            assert.same({ "wrong", "down leaves behind enum public.size",
                "up fails behind down: migrations/0002_m2.sql:1: type \"size\" already exists "
                    .. "(SQLSTATE 42710)" }, lines)
            assert.equal(1, r.code)
        end)

        it("does not bring back a comment", function()
            assert.same({ "wrong",
                "down leaves different column public.users.email, "
                    .. "comment: where to write -> nothing",
                "down does not bring back constraint public.users.users_email_key",
                "up drops or changes the values of column public.users.email in 3 of 3 rows, "
                    .. "and down does not bring them back" }, (said(
                "ALTER TABLE users DROP COLUMN email;",
                "ALTER TABLE users ADD COLUMN email text NOT NULL DEFAULT 'a@b' "
                    .. "CONSTRAINT users_email_check CHECK (email LIKE '%@%');"
                    .. "ALTER TABLE users ALTER COLUMN email DROP DEFAULT;")))
        end)

        it("does not bring back a grant", function()
            local lines = said("REVOKE SELECT ON users FROM reader;", "SELECT 1;")
            assert.equal("wrong", lines[1])
            assert.matches('^down leaves different table public.users, acl: %["postgres=arwdDxt/'
                .. 'postgres","reader=r/postgres"%] %-> nothing$', lines[2])
            assert.equal(2, #lines)
        end)

        it("brings back another default", function()
            assert.same({ "wrong",
                "down leaves different default public.users.stars, expression: 3 -> 0" }, (said(
                "ALTER TABLE users ALTER COLUMN stars SET DEFAULT 5;",
                "ALTER TABLE users ALTER COLUMN stars SET DEFAULT 0;")))
        end)

        it("brings back another body, even where white space alone differs", function()
            local f = "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n%s$$;"
            write({ f:format "SELECT 1\n", "DROP FUNCTION f();" },
                { f:format "SELECT 2\n", f:format "  SELECT 1\n" })
            assert.matches("down leaves different function public.f(), source: white space alone",
                p:run("verify", "3").out, 1, true)
            write({ f:format "SELECT 1\n+ 1\n", "DROP FUNCTION f();" },
                { f:format "SELECT 2\n", f:format "SELECT 1\n+ 3\n" })
            assert.matches("down leaves different function public.f(), source: line 3: + 1 -> + 3",
                p:run("verify", "3").out, 1, true)
        end)

        it("leaves a role behind, which is the server's", function()
            assert.same({ "wrong", "down leaves behind role made_here",
                "up fails behind down: migrations/0002_m2.sql:1: role \"made_here\" already "
                    .. "exists (SQLSTATE 42710)" }, (said("CREATE ROLE made_here;", "SELECT 1;")))
            assert.same({ "proved" }, (said("CREATE ROLE made_here;", "DROP ROLE made_here;")))
        end)

        it("fails; file, line and SQLSTATE are told", function()
            assert.same({ "wrong", 'down fails: migrations/0002_m2.down.lua:2: relation "nothing" '
                .. "does not exist (SQLSTATE 42P01)" }, (said(
                "CREATE TABLE t (n int);", "ALTER TABLE nothing ADD n int;")))
        end)

        it("fails where there are rows: a few are made up", function()
            local lines = said("ALTER TABLE users DROP COLUMN stars;",
                "ALTER TABLE users ADD COLUMN stars integer NOT NULL;"
                .. "ALTER TABLE users ALTER COLUMN stars SET DEFAULT 3;")
            assert.same({ "wrong", 'down fails where tables have rows: migrations/0002_m2.down.lua'
                .. ':2: column "stars" of relation "users" contains null values (SQLSTATE 23502)' },
                lines)
        end)

        it("loses rows that the way up had kept", function()
            assert.same({ "wrong", "down loses 3 of 3 rows of public.posts" }, (said(
                "ALTER TABLE posts ADD COLUMN n int;",
                "DROP TABLE posts; CREATE TABLE posts "
                    .. "(author bigint NOT NULL REFERENCES users, title varchar(20));")))
        end)

        it("changes values that the way up had kept", function()
            assert.same({ "wrong",
                "down changes the values of column public.posts.title in 3 of 3 rows" }, (said(
                "ALTER TABLE posts ADD COLUMN n int;",
                "ALTER TABLE posts DROP COLUMN n; UPDATE posts SET title = 'gone';")))
        end)
    end)

    it("inserts rows that the way back leaves, and again", function()
        assert.same({ "wrong", "down leaves 1 row in public.posts that up inserted, and up again "
            .. "inserts them twice" }, (said(
            "INSERT INTO posts SELECT id, 'new' FROM users ORDER BY id LIMIT 1;", "SELECT 1;")))
    end)

    describe("is told, and not wrong:", function()
        it("rows that the way up inserts once, and the way back leaves", function()
            local lines, r = said(
                "INSERT INTO users (email) SELECT '@' WHERE '@' NOT IN (SELECT email FROM users);",
                "SELECT 1;")
            assert.same({ "proved", "down leaves 1 row in public.users that up inserted" }, lines)
            assert.equal(0, r.code)
            assert.same({ "proved" }, (said(
                "INSERT INTO users (email) SELECT '@' WHERE '@' NOT IN (SELECT email FROM users);",
                "DELETE FROM users WHERE email = '@';")))
        end)

        it("rows that the way back inserts", function()
            assert.same({ "proved", "down inserts 2 rows in public.posts" }, (said(
                "ALTER TABLE posts ADD COLUMN n int;",
                "ALTER TABLE posts DROP COLUMN n;"
                    .. "INSERT INTO posts SELECT id FROM users ORDER BY id LIMIT 2;")))
        end)

        it("what the way up deletes, no way back can restore", function()
            local lines, r = said("DROP TABLE posts;", "CREATE TABLE posts "
                .. "(author bigint NOT NULL REFERENCES users, title varchar(20));")
            assert.same({ "proved", "up deletes 3 of 3 rows of public.posts, which down cannot "
                .. "bring back" }, lines)
            assert.equal(0, r.code)
            assert.same({ "proved", "up drops or changes the values of column public.posts.title "
                .. "in 3 of 3 rows, and down does not bring them back" }, (said(
                "ALTER TABLE posts DROP COLUMN title;",
                "ALTER TABLE posts ADD COLUMN title varchar(20);")))
        end)

        it("a way up that wants empty tables, or other rows than the made-up ones", function()
            local lines, r = said("ALTER TABLE posts ADD COLUMN n int NOT NULL;",
                "ALTER TABLE posts DROP COLUMN n;")
            assert.same({ "proved", "up fails where tables have rows, made-up ones, so the rest "
                .. 'was proved without: migrations/0002_m2.sql:1: column "n" of relation "posts" '
                .. "contains null values (SQLSTATE 23502)" }, lines)
            assert.equal(0, r.code)
        end)

        it("what the model does not know, of which nothing can be proved", function()
            local mods = "SET allow_system_table_mods = on; "
            assert.same({ "proved",
                "nothing is proved of what raymig does not know: relation public.odd",
                "nothing is proved of what raymig does not know: type public.odd[]" }, (said(
                "CREATE VIEW odd AS SELECT 1 AS n; " .. mods
                    .. "UPDATE pg_class SET relkind = 'z' WHERE relname = 'odd';",
                mods .. "UPDATE pg_class SET relkind = 'v' WHERE relname = 'odd'; DROP VIEW odd;")))
        end)

        it("a migration without a way back; --require-down says that it is wrong", function()
            local lines, r = said "CREATE TABLE t (n int);"
            assert.same({ "no down" }, lines)
            assert.equal(0, r.code)
            assert.equal(1, p:run("verify", "--require-down").code)
        end)
    end)

    it("rows survive renames, other types and rebuilt tables", function()
        write({
            "ALTER TABLE posts RENAME COLUMN title TO headline; ALTER TABLE users RENAME TO people;"
                .. "ALTER TABLE people ALTER COLUMN stars TYPE text;",
            "ALTER TABLE people ALTER COLUMN stars DROP DEFAULT;"
                .. "ALTER TABLE people ALTER COLUMN stars TYPE integer USING stars::integer;"
                .. "ALTER TABLE people ALTER COLUMN stars SET DEFAULT 3;"
                .. "ALTER TABLE people RENAME TO users;"
                .. "ALTER TABLE posts RENAME COLUMN headline TO title;" })
        assert.matches("proved    0002_m2  [%d.]+m?s\n$", p:must("verify", "2").out)
    end)

    it("rows are made up for every type, by what checks, keys and bounds name", function()
        write({ [[
            CREATE DOMAIN address AS text CHECK (VALUE LIKE '%@%.%');
            CREATE TYPE pair AS (a int, b text);
            CREATE TABLE kinds (a smallint, b numeric(2,2), c char(1), d bytea, e timestamptz,
              f time,
              g interval, h boolean, i point, j path, k circle, l cidr, m macaddr8,
              n bit(3), o tsvector, p uuid, q xml, r jsonb, s int[], t uuid[], u tstzrange,
              v pg_lsn, w mood,
              x mood[], y pair, z address, aa money, ab address[]);
            CREATE TABLE self (id int PRIMARY KEY, parent int NOT NULL REFERENCES self);
            CREATE TABLE checked (s text NOT NULL CHECK (s IN ('new', 'paid')),
              amount numeric NOT NULL CHECK (amount > 17));
            CREATE TABLE booked (room int, during daterange,
              EXCLUDE USING gist (during WITH &&));
            CREATE TABLE part (at date NOT NULL) PARTITION BY RANGE (at);
            CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
            CREATE TABLE pair_key (x int, y text, PRIMARY KEY (x, y));
            CREATE TABLE pair_ref (x int NOT NULL, y text NOT NULL,
              FOREIGN KEY (x, y) REFERENCES pair_key);
            CREATE TABLE "odd Name" ("sel ect" int PRIMARY KEY,
              twice int GENERATED ALWAYS AS ("sel ect" * 2) STORED);
            CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql
              AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
            CREATE TABLE guarded (n int);
            CREATE TRIGGER no BEFORE INSERT ON guarded FOR EACH ROW EXECUTE FUNCTION no();
        ]] }, { [[
            DO $$
            DECLARE
                counts text;
            BEGIN
                SELECT string_agg(c.relname || ' ' || (xpath('/row/c/text()', query_to_xml(format(
                    'SELECT count(*) AS c FROM %I', c.relname), false, true, '')))[1]::text, ', '
                    ORDER BY c.relname COLLATE "C") INTO counts
                FROM pg_class c WHERE relkind IN ('r', 'p')
                    AND relnamespace = 'public'::regnamespace AND relname !~ '^__';
                counts := counts || (SELECT coalesce(string_agg(', null ' || key, ''), '')
                    FROM (SELECT row_to_json(k.*)::jsonb AS j FROM kinds k LIMIT 1) x,
                    jsonb_each(j) WHERE value = 'null');
                IF counts LIKE '%kinds 3%' THEN RAISE EXCEPTION '%', counts; END IF;
            END $$;
        ]], "SELECT 1;" })
        assert.matches("booked 3, checked 2, guarded 0, kinds 3, odd Name 3, pair_key 3, "
            .. "pair_ref 3, part 2, part_1 2, posts 3, self 3, users 3 (SQLSTATE",
            p:must("verify", "3").out, 1, true)
    end)

    it("what is wrong with one migration tells nothing of the next", function()
        write({ "CREATE TABLE t (n int);", "SELECT 1;" },
            { "ALTER TABLE t ADD COLUMN m int;", "ALTER TABLE t DROP COLUMN m;" })
        local r = p:run "verify"
        assert.matches("wrong     0002_m2.*proved    0003_m3", r.out)
        assert.matches("2 proved, 0 without a way back, 1 wrong", r.err)
    end)

    it("proves those that are named, and only runs the ones before", function()
        write({ "CREATE TABLE t (n int);", "SELECT 1;" },
            { "ALTER TABLE t ADD COLUMN m int;", "ALTER TABLE t DROP COLUMN m;" },
            { "nonsense;" })
        assert.matches("^proved    0003_m3  [%d.]+m?s\n$", p:must("verify", "0003").out)
        assert.equal(2, p:run("verify", "0009").code)
    end)

    it("a way up that fails is an error like any, and the end", function()
        write({ "CREATE TABLE t (\n  n nosuchtype\n);" }, { "SELECT 1;", "SELECT 1;" })
        local r = p:run "verify"
        assert.equal(1, r.code)
        assert.matches("^proved    0001_m1  [%d.]+m?s\n$", r.out)
        assert.matches('migrations/0002_m2.sql:2:5: error: type "nosuchtype" does not exist', r.err)
        assert.matches("SQLSTATE 42704", r.err)
    end)

    it("an extension that this machine lacks is named, with a way out", function()
        write({ "CREATE EXTENSION nosuchextension;" })
        local r = p:run "verify"
        assert.equal(1, r.code)
        assert.matches('0002_m2.sql:1:1: error:.*extension "nosuchextension"', r.err)
        assert.matches("Install the extension on this machine, or name a server that has it "
            .. "with --shadow-url", r.err, 1, true)
    end)

    it("a role that a migration only names is made, but on no server of somebody else's", function()
        write()
        p:write("migrations/0001_m1.sql",
            "CREATE TABLE t (n int);\nGRANT SELECT ON t TO nobody_has_this_role;")
        p:write("migrations/0001_m1.down.lua", down "DROP TABLE t")
        assert.matches("^proved", p:must("verify").out)
        local db = pg.create_database()
        local r = p:run("verify", "--shadow-url", db.url)
        assert.equal(1, r.code)
        assert.matches('0001_m1.sql:2:1: error: role "nobody_has_this_role" does not exist', r.err,
            1, true)
        assert.matches('Create it there (CREATE ROLE "nobody_has_this_role")', r.err, 1, true)
        p:write("migrations/0001_m1.sql", "CREATE TABLE t (n int);")
        assert.matches("^proved", p:must("verify", "--shadow-url", db.url).out)
        db:drop()
    end)

    it("reversible operations in Lua", function()
        write({ "SELECT 1;" })
        p:delete "migrations/0002_m2.sql"
        p:write("migrations/0002_m2.lua", [[
            local pg = require "raymig.schema"
            return { change = function(m)
              m:create_table("made", { pg.bigint "id" :primary_key() })
            end }
        ]])
        assert.matches("^proved    0002_m2", p:must("verify", "2").out)
    end)

    it("interrupted, it ends with 130", function()
        write({ "SELECT pg_sleep(60);", "SELECT 1;" })
        local child = p:start("verify", "2")
        os.execute "sleep 3"
        child:kill "INT"
        assert.equal(130, child:wait(20).code)
    end)

    it("holds the result against the migration's snapshot", function()
        p:write("schema/app.lua", [[
            local pg = require "raymig.schema"
            pg.table "users" { pg.bigint "id" :primary_key(), pg.text "email" }
        ]])
        p:must("generate", "users")
        assert.equal(0, p:run("verify").code)
        p:write("migrations/0001_users.sql",
            p:read "migrations/0001_users.sql" .. "\nCREATE INDEX by_email ON users (email);\n"
            .. "ALTER TABLE users ALTER COLUMN email SET NOT NULL;\n")
        local r = p:run "verify"
        assert.equal(1, r.code)
        assert.matches("the snapshot lacks index public.users.by_email", r.out, 1, true)
        assert.matches("the snapshot has different column public.users.email, "
            .. "not_null: nothing -> true", r.out, 1, true)
    end)

    it("runs what the runner runs: Lua, settings of the database, other tools' folders", function()
        p:write("migrations/0001_lua.lua", [[
            return {
              up = function(db)
                db:exec "CREATE TABLE t (n int)"
                db:exec("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''8MB''', "
                  .. "current_database()); END $$")
              end,
              down = function(db)
                db:exec "DROP TABLE t"
                db:exec("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET work_mem', "
                  .. "current_database()); END $$")
              end,
            }
        ]])
        p:write("migrations/0002_more.sql", "ALTER TABLE t ADD m int;")
        p:write("migrations/0002_more.down.sql", "ALTER TABLE t DROP m;")
        p:write("migrations/meta/_journal.json", [[{"version": "7", "dialect": "postgresql",
            "raymig": 1, "entries": [
            {"idx": 1, "version": "7", "when": 1, "tag": "0001_lua", "breakpoints": true},
            {"idx": 2, "version": "7", "when": 2, "tag": "0002_more", "breakpoints": true}]}]])
        assert.matches("2 proved", p:must("verify").err)

        local folders = {
            dbmate = { ["db/20200101000000_t.sql"] =
                "-- migrate:up\nCREATE TABLE t (n int);\n-- migrate:down\nDROP TABLE t;\n" },
            goose = { ["db/001_t.sql"] =
                "-- +goose Up\nCREATE TABLE t (n int);\n-- +goose Down\nDROP TABLE t;\n" },
            diesel = { ["db/2020-01-01-000000_t/up.sql"] = "CREATE TABLE t (n int);",
                ["db/2020-01-01-000000_t/down.sql"] = "DROP TABLE t;" },
            golang = { ["db/1_t.up.sql"] = "CREATE TABLE t (n int);",
                ["db/1_t.down.sql"] = "DROP TABLE t;" },
        }
        for name, files in pairs(folders) do
            local other = project.new { ["raymig.lua"] = 'return { out = "db" }' }
            for path, text in pairs(files) do other:write(path, text) end
            assert.matches("1 proved, 0 without", other:must("verify").err, 1, true, name)
            other:remove()
        end
    end)

    it("--json has it all", function()
        write({ "CREATE TABLE t (n int);", "SELECT 1;" }, { "CREATE TABLE u (n int);" })
        local r = p:run("verify", "--json")
        assert.equal(1, r.code)
        local report = cjson.decode(r.out)
        assert.is_false(report.ok)
        assert.same({ 1, 1, 1 }, { report.proved, report.no_down, report.wrong })
        local second = report.migrations[2]
        assert.same({ "0002_m2", "wrong" }, { second.tag, second.result })
        assert.same({ "left_behind", "table public.t", "created" },
            { second.findings[1].what, second.findings[1].change.object,
                second.findings[1].change.change })
        assert.same({ "again_failed", "42P07", 1 },
            { second.findings[2].what, second.findings[2].error.sqlstate,
                second.findings[2].error.line })
    end)

    it("--markdown is a report to be kept", function()
        write({ "CREATE TABLE t (n int);", "SELECT 1;" })
        local r = p:run("verify", "--markdown")
        assert.equal(1, r.code)
        assert.matches("| 2 | 1 | 0 | 1 |", r.out, 1, true)
        assert.matches("## Wrong\n\n### 0002_m2\n\n- `down leaves behind table public.t`\n",
            r.out, 1, true)
    end)

    it("a history in a schema of its own is nothing that a way back leaves behind", function()
        p:write("raymig.lua", 'return { migrations = { schema = "history" } }')
        write()
        assert.matches("^proved    0001_m1  [%d.]+m?s\n$", p:must("verify").out)
    end)

    it("a folder without migrations has nothing to prove", function()
        p:write("migrations/meta/_journal.json",
            '{"version": "7", "dialect": "postgresql", "raymig": 1, "entries": []}')
        assert.matches("0 proved", p:must("verify").err)
    end)
end)
