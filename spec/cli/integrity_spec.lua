-- Edited, missing and out-of-order migrations; status, check, repair, baseline, plan.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local journal = require "spec.support.journal"
local cjson = require "cjson"

describe("integrity", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = journal("0001_a", "0003_c"),
            ["migrations/0001_a.sql"] = "CREATE TABLE a (id int);\n",
            ["migrations/0003_c.sql"] = "CREATE TABLE c (id int);\n",
        }, { database = db })
        p:must("up")
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    it("refuses an edited applied migration, with exit 6", function()
        p:write("migrations/0001_a.sql", "CREATE TABLE a (id bigint);\n")
        p:write("migrations/meta/_journal.json", journal("0001_a", "0003_c", "0004_d"))
        p:write("migrations/0004_d.sql", "CREATE TABLE d (id int);")
        local r = p:run("up")
        assert.equal(6, r.code)
        assert.matches("0001_a.*edited", r.err)
        assert.is_nil(db:value "SELECT to_regclass('d')")
        assert.matches("0001_a%s+edited", p:must("status").out)
        assert.equal(6, p:run("status", "--exit-code").code)
    end)

    it("does not mind white space, comments and line ends", function()
        p:write("migrations/0001_a.sql", "-- what for\r\nCREATE  TABLE a\r\n(id int)\r\n;")
        p:must("up")
        assert.matches("0001_a%s+applied", p:must("status").out)
    end)

    it("repair shows and accepts an edit", function()
        p:write("migrations/0001_a.sql", "CREATE TABLE a (id bigint);\n")
        local r = p:must("repair", "--dry-run")
        assert.matches("0001_a%s+accept", r.out)
        assert.equal(4, p:run("repair").code)
        p:must("repair", "--yes")
        assert.matches("0001_a%s+applied", p:must("status").out)
        assert.equal("repaired", db:value
            "SELECT event FROM __raymig_migrations_log ORDER BY id DESC LIMIT 1")
    end)

    it("refuses what is missing, and names a way on", function()
        p:delete("migrations/0003_c.sql")
        p:write("migrations/meta/_journal.json", journal("0001_a", "0004_d"))
        p:write("migrations/0004_d.sql", "CREATE TABLE d (id int);")
        local r = p:run("up")
        assert.equal(6, r.code)
        assert.matches("0003_c", r.err)
        p:must("up", "--allow", "0003_c")
        assert.equal("d", db:value "SELECT to_regclass('d')")
        p:must("repair", "--forget", "0003_c", "--yes")
        assert.equal("2", db:value "SELECT count(*) FROM __raymig_migrations")
    end)

    it("refuses what is out of order with both tags, unless it is allowed", function()
        p:write("migrations/meta/_journal.json", journal("0001_a", "0002_b", "0003_c"))
        p:write("migrations/0002_b.sql", "CREATE TABLE b (id int);")
        local r = p:run("up")
        assert.equal(6, r.code)
        assert.matches("0002_b.*0003_c", r.err)
        assert.is_nil(db:value "SELECT to_regclass('b')")
        assert.matches("0002_b%s+out of order", p:must("status").out)
        p:must("up", "--allow", "0002_b")
        assert.equal("b", db:value "SELECT to_regclass('b')")
        p:must("up")
    end)

    it("status: exit codes and JSON for programs", function()
        assert.equal(0, p:run("status", "--exit-code").code)
        p:write("migrations/meta/_journal.json", journal("0001_a", "0003_c", "0004_d"))
        p:write("migrations/0004_d.sql", "SELECT 1;")
        assert.equal(3, p:run("status", "--exit-code").code)
        local s = cjson.decode(p:must("status", "--json").out)
        assert.equal(1, s.counts.pending)
        assert.equal("0004_d", s.migrations[3].tag)
        assert.equal("pending", s.migrations[3].state)
    end)

    it("check: lists every problem", function()
        assert.equal(0, p:run("check").code)
        p:write("migrations/0001_a.sql", "SELECT 1;")
        p:delete("migrations/0003_c.sql")
        p:write("migrations/meta/_journal.json", journal("0001_a"))
        local r = p:run("check")
        assert.equal(6, r.code)
        assert.matches("0001_a.*edited", r.out)
        assert.matches("0003_c", r.out)
        assert.equal(0, p:run("check", "--offline").code)
    end)

    it("baseline: marks as applied and runs nothing", function()
        p:write("migrations/meta/_journal.json", journal("0001_a", "0003_c", "0004_d", "0005_e"))
        p:write("migrations/0004_d.sql", "CREATE TABLE d (id int);")
        p:write("migrations/0005_e.sql", "CREATE TABLE e (id int);")
        db:exec "CREATE TABLE d (id int)"
        local r = p:run("baseline", "0004")
        assert.equal(4, r.code)
        assert.matches("--yes", r.err, 1, true)
        p:must("baseline", "0004", "--yes")
        p:must("up")
        assert.equal("e", db:value "SELECT to_regclass('e')")
        assert.equal("baselined", db:value
            "SELECT event FROM __raymig_migrations_log WHERE name = '0004_d'")
    end)

    it("baseline: refuses where the database does not stand there", function()
        p:write("migrations/meta/_journal.json", journal("0001_a", "0003_c", "0004_d"))
        p:write("migrations/0004_d.sql", "CREATE TABLE d (id int);\nCREATE INDEX ON d (id);\n"
            .. "COMMENT ON TABLE d IS 'here';")
        db:exec "CREATE TABLE d (id int); CREATE VIEW by_hand AS SELECT 1 AS n"
        local r = p:run("baseline", "0004", "--yes")
        assert.equal(4, r.code)
        assert.matches('the database does not stand at "0004_d": 3 differences', r.err, 1, true)
        assert.matches("~ table public.d, comment: here -> nothing", r.err, 1, true)
        assert.matches("- index public.d.d_id_idx", r.err, 1, true)
        assert.matches("+ view public.by_hand", r.err, 1, true)
        assert.matches("raymig diff --from db --to migrations@0004_d --sql", r.err, 1, true)
        assert.equal("1", db:value
            "SELECT count(*) FROM __raymig_migrations WHERE name = '0003_c'")
        assert.equal("0", db:value
            "SELECT count(*) FROM __raymig_migrations WHERE name = '0004_d'")
        assert.equal(4, p:run("baseline", "0004", "--dry-run").code)

        p:must("baseline", "0004", "--yes", "--unproved")
        assert.equal("1", db:value
            "SELECT count(*) FROM __raymig_migrations WHERE name = '0004_d'")
    end)

    it("plan: shows statement by statement and runs nothing", function()
        p:write("migrations/meta/_journal.json", journal("0001_a", "0003_c", "0004_d"))
        p:write("migrations/0004_d.sql", "CREATE TABLE d (id int);\nCREATE TABLE e (id int);")
        local r = p:must("plan")
        assert.matches("0004_d.*CREATE TABLE d %(id int%);\nCREATE TABLE e %(id int%);\n", r.out)
        assert.is_nil(db:value "SELECT to_regclass('d')")
        assert.equal(3, p:run("plan", "--exit-code").code)
        local plan = cjson.decode(p:must("plan", "--json").out)
        assert.equal(2, #plan.migrations[1].statements)
        assert.equal(2, plan.migrations[1].statements[2].line)
    end)

    it("new: writes a migration that runs, and its journal entry", function()
        p:must("new", "add_things", "--sql")
        local files = table.concat(p:files(), "\n")
        assert.matches("0004_add_things%.sql", files)
        assert.matches("0004_add_things%.down%.sql", files)
        p:must("up")
        p:must("new", "fill", "--lua")
        p:must("up")
        p:must("check")
    end)
end)

