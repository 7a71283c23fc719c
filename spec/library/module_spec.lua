-- raymig.so in a stock lua5.4: results as tables, errors as values, callbacks as functions, and the
-- example.
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local library = require "spec.support.library"
local journal = require "spec.support.journal"

if not library.exists() then return end

describe("require \"raymig\"", function()
    local db, p

    -- Runs a script in the project's folder; `url` is the database's.
    local function run(script)
        p:write("script.lua", "local raymig = require 'raymig'\nlocal url = arg[1]\n" .. script)
        return process.run { "lua5.4", "script.lua", db.url, cwd = p.path, env = library.env {},
            timeout = 120 }
    end

    local function out(script)
        local r = run(script)
        assert.equal("", r.err)
        assert.equal(0, r.code)
        return r.out
    end

    before_each(function()
        db = pg.create_database()
        p = project.new {
            ["raymig.lua"] = "return {}",
            ["schema/public.lua"] = [[
                local pg = require "raymig.schema"
                pg.table "users" { pg.int "id" :primary_key(), pg.text "name" }]],
            ["migrations/meta/_journal.json"] = journal("0001_users", "0002_posts"),
            ["migrations/0001_users.sql"] = "CREATE TABLE users (id int PRIMARY KEY);\n",
            ["migrations/0001_users.down.sql"] = "DROP TABLE users;\n",
            ["migrations/0002_posts.sql"] = "CREATE TABLE posts (id int);\n",
            ["migrations/0002_posts.down.sql"] = "DROP TABLE posts;\n",
        }
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    it("migrates at start-up in one call", function()
        assert.equal("2 0001_users applied\n0\n", out [[
            local r = assert(raymig.migrate { url = url, migrations = "migrations" })
            print(r.applied, r.migrations[1].tag, r.migrations[1].result)
            print(assert(raymig.migrate { url = url, migrations = "migrations" }).applied)
        ]]:gsub("\t", " "))
    end)

    it("goes up and down, and tells what happens on the way", function()
        assert.equal("begin 0001_users\ndone 0001_users\n1 0\n1 1\n0\n", out [[
            local p = raymig.open { url = url, yes = true }
            local r = assert(p:up { count = 1, on_event = function(e)
                if e.kind == "begin" or e.kind == "done" then print(e.kind, e.tag) end
            end })
            print(r.applied, r.reverted)
            local s = assert(p:status())
            print(s.counts.applied, s.counts.pending)
            assert(p:down())
            print(assert(p:status()).counts.applied)
        ]]:gsub("\t", " "))
    end)

    it("shows a plan, and runs nothing", function()
        assert.equal("0001_users CREATE TABLE users (id int PRIMARY KEY)\n0\n", out [[
            local p = raymig.open { url = url }
            local plan = assert(p:plan())
            print(plan.migrations[1].tag, plan.migrations[1].statements[1].sql)
            print(assert(p:status()).counts.applied)
        ]]:gsub("\t", " "))
    end)

    it("compares, generates and pulls", function()
        p:write("migrations/0002_posts.sql", "SELECT 1;\n")
        local said = out [[
            local p = raymig.open { url = url }
            assert(p:up())
            local d = assert(p:diff())
            print(d.changes[1].object, d.steps_up[1].sql[1])
            local g = assert(p:generate { name = "names" })
            print(g.changes, g.files[1].path)
            assert(p:up())
            print(#assert(p:diff()).changes)
            print(assert(p:drift()).drift)
            print(assert(p:pull { from = "migrations", schema_folder = "pulled" }).files[1].path)
        ]]
        assert.matches('^column public.users.name\tALTER TABLE public.users ADD COLUMN name text\n',
            said)
        assert.matches("\n1\tmigrations/0003_names.sql\n0\nfalse\n", said)
        assert.matches("pulled/", said)
    end)

    it("puts history and folder right", function()
        db:exec "CREATE TABLE users (id int PRIMARY KEY)"
        local said = out [[
            local p = raymig.open { url = url }
            local r, err = p:baseline { to = "1" }
            print(r, err.code)
            r = assert(p:baseline { to = "1", yes = true })
            print(r.migrations[1].tag, r.migrations[1].result)
            r = assert(p:repair { dry_run = true })
            print(#r.migrations)
            r = assert(p:rebase { offline = true })
            print(#r.renames, r.journal)
            r = assert(p:squash { name = "all", archive = true })
            for _, file in ipairs(r.files) do
                if file.result == "archived" then print(r.tag, file.path) break end
            end
            r = assert(p:import { folder_only = true })
            print(r.from, r.wrote)
        ]]
        assert.equal("nil 4\n0001_users baselined\n0\n0 false\n"
            .. "0002_all migrations/0001_users.sql\nraymig false\n", (said:gsub("\t", " ")))
    end)

    it("takes another tool's folder over", function()
        p:copy("spec/fixtures/formats/goose", "old")
        local said = out [[
            local p = raymig.open { url = url, migrations = "old" }
            local r = assert(p:import { to = "new", folder_only = true })
            print(r.from, r.to, r.wrote, #r.migrations > 0)
            print(select(2, p:import { from = "nothing" }).message)
        ]]
        assert.equal("goose new true true\nraymig knows no folder format \"nothing\"\n",
            (said:gsub("\t", " ")))
    end)

    it("gives an error as a value that prints as its message", function()
        p:write("migrations/0001_users.sql", "CREATE TABLE users (id nonsense);\n")
        local said = out [[
            local r, err = raymig.migrate { url = url, migrations = "migrations" }
            print(r, err.code, err.sqlstate, err.file, err.line)
            print(err)
            print(err.result.ok, err.result.migrations[1].result)
        ]]
        assert.matches("^nil\t1\t42704\t%S*0001_users.sql\t1\n", said)
        assert.matches('\n[^\n]*type "nonsense" does not exist\nfalse\tfailed\n', said)
    end)

    it("refuses what needs a word, unless it is given or asked for", function()
        local said = out [[
            local p = raymig.open { url = url }
            assert(p:up())
            local r, err = p:down()
            print(r, err.code, err.message)
            local function answer(question) print(question) return true end
            print(assert(p:down { on_question = answer }).reverted)
            print(assert(p:down { yes = true }).reverted)
        ]]
        assert.matches("^nil\t4\tnot confirmed: Take back 1 migration ", said)
        assert.matches("\nTake back 1 migration [^\n]*\n1\n1\n$", said)
    end)

    it("forgets what one operation was told when the next begins", function()
        assert.equal("2 true\n2 false\n", out [[
            local p = raymig.open { url = url }
            local r = assert(p:up { dry_run = true })
            print(#r.migrations, r.dry_run)
            pcall(p.up, p, { dry_run = true, nonsense = 1 })
            r = assert(p:up())
            print(#r.migrations, r.dry_run)
        ]]:gsub("\t", " "))
    end)

    it("raises the error of a callback, when what ran was rolled back", function()
        assert.matches("^false\t[^\n]*boo\n0\n", out [[
            local p = raymig.open { url = url }
            print(pcall(p.up, p, { on_event = function() error "boo" end }))
            print(assert(p:status()).counts.applied)
        ]])
    end)

    it("cancels from a callback", function()
        assert.equal("nil 130\n1\n", out [[
            local p = raymig.open { url = url }
            local r, err = p:up { on_event = function(e)
                if e.kind == "done" then p:cancel() end
            end }
            print(r, err.code)
            print(assert(p:status()).counts.applied)
        ]]:gsub("\t", " "))
    end)

    it("refuses an option that there is not, and a value of another kind", function()
        local said = out [[
            print(pcall(raymig.open, { urll = "x" }))
            print(pcall(raymig.open, { dry_run = "perhaps" }))
            print(pcall(raymig.open, { wait = 30 }))
            local p = raymig.open { url = url }
            p:close()
            print(pcall(p.up, p))
        ]]
        assert.matches('unknown option "urll"; did you mean "url"%?\n', said)
        assert.matches('option "dry_run" is true or false, not "perhaps"\n', said)
        assert.matches('option "wait" is a time as 500ms, 30s or 5min, not "30"\n', said)
        assert.matches("the handle is closed", said)
    end)

    it("takes no number below nothing for all of them", function()
        local said = out [[
            local p = raymig.open { url = url, yes = true }
            assert(p:up { count = "all" })
            print(pcall(p.down, p, { count = -1 }))
            print(pcall(p.down, p, { count = "two" }))
            print(assert(p:down { count = 0 }).reverted, assert(p:down { count = "all" }).reverted)
        ]]
        assert.equal('false count is a number of migrations or "all", not -1\n'
            .. 'false count is a number of migrations or "all", not two\n0 2\n',
            (said:gsub("\t", " ")))
    end)

    it("runs the example", function()
        local r = process.run { "lua5.4", "examples/lua/migrate.lua", db.url,
            "examples/server/migrations", env = library.env {} }
        assert.equal("", r.err)
        assert.matches("^0001_visits: 1 statements\n0002_visits_by_time: 1 statements\n"
            .. "applied 0001_visits in", r.out)
        assert.matches("2 applied\napplied\t0001_visits\napplied\t0002_visits_by_time\n$", r.out)
        r = process.run { "lua5.4", "examples/lua/migrate.lua", "postgres:///none?host=/nowhere",
            env = library.env {} }
        assert.equal(5, r.code)
        assert.matches("^cannot connect", r.err)
    end)
end)
