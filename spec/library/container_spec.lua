-- The entry point of a container: it migrates, then becomes the program; or fails, and the program
-- never runs.
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"

describe("examples/container", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({}, { database = db })
        p:copy("examples/server/migrations", "migrations")
        p:copy("examples/container/entrypoint.sh", "entrypoint.sh")
        p.env.PATH = project.binary():match "^(.*)/" .. ":" .. p.env.PATH
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    local function enter(...)
        return process.run { "sh", p.path .. "/entrypoint.sh", cwd = p.path, env = p.env, ... }
    end

    it("migrates and becomes the program", function()
        local r = enter("sh", "-c", "echo serving as $0", "shop")
        assert.equal(0, r.code, r.err)
        assert.matches("applied%s+0001_visits.*serving as shop\n$", r.out)
        assert.equal("2", db:value "SELECT count(*) FROM __raymig_migrations")
    end)

    it("ends with raymig's exit code where it cannot, and the program does not run", function()
        p:write("migrations/0001_visits.sql", "CREATE nonsense;\n")
        local r = enter("echo", "serving")
        assert.equal(1, r.code)
        assert.falsy(r.out:find "serving")
    end)

    it("has a Dockerfile that copies what is there", function()
        local file = assert(io.open("examples/container/Dockerfile", "rb"))
        local text = file:read "a"
        file:close()
        for from in text:gmatch "\nCOPY ([%w_/.]+)" do
            if from ~= "." then
                assert.equal(0, process.run({ "test", "-e", from }).code, from)
            end
        end
        assert.matches('ENTRYPOINT %["entrypoint.sh"%]', text)
    end)
end)
