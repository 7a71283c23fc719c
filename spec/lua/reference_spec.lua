--- docs/reference-*.md are what tools/reference.lua makes of lua/meta; and what is annotated there
--- is what the DSL has when it runs: its own tables are walked, not its text.

local lfs = require "lfs"
local process = require "spec.support.process"

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function pages(folder)
  local list = {}
  for name in lfs.dir(folder) do
    if name:find "^reference%-.*%.md$" then list[#list + 1] = name end
  end
  table.sort(list)
  return list
end

describe("the reference", function()
  local fresh = os.tmpname()
  os.remove(fresh)

  setup(function()
    assert(lfs.mkdir(fresh))
    local made = process.run { "lua5.4", "tools/reference.lua", fresh }
    assert.equal("", made.err)
    assert.equal(0, made.code)
  end)

  teardown(function()
    for _, name in ipairs(pages(fresh)) do os.remove(fresh .. "/" .. name) end
    lfs.rmdir(fresh)
  end)

  it("is as it would be written now", function()
    assert.same(pages(fresh), pages "docs")
    for _, name in ipairs(pages "docs") do
      assert.is_true(read("docs/" .. name) == read(fresh .. "/" .. name),
        "docs/" .. name .. " is stale: run make docs")
    end
  end)

  it("links to what stands on its pages", function()
    local anchors = {}
    for _, name in ipairs(pages "docs") do
      local text = read("docs/" .. name)
      for heading in text:gmatch "\n#+ ([^\n]+)" do
        anchors[name .. "#" .. heading:lower():gsub("[^%w _-]", ""):gsub(" ", "-")] = true
      end
      for id in text:gmatch '<a id="([^"]+)">' do anchors[name .. "#" .. id] = true end
    end
    for _, name in ipairs(pages "docs") do
      for file, id in read("docs/" .. name):gmatch "%]%(([%w.-]*)#([%w_-]+)%)" do
        local target = (file == "" and name or file) .. "#" .. id
        assert.is_true(anchors[target], name .. " links to " .. target)
      end
    end
  end)
end)

describe("the annotations", function()
  -- The runtime's own modules, as they are embedded, with as much of a host as loading them takes.
  local loaded = {}
  local host = { kinds = {}, plugins = {} }
  function host.require(name)
    if loaded[name] == nil then
      local path = "lua/" .. name:gsub("%.", "/") .. ".lua"
      loaded[name] = assert(loadfile(path))(host) or true
    end
    return loaded[name]
  end

  -- The functions of a class, by what it is called in its definition files.
  local function annotated(files, owner)
    local set = {}
    for file in files:gmatch "%S+" do
      local text = read("lua/meta/" .. file .. ".lua")
      for name in text:gmatch("\nfunction " .. owner .. "[.:]([%w_]+)%(") do set[name] = true end
    end
    return set
  end

  local function names(set)
    local list = {}
    for name in pairs(set) do list[#list + 1] = name end
    table.sort(list)
    return list
  end

  it("are those of pg's functions", function()
    local functions = host.require("raymig.schema").functions
    assert.is_true(#names(functions) > 30)
    assert.same(names(functions), names(annotated("schema", "pg")))
  end)

  it("are those of a column's methods", function()
    assert.same(names(host.require("raymig.schema.columns").methods),
      names(annotated("schema", "column")))
  end)

  it("are those of a handle's methods, and a type's", function()
    local facts = host.require("raymig.schema.facts").methods
    assert.same(names(facts), names(annotated("schema", "handle")))
    local own = {}
    for name in pairs(host.require("raymig.schema.types").methods) do
      if not facts[name] then own[name] = true end
    end
    assert.same(names(own), names(annotated("schema", "data_type")))
  end)

  it("are those of the operations of a change", function()
    assert.same(names(host.require("raymig.change.operations").methods),
      names(annotated("change change_parts", "m")))
  end)
end)
