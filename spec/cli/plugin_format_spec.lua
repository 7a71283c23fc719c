--- Layouts of a migrations folder that a plugin adds: detected, run, imported.

local pg = require "spec.support.pg"
local project = require "spec.support.project"
local cjson = require "cjson"

-- Steps of a made-up tool: "step-010 add users.step", whose way back stands in "undo-010.step",
-- and a file STEPS that says whose folder it is.
local PLUGIN = [[-- raymig-api: 1
local function read(ctx, folder)
  local list = {}
  for _, name in ipairs(folder.files) do
    local number, what = name:match "^step%%-(%%d+) (.+)%%.step$"
    if number then
      list[#list + 1] = { tag = number .. "_" .. what:gsub(" ", "_"), version = number, name = what,
        up = name, down = "undo-" .. number .. ".step" }
    end
  end
  return list
end
return { name = "steps", version = "1", formats = { steps = {
  read = read, %s } } }
]]

describe("a layout of a plugin", function()
    local db, p

    -- The document of a command.
    local function json(...)
        local words = { ... }
        words[#words + 1] = "--json"
        return cjson.decode(p:must(table.unpack(words)).out)
    end

    local function plugin(fields)
        p:write("lua/plugins/steps.lua", PLUGIN:format(fields))
    end

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["raymig.lua"] = 'return { plugins = { "steps" } }' }, { database = db })
        p:write("migrations/STEPS", "")
        p:write("migrations/step-010 add users.step", "create table users (id int);")
        p:write("migrations/undo-010.step", "drop table users;")
        p:write("migrations/step-020 add posts.step", "create table posts (id int);")
        p:write("migrations/undo-020.step", "drop table posts;")
        plugin 'detect = "^STEPS$"'
    end)
    after_each(function()
        p:remove()
        db:drop()
    end)

    it("is detected by a pattern of its files' names, and run by every command", function()
        assert.equal("010_add_users", json("status").migrations[1].tag)
        p:must "up"
        assert.equal("posts", db:value "select to_regclass('posts')")
        p:must "check"
        p:must("down", "--yes")
        assert.is_nil(db:value "select to_regclass('posts')")
        assert.equal("users", db:value "select to_regclass('users')")
    end)

    it("is detected by a function, which may read files", function()
        plugin [[detect = function(ctx, folder)
            for _, name in ipairs(folder.files) do
              if name == "STEPS" then return folder:read(name) == "yes" end
            end
          end]]
        assert.same({}, json("status").migrations)
        p:write("migrations/STEPS", "yes")
        assert.equal(2, #json("status").migrations)
    end)

    it("without detect it is meant where it is named", function()
        plugin ""
        assert.same({}, json("status").migrations)
        p:must("up", "--format", "steps")
        assert.equal("posts", db:value "select to_regclass('posts')")
    end)

    it("is asked before raymig's own guesses, but not of a folder with a journal", function()
        plugin 'detect = "%.sql$"'
        p:must("new", "a", "--sql", "--out", "other")
        p:write("other/0001_a.sql", "create table a ();")
        assert.equal("0001_a", json("status", "--out", "other").migrations[1].tag)
        p:write("third/0001_a.sql", "create table a ();")
        assert.same({}, json("status", "--out", "third").migrations)
    end)

    it("an error in detect is the plugin's, with its line", function()
        plugin 'detect = function() error "no" end'
        local r = p:run "status"
        assert.not_equal(0, r.code)
        assert.matches('plugin "steps", format steps: ', r.err, 1, true)
        assert.matches("lua/plugins/steps.lua:", r.err, 1, true)
    end)

    it("detect is a function or a pattern, and applied names a table and a query", function()
        plugin "detect = true"
        assert.matches('"formats.steps.detect" is a function or a pattern of names',
            p:run("up").err, 1, true)
        plugin 'detect = "%"'
        assert.matches('"formats.steps.detect" is no pattern of Lua', p:run("up").err, 1, true)
        plugin 'applied = { table = "t" }'
        assert.matches('"formats.steps.applied.query" is missing', p:run("up").err, 1, true)
    end)

    describe("imported", function()
        local APPLIED = [[detect = "^STEPS$", applied = { table = "step_log", query =
            "SELECT step AS version, at AS applied_at, NULL::text AS problem, "
            .. "false AS through FROM step_log" }]]

        it("takes over what its tool has applied, by its query", function()
            plugin(APPLIED)
            db:exec "create table step_log (step text, at timestamptz)"
            db:exec "insert into step_log values ('010', '2024-05-06 07:08:09Z')"
            db:exec "create table users (id int)"
            local r = json("import", "--yes")
            assert.equal("steps", r.from)
            assert.equal(1, r.recorded)
            assert.same({ "imported", "pending" },
                { r.migrations[1].state, r.migrations[2].state })
            p:must("up", "--out", "migrations-raymig")
            assert.equal("posts", db:value "select to_regclass('posts')")
            assert.equal("recorded", json("import", "--dry-run", "--out", "migrations-raymig")
                .migrations[1].state)
        end)

        it("also where the table has another name", function()
            plugin(APPLIED)
            db:exec "create schema old"
            db:exec "create table old.log (step text, at timestamptz)"
            db:exec "insert into old.log values ('010'), ('020')"
            assert.equal(2, json("import", "--yes", "--tool-table", "old.log").recorded)
        end)

        it("without a query the folder alone", function()
            local r = p:run("import", "--yes")
            assert.equal(2, r.code)
            assert.matches('the format "steps" does not say where', r.err, 1, true)
            p:must("import", "--folder-only")
            assert.equal("create table users (id int);",
                p:read "migrations-raymig/0010_add_users.sql")
        end)

        it("is named with --from where it is not detected", function()
            plugin ""
            p:must("import", "--folder-only", "--from", "steps")
            assert.matches("knows no folder format", p:run("import", "--from", "stps").err, 1, true)
        end)
    end)
end)
