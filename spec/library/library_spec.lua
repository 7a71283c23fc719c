-- libraymig as a C program has it: what it exports, what it does to the process, threads,
-- cancellation, the example.
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local library = require "spec.support.library"
local journal = require "spec.support.journal"

local function read(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read "a"
    file:close()
    return text
end

local function must(argv)
    local r = process.run(argv)
    assert.equal(0, r.code, r.out .. r.err)
    return r.out
end

if not library.exists() then return end

describe("libraymig", function()
    local VALGRIND = { "valgrind", "--quiet", "--error-exitcode=77", "--leak-check=full",
        "--errors-for-leak-kinds=definite", "--child-silent-after-fork=yes" }
    local db, p

    local MIGRATIONS = {
        ["raymig.lua"] = "return {}",
        ["migrations/meta/_journal.json"] = journal("0001_users", "0002_posts"),
        ["migrations/0001_users.sql"] = "CREATE TABLE users (id int PRIMARY KEY);\n",
        ["migrations/0001_users.down.sql"] = "DROP TABLE users;\n",
        ["migrations/0002_posts.sql"] = "CREATE TABLE posts (id int PRIMARY KEY);\n",
        ["migrations/0002_posts.down.lua"] = "return function(db) db:exec 'DROP TABLE posts' end\n",
    }

    local function valgrind(argv)
        local all = {}
        for _, word in ipairs(VALGRIND) do all[#all + 1] = word end
        for _, word in ipairs(argv) do all[#all + 1] = word end
        all.env, all.cwd, all.timeout = argv.env, argv.cwd, 300
        return all
    end

    before_each(function()
        db = pg.create_database()
        p = project.new(MIGRATIONS)
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    describe("the files", function()
        it("exports what raymig.h declares, each at its version, and nothing else", function()
            local found = {}
            local listed = must { "nm", "-D", "--defined-only",
                library.prefix() .. "/lib/libraymig.so" }
            for line in listed:gmatch "[^\n]+" do
                local name = line:match " T (%S+)"
                if name then found[#found + 1] = name end
                assert.truthy(name or line:match " A RAYMIG_1", line)
            end
            table.sort(found)
            assert.equal(read "spec/library/raymig.symbols", table.concat(found, "\n") .. "\n")
            local declared = {}
            for name in read "include/raymig.h":gmatch "RAYMIG_API[^;]-(raymig_[%w_]+)%s*%(" do
                declared[#declared + 1] = name .. "@@RAYMIG_1"
            end
            table.sort(declared)
            assert.same(found, declared)
        end)

        it("has no other name in the static library, either", function()
            local listed = must { "nm", "--defined-only", "--extern-only",
                library.prefix() .. "/lib/libraymig.a" }
            for line in listed:gmatch "[^\n]+" do
                assert.truthy(not line:find " [A-Z] " or line:find " [A-Z] raymig_", line)
            end
        end)

        it("keeps the layout of the event, and its numbers", function()
            assert.equal(read "spec/library/raymig.layout",
                must { library.compile "spec/library/layout.c" })
        end)

        it("compiles as C++ and as C with every warning", function()
            local line = "echo '#include <raymig.h>' | %s -Wall -Wextra -Wpedantic -Werror -I%s"
                .. "/include -fsyntax-only -x %s -"
            must { "sh", "-c", line:format("g++", library.prefix(), "c++") }
            must { "sh", "-c", line:format("gcc -std=c99", library.prefix(), "c") }
        end)
    end)

    it("prints nothing, and leaves handlers, mask, locale, folder and environment alone", function()
        p:write("migrations/0002_posts.sql", "CREATE TABLE users (id int);\n")
        for _, static in ipairs { false, true } do
            local fresh = pg.create_database()
            local program = library.compile("spec/library/quiet.c", { static = static })
            local r = process.run { program, fresh.url, p.path .. "/migrations",
                env = library.env {}, cwd = p.path }
            assert.equal("", r.err)
            assert.equal('42P07|relation "users" already exists\n', r.out)
            assert.equal(0, r.code)
            fresh:drop()
        end
    end)

    it("works in two threads with a handle each, over a shadow, too", function()
        local other = pg.create_database()
        local program = library.compile "spec/library/threads.c"
        local r = process.run { program, p.path .. "/migrations", "3", db.url, other.url,
            env = library.env {}, timeout = 120 }
        assert.equal("", r.err)
        assert.equal("12\n12\n", r.out)
        assert.equal(0, r.code)
        other:drop()
    end)

    it("is cancelled by another thread, rolls back, and goes on afterwards", function()
        p:write("slow/meta/_journal.json", journal "0001_sleep")
        p:write("slow/0001_sleep.sql", "CREATE TABLE t (id int); SELECT pg_sleep(60);\n")
        local r = process.run { library.compile "spec/library/cancel.c", db.url, p.path .. "/slow",
            env = library.env {} }
        assert.matches("^130 .*interrupted", r.out)
        local seconds = tonumber(r.out:match "(%d+) seconds")
        assert.truthy(seconds <= 5, r.out)
        assert.matches("\n0 pending\n$", r.out)
        assert.equal("f", db:value "SELECT to_regclass('t') IS NOT NULL")
    end)

    it("puts history and folder right", function()
        p:write("migrations/0002_posts.down.sql", "DROP TABLE posts;\n")
        p:delete "migrations/0002_posts.down.lua"
        local program = library.compile "spec/library/folder.c"
        local r = process.run(valgrind { program, db.url, p.path .. "/migrations",
            env = library.env {}, cwd = p.path })
        assert.equal("", r.err)
        assert.equal(0, r.code)
        assert.matches('^baseline refused: 4 the database does not stand at "0002_posts"', r.out)
        assert.matches("up: 1\nbaseline: 1\nrepair: 1\n"
            .. 'forget none: 2 no applied migration is called "0009_none"\n'
            .. "rebase: 0\nsquash: 1\nimport: 0\nstatus: 1\n$", r.out)
        assert.truthy(p:exists "migrations/0002_all.sql")
        assert.truthy(p:exists "migrations/archive/0001_users.sql")
    end)

    describe("the server of the examples", function()
        local function start(env)
            return process.start { library.compile "examples/server/server.c", "0",
                "examples/server/migrations", env = library.env(env) }
        end

        it("migrates before it listens, once, however many start", function()
            local one, two = start { DATABASE_URL = db.url }, start { DATABASE_URL = db.url }
            for _, child in ipairs { one, two } do
                child:wait_for("listening on", 30)
                child:kill "TERM"
            end
            local said = one:wait().err .. two:wait().err
            assert.matches("2 migrations applied", said)
            assert.matches("0 migrations applied", said)
            assert.equal("2", db:value "SELECT count(*) FROM __raymig_migrations")
        end)

        it("does not listen where it cannot migrate, and says why", function()
            local result = start({ DATABASE_URL = "postgres:///none?nonsense=1" }):wait()
            assert.equal(1, result.code)
            assert.matches("cannot migrate: ", result.err)
        end)
    end)

    describe("under valgrind", function()
        local has = process.run({ "sh", "-c", "command -v valgrind" }).code == 0
        local check = has and it or pending

        check("has no error and no leak where it works and where it fails", function()
            p:write("migrations/0002_posts.sql", "CREATE TABLE users (id int);\n")
            local r = process.run(valgrind { library.compile "spec/library/quiet.c", db.url,
                p.path .. "/migrations", env = library.env {}, cwd = p.path })
            assert.equal(0, r.code, r.err)
            assert.equal("", r.err)
        end)

        check("nor in threads", function()
            local other = pg.create_database()
            local r = process.run(valgrind { library.compile "spec/library/threads.c",
                p.path .. "/migrations", "1", db.url, other.url, env = library.env {} })
            assert.equal("", r.err)
            assert.equal(0, r.code)
            other:drop()
        end)
    end)
end)
