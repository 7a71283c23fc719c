--- What --json prints is what docs/json/ says: every command, in success, refusal and error, held
--- against its JSON Schema. Schemas are strict: a key that they do not list is a fault here.

local cjson = require "cjson"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local schemas = require "spec.support.json_schema"

-- These print no document: a program for the shell.
local NO_DOCUMENT = { completion = true }

local UP = "CREATE TABLE users (id bigint PRIMARY KEY, email text);\n"
local SCHEMA = [[
local pg = require "raymig.schema"
pg.table "users" { pg.bigint "id" :primary_key(), pg.text "email" }
]]

describe("--json", function()
  local p, db
  local covered = {}

  before_each(function()
    db = pg.create_database()
    p = project.new({ ["raymig.lua"] = "return {}" }, { database = db })
  end)
  after_each(function()
    p:remove()
    db:drop()
  end)
  teardown(schemas.close)

  -- Runs it, holds what it prints against the schema of its name, and gives that.
  local function document(code, ...)
    local words = { ... }
    words[#words + 1] = "--json"
    local result = p:run(table.unpack(words))
    assert.equal(code, result.code, table.concat(words, " ") .. "\n" .. result.out .. result.err)
    schemas.validate(words[1], result.out)
    covered[words[1]] = true
    return cjson.decode(result.out)
  end

  local function migration(name, up, down)
    p:must("new", name, "--sql")
    local file = ("migrations/%04d_%s"):format(#p:files "migrations" // 2, name)
    p:write(file .. ".sql", up)
    if down then p:write(file .. ".down.sql", down) else p:delete(file .. ".down.sql") end
    return file:match "[^/]+$"
  end

  local function shadow() return "--shadow-url", pg.url() end

  it("of up, down, redo, goto: runs, and what they ran into", function()
    local first = migration("users", UP, "DROP TABLE users;")
    p:must("new", "fill", "--lua")
    p:write("migrations/0002_fill.lua",
      'return { up = function(db) db:notice "hello" end, down = function() end }')
    document(0, "up", "--dry-run")
    assert.equal("NOTICE: hello", document(0, "up").migrations[2].notices[1])
    document(0, "up")
    assert.equal("refused", document(4, "down").error.code == 4 and "refused")
    document(0, "down", "--yes", "--dry-run")
    document(0, "redo", "--yes")
    document(2, "redo", "--dry-run")
    document(0, "goto", first, "--yes")
    document(2, "goto", "nowhere")
    document(2, "goto")
    document(0, "up")
    migration("wrong", "SELECT 1;\nSELECT nothing FROM users;", "SELECT 1;")
    local failed = document(1, "up")
    assert.equal("42703", failed.error.sqlstate)
    assert.equal("failed", failed.migrations[1].result)
    document(2, "up", "--lock-wait", "soon")
    document(5, "up", "--url", "postgresql:///x?host=/nowhere")
    p:write("migrations/" .. first .. ".sql", UP .. "SELECT 1;\n")
    document(6, "up")
  end)

  it("of plan, status, check", function()
    migration("users", UP, "DROP TABLE users;")
    p:must("new", "fill", "--lua")
    p:write("migrations/0002_fill.lua", 'return { up = function() end, down = function() end }')
    document(0, "plan")
    document(3, "plan", "--exit-code")
    document(2, "plan", "--to", "nowhere")
    p:must("up", "1")
    document(0, "plan", "--down")
    document(0, "status")
    document(3, "status", "--exit-code")
    local failed = document(5, "status", "--url", "postgresql:///x?host=/nowhere")
    assert.is_nil(failed.command)
    document(0, "check", "--offline")
    document(0, "check", "--deep", "--offline", shadow())
    p:delete "migrations/0001_users.sql"
    document(6, "check")
    document(6, "status")
    p:write("raymig.lua", "return { nonsense = 1 }")
    document(2, "status")
    document(2, "check")
  end)

  it("of status and up: a migration that stopped half-way", function()
    migration("half", "-- raymig: transaction=none\nCREATE TABLE a (i int);\nSELECT 1 / 0;",
      "DROP TABLE a;")
    document(1, "up")
    assert.equal(1, document(0, "status").migrations[1].statements_done)
  end)

  it("of baseline and repair", function()
    local first = migration("users", UP, "DROP TABLE users;")
    document(4, "baseline", first, shadow())
    db:exec(UP)
    document(0, "baseline", first, "--dry-run", shadow())
    local marked = document(0, "baseline", first, "--yes", shadow())
    assert.equal("baselined", marked.migrations[1].result)
    document(2, "baseline", "nowhere")
    p:write("migrations/" .. first .. ".sql", UP .. "SELECT 1;\n")
    document(4, "repair")
    document(0, "repair", "--dry-run")
    document(0, "repair", "--yes")
    document(2, "repair", "--forget", "nowhere")
  end)

  it("of new and init", function()
    document(0, "new", "users")
    document(2, "new")
    document(4, "init")
    document(0, "init", "deep/shop")
    p:delete "raymig.lua"
    document(2, "init", "--from", "drizzle")
    p:write("drizzle.config.json", [[{ "dialect": "postgresql", "out": "./drizzle", "x": 1,
      "schema": "./src/schema.ts" }]])
    p:write("drizzle/meta/_journal.json",
      '{"version":"7","dialect":"postgresql","entries":[{"idx":0,"version":"7","when":1,'
        .. '"tag":"0000_a","breakpoints":true}]}')
    p:write("drizzle/0000_a.sql", "SELECT 1;")
    document(0, "init", "--from", "drizzle")
    p:delete "raymig.lua"
    db:exec [[CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations
      (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
      INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
        SELECT repeat('ab', 32), w FROM unnest(array[1, 1, 7]) w]]
    assert.is_false(document(6, "init", "--from", "drizzle").proof.agree)
    p:delete "raymig.lua"
    p.env.DATABASE_URL = nil
    assert.is_false(document(0, "init", "--from", "drizzle").proof.done)
  end)

  it("of generate and push", function()
    p:write("schema.lua", SCHEMA)
    document(3, "generate", "--check", shadow())
    document(0, "generate", "--dry-run", "--lua", shadow())
    document(0, "push", "--dry-run", shadow())
    document(0, "push", "--yes", shadow())
    document(0, "push", "--yes", shadow())
    assert.equal("wrote", document(0, "generate", "first", shadow()).files[1].result)
    document(0, "generate", shadow())
    document(0, "generate", "--empty", "fill", shadow())
    p:write("schema.lua", (SCHEMA:gsub("email", "mail")))
    assert.equal("users.email", document(4, "generate", shadow()).error.questions[1].dropped)
    document(4, "push", shadow())
    assert.equal(1, #document(0, "diff", "--from", "migrations", "--to", "schema",
      shadow()).questions)
    db:exec "INSERT INTO users VALUES (1, 'a')"
    document(4, "push", "--yes", "--dropped", "users.email", shadow())
    local lossy = document(0, "generate", "--dry-run", "--dropped", "users.email", shadow())
    assert.is_true(lossy.loses_data)
    p:write("schema.lua", "nonsense")
    document(1, "generate")
    document(1, "push")
  end)

  it("of diff, drift, export, erd, pull", function()
    p:write("a.sql", UP .. "CREATE TABLE posts (id bigint REFERENCES users ON DELETE CASCADE);")
    p:write("b.sql", UP:gsub("text", "varchar(10)"))
    for _, how in ipairs { "--summary", "--sql", "--exit-code" } do
      document(how == "--exit-code" and 3 or 0, "diff", "--from", "a.sql", "--to", "b.sql", how,
        shadow())
    end
    document(2, "diff", "--from", "nowhere", "--to", "empty")
    document(0, "erd", "--from", "a.sql", shadow())
    document(2, "erd", "--from", "nowhere")
    document(0, "export", "--from", "a.sql", shadow())
    document(2, "export", "--from", "nowhere")
    migration("users", UP, "DROP TABLE users;")
    p:must "up"
    document(0, "drift", shadow())
    db:exec "ALTER TABLE users ADD fax text; ALTER TABLE users ALTER email SET NOT NULL"
    document(3, "drift", "--exit-code", shadow())
    document(2, "drift", "--snapshot", "nowhere")
    document(0, "pull", "--dry-run", "--schema-only", shadow())
    document(0, "pull", "--schema-only", shadow())
    document(2, "pull", "--from", "nowhere")
  end)

  it("of pull in a folder without migrations", function()
    db:exec(UP)
    assert.equal("0000_baseline", document(0, "pull", "--yes", shadow()).baselined)
  end)

  it("of verify", function()
    migration("users", UP, "DROP TABLE users;")
    migration("mood", "CREATE TYPE mood AS ENUM ('a');", "SELECT 1;")
    migration("fax", "ALTER TABLE users ADD fax text;", "ALTER TABLE users ADD fax text;")
    migration("gone", "ALTER TABLE users DROP email;", "ALTER TABLE users ADD email text;")
    migration("none", "SELECT 1;")
    local found = document(1, "verify", shadow())
    assert.equal(2, found.wrong)
    assert.equal(1, found.no_down)
    document(0, "verify", "0001_users", shadow())
    document(1, "verify", "--require-down", "0005_none", shadow())
    document(2, "verify", "nowhere", shadow())
    migration("broken", "SELECT nothing;", "SELECT 1;")
    document(1, "verify", shadow())
  end)

  it("of lint", function()
    migration("users", "CREATE INDEX ON users (id);\nDROP TABLE x;", "SELECT 1;")
    document(1, "lint")
    migration("more", UP, "SELECT 1;")
    document(0, "lint", "0002")
    document(0, "lint", "--rules")
    document(2, "lint", "nowhere")
    p:write("raymig.lua", 'return { plugins = { "naming" } }')
    p:write("schema.lua", 'require("raymig.schema").table "Users" {}')
    document(0, "lint", "--schema", shadow())
    p:write("migrations/0001_users.sql", UP)
    p:write("migrations/0002_more.sql", "ALTER TABLE users ALTER id TYPE int;")
    document(1, "lint", "--observe", shadow())
  end)

  it("of rebase and squash", function()
    local function git(...)
      local result = process.run { "git", "-c", "user.name=a", "-c", "user.email=a@b", cwd = p.path,
        env = p.env, ... }
      return result.code
    end
    local function branch(name)
      p:write("schema/" .. name .. ".lua", SCHEMA:gsub("users", name))
      p:must("generate", "add_" .. name, shadow())
      git("add", ".")
      git("commit", "-qm", name)
    end
    git("init", "-qb", "main")
    branch "users"
    git("checkout", "-qb", "tags")
    branch "tags"
    git("checkout", "-q", "main")
    branch "posts"
    git("checkout", "-q", "tags")
    assert.equal(1, git("merge", "main"))
    document(2, "rebase", "--base", "nowhere")
    document(0, "rebase", "--dry-run", shadow())
    document(0, "rebase", shadow())
    document(4, "squash", shadow())
    git("add", ".")
    git("commit", "-qm", "merged")
    document(0, "squash", "--dry-run", shadow())
    assert.equal("removed", document(0, "squash", shadow()).files[4].result)
    document(2, "squash", "--to", "nowhere")
  end)

  it("of import", function()
    p:copy("spec/fixtures/formats/golang-migrate", "old")
    p:write("raymig.lua", 'return { out = "old" }')
    db:exec [[CREATE TABLE schema_migrations (version bigint not null primary key,
      dirty boolean not null); INSERT INTO schema_migrations VALUES (2, true)]]
    document(4, "import", "--to", "new", "--yes")
    db:exec "UPDATE schema_migrations SET dirty = false"
    document(0, "import", "--to", "new", "--dry-run")
    document(0, "import", "--to", "new", "--folder-only")
    assert.equal("imported",
      document(0, "import", "--to", "new", "--yes").migrations[1].state)
    document(2, "import", "--from", "nonsense")
  end)

  it("of studio", function()
    document(2, "studio", "--port", "nowhere")
    local child = p:start("studio", "--no-open", "--port", "0", "--json")
    local text = child:wait_for("^({.-\n})\n", 20)
    child:kill "INT"
    child:wait()
    schemas.validate("studio", assert(text))
  end)

  it("of dev", function()
    document(0, "dev", "status")
    document(0, "dev", "start")
    document(0, "dev", "url")
    document(0, "dev", "logs")
    document(4, "dev", "reset")
    document(0, "dev", "stop")
    document(0, "dev", "stop")
    document(0, "dev", "reset", "--yes")
    document(2, "dev", "nonsense")
  end)

  it("of plugin", function()
    document(0, "plugin", "list")
    document(0, "plugin", "new", "mine")
    document(4, "plugin", "new", "mine")
    document(2, "plugin", "nonsense")
    p:write("raymig.lua", 'return { plugins = { "mine", "audit", "naming", "seed", "tenancy" } }')
    document(0, "plugin", "list")
    p:write("raymig.lua", 'return { plugins = { "nowhere" } }')
    document(2, "plugin", "list")
  end)

  it("of help and version", function()
    document(0, "help")
    document(0, "help", "up")
    document(2, "help", "nonsense")
    document(0, "version")
    document(0, "version", "--verbose")
  end)

  it("of what is no command", function()
    for _, words in ipairs { { "stauts" }, { "up", "--jsno" } } do
      words[#words + 1] = "--json"
      schemas.validate("up", p:run(table.unpack(words)).out)
    end
  end)

  it("is told in docs/json.md as make docs writes it", function()
    local file = assert(io.open "docs/json.md")
    local page = file:read "a"
    file:close()
    assert.equal(process.run({ "lua5.4", "tools/json_docs.lua" }).out, page)
  end)

  it("of every command, each with a schema that was held against something", function()
    for _, command in ipairs(document(0, "help").commands) do
      if not NO_DOCUMENT[command.name] then assert.is_true(covered[command.name], command.name) end
    end
  end)
end)
