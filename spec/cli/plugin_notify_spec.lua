-- The bundled plugin notify: JSON to a command or a file.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local cjson = require "cjson"

describe("plugin notify", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({}, { database = db })
        p:write("raymig.lua", "return {}")
        p:must("new", "a", "--sql")
        p:write("migrations/0001_a.sql", "create table a (id int);")
        p:write("migrations/0001_a.down.sql", "drop table a;")
    end)
    after_each(function()
        p:remove()
        db:drop()
    end)

    local function use(options)
        p:write("raymig.lua", ('return { plugins = { { "notify", %s } } }'):format(options))
    end

    local function messages(path)
        local list = {}
        for line in (p:read(path) or ""):gmatch "[^\n]+" do list[#list + 1] = cjson.decode(line) end
        return list
    end

    it("adds a line of JSON to a file for each run", function()
        use 'file = "log/notify.json", project = "shop"'
        p:must "up"
        p:must("down", "--yes")
        local list = messages "log/notify.json"
        assert.equal(2, #list)
        assert.equal("after_run", list[1].event)
        assert.equal("shop", list[1].project)
        assert.equal(1, list[1].applied)
        assert.equal("0001_a", list[1].migrations[1].tag)
        assert.matches("^1 applied, 0 taken back in %d+ ms$", list[1].text)
        assert.matches("^%d+-%d+-%d+T%d+:%d+:%d+Z$", list[1].at)
        assert.equal(1, list[2].reverted)
    end)

    it("hands it to a command, without a shell", function()
        use [[command = { "sh", "-c", "cat > \"$1\"", "x", "got it.json" }]]
        p:must "up"
        assert.is_true(messages("got it.json")[1].ok)
    end)

    it("tells failures, and of what it is asked to", function()
        use 'file = "n", events = { "before_run", "after_migration", "error" }'
        p:write("migrations/0001_a.sql", "select 1/0;")
        assert.equal(1, p:run("up").code)
        local list = messages "n"
        assert.equal("before_run", list[1].event)
        assert.equal("1 migration is about to run", list[1].text)
        assert.equal("error", list[2].event)
        assert.equal("failed: division by zero", list[2].text)
        assert.equal("22012", list[2].error.sqlstate)
    end)

    it("a command that fails is a warning: the migrations are done", function()
        use [[command = { "sh", "-c", "echo no network >&2; exit 7" }]]
        local r = p:must "up"
        assert.matches("notify: sh ended with code 7: no network", r.err, 1, true)
        assert.equal("a", db:value "select to_regclass('a')")
    end)

    it("says nothing of dry runs unless it is told to", function()
        use 'file = "n"'
        p:must("up", "--dry-run")
        assert.same({}, messages "n")
        use 'file = "n", dry_runs = true'
        p:must("up", "--dry-run")
        assert.is_true(messages("n")[1].dry_run)
    end)
end)
