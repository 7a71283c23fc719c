-- The examples of docs/plugins.md and docs/lint.md are plugins that load, and do what is said.
local project = require "spec.support.project"

local function read(path)
    local file = assert(io.open(path))
    local text = file:read "a"
    file:close()
    return text
end

-- The blocks of Lua in a page, those that hold `pattern`.
local function block(path, pattern)
    for text in read(path):gmatch "```lua[^\n]*\n(.-)```" do
        if text:find(pattern, 1, true) then return text end
    end
    error("no block with " .. pattern .. " in " .. path)
end

describe("the manual of plugins", function()
    local p

    before_each(function()
        p = project.new { ["raymig.lua"] = 'return { plugins = { "manual" } }' }
    end)
    after_each(function() p:remove() end)

    local function fields(text)
        p:write("lua/plugins/manual.lua", "-- raymig-api: 1\nreturn { name = 'manual', "
            .. "version = '1',\n" .. text .. "\n}\n")
    end

    it("a plugin's file", function()
        p:write("lua/plugins/manual.lua", block("docs/plugins.md", 'name = "greet"'))
        assert.equal("hello, all\n", p:must("greet").out)
        assert.matches("depends on  timestamps", p:must("plugin", "list").out, 1, true)
    end)

    it("the schema", function()
        fields(block("docs/plugins.md", "money_amount"))
        p:write("schema/a.lua", [[
            local pg = require "raymig.schema"
            pg.table "users" { pg.money_amount "price", pg.email "mail", pg.address(),
              readable = "public" }]])
        local text = p:must("generate", "--dry-run").out
        for _, line in ipairs { "price numeric(12,2)", "CHECK (mail ~ '@'::text)", "street text",
            "GRANT SELECT ON TABLE public.users TO PUBLIC" } do
            assert.matches(line, text, 1, true)
        end
    end)

    it("plan_made", function()
        fields("hooks = { " .. block("docs/plugins.md", "event:veto") .. " }")
        p:write("schema/a.lua", 'require("raymig.schema").table "users" { }')
        local text = p:must("generate", "--dry-run").out
        assert.matches("-- see docs/ledger.md", text, 1, true)
        assert.matches("-- added by the plugin manual\nANALYZE users;", text, 1, true)
        p:write("schema/a.lua", 'require("raymig.schema").table "ledger" { }')
        assert.matches("the ledger is changed by hand", p:run("generate").err, 1, true)
    end)

    it("formats, sources and reporters", function()
        fields(block("docs/plugins.md", "first.up.sql"))
        p:write("shop.ddl", "create table t (id int);")
        assert.matches("CREATE TABLE public.t",
            p:must("diff", "--from", "empty", "--to", "legacy:shop").out, 1, true)
        p:write("migrations/first.up.sql", "drop table t;")
        p:write("migrations/first.down.sql", "select 1;")
        assert.equal("1 findings\n",
            p:must("lint", "--format", "pairs", "--reporter", "short").out)
    end)

    it("a rule of one's own", function()
        fields(block("docs/lint.md", "no_money"))
        p:must("new", "a", "--sql")
        p:write("migrations/0001_a.sql", "create table t (price money, n int);")
        assert.matches("warning: column price is of type money  [manual/no_money]",
            p:must("lint").out, 1, true)
    end)

    it("lint.md has every rule", function()
        local page = read "docs/lint.md"
        p:write("raymig.lua", "return {}")
        local count = 0
        for line in p:must("lint", "--rules").out:gmatch "[^\n]+" do
            local rule = line:match "^%l+ +([%l_]+)"
            count = count + 1
            assert.matches("`" .. rule .. "`", page, 1, true)
        end
        assert.is_true(count > 45, count)
    end)

    it("plugins.md has every hook, with its types", function()
        local page, meta = read "docs/plugins.md", read "lua/meta/plugin.lua"
        local names = read("lua/raymig/host/plugin_descriptor.lua"):match "M.HOOKS = (%b{})"
        for name in names:gmatch '"([%l_]+)"' do
            assert.matches("| `" .. name .. "` |", page, 1, true)
            assert.matches("---@field " .. name .. "? fun", meta, 1, true)
        end
    end)
end)
