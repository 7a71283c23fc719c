--- A schema that people use: the one with the most CREATE statements among a folder's .sql files.
--
-- The folder is BENCH_SCHEMAS, or ../shared/corpus/schemas; where neither has a file there is none.

local pg = require "spec.support.pg"
local process = require "spec.support.process"
local tools = require "bench.support.tools"

local M = {}

local MOST = [[grep -cE '^CREATE ' /dev/null "$1"/*.sql 2>/dev/null | sort -t: -k2 -rn | head -1]]

local function path()
  local folder = os.getenv "BENCH_SCHEMAS" or "../shared/corpus/schemas"
  local found = process.run { "sh", "-c", MOST, "sh", folder }
  local name, count = found.out:match "^(.-):(%d+)"
  return count and count ~= "0" and name or nil
end

--- Its name, and the function that fills an empty database with it; nil where there is none.
---@return { name: string, path: string, fill: fun(target: bench.Target) }?
function M.find()
  local file = path()
  if not file then return nil end
  return { name = file:match "([^/]+)%.sql$", path = file, fill = function(target)
    local result = process.run { pg.program "psql", "-X", "-q", "-f", file, "-o", "/dev/null",
      env = tools.env(nil, { PGHOST = target.socket, PGUSER = "postgres",
        PGDATABASE = target.database, PGOPTIONS = "-c client_min_messages=error" }) }
    assert(result.code == 0, result.err)
  end }
end

return M
