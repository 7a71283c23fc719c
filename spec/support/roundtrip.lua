--- SQL -> database -> `raymig export` -> an empty database: is it the same again?
--
--     local roundtrip = require "spec.support.roundtrip"
--     assert.same({}, roundtrip.faults("create table t (id int)"))
--
-- Compared are raymig's own export of both, byte by byte, and pg_dump -s of both but for order.

local dump = require "spec.support.dump"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"

local M = {}

local function exporter()
  M.project = M.project and M.project.root and M.project or project.new()
  return M.project
end

--- What raymig writes of a database; nil and what it says where it fails.
---@param db spec.Database
---@return string?, string?
function M.export(db)
  local result = exporter():run("export", { env = { DATABASE_URL = db.url }, timeout = 300 })
  if result.code ~= 0 or result.err ~= "" then return nil, result.err end
  return result.out
end

-- The first lines in which two texts differ.
local function first_difference(a, b)
  local left, right = a:gmatch "[^\n]*", b:gmatch "[^\n]*"
  while true do
    local x, y = left(), right()
    if x ~= y then return ("- %s\n+ %s"):format(x or "(end)", y or "(end)") end
    if not x then return "nothing" end
  end
end

local function compare(original, copy)
  local script, why = M.export(original)
  if not script then return { "export: " .. why } end
  local ok, message = pcall(copy.exec, copy, script)
  if not ok then return { "its export does not load: " .. message } end
  local faults = dump.differences(original, copy)
  local again, why_not = M.export(copy)
  if not again then
    faults[#faults + 1] = "second export: " .. why_not
  elseif again ~= script then
    faults[#faults + 1] = "second export: " .. first_difference(script, again)
  end
  return faults, script
end

--- What is not the same again, each as a text; empty where all is. `skipped`: the SQL itself does
--- not load, and this is why.
---@param sql string
---@return string[] faults, string? skipped
function M.faults(sql)
  local original, copy = pg.create_database(), pg.create_database()
  local loaded, message = pcall(original.exec, original, sql)
  local faults = loaded and compare(original, copy) or {}
  original:drop()
  copy:drop()
  return faults, not loaded and message or nil
end

-- ---------------------------------------------------------------- through Lua

local function run(p, ...)
  local result = p:run(...)
  if result.code ~= 0 then return nil, ("raymig %s: %s"):format((...), result.err) end
  return result.out
end

--- What is not the same again after `raymig pull`: the Lua schema is made real in a shadow, and its
--- export must be that of the database, and a second pull the same text. options: arguments of
--- pull, config (text of raymig.lua). luacheck must have nothing to say.
---@param db spec.Database
---@param options? { pull?: string[], config?: string }
---@return string[] faults
function M.pull_faults(db, options)
  options = options or {}
  local p = project.new({ ["raymig.lua"] = options.config or "return {}" }, { database = db })
  p:copy ".luacheckrc"
  local more = options.pull or {}
  local shadow = { "--shadow-url", db.url, "--lossy" }
  local function both(command, from, ...)
    local argv = { ... }
    for _, word in ipairs(from == "schema" and { "--from", "schema", table.unpack(shadow) }
      or { "--lossy" }) do
      argv[#argv + 1] = word
    end
    argv[#argv + 1] = { timeout = 300 }
    return run(p, command, table.unpack(argv))
  end
  local faults = {}
  local function fault(text) faults[#faults + 1] = text end
  local _, failed = run(p, "pull", "--schema-only", "--lossy", table.unpack(more))
  if failed then return { failed } end
  local script, why = both("export", "db")
  local again, why_not = both("export", "schema")
  if not (script and again) then return { why or why_not } end
  if script ~= again then fault("export: " .. first_difference(script, again)) end
  local text, second = both("pull", "db", "-o", "-", table.unpack(more)),
    both("pull", "schema", "-o", "-", table.unpack(more))
  if text ~= second then fault("second pull: " .. first_difference(text or "", second or "")) end
  local check = process.run { "luacheck", "-q", "--no-color", ".", cwd = p.path, timeout = 300 }
  if check.code ~= 0 then fault("luacheck: " .. check.out .. check.err) end
  p:remove()
  return faults
end

return M
