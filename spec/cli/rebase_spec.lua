-- raymig rebase: migrations that were written beside those of another branch go behind them.
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local terminal = require "spec.support.terminal"
local cjson = require "cjson"

local function schema(name)
    return ([[
local pg = require "raymig.schema"
pg.table "%s" { pg.bigint "id" :primary_key(), pg.text "name" }
]]):format(name)
end

describe("rebase", function()
    local db, p

    local function try_git(...)
        return process.run { "git", "-c", "user.name=a", "-c", "user.email=a@b", cwd = p.path,
            env = p.env, ... }
    end

    local function git(...)
        local result = try_git(...)
        assert.equal(0, result.code, result.out .. result.err)
        return result.out
    end

    local function commit(message)
        git("add", ".")
        git("commit", "-qm", message)
    end

    local function tags()
        local out = {}
        for _, entry in ipairs(cjson.decode(p:read "migrations/meta/_journal.json").entries) do
            out[#out + 1] = entry.tag
        end
        return table.concat(out, " ")
    end

    -- A migration in SQL, with a way back.
    local function add(name, up, down)
        local file = p:must("new", "--sql", name).out:match "^(%S+)%.sql"
        p:write(file .. ".sql", up)
        p:write(file .. ".down.sql", down)
    end

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["raymig.lua"] = "return {}", [".gitignore"] = ".raymig/\n" },
            { database = db })
        git("init", "-q", "-b", "main")
        p:write("schema/users.lua", schema "users")
        p:must("generate")
        commit "users"
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    -- Branch mine has 0002_add_tags, main has 0002_add_posts.
    local function fork()
        git("switch", "-qc", "mine")
        p:write("schema/tags.lua", schema "tags")
        p:must("generate")
        commit "tags"
        git("switch", "-q", "main")
        p:write("schema/posts.lua", schema "posts")
        p:must("generate")
        commit "posts"
        git("switch", "-q", "mine")
    end

    describe("after a merge", function()
        before_each(fork)

        it("takes both sides of the journal's conflict, and ours goes behind theirs", function()
            assert.equal(1, try_git("merge", "main").code)
            local r = p:run("status")
            assert.equal(2, r.code)
            assert.matches("_journal.json:%d+: error: the journal has a merge conflict", r.err)
            assert.matches("raymig rebase", r.err, 1, true)

            local text = p:read "migrations/0002_add_tags.sql"
            r = p:must("rebase")
            assert.equal("0002_add_tags -> 0003_add_tags\n", r.out)
            assert.matches("1 migration behind those of main, proved", r.err, 1, true)
            assert.equal("0001_add_users 0002_add_posts 0003_add_tags", tags())
            assert.equal(text, p:read "migrations/0003_add_tags.sql")
            assert.same({ "0001_add_users.down.lua", "0001_add_users.sql",
                "0002_add_posts.down.lua", "0002_add_posts.sql",
                "0003_add_tags.down.lua", "0003_add_tags.sql",
                "meta/0001_snapshot.json", "meta/0002_snapshot.json", "meta/0003_snapshot.json",
                "meta/_journal.json" }, p:files "migrations")
            -- The snapshots, of which git had made one with a conflict, are right.
            assert.equal(0, p:run("check", "--deep", "--offline").code)
            assert.matches("nothing changed", p:must("generate").err)
            p:must("up")
            p:must("down", "--all", "--yes")
        end)

        it("theirs stays as git has it, whole", function()
            try_git("merge", "main")
            p:must("rebase")
            assert.equal("", git("diff", "main", "--", "migrations/0002_add_posts.sql",
                "migrations/0002_add_posts.down.lua", "migrations/meta/0002_snapshot.json"))
            local function entry(text) return cjson.decode(text).entries[2] end
            assert.same(entry(git("show", "main:migrations/meta/_journal.json")),
                entry(p:read "migrations/meta/_journal.json"))
        end)

        it("finds what a journal lost that was settled for one side", function()
            for _, side in ipairs { "--ours", "--theirs" } do
                try_git("merge", "main")
                git("checkout", side, "--", "migrations/meta")
                assert.equal("0002_add_tags -> 0003_add_tags\n", p:must("rebase").out)
                assert.equal("0001_add_users 0002_add_posts 0003_add_tags", tags())
                assert.equal(0, p:run("check", "--deep", "--offline").code)
                git("reset", "-q", "--hard")
                git("clean", "-fdq")
            end
        end)

        it("moves all that are local, in their order", function()
            p:write("schema/likes.lua", schema "likes")
            p:must("generate", "likes")
            commit "likes"
            try_git("merge", "main")
            assert.equal("0002_add_tags -> 0003_add_tags\n0003_likes -> 0004_likes\n",
                p:must("rebase").out)
            local entries = cjson.decode(p:read "migrations/meta/_journal.json").entries
            for i = 2, 4 do
                assert.equal(i, entries[i].idx)
                assert.is_true(entries[i].when > entries[i - 1].when)
                assert.equal(entries[i - 1].tag, entries[i].parent)
            end
            assert.equal(0, p:run("check", "--deep", "--offline").code)
        end)

        it("--dry-run shows and proves it, and writes nothing", function()
            try_git("merge", "main")
            local journal = p:read "migrations/meta/_journal.json"
            local files = p:files()
            local r = p:must("rebase", "--dry-run")
            assert.equal("0002_add_tags -> 0003_add_tags\n", r.out)
            assert.matches("nothing was written", r.err, 1, true)
            assert.equal(journal, p:read "migrations/meta/_journal.json")
            assert.same(files, p:files())
            -- Git does not take the files for edited.
            assert.equal("", git("diff-files", "--name-only", "--",
                "migrations/0002_add_posts.sql"))
            r = cjson.decode(p:must("rebase", "--dry-run", "--json").out)
            assert.same({ { from = "0002_add_tags", to = "0003_add_tags" } }, r.renames)
            assert.equal("main", r.base)
        end)

        it("--base says which branch the others are in", function()
            try_git("merge", "main")
            assert.equal("0002_add_posts -> 0003_add_posts\n",
                p:must("rebase", "--base", "mine").out)
            local r = p:run("rebase", "--base", "nowhere")
            assert.equal(2, r.code)
            assert.matches('git has no journal of migrations in "nowhere"', r.err, 1, true)
        end)

        it("leaves what is applied where it is", function()
            p:must("up")
            try_git("merge", "main")
            local files = p:files()
            local r = p:run("rebase")
            assert.equal(4, r.code)
            assert.matches('"0002_add_tags" is applied in this database, so it stays', r.err, 1,
                true)
            assert.same(files, p:files())
            -- The way that the hint names.
            p:must("rebase", "--offline")
            p:must("down", "--yes")
            p:must("up")
            assert.equal("0001_add_users 0002_add_posts 0003_add_tags", db:value
                "SELECT string_agg(name, ' ' ORDER BY id) FROM __raymig_migrations")
            assert.equal(0, p:run("check").code)
        end)

        it("then there is nothing to rebase", function()
            try_git("merge", "main")
            p:must("rebase")
            assert.matches("nothing to rebase", p:must("rebase").err)
            commit "merged"
            assert.matches("nothing to rebase", p:must("rebase").err)
        end)
    end)

    it("two of one number, neither in main, are asked about, unless --base is said", function()
        for _, branch in ipairs { "one", "other" } do
            git("switch", "-q", "main")
            git("switch", "-qc", branch)
            add(branch, ("CREATE TABLE %s (id int);"):format(branch),
                ("DROP TABLE %s;"):format(branch))
            commit(branch)
        end
        try_git("merge", "one")
        local r = p:run("rebase")
        assert.equal(4, r.code)
        assert.matches("raymig rebase 0002_other, or raymig rebase 0002_one", r.err, 1, true)
        assert.equal("0002_other -> 0003_other\n", p:must("rebase", "--base", "main").out)
    end)

    it("a conflict of the two is told with file and statement, and nothing is written", function()
        git("switch", "-qc", "mine")
        add("city", "SELECT 1;\nALTER TABLE users ADD COLUMN city text;",
            "ALTER TABLE users DROP COLUMN city;")
        commit "mine"
        git("switch", "-q", "main")
        add("address", "ALTER TABLE users ADD COLUMN city text;",
            "ALTER TABLE users DROP COLUMN city;")
        commit "theirs"
        git("switch", "-q", "mine")
        try_git("merge", "main")
        local files = p:files()
        local r = p:run("rebase")
        assert.equal(1, r.code)
        assert.matches("migrations/0002_city.sql:2:%d+: error: in the shadow: "
            .. 'column "city" of relation "users" already exists', r.err)
        assert.matches('the last is "0002_address"', r.err, 1, true)
        assert.matches("state: nothing was written", r.err, 1, true)
        assert.same(files, p:files())
        p:write("migrations/0002_city.sql", "ALTER TABLE users ADD COLUMN zip text;")
        p:write("migrations/0002_city.down.sql", "ALTER TABLE users DROP COLUMN zip;")
        assert.equal("0002_city -> 0003_city\n", p:must("rebase").out)
    end)

    it("a way back that is none any more is refused, until --unproved says so", function()
        git("switch", "-qc", "mine")
        add("mine", "ALTER TABLE users ALTER COLUMN name TYPE varchar(9);",
            "ALTER TABLE users ALTER COLUMN name TYPE text;")
        commit "mine"
        git("switch", "-q", "main")
        add("theirs", "ALTER TABLE users ALTER COLUMN name TYPE varchar(99);",
            "ALTER TABLE users ALTER COLUMN name TYPE text;")
        commit "theirs"
        git("switch", "-q", "mine")
        try_git("merge", "main")
        local r = p:run("rebase")
        assert.equal(4, r.code)
        assert.matches('the proof of "0003_mine" failed', r.err, 1, true)
        assert.matches("down leaves different column public.users.name, type", r.err, 1, true)
        assert.matches("you said to go on", p:must("rebase", "--unproved").err, 1, true)
        assert.equal("0001_add_users 0002_theirs 0003_mine", tags())
    end)

    it("a script with a conflict in it is told, with the line", function()
        for _, branch in ipairs { "mine", "main" } do
            git("switch", "-q", branch == "mine" and "-c" or "main", branch == "mine" and "mine"
                or nil)
            add("city", ("ALTER TABLE users ADD COLUMN %s_city text;"):format(branch),
                "ALTER TABLE users DROP COLUMN city;")
            commit(branch)
        end
        git("switch", "-q", "mine")
        try_git("merge", "main")
        local r = p:run("rebase")
        assert.equal(4, r.code)
        assert.matches("migrations/0002_city.sql:1: error: the script has a merge conflict", r.err,
            1, true)
    end)

    describe("without git", function()
        -- Both with the number 2, in the journal too, as a merge by hand leaves them.
        before_each(function()
            add("posts", "CREATE TABLE posts (id int);", "DROP TABLE posts;")
            p:must("up")
            add("tags", "CREATE TABLE tags (id int);", "DROP TABLE tags;")
            for _, suffix in ipairs { ".sql", ".down.sql" } do
                os.rename(p.path .. "/migrations/0003_tags" .. suffix,
                    p.path .. "/migrations/0002_tags" .. suffix)
            end
            p:write("migrations/meta/_journal.json",
                (p:read "migrations/meta/_journal.json":gsub("0003_tags", "0002_tags")))
            process.run { "rm", "-rf", p.path .. "/.git" }
        end)

        it("what the database has had stays", function()
            local r = p:run("status")
            assert.equal(2, r.code)
            assert.matches('"0002_posts" and "0002_tags", have the same number', r.err, 1, true)
            assert.matches("raymig rebase", r.err, 1, true)
            assert.equal("0002_tags -> 0003_tags\n", p:must("rebase").out)
            p:must("up")
        end)

        it("it is refused with both commands where nothing tells", function()
            local r = p:run("rebase", "--offline")
            assert.equal(4, r.code)
            assert.matches("raymig rebase 0002_posts, or raymig rebase 0002_tags", r.err, 1, true)
            assert.equal("0002_posts -> 0003_posts\n",
                p:must("rebase", "--offline", "0002_posts").out)
            assert.equal("0001_add_users 0002_tags 0003_posts", tags())
        end)

        it("it asks on a terminal, and that one goes behind the others", function()
            local t = terminal.project(p, "rebase", "--offline")
            t:wait_for "Which one goes behind the others%?"
            t:send("2", "Enter")
            assert.equal(0, t:wait())
            assert.matches("0002_tags %-> 0003_tags", t:screen())
            t:close()
        end)

        it("a name that is none is refused, and one that is applied", function()
            assert.equal(2, p:run("rebase", "0002_nothing").code)
            local r = p:run("rebase", "0002_posts")
            assert.equal(4, r.code)
            assert.matches('"0002_posts" is applied', r.err, 1, true)
        end)
    end)

    it("puts a migration that stands out of order behind the last", function()
        add("first", "CREATE TABLE first (id int);", "DROP TABLE first;")
        add("second", "CREATE TABLE second (id int);", "DROP TABLE second;")
        local journal = cjson.decode(p:read "migrations/meta/_journal.json")
        local first = table.remove(journal.entries, 2)
        p:write("migrations/meta/_journal.json", cjson.encode(journal))
        os.rename(p.path .. "/migrations/0002_first.sql", p.path .. "/first.sql")
        p:must("up")
        os.rename(p.path .. "/first.sql", p.path .. "/migrations/0002_first.sql")
        table.insert(journal.entries, 2, first)
        p:write("migrations/meta/_journal.json", cjson.encode(journal))
        local r = p:run("up")
        assert.equal(6, r.code)
        assert.matches("raymig rebase 0002_first", r.err, 1, true)
        assert.equal("0002_first -> 0004_first\n", p:must("rebase", "0002_first").out)
        p:must("up")
    end)

    it("a killed one leaves the old folder or the new one", function()
        fork()
        try_git("merge", "main")
        local before = p:files "migrations"
        for _, delay in ipairs { 0.05, 0.2, 0.5, 0.8, 1.1, 1.4 } do
            local child = p:start("rebase", "--offline")
            process.sleep(delay)
            child:kill "KILL"
            child:wait()
            local now = p:files "migrations"
            if now[5] == "0003_add_tags.down.lua" then break end
            assert.same(before, now)
        end
        local r = p:run("rebase")
        assert.equal(0, r.code, r.err)
        assert.equal("0001_add_users 0002_add_posts 0003_add_tags", tags())
        assert.is_false(p:exists ".migrations.new")
    end)

    it("follows what the other branch squashed", function()
        add("more", "CREATE TABLE more (id int);", "DROP TABLE more;")
        commit "more"
        git("switch", "-qc", "mine")
        p:write("schema/tags.lua", schema "tags")
        p:write("schema/more.lua", 'require "raymig.schema".table "more" { '
            .. 'require "raymig.schema".integer "id" }')
        p:must("generate", "tags")
        commit "tags"
        git("switch", "-q", "main")
        p:must("squash", "all")
        commit "squashed"
        git("switch", "-q", "mine")
        try_git("merge", "main")
        p:must("rebase")
        assert.equal("0002_all 0003_tags", tags())
        assert.equal(0, p:run("check", "--deep", "--offline").code)
    end)

    it("is not for a Drizzle project", function()
        p:copy("spec/fixtures/formats/drizzle", "migrations")
        for _, file in ipairs(p:files "migrations") do
            if file:match "^0001_add_users" then p:delete("migrations/" .. file) end
        end
        local r = p:run("rebase")
        assert.equal(2, r.code)
        assert.matches("is a Drizzle project", r.err, 1, true)
    end)
end)
