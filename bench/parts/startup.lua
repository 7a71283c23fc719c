--- The program alone: what starting it costs, before any file or server; and its help, which in a
-- project shows the commands of the plugins, so that config and plugins are loaded for it.

local sample = require "bench.support.sample"
local report = require "bench.support.report"
local process = require "spec.support.process"
local tools = require "bench.support.tools"

local M = { name = "startup", title = "Start-up: printing version and help" }

-- Where help is printed, and the config there; nil: no project.
local HELPS = {
  { name = "outside a project" },
  { name = "a project without plugins", config = "return { out = \"migrations\" }\n" },
  { name = "a project with one plugin", config = "return { plugins = { \"audit\" } }\n" },
  { name = "a project with eight plugins", config = [[
return { plugins = { "audit", "docs", "naming", "notify", "seed", "soft_delete", "tenancy",
  "timestamps" } }
]] },
}

local function help_cases(context, program)
  local cases = {}
  for i, help in ipairs(HELPS) do
    local folder = context:folder(M.name, i, { name = "help" })
    assert(process.run { "mkdir", "-p", folder }.code == 0, folder)
    if help.config then tools.write_file(folder .. "/raymig.lua", help.config) end
    cases[i] = { name = "raymig --help: " .. help.name, run = function()
      return sample.run({ program, "--help", cwd = folder, env = context.env }, context.log)
    end }
  end
  return cases
end

function M.run(context)
  local cases = {}
  for _, tool in ipairs(context.tools) do
    local command = tool.version()
    command.env = context.env
    cases[#cases + 1] = { name = tool.name,
      run = function() return sample.run(command, context.log) end }
    if tool.name == "raymig" then
      for _, case in ipairs(help_cases(context, command[1])) do cases[#cases + 1] = case end
    end
  end
  report.figures(sample.interleave(cases), "psql")
end

return M
