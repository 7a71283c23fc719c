-- Every kind of object, with all that can be said of it: spec/fixtures/kinds holds one script a
-- kind. Each is loaded into an empty database; its export makes the same database once more, for
-- pg_dump and for raymig, and so does its snapshot.
local lfs = require "lfs"
local dump = require "spec.support.dump"
local pg = require "spec.support.pg"
local project = require "spec.support.project"

local FOLDER = "spec/fixtures/kinds"

local function fixtures()
  local names = {}
  for name in lfs.dir(FOLDER) do
    names[#names + 1] = name:match "^(.*)%.sql$"
  end
  table.sort(names)
  return names
end

-- The script, which a snapshot gives as well.
local function export(db)
  local p = project.new({}, { database = db })
  local result = p:run "export"
  assert.equal("", result.err)
  assert.equal(0, result.code)
  p:must("export", "--json", "-o", "db.json")
  assert.equal(result.out, p:must("export", "--from", "db.json").out)
  assert.equal(p:read "db.json", p:must("export", "--from", "db.json", "--json").out)
  return result.out
end

-- Two databases of a server (default: the shared one), the second made from the first's export.
local function round_trip(sql, server)
  local original = (server or pg).create_database(server)
  local copy = (server or pg).create_database(server)
  original:exec(sql)
  local script = export(original)
  copy:exec(script)
  assert.equal(script, export(copy))
  return original, copy, script
end

describe("an export makes the same database again:", function()
  local names = fixtures()
  assert(#names > 0)

  for _, name in ipairs(names) do
    it(name, function()
      local sql = dump.fixture(("%s/%s.sql"):format(FOLDER, name), pg.major())
      local original, copy = round_trip(sql)
      assert.same({}, dump.differences(original, copy))
    end)
  end

  -- pg_dump of before 18 does not see it.
  it("a NOT NULL that is valid though the parent's is not", function()
    if pg.major() < 18 then
      pending "NOT VALID of NOT NULL is of PostgreSQL 18"
      return
    end
    local _, copy = round_trip(dump.fixture(FOLDER .. "/not_null_heirs.sql", pg.major()))
    assert.same("heir sure sure", copy:value [[
      SELECT string_agg(conrelid::regclass::text, ' ' ORDER BY conrelid::regclass::text)
      FROM pg_constraint c WHERE contype = 'n' AND convalidated
      AND conrelid IN (SELECT inhrelid FROM pg_inherits i JOIN pg_constraint p ON p.contype = 'n'
      AND p.conrelid = inhparent AND NOT p.convalidated AND p.conname = c.conname)
      AND NOT (SELECT relispartition FROM pg_class WHERE oid = conrelid)]])
  end)

  it("tablespaces", function()
    local server = pg.conf()
    server:database():exec [[
      SET allow_in_place_tablespaces = on;
      CREATE TABLESPACE fast LOCATION '';
      CREATE TABLESPACE "Slow one" LOCATION '';
    ]]
    local original, copy, script = round_trip([[
      CREATE TABLE t (id int PRIMARY KEY USING INDEX TABLESPACE "Slow one", b int4range,
        UNIQUE (b) USING INDEX TABLESPACE fast,
        EXCLUDE USING gist (b WITH &&) USING INDEX TABLESPACE fast) TABLESPACE fast;
      CREATE INDEX ON t (b) TABLESPACE "Slow one";
      CREATE MATERIALIZED VIEW m TABLESPACE fast AS SELECT * FROM t;
      CREATE TABLE p (a int, PRIMARY KEY (a) USING INDEX TABLESPACE "Slow one")
        PARTITION BY LIST (a) TABLESPACE fast;
      CREATE INDEX ON p (a) TABLESPACE fast;
      CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
      CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) TABLESPACE pg_default;
      CREATE TABLE p3 PARTITION OF p FOR VALUES IN (3) TABLESPACE "Slow one";
    ]], server)
    assert.matches("TABLESPACE fast", script, 1, true)
    assert.same({}, dump.differences(original, copy))
  end)

  -- pg_dump says nothing of the rights that the new schema has not, nor of a comment that it lost.
  it("a schema public that was dropped and made once more", function()
    local _, copy, script = round_trip "DROP SCHEMA public; CREATE SCHEMA public"
    assert.matches("REVOKE ALL ON SCHEMA public FROM PUBLIC;", script, 1, true)
    assert.equal("f", copy:value "SELECT has_schema_privilege('pg_monitor', 'public', 'usage')")
    local owner = "SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'public'"
    assert.equal("postgres", copy:value(owner))
  end)
end)
