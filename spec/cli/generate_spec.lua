-- raymig generate, push, diff: from the Lua schema to the database, and a proved way back.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local cjson = require "cjson"
local journal = require "spec.support.journal"
local process = require "spec.support.process"

local FIRST = [[
local pg = require "raymig.schema"
local mood = pg.enum "mood" { "sad", "ok" }
local users = pg.table "users" {
  pg.bigint "id" :identity() :primary_key(),
  pg.text "email" :not_null() :unique(),
  mood "current" :default "ok",
  pg.index { "email", where = "current <> 'sad'" },
}
pg.table "posts" {
  pg.bigint "id" :identity() :primary_key(),
  pg.bigint "author" :references(users.id),
  pg.text "title",
}
pg.view "happy" "SELECT id, email FROM users WHERE current = 'ok'"
]]

-- A value in the middle, a NOT NULL, a column, another type below a view.
local SECOND = FIRST
  :gsub('"sad", "ok"', '"sad", "meh", "ok"')
  :gsub('pg.text "title",', 'pg.text "title" :not_null(), pg.integer "stars" :default(0),')
  :gsub('pg.text "email"', 'pg.varchar(80) "email"')

describe("generate", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["raymig.lua"] = "return {}", ["schema/app.lua"] = FIRST },
            { database = db })
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    local function exported() return p:must("export").out end

    it("writes up, down, snapshot and journal; then nothing has changed", function()
        local r = p:must("generate")
        assert.equal("migrations/0001_add_posts_and_users.sql\n"
            .. "migrations/0001_add_posts_and_users.down.lua\n"
            .. "migrations/meta/0001_snapshot.json\n", r.out)
        local up = p:read "migrations/0001_add_posts_and_users.sql"
        assert.matches("CREATE TYPE public.mood AS ENUM", up, 1, true)
        assert.matches("--> statement-breakpoint", up, 1, true)
        assert.matches("nothing changed", p:must("generate").err)
        p:must("up")
        assert.matches("no difference", p:must("diff").err)
    end)

    it("goes on from the last snapshot, and both ways work on rows", function()
        p:must("generate")
        p:must("up")
        local before = exported()
        db:exec [[
            INSERT INTO users (email) VALUES ('a@b');
            INSERT INTO posts (author, title) VALUES (1, 't');
        ]]
        p:write("schema/app.lua", SECOND)
        p:must("generate", "more")
        assert.matches("ADD VALUE 'meh' AFTER 'sad'", p:read "migrations/0002_more.sql", 1, true)
        p:must("up")
        assert.matches("no difference", p:must("diff").err)
        assert.equal("a@b 0", db:value
            "SELECT email || ' ' || stars FROM users JOIN posts ON author = users.id")
        p:must("down", "--yes")
        assert.equal(before, exported())
        assert.equal("a@b", db:value "SELECT email FROM happy")
    end)

    it("replays migrations that have no snapshot", function()
        p:must("generate")
        p:must("up")
        p:delete "migrations/meta/0001_snapshot.json"
        assert.matches("nothing changed", p:must("generate").err)
        p:must("new", "by_hand")
        p:write("migrations/0002_by_hand.sql", "ALTER TABLE posts ADD COLUMN note text;")
        p:write("migrations/0002_by_hand.down.lua",
            'return function(db) db:exec "ALTER TABLE posts DROP COLUMN note" end')
        p:must("generate", "without_note")
        assert.matches("ALTER TABLE public.posts DROP COLUMN note;",
            p:read "migrations/0003_without_note.sql", 1, true)
    end)

    it("replays an adopted Drizzle folder, with Drizzle's own snapshots and without any", function()
        local LIBRARY = [[
            local pg = require "raymig.schema"
            local authors = pg.table "authors" {
              pg.serial "id" :primary_key(),
              pg.varchar(200) "name" :not_null(),
            }
            pg.table "books" {
              pg.serial "id" :primary_key(),
              pg.integer "author_id" :not_null(),
              pg.text "title" :not_null(),
              pg.date "published",
              pg.foreign_key { "author_id", references = authors.id, on_delete = "cascade",
                name = "books_author_id_authors_id_fk" },
              pg.index { "published", name = "books_published_index" },
            }
        ]]
        for _, without in ipairs { false, true } do
            local adopted = project.new({ ["raymig.lua"] = "return {}",
                ["schema/app.lua"] = LIBRARY }, { database = db })
            adopted:copy("spec/fixtures/formats/drizzle", "migrations")
            for i = 0, without and 2 or -1 do
                adopted:delete(("migrations/meta/%04d_snapshot.json"):format(i))
            end
            local files = adopted:files()
            assert.matches("nothing changed", adopted:must("generate").err)
            adopted:must("generate", "--check")
            adopted:must("check", "--deep")
            assert.matches("2 proved, 1 without a way back, 0 wrong", adopted:must("verify").err, 1,
                true)
            assert.same(files, adopted:files())
            adopted:write("schema/app.lua", (LIBRARY:gsub('pg.date "published",',
                'pg.date "published", pg.integer "pages",')))
            local r = adopted:run("generate", "--check")
            assert.equal(3, r.code)
            assert.matches("^1 step from the migrations to the schema\n", r.err)
            assert.equal(6, adopted:run("check", "--deep").code)
            assert.equal("migrations/0003_add_books_pages.sql\n"
                .. "migrations/0003_add_books_pages.down.lua\n", adopted:must("generate").out)
            assert.matches("ALTER TABLE public.books ADD COLUMN pages integer;",
                adopted:read "migrations/0003_add_books_pages.sql", 1, true)
            adopted:must("check", "--deep")
            assert.matches("3 proved", adopted:must("verify").err)
            adopted:remove()
        end
    end)

    it("says that a migration loses data, in it and beside it", function()
        p:must("generate")
        p:write("schema/app.lua", (FIRST:gsub('  pg.text "title",\n', "")))
        local r = p:must("generate", "no_title")
        assert.matches("loses data", r.err)
        assert.matches("-- loses data\nALTER TABLE public.posts DROP COLUMN title;",
            p:read "migrations/0002_no_title.sql", 1, true)
        assert.matches("come back empty", p:read "migrations/0002_no_title.down.lua")
    end)

    it("says that a type loses what the way back does not bring again, as rows showed", function()
        local column = 'pg.text "title",'
        p:write("schema/app.lua", (FIRST:gsub(column, column .. ' pg.timestamptz "at",')))
        p:must("generate")
        p:must("up")
        p:write("schema/app.lua", (FIRST:gsub(column, column .. ' pg.date "at",')))
        local r = p:must("generate", "coarse")
        assert.matches("this migration loses data", r.err, 1, true)
        assert.matches("-- loses data\n-- rewrites public.posts, which nobody can use meanwhile\n"
            .. "ALTER TABLE public.posts ALTER COLUMN at TYPE date;",
            p:read "migrations/0002_coarse.sql", 1, true)
        db:exec "INSERT INTO posts (at) VALUES (now()), (NULL)"
        r = p:run("push")
        assert.equal(4, r.code)
        assert.matches("column public.posts.at: 1 value\n", r.err, 1, true)
    end)

    it("leaves the transaction only where a new value of an enum is used at once", function()
        p:must("generate")
        local more = FIRST:gsub('"sad", "ok"', '"sad", "meh", "ok"')
        p:write("schema/app.lua", more)
        assert.not_matches("transaction=none", p:must("generate", "--dry-run").out)
        p:write("schema/app.lua", (more:gsub(':default "ok"', ':default "meh"')))
        p:must("generate", "meh")
        assert.matches("^-- raymig: transaction=none\n", p:read "migrations/0002_meh.sql")
        p:must("up")
        assert.matches("no difference", p:must("diff").err)
    end)

    it("says what the server refused because of the rows", function()
        p:must("generate")
        p:write("schema/app.lua", (FIRST:gsub('pg.text "title"', 'pg.uuid "title"')))
        local r = p:must("generate", "other")
        assert.matches("it fails: invalid input syntax for type uuid", r.err, 1, true)
        assert.matches("-- fails where rows stand in the way: invalid input syntax for type uuid",
            p:read "migrations/0002_other.sql", 1, true)
    end)

    it("says which statements rewrite a table or read all of it, as the server showed", function()
        p:must("generate")
        p:write("schema/app.lua", FIRST
            :gsub('pg.text "title",', 'pg.varchar(9) "title", pg.integer "stars" :default(0),')
            :gsub('pg.index {', 'pg.index { "current" }, pg.index {'))
        p:must("generate", "other")
        local up = p:read "migrations/0002_other.sql"
        assert.matches("-- rewrites public.posts, which nobody can use meanwhile\n"
            .. "ALTER TABLE public.posts ALTER COLUMN title TYPE", up, 1, true)
        assert.matches("-- reads all of public.users, to which nobody can write meanwhile\n"
            .. "CREATE INDEX users_current_idx", up, 1, true)
        assert.matches("breakpoint\nALTER TABLE public.posts ADD COLUMN stars", up, 1, true)
    end)

    it("needs no shadow to say that nothing changed since it said so", function()
        p:must("generate")
        local without = { env = { RAYMIG_PG_BINDIR = "/nowhere" } }
        assert.matches("nothing changed", p:run("generate", without).err)
        assert.equal(0, p:run("generate", "--check", without).code)
        p:write("schema/app.lua", FIRST .. "-- a comment\n")
        assert.equal(0, p:run("generate", "--check", without).code)
        p:write("schema/app.lua", SECOND)
        assert.not_equal(0, p:run("generate", "--check", without).code)
        assert.equal(3, p:run("generate", "--check").code)
        p:write("schema/app.lua", FIRST)
        local snapshot = "migrations/meta/0001_snapshot.json"
        p:write(snapshot, (p:read(snapshot):gsub('"not_null":true', '"not_null":null')))
        assert.not_equal(0, p:run("generate", "--check", without).code)
    end)

    it("--check is for CI, --dry-run for looking", function()
        assert.equal(3, p:run("generate", "--check").code)
        assert.matches("CREATE TABLE public.users", p:must("generate", "--dry-run").out, 1, true)
        assert.is_false(p:exists "migrations/meta/_journal.json")
        p:must("generate")
        assert.equal(0, p:run("generate", "--check").code)
    end)

    it("carries an enum's columns over when a value goes", function()
        p:must("generate")
        p:must("up")
        db:exec "INSERT INTO users (email, current) VALUES ('a', 'sad')"
        p:write("schema/app.lua", (FIRST:gsub('"sad", "ok"', '"ok", "fine"')
            :gsub("<> 'sad'", "<> 'fine'")))
        p:must("generate", "moods")
        local r = p:run("up")
        assert.equal(1, r.code)
        assert.matches('invalid input value for enum mood: "sad"', r.err, 1, true)
        db:exec "UPDATE users SET current = 'ok'"
        p:must("up")
        assert.equal("ok", db:value "SELECT current FROM users")
        p:must("down", "--yes")
        assert.equal("{sad,ok}", db:value "SELECT enum_range(NULL::mood)")
        assert.equal("ok", db:value "SELECT current FROM users")
    end)

    it("renames what was renamed, with the keys and indexes that go with it", function()
        p:must("generate")
        p:must("up")
        local before = exported()
        db:exec "INSERT INTO users (email) VALUES ('a'); INSERT INTO posts (author) VALUES (1)"
        p:write("schema/app.lua", (FIRST
            :gsub('pg.table "users" {', 'pg.table "people" { was = "users",')
            :gsub('pg.text "email"', 'pg.text "mail" :was "email"')
            :gsub('{ "email"', '{ "mail"'):gsub("id, email FROM users", "id, mail FROM people")))
        local r = p:must("generate", "people")
        assert.is_nil(r.err:find("loses data", 1, true))
        local up = p:read "migrations/0002_people.sql"
        assert.matches("ALTER TABLE public.users RENAME TO people;", up, 1, true)
        assert.matches("ALTER TABLE public.people RENAME COLUMN email TO mail;", up, 1, true)
        assert.matches("RENAME CONSTRAINT users_pkey TO people_pkey;", up, 1, true)
        assert.is_nil(up:find("DROP TABLE", 1, true))
        p:must("up")
        assert.equal("a", db:value "SELECT mail FROM people JOIN posts ON author = people.id")
        assert.matches("nothing changed", p:must("generate").err)
        p:must("down", "--yes")
        assert.equal(before, exported())
    end)

    it("--rename says it for a schema that does not", function()
        p:must("generate")
        p:must("up")
        p:write("schema/app.lua", (FIRST:gsub('pg.text "title"', 'pg.text "headline"')))
        p:must("generate", "headline", "--rename", "posts.title=posts.headline")
        assert.equal("ALTER TABLE public.posts RENAME COLUMN title TO headline;\n",
            p:read "migrations/0002_headline.sql")
        local r = p:run("generate", "--rename", "posts.nothing=posts.x")
        assert.equal(2, r.code)
        assert.matches('there is no "posts.nothing"', r.err, 1, true)
    end)

    it("a mistake in the schema is told with its line, and nothing is written", function()
        p:write("schema/app.lua", FIRST .. '\npg.table "x" { pg.nosuchtype "y" }\n')
        local r = p:run("generate")
        assert.equal(1, r.code)
        assert.matches("schema/app.lua:%d+", r.err)
        assert.same({ "app.lua" }, p:files "schema")
        assert.same({}, p:files "migrations")
    end)
