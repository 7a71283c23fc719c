-- raymig lint: what would lock, rewrite or break a database in use.
local project = require "spec.support.project"
local cjson = require "cjson"

describe("lint", function()
    local p

    before_each(function()
        p = project.new { ["raymig.lua"] = "return {}" }
        p:must("new", "base", "--sql")
        p:must("new", "change", "--sql")
        p:write("migrations/0001_base.sql", [[
            create table users (id bigint primary key, email varchar(20), age int);
            create table posts (id bigint primary key, user_id bigint);]])
    end)
    after_each(function() p:remove() end)

    -- The rules that have something to say of the SQL, sorted, once each.
    local function rules_of(sql, ...)
        p:write("migrations/0002_change.sql", sql)
        local r = p:run("lint", "--json", "0002", ...)
        local report = cjson.decode(r.out)
        local names, seen = {}, {}
        assert.is_nil(report.error, r.out)
        for _, finding in ipairs(report.findings) do
            if not seen[finding.rule] then names[#names + 1] = finding.rule end
            seen[finding.rule] = true
        end
        table.sort(names)
        return table.concat(names, " "), report
    end

    local ALONE = "-- raymig: transaction=none lock_timeout=2s\n"

    describe("finds", function()
        for sql, rules in pairs {
            ["alter table users add x int not null"] = "add_not_null_column",
            ["alter table users add x int not null default 1"] = "",
            ["alter table users add x timestamptz default now()"] = "",
            ["alter table users add x uuid default gen_random_uuid()"] =
                "add_column_volatile_default",
            ["alter table users add x bigserial"] = "add_serial_column",
            ["alter table users add x bigint generated always as identity"] = "add_serial_column",
            ["alter table users add x int generated always as (age) stored"] =
                "add_generated_column",
            ["alter table users add x int unique"] = "add_unique_column",
            ["alter table users add x int check (x > 0)"] = "add_checked_column",
            ["alter table users add x bigint references posts"] = "add_referencing_column",
            ["alter table users alter age set not null"] = "set_not_null",
            ["alter table users alter age type bigint"] = "change_type",
            ["alter table posts add foreign key (user_id) references users"] = "add_foreign_key",
            ["alter table posts add foreign key (user_id) references users not valid"] = "",
            ["alter table users add check (age > 0)"] = "add_check",
            ["alter table users add check (age > 0) not valid"] = "",
            ["alter table users add constraint c check (age > 0) not valid;\n"
                .. "alter table users validate constraint c"] = "validate_at_once",
            ["alter table users add unique (email)"] = "add_key",
            ["alter table users add unique using index i"] = "",
            ["alter table users add exclude (age with =)"] = "add_exclusion",
            ["create index on users (age)"] = "create_index",
            ["create index concurrently i on users (age)"] = "concurrently_in_transaction",
            [ALONE .. "create index concurrently i on users (age)"] = "",
            ["drop index i"] = "drop_index",
            [ALONE .. "reindex table users"] = "reindex",
            [ALONE .. "reindex table concurrently users"] = "",
            ["drop table posts"] = "drop_table",
            ["drop table posts cascade"] = "drop_cascade drop_table",
            ["drop schema app"] = "drop_schema",
            ["alter table users drop column age"] = "drop_column",
            ["truncate posts"] = "truncate",
            ["alter table users rename age to years"] = "rename_column",
            ["alter table users rename to people"] = "rename_table",
            ["alter schema app rename to main"] = "rename_schema",
            ["alter type mood rename value 'a' to 'b'"] = "rename_enum_value",
            ["alter table users set unlogged"] = "rewrite_table",
            [ALONE .. "vacuum full users"] = "vacuum_full",
            [ALONE .. "vacuum users"] = "",
            [ALONE .. "cluster users"] = "cluster",
            ["create table p partition of parent default"] = "create_partition",
            ["alter table parent detach partition p"] = "detach_partition",
            ["refresh materialized view totals"] = "refresh_materialized_view",
            ["alter type mood add value 'new'"] = "",
            ["alter type mood add value 'new';\ninsert into t values ('new')"] =
                "enum_value_in_transaction",
            ["create table t (id int primary key)"] = "small_key",
            ["create table t (id bigint primary key, v json)"] = "json_column",
            ["lock table users"] = "lock_table",
            ["update users set age = 1"] = "update_all_rows",
            ["update users set age = 1 where id = 2"] = "",
            ["delete from users"] = "delete_all_rows",
            ["-- raymig: transaction=none\nalter table users add x int"] = "missing_lock_timeout",
            ["set lock_timeout = 0;\nalter table users add x int"] = "missing_lock_timeout",
            ["alter table users add x int"] = "",
            ["this is no sql"] = "unreadable",
        } do
            it((rules == "" and "nothing" or rules) .. " in: " .. sql:gsub("\n", " "), function()
                assert.equal(rules, (rules_of(sql)))
            end)
        end

        it("nothing in what the migration itself makes", function()
            assert.equal("", (rules_of [[
                create table fresh (id bigint primary key, a int);
                create index on fresh (a);
                alter table fresh add b int not null, alter a set not null, drop column a;
                update fresh set b = 1;
                drop table fresh;]]))
        end)
    end)

    it("tells the place, why, and how to do it safely, and fails", function()
        p:write("migrations/0002_change.sql", "select 1;\n\ncreate index i on users (age);\n")
        local r = p:run("lint")
        assert.equal(1, r.code)
        assert.matches("migrations/0002_change.sql:3: error: index i on users is built without "
            .. "CONCURRENTLY  [create_index]", r.out, 1, true)
        assert.matches("The table is locked against writes", r.out, 1, true)
        assert.matches("in a migration of its own", r.out, 1, true)
        assert.matches("1 error, 0 warnings in 2 migrations", r.err, 1, true)
    end)

    it("warnings alone are no failure, but with --strict", function()
        assert.equal("drop_table", (rules_of "drop table posts"))
        assert.equal(0, p:run("lint").code)
        assert.equal(1, p:run("lint", "--strict").code)
    end)

    it("looks at all of the folder, those behind --since, those named, or a file", function()
        p:write("migrations/0001_base.sql", "drop table a;")
        p:write("migrations/0002_change.sql", "drop table b;")
        p:write("other.sql", "drop table c;")
        local function tables(...)
            local found = {}
            for name in p:run("lint", ...).out:gmatch "table (%w) is dropped" do
                found[#found + 1] = name
            end
            return table.concat(found)
        end
        assert.equal("ab", tables())
        assert.equal("b", tables("--since", "0001"))
        assert.equal("a", tables("0001_base"))
        assert.equal("c", tables("other.sql"))
        assert.matches("raymig lint", p:run("lint", "0009").err .. "raymig lint", 1, true)
        assert.equal(2, p:run("lint", "0009").code)
    end)

    describe("levels", function()
        it("are the config's", function()
            p:write("raymig.lua", 'return { lint = { drop_table = "error", create_index = "off",'
                .. ' timestamp_column = "warn" } }')
            local rules, report = rules_of("drop table posts; create index on users (age);\n"
                .. "create table t (at timestamp)")
            assert.equal("drop_table timestamp_column", rules)
            assert.equal(1, report.errors)
            assert.is_false(report.ok)
            assert.matches("error  drop_table", p:must("lint", "--rules").out, 1, true)
        end)

        it("of a rule that there is not are refused, with the line", function()
            p:write("raymig.lua", 'return {\n  lint = { drop_tabel = "off" },\n}')
            local r = p:run("lint")
            assert.equal(2, r.code)
            assert.matches('raymig.lua:2: error: there is no lint rule "drop_tabel"', r.err, 1,
                true)
            assert.matches('Did you mean "drop_table"?', r.err, 1, true)
            p:write("raymig.lua", 'return { lint = { drop_table = "fatal" } }')
            assert.matches('takes "off", "warn" or "error", not "fatal"', p:run("lint").err, 1,
                true)
        end)
    end)

    describe("comments", function()
        it("leave out a rule for the statement behind them", function()
            assert.equal("drop_table", (rules_of [[
                -- raymig: lint-ignore drop_column: nobody reads it
                alter table users drop column age;
                drop table posts;]]))
            assert.equal("", (rules_of "-- raymig: lint-ignore\ndrop table posts cascade;"))
        end)

        it("or for the file, also in its first lines, where options stand", function()
            assert.equal("", (rules_of [[
-- raymig: lock_timeout=5s
-- raymig: lint-ignore-file drop_table, drop_column
drop table posts;
alter table users drop column age;]]))
            p:must("check", "--offline")
        end)

        it("that name no rule, or are not needed, are told", function()
            assert.equal("drop_table unknown_ignore", (rules_of
                "-- raymig: lint-ignore drop_tabel\ndrop table posts;"))
            assert.equal("unused_ignore", (rules_of
                "-- raymig: lint-ignore drop_table\nselect 1;"))
        end)
    end)

    it("a change in Lua is the SQL that it becomes; its comments count, too", function()
        p:must("new", "ops", "--lua")
        p:write("migrations/0003_ops.lua", [[
local pg = require "raymig.schema"
return { change = function(m)
  m:add_column("users", pg.text "note" :not_null())
  -- raymig: lint-ignore rename_column
  m:rename_column("users", "age", "years")
end }]])
        local r = p:run("lint", "0003", "--json")
        local report = cjson.decode(r.out)
        assert.is_nil(report.error, r.out)
        assert.equal("add_not_null_column", report.findings[1].rule)
        assert.equal(3, report.findings[1].line)
        assert.equal(1, #report.findings)
    end)

    it("a function in Lua is counted, as nobody knows what it will run", function()
        p:must("new", "fn", "--lua")
        p:write("migrations/0003_fn.lua",
            "return { up = function(db) db:exec 'drop table posts' end }")
        assert.matches("1 migration in Lua, whose SQL is only known when it runs, was not looked "
            .. "at", p:must("lint", "0003").err, 1, true)
    end)

    describe("with catalogs", function()
        it("knows which changes of type cost nothing", function()
            p:write("schema/a.lua", [[
                local pg = require "raymig.schema"
                pg.table "users" { pg.bigint "id" :primary_key(), pg.varchar(20) "email",
                    pg.numeric(10, 2) "n" }]])
            for _, name in ipairs { "0001_base", "0002_change" } do
                p:delete("migrations/" .. name .. ".sql")
                p:delete("migrations/" .. name .. ".down.sql")
            end
            p:delete "migrations/meta/_journal.json"
            p:must("generate", "base")
            p:must("generate", "--empty", "two")
            local function rules(sql)
                p:write("migrations/0002_two.sql", sql)
                local found = {}
                for _, row in ipairs(cjson.decode(p:run("lint", "0002", "--json").out).findings) do
                    found[#found + 1] = row.message
                end
                return table.concat(found, "; ")
            end
            assert.equal("", rules "alter table users alter email type varchar(40)")
            assert.equal("", rules "alter table users alter email type text")
            assert.equal("", rules "alter table users alter n type numeric(12, 2)")
            assert.equal('column "email" of users becomes varchar, was character varying(20)',
                rules "alter table users alter email type varchar(10)")
            assert.equal('column "n" of users becomes numeric, was numeric(10,2)',
                rules "alter table users alter n type numeric(12, 4)")
        end)

        it("--observe runs them in a shadow and tells what PostgreSQL did", function()
            local rules, report = rules_of("alter table users alter email type varchar(40);\n"
                .. "create function f() returns void language sql as "
                .. "'alter table users set unlogged';\n"
                .. "select f();", "--observe")
            assert.equal("observed_rewrite", rules)
            assert.equal("public.users is rewritten under ACCESS EXCLUSIVE",
                report.findings[1].message)
            assert.equal(3, report.findings[1].line)
        end)

        it("--observe sees what a migration in Lua runs", function()
            p:delete "migrations/0002_change.sql"
            p:delete "migrations/0002_change.down.sql"
            p:write("migrations/0002_change.lua", "return { up = function(db)\n"
                .. "  for _ = 1, 3 do db:exec 'lock table users in share mode' end\n"
                .. "  db:exec 'alter table users drop column email; select 1'\nend,\n"
                .. "down = function() end }\n")
            local r = p:run("lint", "0002", "--json")
            assert.equal(1, cjson.decode(r.out).unread, r.out)
            r = p:run("lint", "0002", "--observe", "--json")
            local report = cjson.decode(r.out)
            assert.equal(0, report.unread, r.out)
            local found = {}
            for _, finding in ipairs(report.findings) do
                found[finding.rule] = (found[finding.rule] or 0) + 1
                assert.equal("migrations/0002_change.lua", finding.file)
            end
            assert.equal(1, found.drop_column)
        end)

        it("--observe fails where a migration does", function()
            p:write("migrations/0002_change.sql", "select 1;\nselect nonsense;")
            local r = p:run("lint", "--observe")
            assert.equal(1, r.code)
            assert.matches("migrations/0002_change.sql:2", r.err, 1, true)
            assert.matches('column "nonsense" does not exist', r.err, 1, true)
        end)
    end)

    describe("rules of plugins", function()
        it("are called with tree and context, and named with the plugin's name", function()
            p:write("raymig.lua", 'return { plugins = { { "house", word = "tmp" } } }')
            p:write("lua/plugins/house.lua", [[
-- raymig-api: 1
return { name = "house", version = "1",
  options = { word = { type = "string", default = "x" } },
  lint = { no_word = { severity = "error", why = "w", how = "h", node = "CreateStmt",
    check = function(ctx, node)
      if node.relation.relname:find(ctx.options.word, 1, true) then
        ctx:report(("%s in %s"):format(ctx.options.word, ctx.migration.tag))
      end
    end } } }]])
            local rules, report = rules_of "create table tmp_x (id bigint)"
            assert.equal("house/no_word", rules)
            assert.equal("tmp in 0002_change", report.findings[1].message)
            assert.equal("", (rules_of
                "-- raymig: lint-ignore house/no_word\ncreate table tmp_x (id bigint)"))
        end)

        it("that fail are told with the plugin", function()
            p:write("raymig.lua", 'return { plugins = { "house" } }')
            p:write("lua/plugins/house.lua", "-- raymig-api: 1\nreturn { name = 'house', "
                .. "version = '1', lint = { r = { severity = 'warn', why = 'w', how = 'h',\n"
                .. "check = function(ctx) local t; return t.x end } } }")
            local r = p:run("lint")
            assert.equal(1, r.code)
            assert.matches('lua/plugins/house.lua:3: error: plugin "house", lint rule house/r: '
                .. "attempt to index a nil value", r.err, 1, true)
        end)
    end)
end)
