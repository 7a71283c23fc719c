-- The bundled plugin tenancy: the same tables in one schema for each tenant.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local cjson = require "cjson"

local SCHEMA = [[
local pg = require "raymig.schema"
local made = pg.tenants(function(pg, tenant)
  return pg.table "invoices" { pg.bigint "id" :identity() :primary_key(), comment = tenant }
end)
pg.view "all_of_acme" ("SELECT id FROM t_acme.invoices")
assert(made.acme.id)
]]

describe("plugin tenancy", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({ ["schema/a.lua"] = SCHEMA, ["tenants.txt"] = "# ours\nglobex\n",
            ["raymig.lua"] = 'return { plugins = { { "tenancy", tenants = { "acme" }, '
                .. 'file = "tenants.txt", prefix = "t_" } } }' }, { database = db })
    end)
    after_each(function()
        p:remove()
        db:drop()
    end)

    it("makes a schema and its tables for each tenant, of the config and of the file", function()
        p:must("push", "--yes")
        assert.equal("t_acme t_globex", db:value [[select string_agg(table_schema, ' ' order by 1)
            from information_schema.tables where table_name = 'invoices']])
        assert.equal("globex", db:value "select obj_description('t_globex.invoices'::regclass)")
    end)

    it("raymig tenant lists them and adds one, whose schema is the next migration", function()
        p:must("push", "--yes")
        assert.equal("acme                     there\nglobex                   there\n",
            p:must("tenant").out)
        p:must("tenant", "add", "initech")
        assert.equal("# ours\nglobex\ninitech\n", p:read "tenants.txt")
        assert.is_false(cjson.decode(p:must("tenant", "list", "--json").out).tenants[3].exists)
        local text = p:must("diff", "--from", "db", "--to", "schema").out
        assert.matches("CREATE TABLE t_initech.invoices", text, 1, true)
        assert.is_nil(text:find("globex", 1, true))
    end)

    it("refuses doubles, odd names and a missing file", function()
        assert.equal(1, p:run("tenant", "add", "acme").code)
        assert.equal(2, p:run("tenant", "add").code)
        assert.matches('tenant has no action "ad"', p:run("tenant", "ad").err, 1, true)
        p:write("tenants.txt", "a b\n")
        assert.matches('"a b" is no name for a tenant', p:run("push").err, 1, true)
        p:write("raymig.lua", 'return { plugins = { "tenancy" } }')
        assert.matches('the option "file" of the plugin is not set',
            p:run("tenant", "add", "x").err, 1, true)
    end)

    it("completes its actions", function()
        assert.equal("add\n", p:must("plugin", "complete", "tenant", "a").out)
    end)
end)
