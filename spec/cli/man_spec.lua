--- man pages and docs/commands.md: made from the tables, whole, and without a formatter's warning.

local cjson = require "cjson"
local process = require "spec.support.process"
local project = require "spec.support.project"

local function has_program(name)
  return process.run { "sh", "-c", "command -v " .. name }.code == 0
end

describe("help --man", function()
  local p, help

  setup(function()
    p = project.new {}
    help = cjson.decode(p:must("help", "--json").out)
  end)

  it("lists every command, option, variable and exit code in raymig(1)", function()
    local page = p:must("help", "--man").out
    assert.matches("^%.TH raymig 1 %d%d%d%d%-%d%d%-%d%d ", page)
    page = page:gsub("\\%-", "-"):gsub("\\%&", "")
    for _, command in ipairs(help.commands) do
      assert.is_truthy(page:find("\\fBraymig " .. command.name .. "\\fR", 1, true), command.name)
    end
    for _, option in ipairs(help.options) do
      assert.is_truthy(page:find("--" .. option.name, 1, true), option.name)
    end
    for _, variable in ipairs(help.environment) do
      assert.is_truthy(page:find(variable.name, 1, true), variable.name)
    end
  end)

  it("says of a command all that help says", function()
    for _, command in ipairs(help.commands) do
      local page = p:must("help", "--man", command.name).out:gsub("\\%-", "-")
      assert.is_truthy(page:find("raymig-" .. command.name .. " - ", 1, true), command.name)
      for _, option in ipairs(command.options) do
        assert.is_truthy(page:find("--" .. option.name, 1, true), option.name)
      end
      assert.matches("%.SH EXAMPLES", page)
    end
  end)

  it("gives no formatter a reason to warn", function()
    local names = { false }
    for _, command in ipairs(help.commands) do names[#names + 1] = command.name end
    for _, name in ipairs(names) do
      local page = p:must("help", "--man", name or nil).out
      if has_program "mandoc" then
        local said = process.run { "mandoc", "-T", "lint", "-W", "warning", stdin = page }
        assert.equal("", said.out, name or "raymig")
      end
      if has_program "groff" then
        local said = process.run { "groff", "-man", "-Tutf8", "-ww", "-z", stdin = page }
        assert.equal("", said.err, name or "raymig")
      end
    end
  end)

  it("has docs/commands.md as it is written there", function()
    local file = assert(io.open "docs/commands.md")
    local text = file:read "a"
    file:close()
    assert.is_true(text == p:must("help", "--markdown").out, "stale: run make docs")
  end)
end)
