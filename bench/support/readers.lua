--- The tools that read a database's catalog and write it down, one row each: a name, and what gives
-- the command for a database. `slow` ones are not given a large schema. One that is not there has
-- `missing`, which says why.

local pg = require "spec.support.pg"
local process = require "spec.support.process"
local tools = require "bench.support.tools"

local M = {}

---@class bench.Reader
---@field name string
---@field command fun(target: bench.Target): table
---@field missing? fun(): string?
---@field slow? boolean

local function root(path) return path:sub(1, 1) == "/" and path or tools.root .. "/" .. path end

local function url(target, scheme)
  return ("%s://postgres@localhost/%s?host=%s"):format(scheme or "postgresql", target.database,
    target.socket)
end

local function npm_file(path)
  local file = io.open(("%s/node_modules/%s"):format(tools.npm, path))
  if not file then return nil end
  file:close()
  return root(("%s/node_modules/%s"):format(tools.npm, path))
end

local function needs(path)
  return function() return not npm_file(path) and (tools.npm_problem or "not installed") or nil end
end

-- ---------------------------------------------------------------- raymig

local function raymig(name, ...)
  local words = { ... }
  return { name = name, command = function(target)
    process.run { "rm", "-rf", target.folder }
    process.run { "mkdir", "-p", target.folder }
    tools.write_file(target.folder .. "/raymig.lua", "return {}\n")
    return { root(os.getenv "RAYMIG_BIN" or "build/release/raymig"), cwd = target.folder,
      env = tools.env(nil, { DATABASE_URL = url(target) }), table.unpack(words) }
  end }
end

local function load(name, jobs)
  return { name = name, command = function(target)
    return { root "build/release/spec/c/run_load", url(target), jobs, env = tools.env() }
  end }
end

-- ---------------------------------------------------------------- others

local pg_dump = { name = "pg_dump -s", command = function(target)
  return { pg.program "pg_dump", "-s", url(target), env = tools.env() }
end }

local DRIZZLE_KIT = "drizzle-kit/bin.cjs"

-- Its config stands beside its packages; what it writes goes to the target's folder.
local drizzle_kit = { name = "drizzle-kit pull", slow = true, missing = needs(DRIZZLE_KIT),
  command = function(target)
    process.run { "rm", "-rf", target.folder }
    tools.write_file(tools.npm .. "/drizzle.pull.json", ('{"dialect": "postgresql", "out": "%s",'
      .. ' "schemaFilter": ["%s"], "dbCredentials": {"url": "%s"}}\n'):format(target.folder,
      table.concat(target.schemas, '", "'), url(target)))
    return { "node", npm_file(DRIZZLE_KIT), "pull", "--config=drizzle.pull.json",
      env = tools.env(), cwd = root(tools.npm) }
  end }

local MIGRA = "@pgkit/migra/package.json"

-- The difference to an empty database.
local migra = { name = "migra", slow = true, missing = needs(MIGRA), command = function(target)
  local socket = target.socket:gsub("/", "%%2F")
  return { root(tools.npm .. "/node_modules/.bin/migra"),
    ("postgresql://postgres@%s/%s"):format(socket, target.empty),
    ("postgresql://postgres@%s/%s"):format(socket, target.database),
    "--unsafe", "true", "--with-privileges", "true", env = tools.env() }
end }

---@type bench.Reader[]
M.all = {
  pg_dump,
  load("load", 1),
  load("load, 2 connections", 2),
  raymig("export", "export"),
  raymig("export -j 2", "export", "-j", 2),
  raymig("export --json", "export", "--json"),
  raymig("pull", "pull", "--schema-only"),
  raymig("pull -j 2", "pull", "--schema-only", "-j", 2),
  raymig("pull --split", "pull", "--schema-only", "--split"),
  drizzle_kit,
  migra,
}

return M
