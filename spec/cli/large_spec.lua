-- A migration larger than memory should be asked for: streamed, never held whole. What is held is
-- the statement that is being sent, once.
local cjson = require "cjson"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local journal = require "spec.support.journal"

local MB = 1000000
local ROW = ("INSERT INTO big VALUES (%%d, '%s');\n"):format(("x"):rep(900))

-- A project of one migration, which `write` fills behind a CREATE TABLE.
local function new_project(url, write, front)
    local p = project.new({
        ["raymig.lua"] = "return {}",
        ["migrations/meta/_journal.json"] = journal "0001_big",
    }, { url = url })
    local file = assert(io.open(p.path .. "/migrations/0001_big.sql", "w"))
    file:write(front or "", "CREATE UNLOGGED TABLE big (id int, v text);\n")
    write(file)
    file:close()
    return p
end

-- The highest resident set of a raymig that runs, in MB, and how it ended.
local function watch(child)
    local highest = 0
    while child:alive() do
        local status = io.open(("/proc/%d/status"):format(child.pid))
        local text = status and status:read "a" or ""
        if status then status:close() end
        local kb = tonumber(text:match "VmHWM:%s+(%d+) kB")
        highest = math.max(highest, kb or 0)
        process.sleep(0.01)
    end
    return highest / 1024, child:wait(600)
end

local function peak(write, front)
    local db = pg.create_database()
    local p = new_project(db.url, write, front)
    local highest, result = watch(p:start "up")
    p:remove()
    db:drop()
    return highest, result
end

-- Many statements of 1 kB, so many megabytes of them.
local function many(megabytes)
    return function(file)
        for i = 1, megabytes * MB // #ROW do file:write(ROW:format(i)) end
    end
end

-- One statement of so many megabytes, a single literal in it; then `rest`.
local function one(megabytes, rest)
    return function(file)
        file:write "INSERT INTO big VALUES (1, '"
        local part = ("y"):rep(MB)
        for _ = 1, megabytes do file:write(part) end
        file:write("'", rest or "", ");\n")
    end
end

-- One statement of so many megabytes, of short lines.
local function rows(megabytes)
    return function(file)
        file:write "INSERT INTO big VALUES\n"
        local line = ("(%%d, '%s'),\n"):format(("z"):rep(900))
        for i = 1, megabytes * MB // #line do file:write(line:format(i)) end
        file:write "(0, 'last');\n"
    end
end

local function measured()
    if (os.getenv "MODE" or "release") ~= "asan" then return true end
    pending "memory is not measured under a sanitizer"
    return false
end

describe("a large file", function()
    it("of 20 MB needs no more memory than one of 1 MB", function()
        if not measured() then return end
        local small = peak(many(1))
        local large, result = peak(many(20))
        assert.equal(0, result.code, result.err)
        assert.is_true(large < small + 8, ("%.1f MB against %.1f MB"):format(large, small))
    end)

    it("of 200 MB stays within 64 MB #long", function()
        if not measured() then return end
        local highest, result = peak(many(200))
        assert.equal(0, result.code, result.err)
        assert.is_true(highest < 64, ("%.1f MB"):format(highest))
    end)
end)

describe("a large statement", function()
    -- Twice the statement, as libpq alone would need beside it, does not pass here.
    it("is held once, and not copied to be sent", function()
        if not measured() then return end
        for name, front in pairs { transaction = "", ["no transaction"] =
            "-- raymig: transaction=none\n" } do
            local highest, result = peak(one(20), front)
            assert.equal(0, result.code, result.err)
            assert.is_true(highest < 20 + 16, ("%s: %.1f MB"):format(name, highest))
        end
    end)

    it("of 50 MB stays within 64 MB more than itself, whatever is in it #long", function()
        if not measured() then return end
        for name, write in pairs { literal = one(50), rows = rows(50) } do
            local highest, result = peak(write)
            assert.equal(0, result.code, result.err)
            assert.is_true(highest < 50 + 64, ("%s: %.1f MB"):format(name, highest))
        end
    end)

    it("of 200 MB stays within 64 MB more than itself #long", function()
        if not measured() then return end
        local highest, result = peak(one(200))
        assert.equal(0, result.code, result.err)
        assert.is_true(highest < 200 + 64, ("%.1f MB"):format(highest))
    end)

    it("that fails shows the lines around the place, and holds no more for that", function()
        local db = pg.create_database()
        local p = new_project(db.url, function(file)
            file:write "/* a comment before it */ INSERT INTO big VALUES\n"
            for i = 1, 20000 do file:write(("(%d, '%s'),\n"):format(i, ("ü"):rep(400))) end
            file:write "(20001, nope),\n(20002, 'behind')\n"
            for i = 1, 5000 do file:write((", (%d, '%s')\n"):format(i, ("w"):rep(400))) end
            file:write ";\n"
        end)
        local highest, result = watch(p:start("up", "--json"))
        assert.equal(1, result.code)
        local error = cjson.decode(result.out).error
        assert.equal("42703", error.sqlstate)
        assert.equal(20003, error.line)
        assert.equal(9, error.column)
        assert.is_true(#error.statement <= 64 * 1024, #error.statement .. " bytes are shown")
        assert.truthy(error.statement:find("\n(20001, nope),\n(20002, 'behind')\n", 1, true))
        -- `position` counts characters of what is shown.
        local at = utf8.offset(error.statement, error.position)
        assert.equal("nope", error.statement:sub(at, at + 3))
        local shown = p:run("up").err
        assert.truthy(shown:find("0001_big.sql:20003:9: error: column \"nope\"", 1, true), shown)
        assert.truthy(shown:find("20003 | (20001, nope),\n", 1, true), shown)
        p:remove()
        db:drop()
        if measured() then
            assert.is_true(highest < 18 + 16, ("%.1f MB"):format(highest))
        end
    end)

    it("whose connection is lost while it is sent is named, and not recorded", function()
        local db = pg.create_database()
        db:exec "CREATE EXTENSION dblink"
        local p = new_project(db.url, function(file)
            -- Another session ends ours, ten milliseconds from now: in the next statement.
            file:write(([[SELECT dblink_connect('killer', 'host=%s dbname=%s user=postgres');
SELECT dblink_send_query('killer', format('SELECT pg_sleep(0.01), pg_terminate_backend(%%s)',
    pg_backend_pid()));
]]):format(db.server.socket, db.name))
            one(100)(file)
        end)
        local result = p:run("up")
        assert.equal(5, result.code)
        assert.truthy(result.err:find("migrations/0001_big.sql:5:1: error: connection lost: ",
            1, true), result.err)
        assert.truthy(result.err:find('nothing of "0001_big" was applied', 1, true), result.err)
        assert.equal("0", db:value "SELECT count(*) FROM __raymig_migrations")
        p:remove()
        db:drop()
    end)

    it("goes through TLS", function()
        local server = pg.tls()
        local url = server:url("postgres", { hostaddr = "127.0.0.1", sslmode = "require" })
        local p = new_project(url, one(20))
        local result = p:run("up")
        assert.equal(0, result.code, result.err)
        assert.equal(tostring(20 * MB), server:database():value "SELECT length(v) FROM big")
        p:remove()
        server:stop()
    end)
end)
