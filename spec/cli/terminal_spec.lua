-- raymig in a real terminal: the question before a down, the live line, colours, Ctrl-C.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local terminal = require "spec.support.terminal"
local journal = require "spec.support.journal"

describe("in a terminal", function()
    local db, p, t

    before_each(function()
        db = pg.create_database()
        p = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = journal("0001_a", "0002_b"),
            ["migrations/0001_a.sql"] = "CREATE TABLE a (id int);",
            ["migrations/0001_a.down.sql"] = "DROP TABLE a;",
            ["migrations/0002_b.sql"] = "SELECT pg_sleep(1.5); CREATE TABLE b (id int);",
        }, { database = db })
    end)

    after_each(function()
        if t then t:close() end
        t = nil
        p:remove()
        db:drop()
    end)

    local function applied()
        return tonumber(db:value "SELECT count(*) FROM __raymig_migrations")
    end

    it("asks before it takes anything back; no is the default", function()
        p:must("up", "1")
        for _, answer in ipairs { "n", "" } do
            t = terminal.project(p, "down")
            t:wait_for "Take back 1 migration %(0001_a%)"
            t:type(answer)
            t:send "Enter"
            assert.equal(4, t:wait())
            t:close()
            assert.equal(1, applied())
        end
        t = terminal.project(p, "down")
        t:wait_for "Take back"
        t:type "y"
        t:send "Enter"
        assert.equal(0, t:wait())
        assert.matches("took back%s+0001_a", t:screen())
        assert.equal(0, applied())
    end)

    it("takes Ctrl-C and Ctrl-D for no", function()
        p:must("up", "1")
        t = terminal.project(p, "down")
        t:wait_for "Take back"
        t:send "C-c"
        assert.equal(130, t:wait())
        t:close()
        t = terminal.project(p, "down")
        t:wait_for "Take back"
        t:send "C-d"
        assert.equal(4, t:wait())
        assert.equal(1, applied())
    end)

    it("shows the statement that runs, and rolls back on Ctrl-C", function()
        t = terminal.project(p, "up")
        t:wait_for "2/2  0002_b  statement 1: SELECT pg_sleep"
        t:send "C-c"
        assert.equal(130, t:wait())
        assert.matches("applied%s+0001_a", t:screen())
        assert.matches("interrupted", t:screen())
        assert.not_matches("applied%s+0002_b", t:screen())
        assert.equal(1, applied())
        assert.is_nil(db:value "SELECT to_regclass('b')")
    end)

    it("leaves no live line behind", function()
        t = terminal.project(p, "up")
        assert.equal(0, t:wait())
        assert.not_matches("statement 1", t:screen())
        assert.matches("2 migrations applied", t:screen())
    end)

    it("no colour where the output is no terminal", function()
        local r = p:must("up", "1")
        assert.not_matches("\27", r.out .. r.err)
        assert.matches("\27%[", p:must("status", "--color", "always").out)
        p.env.NO_COLOR = "1"
        assert.not_matches("\27", p:must("status").out)
    end)
end)
