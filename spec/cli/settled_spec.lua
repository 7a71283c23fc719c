-- A large folder of which everything is applied: `raymig up` remembers the hashes of its files and
-- asks the server for one digest; and where nothing was touched since, for a sum of the history
-- alone. Whatever is not as it was is still found.
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

-- One folder for each case, all of one database: each was settled, and nothing touched it since.
describe("raymig up in a large folder that nobody touched since", function()
    local db
    local projects = {}

    local function up(p, expected)
        local r = p:run("up")
        assert.equal(expected, r.code, r.out .. r.err)
        return r.out .. r.err
    end

    -- It is written anew, as another file, by a run that had to look at the folder.
    local function memory(p)
        return sh(p, [[ls -i "$1"/cache/raymig/settled-* | cut -d/ -f1]], p.home)
    end

    local CASES = {
        { what = "an edit, though size and time are those of before", says = "0030_t30", code = 6,
          touch = [[cp -p "$1" old && sed -i s/int/oid/ "$1" && touch -r old "$1"]] },
        { what = "another file in the place of one", says = "0030_t30", code = 6,
          touch = [[cp "$2" new && mv new "$1"]] },
        { what = "a script that the journal lacks", says = "0099_more", code = 6,
          touch = [[echo 'SELECT 1;' > migrations/0099_more.sql]] },
        { what = "a script that is gone", says = "0030_t30", code = 6, touch = [[rm "$1"]] },
        { what = "a journal that cannot be read", says = "_journal.json", code = 2,
          touch = [[printf '{' > migrations/meta/_journal.json]] },
        { what = "a journal that is gone", says = "no journal", code = 6,
          touch = [[rm -r migrations/meta]] },
        { what = "another folder in its place", says = "there is no migrations folder", code = 2,
          touch = [[mv migrations other && ln -s nowhere migrations]] },
        { what = "a memory of which the end is missing", says = "nothing to do", code = 0,
          touch = [[truncate -s -9 "$(ls "$3"/cache/raymig/settled-*)"]] },
        { what = "a memory that is rubbish", says = "nothing to do", code = 0,
          touch = [[head -c 5000 /dev/urandom > "$(ls "$3"/cache/raymig/settled-*)"]] },
        { what = "a memory of another sum", says = "nothing to do", code = 0,
          touch = [[cd "$3"/cache/raymig; sed -i '1s/folder 1.[0-9-]/folder 1\x009/' settled-*]] },
    }

    lazy_setup(function()
        local tags, files = {}, { ["raymig.lua"] = "return {}" }
        for i = 1, COUNT do
            tags[i] = tag(i)
            files[file(i)] = ("CREATE TABLE t%d (id int);\n"):format(i)
        end
        files["migrations/meta/_journal.json"] = journal(table.unpack(tags))
        db = pg.create_database()
        for i = 0, #CASES do
            projects[i] = project.new(files, { database = db })
            projects[i].env.XDG_CACHE_HOME = projects[i].home .. "/cache"
        end
        projects[0]:must("up")
        sh(projects[0], "sleep 3.1")
        for i = 0, #CASES do projects[i]:must("up") end
    end)

    lazy_teardown(function()
        for i = 0, #CASES do projects[i]:remove() end
        db:drop()
    end)

    it("does not look into it again", function()
        local before = memory(projects[0])
        assert.matches("nothing to do", up(projects[0], 0))
        assert.equal(before, memory(projects[0]))
    end)

    for i, case in ipairs(CASES) do
        it("notices " .. case.what, function()
            local p = projects[i]
            sh(p, case.touch, file(30), file(31), p.home)
            assert.matches(case.says, up(p, case.code), 1, true)
        end)
    end

    it("still refuses a tag that is none", function()
        assert.equal(2, projects[0]:run("up", "--to", "nonsense").code)
    end)

    it("applies what the history no longer has", function()
        db:exec "DROP TABLE t70; DELETE FROM __raymig_migrations WHERE name = '0070_t70'"
        assert.matches("applied%s+0070_t70", up(projects[0], 0))
        assert.matches("nothing to do", up(projects[0], 0))
    end)

    it("sees a migration that stopped half-way", function()
        db:exec [[UPDATE __raymig_migrations SET state = 'reverting' WHERE name = '0069_t69']]
        assert.matches("stopped half%-way", up(projects[0], 4))
        db:exec [[UPDATE __raymig_migrations SET state = 'applied' WHERE name = '0069_t69']]
    end)
end)
