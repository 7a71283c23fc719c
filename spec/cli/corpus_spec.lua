-- Real projects' migrations, run whole. They are not part of the project: skipped where absent.
local lfs = require "lfs"
local pg = require "spec.support.pg"
local project = require "spec.support.project"

local corpus = lfs.currentdir() .. "/../shared/corpus"
local present = lfs.attributes(corpus .. "/README.md", "mode") == "file"

local function needs_corpus()
    if not present then pending("the corpus of real migrations is not here") end
    return present
end

-- What Drizzle's own migrator would have written: (hash, created_at) of each entry, in order.
local function drizzle_rows(folder)
    local cjson = require "cjson"
    local file = assert(io.open(folder .. "/meta/_journal.json"))
    local journal = cjson.decode(file:read "a")
    file:close()
    local rows = {}
    for i, entry in ipairs(journal.entries) do
        local pipe = assert(io.popen(("sha256sum '%s/%s.sql'"):format(folder, entry.tag)))
        rows[i] = pipe:read("a"):sub(1, 64) .. " " .. ("%d"):format(entry.when)
        pipe:close()
    end
    return rows
end

for _, name in ipairs { "homarr", "dokploy" } do
    describe("Drizzle's " .. name, function()
        local folder = corpus .. "/drizzle/" .. name
        local db, p

        before_each(function()
            db = pg.create_database()
            p = project.new({
                ["raymig.lua"] = ([[return { out = %q,
                    migrations = { schema = "drizzle", table = "__drizzle_migrations" } }]])
                    :format(folder),
            }, { database = db })
        end)

        after_each(function()
            p:remove()
            db:drop()
        end)

        it("applies from nothing, and the table is what Drizzle would have written", function()
            if not needs_corpus() then return end
            p:must("up")
            local rows = {}
            for i, row in ipairs(db:query
                "SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id") do
                rows[i] = row.hash .. " " .. row.created_at
            end
            assert.same(drizzle_rows(folder), rows)
            assert.equal("0", db:value [[SELECT count(*) FROM pg_attribute
                WHERE attrelid = 'drizzle.__drizzle_migrations'::regclass AND attname = 'name']])
            assert.matches("nothing to do", p:must("up").err)
        end)

        it("finishes what Drizzle left half-way, in Drizzle's own table", function()
            if not needs_corpus() then return end
            local rows = drizzle_rows(folder)
            local half = #rows // 2
            p:must("up", tostring(half))
            -- Exactly what drizzle-orm 0.x leaves: its table, its three columns.
            db:exec [[
                CREATE TABLE keep AS
                SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id;
                DROP TABLE drizzle.__drizzle_migrations, drizzle.__drizzle_migrations_log;
                CREATE TABLE drizzle.__drizzle_migrations (
                    id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint);
                INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
                SELECT hash, created_at FROM keep ORDER BY created_at;
                DROP TABLE keep]]
            p:must("up")
            assert.equal(tostring(#rows),
                db:value "SELECT count(*) FROM drizzle.__drizzle_migrations")
            assert.equal("0", db:value [[SELECT count(*) FROM pg_attribute
                WHERE attrelid = 'drizzle.__drizzle_migrations'::regclass AND attname = 'name']])
            -- What Drizzle would do next: nothing, for its high-water mark is the journal's last.
            assert.equal(rows[#rows]:match "%d+$",
                db:value "SELECT max(created_at) FROM drizzle.__drizzle_migrations")
            p:must("check")
        end)
    end)
end

describe("crates.io", function()
    it("goes up whole, and down as far as its own downs allow", function()
        if not needs_corpus() then return end
        local db = pg.create_database()
        local p = project.new({
            ["raymig.lua"] = ("return { out = %q }"):format(corpus .. "/migrations/crates_io"),
        }, { database = db })
        p:must("up", { timeout = 120 })
        assert.equal("285", db:value "SELECT count(*) FROM __raymig_migrations")
        local r = p:run("down", "--all", "--yes", { timeout = 120 })
        assert.equal(1, r.code)
        assert.matches("2024%-10%-25%-112826_make%-unique%-version%-unique/down%.sql:1:1", r.err)
        assert.matches("42704", r.err)
        -- All after it are rolled back; it and all before it are applied still.
        assert.equal("235", db:value "SELECT count(*) FROM __raymig_migrations")
        assert.equal("2024-10-25-112826_make-unique-version-unique", db:value
            "SELECT name FROM __raymig_migrations ORDER BY id DESC LIMIT 1")
        assert.matches("50 pending, 235 applied", p:must("status").err)
        p:must("up", { timeout = 120 })
        assert.equal("285", db:value "SELECT count(*) FROM __raymig_migrations")
        p:remove()
        db:drop()
    end)
end)
