--- The studio on ten million rows: pages at the edges and in the middle, exports, starting.
--
-- A page's time is the server's own (`ms` of the answer: every query it took, and nothing of HTTP);
-- beside it what a client waits for. Memory is the program's resident set before and at its highest
-- while ten million rows go out. BENCH_ROWS makes the table smaller.

local report = require "bench.support.report"
local server = require "bench.support.server"
local project = require "spec.support.project"
local process = require "spec.support.process"
local studio = require "spec.support.studio"

local M = { name = "studio", title = "The studio on a large table" }

local ROWS = tonumber(os.getenv "BENCH_ROWS") or 10000000
local RUNS = 21

local TABLES = [[
create table big (id bigint primary key, name text not null, rank int, at timestamptz not null);
insert into big select n, 'name of ' || n, case when n %% 10 > 0 then n %% 1000000 end,
  timestamptz '2026-01-01' + n * interval '1 second' from generate_series(1, %d) n;
create index on big (rank);
create table loose as select * from big limit %d;
vacuum analyze big;
vacuum analyze loose;
]]

local function median(values)
  table.sort(values)
  return values[(#values + 1) // 2]
end

local function memory(it_runs, field)
  local status = assert(io.open(("/proc/%d/status"):format(it_runs.child.pid)))
  local text = status:read "a"
  status:close()
  return tonumber(text:match(field .. ":%s*(%d+)")) / 1024
end

-- A request, many times: the server's own time and the client's, in ms.
local function measure(it_runs, body)
  local own, waited = {}, {}
  for i = 1, RUNS do
    local began = process.now()
    own[i] = it_runs:ask("/api/rows", body).ms
    waited[i] = (process.now() - began) * 1000
  end
  return median(own), median(waited)
end

local function pages(db)
  local big = tonumber(db:value "select 'big'::regclass::oid")
  local loose = tonumber(db:value "select 'loose'::regclass::oid")
  local ctid = db:value(("select ctid from loose offset %d limit 1"):format(ROWS // 2))
  local middle = ('["%d"]'):format(ROWS // 2)
  local rank = { { column = 3, descending = true, nulls = "last" } }
  return {
    { "first page", { oid = big, from = { edge = "first" } } },
    { "last page", { oid = big, from = { edge = "last" } } },
    { "page behind a row in the middle", { oid = big, from = { after = middle } } },
    { "page before it", { oid = big, from = { before = middle } } },
    { "sorted by an indexed column with NULLs, middle", { oid = big, sort = rank,
      from = { after = ('["500000","%d"]'):format(ROWS // 2) } } },
    { "the same, among the NULLs", { oid = big, sort = rank,
      from = { after = ('[null,"%d"]'):format(ROWS // 2) } } },
    { "without a key: first page", { oid = loose, from = { edge = "first" } } },
    { "without a key: last page", { oid = loose, from = { edge = "last" } } },
    { "without a key: middle", { oid = loose, from = { after = ('["%s"]'):format(ctid) } } },
  }
end

local function measure_pages(it_runs, db)
  report.table_head({ "of " .. ROWS .. " rows, 100 shown", "server ms", "with HTTP, ms" })
  for _, page in ipairs(pages(db)) do
    report.say("%s", page[1])
    local own, waited = measure(it_runs, page[2])
    report.line("| %s | %.1f | %.1f |", page[1], own, waited)
  end
end

local function measure_exports(it_runs, db)
  report.line("")
  report.table_head({ "export of all rows", "seconds", "MB", "resident set, MB more" })
  local oid = db:value "select 'big'::regclass::oid"
  for _, format in ipairs { "csv", "json", "sql" } do
    report.say("export as %s", format)
    local before, began = memory(it_runs, "VmRSS"), process.now()
    local result = process.run { "curl", "-sS", "-o", "/dev/null", "-w", "%{size_download}",
      "-H", "X-Raymig-Token: " .. it_runs.token, "-H", "Content-Type: application/json",
      "-d", ('{"oid": %s, "format": "%s"}'):format(oid, format),
      ("http://127.0.0.1:%d/api/export"):format(it_runs.port), timeout = 600 }
    report.line("| %s | %.1f | %.0f | %.1f |", format, process.now() - began,
      tonumber(result.out) / 2 ^ 20, memory(it_runs, "VmHWM") - before)
  end
end

local function measure_start(p)
  local times = {}
  for i = 1, RUNS do
    local began = process.now()
    local it_runs = studio.start(p)
    assert(it_runs:get("/api/session").status == 200)
    times[i] = (process.now() - began) * 1000
    it_runs:stop()
  end
  report.line("\nFrom start to the first answer: %.0f ms.", median(times))
end

function M.run()
  local db = server.fresh "studio"
  server.durable(false)
  report.say("a table of %d rows", ROWS)
  db:exec(TABLES:format(ROWS, ROWS))
  local p = project.new({}, { database = db })
  local it_runs = studio.start(p)
  measure_pages(it_runs, db)
  measure_exports(it_runs, db)
  it_runs:stop()
  measure_start(p)
  project.remove_all()
end

return M