-- Drizzle's table has no column for the time, and must not get one: raymig's log knows it.
describe("status beside Drizzle", function()
    it("says when raymig applied a migration, and not when Drizzle did", function()
        local db = pg.create_database()
        local p = project.new({
            ["raymig.lua"] = [[return {
                migrations = { schema = "public", table = "__drizzle_migrations" } }]],
            ["migrations/meta/_journal.json"] =
                journal("0001_a", "0002_b", "0003_c"):gsub('"raymig":1,?', ""):gsub(",}", "}"),
            ["migrations/0001_a.sql"] = "CREATE TABLE a (id int);\n",
            ["migrations/0002_b.sql"] = "CREATE TABLE b (id int);\n",
            ["migrations/0003_c.sql"] = "CREATE TABLE c (id int);\n",
            ["migrations/0002_b.down.sql"] = "DROP TABLE b;\n",
        }, { database = db })
        local hash = require("spec.support.process").run {
            "sha256sum", p.path .. "/migrations/0001_a.sql" }.out:match "%x+"
        db:exec(([[CREATE TABLE a (id int);
            CREATE TABLE __drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL,
                created_at bigint);
            INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('%s', 1700000001000);]])
            :format(hash))
        local function times()
            local list = {}
            for i, m in ipairs(cjson.decode(p:must("status", "--json").out).migrations) do
                list[i] = m.applied_at ~= cjson.null and m.applied_at or false
            end
            return list
        end
        assert.same({ false, false, false }, times())
        p:must("up", "1")
        local at = times()
        assert.is_false(at[1])
        assert.equal(at[2],
            db:value "SELECT at FROM __drizzle_migrations_log WHERE name = '0002_b'")
        assert.matches("0002_b +applied +" .. at[2]:sub(1, 16):gsub("[%-%+]", "%%%0"),
            p:must("status").out)
        -- Applied again, it has the later time.
        p:must("down", "--yes")
        assert.is_false(times()[2])
        p:must("up", "1")
        assert.is_true(times()[2] > at[2])
        p:remove()
        db:drop()
    end)
end)
