-- raymig check: what of folder, journal, snapshots and schema does not agree. The history's part
-- is in integrity_spec.lua.
local project = require "spec.support.project"
local cjson = require "cjson"

local SCHEMA = [[
local pg = require "raymig.schema"
pg.table "users" { pg.bigint "id" :primary_key(), pg.text "email" }
]]

describe("check", function()
    local p

    before_each(function()
        p = project.new { ["raymig.lua"] = "return {}", ["schema/app.lua"] = SCHEMA }
    end)
    after_each(function() p:remove() end)

    local function journal() return cjson.decode(p:read "migrations/meta/_journal.json") end

    local function rewrite(change)
        local value = journal()
        change(value.entries)
        p:write("migrations/meta/_journal.json", cjson.encode(value))
    end

    describe("branches", function()
        -- Two working copies go on from 0001; both are merged, the second one renumbered.
        before_each(function()
            for i, name in ipairs { "users", "left", "right" } do
                p:must("new", name, "--sql")
                p:write(("migrations/000%d_%s.sql"):format(i, name), "SELECT 1;")
            end
        end)

        it("each new migration notes which one it was written behind", function()
            local entries = journal().entries
            assert.is_nil(entries[1].parent)
            assert.equal("0001_users", entries[2].parent)
            assert.equal("0002_left", entries[3].parent)
            assert.matches("3 migrations; folder and journal agree",
                p:must("check", "--offline").err, 1, true)
        end)

        it("two that were written behind one are told, with what to do", function()
            rewrite(function(entries) entries[3].parent = "0001_users" end)
            local r = p:run("check", "--offline")
            assert.equal(6, r.code)
            assert.matches('problem  migrations/meta/_journal.json: a branch: "0003_right" '
                .. 'was written behind "0001_users", as "0002_left" was, and neither knows of '
                .. "the other", r.out, 1, true)
            assert.matches("raymig rebase 0003_right proves that it works", r.out, 1, true)
            local report = cjson.decode(p:run("check", "--offline", "--json").out)
            assert.equal("migrations/meta/_journal.json", report.problems[1].file)
        end)

        it("a parent that was renamed, or that nobody wrote down, is no branch", function()
            rewrite(function(entries)
                entries[2].parent = nil
                entries[3].parent = "0002_as_it_was_called"
            end)
            p:must("check", "--offline")
        end)

        it("two files of one number are a broken journal", function()
            for _, suffix in ipairs { ".sql", ".down.sql" } do
                os.rename(p.path .. "/migrations/0003_right" .. suffix,
                    p.path .. "/migrations/0002_right" .. suffix)
            end
            rewrite(function(entries) entries[3].tag = "0002_right" end)
            local r = p:run("check", "--offline")
            assert.equal(2, r.code)
            assert.matches('"0002_left" and "0002_right", have the same number', r.err, 1, true)
            assert.matches("raymig rebase gives the one that is to run later the next number",
                r.err, 1, true)
        end)

        it("of a Drizzle project are found by its snapshots", function()
            local drizzle = project.new {
                ["raymig.lua"] = "return {}",
                ["migrations/meta/_journal.json"] = [[{"version": "7", "dialect": "postgresql",
                    "entries": [
                    {"idx": 0, "version": "7", "when": 1, "tag": "0000_a", "breakpoints": true},
                    {"idx": 1, "version": "7", "when": 2, "tag": "0001_b", "breakpoints": true},
                    {"idx": 2, "version": "7", "when": 3, "tag": "0002_c", "breakpoints": true}]}]],
            }
            for i, name in ipairs { "a", "b", "c" } do
                drizzle:write(("migrations/000%d_%s.sql"):format(i - 1, name), "SELECT 1;")
                drizzle:write(("migrations/meta/000%d_snapshot.json"):format(i - 1),
                    ('{"id": "%s", "prevId": "%s"}'):format(name, i == 1 and "0" or "a"))
            end
            local r = drizzle:run("check", "--offline")
            assert.equal(6, r.code)
            assert.matches('meta/0002_snapshot.json: a branch: "0002_c" was written behind '
                .. '"0000_a", as "0001_b" was', r.out, 1, true)
            assert.matches("let drizzle%-kit generate it anew", r.out)
            drizzle:write("migrations/meta/0002_snapshot.json", '{"id": "c", "prevId": "b"}')
            drizzle:must("check", "--offline")
            drizzle:remove()
        end)
    end)

    describe("snapshots", function()
        it("one that belongs to no migration, and one that cannot be read", function()
            p:must("generate", "users")
            p:write("migrations/meta/0007_snapshot.json", "{}")
            local r = p:run("check", "--offline")
            assert.equal(6, r.code)
            assert.matches("problem  migrations/meta/0007_snapshot.json: "
                .. "a snapshot of no migration", r.out, 1, true)
            p:delete "migrations/meta/0007_snapshot.json"
            p:write("migrations/meta/0001_snapshot.json", "{")
            r = p:run("check", "--offline")
            assert.equal(6, r.code)
            assert.matches("problem  migrations/meta/0001_snapshot.json:1: ", r.out, 1, true)
            assert.matches("generate then replays the migrations", r.out, 1, true)
        end)

        it("--deep: the last one is what the migrations make, or is told how to be made", function()
            p:must("generate", "users")
            assert.matches("folder, journal, snapshot and schema agree",
                p:must("check", "--offline", "--deep").err, 1, true)
            p:write("migrations/0001_users.sql", p:read "migrations/0001_users.sql"
                .. "CREATE INDEX by_email ON users (email);\n")
            local r = p:run("check", "--offline")
            assert.equal(0, r.code)
            assert.matches("differs from the file that the journal knew; raymig check --deep",
                r.err, 1, true)
            r = p:run("check", "--offline", "--deep")
            assert.equal(6, r.code)
            assert.matches("problem  migrations/meta/0001_snapshot.json: the snapshot is not what "
                .. 'the migrations up to "0001_users" make: 1 difference', r.out, 1, true)
            assert.matches("- index public.users.by_email", r.out, 1, true)
            local words = {}
            for word in r.out:match "(raymig export[^\n]+)":gmatch "%S+" do
                words[#words + 1] = word
            end
            p:must(table.unpack(words, 2))
            r = p:run("check", "--offline", "--deep")
            assert.is_nil(r.out:find("snapshot is not", 1, true))
        end)

        it("--deep: one behind which others were written by hand", function()
            p:must("generate", "users")
            p:must("new", "more", "--sql")
            p:write("migrations/0002_more.sql", "ALTER TABLE users ADD COLUMN more text;")
            p:write("migrations/0002_more.down.sql", "ALTER TABLE users DROP COLUMN more;")
            p:write("schema/app.lua", (SCHEMA:gsub('pg.text "email"', '%0, pg.text "more"')))
            p:must("check", "--offline", "--deep")
        end)
    end)

    it("--deep: the schema in Lua is what the migrations make; else generate", function()
        p:must("generate", "users")
        p:write("schema/app.lua", (SCHEMA:gsub('pg.text "email"', '%0 :not_null()')))
        p:must("check", "--offline")
        local r = p:run("check", "--offline", "--deep")
        assert.equal(6, r.code)
        assert.matches("problem  schema: the schema in Lua is not what the migrations make: "
            .. "1 difference\n         ~ column public.users.email, not_null: nothing -> true\n"
            .. "         raymig generate writes the migration.\n", r.out, 1, true)
        p:must("generate")
        p:must("check", "--offline", "--deep")
    end)

    it("--deep: a name that the schema leaves out is no difference", function()
        p:must("new", "users", "--sql")
        p:write("migrations/0001_users.sql", "CREATE TABLE users (id bigint CONSTRAINT odd "
            .. "PRIMARY KEY, email text);")
        p:write("migrations/0001_users.down.sql", "DROP TABLE users;")
        p:must("check", "--offline", "--deep")
    end)

    it("--deep: a project without a schema is none that differs", function()
        local plain = project.new { ["raymig.lua"] = "return {}" }
        plain:must("new", "a", "--sql")
        plain:write("migrations/0001_a.sql", "CREATE TABLE a (n int);")
        plain:write("migrations/0001_a.down.sql", "DROP TABLE a;")
        plain:must("check", "--offline", "--deep")
        plain:write("migrations/0001_a.sql", "CREATE TABLE a (n nosuchtype);")
        local r = plain:run("check", "--offline", "--deep")
        assert.equal(1, r.code)
        assert.matches("0001_a.sql:1:19: error: in the shadow", r.err, 1, true)
        plain:remove()
    end)
end)
