-- Renames: declared in the schema, said on the command line, or asked about; never guessed. And
-- names that the schema leaves to PostgreSQL, which are no difference.
local json = require "cjson.safe"
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local terminal = require "spec.support.terminal"

local FIRST = [[
local pg = require "raymig.schema"
local mood = pg.enum "mood" { "sad", "ok", "happy" }
local users = pg.table "users" {
  pg.bigint "id" :identity() :primary_key(),
  pg.text "mail" :not_null(),
  mood "current",
  pg.integer "age",
}
pg.table "posts" {
  pg.bigint "id" :identity() :primary_key(),
  pg.bigint "author" :references(users.id),
  pg.text "title",
  pg.index { "title" },
}
]]

-- From PostgreSQL 18 on a NOT NULL has a name, which follows.
local function without_not_nulls(text)
    return (text:gsub("%-%-> statement%-breakpoint\n[^\n]+RENAME CONSTRAINT [^\n]+_not_null;\n",
        ""))
end

describe("a rename", function()
    local db, p, t

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["raymig.lua"] = "return {}", ["schema/app.lua"] = FIRST },
            { database = db })
        p:must("generate")
        p:must("up")
        db:exec [[INSERT INTO users (mail, current) VALUES ('a@b', 'sad');
            INSERT INTO posts (author, title) VALUES (1, 'first')]]
    end)

    after_each(function()
        if t then t:close() end
        t = nil
        p:remove()
        db:drop()
    end)

    local function change(from, to, ...)
        local text = p:read "schema/app.lua"
        local at, stop = text:find(from, 1, true)
        p:write("schema/app.lua", text:sub(1, at - 1) .. to .. text:sub(stop + 1))
        if ... then change(...) end
    end

    local function refused(...)
        local r = p:run("generate")
        assert.equal(4, r.code)
        for _, text in ipairs { ... } do assert.matches(text, r.err, 1, true) end
        assert.is_nil(p:read "migrations/0002_x.sql")
        return r
    end

    -- Generates with the words, goes up, back and up again; then nothing has changed.
    local function goes(...)
        local before = p:must("export").out
        p:must("generate", "x", ...)
        p:must("up")
        assert.matches("nothing changed", p:must("generate").err)
        p:must("down", "--yes")
        assert.equal(before, p:must("export").out)
        p:must("up")
        return without_not_nulls(p:read "migrations/0002_x.sql")
    end

    it("of a column is not guessed: the two commands that settle it are told", function()
        change('"mail"', '"email"')
        refused("column public.users.mail is gone: perhaps it is now users.email",
            "raymig generate --rename users.mail=users.email",
            "raymig generate --dropped users.mail")
        assert.equal("ALTER TABLE public.users RENAME COLUMN mail TO email;\n",
            goes("--rename", "users.mail=users.email"))
        assert.equal("a@b", db:value "SELECT email FROM users")
    end)

    it("is a question that a program can read, with the options that settle it", function()
        change('"mail"', '"email"')
        for _, command in ipairs { "generate", "push" } do
            local r = p:run(command, "--json")
            assert.equal(4, r.code)
            assert.same({ { kind = "column", object = "column public.users.mail",
                from = "users.mail", dropped = "users.mail", candidates = { { to = "users.email",
                    likeness = json.decode(r.out).error.questions[1].candidates[1].likeness,
                    rename = "users.mail=users.email" } } } },
                json.decode(r.out).error.questions)
        end
        local diff = json.decode(p:must("diff", "--json").out)
        assert.equal("users.mail=users.email", diff.questions[1].candidates[1].rename)
        local rename = diff.questions[1].candidates[1].rename
        local settled = json.decode(p:must("diff", "--json", "--rename", rename).out)
        assert.is_nil(settled.questions)
        assert.is_nil(json.decode(p:must("generate", "--json", "--rename", rename).out).error)
    end)

    it("of an enum's value and of a table are questions, too", function()
        change('"sad"', '"glum"', '"posts"', '"articles"')
        local kinds = {}
        local r = p:run("generate", "--json")
        for _, question in ipairs(json.decode(r.out).error.questions) do
            kinds[#kinds + 1] = ("%s %s"):format(question.kind, question.from)
        end
        assert.same({ "table posts" }, kinds)
        r = p:run("generate", "--json", "--rename", "posts=articles")
        local question = json.decode(r.out).error.questions[1]
        assert.same({ "enum value", "mood.sad", "mood.sad=mood.glum" },
            { question.kind, question.from, question.candidates[1].rename })
    end)

    it("that is none is said, too", function()
        change('pg.integer "age"', 'pg.integer "height"')
        local up = goes("--dropped", "users.age")
        assert.matches("DROP COLUMN age", up, 1, true)
        assert.matches("ADD COLUMN height integer", up, 1, true)
    end)

    it("is not asked about where nothing is alike", function()
        change('pg.integer "age"', 'pg.jsonb "settings"')
        p:must("generate")
    end)

    it("of a table, then of its columns, with what is named after them", function()
        change('"users"', '"people"', '"mail"', '"email"', '"title"', '"headline"',
            '{ "title" }', '{ "headline" }')
        refused "table public.users is gone: perhaps it is now people"
        local r = p:run("generate", "--rename", "users=people")
        assert.equal(4, r.code)
        assert.matches("column public.users.mail is gone: perhaps it is now people.email", r.err,
            1, true)
        assert.matches("column public.posts.title is gone: perhaps it is now posts.headline", r.err,
            1, true)
        local up = goes("--rename", "users=people", "--rename", "users.mail=people.email",
            "--rename", "posts.title=headline")
        assert.matches("RENAME CONSTRAINT users_pkey TO people_pkey", up, 1, true)
        assert.matches("ALTER INDEX public.posts_title_idx RENAME TO posts_headline_idx", up, 1,
            true)
        assert.not_matches("DROP", up)
    end)

    it("of an enum's value keeps the rows that have it", function()
        change('"sad"', '"glum"')
        refused "the value 'sad' of enum public.mood is gone: perhaps it is now mood.glum"
        assert.equal("ALTER TYPE public.mood RENAME VALUE 'sad' TO 'glum';\n",
            goes("--rename", "mood.sad=mood.glum"))
        assert.equal("glum", db:value "SELECT current FROM users")
    end)

    it("of a type and of its value", function()
        change('"mood"', '"feeling"', '"sad"', '"glum"')
        local up = goes("--rename", "mood=feeling", "--rename", "mood.sad=feeling.glum")
        assert.equal("ALTER TYPE public.mood RENAME TO feeling;\n--> statement-breakpoint\n"
            .. "ALTER TYPE public.feeling RENAME VALUE 'sad' TO 'glum';\n", up)
    end)

    it("of an index alone loses nothing, and is one without a word", function()
        change('pg.index { "title" }', 'pg.index "by_title" { "title" }')
        assert.equal("ALTER INDEX public.posts_title_idx RENAME TO by_title;\n", goes())
    end)

    it("is asked about on a terminal, the likeliest first", function()
        change('"mail"', '"email"', 'pg.integer "age"', 'pg.text "nickname"')
        t = terminal.project(p, "generate", "x")
        t:wait_for "What became of column public%.users%.mail%?"
        assert.matches("1%s+it was renamed to users%.email.*2%s+it was renamed to users%.nickname"
            .. ".*3%s+it is gone, with its data.*%[1%]", t:screen())
        t:send "Enter"
        assert.equal(0, t:wait())
        local up = p:read "migrations/0002_x.sql"
        assert.matches("RENAME COLUMN mail TO email", up, 1, true)
        assert.matches("DROP COLUMN age", up, 1, true)
    end)

    it("may be denied on the terminal, and nothing is written without an answer", function()
        change('"mail"', '"email"')
        t = terminal.project(p, "generate", "x")
        t:wait_for "%[1%]"
        t:send("7", "Enter")
        assert.equal(4, t:wait())
        assert.matches('"7" is none of the answers', t:screen())
        t:close()
        t = terminal.project(p, "generate", "x")
        t:wait_for "%[1%]"
        t:send("2", "Enter")
        assert.equal(0, t:wait())
        assert.matches("DROP COLUMN mail", p:read "migrations/0002_x.sql", 1, true)
    end)

    it("is only counted by --check, and never pushed by guess", function()
        change('"mail"', '"email"')
        assert.equal(3, p:run("generate", "--check").code)
        local r = p:run("push")
        assert.equal(4, r.code)
        assert.matches("raymig push --rename users.mail=users.email", r.err, 1, true)
        p:must("push", "--rename", "users.mail=users.email")
        assert.equal("a@b", db:value "SELECT email FROM users")
    end)

    it("is a drop to diff, which only shows, and says how to say otherwise", function()
        change('"mail"', '"email"')
        local r = p:must("diff", "--sql")
        assert.matches("column public.users.mail is gone: if it was renamed, say "
            .. "--rename users.mail=users.email", r.err, 1, true)
        assert.matches("-- loses data\nALTER TABLE public.users DROP COLUMN mail;", r.out, 1, true)
        r = p:must("diff", "--sql", "--down", "--rename", "users.mail=users.email")
        assert.matches("ALTER TABLE public.users RENAME COLUMN email TO mail;", r.out, 1, true)
    end)

    it("that names nothing is a mistake", function()
        for _, words in ipairs { { "--rename", "users.nothing=users.x" }, { "--rename", "users" },
            { "--dropped", "users.nothing" }, { "--rename", "mood.none=mood.x" } } do
            assert.equal(2, p:run("generate", table.unpack(words)).code)
        end
    end)
end)

