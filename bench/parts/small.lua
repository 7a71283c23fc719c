--- Many small migrations, each in a transaction of its own, on an empty database.

local migrations = require "bench.support.migrations"
local report = require "bench.support.report"
local sample = require "bench.support.sample"
local server = require "bench.support.server"

local COUNT = 1000

local M = { name = "small", title = ("%d small migrations"):format(COUNT) }

function M.run(context)
  local list, cases = migrations.small(COUNT), {}
  for _, tool in ipairs(context.tools) do
    local target = { folder = context:folder("small", COUNT, tool), socket = server.socket(),
      database = "small" }
    tool.write(target.folder, list)
    cases[#cases + 1] = { name = tool.name,
      before = function()
        server.fresh "small"
        server.settle()
      end,
      run = function() return sample.run(tool.up(target), context.log) end }
  end
  for _, durable in ipairs { true, false } do
    report.say("%d small migrations, fsync %s", COUNT, durable and "on" or "off")
    server.durable(durable)
    report.line("\n### fsync %s", durable and "on" or "off")
    report.figures(sample.interleave(cases), "psql")
  end
  context:clean("small", COUNT)
end

return M
