-- raymig squash: many migrations become one, and databases that have had them take it for theirs.
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local cjson = require "cjson"

local UP = {
  ["0001_users"] = "CREATE TABLE users (id bigint PRIMARY KEY, mail text);",
  ["0002_posts"] = "CREATE TABLE posts (id bigint PRIMARY KEY, author bigint REFERENCES users);",
  ["0003_names"] = "ALTER TABLE users ADD COLUMN name text;\n--> statement-breakpoint\n"
    .. "CREATE INDEX users_name ON users (name);",
}
local DOWN = {
  ["0001_users"] = "DROP TABLE users;",
  ["0002_posts"] = "DROP TABLE posts;",
  ["0003_names"] = "ALTER TABLE users DROP COLUMN name;",
}

describe("squash", function()
    local db, p

    -- A migration with the number that comes next.
    local function add(tag, up, down)
        p:must("new", "--sql", (tag:gsub("^%d+_", "")))
        p:write("migrations/" .. tag .. ".sql", up)
        p:write("migrations/" .. tag .. ".down.sql", down)
    end

    local function git(...)
        local result = process.run { "git", "-c", "user.name=a", "-c", "user.email=a@b",
            cwd = p.path, env = p.env, ... }
        assert.equal(0, result.code, result.err)
    end

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["raymig.lua"] = "return {}" }, { database = db })
        for _, tag in ipairs { "0001_users", "0002_posts", "0003_names" } do
            add(tag, UP[tag], DOWN[tag])
        end
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    local function squash(...) return p:must("squash", "--archive", ...) end

    local function states()
        local out = {}
        for _, m in ipairs(cjson.decode(p:must("status", "--json").out).migrations) do
            out[#out + 1] = m.tag .. " " .. m.state
        end
        return table.concat(out, ", ")
    end

    local function rows()
        return db:value "SELECT string_agg(name, ' ' ORDER BY id) FROM __raymig_migrations"
    end

    describe("the files", function()
        it("are one migration in the place of many, with its way back and what it makes", function()
            git("init", "-q")
            git("add", ".")
            git("commit", "-qm", "x")
            local r = p:must("squash")
            assert.equal("migrations/0003_squashed.sql\nmigrations/0003_squashed.down.lua\n"
                .. "migrations/meta/0003_snapshot.json\n", r.out)
            assert.matches("3 migrations become one, proved equal", r.err)
            assert.matches("CREATE TABLE public.users", p:read "migrations/0003_squashed.sql", 1,
                true)
            assert.same({ "0003_squashed.down.lua", "0003_squashed.sql", "meta/0003_snapshot.json",
                "meta/_journal.json" }, p:files "migrations")
            assert.equal(0, p:run("verify").code)
        end)

        it("go only where git has them as they are", function()
            local before = p:files "migrations"
            local r = p:run("squash")
            assert.equal(4, r.code)
            assert.matches('"0001_users.sql" would be lost: there is no git', r.err, 1, true)
            git("init", "-q")
            git("add", ".")
            git("commit", "-qm", "x")
            p:write("migrations/0002_posts.sql", UP["0002_posts"] .. "\n")
            r = p:run("squash")
            assert.equal(4, r.code)
            assert.matches('"0002_posts.sql" would be lost: the last commit', r.err, 1, true)
            assert.same(before, p:files "migrations")
        end)

        it("stay in archive/ with --archive", function()
            squash("first")
            assert.equal(UP["0001_users"], p:read "migrations/archive/0001_users.sql")
            assert.equal(DOWN["0001_users"], p:read "migrations/archive/0001_users.down.sql")
            assert.equal("0003_first pending", states())
        end)

        it("are from --from to --to, and those behind stay as they are", function()
            p:must("up")
            local before = p:must("export").out
            squash("--to", "0002", "begin")
            assert.equal("0002_begin applied, 0003_names applied", states())
            assert.equal(0, p:run("check").code)
            p:must("down", "--all", "--yes")
            p:must("up")
            assert.equal(before, p:must("export").out)
            assert.equal("0002_begin 0003_names", rows())
        end)

        it("are printed with --dry-run, proved and not written", function()
            local before = p:files "migrations"
            local r = p:must("squash", "--dry-run")
            assert.matches("CREATE TABLE public.posts", r.out, 1, true)
            assert.matches("nothing was written", r.err, 1, true)
            assert.same(before, p:files "migrations")
        end)

        it("have a name of their own", function()
            local r = p:run("squash", "--archive", "names")
            assert.equal(2, r.code)
            assert.matches('"0003_names" is the name of a migration that is replaced', r.err, 1,
                true)
            assert.equal(2, p:run("squash", "--archive", "--from", "0003").code)
        end)
    end)

    describe("what was done to rows", function()
        it("is refused, each with its file and line", function()
            add("0004_seed", "SELECT set_config('search_path', 'public', true);\n"
                .. "INSERT INTO users VALUES (1);", "DELETE FROM users;")
            add("0005_copy", "CREATE TABLE twice AS SELECT * FROM users;", "DROP TABLE twice;")
            p:must("new", "--lua", "fill")
            local r = p:run("squash", "--archive")
            assert.equal(4, r.code)
            assert.matches("migrations/0004_seed.sql:2: INSERT INTO users VALUES (1)", r.err, 1,
                true)
            assert.matches("migrations/0005_copy.sql:1: CREATE TABLE twice AS", r.err, 1, true)
            assert.matches("migrations/0006_fill.lua: a Lua migration", r.err, 1, true)
            assert.equal(0, p:run("squash", "--archive", "--to", "0003").code)
        end)

        it("and so are roles, which are the server's", function()
            add("0004_reader", "CREATE ROLE raymig_spec_reader;\nGRANT SELECT ON users"
                .. " TO raymig_spec_reader;", "DROP ROLE raymig_spec_reader;")
            local r = p:run("squash", "--archive")
            assert.equal(4, r.code)
            assert.matches("migrations/0004_reader.sql:1: CREATE ROLE", r.err, 1, true)
        end)

        it("is left out with --schema-only, and said", function()
            add("0004_seed", "INSERT INTO users VALUES (1);", "DELETE FROM users;")
            local r = squash("--schema-only")
            assert.matches("left out, as you said", r.err)
            p:must("up")
            assert.equal("0", db:value "SELECT count(*) FROM users")
        end)

        it("of reversible operations is in SQL alone", function()
            p:must("new", "--lua", "more")
            p:write("migrations/0004_more.lua", [[
                local pg = require "raymig.schema"
                return { change = function(m)
                  m:add_column("users", pg.text "city")
                end }
            ]])
            squash()
            assert.matches("city text", p:read "migrations/0004_squashed.sql", 1, true)
        end)
    end)

    describe("rows that were there before", function()
        before_each(function()
            add("0004_number", "ALTER TABLE users ADD COLUMN age int DEFAULT 7;",
                "ALTER TABLE users DROP COLUMN age;")
        end)

        it("are what the originals make of them", function()
            add("0005_more", "ALTER TABLE users ADD COLUMN height int;",
                "ALTER TABLE users DROP COLUMN height;")
            squash("--from", "4")
            assert.equal("0001_users pending, 0002_posts pending, 0003_names pending, "
                .. "0005_squashed pending", states())
        end)

        it("or it is refused, with the columns", function()
            add("0005_anew", "ALTER TABLE users DROP COLUMN mail;\n"
                .. "ALTER TABLE users ADD COLUMN mail text;", "SELECT 1;")
            add("0006_up", "ALTER TABLE users ALTER COLUMN name TYPE varchar USING 'x' || name;",
                "ALTER TABLE users ALTER COLUMN name TYPE text;")
            local r = p:run("squash", "--archive", "--from", "4")
            assert.equal(4, r.code)
            assert.matches("leaves other values in rows that were there", r.err, 1, true)
            assert.matches("public.users.mail: %d of %d rows", r.err)
            assert.matches("public.users.name: %d of %d rows", r.err)
            assert.is_true(p:exists "migrations/0004_number.sql")
            assert.matches("0006_squashed", squash("--from", "4", "--schema-only").out)
        end)
    end)

    describe("a database", function()
        it("that has had none runs the new one", function()
            squash()
            p:must("up")
            assert.equal("0003_squashed", rows())
            assert.equal(0, p:run("check").code)
            assert.equal("nothing to do", p:must("up").err:match "nothing to do")
        end)

        it("that has had all of them has it, and nothing is written", function()
            p:must("up")
            squash()
            assert.matches("0003_squashed%s+applied as 3", p:must("status").out)
            local m = cjson.decode(p:must("status", "--json").out).migrations[1]
            assert.same({ "0001_users", "0002_posts", "0003_names" }, m.replaces)
            assert.is_true(m.by_originals)
            assert.equal(0, p:run("status", "--exit-code").code)
            assert.matches("nothing to do", p:must("up").err)
            assert.equal("0001_users 0002_posts 0003_names", rows())
            assert.equal(0, p:run("drift", "--exit-code").code)
            add("0004_more", "ALTER TABLE posts ADD COLUMN title text;",
                "ALTER TABLE posts DROP COLUMN title;")
            p:must("up")
            assert.equal("0003_squashed applied, 0004_more applied", states())
        end)

        it("takes it back as one, and forward as one", function()
            p:must("up")
            local before = p:must("export").out
            squash()
            p:must("down", "--yes")
            assert.is_nil(db:value "SELECT to_regclass('users')")
            assert.is_nil(rows())
            p:must("up")
            assert.equal(before, p:must("export").out)
            assert.equal("0003_squashed", rows())
        end)

        it("keeps the originals' rows where the way back fails", function()
            p:must("up")
            squash()
            db:exec "CREATE VIEW all_users AS SELECT * FROM users"
            assert.equal(1, p:run("down", "--yes").code)
            assert.equal("0001_users 0002_posts 0003_names", rows())
        end)

        it("resumes a way back without a transaction where it stopped", function()
            p:must("up")
            squash()
            p:write("migrations/0003_squashed.down.sql", "-- raymig: transaction=none\n"
                .. "DROP INDEX CONCURRENTLY users_name;\nDROP TABLE posts, users;")
            p:delete "migrations/0003_squashed.down.lua"
            db:exec "CREATE VIEW all_users AS SELECT * FROM users"
            assert.equal(1, p:run("down", "--yes").code)
            assert.matches("0003_squashed%s+reverting after 1", p:must("status").out)
            assert.equal("0003_squashed", rows())
            db:exec "DROP VIEW all_users"
            p:must("down", "--yes")
            assert.is_nil(rows())
        end)

        it("takes the originals back one by one with --stored", function()
            p:must("up")
            squash()
            p:must("down", "--stored", "--yes")
            assert.equal("0001_users 0002_posts", rows())
            p:must("down", "--stored", "--yes", "--all")
            assert.is_nil(rows())
            assert.equal("0003_squashed pending", states())
        end)

        it("that has had some is told which are missing, exit 6", function()
            p:must("up", "2")
            squash()
            local r = p:run("up")
            assert.equal(6, r.code)
            assert.matches('"0003_squashed" replaces migrations of which only some are applied: '
                .. '"0003_names" is not', r.err, 1, true)
            assert.matches("raymig up --to 0003_names", r.err, 1, true)
            assert.equal(6, p:run("check").code)
            assert.equal(6, p:run("status", "--exit-code").code)
            assert.equal(6, p:run("up", "--allow", "0003_squashed").code)
            r = p:run("drift")
            assert.equal(6, r.code)
            assert.matches("raymig check says what to do", r.err, 1, true)
            assert.matches("0001_users%s+half applied", p:must("status").out)
            -- Forward with the files of then,
            p:copy(p.path .. "/migrations", "now")
            for _, file in ipairs(p:files "now") do p:delete("migrations/" .. file) end
            for tag in pairs(UP) do
                p:write("migrations/" .. tag .. ".sql", UP[tag])
                p:write("migrations/" .. tag .. ".down.sql", DOWN[tag])
            end
            p:must("repair", "--yes")
            p:must("up")
            for _, file in ipairs(p:files "migrations") do p:delete("migrations/" .. file) end
            p:copy(p.path .. "/now", "migrations")
            assert.equal("0003_squashed applied", states())
        end)

        it("that has had some can go back by the stored ways", function()
            p:must("up", "2")
            squash()
            p:must("down", "--all", "--yes")
            assert.is_nil(rows())
            p:must("up")
            assert.equal("0003_squashed", rows())
        end)

        it("that ran another text is told, until that is accepted", function()
            p:must("up")
            p:write("migrations/0002_posts.sql", UP["0002_posts"]
                .. " SELECT set_config('a.b', '', true);")
            squash()
            local r = p:run("up")
            assert.equal(6, r.code)
            assert.matches('"0002_posts", which "0003_squashed" replaces, was applied from another'
                .. ' file', r.err, 1, true)
            p:must("repair", "--accept", "0003_squashed", "--yes")
            assert.equal("0003_squashed applied", states())
            assert.equal("0003_squashed", rows())
        end)

        it("has what was squashed twice, whichever way it had it", function()
            p:must("up", "2")
            squash("--to", "2", "first")
            p:must("up")
            squash("all")
            assert.equal("0003_all applied", states())
            assert.equal("0001_users 0002_posts 0003_names", rows())
            db:exec "DELETE FROM __raymig_migrations WHERE name = '0001_users'"
            assert.equal(6, p:run("up").code)
            db:exec "UPDATE __raymig_migrations SET name = '0002_first' WHERE name = '0002_posts'"
            assert.matches("was applied from another", p:run("up").err)
        end)
    end)

    it("finds the originals in a table of Drizzle's without names", function()
        db:exec [[
            CREATE SCHEMA drizzle;
            CREATE TABLE drizzle.__drizzle_migrations
                (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
        ]]
        p:write("raymig.lua",
            'return { migrations = { schema = "drizzle", table = "__drizzle_migrations" } }')
        p:must("up")
        local function count()
            return db:value "SELECT count(*) FROM drizzle.__drizzle_migrations"
        end
        squash()
        assert.equal("0003_squashed applied", states())
        assert.matches("nothing to do", p:must("up").err)
        assert.equal("3", count())
        p:must("down", "--yes")
        assert.equal("0", count())
        p:must("up")
        assert.equal("1", count())
        assert.equal("0003_squashed applied", states())
        p:must("down", "--yes")
        assert.equal("0", count())
    end)

    it("is for raymig's own layout", function()
        local q = project.new { ["raymig.lua"] = "return {}" }
        q:copy("spec/fixtures/formats/goose", "migrations")
        local r = q:run("squash")
        assert.equal(2, r.code)
        assert.matches("raymig import", r.err, 1, true)
        q:remove()
    end)

    it("is an error where an original comes back beside it, as by a merge", function()
        squash()
        local journal = cjson.decode(p:read "migrations/meta/_journal.json")
        table.insert(journal.entries, 1, { idx = 1, version = "7", when = 1, tag = "0001_users",
            breakpoints = true })
        p:write("migrations/meta/_journal.json", cjson.encode(journal))
        p:write("migrations/0001_users.sql", UP["0001_users"])
        local r = p:run("status")
        assert.equal(6, r.code)
        assert.matches('has "0001_users" and "0003_squashed", which replaces it', r.err, 1, true)
    end)
end)