describe("a rename of a schema", function()
    local BILLING = [[
local pg = require "raymig.schema"
local billing = pg.schema "billing"
local state = billing.enum "state" { "open", "paid" }
billing.table "invoices" {
  pg.bigint "id" :identity() :primary_key(),
  pg.numeric "amount" :not_null(),
  state "state",
}
billing.table "notes" { pg.bigint "id", pg.text "text" }
]]
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["raymig.lua"] = "return {}", ["schema/app.lua"] = BILLING },
            { database = db })
        p:must("generate")
        p:must("up")
        db:exec "INSERT INTO billing.invoices (amount) VALUES (7)"
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    local function now(text)
        p:write("schema/app.lua", text)
    end

    -- Up, back and up again; the row is there, wherever it is called.
    local function goes(expected, row, ...)
        local before = p:must("export").out
        p:must("generate", "x", ...)
        assert.equal(expected, without_not_nulls(p:read "migrations/0002_x.sql"))
        p:must("up")
        assert.equal("7", db:value("SELECT " .. row))
        p:must("down", "--yes")
        assert.equal(before, p:must("export").out)
        p:must("up")
        assert.matches("nothing changed", p:must("generate").err)
    end

    it("is a question, whatever the names are, where both hold the same", function()
        now((BILLING:gsub('"billing"', '"accounts"')))
        local r = p:run("generate")
        assert.equal(4, r.code)
        assert.matches("schema billing is gone: perhaps it is now accounts", r.err, 1, true)
        assert.matches("raymig generate --rename billing=accounts", r.err, 1, true)
        goes("ALTER SCHEMA billing RENAME TO accounts;\n", "amount FROM accounts.invoices",
            "--rename", "billing=accounts")
    end)

    it("is declared with `was`", function()
        now((BILLING:gsub('"billing"', '"accounts" { was = "billing" }')))
        goes("ALTER SCHEMA billing RENAME TO accounts;\n", "amount FROM accounts.invoices")
    end)

    local TOGETHER = table.concat({
        "ALTER SCHEMA billing RENAME TO accounts;",
        "ALTER TABLE accounts.invoices RENAME TO bills;",
        "ALTER TABLE accounts.bills RENAME COLUMN amount TO total;",
        "ALTER TABLE accounts.bills RENAME CONSTRAINT invoices_pkey TO bills_pkey;",
    }, "\n--> statement-breakpoint\n")

    it("goes with renames of what is in it, said in any order", function()
        now((BILLING:gsub('"billing"', '"accounts"'):gsub('"invoices"', '"bills"')
            :gsub('"amount"', '"total"')))
        goes(TOGETHER .. "\n", "total FROM accounts.bills",
            "--rename", "billing.invoices.amount=accounts.bills.total",
            "--rename", "billing.invoices=bills", "--rename", "billing=accounts")
    end)

    it("goes with renames of what is in it, declared", function()
        now((BILLING:gsub('"billing"', '"accounts" { was = "billing" }')
            :gsub('"invoices" {', '"bills" {\n  was = "invoices",')
            :gsub('"amount"', '"total" :was "amount"')))
        goes(TOGETHER .. "\n", "total FROM accounts.bills")
    end)

    it("is followed by the questions about what is in it", function()
        now((BILLING:gsub('"billing"', '"accounts"'):gsub('"invoices"', '"bills"')
            :gsub('"amount"', '"total"')))
        local said = { "generate", "--rename", "billing=accounts" }
        local r = p:run(table.unpack(said))
        assert.equal(4, r.code)
        assert.matches("table billing.invoices is gone: perhaps it is now accounts.bills", r.err,
            1, true)
        said[#said + 1], said[#said + 2] = "--rename", "billing.invoices=accounts.bills"
        r = p:run(table.unpack(said))
        assert.equal(4, r.code)
        assert.matches("--rename billing.invoices.amount=accounts.bills.total", r.err, 1, true)
    end)

    it("is no move: that is a migration of one's own", function()
        local r = p:run("generate", "--rename", "billing.notes=public.notes")
        assert.equal(2, r.code)
        assert.matches("that is another schema", r.err, 1, true)
        assert.matches("SET SCHEMA", r.err, 1, true)
        assert.equal(2, p:run("generate", "--rename",
            "billing.notes.text=public.notes.body").code)
    end)
end)

