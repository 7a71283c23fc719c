-- Plugins: how they are found, checked and put in order, and what `raymig plugin` says of them.
local project = require "spec.support.project"
local cjson = require "cjson"

local HEAD = "-- raymig-api: 1\n"

describe("plugins", function()
    local p

    before_each(function() p = project.new { ["raymig.lua"] = "return {}" } end)
    after_each(function() p:remove() end)

    local function use(list) p:write("raymig.lua", ("return { plugins = { %s } }"):format(list)) end

    local function plugin(name, body)
        p:write(("lua/plugins/%s.lua"):format(name), HEAD
            .. ("return { name = %q, version = '1.0', %s }\n"):format(name, body or ""))
    end

    local function refused(code, ...)
        local r = p:run("plugin", "list")
        assert.equal(code, r.code, r.err)
        for _, text in ipairs { ... } do assert.matches(text, r.err, 1, true) end
    end

    describe("are found", function()
        it("in the project, before the user's folder, before the bundled ones", function()
            use '"audit"'
            local function origin()
                local list = cjson.decode(p:must("plugin", "list", "--json").out)
                return list.plugins[1].origin, list.plugins[1].file
            end
            assert.same({ "bundled", "raymig/plugins/audit.lua" }, { origin() })
            os.execute(("mkdir -p %s/config/raymig/plugins"):format(p.home))
            local file = assert(io.open(p.home .. "/config/raymig/plugins/audit.lua", "w"))
            file:write(HEAD, "return { name = 'audit', version = '2' }")
            file:close()
            assert.equal("user", (origin()))
            plugin "audit"
            assert.same({ "project", "lua/plugins/audit.lua" }, { origin() })
        end)

        it("by a path, which begins at the project's folder", function()
            p:write("plugins/own.lua", HEAD .. "return { name = 'own', version = '3' }")
            use '"./plugins/own.lua"'
            assert.matches("own 3", p:must("plugin", "list").out, 1, true)
            use '"./plugins/other.lua"'
            refused(2, 'raymig.lua: error: plugin "./plugins/other.lua" is not found',
                'There is no file "plugins/other.lua".')
        end)

        it("or not: the error says where they were looked for, or which was meant", function()
            use '"audti"'
            refused(2, 'plugin "audti" is not found', 'Did you mean "audit"?')
            use '"quite_another"'
            refused(2, "looked for lua/plugins/quite_another.lua in the project")
        end)

        it("and the bundled ones all load together", function()
            use '"audit", "timestamps", "soft_delete", "tenancy"'
            local r = p:must("plugin", "list")
            assert.matches("mixins      timestamps", r.out, 1, true)
            assert.matches("decorators  audit", r.out, 1, true)
        end)
    end)

    describe("the first line", function()
        it("is looked at before anything runs", function()
            p:write("lua/plugins/x.lua", "error 'it ran'\n-- raymig-api: 1\n")
            use '"x"'
            refused(2, 'lua/plugins/x.lua:1: error: plugin "x": its first line is not '
                .. '"-- raymig-api: 1"')
        end)

        it("of another version is refused", function()
            p:write("lua/plugins/x.lua", "-- raymig-api: 7\nerror 'it ran'\n")
            use '"x"'
            refused(2, "it is written for plugin API 7, and this raymig has 1")
        end)
    end)

    describe("a fault names the plugin, file and line", function()
        before_each(function() use '"x"' end)

        it("of Lua", function()
            p:write("lua/plugins/x.lua", HEAD .. "\nlocal = 1\n")
            refused(2, 'lua/plugins/x.lua:3: error: plugin "x": <name> expected near')
            p:write("lua/plugins/x.lua", HEAD .. "\n\nlocal t = nil\nreturn t.x\n")
            refused(2, 'lua/plugins/x.lua:5: error: plugin "x": attempt to index a nil value')
            p:write("lua/plugins/x.lua", HEAD .. "return 1\n")
            refused(2, "it returned a value of type number, not its descriptor")
        end)

        for field, message in pairs {
            ["hooks = { befor_run = function() end }"] = 'field "hooks.befor_run" is unknown',
            ["hooks = { before_run = 1 }"] =
                'field "hooks.before_run" is a function, not a value of type number',
            ["commands = { go = { run = function() end } }"] =
                'field "commands.go.summary" is missing',
            ["commands = { go = { summary = 's', run = print, options = { x = {} } } }"] =
                'field "commands.go.options.x.help" is missing',
            ["schema = { mixins = { 1 } }"] =
                'field "schema.mixins" is a table by name, and holds a value of type number',
            ["schema = { mixin = {} }"] = 'field "schema.mixin" is unknown',
            ["lint = { r = { severity = 'bad', why = 'w', how = 'h', check = print } }"] =
                'field "lint.r.severity" is "error", "warn" or "off", not the text "bad"',
            ["lint = { r = { severity = 'warn', why = 'w', how = 'h' } }"] =
                'field "lint.r" has none of check, migration and catalog',
            ["options = { o = { type = 'colour' } }"] = 'field "options.o.type" is one of boolean',
            ["options = { o = { type = 'integer', default = 'x' } }"] =
                'option "options.o.default" takes a whole number, not "x"',
            ["depends = { 1 }"] = 'field "depends" is a list of names, and holds a value of type',
            ["sources = { s = { load = 1 } }"] = 'field "sources.s.load" is a function',
        } do
            it("of the descriptor: " .. field, function()
                p:write("lua/plugins/x.lua", HEAD .. "return {\n  name = 'x', version = '1',\n  "
                    .. field .. ",\n}\n")
                local r = p:run("plugin", "list")
                assert.equal(2, r.code)
                assert.matches('plugin "x": ' .. message, r.err, 1, true)
                assert.matches("^lua/plugins/x.lua", r.err)
                if message:find "^field" then assert.matches("^lua/plugins/x.lua:4:", r.err) end
            end)
        end

        it("of a limit that it passed", function()
            p:write("raymig.lua", 'return { plugins = { "x" }, lua = { limits = { '
                .. 'deadline = "200ms", memory = "32MB" } } }')
            p:write("lua/plugins/x.lua", HEAD .. "while true do pcall(function() end) end\n")
            refused(2, 'plugin "x": deadline of 0.2 s of Lua time passed')
            p:write("lua/plugins/x.lua", HEAD .. "local t = {}\n"
                .. "while true do t[#t + 1] = ('x'):rep(1000000) end\n")
            refused(2, 'plugin "x": not enough memory')
            plugin("x", "schema = { mixins = { stamps = function() while true do end end } }")
            p:write("schema/a.lua", 'local pg = require "raymig.schema"\n'
                .. 'pg.table "t" { pg.stamps() }')
            assert.matches('plugin "x", mixin stamps: deadline of 0.2 s', p:run("generate").err, 1,
                true)
        end)

        it("and a failure at load stops every command that uses the project's schema", function()
            plugin("x", "wrong = 1")
            p:write("schema/a.lua", "")
            assert.equal(2, p:run("generate").code)
            assert.matches("field \"wrong\" is unknown", p:run("generate").err, 1, true)
        end)
    end)

    describe("options", function()
        before_each(function()
            plugin("x", "options = { level = { type = 'integer', default = 3 }, "
                .. "mode = { type = 'string', choices = { 'a', 'b' }, default = 'a' }, "
                .. "names = { type = 'list', default = {} } }")
        end)

        local function values()
            local list = cjson.decode(p:must("plugin", "list", "--json").out)
            local found = {}
            for _, row in ipairs(list.plugins[1].options) do found[row.name] = row.value end
            return found
        end

        it("have defaults and are given in the config", function()
            use '"x"'
            assert.same({ level = 3, mode = "a", names = {} }, values())
            use '{ "x", level = 5, mode = "b", names = "one" }'
            assert.same({ level = 5, mode = "b", names = { "one" } }, values())
        end)

        it("are checked", function()
            use '{ "x", level = "high" }'
            refused(2, 'plugin "x": option "level" takes a whole number, not "high"')
            use '{ "x", mode = "c" }'
            refused(2, 'option "mode" is a, b, not "c"')
            use '{ "x", levle = 1 }'
            refused(2, 'it has no option "levle"', 'Did you mean "level"?')
            use '{ "x", level = tostring }'
            refused(2, "options of a plugin are values by name")
        end)
    end)

    describe("the order", function()
        local function order()
            local names = {}
            for i, row in ipairs(cjson.decode(p:must("plugin", "list", "--json").out).plugins) do
                names[i] = row.name
            end
            return table.concat(names, " ")
        end

        it("is what they depend on, then the config's", function()
            plugin("a", "depends = { 'c' }")
            plugin "b"
            plugin "c"
            use '"b", "a", "c"'
            assert.equal("b c a", order())
            use '"a"'
            assert.equal("c a", order())
        end)

        it("of a circle is none", function()
            plugin("a", "depends = { 'b' }")
            plugin("b", "depends = { 'a' }")
            use '"a"'
            refused(2, "plugins depend on each other in a circle: a -> b -> a")
        end)

        it("two that add one thing are refused", function()
            plugin("a", "commands = { go = { summary = 's', run = function() end } }")
            plugin("b", "commands = { go = { summary = 's', run = function() end } }")
            use '"a", "b"'
            refused(2, 'plugin "b": the command "go" is added by "a" already')
        end)
    end)

    describe("new", function()
        it("writes a plugin and its spec, which load", function()
            local r = p:must("plugin", "new", "billing")
            assert.equal("lua/plugins/billing.lua\nspec/billing_plugin_spec.lua\n", r.out)
            use '"billing"'
            assert.matches("mixins      billing_columns", p:must("plugin", "list").out, 1, true)
            p:write("schema/a.lua", 'local pg = require "raymig.schema"\n'
                .. 'pg.table "t" { pg.bigint "id" :primary_key(), pg.billing_columns() }')
            assert.matches("hello, 1 tables", p:must("billing").out, 1, true)
        end)

        it("copies a bundled one with --from", function()
            p:must("plugin", "new", "stamps", "--from", "timestamps")
            use '"stamps"'
            assert.matches("stamps 1.0.0", p:must("plugin", "list").out, 1, true)
            local r = p:run("plugin", "new", "other", "--from", "timestmps")
            assert.equal(2, r.code)
            assert.matches('Did you mean "timestamps"?', r.err, 1, true)
        end)

        it("does so also where the config names it already", function()
            use '"billing"'
            refused(2, 'plugin "billing" is not found')
            p:must("plugin", "new", "billing")
            assert.matches("billing 0.1.0", p:must("plugin", "list").out, 1, true)
        end)

        it("overwrites nothing, and refuses what is no name", function()
            p:must("plugin", "new", "billing")
            assert.equal(4, p:run("plugin", "new", "billing").code)
            assert.equal(2, p:run("plugin", "new", "../x").code)
            assert.equal(2, p:run("plugin", "new").code)
            assert.matches('Did you mean "list"?', p:run("plugin", "lst").err, 1, true)
        end)
    end)

    describe("commands", function()
        before_each(function()
            plugin("greet", [[commands = { greet = { summary = "greets", arguments = "NAME",
                min_args = 1, max_args = 1, examples = "raymig greet ann   greets her",
                options = { loud = { letter = "l", help = "shouts" },
                    times = { value = "N", help = "how often" },
                    to = { value = "X", help = "whom else", repeats = true } },
                complete = function(ctx, word) return { word .. "a", word .. "b" } end,
                run = function(ctx)
                    local text = "hello " .. ctx.args[1]
                    if ctx.flags.loud then text = text:upper() end
                    ctx:out(text:rep(tonumber(ctx.flags.times or 1), ", "))
                    for _, name in ipairs(ctx.flags.to or {}) do ctx:out(" and " .. name) end
                    if ctx.args[1] == "nobody" then ctx:fail("there is nobody", "Name her.",
                        "refused") end
                    if ctx.args[1] == "bug" then local t; t.x = 1 end
                end } }]])
            use '"greet"'
        end)

        it("run with their arguments and options", function()
            assert.equal("HELLO ANN", p:must("greet", "ann", "-l").out)
            assert.equal("hello ann, hello ann and bob and eve",
                p:must("greet", "--times", "2", "ann", "--to", "bob", "--to=eve").out)
        end)

        it("check what they are given as raymig's own do", function()
            local r = p:run("greet")
            assert.equal(2, r.code)
            assert.matches("greet needs an argument", r.err, 1, true)
            assert.matches("Did you mean --loud?", p:run("greet", "--lod", "x").err, 1, true)
            assert.matches('Did you mean "greet"?', p:run("gret", "x").err, 1, true)
        end)

        it("stand in the help", function()
            assert.matches("greet +greets", p:must("help").out)
            local r = p:must("help", "greet")
            assert.matches("-l, --loud", r.out, 1, true)
            assert.matches('A command of the plugin "greet".', r.out, 1, true)
            assert.matches("--times N", p:must("greet", "--help").out, 1, true)
            local found
            for _, row in ipairs(cjson.decode(p:must("help", "--json").out).commands) do
                if row.name == "greet" then found = row end
            end
            assert.equal("greets", found.summary)
        end)

        it("complete words", function()
            assert.equal("xa\nxb\n", p:must("plugin", "complete", "greet", "x").out)
        end)

        it("fail with the plugin's name and place, and a code of their own", function()
            local r = p:run("greet", "nobody")
            assert.equal(4, r.code)
            assert.matches('error: plugin "greet", command greet: there is nobody', r.err, 1, true)
            assert.matches("Name her.", r.err, 1, true)
            assert.matches("^lua/plugins/greet.lua:%d+: error", p:run("greet", "bug").err)
        end)

        it("of one of raymig's names are refused", function()
            plugin("greet", "commands = { up = { summary = 's', run = function() end } }")
            local r = p:run("greet")
            assert.equal(2, r.code)
            assert.matches('"up" is a command of raymig\'s own', r.err, 1, true)
        end)

        it("without plugins an unknown command is what it was", function()
            use ""
            assert.matches('unknown command "greet"', p:run("greet").err, 1, true)
        end)
    end)
end)
