-- Security labels. No provider comes with Debian's PostgreSQL, so a small one is built here, which
-- needs the server's headers (postgresql-server-dev-NN); RAYMIG_PG_INCLUDE names their folder.
local lfs = require "lfs"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local roundtrip = require "spec.support.roundtrip"

local SCHEMA = [[
CREATE SCHEMA s;
SECURITY LABEL FOR spec ON SCHEMA s IS 'schema';
CREATE TYPE s.mood AS ENUM ('a');
SECURITY LABEL FOR spec ON TYPE s.mood IS 'type';
CREATE DOMAIN s.name AS text;
SECURITY LABEL FOR spec ON DOMAIN s.name IS 'domain';
CREATE TABLE s.t (id bigint GENERATED ALWAYS AS IDENTITY, "B" text);
SECURITY LABEL FOR spec ON TABLE s.t IS 'it''s secret';
SECURITY LABEL FOR "Other one" ON TABLE s.t IS 'two';
SECURITY LABEL FOR spec ON COLUMN s.t."B" IS 'column';
SECURITY LABEL FOR spec ON SEQUENCE s.t_id_seq IS 'of an identity';
CREATE VIEW s.v AS SELECT id FROM s.t;
SECURITY LABEL FOR spec ON VIEW s.v IS 'view';
SECURITY LABEL FOR spec ON COLUMN s.v.id IS 'of a view';
CREATE MATERIALIZED VIEW s.m AS SELECT 1 AS one;
SECURITY LABEL FOR spec ON MATERIALIZED VIEW s.m IS 'matview';
CREATE FUNCTION s.f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
SECURITY LABEL FOR spec ON FUNCTION s.f(int) IS 'function';
CREATE PROCEDURE s.p() LANGUAGE sql AS '';
SECURITY LABEL FOR spec ON PROCEDURE s.p() IS 'procedure';
CREATE AGGREGATE s.total(int) (SFUNC = int4pl, STYPE = int);
SECURITY LABEL FOR spec ON AGGREGATE s.total(int) IS 'aggregate';
CREATE SEQUENCE s.q;
SECURITY LABEL FOR spec ON SEQUENCE s.q IS 'sequence';
CREATE PUBLICATION pub FOR TABLE s.t;
SECURITY LABEL FOR spec ON PUBLICATION pub IS 'publication';
CREATE FUNCTION s.e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch ON sql_drop EXECUTE FUNCTION s.e();
SECURITY LABEL FOR spec ON EVENT TRIGGER watch IS 'event trigger';
CREATE LANGUAGE own HANDLER plpgsql_call_handler;
SECURITY LABEL FOR spec ON LANGUAGE own IS 'language';
CREATE EXTENSION pgcrypto;
SECURITY LABEL FOR spec ON FUNCTION public.digest(text, text) IS 'of an extension''s';
]]

local function include_folder()
  local folder = os.getenv "RAYMIG_PG_INCLUDE"
    or ("/usr/include/postgresql/%d/server"):format(pg.major())
  return lfs.attributes(folder .. "/postgres.h", "mode") and folder or nil
end

-- The module, where the server's account can read it; nil and why not.
local function build(folder)
  local include = include_folder()
  if not include then return nil, "the server's headers are not installed" end
  local path = folder .. "/label_provider.so"
  local result = process.run { "sh", "-c", '${CC:-cc} -fPIC -shared -O1 -I"$1" -o "$2" "$3"', "sh",
    include, path, "spec/support/label_provider.c" }
  if result.code ~= 0 then return nil, result.err end
  process.run { "chmod", "-R", "a+rX", folder }
  return path
end

local function labels(db)
  return db:query [[SELECT objtype, objname, provider, label
    FROM pg_seclabels ORDER BY objtype, objname, provider, label]]
end

describe("security labels", function()
  local folder, server, why

  setup(function()
    local path
    folder = process.temp_folder "labels"
    path, why = build(folder)
    if path then server = pg.conf { session_preload_libraries = ("'%s'"):format(path) } end
  end)

  teardown(function() process.remove_folder(folder) end)

  local function database()
    local db = server:create_database()
    db:exec(SCHEMA)
    return db
  end

  it("come back from an export", function()
    if not server then return pending(why) end
    local db, copy = database(), server:create_database()
    local script = roundtrip.export(db)
    assert.matches("SECURITY LABEL FOR spec ON TABLE s.t IS 'it''s secret';\n", script, 1, true)
    assert.matches('SECURITY LABEL FOR "Other one" ON TABLE s.t IS \'two\';\n', script, 1, true)
    copy:exec(script)
    assert.equal(script, roundtrip.export(copy))
    assert.same(labels(db), labels(copy)) -- pg_dump has those of one object in no order
  end)

  it("come back from a snapshot and from Lua", function()
    if not server then return pending(why) end
    local db = database()
    local p = project.new({}, { database = db })
    p:must("export", "--json", "-o", "db.json")
    assert.equal(roundtrip.export(db), p:must("export", "--from", "db.json").out)
    assert.same({}, roundtrip.pull_faults(db))
  end)
end)
