-- The bundled plugin docs: a data dictionary in Markdown.
local project = require "spec.support.project"

local SCHEMA = [[
local pg = require "raymig.schema"
local users = pg.table "users" {
  pg.bigint "id" :identity() :primary_key(),
  pg.text "email" :not_null() :unique() :comment "lower case | trimmed",
  pg.check { "email <> ''", name = "not_empty" },
  comment = "who may log in",
}
pg.table "posts" {
  pg.bigint "id" :primary_key(),
  pg.bigint "user_id" :references(users.id),
  pg.text "title" :default "none",
  pg.index { "user_id", "title", where = "title <> 'x'" },
}
pg.enum "mood" { "sad", "ok" }
pg.view "titles" "SELECT title FROM posts"
pg.func "one" { returns = "integer", body = "SELECT 1", comment = "always one" }
]]

describe("plugin docs", function()
    local p

    before_each(function()
        p = project.new { ["raymig.lua"] = 'return { plugins = { { "docs", title = "Shop" } } }',
            ["schema/a.lua"] = SCHEMA }
    end)
    after_each(function() p:remove() end)

    it("describes tables, views, types and functions", function()
        local text = p:must("docs").out
        for _, line in ipairs { "# Shop\n", "### public.users\n\nwho may log in\n",
            "| `email` | `text` |  | unique | lower case \\| trimmed |",
            "| `id` | `bigint` |  | primary key, identity |  |",
            "| `user_id` | `bigint` | yes | refers to [public.users](#publicusers) |  |",
            "| `title` | `text` | yes | default `'none'::text` |  |",
            "- check `not_empty`: `(email <> ''::text)`",
            "- index `posts_user_id_title_idx` (user_id, title) where",
            "## Views\n\n### public.titles", "| `public.mood` | enum | sad, ok |  |",
            "| `public.one()` | `integer` | always one |" } do
            assert.matches(line, text, 1, true)
        end
    end)

    it("writes a file, and --check tells whether it is up to date", function()
        assert.equal(3, p:run("docs", "--check", "-o", "docs/db.md").code)
        p:must("docs", "-o", "docs/db.md")
        assert.equal(p:must("docs").out, p:read "docs/db.md")
        p:must("docs", "--check", "-o", "docs/db.md")
        p:write("schema/b.lua", 'require("raymig.schema").table "new" { }')
        assert.equal(3, p:run("docs", "--check", "-o", "docs/db.md").code)
        assert.equal(2, p:run("docs", "--check").code)
    end)

    it("reads any source", function()
        p:write("s.sql", "create table only_here (id int);")
        assert.matches("### public.only_here", p:must("docs", "--from", "s.sql").out, 1, true)
    end)

    it("reports lint as Markdown", function()
        p:must("new", "x", "--sql")
        p:write("migrations/0001_x.sql", "drop table users;")
        assert.matches("- **warn** `migrations/0001_x.sql:1` table users is dropped "
            .. "(`drop_table`)", p:must("lint", "--reporter", "markdown").out, 1, true)
        local r = p:run("lint", "--strict", "--reporter", "github")
        assert.equal(1, r.code)
        assert.matches("::warning file=migrations/0001_x.sql,line=1,title=drop_table::table users "
            .. "is dropped%0AIts rows are lost", r.out, 1, true)
        assert.matches("## raymig plugin",
            p:must("plugin", "list", "--reporter", "markdown").out, 1, true)
    end)
end)
