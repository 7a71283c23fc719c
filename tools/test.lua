--- Runs the tests: test.lua [--long] [SPEC...]
--
-- Every spec file is a busted of its own, every C test and every browser spec (*_spec.mjs: node's
-- test runner and Chromium) a program of its own, side by side on the cores (JOBS); what one
-- prints is held back until it ends, so that nothing is interleaved.
-- All share one throwaway PostgreSQL, started here. Each program's last line is
-- `N passed, N failed, N skipped`; the last line here is their sum. A program that ends without
-- that line, or fails without a failure, counts as one failure. A run of no test at all fails.

package.path = "./?.lua;" .. package.path
local process = require "spec.support.process"
local pg = require "spec.support.pg"

local TOTALS = "(%d+) passed, (%d+) failed, (%d+) skipped\n*$"
local FILE_TIMEOUT, LONG_TIMEOUT = 900, 3600
local NO_LONG_SPECS = "no spec is tagged #long"

local mode = os.getenv "MODE" or "release"
local is_long = arg[1] == "--long"
if is_long then table.remove(arg, 1) end

local function lines_of(command)
  local lines = {}
  for line in process.run({ "sh", "-c", command }).out:gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  return lines
end

local function contains(path, text)
  local file = assert(io.open(path, "rb"))
  local found = file:read("a"):find(text, 1, true)
  file:close()
  return found ~= nil
end

-- ---------------------------------------------------------------- what to run

local function busted_job(path)
  local job = { name = path, "lua5.4", "spec/support/busted.lua", "--ignore-lua",
    "--run=" .. (is_long and "long" or "default") }
  local filter = os.getenv "FILTER"
  if filter then job[#job + 1] = "--filter=" .. filter end
  job[#job + 1] = path
  return job
end

local function c_job(path)
  return { name = path, ("build/%s/%s"):format(mode, (path:gsub("%.c$", ""))) }
end

-- What runs in a browser: node's own test runner, with a reporter that ends as ours do.
local function browser_job(path)
  local job = { name = path, "node", "--test-reporter=./spec/support/totals.mjs" }
  local filter = os.getenv "FILTER"
  if filter then job[#job + 1] = "--test-name-pattern=" .. filter end
  job[#job + 1] = path
  return job
end

local function job_of(path)
  if path:find "%.c$" then return c_job(path) end
  if path:find "%.mjs$" then return browser_job(path) end
  return busted_job(path)
end

local function all_jobs()
  local jobs = {}
  if not is_long then
    for _, path in ipairs(lines_of "ls spec/c/test_*.c spec/studio/*_spec.mjs 2>/dev/null") do
      jobs[#jobs + 1] = job_of(path)
    end
  end
  for _, path in ipairs(lines_of "find spec -name '*_spec.lua' | LC_ALL=C sort") do
    if not is_long or contains(path, "#long") then jobs[#jobs + 1] = busted_job(path) end
  end
  return jobs
end

local function named_jobs(paths)
  local jobs = {}
  for i, path in ipairs(paths) do jobs[i] = job_of(path) end
  return jobs
end

-- ---------------------------------------------------------------- running

local function start_server()
  local server = pg.server()
  process.setenv("RAYMIG_TEST_SOCKET", server.socket)
end

local function start(job)
  job.child = process.start { env = job.env, deathsig = "TERM", table.unpack(job) }
  job.deadline = process.now() + (is_long and LONG_TIMEOUT or FILE_TIMEOUT)
end

-- The counts of a finished program, and what it printed before them.
local function judge(result)
  local text = result.out .. result.err
  local passed, failed, skipped = result.out:match(TOTALS)
  if not passed then
    local why = ("  FAILED: ended with code %d and without a total\n"):format(result.code)
    return 0, 1, 0, text .. why
  end
  local told = result.out:gsub(TOTALS, "") .. result.err
  if result.code ~= 0 and failed == "0" then
    told = told .. ("  FAILED: exit code %d, though no test failed\n"):format(result.code)
    failed = "1"
  end
  return tonumber(passed), tonumber(failed), tonumber(skipped), told
end

local function finish(job, total)
  local result = job.child:wait(0.1)
  local passed, failed, skipped, told = judge(result)
  total.passed = total.passed + passed
  total.failed = total.failed + failed
  total.skipped = total.skipped + skipped
  if failed > 0 then total.broken[#total.broken + 1] = job.name end
  io.write(("%-4s  %-46s %4d passed%s%s  %.1f s\n"):format(failed > 0 and "FAIL" or "ok", job.name,
    passed, failed > 0 and (", %d failed"):format(failed) or "",
    skipped > 0 and (", %d skipped"):format(skipped) or "", result.seconds))
  io.write(told)
  io.flush()
end

local function run_all(jobs)
  local total = { passed = 0, failed = 0, skipped = 0, broken = {} }
  local slots = tonumber(os.getenv "TEST_JOBS") or tonumber(lines_of("nproc")[1]) or 2
  local active, next_job = {}, 1
  while next_job <= #jobs or #active > 0 do
    while #active < slots and next_job <= #jobs do
      start(jobs[next_job])
      active[#active + 1] = jobs[next_job]
      next_job = next_job + 1
    end
    for i = #active, 1, -1 do
      local job = active[i]
      if job.child:poll() or process.now() > job.deadline then
        finish(job, total)
        table.remove(active, i)
      else
        job.child:pump(5)
      end
    end
  end
  return total
end

-- ---------------------------------------------------------------- main

local function main()
  local jobs = #arg > 0 and named_jobs(arg) or all_jobs()
  if #jobs == 0 and is_long then print(NO_LONG_SPECS) end
  start_server()
  local total = run_all(jobs)
  if #total.broken > 0 then
    io.write("\nfailed:\n  ", table.concat(total.broken, "\n  "), "\n")
  end
  return total
end

local ok, total = xpcall(main, debug.traceback)
pg.stop_all()
if not ok then
  io.stderr:write(total, "\n")
  total = { passed = 0, failed = 1, skipped = 0 }
end
print(("%d passed, %d failed, %d skipped"):format(total.passed, total.failed, total.skipped))
local none_ran = total.passed + total.failed == 0 and not is_long
os.exit(total.failed == 0 and not none_ran)
