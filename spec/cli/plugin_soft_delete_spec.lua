-- The bundled plugin soft_delete: soft_delete = true.
local pg = require "spec.support.pg"
local project = require "spec.support.project"

local SCHEMA = [[
local pg = require "raymig.schema"
pg.table "users" { pg.bigint "id" :primary_key(), pg.text "email" :unique(), soft_delete = %s }
]]

describe("plugin soft_delete", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["raymig.lua"] = 'return { plugins = { "soft_delete" } }' },
            { database = db })
    end)
    after_each(function()
        p:remove()
        db:drop()
    end)

    local function push(value)
        p:write("schema/a.lua", SCHEMA:format(value))
        p:must("push", "--yes")
    end

    it("keeps rows that are deleted, and shows the others in a view", function()
        push "true"
        db:exec "insert into users values (1, 'a'), (2, 'b'); delete from users where id = 1"
        assert.equal("2", db:value "select count(*) from users")
        assert.equal("2", db:value "select id from users_active")
        assert.equal("t", db:value "select deleted_at is not null from users where id = 1")
        assert.matches("no difference", p:must("diff", "--from", "db", "--to", "schema").err,
            1, true)
    end)

    it("deletes for good where that is said", function()
        push "true"
        db:exec "insert into users values (1, 'a')"
        db:exec "begin; set local raymig.hard_delete = on; delete from users; commit"
        assert.equal("0", db:value "select count(*) from users")
    end)

    it("takes another column, no trigger, no view", function()
        push '{ column = "gone", trigger = false, view = "" }'
        assert.is_nil(db:value "select to_regclass('users_active')")
        db:exec "insert into users values (1, 'a'); delete from users"
        assert.equal("0", db:value "select count(gone) from users")
    end)

    it("refuses what it does not know, at the table's line", function()
        p:write("schema/a.lua", SCHEMA:format '{ colum = "x" }')
        local r = p:run("push", "--yes")
        assert.equal(1, r.code)
        assert.matches('decorator soft_delete: soft_delete has no option "colum"', r.err, 1, true)
        assert.matches("^schema/a.lua:2", r.err)
    end)

    it("false is none", function()
        push "false"
        assert.equal("0", db:value "select count(*) from pg_trigger")
    end)

    it("lint tells unique keys that count deleted rows", function()
        p:write("schema/a.lua", SCHEMA:format "true")
        assert.matches("unique key users_email_key of users counts deleted rows",
            p:must("lint", "--schema").out, 1, true)
    end)
end)
