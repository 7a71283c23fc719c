-- `raymig down`, `redo`, `goto`: the way back.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local journal = require "spec.support.journal"

describe("raymig down", function()
    local db, p

    local function applied()
        local names = {}
        for _, row in ipairs(db:query "SELECT name FROM __raymig_migrations ORDER BY id") do
            names[#names + 1] = row.name
        end
        return table.concat(names, " ")
    end

    before_each(function()
        db = pg.create_database()
        p = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = journal("0001_a", "0002_b", "0003_c"),
            ["migrations/0001_a.sql"] = "CREATE TABLE a (id int);",
            ["migrations/0001_a.down.sql"] = "DROP TABLE a;",
            ["migrations/0002_b.sql"] = "CREATE TABLE b (id int);",
            ["migrations/0002_b.down.lua"] = "return function(db) db:exec 'DROP TABLE b' end",
            ["migrations/0003_c.lua"] = [[return {
                up = function(db) db:exec 'CREATE TABLE c (id int)' end,
                down = function(db) db:exec 'DROP TABLE c' end,
            }]],
        }, { database = db })
        p:must("up")
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    it("takes back the newest one", function()
        local r = p:must("down", "--yes")
        assert.matches("took back%s+0003_c", r.out)
        assert.equal("0001_a 0002_b", applied())
        assert.is_nil(db:value "SELECT to_regclass('c')")
        assert.equal("down", db:value
            "SELECT event FROM __raymig_migrations_log ORDER BY id DESC LIMIT 1")
    end)

    it("takes back several, all after a tag, or all", function()
        p:must("down", "2", "--yes")
        assert.equal("0001_a", applied())
        p:must("up")
        p:must("down", "--to", "0002", "--yes")
        assert.equal("0001_a 0002_b", applied())
        p:must("down", "--all", "--yes")
        assert.equal("", applied())
        assert.is_nil(db:value "SELECT to_regclass('a')")
    end)

    it("needs --yes where it cannot ask", function()
        local r = p:run("down")
        assert.equal(4, r.code)
        assert.matches("%-%-yes", r.err)
        assert.equal("0001_a 0002_b 0003_c", applied())
    end)

    it("refuses a migration without a down, before anything runs", function()
        p:delete("migrations/0002_b.down.lua")
        local r = p:run("down", "2", "--yes")
        assert.equal(4, r.code)
        assert.matches("0002_b.*no down", r.err)
        assert.equal("0001_a 0002_b 0003_c", applied())
    end)

    it("works from an older release: the history keeps the downs", function()
        p:delete("migrations/0003_c.lua")
        p:delete("migrations/0002_b.sql")
        p:delete("migrations/0002_b.down.lua")
        p:write("migrations/meta/_journal.json", journal "0001_a")
        p:must("down", "--to", "0001", "--yes")
        assert.equal("0001_a", applied())
        assert.is_nil(db:value "SELECT to_regclass('b')")
    end)

    it("prefers the folder's down, or with --stored the history's", function()
        p:write("migrations/0001_a.down.sql", "DROP TABLE a; CREATE TABLE from_folder (id int);")
        p:must("down", "3", "--stored", "--yes")
        assert.is_nil(db:value "SELECT to_regclass('from_folder')")
        p:must("up")
        p:must("down", "3", "--yes")
        assert.equal("from_folder", db:value "SELECT to_regclass('from_folder')")
    end)

    it("rolls back a down that fails, and says where it stands", function()
        p:write("migrations/0002_b.down.lua",
            "return function(db)\n  db:exec 'DROP TABLE b'\n  db:exec 'DROP TABLE nothing'\nend")
        local r = p:run("down", "2", "--yes")
        assert.equal(1, r.code)
        assert.matches("0002_b%.down%.lua:3", r.err)
        assert.matches("42P01", r.err)
        assert.equal("0001_a 0002_b", applied())
        assert.equal("b", db:value "SELECT to_regclass('b')")
    end)

    it("tries the downs and rolls them back with --dry-run", function()
        p:must("down", "--all", "--dry-run")
        assert.equal("0001_a 0002_b 0003_c", applied())
        assert.equal("a", db:value "SELECT to_regclass('a')")
    end)

    it("redo: down and up again", function()
        local before = db:value "SELECT max(id) FROM __raymig_migrations"
        local r = p:must("redo", "2", "--yes")
        assert.matches("took back.*took back.*applied.*applied", r.out)
        assert.equal("0001_a 0002_b 0003_c", applied())
        local after = db:value "SELECT max(id) FROM __raymig_migrations"
        assert.is_true(tonumber(after) > tonumber(before))
    end)

    it("goto: whichever way the migration lies", function()
        p:must("goto", "0001", "--yes")
        assert.equal("0001_a", applied())
        p:must("goto", "0002_b")
        assert.equal("0001_a 0002_b", applied())
        p:must("goto", "0002_b")
        assert.equal(2, p:run("goto", "0009").code)
    end)
end)
