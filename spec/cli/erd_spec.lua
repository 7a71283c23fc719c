-- raymig erd: tables and foreign keys as SVG, HTML, Graphviz or Mermaid.
local cjson = require "cjson"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"

local SHOP = [[
CREATE TABLE users (
    id bigint PRIMARY KEY, email text NOT NULL UNIQUE, boss bigint REFERENCES users);
CREATE TABLE profiles (user_id bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE, bio text);
CREATE TABLE orders (
    id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, note varchar(20));
CREATE TABLE items (
    order_id bigint REFERENCES orders, line int, sku text, PRIMARY KEY (order_id, line));
CREATE TABLE apart (id int);
CREATE VIEW v AS SELECT id FROM users;
]]

local HOSTILE = [=[
CREATE TABLE "<script>alert(1)</script>" (
    "a""b'&" int PRIMARY KEY, "x;#y" "char", "]]></title><img src=x onerror=alert(1)>" text);
COMMENT ON TABLE "<script>alert(1)</script>" IS '</title><script>alert(2)</script>';
CREATE TABLE child (
    id int PRIMARY KEY, p int CONSTRAINT "-->""<b>" REFERENCES "<script>alert(1)</script>");
]=]

-- The texts of all elements of a class.
local function texts(svg, class)
    local found = {}
    for text in svg:gmatch('<text class="' .. class .. '"[^>]*>(.-)</text>') do
        found[#found + 1] = (text:gsub("<[^>]*>", ""))
    end
    return found
end

describe("erd", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({}, { database = db })
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    local function erd(...)
        local words = { ... }
        words[#words + 1] = "--json"
        return cjson.decode(p:must("erd", table.unpack(words)).out)
    end

    local function names(result)
        local found = {}
        for _, table_ in ipairs(result.tables) do found[#found + 1] = table_.name end
        return table.concat(found, " ")
    end

    it("knows tables, keys and what may be NULL", function()
        db:exec(SHOP)
        local result = erd()
        assert.equal("apart items orders profiles users", names(result))
        local edges = {}
        for _, edge in ipairs(result.edges) do edges[edge.name] = edge end
        assert.same({ "public", "orders" }, edges.orders_user_id_fkey.from)
        assert.same({ "user_id" }, edges.orders_user_id_fkey.columns)
        assert.same({ "public", "users" }, edges.orders_user_id_fkey.to)
        assert.same({ "id" }, edges.orders_user_id_fkey.to_columns)
        assert.is_true(edges.orders_user_id_fkey.not_null)
        assert.is_false(edges.orders_user_id_fkey.unique)
        assert.is_false(edges.users_boss_fkey.not_null)
        assert.is_true(edges.profiles_user_id_fkey.unique)
        assert.is_false(edges.items_order_id_fkey.unique)
        assert.equal("cascade", edges.profiles_user_id_fkey.on_delete)
        local users = result.tables[5]
        assert.same({ name = "email", type = "text", primary = false, unique = true,
            foreign = false, not_null = true }, users.columns[2])
    end)

    it("draws SVG: a table each, a line a key, crow's feet, the same bytes each time", function()
        db:exec(SHOP)
        local svg = p:must("erd").out
        assert.same({ "apart", "items", "orders", "profiles", "users" }, texts(svg, "name"))
        assert.same({ "bigint", "text", "bigint?" }, { table.unpack(texts(svg, "type"), 10) })
        local _, edges = svg:gsub('<g class="edge"', "")
        assert.equal(4, edges)
        assert.matches("<title>orders_user_id_fkey: orders (user_id) → users (id)</title>", svg, 1,
            true)
        assert.equal(svg, p:must("erd", "--format", "svg").out)
        assert.equal(0, process.run { "xmllint", "--noout", "-", stdin = svg }.code)
    end)

    it("keeps tables apart, and within the picture", function()
        local script = { "CREATE TABLE t0 (id int PRIMARY KEY);" }
        for i = 1, 60 do -- each refers to two before it, all to the first
            script[#script + 1] = ("CREATE TABLE t%d (id int PRIMARY KEY, a int REFERENCES t0,"
                .. " b int REFERENCES t%d, c int REFERENCES t%d);"):format(i, i // 2, i // 3)
        end
        script[#script + 1] = "ALTER TABLE t0 ADD back int REFERENCES t7;"
        db:exec(table.concat(script, "\n"))
        local result = erd()
        assert.equal(61, #result.tables)
        assert.equal(181, #result.edges)
        for i, a in ipairs(result.tables) do
            assert.is_true(a.x >= 0 and a.y >= 0 and a.x + a.width <= result.width
                and a.y + a.height <= result.height)
            for k = i + 1, #result.tables do
                local b = result.tables[k]
                assert.is_true(a.x + a.width <= b.x or b.x + b.width <= a.x
                    or a.y + a.height <= b.y or b.y + b.height <= a.y, a.name .. " and " .. b.name)
            end
        end
    end)

    it("takes tables by name, by schema and by pattern, and their neighbourhood", function()
        db:exec(SHOP)
        db:exec "CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY)"
        assert.equal("items", names(erd("items")))
        assert.equal("users", names(erd("auth.users")))
        assert.equal("users users", names(erd("users")))
        assert.equal("users users", names(erd("u*")))
        assert.equal("users", names(erd("--schema", "auth")))
        assert.equal("items orders", names(erd("items", "--hops", "1")))
        assert.equal("items orders users", names(erd("items", "--hops", "2")))
        assert.equal("items orders profiles users", names(erd("items", "--hops", "9")))
        assert.equal(0, #erd("items", "users").edges - 1) -- users.boss alone
    end)

    it("shows the schema where there are several", function()
        db:exec(SHOP)
        assert.equal("users", texts(p:must("erd", "users").out, "name")[1])
        db:exec "CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY)"
        assert.same({ "auth.users", "public.users" }, texts(p:must("erd", "users").out, "name"))
    end)

    it("leaves partitions out, and draws what refers to one at its parent", function()
        db:exec [[
            CREATE TABLE days (day date PRIMARY KEY) PARTITION BY RANGE (day);
            CREATE TABLE days_2020 PARTITION OF days
                FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
            CREATE TABLE facts (day date REFERENCES days);
            CREATE TABLE old_facts (day date REFERENCES days_2020);
        ]]
        local result = erd()
        assert.equal("days facts old_facts", names(result))
        assert.equal(2, #result.edges)
        assert.same({ "public", "days" }, result.edges[2].to)
    end)

    it("draws keys that partitions have by themselves at their parent, once", function()
        db:exec [[
            CREATE TABLE users (id int PRIMARY KEY);
            CREATE TABLE pay (day int, user_id int) PARTITION BY LIST (day);
            CREATE TABLE pay_1 PARTITION OF pay FOR VALUES IN (1);
            CREATE TABLE pay_2 PARTITION OF pay FOR VALUES IN (2);
            ALTER TABLE pay_1 ADD CONSTRAINT one FOREIGN KEY (user_id) REFERENCES users;
            ALTER TABLE pay_2 ADD CONSTRAINT two FOREIGN KEY (user_id) REFERENCES users;
            CREATE TABLE pay_3 PARTITION OF pay FOR VALUES IN (3);
            ALTER TABLE pay_3 ADD CONSTRAINT day FOREIGN KEY (day) REFERENCES users,
                ADD CONSTRAINT three FOREIGN KEY (user_id) REFERENCES users;
        ]]
        local result = erd()
        assert.equal(2, #result.edges)
        assert.same({ "public", "pay" }, result.edges[1].from)
        assert.same({ "user_id" }, result.edges[1].columns)
        assert.same({ "day" }, result.edges[2].columns)
        assert.is_true(result.tables[1].columns[2].foreign)
    end)

    it("--keys leaves columns out that are no key, and says how many", function()
        db:exec(SHOP)
        assert.equal(2, #erd("orders", "--keys").tables[1].columns - 0)
        assert.matches(">1 more</text>", p:must("erd", "orders", "--keys").out, 1, true)
    end)

    it("writes Mermaid", function()
        db:exec(SHOP)
        local out = p:must("erd", "orders", "users", "profiles", "--format", "mermaid").out
        assert.equal([[
erDiagram
    orders {
        bigint id PK
        bigint user_id FK
        character_varying(20) note
    }
    profiles {
        bigint user_id PK, FK
        text bio
    }
    users {
        bigint id PK
        text email UK
        bigint boss FK
    }
    users ||--o{ orders : "user_id"
    users ||--o| profiles : "user_id"
    users |o--o{ users : "boss"
]], out)
    end)

    it("writes DOT", function()
        db:exec(SHOP)
        local out = p:must("erd", "orders", "users", "--format", "dot").out
        assert.matches("^digraph erd {\n", out)
        assert.matches("t1:r0 -> t0:l1 [arrowtail=teetee, arrowhead=crowodot", out, 1, true)
        assert.matches("}\n$", out)
    end)

    it("writes to a file, whose ending says the format", function()
        db:exec(SHOP)
        for _, case in ipairs { { "a.svg", "^<svg " }, { "a.html", "^<!DOCTYPE html>" },
            { "a.dot", "^digraph" }, { "a.mmd", "^erDiagram" }, { "a.txt", "^<svg " } } do
            local result = p:must("erd", "--output", case[1])
            assert.equal("", result.out)
            assert.equal(("wrote %s: 5 tables, 4 foreign keys\n"):format(case[1]), result.err)
            assert.matches(case[2], p:read(case[1]))
        end
        assert.matches("^digraph", p:must("erd", "-o", "-", "--format", "dot").out)
    end)

    it("reads every source", function()
        p:must("new", "a")
        p:write("migrations/0001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);")
        p:write("b.sql", "CREATE TABLE b (id int PRIMARY KEY);")
        assert.equal("a", names(erd("--from", "migrations")))
        assert.equal("b", names(erd("--from", "b.sql")))
        assert.equal("", names(erd()))
    end)

    it("writes an empty picture of an empty database", function()
        assert.matches("^<svg .*</svg>\n$", p:must("erd").out)
        assert.equal("erDiagram\n", p:must("erd", "--format", "mermaid").out)
    end)

    it("lets nothing of the database act in a picture", function()
        db:exec(HOSTILE)
        for _, format in ipairs { "svg", "html" } do
            local out = p:must("erd", "--format", format).out
            assert.not_matches("<script>alert", out, 1, true)
            assert.not_matches("<img", out, 1, true)
            assert.not_matches("<b>", out, 1, true)
            assert.matches("&lt;script&gt;alert(1)&lt;/script&gt;", out, 1, true)
            assert.matches("a&quot;b&#39;&amp;", out, 1, true)
        end
        local svg = p:must("erd").out
        assert.equal(0, process.run { "xmllint", "--noout", "-", stdin = svg }.code)
        local mermaid = p:must("erd", "--format", "mermaid").out
        assert.matches('t0["#60;script#62;alert(1)#60;/script#62;"]', mermaid, 1, true)
        assert.not_matches("<script", mermaid, 1, true)
        assert.not_matches("<script", p:must("erd", "--format", "dot").out, 1, true)
    end)

    it("refuses a format, a table and a schema that are none", function()
        db:exec(SHOP)
        local result = p:run("erd", "--format", "png")
        assert.equal(2, result.code)
        assert.matches('"png" is no format of a diagram', result.err, 1, true)
        result = p:run("erd", "user")
        assert.equal(2, result.code)
        assert.matches('no table is called "user"', result.err, 1, true)
        assert.matches('Did you mean "users"?', result.err, 1, true)
        result = p:run("erd", "--schema", "nope")
        assert.equal(2, result.code)
        assert.matches('no schema is called "nope"', result.err, 1, true)
        assert.equal(2, p:run("erd", "users", "--hops", "-1").code)
        assert.equal(2, p:run("erd", "v").code)
    end)
end)
