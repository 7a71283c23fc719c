-- Reversible operations: return { change = function(m) ... end }. Each is run up and down, and the
-- database must then be as it was. docs/change.md is the manual.
local pg = require "spec.support.pg"
local project = require "spec.support.project"

-- What stands before the operations: a few objects of the sort that they are about.
local BEFORE = [[
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL,
  current mood DEFAULT 'ok', age integer);
CREATE TABLE posts (id bigint PRIMARY KEY, title text DEFAULT 'none', author bigint);
CREATE INDEX posts_title_idx ON posts (title);
ALTER TABLE posts ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES users;
ALTER TABLE posts ADD CONSTRAINT title_is_short CHECK (length(title) < 80);
CREATE VIEW adults AS SELECT id, email FROM users WHERE age > 17;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY own ON users USING (id = 1);
CREATE SEQUENCE numbers START 4;
CREATE DOMAIN short AS text CHECK (length(value) < 10);
COMMENT ON TABLE users IS 'who may log in';
INSERT INTO users (email, age) VALUES ('a@b', 20);
]]

local FILE = [[
%s
local pg = require "raymig.schema"
return {
  change = function(m)
    %s
  end,
}
]]

describe("a change", function()
  local db, p

  setup(function()
    db = pg.create_database()
    db:exec(BEFORE)
    p = project.new({ ["raymig.lua"] = "return {}" }, { database = db })
    p:must("new", "it", "--lua")
  end)

  teardown(function()
    p:remove()
    db:drop()
  end)

  local function write(operations, front)
    p:write("migrations/0001_it.lua", FILE:format(front or "--", operations))
  end

  local function exported() return p:must("export").out end

  -- Up and down, and again: what stands behind up is given to `check`.
  local function both_ways(operations, check, front)
    local before = exported()
    write(operations, front)
    p:must("up")
    assert.not_equal(before, exported())
    if check then check() end
    p:must("down", "--yes")
    assert.equal(before, exported())
    assert.equal("a@b", db:value "SELECT email FROM users")
  end

  -- The SQL that an operation is, up and down.
  local function sql_of(operations, front)
    write(operations, front)
    local function statements(...)
      return (p:must("plan", ...).out:gsub("%-%- [^\n]*\n", ""):gsub("\n$", ""))
    end
    local up = statements()
    p:must("up")
    local down = statements("--down")
    p:must("down", "--yes")
    return up, down
  end

  local function fault(operations, front)
    write(operations, front)
    local r = p:run("up")
    assert.equal(1, r.code, r.out)
    assert.is_nil(db:value "SELECT to_regclass('nothing_of_it')")
    return r.err
  end

  describe("of wholes", function()
    it("create_table, with all that a table of the schema has", function()
      both_ways([[
        m:create_table("articles", {
          pg.bigint "id" :identity() :primary_key(),
          pg.text "slug" :not_null() :unique(),
          pg.bigint "author" :references("users", { on_delete = "cascade" }),
          pg.index { "slug", where = "slug <> ''" },
          comment = "texts",
        })]], function()
        assert.equal("texts", db:value "SELECT obj_description('articles'::regclass)")
        assert.equal("articles_slug_key", db:value [[SELECT conname FROM pg_constraint
          WHERE conrelid = 'articles'::regclass AND contype = 'u']])
      end)
    end)

    it("create_table in two steps, as pg.table, and in another schema", function()
      both_ways([[m:create_table "app.articles" { pg.text "slug" }]], function()
        assert.equal("app.articles", db:value "SELECT to_regclass('app.articles')")
      end)
    end)

    it("drop_table, with what comes back", function()
      both_ways([[m:drop_table("posts", {
        pg.bigint "id" :primary_key(),
        pg.text "title" :default "none",
        pg.bigint "author",
        pg.index { "title" },
        pg.foreign_key { "author", references = "users", name = "posts_author_fkey" },
        pg.check { "length(title) < 80", name = "title_is_short" },
      })]], function() assert.is_nil(db:value "SELECT to_regclass('posts')") end)
    end)

    it("alter_table: what is said of it", function()
      local up, down = sql_of([[m:alter_table("posts", {}, { options = { fillfactor = 70 },
        row_security = true })]])
      assert.equal("ALTER TABLE public.posts SET (fillfactor=70);\n"
        .. "ALTER TABLE public.posts ENABLE ROW LEVEL SECURITY;", up)
      assert.equal("ALTER TABLE public.posts RESET (fillfactor);\n"
        .. "ALTER TABLE public.posts DISABLE ROW LEVEL SECURITY;", down)
    end)

    it("create_view, drop_view, replace_view", function()
      both_ways([[
        m:replace_view("adults", "SELECT id, email FROM users WHERE age > 17",
          "SELECT id, email FROM users WHERE age > 20")
        m:create_view("minors", "SELECT id FROM users WHERE age < 18")]])
      both_ways([[m:drop_view("adults", "SELECT id, email FROM users WHERE age > 17")]])
      both_ways([[m:create_materialized_view("counted", { query = "SELECT count(*) FROM users" })]])
    end)

    it("create_function, replace_function, drop_function, create_procedure", function()
      both_ways([[
        m:create_function("one", { returns = "integer", body = "SELECT 1" })
        m:replace_function("one", { returns = "integer", body = "SELECT 1" },
          { returns = "integer", body = "SELECT 2" })
        m:create_procedure("tidy", { arguments = "days integer DEFAULT 3", body = "SELECT 1" })
        m:drop_function("one", { returns = "integer", body = "SELECT 2" })]])
    end)

    it("create_enum, create_domain, create_composite, create_range, and their drops", function()
      both_ways([[
        m:create_enum("colour", { "red", "green" })
        m:create_composite("address", { pg.text "street", pg.text "city" })
        m:create_range("span", { subtype = "float8" })
        m:drop_domain("short", { type = pg.text, check = "length(value) < 10" })]])
    end)

    it("create_sequence, alter_sequence, drop_sequence", function()
      both_ways([[
        m:alter_sequence("numbers", { start = 4 }, { start = 4, increment = 2 })
        m:create_sequence("app.others", { start = 7 })]])
      both_ways([[m:drop_sequence("numbers", { start = 4 })]])
    end)

    it("create_schema, create_statistics, create_event_trigger", function()
      both_ways([[
        m:create_schema("billing", { comment = "money" })
        m:create_statistics("s", { on = "users", "email", "age" })
        m:create_function("look", { returns = "event_trigger", body = "BEGIN END" })
        m:create_event_trigger("guard", { event = "ddl_command_end", execute = "look" })]])
    end)

    it("create_extension, where the server has it", function()
      if not db:value "SELECT 1 FROM pg_available_extensions WHERE name = 'hstore'" then
        return pending "hstore is not installed"
      end
      both_ways [[m:create_extension "hstore"]]
    end)

    it("create_trigger, drop_trigger, create_policy, drop_policy, create_rule", function()
      both_ways([[
        m:create_trigger("again", { on = "posts", timing = "before", events = { "insert" },
          level = "row", execute = "touch" })
        m:drop_trigger("touched", { on = "users", timing = "before", events = { "update" },
          level = "row", execute = "touch" })
        m:drop_policy("own", { on = "users", using = "id = 1" })
        m:create_policy("all", { on = "posts", command = "select", using = "true" })
        m:create_rule("quiet", { on = "posts",
          definition = "CREATE RULE quiet AS ON DELETE TO public.posts DO INSTEAD NOTHING" })]])
    end)

    it("create and drop take any declaration of the schema, several in one", function()
      both_ways([[
        local colour = pg.enum "colour" { "red" }
        m:create(colour, pg.table "paints" { colour "of" :default "red" })]])
      both_ways([[m:drop(pg.object "sequence" { name = "numbers", start = "4" })]])
    end)
  end)

  describe("of parts of tables", function()
    it("add_column, with its default, key and check; drop_column with the whole of it", function()
      both_ways([[m:add_column("users", pg.integer "karma" :default(0) :not_null()
        :check "karma >= 0", pg.text "nick" :unique() :comment "short")]], function()
        assert.equal("0", db:value "SELECT karma FROM users")
        assert.equal("users_karma_check", db:value
          "SELECT conname FROM pg_constraint WHERE conname LIKE '%karma%' AND contype = 'c'")
      end)
      both_ways([[m:drop_column("posts", pg.bigint "author" :references("users"))]])
    end)

    it("alter_column: from what it was to what it is to be", function()
      both_ways([[
        m:alter_column("posts", pg.text "title" :default "none",
          pg.varchar(80) "title" :default "some" :not_null() :comment "on top")
        m:alter_column("posts", pg.bigint "author", pg.integer "author")]], function()
        assert.equal("character varying(80)", db:value [[SELECT format_type(atttypid, atttypmod)
          FROM pg_attribute WHERE attrelid = 'posts'::regclass AND attname = 'title']])
      end)
    end)

    it("alter_column :using, for either direction", function()
      local up, down = sql_of [[
        m:add_column("users", pg.integer "size")
        m:alter_column("users", pg.integer "size" :using "length(size)",
          pg.text "size" :using "repeat('x', size)")]]
      assert.equal("ALTER TABLE public.users ADD COLUMN size integer;\n"
        .. "ALTER TABLE public.users ALTER COLUMN size TYPE text USING repeat('x', size);", up)
      assert.equal("ALTER TABLE public.users ALTER COLUMN size TYPE integer USING length(size);\n"
        .. "ALTER TABLE public.users DROP COLUMN size;", down)
    end)

    it("alter_column without types: what it says, and nothing else", function()
      local up, down = sql_of([[m:alter_column("users", pg.column "age",
        pg.column "age" :not_null() :default(1))]])
      assert.equal("ALTER TABLE public.users ALTER COLUMN age SET NOT NULL;\n"
        .. "ALTER TABLE ONLY public.users ALTER COLUMN age SET DEFAULT 1;", up)
      assert.equal("ALTER TABLE ONLY public.users ALTER COLUMN age DROP DEFAULT;\n"
        .. "ALTER TABLE public.users ALTER COLUMN age DROP NOT NULL;", down)
    end)

    it("add_index and drop_index; a name that nobody gave is PostgreSQL's", function()
      local up, down = sql_of([[m:add_index("users", { "email", pg.sql "lower(email)",
        unique = true, where = "age > 1" })]])
      assert.equal("CREATE UNIQUE INDEX users_email_expr_idx ON public.users"
        .. " (email, (lower(email))) WHERE age > 1;", up)
      assert.equal("DROP INDEX public.users_email_expr_idx;", down)
      both_ways([[m:drop_index("posts", pg.index { "title" })]])
    end)

    it("add_index concurrently, where the migration has no transaction", function()
      local none = "-- raymig: transaction=none"
      local up, down = sql_of([[m:add_index("users", { "email", concurrently = true })]], none)
      assert.equal("CREATE INDEX CONCURRENTLY users_email_idx ON public.users (email);", up)
      assert.equal("DROP INDEX CONCURRENTLY public.users_email_idx;", down)
      assert.matches("0001_it.lua:5: error: an index can be made concurrently only where the "
        .. "migration has no transaction", fault
        [[m:add_index("users", { "email", concurrently = true })]], 1, true)
    end)

    it("add_constraint and its kin", function()
      both_ways([[
        m:add_constraint("users", pg.check { "age > 0", name = "has_age" })
        m:add_unique("users", { "email" })
        m:add_foreign_key("posts", { "author", references = "users", name = "again",
          on_delete = "set null" })
        m:drop_constraint("posts", pg.check { "length(title) < 80", name = "title_is_short" })
        m:drop_foreign_key("posts", { "author", references = "users",
          name = "posts_author_fkey" })]])
    end)
  end)

  describe("of names", function()
    it("rename_table, rename_column, rename_index, rename_constraint, ...", function()
      both_ways([[
        m:rename_table("posts", "articles")
        m:rename_column("articles", "title", "headline")
        m:rename_index("posts_title_idx", "articles_headline_idx")
        m:rename_constraint("articles", "title_is_short", "headline_is_short")
        m:rename_view("adults", "grown_up")
        m:rename_function("touch()", "touch_it")
        m:rename_trigger("users", "touched", "touch_them")
        m:rename_sequence("numbers", "counts")
        m:rename_enum("mood", "humour")
        m:rename_domain("short", "brief")
        m:rename_schema("app", "application")
        m:rename({ policy = "own", on = "users" }, "theirs")]], function()
        assert.equal("articles", db:value "SELECT to_regclass('articles')")
      end)
    end)

    it("rename_enum_value", function()
      local up, down = sql_of([[m:rename_enum_value("mood", "sad", "blue")]])
      assert.equal("ALTER TYPE public.mood RENAME VALUE 'sad' TO 'blue';", up)
      assert.equal("ALTER TYPE public.mood RENAME VALUE 'blue' TO 'sad';", down)
    end)
  end)

  describe("of an enum's values", function()
    it("add_enum_value; on the way back the columns that hold it are cast", function()
      both_ways([[m:add_enum_value("mood", "meh", { after = "sad", values = { "sad", "ok" },
        columns = { users = pg.column("current", "public.mood") :default "ok" } })]], function()
        assert.equal("{sad,meh,ok}", db:value "SELECT enum_range(NULL::mood)")
      end)
    end)

    it("the way back is refused while a row has the value", function()
      write([[m:alter_enum("mood", { "sad", "ok" }, { "sad", "ok", "fine" },
        { columns = { users = pg.column("current", "public.mood") :default "ok" } })]])
      p:must("up")
      db:exec "UPDATE users SET current = 'fine'"
      local r = p:run("down", "--yes")
      assert.equal(1, r.code)
      assert.matches('invalid input value for enum mood: "fine"', r.err, 1, true)
      assert.matches("migrations/0001_it.lua:5: error", r.err, 1, true)
      db:exec "UPDATE users SET current = 'ok'"
      p:must("down", "--yes")
    end)
  end)

  describe("of what is said of objects", function()
    it("set_comment: both are said, pg.null is none", function()
      both_ways([[
        m:set_comment("users", { from = "who may log in", to = "people" })
        m:set_comment({ column = "users.email" }, { from = pg.null, to = "where to write" })
        m:set_comment({ ["function"] = "touch()" }, { from = pg.null, to = "keeps the time" })
        m:set_comment({ trigger = "touched", on = "users" }, { from = pg.null, to = "x" })
        m:set_comment({ index = "posts_title_idx" }, { from = pg.null, to = "y" })]])
    end)

    it("grant and revoke name what they give and take", function()
      local up, down = sql_of([[
        m:grant({ "select", "insert" }, { on = "users", to = "public" })
        m:grant("update", { on = "users", to = "public", columns = { "email" } })
        m:revoke("execute", { on = { ["function"] = "touch()" }, from = "public" })]])
      assert.equal("GRANT SELECT, INSERT ON TABLE public.users TO PUBLIC;\n"
        .. "GRANT UPDATE (email) ON TABLE public.users TO PUBLIC;\n"
        .. "REVOKE ALL ON FUNCTION public.touch() FROM PUBLIC;", up)
      assert.equal("GRANT ALL ON FUNCTION public.touch() TO PUBLIC;\n"
        .. "REVOKE UPDATE (email) ON TABLE public.users FROM PUBLIC;\n"
        .. "REVOKE SELECT, INSERT ON TABLE public.users FROM PUBLIC;", down)
    end)

    it("set_owner", function()
      both_ways([[m:set_owner("posts", { from = "postgres", to = "pg_monitor" })]])
    end)
  end)

  describe("of anything else", function()
    it("execute: SQL in both directions; an empty one is no step back", function()
      both_ways([[
        m:execute {
          up = "CREATE OPERATOR === (LEFTARG = box, RIGHTARG = box, FUNCTION = box_eq); -- one",
          down = "DROP OPERATOR === (box, box)",
        }
        m:execute { up = "UPDATE users SET age = age", down = "" }]])
    end)

    it("Lua computes: a loop, a function", function()
      both_ways([[
        for _, name in ipairs { "a", "b" } do
          m:create_table("log_" .. name, { pg.timestamptz "at" :default_now() })
        end]], function() assert.equal("log_b", db:value "SELECT to_regclass('log_b')") end)
    end)
  end)

  describe("runs", function()
    it("as SQL: plan shows the statements, up and down", function()
      local up = sql_of [[m:add_column("users", pg.text "nick")]]
      assert.equal("ALTER TABLE public.users ADD COLUMN nick text;", up)
    end)

    it("up --dry-run, redo, goto", function()
      local before = exported()
      write [[m:add_column("users", pg.text "nick")]]
      p:must("up", "--dry-run")
      assert.equal(before, exported())
      p:must("up")
      p:must("redo", "--yes")
      p:must("down", "--yes")
      assert.equal(before, exported())
    end)

    it("stores its way back as SQL, which needs neither file nor Lua", function()
      local before = exported()
      write [[m:add_column("users", pg.text "nick")]]
      p:must("up")
      assert.equal("0001_it.down.sql|ALTER TABLE public.users DROP COLUMN nick;\n", db:value
        "SELECT down_file || '|' || down_script FROM __raymig_migrations")
      p:must("down", "--stored", "--yes")
      assert.equal(before, exported())
      p:must("up")
      local text = p:read "migrations/0001_it.lua"
      p:delete "migrations/0001_it.lua"
      local journal = p:read "migrations/meta/_journal.json"
      p:write("migrations/meta/_journal.json",
        '{"version":"7","dialect":"postgresql","raymig":1,"entries":[]}')
      p:must("down", "--yes")
      assert.equal(before, exported())
      p:write("migrations/meta/_journal.json", journal)
      p:write("migrations/0001_it.lua", text)
    end)

    it("statement by statement with transaction=none, and resumes", function()
      local before = exported()
      local front = "-- raymig: transaction=none"
      write([[
        m:create_table("first", { pg.integer "id" })
        m:add_column("first", pg.column("x", "no_such_type"))]], front)
      local r = p:run("up")
      assert.equal(1, r.code)
      assert.matches("migrations/0001_it.lua:6: error: type \"no_such_type\" does not exist", r.err,
        1, true)
      write([[
        m:create_table("first", { pg.integer "id" })
        m:add_column("first", pg.text "x")]], front)
      p:must("repair", "--accept", "0001_it", "--yes")
      p:must("up")
      p:must("down", "--yes")
      assert.equal(before, exported())
    end)

    it("check reads it, also without a database", function()
      write [[m:add_column("users", pg.text "nick")]]
      p:must("check")
      write [[m:drop_column("users", "nick")]]
      for _, option in ipairs { "--offline", "--json" } do
        local r = p:run("check", option)
        assert.equal(6, r.code)
        assert.matches("drop_column of public.users takes the whole definition", r.out, 1, true)
      end
      assert.matches("problem  migrations/0001_it.lua:5: ", p:run("check").out, 1, true)
    end)

    it("an edited one is noticed as any other", function()
      write [[m:add_column("users", pg.text "nick")]]
      p:must("up")
      write [[m:add_column("users", pg.text "name")]]
      assert.equal(6, p:run("up").code)
      write [[m:add_column("users", pg.text "nick")]]
      p:must("down", "--yes")
    end)
  end)

  describe("is refused where", function()
    local function at(message) return "migrations/0001_it.lua:5: error: " .. message end

    -- operation -> what is said of it
    local FAULTS = {
      ['m:drop_table "users"'] = 'drop_table "users" has no definition to come back from',
      ['m:drop_view("adults")'] = 'drop_view "adults" has no definition to come back from',
      ['m:drop_column("users", "email")'] =
        'drop_column of public.users takes the whole definition, not the text "email"',
      ['m:drop_index("posts", "posts_title_idx")'] =
        'drop_index of public.posts takes the whole definition',
      ['m:alter_column("users", pg.text "email")'] =
        "alter_column of public.users has nothing to come back to",
      ['m:alter_column("users", pg.text "a", pg.text "b")'] =
        'alter_column of public.users: "a" and "b" are two columns',
      ['m:execute { up = "SELECT 1" }'] = "execute has no way back",
      ['m:add_enum_value("mood", "x")'] = 'add_enum_value "mood" has nothing to come back to',
      ['m:set_comment("users", { to = "x" })'] = "set_comment has nothing to come back to",
      ['m:replace_view("adults", "SELECT 1")'] =
        'replace_view "adults" has nothing to come back to',
      ['m:alter_table("users", {}, { partition_by = "list (id)" })'] =
        'alter_table "users": no ALTER does that to table public.users',
      ['m:alter_table("users", {}, {})'] = 'alter_table "users" changes nothing',
      ['m:add_constraint("users", pg.check "age > 0")'] =
        "check of \"public.users\" has no name, by which it could be dropped",
      ['m:create_tabel("x", {})'] = 'there is no operation "create_tabel"',
      ['m.create_table("x", {})'] = "create_table is called with a colon: m:create_table(...)",
      ['pg.table "x" { pg.text "y" }'] = 'table "x" is declared, and no operation takes it',
      ['pg.sql "SELECT 1"'] = "pg.sql is no operation of a change",
      ['m:create_table("x", { pg.text "y" :nonull() })'] = 'a column has no method "nonull"',
      ['m:grant("slect", { on = "users", to = "public" })'] =
        'table public.users has no privilege "slect"',
      ['m:create(pg.text "x")'] = 'create: column "x" is in no table',
      ['m:rename({ trigger = "x" }, "y")'] = 'rename: trigger "x" is a part of something',
      ['m:set_comment({ thing = "x" }, { from = "a", to = "b" })'] =
        'set_comment: there is no kind of object "thing"',
      ['m:create(pg.object "constraint" { name = "c", parent = "users" })'] =
        'constraint "c": "type" is missing',
      ['error "mine"'] = "mine",
    }

    for operation, message in pairs(FAULTS) do
      it(operation, function() assert.matches(at(message), fault(operation), 1, true) end)
    end

    it("the server says no: at the line of the operation", function()
      local said = fault [[m:create_table("nothing_of_it", {})
    m:add_column("nobody", pg.text "x")]]
      assert.matches('migrations/0001_it.lua:6: error: relation "public.nobody" does not exist',
        said, 1, true)
    end)

    it("change has up or down beside it", function()
      p:write("migrations/0001_it.lua",
        "return { change = function() end, down = function() end }")
      assert.matches('a migration with change has no "down" beside it', p:run("up").err, 1, true)
    end)

    it("one of several is wrong: nothing has run then", function()
      write [[m:create_table("nothing_of_it", {})]]
      p:must("new", "second", "--lua")
      p:write("migrations/0002_second.lua", FILE:format("--", 'm:drop_table "users"'))
      local r = p:run("up")
      assert.equal(1, r.code)
      assert.matches("migrations/0002_second.lua:5: error", r.err, 1, true)
      assert.matches("nothing was run", r.err, 1, true)
      assert.is_nil(db:value "SELECT to_regclass('nothing_of_it')")
    end)
  end)
end)

describe("the example of docs/change.md", function()
  it("goes up and down on rows", function()
    local file = assert(io.open("docs/change.md", "rb"))
    local example = assert(file:read("a"):match "```lua[^\n]*\n(.-)```")
    file:close()
    local db = pg.create_database()
    db:exec [[
      CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
      INSERT INTO users VALUES (1, 'a@b', 'Ann');
    ]]
    local p = project.new({ ["raymig.lua"] = "return {}" }, { database = db })
    p:must("new", "profiles", "--lua")
    local before = p:must("export").out
    p:write("migrations/0001_profiles.lua", example)
    p:must("up")
    assert.equal("light Ann", db:value
      "SELECT theme || ' ' || full_name FROM profiles JOIN users ON users.id = user_id")
    p:must("down", "--yes")
    assert.equal(before, p:must("export").out)
    assert.equal("Ann", db:value "SELECT name FROM users")
    p:remove()
    db:drop()
  end)
end)
