--- README and docs/: their Lua is Lua, what they call exists, and what they link to is there. That
--- examples do what is said is manual_spec.lua's business; this one is quick and needs no database.

local cjson = require "cjson"
local lfs = require "lfs"
local manual = require "spec.support.manual"
local process = require "spec.support.process"
local project = require "spec.support.project"

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

describe("the manual", function()
  it("has every page in its index", function()
    local index = read "docs/README.md"
    for _, page in ipairs(manual.pages()) do
      local name = page:match "^docs/(.+)$"
      if name and name ~= "README.md" then
        assert.is_truthy(index:find("](" .. name .. ")", 1, true), name)
      end
    end
  end)

  it("quotes messages that the program has, and every exit code", function()
    local texts = {}
    for path in process.run { "find", "src", "lua/raymig", "-name", "*.[cl]*" }.out:gmatch "%S+" do
      -- String literals that stand behind each other are one; \" is a quote, %s something named.
      texts[#texts + 1] = read(path):gsub('"%s*\n%s*"', ""):gsub('\\"', '"')
    end
    local source = table.concat(texts, "\n")
    local page, quoted = read "docs/troubleshooting.md", 0
    for message in page:match("## By message\n(.-)\n## "):gmatch "\n| %d+ | `(.-)` |" do
      for part in message:gmatch "[^.][^.]+" do
        assert.is_truthy(part == " " or source:find(part:match "^ ?(.-) ?$", 1, true), part)
      end
      quoted = quoted + 1
    end
    assert.is_true(quoted > 20)
    for _, row in ipairs(cjson.decode(project.new({}):must("help", "--json").out).exit_codes) do
      assert.is_truthy(page:find(("\n| %d | "):format(row.code)), row.code)
    end
  end)

  local commands, options = {}, { version = true }

  setup(function()
    local help = cjson.decode(project.new({}):must("help", "--json").out)
    for _, command in ipairs(help.commands) do
      commands[command.name] = {}
      if command.alias then commands[command.alias] = commands[command.name] end
      for _, option in ipairs(command.options) do commands[command.name][option.name] = true end
    end
    for _, option in ipairs(help.options) do options[option.name] = true end
  end)

  for _, page in ipairs(manual.pages()) do
    it("has Lua that compiles in " .. page, function()
      for info, block in read(page):gmatch "\n```lua([^\n]*)\n(.-)\n```" do
        local chunk, fault = load(block, "=" .. page)
        chunk = chunk or info:find "sketch" or load("return {" .. block .. "}", "=" .. page)
        assert.is_truthy(chunk, ("%s in\n%s"):format(fault, block))
      end
    end)

    it("calls commands and options that exist in " .. page, function()
      for line in read(page):gmatch "[^\n]+" do
        local call = line:match "^%$ raymig ([a-z].*)" or line:match "^ *raymig ([a-z].*)"
        local name = call and call:match "^[a-z]+"
        if name and commands[name] then
          for word in call:gsub("  .*", ""):gsub(" [&|;].*", ""):gmatch "%s%-%-([%w-]+)" do
            assert.is_true(commands[name][word] or options[word] or false, line)
          end
        end
      end
    end)

    it("links to files that are there from " .. page, function()
      local base = page:match "^(.*/)" or ""
      for target in read(page):gmatch "%]%(([^)#:]+)[^)]*%)" do
        if target ~= "https" and target ~= "http" then
          assert.is_truthy(lfs.attributes(base .. target), target)
        end
      end
    end)
  end
end)
