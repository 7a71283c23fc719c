-- The bundled plugin naming: conventions of names, as lint rules.
local project = require "spec.support.project"

describe("plugin naming", function()
    local p

    before_each(function() p = project.new {} end)
    after_each(function() p:remove() end)

    local function findings(options, body)
        p:write("raymig.lua", ('return { plugins = { { "naming", %s } } }'):format(options))
        p:write("schema/a.lua", 'local pg = require "raymig.schema"\n' .. body)
        local list = {}
        for message in p:run("lint", "--schema", "-q").out:gmatch "warning: ([^\n]*)" do
            list[#list + 1] = message
        end
        table.sort(list)
        return list
    end

    it("has nothing to say of names that PostgreSQL chose", function()
        assert.same({}, findings("", [[
            local users = pg.table "users" { pg.bigint "id" :primary_key(),
                pg.text "email" :unique() :check "email <> ''", pg.index { "email" } }
            pg.table "posts" { pg.bigint "id" :primary_key(),
                pg.bigint "user_id" :references(users.id) }]]))
    end)

    it("tells tables and columns of another case, and number", function()
        assert.same({ "column userName of users is not snake_case  [naming/column]",
            "table Orders is not snake_case  [naming/table]" },
            findings("", [[pg.table "users" { pg.text "userName" }
                pg.table "Orders" { pg.text "a_1" }]]))
        assert.same({ "column user_name of users is not camelCase  [naming/column]" },
            findings('rule = "camelCase"', 'pg.table "users" { pg.text "user_name" }'))
        assert.same({ "table user is not plural  [naming/table]" },
            findings('tables = "plural"', 'pg.table "user" { } pg.table "posts" { }'))
        assert.same({ "table addresses is not singular  [naming/table]" },
            findings('tables = "singular"', 'pg.table "address" { } pg.table "addresses" { }'))
    end)

    it("tells columns that refer to another table and do not say so", function()
        assert.same({ "column author of posts refers to public.users and does not end in _id  "
            .. "[naming/foreign_key_column]" }, findings("", [[
            local users = pg.table "users" { pg.bigint "id" :primary_key() }
            pg.table "posts" { pg.bigint "author" :references(users.id) }]]))
    end)

    it("tells indexes and constraints by their patterns", function()
        assert.same({
            "check positive of users does not end in _check  [naming/constraint]",
            "constraint key of users would be users_pkey  [naming/constraint]",
            "index by_email of users would be users_email_idx  [naming/index]",
        }, findings("", [[pg.table "users" { pg.bigint "id" :primary_key "key", pg.text "email",
            pg.index { "email", name = "by_email" }, pg.check { "id > 0", name = "positive" } }]]))
        assert.same({}, findings('index = "ix_{table}_{columns}"', [[pg.table "users" {
            pg.text "a", pg.text "b", pg.index { "a", "b", name = "ix_users_a_b" } }]]))
    end)

    it("of a migration looks at what is new in it", function()
        p:write("raymig.lua", 'return { plugins = { "naming" }, lint = { ["naming/table"] = '
            .. '"error", ["naming/column"] = "off" } }')
        p:write("schema/a.lua", 'require("raymig.schema").table "Old" { }')
        p:must("generate", "one")
        p:write("schema/b.lua", 'local pg = require "raymig.schema"\n'
            .. 'pg.table "New" { pg.text "aB" }')
        p:must("generate", "two")
        local r = p:run("lint", "--since", "0001", "-q")
        assert.equal(1, r.code)
        assert.equal("migrations/0002_two.sql: error: table New is not snake_case  "
            .. "[naming/table]\n", r.out)
    end)
end)
