-- What a catalog does not hold is said: what the role may not see, what is secret, what the config
-- leaves out though it is needed, what the model does not know. And what was added to the objects
-- of extensions.
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"

local ROLE = "raymig_loader_spec"

local function export(db, config, ...)
  local files = config and { ["raymig.lua"] = ("return { %s }"):format(config) } or {}
  return project.new(files, { database = db }):run("export", ...)
end

local function lines_of(text, pattern)
  local found = {}
  for line in text:gmatch "[^\n]+" do
    if line:find(pattern) then found[#found + 1] = line end
  end
  return found
end

local function drop_subscriptions(db)
  for _, row in ipairs(db:query [[select quote_ident(subname) as name from pg_subscription s
      join pg_database d on d.oid = s.subdbid where d.datname = current_database()]]) do
    db:exec("alter subscription " .. row.name .. " set (slot_name = none)")
    db:exec("drop subscription " .. row.name)
  end
end

describe("secrets", function()
  it("of user mappings stay on the server", function()
    local db = pg.create_database()
    db:exec [[create extension postgres_fdw;
      create server s foreign data wrapper postgres_fdw;
      create user mapping for public server s
        options (user 'joe', password 'hush-1', sslpassword 'hush-2', password_required 'false');
      create foreign data wrapper w;
      create server other foreign data wrapper w;
      create user mapping for public server other
        options (api_key 'hush-3', "Access_Token" 'hush-4', keyfile '/k', region 'eu');]]
    local result = export(db)
    assert.equal(0, result.code, result.err)
    assert.is_nil((result.out .. result.err):find("hush", 1, true))
    assert.same({
      [[CREATE USER MAPPING FOR PUBLIC SERVER other OPTIONS (keyfile '/k', region 'eu');]],
      [[CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password_required 'false', ]]
        .. [["user" 'joe');]],
    }, lines_of(result.out, "^CREATE USER MAPPING"))
    assert.equal(4, #lines_of(result.err, "secret, and never read: option"))
    assert.match("option password of the user mapping for public on server s", result.err, 1, true)
  end)

  it("of subscriptions stay on the server, however they are written", function()
    local db = pg.create_database()
    for name, connection in pairs {
      a = [[host=h password=hush dbname=x]],
      b = [[password = 'hush\' hush' host = h]],
      c = [[host=h  password=hush\ hush]],
      d = [[sslpassword=hush application_name='password=kept' host=h]],
      e = [[postgresql://joe:hush@h/x?sslmode=prefer]],
      f = [[postgres://joe@h/x?password=hush&sslmode=prefer]],
      g = [[postgresql://h/x?sslmode=prefer&pass%77ord=hush]],
      h = [[postgresql://:hush@h/x?sslpassword=hush]],
    } do
      db:exec(("create subscription %s connection '%s' publication p with (connect = false)")
        :format(name, connection:gsub("'", "''")))
    end
    local result = export(db)
    drop_subscriptions(db)
    assert.equal(0, result.code, result.err)
    assert.is_nil((result.out .. result.err):find("hush", 1, true))
    assert.same({
      "    CONNECTION 'host=h dbname=x'",
      "    CONNECTION 'host=h'",
      "    CONNECTION 'host=h'",
      "    CONNECTION 'application_name=''password=kept'' host=h'",
      "    CONNECTION 'postgresql://joe@h/x?sslmode=prefer'",
      "    CONNECTION 'postgres://joe@h/x?sslmode=prefer'",
      "    CONNECTION 'postgresql://h/x?sslmode=prefer'",
      "    CONNECTION 'postgresql://@h/x'",
    }, lines_of(result.out, "CONNECTION"))
    assert.equal(8, #lines_of(result.err, "secret, and never read: the password of subscription"))
  end)
end)

describe("a role that is no superuser", function()
  local db, url

  setup(function()
    db = pg.create_database()
    db:exec("do $$ begin create role " .. ROLE .. " login;"
      .. " exception when duplicate_object then null; end $$")
    db:exec [[create table t (id integer primary key, v text default 'x');
      create view v as select * from t;
      create function f() returns integer language sql as 'select 1';
      create statistics s on id, v from t;
      create policy p on t using (true);
      create publication pub for all tables;
      create foreign data wrapper w;
      create server s foreign data wrapper w;
      create user mapping for public server s options (region 'eu');
      create subscription raymig_unseen connection 'host=h' publication p with (connect = false);
      alter default privileges revoke all on functions from public;]]
    url = db.url:gsub("postgres@", ROLE .. "@"):gsub("user=postgres", "user=" .. ROLE)
    assert.not_equal(db.url, url)
  end)

  teardown(function() drop_subscriptions(db) end)

  it("is told what it may not see", function()
    local result = project.new({}, { database = { url = url } }):run "export"
    assert.equal(1, result.code)
    assert.equal("", result.out)
    assert.same({
      "warning: the role may not see: the options of the user mapping for public on server s",
      "warning: the role may not see: subscription raymig_unseen",
    }, lines_of(result.err, "may not see"))
  end)

  it("gets all the rest", function()
    local result = project.new({}, { database = { url = url } }):run("export", "--lossy")
    assert.equal(0, result.code, result.err)
    for _, text in ipairs { "CREATE TABLE public.t", "CREATE VIEW public.v", "CREATE POLICY p",
      "CREATE STATISTICS public.s", "CREATE PUBLICATION pub", "FROM t", "CREATE SERVER s",
      "REVOKE ALL ON FUNCTIONS FROM PUBLIC" } do
      assert.truthy(result.out:find(text, 1, true) or text == "FROM t", text)
    end
    assert.is_nil(result.out:find("raymig_unseen", 1, true))
  end)
end)

describe("the config's globs", function()
  local db

  setup(function()
    db = pg.create_database()
    db:exec [[create schema app; create schema app_old; create schema lib;
      create type lib.mood as enum ('sad', 'ok');
      create table app.users (id serial primary key, mood lib.mood);
      create table app.tmp_1 (id integer generated always as identity);
      create table app.tmp_2 (id integer references app.users);
      create table app_old.users (id integer);
      create view app.seen as select t.id from app.tmp_1 t, app_old.users;
      create view app.also as select from app_old.users;]]
  end)

  local function made(result)
    local names = {}
    for name in result.out:gmatch "CREATE %u+ ([%w_.]+)" do names[#names + 1] = name end
    table.sort(names)
    return names
  end

  it("leave out schemas", function()
    local result = export(db, [[schemas = { "app*", "!*_old", "lib" }]])
    assert.equal(0, result.code, result.err)
    assert.same({ "app", "app.also", "app.seen", "app.tmp_1", "app.tmp_2", "app.users",
      "app.users_id_seq", "lib", "lib.mood" }, made(result))
    assert.same({ "warning: left out, but needed: table app_old.users, which view app.also needs" },
      lines_of(result.err, "needed"))
  end)

  it("leave out tables, and what belongs to them; what is missed is named in order", function()
    local result = export(db, [[schemas = "!app_old", tables = { "*", "!tmp_*" }]])
    assert.equal(0, result.code, result.err)
    assert.is_nil(result.out:find("tmp_2", 1, true))
    assert.same({
      "warning: left out, but needed: table app.tmp_1, which view app.seen needs",
      "warning: left out, but needed: table app_old.users, which view app.also needs",
    }, lines_of(result.err, "needed"))
  end)

  it("let in what is named alone", function()
    local result = export(db, [[schemas = "app", tables = "users"]])
    assert.same({ "app", "app.also", "app.seen", "app.users", "app.users_id_seq" }, made(result))
    assert.truthy(result.err:find("enum lib.mood, which column app.users.mood needs", 1, true),
      result.err)
  end)
end)

describe("what the model does not know", function()
  -- A relation of a kind that this server has not, as a newer one might have.
  it("is named, and nothing is written", function()
    local db = pg.create_database()
    db:exec [[create table t (id integer); create view odd as select id from t;
      set allow_system_table_mods = on;
      update pg_class set relkind = 'z' where relname = 'odd']]
    local result = export(db)
    assert.equal(1, result.code)
    assert.equal("", result.out)
    assert.truthy(result.err:find("this kind of object: relation public.odd", 1, true),
      result.err)
    result = export(db, nil, "--lossy")
    assert.equal(0, result.code, result.err)
    assert.truthy(result.out:find("CREATE TABLE public.t", 1, true))
  end)

  it("is found where nothing depends on it", function()
    local db = pg.create_database()
    db:exec [[create function odd() returns integer language sql as 'select 1';
      set allow_system_table_mods = on;
      update pg_proc set prokind = 'z' where proname = 'odd']]
    local result = export(db)
    assert.equal(1, result.code)
    assert.truthy(result.err:find("kind of object: function public.odd()", 1, true), result.err)
  end)

  it("is found in catalogs that it never heard of", function()
    local db = pg.create_database()
    db:exec "set allow_system_table_mods = on; create table pg_catalog.pg_odd (a integer)"
    assert.is_nil(export(db).err:find("rows of", 1, true))
    db:exec "insert into pg_catalog.pg_odd values (1)"
    local result = export(db)
    assert.equal(1, result.code)
    assert.truthy(result.err:find("this kind of object: rows of pg_catalog.pg_odd", 1, true),
      result.err)
  end)
end)

-- Minor releases of November 2026 number the versions of a row type there, each server its own.
describe("options of a column that the server keeps for itself", function()
  it("are no facts", function()
    local db = pg.create_database()
    db:exec [[create table t (id integer, name text);
      alter table t alter column name set (n_distinct = 5);
      update pg_attribute set attoptions = '{pg_attver=7,pg_other=x}'
        where attrelid = 't'::regclass and attname = 'id';
      update pg_attribute set attoptions = '{pg_attver=8}' || array['n_distinct=5']
        where attrelid = 't'::regclass and attname = 'name';]]
    local result = export(db)
    assert.equal(0, result.code, result.err)
    assert.falsy(result.out:find("pg_", 1, true), result.out)
    assert.truthy(result.out:find("COLUMN name SET (n_distinct=5);", 1, true), result.out)
  end)
end)

describe("an extension's objects", function()
  it("are left out, what was added to them is not", function()
    local db = pg.create_database()
    db:exec("do $$ begin create role " .. ROLE .. " login;"
      .. " exception when duplicate_object then null; end $$")
    db:exec("create extension pg_trgm;"
      .. "create table owned (id integer primary key, tenant text);"
      .. "create table quiet (id integer); create index on quiet (id);"
      .. "grant select on owned to public;"
      .. "alter extension pg_trgm add table owned; alter extension pg_trgm add table quiet;"
      .. "alter table owned enable row level security;"
      .. "create policy mine on owned to " .. ROLE .. " using (tenant = 'a');"
      .. "comment on policy mine on owned is 'added';"
      .. "revoke select on owned from public;"
      .. "grant select on owned to " .. ROLE .. "; grant update (id) on owned to " .. ROLE .. ";"
      .. "revoke execute on function similarity(text, text) from public;")
    local result = export(db)
    assert.equal(0, result.code, result.err)
    local statements = lines_of(result.out, ".")
    assert.same({
      "SET check_function_bodies = off;",
      "CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;",
      "COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching"
        .. " based on trigrams';",
      "REVOKE ALL ON FUNCTION public.similarity(text, text) FROM PUBLIC;",
      "ALTER TABLE public.owned ENABLE ROW LEVEL SECURITY;",
      "REVOKE ALL ON TABLE public.owned FROM PUBLIC;",
      "GRANT SELECT ON TABLE public.owned TO " .. ROLE .. ";",
      "GRANT UPDATE (id) ON TABLE public.owned TO " .. ROLE .. ";",
      "CREATE POLICY mine ON public.owned",
      "    TO " .. ROLE,
      "    USING (tenant = 'a'::text);",
      "COMMENT ON POLICY mine ON public.owned IS 'added';",
    }, statements)
  end)

  -- Kinds of which there is nothing but what extensions brought are not asked for.
  it("do not hide what is the user's own of the same kind", function()
    local db = pg.create_database()
    db:exec("create extension pg_trgm; create extension btree_gin; create extension unaccent;")
    local result = export(db)
    assert.equal(0, result.code, result.err)
    assert.falsy(result.out:find("OPERATOR", 1, true), result.out)
    db:exec [[
      create function eq(text, text) returns boolean language sql immutable as 'select $1 = $2';
      create operator === (leftarg = text, rightarg = text, function = eq);
      create operator family own using btree;
      create operator class own_ops for type text using btree family own as operator 3 ===;
      create cast (text as point) with inout;
      create text search configuration plain (copy = simple);
      alter text search configuration plain
        alter mapping for hword, hword_part, word with unaccent, simple;
      create text search dictionary mine (template = unaccent, rules = unaccent);]]
    result = export(db)
    assert.equal(0, result.code, result.err)
    for _, statement in ipairs { "CREATE FUNCTION public.eq(text, text)",
      "CREATE OPERATOR public.===", "CREATE OPERATOR FAMILY public.own USING btree",
      "CREATE OPERATOR CLASS public.own_ops", "CREATE CAST (text AS point)",
      "CREATE TEXT SEARCH CONFIGURATION public.plain", "CREATE TEXT SEARCH DICTIONARY public.mine" }
    do
      assert.truthy(result.out:find(statement, 1, true), statement .. "\n" .. result.out)
    end
    assert.falsy(result.out:find("gin_trgm_ops", 1, true))
    assert.falsy(result.out:find("FUNCTION public.similarity", 1, true))
  end)
end)

describe("-j", function()
  local db

  setup(function()
    db = pg.create_database()
    for sql in require("bench.support.large_schema").scripts(60) do db:exec(sql) end
  end)

  it("reads the same over several connections", function()
    local one = export(db)
    assert.equal(0, one.code, one.err)
    for _, jobs in ipairs { "2", "3", "7", "16", "1000" } do
      local many = export(db, nil, "-j", jobs)
      assert.equal(0, many.code, many.err)
      assert.equal(one.out, many.out)
    end
  end)

  it("makes do with fewer where the server has no more", function()
    local role = ROLE .. "_once"
    db:exec("create role " .. role .. " superuser login connection limit 2;")
    finally(function() db:exec("drop role " .. role) end)
    db:exec("alter role " .. role .. " nosuperuser")
    local url = db.url:gsub("postgres@", role .. "@"):gsub("user=postgres", "user=" .. role)
    local one = project.new({}, { database = { url = url } }):run("export")
    local many = project.new({}, { database = { url = url } }):run("export", "-j", "8")
    assert.equal(0, many.code, many.err)
    assert.equal(one.out, many.out)
  end)

  it("is a number from 1 on", function()
    for _, jobs in ipairs { "0", "-1", "x", "2x", "" } do
      assert.equal(2, export(db, nil, "--jobs=" .. jobs).code, jobs)
    end
  end)

  it("is interrupted like one", function()
    -- Somebody holds what the deparser of every view must lock.
    local session = db:session()
    session:send "begin; lock table part_0.item_20 in access exclusive mode;"
    session:sync()
    local run = project.new({}, { database = db }):start("export", "-j", "3")
    process.eventually(function()
      return tonumber(db:value [[select count(*) from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()]]) > 0
    end, "the export to wait")
    run:kill "INT"
    assert.equal(130, run:wait(20).code)
    session:send "rollback;"
    session:sync()
    process.eventually(function()
      return tonumber(db:value [[select count(*) from pg_stat_activity
        where application_name like 'raymig%']]) == 0
    end, "the connections to end")
  end)
end)
