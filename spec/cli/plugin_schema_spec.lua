-- What plugins add to the schema in Lua: types, mixins, decorators.
local project = require "spec.support.project"

describe("schema of plugins", function()
    local p

    before_each(function()
        p = project.new { ["raymig.lua"] =
            'return { plugins = { "house" }, casing = "snake_case" }' }
    end)
    after_each(function() p:remove() end)

    local function plugin(schema)
        p:write("lua/plugins/house.lua", "-- raymig-api: 1\n"
            .. "return { name = 'house', version = '1',\n"
            .. "options = { size = { type = 'integer', default = 12 } },\nschema = {\n" .. schema
            .. "\n} }\n")
    end

    local function schema(body)
        p:write("schema/a.lua", 'local pg = require "raymig.schema"\n' .. body)
        return p:run("generate", "--dry-run")
    end

    it("types: a name for SQL, one that finishes its columns, a function", function()
        plugin [[types = {
            amount = "numeric(12, 2)",
            mail = { sql = "text", with = function(ctx, column, name)
                column:check(name .. " ~ '@'"):not_null()
            end },
            code = function(ctx, size) return ("varchar(%d)"):format(size or ctx.options.size) end,
        }]]
        local r = schema [[pg.table "t" { pg.amount "unitPrice", pg.amount :array() "many",
            pg.mail "mail", pg.code(3) "short", pg.code() "long" }
            pg.domain "price" { type = pg.amount }]]
        assert.equal(0, r.code, r.err)
        for _, line in ipairs { "unit_price numeric(12,2)", "many numeric(12,2)[]",
            "mail text NOT NULL", "CHECK (mail ~ '@'::text)", "short character varying(3)",
            "long character varying(12)", "CREATE DOMAIN public.price AS numeric(12,2)" } do
            assert.matches(line, r.out, 1, true)
        end
    end)

    it("mixins: columns and parts, of whatever schema they are called on", function()
        plugin [[mixins = { address = function(ctx, prefix)
            local check = ctx.once("f", function()
                return ctx.pg.func "f" { returns = "trigger", body = "BEGIN RETURN NEW; END" }
            end)
            return { ctx.pg.text(prefix .. "Street"), ctx.pg.index { prefix .. "Street" },
                ctx.pg.trigger(prefix) { timing = "before", events = { "insert" }, level = "row",
                    execute = check } }
        end }]]
        local r = schema [[pg.table "t" { pg.address "home", pg.address "work" }
            local app = pg.schema "app"
            app.table "u" { app.address "main" }]]
        assert.equal(0, r.code, r.err)
        assert.matches("home_street text", r.out, 1, true)
        assert.matches("work_street text", r.out, 1, true)
        assert.matches("CREATE INDEX u_main_street_idx ON app.u", r.out, 1, true)
        local _, functions = r.out:gsub("CREATE FUNCTION", "")
        assert.equal(1, functions)
    end)

    it("decorators: keys of a table that add to it, or declare more behind it", function()
        plugin [[decorators = { tagged = function(ctx, table_, value)
            if table_:has "tag" then ctx:fail(table_.name .. " has a tag already") end
            table_:add(ctx.pg.text "tag" :default(tostring(value)), ctx.pg.index { "tag" })
            table_:after(function(handle)
                handle:comment("tagged " .. value)
                ctx.pg.view(table_.name .. "_tags") ("SELECT tag FROM " .. table_.name)
            end)
        end }]]
        local r = schema [[pg.table "t" { pg.int "a", tagged = "x" }
            pg.table "u" { pg.int "a", tagged = false }]]
        assert.equal(0, r.code, r.err)
        for _, line in ipairs { "tag text DEFAULT 'x'::text", "COMMENT ON TABLE public.t IS "
            .. "'tagged x'", "CREATE VIEW public.t_tags", "CREATE INDEX t_tag_idx" } do
            assert.matches(line, r.out, 1, true)
        end
        assert.is_nil(r.out:find("u_tags", 1, true))
        r = schema 'pg.table "t" { pg.text "tag", tagged = "x" }'
        assert.equal(1, r.code)
        assert.matches('plugin "house", decorator tagged: t has a tag already', r.err, 1, true)
    end)

    it("a word without a plugin is what it was: a type, or a key that there is not", function()
        plugin "mixins = { stamps = function() return {} end }"
        assert.matches('Did you mean "stamps"?', schema('pg.table "t" { pg.stamp { } }').err, 1,
            true)
        assert.matches('unknown option "tagged"', schema('pg.table "t" { tagged = 1 }').err, 1,
            true)
    end)

    it("faults name the plugin, and where they are", function()
        plugin "mixins = { stamps = function(ctx)\n  return ctx.nothing.x\nend }"
        local r = schema('pg.table "t" { pg.stamps() }')
        assert.equal(1, r.code)
        assert.matches('^lua/plugins/house.lua:6: error: plugin "house", mixin stamps: attempt to '
            .. "index a nil value", r.err)
        plugin "mixins = { stamps = function() return 1 end }"
        assert.matches("mixin stamps gave a value of type number, not columns or parts",
            schema('pg.table "t" { pg.stamps() }').err, 1, true)
        plugin "mixins = { table = function() return {} end }"
        assert.matches("pg.table is there already", schema("").err, 1, true)
    end)

    it("files of migrations do not see them", function()
        plugin "mixins = { stamps = function(ctx) return { ctx.pg.int 'x' } end }"
        p:must("new", "a", "--lua")
        p:write("migrations/0001_a.lua", 'local pg = require "raymig.schema"\n'
            .. 'return { change = function(m) m:create(pg.table "t" { pg.stamps() }) end }')
        assert.is_true(p:run("lint").code ~= 0)
    end)
end)
