--- The tools that are compared, one row each: how to lay out a project for it, how to run it.
--
-- A migration here is { name =, up = { STATEMENT... }, down = { STATEMENT... } }; every tool gets
-- the same ones, each in its own layout, with the options that make it run each migration in a
-- transaction of its own and do nothing besides (no dump of the schema, no prompt). `adopt` marks
-- all as applied without running them, where that is a matter of a few rows.
--
-- A tool that is not there is skipped, and the report says so.

local pg = require "spec.support.pg"
local process = require "spec.support.process"

local M = { root = require("lfs").currentdir() }

M.npm = "build/bench/npm"

---@class bench.Target where to run
---@field folder string the project
---@field socket string folder of the server's socket
---@field database string

---@class bench.Tool
---@field name string
---@field missing fun(): string? why it cannot be run
---@field version fun(): string[] the command that prints its version
---@field named? fun(): string[] another one, where that does not tell
---@field write fun(folder: string, migrations: table[])
---@field up fun(target: bench.Target): table command
---@field down? fun(target: bench.Target, count: integer): table command
---@field noop? fun(target: bench.Target): table command, where it is not `up`
---@field adopt? fun(migrations: table[]): string SQL
---@field slow? boolean a second for some ten migrations

-- ---------------------------------------------------------------- helpers

