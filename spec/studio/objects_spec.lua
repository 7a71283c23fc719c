--- GET /api/objects, /api/objects/OID, /api/completion, POST /api/diagram and /api/layout.

local json = require "cjson.safe"
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local studio = require "spec.support.studio"

describe("the objects of a database", function()
  local db, p, it_runs

  setup(function()
    db = pg.create_database()
    db:exec [=[
      create type mood as enum ('sad', '<b>ok</b>');
      create domain posint as int check (value > 0);
      create table users (
        id bigint generated always as identity primary key,
        email varchar(90) not null unique,
        current mood default 'sad',
        tags text[], born timestamptz, data jsonb, raw bytea, ok boolean, n posint, note text,
        upper_email text generated always as (upper(email)) stored);
      comment on table users is '<script>alert(1)</script>';
      comment on column users.email is 'it''s unique';
      create table posts (id int primary key,
        author bigint not null references users on delete cascade,
        parent int references posts, title text check (title <> ''));
      create index posts_title on posts (title);
      create unique index on posts (parent) where parent > 0;
      alter table posts enable row level security;
      create policy mine on posts for select to public using (author > 1);
      create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
      create trigger touched before update on posts for each row execute function touch();
      create table loose (a int not null, b int not null, c text);
      create unique index on loose (b, a);
      create table nothing (a int);
      create view seen as select id, email from users;
      create view totals as select count(*) from users;
      create materialized view kept as select 1 as one;
      create sequence counter;
      create table days (day date, author bigint) partition by range (day);
      create table days_1 partition of days for values from ('2020-01-01') to ('2021-01-01');
      create table days_2 (author bigint, day date);
      alter table days attach partition days_2 for values from ('2021-01-01') to ('2022-01-01');
      alter table days_2 add constraint own foreign key (author) references users;
      create table apart (id int);
      create schema "we""ird";
      create table "we""ird"."ta*ble]" ("co l" int primary key);
      insert into users (email) select 'a' || n from generate_series(1, 500) n;
      analyze users;
    ]=]
    p = project.new({}, { database = db })
    it_runs = studio.start(p)
  end)

  teardown(studio.stop_all)

  local function oid(name)
    return tonumber(db:value(("select '%s'::regclass::oid"):format((name:gsub("'", "''")))))
  end

  local function get(path)
    local reply = it_runs:get(path)
    assert.equal(200, reply.status, reply.body)
    return reply.json
  end

  local function object(name)
    return get("/api/objects/" .. oid(name))
  end

  local function by_name(list)
    local found = {}
    for _, item in ipairs(list) do found[item.name] = item end
    return found
  end

  it("are a tree of schemas", function()
    local schemas = by_name(get("/api/objects").schemas)
    assert.is_nil(schemas.pg_catalog)
    assert.same({ "ta*ble]" }, { schemas['we"ird'].objects[1].name })
    local objects = by_name(schemas.public.objects)
    local kinds = {}
    for name, item in pairs(objects) do kinds[name] = item.kind end
    assert.equal("table", kinds.users)
    assert.equal("view", kinds.seen)
    assert.equal("matview", kinds.kept)
    assert.equal("sequence", kinds.counter)
    assert.equal("partitioned", kinds.days)
    assert.equal("partition", kinds.days_1)
    assert.equal("function", kinds.touch)
    assert.equal("type", kinds.mood)
    assert.equal("type", kinds.posint)
    assert.equal(oid "days", objects.days_1.parent)
    assert.equal(2, objects.days.partitions)
    assert.equal(500, objects.users.rows)
    assert.equal("<script>alert(1)</script>", objects.users.comment)
    assert.equal(oid "users", objects.users.oid)
  end)

  it("are shown while a migration holds their lock", function()
    local child = require("spec.support.process").start { "psql", db.url, "-qAtc",
      "begin; lock table users; select pg_sleep(3)" }
    studio.await_query(db, "%pg_sleep(3)%")
    local before = require("raymig_process").now()
    get "/api/objects"
    assert.is_true(require("raymig_process").now() - before < 2)
    child:wait(10)
  end)

  it("have columns with what edits them", function()
    local users = object "users"
    assert.equal("public", users.schema)
    assert.equal("table", users.kind)
    assert.is_true(users.insertable)
    local columns = by_name(users.columns)
    local editors = {}
    for name, column in pairs(columns) do editors[name] = column.editor end
    assert.same({ id = "number", email = "text", current = "enum", tags = "array",
      born = "timestamp", data = "json", raw = "bytea", ok = "boolean", n = "number", note = "long",
      upper_email = "readonly" }, editors)
    assert.same({ "sad", "<b>ok</b>" }, columns.current.labels)
    assert.equal("always", columns.id.identity)
    assert.equal("character varying(90)", columns.email.type)
    assert.equal("character varying", columns.email.base)
    assert.is_true(columns.email.not_null)
    assert.is_true(columns.email.indexed)
    assert.is_false(columns.note.indexed)
    assert.is_true(columns.current.has_default)
    assert.is_false(columns.upper_email.has_default)
    assert.equal("upper((email)::text)", columns.upper_email.generated)
    assert.equal("it's unique", columns.email.comment)
  end)

  it("have keys, indexes, constraints, triggers, policies and references", function()
    local posts = object "posts"
    assert.same({ by = "primary key", columns = { 1 } }, posts.identity)
    assert.same({ 1 }, by_name(posts.keys).posts_pkey.columns)
    assert.matches("^CREATE INDEX posts_title", by_name(posts.indexes).posts_title.definition)
    assert.is_true(by_name(posts.indexes).posts_pkey.unique)
    assert.equal("check", posts.constraints[1].kind)
    assert.matches("CREATE TRIGGER touched", posts.triggers[1].definition)
    assert.is_true(posts.triggers[1].enabled)
    assert.equal("AS PERMISSIVE FOR SELECT TO PUBLIC USING ((author > 1))",
      posts.policies[1].definition)
    local out = by_name(posts.references)
    assert.equal(oid "users", out.posts_author_fkey.oid)
    assert.same({ 2 }, out.posts_author_fkey.columns)
    assert.same({ 1 }, out.posts_author_fkey.to)
    assert.equal(oid "posts", out.posts_parent_fkey.oid)
    local back = by_name(object("users").referenced_by)
    assert.equal("posts", back.posts_author_fkey.table)
    assert.same({ 1 }, back.posts_author_fkey.columns)
    assert.same({ 2 }, back.posts_author_fkey.to)
  end)

  it("say by what a row is known", function()
    assert.same({ by = "unique", columns = { 2, 1 } }, object("loose").identity)
    assert.same({ by = "ctid", columns = {} }, object("nothing").identity)
    assert.same({ by = json.null, columns = {} }, object("totals").identity)
    assert.is_true(object("seen").insertable)
    assert.is_false(object("totals").insertable)
  end)

  it("have their DDL, parts and comments with it", function()
    local ddl = object("users").ddl
    assert.matches("^CREATE TABLE public.users %(\n    id bigint GENERATED ALWAYS AS IDENTITY", ddl)
    assert.matches("COMMENT ON COLUMN public.users.email IS 'it''s unique';", ddl, 1, true)
    assert.not_matches("posts", ddl)
    ddl = object("posts").ddl
    for _, part in ipairs { "CREATE INDEX posts_title", "CREATE POLICY mine",
      "CREATE TRIGGER touched",
      "ADD CONSTRAINT posts_author_fkey FOREIGN KEY", "ENABLE ROW LEVEL SECURITY" } do
      assert.matches(part, ddl, 1, true)
    end
    assert.matches("^CREATE VIEW public.seen", object("seen").ddl)
    assert.matches("^CREATE SEQUENCE public.counter", object("counter").ddl)
    assert.matches('^CREATE TABLE "we""ird"."ta%*ble%]"', object('"we""ird"."ta*ble]"').ddl)
    local mood = db:value "select 'mood'::regtype::oid"
    assert.matches("^CREATE TYPE public.mood AS ENUM", get("/api/objects/" .. mood).ddl)
    local touch = db:value "select 'touch'::regproc::oid"
    assert.matches("^CREATE FUNCTION public.touch%(%)", get("/api/objects/" .. touch).ddl)
    assert.is_nil(get("/api/objects/" .. oid "users" .. "?ddl=0").ddl)
  end)

  it("that are none are 404", function()
    for _, path in ipairs { "999999", "0", "-1", "x", "1259", "99999999999999999999", "1%20" } do
      local reply = it_runs:get("/api/objects/" .. path)
      assert.equal(404, reply.status, path .. " " .. reply.body)
      assert.is_string(reply.json.error.message)
    end
    assert.equal(405, it_runs:post("/api/objects", {}).status)
  end)

  it("are completed, with what the server has", function()
    local all = get "/api/completion"
    local tables = by_name(all.tables)
    assert.equal("email", tables.users.columns[2].name)
    assert.is_nil(tables.days_1)
    assert.is_table(by_name(all.functions).touch)
    assert.is_table(by_name(all.functions).count)
    assert.is_nil(by_name(all.functions).int4pl)
    local words = " " .. table.concat(all.keywords, " ") .. " "
    assert.matches(" select ", words, 1, true)
  end)

  describe("in a diagram", function()
    it("are the tables and keys of a schema", function()
      local schema = tonumber(db:value "select 'public'::regnamespace::oid")
      local all = it_runs:ask("/api/diagram", { schema = schema })
      local tables = by_name(all.tables)
      assert.is_table(tables.users)
      assert.is_nil(tables.days_1)
      assert.is_nil(tables.seen)
      assert.equal(#all.tables, all.total)
      assert.same({ attnum = 1, name = "id", type = "bigint", key = true, foreign = false,
        not_null = true }, tables.users.columns[1])
      local edges = by_name(all.edges)
      assert.same({ name = "posts_author_fkey", from = oid "posts", to = oid "users",
        columns = { 2 }, to_columns = { 1 }, unique = false, not_null = true },
        edges.posts_author_fkey)
      assert.is_false(edges.posts_parent_fkey.unique) -- its index is partial
      assert.equal(oid "days", edges.own.from) -- a partition's own key
      assert.same({ 2 }, edges.own.columns) -- its columns in the order of the whole
    end)

    it("are a table's neighbourhood", function()
      local function names(hops)
        local found = {}
        local all = it_runs:ask("/api/diagram", { oid = oid "days", hops = hops })
        for _, item in ipairs(all.tables) do
          found[#found + 1] = item.name
        end
        return table.concat(found, " ")
      end
      assert.equal("days", names(0))
      assert.equal("days users", names(1))
      assert.equal("days posts users", names(2))
      assert.equal(1, #it_runs:ask("/api/diagram", { oids = { oid "apart" } }).tables)
    end)

    it("keep their places by name", function()
      local schema = tonumber(db:value "select 'public'::regnamespace::oid")
      local name = "schema " .. schema
      it_runs:ask("/api/layout", { name = name,
        positions = { [tostring(oid "users")] = { 1.5, -2 }, [tostring(oid "posts")] = { 3, 4 } } })
      local function layout()
        return it_runs:ask("/api/diagram", { schema = schema }).layout
      end
      assert.same({ [tostring(oid "users")] = { 1.5, -2 }, [tostring(oid "posts")] = { 3, 4 } },
        layout())
      assert.same({}, it_runs:ask("/api/diagram", { oid = oid "users" }).layout)
      local kept = json.decode(p:read ".raymig/studio/layout.json")
      assert.same({ 3, 4 }, kept["schema public"]["public.posts"])
      it_runs:ask("/api/layout", { name = name, positions = json.null })
      assert.same({}, layout())
    end)

    it("refuse what is no request", function()
      local bad = { {}, { schema = 1, oid = 2 }, { oid = 1, hops = 99 }, { oids = { "1" } },
        { oids = { 1.5 } }, { oid = 1, depth = 1 }, { oid = "1" } }
      for _, body in ipairs(bad) do
        assert.equal(400, it_runs:post("/api/diagram", body).status, json.encode(body))
      end
      for _, body in ipairs { {}, { name = "" }, { name = ("x"):rep(201) },
        { name = "x", positions = { ["../x"] = { 1, 2 } } },
        { name = "x", positions = { ["12"] = { 1 } } } } do
        assert.equal(400, it_runs:post("/api/layout", body).status, json.encode(body))
      end
      assert.equal(404, it_runs:post("/api/layout", { name = "schema 99999999" }).status)
    end)
  end)

  it("cannot be shadowed by functions of a schema that is searched first", function()
    db:exec [[
      create function public.obj_description(oid, text) returns text language sql
        as $$ select 'shadowed' $$]]
    assert.equal("<script>alert(1)</script>",
      by_name(by_name(get("/api/objects").schemas).public.objects).users.comment)
    db:exec "drop function public.obj_description(oid, text)"
  end)
end)
