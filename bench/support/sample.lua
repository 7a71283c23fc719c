--- Running programs and gathering what they took.
--
-- Cases that are compared run interleaved, A B C A B C, never A A B B: a machine that gets slower
-- or faster meanwhile does so for all of them. The first round warms up and is thrown away. A case
-- that has used up its seconds drops out after three rounds at least, so that a slow tool does not
-- decide how long all of this takes; its figure says how many rounds it is of.

local process = require "spec.support.process"

local M = {
  runs = math.tointeger(tonumber(os.getenv "BENCH_RUNS" or 10)) or 10,
  seconds = tonumber(os.getenv "BENCH_SECONDS" or 40),
}

local root = require("lfs").currentdir()

local LEAST = 3
local LONGEST = 600 -- seconds for one run

---@class bench.Run
---@field seconds number wall clock, start and exit of the program with it
---@field user number
---@field system number
---@field rss number peak resident set, KiB

--- Runs a program: { PROGRAM, ARGUMENT..., env = , cwd = }. Raises unless it exits with 0.
---@return bench.Run
function M.run(command, log)
  local argv = { root .. "/build/bench/measure", log, env = command.env, cwd = command.cwd,
    timeout = LONGEST }
  for _, word in ipairs(command) do argv[#argv + 1] = word end
  local result = process.run(argv)
  local seconds, user, system, rss, code =
    result.out:match "^(%S+) (%S+) (%S+) (%d+) (%d+)\n$"
  if code ~= "0" then
    local file = io.open(log)
    error(("%s\nended with %s: %s%s"):format(table.concat(command, " "),
      code or result.code, result.err, file and file:read "a" or ""), 0)
  end
  return { seconds = tonumber(seconds), user = tonumber(user), system = tonumber(system),
    rss = tonumber(rss) }
end

local function median(values)
  local sorted = table.move(values, 1, #values, 1, {})
  table.sort(sorted)
  local middle = (#sorted + 1) // 2
  return #sorted % 2 == 1 and sorted[middle] or (sorted[middle] + sorted[middle + 1]) / 2
end

---@class bench.Figure
---@field name string
---@field median number seconds
---@field min number
---@field max number
---@field cpu number median of user and system seconds
---@field rss number the largest peak, KiB
---@field runs integer
---@field failed? string why there is no figure

---@return bench.Figure
local function figure(name, runs)
  local walls, cpus, rss = {}, {}, 0
  for i, run in ipairs(runs) do
    walls[i], cpus[i], rss = run.seconds, run.user + run.system, math.max(rss, run.rss)
  end
  return { name = name, median = median(walls), min = math.min(table.unpack(walls)),
    max = math.max(table.unpack(walls)), cpu = median(cpus), rss = rss, runs = #runs }
end

-- One round of a case: what it took, or nil and why not.
local function once(case)
  local ok, run = pcall(function()
    if case.before then case.before() end
    return case.run()
  end)
  if ok then return run end
  return nil, tostring(run)
end

--- Samples cases in turn. A case is { name =, run = function() -> bench.Run, before = function() };
--- `before` is not measured. Gives a figure for each; one that failed has `failed`.
---@return bench.Figure[]
function M.interleave(cases, options)
  options = options or {}
  local wanted = options.runs or M.runs
  local state = {}
  for i in ipairs(cases) do state[i] = { runs = {}, used = 0 } end
  for round = 0, wanted do
    for i, case in ipairs(cases) do
      local own = state[i]
      local spent = #own.runs >= math.min(LEAST, wanted) and own.used >= M.seconds
      if not own.failed and not spent then
        local run, why = once(case)
        if not run then
          own.failed = why
          io.stderr:write(("%s: %s\n"):format(case.name, why))
        else
          own.used = own.used + run.seconds
          if round > 0 then own.runs[#own.runs + 1] = run end
        end
      end
    end
  end
  local figures = {}
  for i, case in ipairs(cases) do
    figures[i] = state[i].failed and { name = case.name, failed = state[i].failed }
      or figure(case.name, state[i].runs)
  end
  return figures
end

return M
