--- Random schemas for round trips: the same seed and version give the same SQL.
--
--     local sql = require("spec.support.random_schema").sql(4711, pg.major())
--
-- Every script loads into an empty database of a server where nobody else uses the roles of M.ROLES
-- (the script makes them). What a schema is made of is drawn in the order in which people write
-- it: types, functions, tables and what hangs on them, views, then later changes (columns that go
-- and come, partitions that are attached and detached). random_names.lua draws the identifiers,
-- random_types.lua the types, random_tables.lua the tables, random_rest.lua what stands on them.

local names = require "spec.support.random_names"
local rest = require "spec.support.random_rest"
local tables = require "spec.support.random_tables"
local types = require "spec.support.random_types"

local M = {}

M.ROLES = { "raymig_random", 'raymig "Random" two' }

---@class spec.Random a script in the making
---@field major integer
---@field statements string[]
---@field roles string[] quoted
---@field schemas string[] quoted
---@field relations table[] tables, views, ...: name (quoted, qualified), kind, columns
---@field types table[] what columns may be of
local Random = {}
Random.__index = Random

-- xorshift64*, so that no other user of math.random moves it.
function Random:bits()
  local x = self.state
  x = x ~ (x >> 12)
  x = x ~ (x << 25)
  x = x ~ (x >> 27)
  self.state = x
  return (x * 0x2545F4914F6CDD1D) >> 33
end

--- A whole number between low and high.
function Random:int(low, high)
  return low + self:bits() % (high - low + 1)
end

--- True in so many of a hundred.
function Random:chance(percent)
  return self:bits() % 100 < percent
end

function Random:pick(list)
  assert(#list > 0, "nothing to pick from")
  return list[self:int(1, #list)]
end

--- As pick, among those that `test` is true of; nil where there are none.
function Random:pick_where(list, test)
  local found = {}
  for _, item in ipairs(list) do
    if test(item) then found[#found + 1] = item end
  end
  return #found > 0 and self:pick(found) or nil
end

--- The list in another order.
function Random:shuffle(list)
  local out = table.move(list, 1, #list, 1, {})
  for i = #out, 2, -1 do
    local j = self:int(1, i)
    out[i], out[j] = out[j], out[i]
  end
  return out
end

--- Between low and high of the list's items, in another order.
function Random:some(list, low, high)
  local out = self:shuffle(list)
  local count = math.min(#out, self:int(low, high))
  return table.move(out, 1, count, 1, {})
end

--- Appends a statement.
function Random:add(format, ...)
  local text = select("#", ...) > 0 and format:format(...) or format
  self.statements[#self.statements + 1] = text .. ";\n"
end

--- Sometimes a comment on "TABLE x".
function Random:comment(what)
  if self:chance(25) then
    self:add("comment on %s is %s", what, self:literal(self:pick(names.TEXTS)))
  end
end

function Random.literal(_, text)
  if text:find "\\" then return "E'" .. text:gsub("'", "''"):gsub("\\", "\\\\") .. "'" end
  return "'" .. text:gsub("'", "''") .. "'"
end

--- A new name in a schema (default: any), quoted and qualified.
function Random:qualified(word, schema)
  return (schema or self:pick(self.schemas)) .. "." .. names.new(self, word)
end

local function make_roles(self)
  for i, role in ipairs(M.ROLES) do
    self.roles[i] = names.quote(role)
    self:add("do $$ begin if not exists (select from pg_roles where rolname = %s) then\n"
      .. "  create role %s; end if; end $$", self:literal(role), names.quote(role))
  end
end

local function make_schemas(self)
  self.schemas[1] = "public"
  for _ = 1, self:int(0, 2) do
    local name = names.new(self, "schema")
    self.schemas[#self.schemas + 1] = name
    self:add("create schema %s%s", name,
      self:chance(20) and " authorization " .. self:pick(self.roles) or "")
    self:comment("schema " .. name)
  end
end

--- What draws for a seed: :int, :chance, :pick, :some, :shuffle.
---@param seed integer
---@return spec.Random
function M.generator(seed)
  local self = setmetatable({ state = (seed + 1) * 0x9E3779B97F4A7C15 }, Random)
  for _ = 1, 8 do self:bits() end
  return self
end

--- The script of a seed for a server of that major version.
---@param seed integer
---@param major integer
---@return string
function M.sql(seed, major)
  local self = M.generator(seed)
  self.major, self.statements, self.roles, self.schemas = major, {}, {}, {}
  self.used, self.relations, self.types = {}, {}, {}
  self:add "set client_min_messages = warning"
  make_roles(self)
  make_schemas(self)
  types.make(self)
  rest.functions(self)
  tables.make(self)
  rest.make(self)
  return table.concat(self.statements)
end

return M
