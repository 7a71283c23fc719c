--- The program alone: what starting it costs, before any file or server.

local sample = require "bench.support.sample"
local report = require "bench.support.report"

local M = { name = "startup", title = "Start-up: printing the version" }

function M.run(context)
  local cases = {}
  for _, tool in ipairs(context.tools) do
    local command = tool.version()
    command.env = context.env
    cases[#cases + 1] = { name = tool.name,
      run = function() return sample.run(command, context.log) end }
  end
  report.figures(sample.interleave(cases), "psql")
end

return M
