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

-- One round: raymig runs until it is hit, at a random moment, in one of these ways.
local HITS = {
    function(child) child:kill "KILL" end,
    function(child) child:kill "TERM" end,
    function(_, control, db)
        control:run(("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            .. "WHERE datname = '%s' AND application_name LIKE 'raymig%%';"):format(db.name))
    end,
    function(_, control, db) -- the migration's own backend alone
        control:run(("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s' "
            .. "AND application_name ~ '^raymig (up|down)$';"):format(db.name))
    end,
    function(_, control, db) -- the lock's backend alone
        control:run(("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s' "
            .. "AND application_name LIKE '%%(lock)';"):format(db.name))
    end,
}

-- A server that is told to stop a session may take a moment.
local function wait_for_sessions(db)
    process.eventually(function()
        return db:value(([[SELECT count(*) FROM pg_stat_activity
            WHERE datname = '%s' AND application_name LIKE 'raymig%%']]):format(db.name)) == "0"
    end, "the sessions' end", 20)
end

local function batter(rounds, seed)
    local db = pg.create_database()
    local rungs = ladder.new(30)
    rungs.prepare(db)
    local p = project.new(rungs.files, { database = db })
    local control = pg.server():database():session()
    local random = math.random
    math.randomseed(seed)
    local up, cut, longest = true, 0, 0.25

    for round = 1, rounds do
        local child = up and p:start "up" or p:start("down", "--all", "--yes")
        process.sleep(random() * longest)
        local hit = random(#HITS)
        HITS[hit](child, control, db)
        local r = child:wait(30)
        local at = ("seed %d, round %d, hit %d, %s, code %d:\n%s%s"):format(seed, round, hit,
            up and "up" or "down", r.code, r.out, r.err)
        assert(not r.timed_out, "it hangs: " .. at)
        assert(r.code == 0 or hit == 1 and r.signal == 9 or hit == 2 and r.code == 130
            or hit > 2 and r.code == 5, "wrong exit code: " .. at)
        if r.code ~= 0 then cut = cut + 1 end
        -- Half of the rounds go on at once, with sessions of the one before still at work.
        if random(2) == 1 then
            wait_for_sessions(db)
            local ok, problem = pcall(rungs.check, db)
            assert(ok, tostring(problem) .. "\n" .. at)
        end
        -- Down only from all applied, and up only from none: a half-way one must be finished first.
        if r.code == 0 then up = not up end
    end

    wait_for_sessions(db)
    if not up then p:must("down", "--all", "--yes") end
    p:must "up"
    assert.equal(30, (rungs.check(db)))
    p:must("down", "--all", "--yes")
    local applied, half = rungs.check(db)
    assert.same({ 0, 0 }, { applied, half })
    control:close()
    p:remove()
    db:drop()
    return cut
end

describe("killed at random moments", function()
    it("10 rounds: nothing lost, nothing doubled, always resumable", function()
        batter(10, 20260729)
    end)

    it("100 rounds #long", function()
        local cut = batter(100, os.time())
        assert.is_true(cut >= 20, "only " .. cut .. " rounds were cut short")
    end)
end)