end)

describe("push", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["raymig.lua"] = "return {}", ["schema/app.lua"] = FIRST },
            { database = db })
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    it("makes the database what the schema says", function()
        assert.matches("CREATE TABLE public.users", p:must("push").out, 1, true)
        assert.matches("nothing changed", p:must("push").err)
        p:write("schema/app.lua", SECOND)
        p:must("push")
        assert.matches("no difference", p:must("diff").err)
    end)

    it("refuses to lose rows, and says how many", function()
        p:must("push")
        db:exec [[
            ALTER TABLE posts ADD COLUMN extra int;
            INSERT INTO posts (title, extra) VALUES ('a', 1), ('b', NULL);
        ]]
        local r = p:run("push")
        assert.equal(4, r.code)
        assert.matches("column public.posts.extra: 1 value\n", r.err, 1, true)
        assert.equal("1", db:value "SELECT count(extra) FROM posts")
        p:must("push", "--accept-data-loss")
        assert.matches("no difference", p:must("diff").err)
    end)

    it("does not touch what the filters leave out, nor the history", function()
        p:write("raymig.lua", 'return { schemas = { "public" }, tables = { "!cache_*" } }')
        db:exec [[
            CREATE SCHEMA other;
            CREATE TABLE other.t (id int);
            CREATE TABLE cache_x (id int);
        ]]
        p:must("push")
        assert.equal("other.t", db:value "SELECT to_regclass('other.t')")
        assert.equal("cache_x", db:value "SELECT to_regclass('cache_x')")
    end)

    it("waits for a migration that runs, and makes no plan of yesterday's database", function()
        p:write("migrations/meta/_journal.json", journal "0001_slow")
        p:write("migrations/0001_slow.sql", "CREATE TABLE slow (); SELECT pg_sleep(4);\n")
        local up = p:start("up")
        process.eventually(function()
            return db:value [[SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(4)%'
                AND state = 'active' AND pid <> pg_backend_pid()]]
        end, "the migration", 5)
        local push = p:run("push")
        assert.equal(4, push.code)
        assert.matches("waiting for another runner: pid %d+", push.err)
        assert.matches("somebody else changed the database meanwhile", push.err, 1, true)
        assert.equal(0, up:wait().code)
        assert.is_nil(db:value "SELECT to_regclass('users')")
    end)

    it("--dry-run and --json show and do nothing", function()
        local result = cjson.decode(p:must("push", "--dry-run", "--json").out)
        assert.is_true(result.ok)
        assert.matches("CREATE TABLE public.users", result.sql, 1, true)
        assert.is_nil(db:value "SELECT to_regclass('users')")
    end)
