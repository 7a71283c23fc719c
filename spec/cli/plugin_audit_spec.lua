-- The bundled plugin audit: who changed which row, when.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local cjson = require "cjson"

describe("plugin audit", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["raymig.lua"] = 'return { plugins = { "audit" } }' }, { database = db })
    end)
    after_each(function()
        p:remove()
        db:drop()
    end)

    local function push(body)
        p:write("schema/a.lua", 'local pg = require "raymig.schema"\n' .. body)
        p:must("push", "--yes")
    end

    local USERS = 'pg.table "users" { pg.bigint "id" :primary_key(), pg.text "name", '
        .. 'pg.text "secret", audit = %s }'

    it("writes down inserts, updates and deletes, with who did it", function()
        push(USERS:format "true")
        db:exec "insert into users values (1, 'a', 'x')"
        db:exec "begin; set local audit.actor = 'ann'; update users set name = 'b'; commit"
        db:exec "update users set name = 'b'" -- changes nothing
        db:exec "delete from users"
        assert.equal("INSERT UPDATE DELETE",
            db:value "select string_agg(operation, ' ' order by id) from audit.log")
        assert.equal("ann a b", db:value [[select concat_ws(' ', actor, old_row->>'name',
            new_row->>'name') from audit.log where operation = 'UPDATE']])
        assert.matches("no difference", p:must("diff", "--from", "db", "--to", "schema").err,
            1, true)
    end)

    it("leaves out columns, of a table and of all", function()
        p:write("raymig.lua", 'return { plugins = { { "audit", without = "id" } } }')
        push(USERS:format '{ without = { "secret" } }')
        db:exec "insert into users values (1, 'a', 'x')"
        assert.equal('{"name": "a"}', db:value "select new_row from audit.log")
    end)

    it("all = true audits every table, one that says it once", function()
        p:write("raymig.lua",
            'return { plugins = { { "audit", all = true, schema = "history" } } }')
        push(USERS:format "true" .. '\npg.table "posts" { pg.bigint "id" :primary_key() }')
        assert.equal("posts users", db:value [[select string_agg(tgrelid::regclass::text, ' '
            order by 1) from pg_trigger where not tgisinternal]])
        db:exec "insert into posts values (1)"
        assert.equal("posts", db:value "select table_name from history.log")
    end)

    it("raymig audit reads the log", function()
        push(USERS:format "true")
        db:exec "insert into users values (1, 'a', null), (2, 'b', null)"
        local out = p:must("audit", "users", "-n", "1").out
        assert.matches('insert +public.users +{"id":2,"name":"b","secret":null}', out)
        assert.equal("", p:must("audit", "other").out)
        assert.equal("", p:must("audit", "--since", "tomorrow").out)
        local report = cjson.decode(p:must("audit", "--json").out)
        assert.equal(2, #report.changes)
        assert.equal("a", report.changes[2].row.name)
    end)
end)
