-- The bundled plugin timestamps: pg.timestamps().
local pg = require "spec.support.pg"
local project = require "spec.support.project"

describe("plugin timestamps", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["raymig.lua"] = 'return { plugins = { "timestamps" } }' },
            { database = db })
    end)
    after_each(function()
        p:remove()
        db:drop()
    end)

    local function push(body)
        p:write("schema/a.lua", 'local pg = require "raymig.schema"\n' .. body)
        p:must("push", "--yes")
    end

    it("gives a table two columns, and keeps the second one", function()
        push 'pg.table "users" { pg.bigint "id" :primary_key(), pg.text "name", pg.timestamps() }'
        db:exec "insert into users (id, name) values (1, 'a')"
        assert.equal("t", db:value "select created_at = updated_at from users")
        db:exec "update users set name = 'b'"
        assert.equal("t", db:value "select updated_at > created_at from users")
        assert.matches("no difference", p:must("diff", "--from", "db", "--to", "schema").err,
            1, true)
    end)

    it("takes other names, one column alone, or no trigger", function()
        p:write("raymig.lua", 'return { plugins = { { "timestamps", created = "made", '
            .. 'type = "timestamp" } } }')
        push [[
            pg.table "a" { pg.bigint "id" :primary_key(), pg.timestamps { updated = false } }
            pg.table "b" { pg.bigint "id" :primary_key(), pg.timestamps { trigger = false } }]]
        assert.equal("made timestamp without time zone", db:value [[select attname || ' '
            || format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'a'::regclass
            and attnum > 1]])
        assert.equal("0", db:value "select count(*) from pg_trigger")
    end)

    it("serves tables of other schemas by a function there", function()
        push [[local app = pg.schema "app"
            app.table "t" { pg.bigint "id" :primary_key(), app.timestamps() }]]
        assert.equal("app.touch_updated_at", db:value "select tgfoid::regproc from pg_trigger")
    end)
end)