describe("the name of a NOT NULL", function()
    it("is changed, and the column stays NOT NULL", function()
        if pg.major() < 18 then return pending "of PostgreSQL 18" end
        local db = pg.create_database()
        local p = project.new({ ["raymig.lua"] = "return {}",
            ["a.sql"] = "CREATE TABLE t (a int CONSTRAINT mine NOT NULL, b int NOT NULL);",
            ["b.sql"] = "CREATE TABLE t (a int NOT NULL, b int CONSTRAINT mine NOT NULL);" },
            { database = db })
        local up = p:must("diff", "--from", "a.sql", "--to", "b.sql", "--sql").out
        assert.matches("RENAME CONSTRAINT mine TO t_a_not_null;", up, 1, true)
        assert.matches("RENAME CONSTRAINT t_b_not_null TO mine;", up, 1, true)
        p:must("diff", "--from", "b.sql", "--to", "a.sql", "--sql", "--down")
        p:remove()
        db:drop()
    end)
end)

describe("names that the schema leaves out", function()
    it("are no difference, whatever the database calls the things", function()
        local db = pg.create_database()
        local p = project.new({ ["raymig.lua"] = "return {}", ["schema/app.lua"] = FIRST },
            { database = db })
        p:must("push")
        db:exec [[ALTER INDEX posts_title_idx RENAME TO my_index;
            ALTER TABLE posts RENAME CONSTRAINT posts_author_fkey TO my_key;
            ALTER TABLE users RENAME CONSTRAINT users_pkey TO my_users]]
        assert.matches("nothing changed", p:must("push").err)
        assert.matches("no difference", p:must("diff").err)
        p:write("schema/app.lua", (FIRST:gsub('pg.index { "title" }',
            'pg.index "posts_title_idx" { "title" }')))
        assert.equal("ALTER INDEX public.my_index RENAME TO posts_title_idx;\n",
            p:must("push").out)
        assert.matches("nothing changed", p:must("push").err)
        p:remove()
        db:drop()
    end)
end)
