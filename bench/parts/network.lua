--- The same behind a network: what its round trip costs, and whether that grows with the files.

local migrations = require "bench.support.migrations"
local noop = require "bench.parts.noop"
local report = require "bench.support.report"
local sample = require "bench.support.sample"
local server = require "bench.support.server"

local M = { name = "network", title = "Behind a network" }

local DELAYS = { 0, 1, 5 }
local SIZES = { 10, 1000 }
local APPLIED = 100

-- Rows are tools, columns are delays: medians, and what a millisecond more costs.
local function matrix(rows)
  local heads = { "" }
  for _, delay in ipairs(DELAYS) do heads[#heads + 1] = ("%d ms away"):format(delay) end
  heads[#heads + 1] = "round trips' worth"
  report.table_head(heads)
  for _, row in ipairs(rows) do
    local cells = { row.name }
    for i, figure in ipairs(row) do
      cells[i + 1] = figure.failed and "failed" or ("%s (%s - %s)"):format(
        report.milliseconds(figure.median), report.milliseconds(figure.min),
        report.milliseconds(figure.max))
    end
    local first, last = row[1], row[#row]
    cells[#cells + 1] = (first.failed or last.failed) and "" or ("%.1f"):format(
      (last.median - first.median) * 1000 / DELAYS[#DELAYS])
    report.table_row(cells)
  end
  report.line("")
end

-- Every case at every delay, all of them interleaved.
local function sample_all(rows, options)
  local proxies, cases = {}, {}
  for i, delay in ipairs(DELAYS) do proxies[i] = server.proxy(delay) end
  for _, row in ipairs(rows) do
    for i, proxy in ipairs(proxies) do
      cases[#cases + 1] = { name = ("%s, %d ms"):format(row.name, DELAYS[i]),
        before = row.before, run = function() return row.run(proxy.socket) end }
    end
  end
  local figures = sample.interleave(cases, options)
  for i, row in ipairs(rows) do
    for j in ipairs(DELAYS) do row[j] = figures[(i - 1) * #DELAYS + j] end
  end
  matrix(rows)
end

local function run_noop(context, size)
  local rows = {}
  for _, target in ipairs(noop.targets(context, size)) do
    rows[#rows + 1] = { name = target.tool.name, run = function(socket)
      return sample.run(noop.command(target, socket), context.log)
    end }
  end
  report.line("\n### Nothing pending, %d files: median ms (min - max)", size)
  sample_all(rows)
  context:clean("noop", size)
end

local function run_up(context)
  local list, rows = migrations.small(APPLIED), {}
  for _, tool in ipairs(context.tools) do
    if not tool.slow then
      local folder = context:folder("network", APPLIED, tool)
      tool.write(folder, list)
      rows[#rows + 1] = { name = tool.name,
        before = function() server.fresh "network" end,
        run = function(socket)
          return sample.run(tool.up { folder = folder, socket = socket, database = "network" },
            context.log)
        end }
    end
  end
  report.line("\n### Applying %d small migrations: median ms (min - max)", APPLIED)
  sample_all(rows, { runs = 5 })
  context:clean("network", APPLIED)
end

function M.run(context)
  server.durable(false)
  for _, size in ipairs(SIZES) do
    report.say("behind a network: nothing pending, %d files", size)
    run_noop(context, size)
  end
  report.say("behind a network: applying %d", APPLIED)
  run_up(context)
end

return M
