-- raymig generate --lua: operations that know their way back; --empty; what a migration is called.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local cjson = require "cjson"

local FIRST = [[
local pg = require "raymig.schema"
local mood = pg.enum "mood" { "sad", "ok" }
local users = pg.table "users" {
  pg.bigserial "id" :primary_key(),
  pg.text "email" :not_null() :unique(),
  mood "current" :default "ok",
  pg.index { "email", where = "current <> 'sad'" },
  comment = "who may log in",
}
pg.table "posts" {
  pg.bigint "id" :identity() :primary_key(),
  pg.bigint "author" :references(users.id),
  pg.text "title" :default "none",
}
pg.view "happy" "SELECT id, email FROM users WHERE current = 'ok'"
local billing = pg.schema "billing" { comment = "money" }
billing.table "invoices" { pg.numeric(10, 2) "total" :check "total > 0" }
pg.func "touch" { returns = "trigger", body = "BEGIN RETURN new; END" }
pg.trigger "touch" { on = users, timing = "before", events = { "update" }, level = "row",
  execute = "touch" }
]]

describe("generate --lua", function()
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

    it("writes one file of operations, which make the schema and take it back", function()
        local before = exported()
        assert.equal("migrations/0001_add_invoices_posts_and_users.lua\n"
            .. "migrations/meta/0001_snapshot.json\n", p:must("generate", "--lua").out)
        local text = p:read "migrations/0001_add_invoices_posts_and_users.lua"
        assert.matches([[
    m:create_table "users" {
      pg.bigserial "id" :primary_key(),
      pg.text "email" :not_null() :unique(),
      pg.type "public.mood" "current" :default "ok",
      pg.index { "email", where = "current <> 'sad'::public.mood" },]], text, 1, true)
        assert.matches('m:create_table "billing.invoices" {', text, 1, true)
        assert.matches("nothing changed", p:must("generate", "--lua").err)
        p:must("up")
        assert.matches("no difference", p:must("diff").err)
        p:must("down", "--yes")
        assert.equal(before, exported())
    end)

    it("goes on from the last one: each step an operation, and rows stay", function()
        p:must("generate", "--lua")
        p:must("up")
        db:exec [[
            INSERT INTO users (email) VALUES ('a@b');
            INSERT INTO posts (author, title) VALUES (1, 't');
        ]]
        local before = exported()
        p:write("schema/app.lua", (FIRST:gsub('pg.text "title" :default "none",',
            'pg.varchar(80) "title" :not_null(), pg.integer "stars" :default(0),')
            :gsub('comment = "money"', 'comment = "cash"')
            :gsub('id, email FROM', "id, email, current FROM")
            :gsub('"who may log in"', '"people"')))
        p:must("generate", "--lua", "more")
        local text = p:read "migrations/0002_more.lua"
        for _, line in ipairs {
            [[m:set_comment({ schema = "billing" }, { from = "money", to = "cash" })]],
            [[m:set_comment("users", { from = "who may log in", to = "people" })]],
            [[m:add_column("posts", pg.integer "stars" :default(0))]],
            [[m:alter_column("posts", pg.text "title", pg.varchar(80) "title" :not_null())]],
        } do assert.matches(line, text, 1, true) end
        p:must("up")
        assert.matches("no difference", p:must("diff").err)
        p:must("down", "--yes")
        assert.equal(before, exported())
        assert.equal("a@b t", db:value
            "SELECT email || ' ' || title FROM users JOIN posts ON author = users.id")
    end)

    it("names the table of a trigger or a rule, in whatever schema", function()
        local BILLING = [[
            local pg = require "raymig.schema"
            local billing = pg.schema "billing" {}
            local t = billing.table "t" { pg.integer "a" }
        ]]
        local RULE = 'pg.rule "r" { on = t, definition = "CREATE RULE r AS ON INSERT TO billing.t '
            .. 'DO NOTHING" }'
        p:write("schema/app.lua", BILLING .. RULE)
        p:must("generate", "--lua")
        p:write("schema/app.lua", BILLING)
        p:must("generate", "--lua", "no_rule")
        assert.matches('m:drop_rule "r" {\n      on = "billing.t",',
            p:read "migrations/0002_no_rule.lua", 1, true)
    end)

    it("makes a column an identity, a table a partition of one with indexes", function()
        local BEFORE = [[
            local pg = require "raymig.schema"
            pg.table "t" { pg.integer "a" }
            pg.table "p" { pg.integer "a", pg.index { "a" }, partition_by = "range (a)" }
        ]]
        p:write("schema/app.lua", BEFORE)
        p:must("generate", "--lua")
        p:write("schema/app.lua", (BEFORE:gsub('"t" { pg.integer "a"', "%0 :identity()")) .. [[
            pg.table "p1" { partition_of = "p", bound = "FOR VALUES FROM (1) TO (2)" }
        ]])
        p:must("generate", "--lua", "more")
        local text = p:read "migrations/0002_more.lua"
        assert.matches('m:alter_column("t", pg.integer "a", pg.integer "a" :identity())', text, 1,
            true)
        assert.matches('m:create_table "p1" {', text, 1, true)
        assert.is_nil(text:find("m:execute", 1, true))
    end)

    it("writes as SQL only what operations cannot say, each with its way back", function()
        local BEFORE = [[
            local pg = require "raymig.schema"
            pg.domain "mail" { type = pg.text }
            pg.table "t" { pg.integer "a" }
        ]]
        p:write("schema/app.lua", BEFORE)
        p:must("generate", "--lua")
        p:write("schema/app.lua", (BEFORE:gsub("type = pg.text",
            [[%0, not_null = true, check = "VALUE <> ''"]])
            :gsub('pg.integer "a"', '%0, pg.text "b"')))
        p:must("generate", "--lua", "more")
        local text = p:read "migrations/0002_more.lua"
        assert.matches([[
    m:execute {
      up = "ALTER DOMAIN public.mail SET NOT NULL;",
      down = "ALTER DOMAIN public.mail DROP NOT NULL;",
    }]], text, 1, true)
        assert.matches('down = "ALTER DOMAIN public.mail DROP CONSTRAINT mail_check;"', text, 1,
            true)
        assert.matches('m:add_column("t", pg.text "b")', text, 1, true)
        assert.equal(2, select(2, text:gsub("m:execute", "")))
    end)

    it("says the loss of rows, and what an index or a view is dropped for", function()
        p:must("generate", "--lua")
        p:write("schema/app.lua", (FIRST:gsub('pg.text "email"', 'pg.varchar(80) "email"')
            :gsub('  pg.text "title" :default "none",\n', "")))
        local r = p:must("generate", "--lua", "less")
        assert.matches("loses data", r.err)
        local text = p:read "migrations/0002_less.lua"
        assert.matches('-- loses data\n    m:drop_column("posts", pg.text "title" :default "none")',
            text, 1, true)
        assert.matches('-- the type of column public.users.email changes\n    m:drop_view "happy"',
            text, 1, true)
    end)

    it("renames", function()
        p:must("generate", "--lua")
        p:must("up")
        local before = exported()
        p:write("schema/app.lua", (FIRST:gsub('pg.text "title"', 'pg.text "headline" :was "title"')
            :gsub('pg.table "posts" {', 'pg.table "articles" { was = "posts",')))
        p:must("generate", "--lua")
        local text = p:read "migrations/0002_rename_posts_to_articles.lua"
        assert.matches('    m:rename_table("posts", "articles")\n'
            .. '    m:rename_column("articles", "title", "headline")', text, 1, true)
        p:must("up")
        assert.matches("no difference", p:must("diff").err)
        p:must("down", "--yes")
        assert.equal(before, exported())
    end)

    it("carries an enum's columns over where values come and go, under views", function()
        p:must("generate", "--lua")
        p:must("up")
        db:exec "INSERT INTO users (email) VALUES ('a')"
        for i, values in ipairs { '"sad", "meh", "ok"', '"ok", "sad"' } do
            local before = exported()
            p:write("schema/app.lua", (FIRST:gsub('"sad", "ok"', values)))
            p:must("generate", "--lua", "moods_" .. i)
            p:must("up")
            assert.matches("no difference", p:must("diff").err)
            p:must("down", "--yes")
            assert.equal(before, exported())
            p:must("up")
        end
        assert.equal("ok", db:value "SELECT current FROM users")
    end)

    it("carries what a column says of its conversion", function()
        p:must("generate", "--lua")
        p:write("schema/app.lua", (FIRST:gsub('pg.text "title" :default "none"',
            'pg.integer "title" :using "length(title)"')))
        p:must("generate", "--lua", "sized")
        assert.matches('m:alter_column("posts", pg.text "title", '
            .. 'pg.integer "title" :using "length(title)")', p:read "migrations/0002_sized.lua", 1,
            true)
    end)

    it("--dry-run prints it, --json too, and nothing is written", function()
        assert.matches('m:create_table "posts" {', p:must("generate", "--lua", "--dry-run").out, 1,
            true)
        local result = cjson.decode(p:must("generate", "--lua", "--dry-run", "--json").out)
        assert.equal("add_invoices_posts_and_users", result.name)
        assert.matches('m:create_enum "mood" { "sad", "ok" }', result.up, 1, true)
        assert.equal(cjson.null, result.down)
        assert.is_false(p:exists "migrations/meta/_journal.json")
    end)

    it("is replayed where its snapshot is gone", function()
        p:must("generate", "--lua")
        p:delete "migrations/meta/0001_snapshot.json"
        assert.matches("nothing changed", p:must("generate").err)
    end)

    it("is no use beside Drizzle, whose migrator knows SQL alone", function()
        p:write("migrations/meta/_journal.json",
            '{"version":"7","dialect":"postgresql","entries":[]}')
        local r = p:run("generate", "--lua")
        assert.equal(2, r.code)
        assert.matches("is a Drizzle project", r.err, 1, true)
    end)
end)

describe("generate --empty", function()
    local p

    before_each(function()
        p = project.new({ ["raymig.lua"] = "return {}",
            ["schema/app.lua"] = [[
                local pg = require "raymig.schema"
                pg.table "t" { pg.text "a" }
            ]] }, { database = pg.create_database() })
    end)

    after_each(function() p:remove() end)

    it("writes a template, whose snapshot is that of the last migration", function()
        p:must("generate")
        assert.equal("migrations/0002_fill.sql\nmigrations/0002_fill.down.lua\n"
            .. "migrations/meta/0002_snapshot.json\n", p:must("generate", "--empty", "fill").out)
        assert.equal(p:read "migrations/meta/0001_snapshot.json",
            p:read "migrations/meta/0002_snapshot.json")
        assert.matches("nothing changed", p:must("generate").err)
    end)

    it("--lua: the template of a change, which runs as it stands", function()
        p:must("generate")
        p:must("generate", "--empty", "--lua", "fill")
        assert.matches("change = function(m)", p:read "migrations/0002_fill.lua", 1, true)
        p:must("up")
        p:must("down", "--yes")
    end)

    it("needs a name, and compares nothing", function()
        local r = p:run("generate", "--empty")
        assert.equal(2, r.code)
        assert.matches("--empty needs a name", r.err, 1, true)
        assert.equal(2, p:run("generate", "--empty", "x", "--check").code)
    end)
end)

describe("generate calls a migration by what changed:", function()
    local p

    local BASE = { users = 'pg.bigint "id", pg.text "email", pg.text "name"',
        posts = 'pg.bigint "id"' }

    setup(function()
        p = project.new({ ["raymig.lua"] = "return {}" }, { database = pg.create_database() })
    end)

    teardown(function() p:remove() end)

    local function write(tables, more)
        local lines, names = { 'local pg = require "raymig.schema"' }, {}
        for name in pairs(tables) do names[#names + 1] = name end
        table.sort(names)
        for _, name in ipairs(names) do
            lines[#lines + 1] = ('pg.table "%s" { %s }'):format(name, tables[name])
        end
        lines[#lines + 1] = more
        p:write("schema/app.lua", table.concat(lines, "\n"))
    end

    local function named(changes, more)
        local tables = {}
        for name, body in pairs(BASE) do tables[name] = body end
        for name, body in pairs(changes) do tables[name] = body or nil end
        write(tables, more)
        return cjson.decode(p:must("generate", "--dry-run", "--json").out).name
    end

    it("wholes, columns, and what hangs on them", function()
        write(BASE)
        p:must("generate", "base")
        for name, given in pairs {
            add_profiles = { { profiles = 'pg.bigint "id" :primary_key(), pg.index { "id" }' } },
            add_a_b_and_c = { { a = 'pg.bigint "id"', b = 'pg.bigint "id"',
                c = 'pg.bigint "id"' } },
            add_a_b_and_2_more = { { a = 'pg.bigint "id"', b = 'pg.bigint "id"',
                c = 'pg.bigint "id"', d = 'pg.bigint "id"' } },
            drop_posts = { { posts = false } },
            alter_users_email = { { users =
                'pg.bigint "id", pg.varchar(9) "email", pg.text "name"' } },
            add_users_bio = { { users = BASE.users .. ', pg.text "bio" :unique()' } },
            drop_users_name = { { users = 'pg.bigint "id", pg.text "email"' } },
            alter_users_email_and_name = { { users =
                'pg.bigint "id", pg.varchar(9) "email", pg.varchar(9) "name"' } },
            alter_posts_and_users = { { users = BASE.users .. ', pg.text "bio"',
                posts = 'pg.bigint "id", pg.text "bio"' } },
            add_users_email_idx = { { users = BASE.users .. ', pg.index { "email" }' } },
            alter_users_email_2 = { { users =
                'pg.bigint "id", pg.text "email" :default "x", pg.text "name"' } },
            add_grown_up = { {}, 'pg.view "grown_up" "SELECT id FROM users"' },
            add_mood = { {}, 'pg.enum "mood" { "ok" }' },
            rename_users_email_to_mail = { { users =
                'pg.bigint "id", pg.text "mail" :was "email", pg.text "name"' } },
        } do
            assert.equal((name:gsub("_2$", "")), named(given[1], given[2]))
        end
    end)
end)