function M.write_file(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
end

local function make_folder(path)
  assert(process.run { "mkdir", "-p", path }.code == 0, path)
end

local function absolute(path)
  return path:sub(1, 1) == "/" and path or M.root .. "/" .. path
end

local function url(target, scheme, more)
  return ("%s://postgres@localhost/%s?host=%s%s"):format(scheme or "postgresql", target.database,
    target.socket, more or "")
end

-- The little environment that every tool gets.
local function env(target, more)
  local out = { PATH = os.getenv "PATH", HOME = M.home, LANG = "C.UTF-8", TZ = "UTC",
    LD_LIBRARY_PATH = os.getenv "LD_LIBRARY_PATH" }
  if target then out.DATABASE_URL = url(target) end
  for name, value in pairs(more or {}) do out[name] = value end
  return out
end
M.env = env

local function statements(list)
  return table.concat(list, ";\n") .. ";\n"
end

local function which(name)
  local found = process.run { "sh", "-c", "command -v " .. name }
  return found.code == 0 and found.out:match "[^\n]+" or nil
end

local function npm_file(path)
  local full = M.npm .. "/node_modules/" .. path
  local file = io.open(full)
  if file then
    file:close()
    return absolute(full)
  end
  return nil
end

local function needs_npm(path)
  return function()
    if not which "node" then return "node is not installed" end
    if not npm_file(path) then return M.npm_problem or "not installed" end
    return nil
  end
end

-- A command that prints a package's version.
local function package_version(name)
  return function()
    return { "node", "-p", ("require('%s').version"):format(npm_file(name .. "/package.json")) }
  end
end

-- "VALUES (...), (...)" of a format over the migrations.
local function values(migrations, row)
  local rows = {}
  for i, migration in ipairs(migrations) do rows[i] = row(migration, i) end
  return table.concat(rows, ",\n")
end

local WHEN = 1700000000000 -- ms; the journal's first

local function journal(migrations, own)
  local entries = {}
  for i, migration in ipairs(migrations) do
    entries[i] = ([[    {
      "idx": %d,
      "version": "7",
      "when": %d,
      "tag": "%s",
      "breakpoints": true
    }]]):format(i - 1, WHEN + i, migration.name)
  end
  return ('{\n  "version": "7",\n  "dialect": "postgresql",\n%s  "entries": [\n%s\n  ]\n}\n')
    :format(own and '  "raymig": 1,\n' or "", table.concat(entries, ",\n"))
end

-- ---------------------------------------------------------------- raymig

local function raymig_binary()
  return absolute(os.getenv "RAYMIG_BIN" or "build/release/raymig")
end

local function raymig(name, write_down)
  return {
    name = name,
    missing = function() return nil end,
    version = function() return { raymig_binary(), "version" } end,
    write = function(folder, migrations)
      make_folder(folder .. "/migrations/meta")
      for _, migration in ipairs(migrations) do
        local path = folder .. "/migrations/" .. migration.name
        M.write_file(path .. ".sql", statements(migration.up))
        if migration.down then write_down(path, migration.down) end
      end
      M.write_file(folder .. "/migrations/meta/_journal.json", journal(migrations, true))
      M.write_file(folder .. "/raymig.lua", 'return { out = "migrations" }\n')
    end,
    up = function(target)
      return { raymig_binary(), "up", env = env(target), cwd = target.folder }
    end,
    down = function(target, count)
      return { raymig_binary(), "down", count, "--yes", env = env(target), cwd = target.folder }
    end,
  }
end

local function write_sql_down(path, down)
  M.write_file(path .. ".down.sql", statements(down))
end

local function write_lua_down(path, down)
  local calls = {}
  for i, statement in ipairs(down) do calls[i] = ("  db:exec [[%s]]\n"):format(statement) end
  M.write_file(path .. ".down.lua", "return function(db)\n" .. table.concat(calls) .. "end\n")
end

-- ---------------------------------------------------------------- psql

-- What raymig writes into its history, in one row: a hash, a time, a name, the down.
local HISTORY = "CREATE TABLE history (id serial PRIMARY KEY, hash text NOT NULL,"
  .. " created_at bigint, name text UNIQUE, applied_at timestamptz DEFAULT now(),"
  .. " tokens text, down_script text);\n"

local function psql_script(migrations)
  local parts = { HISTORY }
  for i, migration in ipairs(migrations) do
    local down = migration.down and "'" .. statements(migration.down):gsub("'", "''") .. "'"
    parts[#parts + 1] = ("BEGIN;\n%sINSERT INTO history (hash, created_at, name, tokens,"
      .. " down_script) VALUES ('%064d', %d, '%s', '%064d', %s);\nCOMMIT;\n"):format(
      statements(migration.up), i, WHEN + i, migration.name, i, down or "NULL")
  end
  return table.concat(parts)
end

local function psql_down_script(migrations)
  local parts = {}
  for i = #migrations, 1, -1 do
    if not migrations[i].down then return nil end
    parts[#parts + 1] = ("BEGIN;\n%sDELETE FROM history WHERE name = '%s';\nCOMMIT;\n"):format(
      statements(migrations[i].down), migrations[i].name)
  end
  return table.concat(parts)
end

local function psql_command(target, ...)
  local command = { pg.program "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", ... }
  command.env = env(target, { PGHOST = target.socket, PGUSER = "postgres",
    PGDATABASE = target.database, PGOPTIONS = "-c client_min_messages=warning" })
  return command
end

local psql = {
  name = "psql",
  missing = function() return nil end,
  version = function() return { pg.program "psql", "--version" } end,
  write = function(folder, migrations)
    make_folder(folder)
    M.write_file(folder .. "/all.sql", psql_script(migrations))
    local down = psql_down_script(migrations)
    if down then M.write_file(folder .. "/down.sql", down) end
    if #migrations == 1 then M.write_file(folder .. "/one.sql", statements(migrations[1].up)) end
  end,
  noop = function(target) return psql_command(target, "-c", "select 1") end,
  up = function(target) return psql_command(target, "-f", target.folder .. "/all.sql") end,
  one = function(target) return psql_command(target, "-1", "-f", target.folder .. "/one.sql") end,
  down = function(target) return psql_command(target, "-f", target.folder .. "/down.sql") end,
  adopt = function() return "" end,
}

-- ---------------------------------------------------------------- peers

local DBMATE = "@dbmate/linux-x64/bin/dbmate"

local dbmate = {
  name = "dbmate",
  missing = needs_npm(DBMATE),
  version = function() return { npm_file(DBMATE), "--version" } end,
  write = function(folder, migrations)
    make_folder(folder)
    for _, migration in ipairs(migrations) do
      M.write_file(("%s/%s.sql"):format(folder, migration.name),
        ("-- migrate:up\n%s\n-- migrate:down\n%s"):format(statements(migration.up),
          migration.down and statements(migration.down) or ""))
    end
  end,
  up = function(target)
    return { npm_file(DBMATE), "--no-dump-schema", "-d", target.folder, "migrate",
      env = env(target, { DATABASE_URL = url(target, "postgres", "&sslmode=disable") }) }
  end,
  adopt = function(migrations)
    return "create table schema_migrations (version varchar(128) primary key);\n"
      .. "insert into schema_migrations values " .. values(migrations, function(migration)
        return ("('%s')"):format(migration.name:match "^%d+")
      end)
  end,
}

local NODE_PG_MIGRATE = "node-pg-migrate/bin/node-pg-migrate.js"

local function node_pg_migrate_command(target, ...)
  local command = { "node", npm_file(NODE_PG_MIGRATE), ... }
  command.env = env(target)
  return command
end

local node_pg_migrate = {
  name = "node-pg-migrate",
  missing = needs_npm(NODE_PG_MIGRATE),
  version = function() return { "node", npm_file(NODE_PG_MIGRATE), "--version" } end,
  named = package_version "node-pg-migrate", -- its --version says "unknown"
  write = function(folder, migrations)
    make_folder(folder)
    for _, migration in ipairs(migrations) do
      M.write_file(("%s/%s.sql"):format(folder, migration.name),
        ("-- Up Migration\n%s\n-- Down Migration\n%s"):format(statements(migration.up),
          migration.down and statements(migration.down) or ""))
    end
  end,
  up = function(target)
    return node_pg_migrate_command(target, "up", "-m", target.folder, "--no-single-transaction",
      "--no-verbose")
  end,
  down = function(target, count)
    return node_pg_migrate_command(target, "down", count, "-m", target.folder,
      "--no-single-transaction", "--no-verbose")
  end,
  adopt = function(migrations)
    return "create table pgmigrations (id serial primary key, name varchar(255) not null,"
      .. " run_on timestamp not null);\ninsert into pgmigrations (name, run_on) values "
      .. values(migrations, function(migration) return ("('%s', now())"):format(migration.name) end)
  end,
}

local function write_drizzle(folder, migrations)
  make_folder(folder .. "/meta")
  for _, migration in ipairs(migrations) do
    M.write_file(("%s/%s.sql"):format(folder, migration.name),
      table.concat(migration.up, ";\n--> statement-breakpoint\n") .. ";\n")
  end
  M.write_file(folder .. "/meta/_journal.json", journal(migrations, false))
end

local function adopt_drizzle(migrations)
  return "create schema drizzle; create table drizzle.__drizzle_migrations (id serial primary key,"
    .. " hash text not null, created_at bigint);\ninsert into drizzle.__drizzle_migrations"
    .. " (hash, created_at) values "
    .. values(migrations, function(_, i) return ("('%064d', %d)"):format(i, WHEN + i) end)
end

local DRIZZLE_KIT = "drizzle-kit/bin.cjs"

local drizzle_kit = {
  name = "drizzle-kit",
  missing = needs_npm(DRIZZLE_KIT),
  version = function() return { "node", npm_file(DRIZZLE_KIT), "--version" } end,
  write = write_drizzle,
  up = function(target)
    -- Looks for pg beside the working folder, and for a config that is no absolute path.
    M.write_file(M.npm .. "/drizzle.config.json", ('{"dialect": "postgresql", "out": "%s",'
      .. ' "dbCredentials": {"url": "%s"}}\n'):format(target.folder, url(target)))
    return { "node", npm_file(DRIZZLE_KIT), "migrate", "--config=drizzle.config.json",
      env = env(target), cwd = absolute(M.npm) }
  end,
  adopt = adopt_drizzle,
}

local drizzle_orm = {
  name = "drizzle-orm",
  missing = needs_npm "drizzle-orm/package.json",
  version = package_version "drizzle-orm",
  write = write_drizzle,
  up = function(target)
    return { "node", absolute(M.npm .. "/migrate.mjs"), url(target), target.folder,
      env = env(target), cwd = absolute(M.npm) }
  end,
  adopt = adopt_drizzle,
}

local MIGRATE_MJS = [[
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.argv[2], max: 1 });
await migrate(drizzle(pool), { migrationsFolder: process.argv[3] });
await pool.end();
]]

