-- Hooks of plugins: the config, the schema, the plan, and what goes on while migrations run.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local cjson = require "cjson"

-- A plugin whose hooks are this Lua table.
local function plugin(p, hooks, more)
    p:write("lua/plugins/house.lua", "-- raymig-api: 1\nlocal seen = {}\n"
        .. "return { name = 'house', version = '1', hooks = {\n" .. hooks .. "\n}, "
        .. (more or "") .. " }\n")
end

describe("hooks of plugins", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["raymig.lua"] = 'return { plugins = { "house" } }' }, { database = db })
    end)
    after_each(function()
        p:remove()
        db:drop()
    end)

    describe("config", function()
        it("sets keys as the file does; options stand above it", function()
            plugin(p, "config = function(ctx, event)\n"
                .. "  assert(event.version == 1 and event.config.out == 'migrations')\n"
                .. "  return { out = 'changes', lint = { drop_table = 'error' } }\nend")
            assert.matches("changes/0001_x.sql", p:must("new", "x", "--sql").out, 1, true)
            assert.matches("error  drop_table", p:must("lint", "--rules").out, 1, true)
            assert.matches("other/0001_x.sql", p:must("new", "x", "--sql", "--out", "other").out, 1,
                true)
        end)

        it("of a wrong key is a fault of the plugin's file", function()
            plugin(p, "config = function() return { outt = 'x' } end")
            local r = p:run("status")
            assert.equal(2, r.code)
            assert.matches('lua/plugins/house.lua: error: unknown config key "outt"', r.err, 1,
                true)
            plugin(p, "config = function() return { plugins = {} } end")
            assert.matches('config key "plugins" is not for plugins to set', p:run("status").err, 1,
                true)
        end)
    end)

    describe("schema_loaded", function()
        it("sees the tables and may declare more", function()
            p:write("schema/a.lua", 'local pg = require "raymig.schema"\n'
                .. 'pg.table "users" { pg.bigint "id" :primary_key() }')
            plugin(p, "schema_loaded = function(ctx, event)\n"
                .. "  for _, t in ipairs(event.tables) do\n"
                .. "    assert(t.columns[1] == 'id' and not t:has('trigger', 'x'))\n"
                .. "    ctx.pg.view(t.name .. '_all') ('SELECT * FROM ' .. t.name)\n"
                .. "    ctx.pg.index { on = t.handle, 'id', name = t.name .. '_again' }\n"
                .. "  end\nend")
            local text = p:must("generate", "--dry-run").out
            assert.matches("CREATE VIEW public.users_all", text, 1, true)
            assert.matches("CREATE INDEX users_again", text, 1, true)
        end)
    end)

    describe("plan_made", function()
        before_each(function()
            p:write("schema/a.lua", 'local pg = require "raymig.schema"\n'
                .. 'pg.table "users" { pg.bigint "id" :primary_key() }')
        end)

        it("annotates steps", function()
            plugin(p, "plan_made = function(ctx, event)\n"
                .. "  assert(event.command == 'generate' and event.up[1].number == 1)\n"
                .. "  event:annotate(event.up[1], 'told ' .. event.up[1].object)\nend")
            assert.matches("-- told table public.users\nCREATE TABLE", p:must("generate",
                "--dry-run").out, 1, true)
        end)

        it("adds steps, which are proved, written and run", function()
            plugin(p, "plan_made = function(ctx, event)\n"
                .. "  event:add { up = 'create table tmp (); drop table tmp', down = 'select 1',\n"
                .. "    where = 'before', reason = 'for luck' }\nend")
            p:must("generate", "first")
            local up = p:read "migrations/0001_first.sql"
            assert.matches("added by the plugin house", up, 1, true)
            assert.is_true(up:find("create table tmp", 1, true) < up:find("CREATE TABLE", 1, true))
            assert.matches("select 1", p:read "migrations/0001_first.down.lua", 1, true)
            p:must "up"
            p:must("down", "--yes")
        end)

        it("may add nothing that changes what the schema says", function()
            plugin(p, "plan_made = function(ctx, event)\n"
                .. "  event:add { up = 'create table rest ()', down = 'drop table rest' }\nend")
            local r = p:run("push", "--yes")
            assert.equal(1, r.code)
            assert.matches("table public.rest", r.err, 1, true)
            assert.matches('The plugin "house" added steps', r.err, 1, true)
            assert.is_nil(db:value "select to_regclass('users')")
        end)

        it("adds to a migration of operations, too", function()
            plugin(p, "plan_made = function(ctx, event)\n"
                .. "  event:annotate(1, 'look here')\n"
                .. "  event:add { up = 'create table t (); drop table t', down = 'select 1',\n"
                .. "    where = 'before' }\n"
                .. "  event:add { up = 'analyze users', down = '', reason = 'a new table' }\nend")
            local path = p:must("generate", "x", "--lua").out:match "%S+%.lua"
            local text = p:read(path)
            assert.matches("-- added by the plugin house\n    m:execute {", text, 1, true)
            assert.matches("-- look here", text, 1, true)
            assert.matches("-- added by the plugin house: a new table\n    m:execute {", text, 1,
                true)
            assert.is_true(text:find("drop table t", 1, true) < text:find("users", 1, true))
            p:must "up"
            assert.equal("users", db:value "select to_regclass('users')")
            p:must("down", "--yes")
            assert.is_nil(db:value "select to_regclass('users')")
        end)

        it("vetoes the plan", function()
            plugin(p, "plan_made = function(ctx, event) event:veto 'not on a Friday' end")
            for _, command in ipairs { "generate", "push" } do
                local r = p:run(command)
                assert.equal(4, r.code)
                assert.matches('plugin "house" vetoes the plan: not on a Friday', r.err, 1, true)
            end
            assert.is_nil(p:read "migrations/meta/_journal.json")
        end)

        it("checks what it is asked for", function()
            plugin(p, "plan_made = function(ctx, event) event:annotate(99, 'x') end")
            assert.matches("there is no step 99 to annotate", p:run("generate").err, 1, true)
            plugin(p, "plan_made = function(ctx, event) event:add { up = 'select 1' } end")
            assert.matches("add takes { up = SQL, down = SQL }", p:run("generate").err, 1, true)
        end)
    end)

    describe("of a run", function()
        local NAMES = { "before_run", "after_run", "before_migration", "after_migration",
            "before_statement", "after_statement", "error", "notice" }

        before_each(function()
            plugin(p, "")
            p:must("new", "a", "--sql")
            p:must("new", "b", "--sql")
            p:write("migrations/0001_a.sql", "create table a (id int);\n"
                .. "do $$ begin raise notice 'hello'; end $$;")
            p:write("migrations/0002_b.sql", "create table b (id int);")
            p:write("migrations/0001_a.down.sql", "drop table a;")
            p:write("migrations/0002_b.down.sql", "drop table b;")
            local hooks = {}
            for _, name in ipairs(NAMES) do
                hooks[#hooks + 1] = (([[%s = function(ctx, event)
                    ctx:append("log", "%s " .. ctx.json.encode(event) .. "\n")
                    if env.FAIL == "%s" then ctx:fail "no" end
                end,]]):gsub("%%s", name))
            end
            plugin(p, table.concat(hooks, "\n"))
        end)

        local function events()
            local list, names = {}, {}
            for name, text in (p:read "log" or ""):gmatch "(%S+) (%b{})\n" do
                names[#names + 1] = name
                list[#list + 1] = cjson.decode(text)
            end
            return table.concat(names, " "), list
        end

        it("tell each thing in its order", function()
            p:must("up", "1")
            local names, list = events()
            assert.equal("before_run before_migration before_statement after_statement "
                .. "before_statement notice after_statement after_migration after_run", names)
            assert.same({ "0001_a" }, list[1].migrations)
            assert.equal("up", list[1].direction)
            assert.equal("create table a (id int)", list[3].sql)
            assert.equal(1, list[3].statement)
            assert.equal("hello", list[6].message)
            assert.equal("NOTICE", list[6].severity)
            assert.equal("0001_a", list[8].tag)
            assert.same({ 1, true }, { list[9].applied, list[9].ok })
            for _, event in ipairs(list) do assert.equal(1, event.version) end
        end)

        it("are told a statement whole, however long and on how many lines", function()
            local long = "select /* " .. ("a long way é\n"):rep(20000) .. " */ 1"
            local rows = {}
            for i = 1, 300 do
                rows[i] = ("-- %s\ninsert into a values (%d)"):format(("x"):rep(120), i)
            end
            for _, mode in ipairs { "", "-- raymig: transaction=none\n" } do
                p:write("migrations/0001_a.sql", mode .. "create table a (id int);\n" .. long
                    .. ";\n" .. table.concat(rows, ";\n") .. ";\n")
                p:write("log", "")
                p:must("up", "1")
                local sql, _, list = {}, events()
                for _, event in ipairs(list) do
                    if event.hook == "before_statement" then sql[event.statement] = event.sql end
                end
                assert.equal(302, #sql)
                assert.equal(long, sql[2])
                assert.equal(rows[1], sql[3])
                assert.matches("insert into a values (299)", sql[301], 1, true)
                p:must("down", "--yes")
            end
        end)

        it("a statement that is larger than Lua may hold is refused, not cut", function()
            p:write("raymig.lua", [[return { plugins = { "house" },
                lua = { limits = { memory = "8MB" } } }]])
            p:write("migrations/0001_a.sql", "create table a (id int);\nselect '"
                .. ("x"):rep(9000000) .. "';\n")
            local r = p:run("up", "1")
            assert.equal(1, r.code)
            assert.matches("memory ceiling of 8 MB reached (lua.limits.memory)", r.err, 1, true)
            assert.is_nil(db:value "select to_regclass('a')")
        end)

        it("of a migration in Lua tell its statements whole, once they are done", function()
            local sql = "create table c (\n  " .. ("-- \n"):rep(60)
                .. "z int)"
            p:must("new", "c", "--lua")
            p:write("migrations/0003_c.lua", "return { up = function(db) db:exec [[" .. sql
                .. "]] end,\n  down = function(db) db:exec 'drop table c' end }\n")
            p:must "up"
            local _, list = events()
            local last
            for _, event in ipairs(list) do
                if event.hook == "after_statement" then last = event end
            end
            assert.equal(sql, last.sql)
        end)

        it("tell of downs and dry runs, too", function()
            p:must("up", "--dry-run")
            assert.is_true((select(2, events()))[1].dry_run)
            p:must "up"
            p:delete "log"
            p:must("down", "--yes")
            local names, list = events()
            assert.matches("^before_run before_migration", names)
            assert.equal("down", list[1].direction)
            assert.equal(1, list[#list].reverted)
        end)

        it("nothing to do: nobody is called", function()
            p:must "up"
            p:delete "log"
            p:must "up"
            assert.equal("", (events()))
        end)

        for _, name in ipairs { "before_run", "before_migration", "before_statement",
            "after_statement", "notice" } do
            it("an error in " .. name .. " leaves nothing of the migration", function()
                local r = p:run("up", { env = { FAIL = name } })
                assert.equal(1, r.code)
                assert.matches(('plugin "house", hook %s: no'):format(name), r.err, 1, true)
                assert.matches("lua/plugins/house.lua:", r.err, 1, true)
                assert.is_nil(db:value "select to_regclass('a')")
                assert.matches("error", (events()), 1, true)
                p:must "up"
                assert.equal("a", db:value "select to_regclass('a')")
            end)
        end

        it("an error in after_migration stops the run behind it", function()
            local r = p:run("up", { env = { FAIL = "after_migration" } })
            assert.equal(1, r.code)
            assert.equal("a", db:value "select to_regclass('a')")
            assert.is_nil(db:value "select to_regclass('b')")
        end)

        it("an error in after_run is the run's, whose work stays", function()
            local r = p:run("up", { env = { FAIL = "after_run" } })
            assert.equal(1, r.code)
            assert.matches("hook after_run: no", r.err, 1, true)
            assert.equal("b", db:value "select to_regclass('b')")
        end)

        it("without a transaction an error keeps the statement from running", function()
            p:write("migrations/0001_a.sql", "-- raymig: transaction=none\n"
                .. "create table a (id int);")
            p:run("up", { env = { FAIL = "before_statement" } })
            assert.is_nil(db:value "select to_regclass('a')")
            p:must "up"
        end)

        it("error is told what went wrong, without secrets", function()
            p:write("migrations/0002_b.sql", "select 1/0;")
            assert.equal(1, p:run("up").code)
            local names, list = events()
            assert.matches("error after_run$", names)
            assert.equal("22012", list[#list - 1].error.sqlstate)
            assert.equal(1, list[#list].applied)
            assert.is_false(list[#list].ok)
        end)

        it("have no database to themselves while a migration holds it", function()
            plugin(p, "before_statement = function(ctx) ctx:transaction(function() end) end")
            assert.matches("there is no database to be had here", p:run("up").err, 1, true)
        end)

        it("may look at the database before and after the run", function()
            plugin(p, [[before_run = function(ctx)
                ctx:transaction(function(db) db:exec "create table mark (id int)" end)
            end, after_run = function(ctx)
                ctx:say("tables " .. #ctx:catalog "db".by_kind.table)
            end]])
            assert.matches("tables 3", p:must("up").err, 1, true)
        end)
    end)

    it("that run on and on are ended by the deadline", function()
        p:write("raymig.lua", 'return { plugins = { "house" }, lua = { limits = { deadline = '
            .. '"300ms" } } }')
        plugin(p, "before_run = function() while true do pcall(function() end) end end")
        p:must("new", "a", "--sql")
        local r = p:run("up", { timeout = 20 })
        assert.equal(1, r.code)
        assert.matches("deadline of 0.3 s of Lua time passed", r.err, 1, true)
    end)
end)

describe("plugins", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["raymig.lua"] = 'return { plugins = { "house" } }' }, { database = db })
    end)
    after_each(function()
        p:remove()
        db:drop()
    end)

    it("add sources to compare with", function()
        plugin(p, "", [[sources = {
            named = { summary = "s", load = function(ctx, name)
                return { sql = "create table " .. name .. " (id int)" } end },
            same = { load = function() return { source = "named:users" } end },
            broken = { load = function() return "create tabel x" end },
            none = { load = function() return 1 end } }]])
        assert.matches("CREATE TABLE public.users",
            p:must("diff", "--from", "empty", "--to", "named:users").out, 1, true)
        assert.matches("no difference", p:must("diff", "--from", "same", "--to", "named:users").err,
            1, true)
        assert.matches("broken:1:8", p:run("diff", "--from", "empty", "--to", "broken").err, 1,
            true)
        assert.matches("source none gave neither", p:run("diff", "--from", "empty", "--to",
            "none").err, 1, true)
    end)

    it("add reporters of what --json tells", function()
        plugin(p, "", [[reporters = { short = { report = function(ctx, result, command)
            return ("%s: %d findings\n"):format(command, #result.findings) end },
            bad = { report = function() return 1 end } }]])
        p:must("new", "a", "--sql")
        p:write("migrations/0001_a.sql", "drop table x; drop table y")
        assert.equal("lint: 2 findings\n", p:must("lint", "--reporter", "short").out)
        local r = p:run("lint", "--reporter", "shrt")
        assert.equal(2, r.code)
        assert.matches('Did you mean \\"short\\"?', r.out, 1, true)
        assert.equal(2, p:run("lint", "--reporter", "bad").code)
    end)

    it("add layouts of a migrations folder, read and written", function()
        p:write("raymig.lua", 'return { plugins = { "house" }, format = "pairs" }')
        plugin(p, "", [[formats = { pairs = {
            read = function(ctx, folder)
                local list = {}
                for _, name in ipairs(folder.files) do
                    local tag = name:match "^(.*)%.up$"
                    if tag then
                        assert(folder:read(name))
                        list[#list + 1] = { tag = tag, up = name, down = tag .. ".down" }
                    end
                end
                return list
            end,
            write = function(ctx, new)
                return { [new.migration .. ".up"] = "create table " .. new.migration .. "();",
                    [new.migration .. ".down"] = "drop table " .. new.migration .. ";" }
            end } }]])
        assert.equal("migrations/first.down\nmigrations/first.up\n",
            p:must("new", "first").out)
        p:must "up"
        assert.equal("first", db:value "select to_regclass('first')")
        p:must("check")
        p:must("down", "--yes")
        assert.is_nil(db:value "select to_regclass('first')")
        p:delete "migrations/first.down"
        assert.matches('names "first.down", which is no file of the folder', p:run("up").err, 1,
            true)
        assert.equal(0, p:run("new", "x", "--format", "raymig", "--out", "other", "--sql").code)
        assert.matches("unknown folder format", p:run("up", "--format", "pears").err, 1, true)
    end)
end)
