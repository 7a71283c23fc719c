-- Many runners at once, and runners and servers that die: nothing is lost, nothing doubled.
local ladder = require "spec.support.ladder"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"

local function start_many(p, count, ...)
    local children = {}
    for i = 1, count do children[i] = p:start(...) end
    return children
end

describe("runners at once", function()
    local db, p

    before_each(function() db = pg.create_database() end)

    after_each(function()
        if p then p:remove() end
        db:drop()
    end)

    it("ten of them on 100 pending migrations: each runs exactly once", function()
        local rungs = ladder.new(100)
        rungs.prepare(db)
        p = project.new(rungs.files, { database = db })
        local children = start_many(p, 10, "up")
        local applied = 0
        for _, child in ipairs(children) do
            local r = child:wait(120)
            assert.equal(0, r.code, r.err)
            applied = applied + select(2, r.out:gsub("applied", ""))
        end
        assert.equal(100, applied)
        assert.equal(100, (rungs.check(db)))
        assert.equal("100", db:value
            "SELECT count(*) FROM __raymig_migrations_log WHERE event = 'up'")
        assert.equal("0", db:value
            "SELECT count(*) FROM __raymig_migrations_log WHERE event = 'failed'")
    end)

    it("some going up while others go down: one at a time, whoever comes first", function()
        local rungs = ladder.new(20)
        rungs.prepare(db)
        p = project.new(rungs.files, { database = db })
        p:must("up", "10")
        local children = {}
        for i = 1, 6 do
            children[i] = i % 2 == 0 and p:start("up") or p:start("down", "5", "--yes")
        end
        for _, child in ipairs(children) do
            local r = child:wait(120)
            -- A down that finds the database changed since it was asked for is refused.
            assert.is_true(r.code == 0 or r.code == 4, r.err)
        end
        rungs.check(db)
        p:must("up")
        assert.equal(20, (rungs.check(db)))
    end)
end)

describe("a runner that is killed", function()
    local db, p

    before_each(function() db = pg.create_database() end)

    after_each(function()
        if p then p:remove() end
        db:drop()
    end)

    local function one(suffix, text)
        p = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/meta/_journal.json"] = [[{"version":"7","dialect":"postgresql","raymig":1,
                "entries":[{"idx":0,"version":"7","when":1700000001000,"tag":"0001_a",
                "breakpoints":true}]}]],
            ["migrations/0001_a" .. suffix] = text,
        }, { database = db })
    end

    it("resumes db:batch behind the last batch, no row twice; a redo begins anew", function()
        db:exec "CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 0)"
        db:exec "INSERT INTO t SELECT generate_series(1, 100)"
        one(".lua", [[
            -- raymig: transaction=none
            local function fill(change, pause)
                return function(db)
                    db:batch { table = "t", key = "id", size = 10, pause = pause, fn = function(_, b)
                        db:exec("UPDATE t SET n = n + $2 WHERE id = ANY ($1)", b.keys, change)
                    end }
                end
            end
            return { up = fill(1, "100ms"), down = fill(-1) }]])
        local child = p:start "up"
        process.eventually(function()
            return tonumber(db:value "SELECT sum(n) FROM t") >= 30
        end, "three batches", 10)
        child:kill "KILL"
        child:wait()
        local done = tonumber(db:value "SELECT sum(n) FROM t")
        assert.is_true(done >= 30 and done < 100)
        assert.equal("partial", db:value "SELECT state FROM __raymig_migrations")
        local r = p:must "up"
        assert.matches(("resumes behind %d rows"):format(done), r.err)
        assert.equal("1 1", db:value "SELECT min(n) || ' ' || max(n) FROM t")
        p:must("down", "--yes")
        assert.equal("0 0", db:value "SELECT min(n) || ' ' || max(n) FROM t")
        p:must "up"
        assert.equal("1 1", db:value "SELECT min(n) || ' ' || max(n) FROM t")
        assert.equal("0", db:value "SELECT count(*) FROM __raymig_migrations_batch")
    end)
end)
