-- Every folder format that raymig reads, run in place: up, and down as far as its downs reach.
local lfs = require "lfs"
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local cjson = require "cjson"

local FIXTURES = "spec/fixtures/formats"

local function formats()
    local names = {}
    for name in lfs.dir(FIXTURES) do
        if name:sub(1, 1) ~= "." then names[#names + 1] = name end
    end
    table.sort(names)
    return names
end

for _, format in ipairs(formats()) do
    describe(format .. "'s folder", function()
        local db, p

        before_each(function()
            db = pg.create_database()
            p = project.new({ ["raymig.lua"] = "return {}" }, { database = db })
            p:copy(FIXTURES .. "/" .. format, "migrations")
        end)

        after_each(function()
            p:remove()
            db:drop()
        end)

        it("is detected, applied, and agrees with its history", function()
            p:must("up")
            local status = cjson.decode(p:must("status", "--json").out)
            assert.equal(format, status.format)
            assert.equal(#status.migrations, status.counts.applied)
            assert.is_true(#status.migrations >= 2)
            p:must("check")
            assert.matches("nothing to do", p:must("up").err)
        end)

        it("goes down to the first migration without a down, and up again", function()
            p:must("up")
            local tables = [[SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class
                WHERE relkind IN ('r', 'v', 'i') AND relnamespace = 'public'::regnamespace
                AND relname NOT LIKE '\_\_raymig%']]
            local before = db:value(tables)
            local list = cjson.decode(p:must("status", "--json").out).migrations
            local count = 0
            for i = #list, 1, -1 do
                if list[i].down == "none" then break end
                count = count + 1
            end
            if count == #list then
                p:must("down", "--all", "--yes")
                assert.is_nil(db:value(tables))
            else
                if count > 0 then p:must("down", tostring(count), "--yes") end
                local r = p:run("down", "--yes")
                assert.equal(4, r.code)
                assert.matches("no down", r.err)
            end
            p:must("up")
            assert.equal(before, db:value(tables))
        end)
    end)
end

describe("a Flyway repeatable migration", function()
    it("runs again when its text changes, and only then", function()
        local db = pg.create_database()
        local p = project.new({ ["raymig.lua"] = "return {}" }, { database = db })
        p:copy(FIXTURES .. "/flyway", "migrations")
        p:must("up")
        assert.matches("nothing to do", p:must("up").err)
        local text = p:read "migrations/R__greeting.sql"
        p:write("migrations/R__greeting.sql", text .. "\nSELECT 'once more';\n")
        assert.matches("R__greeting%s+changed", p:must("status").out)
        assert.matches("applied%s+R__greeting", p:must("up").out)
        assert.matches("nothing to do", p:must("up").err)
        p:remove()
        db:drop()
    end)
end)

describe("--wait", function()
    it("waits until the server answers", function()
        local server = pg.conf {}
        local db = server:create_database()
        local p = project.new({ ["raymig.lua"] = "return {}" })
        p:copy(FIXTURES .. "/raymig", "migrations")
        p.env.DATABASE_URL = server:url(db.name)
        server:halt "fast"
        assert.equal(5, p:run("up").code)
        local child = p:start("up", "--wait", "20s")
        require("spec.support.process").sleep(0.7)
        server:start()
        assert.equal(0, child:wait(20).code)
        p:remove()
        server:stop()
    end)
end)
