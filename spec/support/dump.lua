--- What pg_dump -s says of a database, to compare two of them without the order of their objects.
--
--     local dump = require "spec.support.dump"
--     assert.same({}, dump.differences(a, b))   -- spec.Databases; each text names its side, - or +
--     dump.blocks(a)                            -- one text an object, sorted
--
-- And SQL for several versions of PostgreSQL, as spec/fixtures/kinds has it: what stands between
-- the lines "-- {15+}" (15 and newer) or "-- {14-}" (14 and older) and the line "-- {}" counts only
-- there.
--
--     db:exec(dump.fixture("spec/fixtures/kinds/index.sql", pg.major()))

local lfs = require "lfs"
local pg = require "spec.support.pg"
local process = require "spec.support.process"

local M = {}

-- What depends on the session or is drawn by lot.
local NOISE = { "^SET default_", "^\\restrict", "^\\unrestrict", "^%-%-", "^%s*$" }

-- pg_dump refuses a newer server. Ours is then told that it is of pg_dump's own version: what an
-- older pg_dump does not know goes unseen, and is for the catalogs alone to compare.
function M.pg_dump_major()
  if not M.major then
    local said = process.run { pg.program "pg_dump", "--version" }
    M.major = tonumber(said.out:match " (%d+)%.")
  end
  return M.major
end

-- A statistics target that is the default is NULL since 17, which an older pg_dump takes for 0.
local function is_default_target(line)
  return line:find "SET STATISTICS 0;$" and M.pg_dump_major() < 17 and pg.major() >= 17
end

local function is_noise(line)
  if is_default_target(line) then return true end
  for _, pattern in ipairs(NOISE) do
    if line:find(pattern) then return true end
  end
  return false
end

-- Storage parameters have no order.
local function sort_options(list)
  local items = {}
  for item in list:gmatch "[^,]+" do items[#items + 1] = item:match "^%s*(.-)$" end
  table.sort(items)
  return "WITH (" .. table.concat(items, ", ") .. ")"
end

local function without_noise(text)
  local lines = {}
  for line in text:gmatch "[^\n]+" do
    if not is_noise(line) then lines[#lines + 1] = line:gsub("WITH %(([^()]*)%)", sort_options) end
  end
  return table.concat(lines, "\n")
end

-- Nor have grants: each line says who grants, then they are sorted.
local function sort_grants(text)
  local lines, role = {}, ""
  for line in text:gmatch "[^\n]+" do
    local set = line:match "^SET SESSION AUTHORIZATION (.*);$"
    role = set or not line:find "^RESET SESSION" and role or ""
    if not line:find "SESSION AUTHORIZATION" then lines[#lines + 1] = line .. " -- by " .. role end
  end
  table.sort(lines)
  return table.concat(lines, "\n")
end

-- It stands before the tables that it is for, until another one does.
local function access_method(text)
  return text:match ".*\nSET default_table_access_method = ([^;]*);"
end

local function environment()
  local own, env = M.pg_dump_major(), process.environ()
  if own < pg.major() then
    env.LD_PRELOAD = lfs.currentdir() .. "/build/spec/pg_dump_newer.so"
    env.RAYMIG_DUMP_VERSION = tostring(own * 10000)
  end
  return env
end

--- pg_dump's text. `...`: more arguments for it.
--- Nil where it is older than the server and fails at what it does not know.
---@param db spec.Database
---@return string?
function M.text(db, ...)
  local argv = { pg.program "pg_dump", "-s", db.url, ... }
  argv.timeout, argv.env = 300, environment()
  local result = process.run(argv)
  if result.code ~= 0 and M.pg_dump_major() < pg.major() then return nil end
  if result.code ~= 0 then error(result.err, 2) end
  assert(result.out:find "PostgreSQL database dump complete", "not a whole dump")
  return result.out
end

-- A table's columns have an order that no ALTER changes.
local function sort_columns(body)
  local lines = {}
  for line in body:gmatch "[^\n]+" do lines[#lines + 1] = line:gsub(",$", "") end
  table.sort(lines)
  return table.concat(lines, "\n")
end

-- Nor those of extended statistics, which follow them.
local function sort_statistics(body)
  return (body:gsub(" ON (.-) FROM", function(list)
    local names = {}
    for name in list:gmatch "[^,]+" do names[#names + 1] = name:match "^%s*(.-)$" end
    table.sort(names)
    return " ON " .. table.concat(names, ", ") .. " FROM"
  end))
end

--- One text an object, sorted, its heading ("t; Type: TABLE; ...") in the first line. options:
--- arguments for pg_dump; columns = true: the order of columns and attributes does not count.
---@param db spec.Database
---@param options? { columns?: boolean, [integer]: string }
---@return string[]
function M.blocks(db, options)
  options = options or {}
  local blocks, heading = {}, "\n%-%-\n%-%- Name: "
  local text = M.text(db, table.unpack(options))
  if not text then return {} end
  local from = select(2, text:find(heading))
  local method = access_method(text:sub(1, from))
  while from do
    local at, behind = text:find(heading, from)
    local block = text:sub(from + 1, at)
    local name = block:match "^[^\n]*"
    local body = without_noise(block:match "\n.*")
    local has_method = name:find "Type: TABLE;" or name:find "Type: MATERIALIZED VIEW;"
    if has_method and method and not body:find "\nPARTITION BY " then
      name = name .. "; Method: " .. method
    end
    if name:find "Type: [^;]*ACL;" then body = sort_grants(body) end
    if options.columns and (name:find "TABLE; Schema:" or name:find "Type: TYPE;") then
      body = sort_columns(body)
    elseif options.columns and name:find "Type: STATISTICS;" then
      body = sort_statistics(body)
    end
    blocks[#blocks + 1] = name .. "\n" .. body
    method = access_method(block) or method
    from = behind
  end
  table.sort(blocks)
  return blocks
end

--- True where two lists of blocks are equal.
---@param left string[]
---@param right string[]
---@return boolean
function M.is_same(left, right)
  return table.concat(left, "\n\n") == table.concat(right, "\n\n")
end

--- What only one of two lists of blocks has, a text each that names its side, - or +.
---@param left string[]
---@param right string[]
---@return string[]
function M.differences_of(left, right)
  local i, j, found = 1, 1, {}
  while left[i] or right[j] do
    if left[i] == right[j] then
      i, j = i + 1, j + 1
    elseif right[j] == nil or (left[i] and left[i] < right[j]) then
      found[#found + 1] = "- " .. left[i]:gsub("\n", "\n- ")
      i = i + 1
    else
      found[#found + 1] = "+ " .. right[j]:gsub("\n", "\n+ ")
      j = j + 1
    end
  end
  return found
end

--- What only one of two databases has; empty where they are equal but for order.
---@param a spec.Database
---@param b spec.Database
---@param options? { columns?: boolean, [integer]: string }
---@return string[]
function M.differences(a, b, options)
  return M.differences_of(M.blocks(a, options), M.blocks(b, options))
end

local function counts(mark, major)
  local version, sign = mark:match "^(%d+)([+-])$"
  assert(version, "not a version: " .. mark)
  if sign == "+" then return major >= tonumber(version) end
  return major <= tonumber(version)
end

--- The SQL of a file for that major version.
---@param path string
---@param major integer
---@return string
function M.fixture(path, major)
  local lines, wanted = {}, true
  for line in io.lines(path) do
    local mark = line:match "^%-%- {(.*)}%s*$"
    if mark then wanted = mark == "" or counts(mark, major) end
    lines[#lines + 1] = not mark and wanted and line or ""
  end
  return table.concat(lines, "\n") .. "\n"
end

return M