local function sqitch_command(target, ...)
  local command = { "sqitch", ... }
  command.cwd = target.folder
  command.env = env(target, { PGHOST = target.socket, PGUSER = "postgres",
    SQITCH_FULLNAME = "bench", SQITCH_EMAIL = "bench@localhost" })
  return command
end

local sqitch = {
  name = "sqitch",
  slow = true,
  missing = function() return not which "sqitch" and "sqitch is not installed" or nil end,
  version = function() return { "sqitch", "--version" } end,
  write = function(folder, migrations)
    local plan = { "%syntax-version=1.0.0\n%project=bench\n\n" }
    make_folder(folder .. "/deploy")
    make_folder(folder .. "/revert")
    for i, migration in ipairs(migrations) do
      local name = migration.name:gsub("^%d+_", "")
      plan[#plan + 1] = ("%s %s bench <bench@localhost> # %d\n"):format(name,
        os.date("!%Y-%m-%dT%H:%M:%SZ", WHEN // 1000 + i), i)
      M.write_file(("%s/deploy/%s.sql"):format(folder, name),
        "BEGIN;\n" .. statements(migration.up) .. "COMMIT;\n")
      M.write_file(("%s/revert/%s.sql"):format(folder, name),
        "BEGIN;\n" .. statements(migration.down or { "SELECT 1" }) .. "COMMIT;\n")
    end
    M.write_file(folder .. "/sqitch.plan", table.concat(plan))
    M.write_file(folder .. "/sqitch.conf",
      ('[core]\n\tengine = pg\n[engine "pg"]\n\tclient = %s\n'):format(pg.program "psql"))
  end,
  up = function(target)
    return sqitch_command(target, "deploy", "db:pg://postgres@/" .. target.database)
  end,
  down = function(target)
    return sqitch_command(target, "revert", "-y", "db:pg://postgres@/" .. target.database)
  end,
}

M.raymig = raymig("raymig", write_sql_down)
M.raymig_lua = raymig("raymig, Lua downs", write_lua_down)
M.psql = psql

---@type bench.Tool[]
M.all = { M.raymig, psql, dbmate, node_pg_migrate, drizzle_orm, drizzle_kit, sqitch }

-- ---------------------------------------------------------------- which are there

-- Installs the npm packages of bench/package.json, once.
local function install_npm()
  if npm_file "@pgkit/migra/package.json" and npm_file(DBMATE) then return end
  if not which "npm" then
    M.npm_problem = "npm is not installed"
    return
  end
  make_folder(M.npm)
  assert(process.run { "cp", "bench/package.json", M.npm .. "/package.json" }.code == 0)
  io.stderr:write "bench: installing the peers from npm into build/bench/npm\n"
  local result = process.run { "npm", "install", "--no-audit", "--no-fund", "--loglevel=error",
    cwd = absolute(M.npm), timeout = 600 }
  if result.code ~= 0 then
    M.npm_problem = "npm install failed"
    io.stderr:write(result.err)
  end
end

--- Prepares; `only`: a set of names, nil for all. Gives the tools that are there, and lines about
--- what was skipped.
function M.prepare(home, only)
  M.home = home
  local skipped, found = {}, {}
  local wants_npm = false
  for _, tool in ipairs(M.all) do
    if tool ~= sqitch and tool ~= psql and tool ~= M.raymig and (not only or only[tool.name]) then
      wants_npm = true
    end
  end
  if wants_npm then install_npm() end
  for _, tool in ipairs(M.all) do
    local why = only and not only[tool.name] and "not asked for" or tool.missing()
    if why then
      skipped[#skipped + 1] = ("%s: %s"):format(tool.name, why)
    else
      found[#found + 1] = tool
    end
  end
  if not M.npm_problem and wants_npm then M.write_file(M.npm .. "/migrate.mjs", MIGRATE_MJS) end
  return found, skipped
end

return M