end)

describe("diff", function()
    local p

    before_each(function()
        p = project.new({
            ["raymig.lua"] = "return {}",
            ["a.sql"] = "CREATE TABLE t (id int, gone text); CREATE VIEW v AS SELECT id FROM t;",
            ["b.sql"] = "CREATE TABLE t (id bigint); CREATE VIEW v AS SELECT id FROM t;"
                .. "COMMENT ON TABLE t IS 'x';",
        })
    end)

    after_each(function() p:remove() end)

    it("shows the DDL of what differs", function()
        local r = p:must("diff", "--from", "a.sql", "--to", "b.sql")
        assert.equal([[
table public.t
  CREATE TABLE public.t (
-     id integer,
-     gone text
+     id bigint
  );
+ COMMENT ON TABLE public.t IS 'x';

]], r.out)
        assert.matches("3 differences", r.err)
        r = p:must("diff", "--from", "empty", "--to", "b.sql")
        assert.matches("view public.v\n+ CREATE VIEW public.v AS", r.out, 1, true)
    end)

    it("--summary tells what only one side has and what differs", function()
        local r = p:must("diff", "--from", "a.sql", "--to", "b.sql", "--summary")
        assert.matches("- column public.t.gone", r.out, 1, true)
        assert.matches("~ column public.t.id\n    type: integer -> bigint", r.out, 1, true)
        assert.matches("    comment: nothing -> x", r.out, 1, true)
        assert.equal(3, p:run("diff", "--from", "a.sql", "--to", "b.sql", "--exit-code").code)
        assert.equal(0, p:run("diff", "--from", "a.sql", "--to", "a.sql", "--exit-code").code)
    end)

    it("--sql leads there, --sql --down back, around a view on the column", function()
        local db = pg.create_database()
        db:exec(p:read "a.sql")
        local before = p:must("export", "--url", db.url).out
        db:exec(p:must("diff", "--from", "a.sql", "--to", "b.sql", "--sql").out)
        assert.matches("no difference", p:must("diff", "--from", db.url, "--to", "b.sql").err)
        db:exec(p:must("diff", "--from", "a.sql", "--to", "b.sql", "--sql", "--down").out)
        assert.equal(before, p:must("export", "--url", db.url).out)
        db:drop()
    end)

    it("keeps a plan that fails its proof, and writes down what a report needs", function()
        local snapshot = p:must("export", "--from", "a.sql", "--json").out
        -- A spelling that is not the server's own, as if the loader were wrong.
        p:write("a.json", (snapshot:gsub('"type":"integer"', '"type":"int4"', 1)))
        local r = p:run("diff", "--from", "a.json", "--to", "b.sql", "--sql")
        assert.equal(1, r.code)
        assert.equal("", r.out)
        assert.matches("the plan fails its proof in the shadow: the old state could not be made",
            r.err, 1, true)
        assert.matches("type: integer -> int4", r.err, 1, true)
        local folder = r.err:match "report it with the folder (%S+)"
        for _, name in ipairs { "from.json", "to.json", "up.sql", "down.sql", "error.txt" } do
            assert.is_true(#p:read(folder .. "/" .. name) > 20)
        end
    end)

    it("--json holds changes and both plans", function()
        local r = p:must("diff", "--from", "a.sql", "--to", "b.sql", "--json")
        local result = cjson.decode(r.out)
        assert.is_true(result.loses_data)
        local steps = {}
        for _, step in ipairs(result.steps_up) do
            steps[#steps + 1] = step.step .. " " .. step.object
        end
        assert.same({ "drop column public.t.gone", "drop view public.v", "alter table public.t",
            "alter column public.t.id", "create view public.v" }, steps)
    end)
end)
