--- A list of cases, worked off by several copies of this program on one server.
--
--     local passed, count = parts.run(options, cases, function(case) return true end)
--
-- `options.jobs` copies are started as `PROGRAM --part N ARGUMENTS`, each for every jobs-th case;
-- `options.part` says which one this is. What they print comes in their order.

local pg = require "spec.support.pg"
local process = require "spec.support.process"

local M = {}

local SUM = "(%d+) of (%d+)\n$"

local function run_part(all, jobs, number, run_one)
  local passed, count = 0, 0
  for i, case in ipairs(all) do
    if i % jobs == number % jobs then
      count = count + 1
      if run_one(case) then passed = passed + 1 end
      io.stdout:flush()
    end
  end
  return passed, count
end

local function run_children(jobs)
  process.setenv("RAYMIG_TEST_SOCKET", pg.server().socket)
  local children = {}
  for i = 1, jobs do
    children[i] = process.start { "lua5.4", arg[0], "--part", i, table.unpack(arg) }
  end
  local passed, count = 0, 0
  for _, child in ipairs(children) do
    local result = child:wait(36000)
    local n, m = result.out:match(SUM)
    if not n then error(result.out .. result.err, 0) end
    passed, count = passed + n, count + m
    io.write((result.out:gsub("%d+ of %d+\n$", "")))
  end
  return passed, count
end

--- Runs the cases; nil in a copy, which has printed its sum for the one that started it.
---@param options { jobs: integer, part?: integer }
---@param all any[]
---@param run_one fun(case: any): boolean
---@return integer? passed, integer? count
function M.run(options, all, run_one)
  if options.part then
    print(("%d of %d"):format(run_part(all, options.jobs, options.part, run_one)))
    return nil
  end
  if options.jobs == 1 then return run_part(all, 1, 1, run_one) end
  return run_children(options.jobs)
end

--- Runs `main`, ends the servers and projects, and exits: 0 where it returns true.
---@param main fun(): boolean
function M.main(main)
  local ok, result = xpcall(main, debug.traceback)
  require("spec.support.project").remove_all()
  pg.stop_all()
  if not ok then io.stderr:write(tostring(result), "\n") end
  os.exit(ok and result)
end

local made = {}

--- Roles outlive databases: each is made once, and gone with the server.
---@param roles? string[]
function M.make_roles(roles)
  for _, role in ipairs(roles or {}) do
    if role:lower() ~= "public" and not made[role] then
      made[role] = true
      pg.server():database():try(('create role "%s"'):format((role:gsub('"', '""'))))
    end
  end
end

--- The text of a file; nil where there is none.
---@param path string
---@return string?
function M.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return text
end

return M
