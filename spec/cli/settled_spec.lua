-- A large folder of which everything is applied: `raymig up` remembers the hashes of its files and
-- asks the server for one digest. Whatever is not as it was is still found.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local journal = require "spec.support.journal"
local process = require "spec.support.process"

local COUNT = 70 -- fewer than 64 are read each time

local function tag(i) return ("%04d_t%d"):format(i, i) end

local function file(i) return "migrations/" .. tag(i) .. ".sql" end

local function sh(p, command, ...)
    local r = process.run { "/bin/sh", "-c", command, "sh", cwd = p.path, ... }
    assert.equal(0, r.code, r.err)
    return r.out
end

describe("raymig up in a large folder", function()
    local db, p

    -- As it is some seconds after a checkout: applied, looked at once more, remembered.
    lazy_setup(function()
        local files, tags = { ["raymig.lua"] = "return {}" }, {}
        for i = 1, COUNT do
            tags[i] = tag(i)
            files[file(i)] = ("CREATE TABLE t%d (id int);\n"):format(i)
        end
        files["migrations/meta/_journal.json"] = journal(table.unpack(tags))
        db = pg.create_database()
        p = project.new(files, { database = db })
        p.env.XDG_CACHE_HOME = p.home .. "/cache"
        p:must("up")
        sh(p, "sleep 3.1")
        p:must("up")
    end)

    lazy_teardown(function()
        p:remove()
        db:drop()
    end)

    local function remembers()
        local count = sh(p, [[ls "$1"/cache/raymig/stamps-* 2>/dev/null | wc -l]], p.home)
        return count:match "%d+" == "1"
    end

    local function up(expected)
        local r = p:run("up")
        assert.equal(expected, r.code, r.out .. r.err)
        return r
    end

    local function nothing_to_do() assert.matches("nothing to do", up(0).err) end

    it("has nothing to do, and keeps what it knows of the files in the user's cache", function()
        assert.is_true(remembers())
        nothing_to_do()
    end)

    it("notices an edit, though size and time are those of before", function()
        sh(p, [[cp -p "$1" old && sed -i s/int/oid/ "$1" && touch -r old "$1"]], file(30))
        assert.matches("0030_t30", up(6).err)
        sh(p, [[sed -i s/oid/int/ "$1"]], file(30))
        nothing_to_do()
    end)

    it("notices that another file took its place", function()
        sh(p, [[cp "$1" keep && cp "$2" new && mv new "$1"]], file(31), file(32))
        assert.matches("0031_t31", up(6).err)
        sh(p, [[mv keep "$1"]], file(31))
        nothing_to_do()
    end)

    it("does not take white space for an edit", function()
        sh(p, [[cp "$1" keep && printf '\n\n' >> "$1"]], file(33))
        nothing_to_do()
        sh(p, [[mv keep "$1"]], file(33))
        nothing_to_do()
    end)

    it("applies what the history no longer has", function()
        db:exec "DROP TABLE t70; DELETE FROM __raymig_migrations WHERE name = '0070_t70'"
        assert.matches("applied%s+0070_t70", up(0).out)
        nothing_to_do()
    end)

    it("sees a row that is not of this folder", function()
        db:exec [[INSERT INTO __raymig_migrations (hash, created_at, name)
            VALUES ('x', 1, 'theirs')]]
        assert.matches("theirs", up(6).err)
        db:exec "DELETE FROM __raymig_migrations WHERE name = 'theirs'"
        nothing_to_do()
    end)

    it("sees a migration that stopped half-way", function()
        db:exec [[UPDATE __raymig_migrations SET state = 'reverting' WHERE name = '0069_t69']]
        assert.matches("stopped half%-way", up(4).err)
        db:exec [[UPDATE __raymig_migrations SET state = 'applied' WHERE name = '0069_t69']]
        nothing_to_do()
    end)

    it("refuses a tag that is none, as ever", function()
        local r = p:run("up", "--to", "nonsense")
        assert.equal(2, r.code)
        assert.matches("nonsense", r.err)
    end)

    it("does without a cache that is broken, or that others could have written", function()
        sh(p, [[printf rubbish > "$(ls "$1"/cache/raymig/stamps-*)"]], p.home)
        nothing_to_do()
        sh(p, [[chmod 666 "$1"/cache/raymig/stamps-*]], p.home)
        nothing_to_do()
        sh(p, [[chmod 777 "$1"/cache/raymig]], p.home)
        nothing_to_do()
        sh(p, [[chmod 700 "$1"/cache/raymig]], p.home)
    end)
end)
