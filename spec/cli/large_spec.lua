-- A migration larger than memory should be asked for: streamed, never held whole.
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local journal = require "spec.support.journal"

describe("a large file", function()
    -- The highest resident set of raymig while it applies a file of so many megabytes, in MB.
    local function peak(megabytes)
        local db = pg.create_database()
        local p = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = journal "0001_big",
        }, { database = db })
        local file = assert(io.open(p.path .. "/migrations/0001_big.sql", "w"))
        file:write "CREATE UNLOGGED TABLE big (id int, v text);\n"
        local row = ("INSERT INTO big VALUES (%%d, '%s');\n"):format(("x"):rep(900))
        for i = 1, megabytes * 1000000 // (#row + 4) do file:write(row:format(i)) end
        file:close()
        local child = p:start "up"
        local highest = 0
        while process.exists(child.pid) do
            local status = io.open(("/proc/%d/status"):format(child.pid))
            local text = status and status:read "a" or ""
            if status then status:close() end
            local kb = tonumber(text:match "VmHWM:%s+(%d+) kB")
            if not kb then break end
            highest = math.max(highest, kb)
            process.sleep(0.05)
        end
        assert.equal(0, child:wait(600).code)
        assert.equal("1", db:value "SELECT count(*) FROM __raymig_migrations")
        p:remove()
        db:drop()
        return highest / 1024
    end

    it("of 20 MB needs no more memory than one of 1 MB", function()
        if (os.getenv "MODE" or "release") == "asan" then
            pending "memory is not measured under a sanitizer"
            return
        end
        local small, large = peak(1), peak(20)
        assert.is_true(large < small + 8, ("%.1f MB against %.1f MB"):format(large, small))
    end)

    it("of 200 MB stays within 64 MB #long", function()
        local highest = peak(200)
        assert.is_true(highest < 64, ("%.1f MB"):format(highest))
    end)
end)
