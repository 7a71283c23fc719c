--- Is a plan right? Two scripts, a database of the first, `raymig diff --sql` up and down, and
--- pg_dump -s as the witness.
--
--     local updown = require "spec.support.updown"
--     assert.same({}, updown.faults("create table t (a int)", "create table t (a bigint)").faults)
--
-- Up must make the first what a fresh load of the second is, a second diff must be empty, down must
-- bring the first back, and the rows that were there must be there after both, but for those that
-- the plan says it loses, and no sequence be behind them. Nothing that no ALTER changes counts: the
-- order of a table's columns, and whether a child says again what it has of its parent.

local cjson = require "cjson"
local dump = require "spec.support.dump"
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local rows = require "spec.support.rows"

local M = {}

-- What rows are refused with: of class 22 (a value that cannot be cast) and 23 (a constraint that
-- they break). That is no fault of the plan, which then is tried without any.
local REFUSALS = { "violate", "contains null values", "is violated by some row", "invalid input",
  "out of range", "could not create unique index", "value too long", "conflicting key value",
  "malformed", "cannot cast jsonb", "null value not allowed", "bit string length", "too long",
  "cannot be cast automatically to", "would overflow", "numeric field overflow",
  "could not create exclusion constraint", "no partition of relation", "invalid value",
  "does not allow null values", "could not identify a comparison function" }

local function is_refusal(message)
  for _, text in ipairs(REFUSALS) do
    if message:find(text, 1, true) then return true end
  end
  return false
end

---@class spec.UpDown
---@field faults string[] what is wrong
---@field skipped? string why the scripts do not load
---@field tables integer how many tables had rows as the plan went up
---@field refused boolean the plan did not go up before the rows were gone
---@field up? string the plan
---@field down? string and the way back

-- pg_dump's blocks of a database; where tables inherit of a copy, in which no column is said twice.
local function blocks(self, db)
  if not self.inherits then return dump.blocks(db, { columns = true }) end
  local copy = pg.create_database { template = db.name }
  copy:exec [[
    update pg_attribute set attislocal = false where attinhcount > 0;
    update pg_constraint set conislocal = false where coninhcount > 0;
  ]]
  local found = dump.blocks(copy, { columns = true })
  copy:drop()
  return found
end

local function raymig(self, ...)
  local argv = { ... }
  table.move({ "--from", self.a.url, "--to", self.b.url, "--shadow-url", self.a.url, "--lossy",
    { timeout = 300 } }, 1, 7, #argv + 1, argv)
  local result = self.project:run("diff", table.unpack(argv))
  if result.code ~= 0 then error("diff: " .. result.err, 0) end
  return result.out
end

local function excused_of(plans)
  local excused = {}
  for _, plan in ipairs(plans) do
    for _, step in ipairs(plan) do
      if step.loses_data then excused[step.object:gsub("^materialized view ", "table ")] = true end
    end
  end
  return excused
end

local function fault(self, format, ...)
  self.result.faults[#self.result.faults + 1] = format:format(...)
end

local function compare(self, when, left, right)
  local found = dump.differences_of(left, right)
  if #found > 0 then fault(self, "%s differs:\n%s", when, table.concat(found, "\n")) end
end

local function compare_rows(self, when, excused)
  local now = rows.read(self.a)
  local lost = rows.lost(self.rows, now, excused, self.between)
  self.between = now
  if #lost > 0 then fault(self, "%s rows are lost:\n%s", when, table.concat(lost, "\n")) end
  for _, column in ipairs(rows.behind(self.a)) do
    if not self.behind[column] then fault(self, "%s the sequence of %s is behind", when, column) end
  end
end

-- Runs a plan; where rows refuse it, without them.
local function apply(self, when, sql)
  local ok, message = pcall(self.a.exec, self.a, "begin;\n" .. sql .. "\ncommit;")
  if not ok and message:find "unsafe use of new value" then
    ok, message = pcall(self.a.exec, self.a, sql)
  end
  if not ok then fault(self, "%s: %s", when, message) end
  return ok
end

local function up_and_down(self)
  local result = self.result
  result.up, result.down = raymig(self, "--sql"), raymig(self, "--sql", "--down")
  local lossy = (result.up .. result.down):find("loses data", 1, true)
  local plans = lossy and cjson.decode(raymig(self, "--json")) or { steps_up = {}, steps_down = {} }
  local old, new = blocks(self, self.a), blocks(self, self.b)

  -- pg_dump tells no versions of extensions.
  if dump.is_same(old, new) and result.up:find "%S" and not result.up:find "ALTER EXTENSION" then
    fault(self, "both are the same, and the plan is not empty:\n%s", result.up)
  end
  self.rows, self.behind = rows.read(self.a), {}
  for _, column in ipairs(rows.behind(self.a)) do self.behind[column] = true end
  if not apply(self, "up", result.up) then return end
  compare(self, "up", blocks(self, self.a), new)
  compare_rows(self, "up:", excused_of { plans.steps_up })
  local again = raymig(self, "--sql")
  if again:find "%S" then fault(self, "the second plan is not empty:\n%s", again) end
  if not apply(self, "down", result.down) then return end
  compare(self, "down", blocks(self, self.a), old)
  compare_rows(self, "down:", excused_of { plans.steps_up, plans.steps_down })
end

local function load(db, sql)
  local ok, message = pcall(db.exec, db, sql)
  return not ok and message or nil
end

-- Between two databases, of which the first is changed.
local function between(a, b, fill, inherits)
  M.project = M.project and M.project.root and M.project or project.new()
  local self = { a = a, b = b, project = M.project, inherits = inherits,
    result = { faults = {}, tables = 0, refused = false } }
  local ok, message = xpcall(function()
    if fill then self.result.tables = rows.fill(a) end
    up_and_down(self)
  end, function(why)
    return type(why) == "string" and why:find "^diff: " and why or debug.traceback(why)
  end)
  if not ok then fault(self, "%s", message) end
  return self.result
end

-- `make` returns the two databases; again where rows refuse the plan.
local function with_and_without_rows(make, inherits)
  local a, b, skipped = make()
  local result = skipped and { faults = {}, tables = 0, skipped = skipped }
    or between(a, b, true, inherits)
  local first = result.faults[1] or ""
  a:drop()
  if result.tables > 0 and first:find "^%l+: " and is_refusal(first) then
    b:drop()
    a, b = make()
    rows.empty(a) -- the script may have brought some
    result = between(a, b, false, inherits)
    result.refused = true
    a:drop()
  end
  b:drop()
  return result
end

local function inherits(text)
  return text:lower():find "inherit" ~= nil
end

--- Both ways between two scripts.
---@param before string
---@param after string
---@return spec.UpDown
function M.faults(before, after)
  return with_and_without_rows(function()
    local a = pg.create_database { template = "template0" }
    local b = pg.create_database { template = "template0" }
    return a, b, load(a, before) or load(b, after)
  end, inherits(before .. after))
end

--- Both ways between what a script makes and what `change` makes of that.
---@param before string
---@param change fun(db: spec.Database): string[] what it ran
---@return spec.UpDown, string[]
function M.change_faults(before, change)
  local done = {}
  local result = with_and_without_rows(function()
    local a = pg.create_database { template = "template0" }
    local skipped = load(a, before)
    local b = pg.create_database { template = a.name }
    if not skipped then done = change(b) end
    return a, b, skipped
  end, true)
  return result, done
end

return M
