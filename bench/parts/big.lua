--- One migration of many statements. psql runs them with -1 -f: one transaction, as the tools do.

local migrations = require "bench.support.migrations"
local report = require "bench.support.report"
local sample = require "bench.support.sample"
local server = require "bench.support.server"

local STATEMENTS, BYTES = 50000, 10 * 1000 * 1000

local M = { name = "big",
  title = ("One file of %d MB, %d statements"):format(BYTES // 1000000, STATEMENTS) }

function M.run(context)
  local list, cases = migrations.big(STATEMENTS, BYTES), {}
  server.durable(false)
  report.say("one file of %d statements", STATEMENTS)
  for _, tool in ipairs(context.tools) do
    local target = { folder = context:folder("big", STATEMENTS, tool), socket = server.socket(),
      database = "big" }
    tool.write(target.folder, list)
    cases[#cases + 1] = { name = tool.name,
      before = function()
        server.fresh "big"
        server.settle()
      end,
      run = function() return sample.run((tool.one or tool.up)(target), context.log) end }
  end
  report.line("")
  report.figures(sample.interleave(cases), "psql")
  context:clean("big", STATEMENTS)
end

return M
