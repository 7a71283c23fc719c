--- Nothing pending: what every deployment runs, mostly for nothing.
--
-- Each tool has a database in which all of its migrations are applied, and is run again. psql runs
-- `select 1`. Round trips are counted by a proxy in one run more.

local migrations = require "bench.support.migrations"
local report = require "bench.support.report"
local sample = require "bench.support.sample"
local server = require "bench.support.server"

local M = { name = "noop", title = "Nothing pending" }

local SIZES = { 10, 1000, 10000 }
local TOO_MANY = 1000 -- files that a slow tool is not made to apply

local function adopt(context, tool, target, list)
  local db = server.fresh(target.database)
  if tool.adopt then
    db:exec(tool.adopt(list) .. ";")
  else
    sample.run(tool.up(target), context.log)
  end
end

--- The tools' projects of that size, all applied, each in its database.
function M.targets(context, size)
  local list = migrations.small(size)
  local targets = {}
  for _, tool in ipairs(context.tools) do
    if not (tool.slow and size > TOO_MANY) then
      local target = { tool = tool, socket = server.socket(),
        folder = context:folder("noop", size, tool),
        database = ("noop_%d_%s"):format(size, tool.name:gsub("%W", "_")) }
      tool.write(target.folder, list)
      adopt(context, tool, target, list)
      targets[#targets + 1] = target
    end
  end
  server.settle()
  os.execute "sleep 3" -- raymig remembers the hash of a file that was left alone for two seconds
  return targets
end

local function command(target, socket)
  local at = { folder = target.folder, database = target.database,
    socket = socket or target.socket }
  return (target.tool.noop or target.tool.up)(at)
end
M.command = command

local function count_trips(context, targets)
  local proxy = server.proxy(0)
  local counts = {}
  for _, target in ipairs(targets) do
    sample.run(command(target, proxy.socket), context.log)
    local trips, connections = proxy:trips()
    counts[target.tool.name] = connections == 1 and tostring(trips)
      or ("%d (%d connections)"):format(trips, connections)
  end
  return counts
end

function M.run(context)
  server.durable(false)
  for _, size in ipairs(SIZES) do
    report.say("nothing pending, %d files", size)
    local targets, cases = M.targets(context, size), {}
    local counts = count_trips(context, targets)
    for _, target in ipairs(targets) do
      cases[#cases + 1] = { name = target.tool.name,
        run = function() return sample.run(command(target), context.log) end }
    end
    report.line("\n### %d migrations, all applied", size)
    for _, tool in ipairs(context.tools) do
      if tool.slow and size > TOO_MANY then
        report.line("\n%s would take too long to get there and is left out.", tool.name)
      end
    end
    report.figures(sample.interleave(cases), "psql",
      { "round trips", function(figure) return counts[figure.name] end })
    context:clean("noop", size)
  end
end

return M
