--- Taking many small migrations back. Only tools that can take back more than one in a run.

local migrations = require "bench.support.migrations"
local report = require "bench.support.report"
local sample = require "bench.support.sample"
local server = require "bench.support.server"
local tools = require "bench.support.tools"

local COUNT = 1000

local M = { name = "down", title = ("Taking %d migrations back"):format(COUNT) }

-- The database in which all are applied, from which each run's own is copied.
local function case(context, tool, list)
  local template = "down_" .. tool.name:lower():gsub("%W+", "_")
  local target = { folder = context:folder("down", COUNT, tool), socket = server.socket(),
    database = template }
  tool.write(target.folder, list)
  server.fresh(template)
  sample.run(tool.up(target), context.log)
  target.database = "down"
  return { name = tool.name,
    before = function()
      server.copy("down", template)
      server.settle()
    end,
    run = function() return sample.run(tool.down(target, COUNT), context.log) end }
end

function M.run(context)
  local list, cases = migrations.small(COUNT), {}
  report.say("taking %d back", COUNT)
  server.durable(false)
  for _, tool in ipairs(context.tools) do
    if tool.down then
      cases[#cases + 1] = case(context, tool, list)
      if tool == tools.raymig then
        cases[#cases + 1] = case(context, tools.raymig_lua, list)
      end
    end
  end
  report.line("")
  report.figures(sample.interleave(cases), "psql")
  context:clean("down", COUNT)
end

return M
