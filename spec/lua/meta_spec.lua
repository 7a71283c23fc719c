-- The definition files in lua/meta say what there is: held against the tables in C and Lua.

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function sorted(set)
  local list = {}
  for name in pairs(set) do list[#list + 1] = name end
  table.sort(list)
  return list
end

local function collect(text, pattern, into)
  into = into or {}
  for name in text:gmatch(pattern) do into[name] = true end
  return into
end

-- Names of the rows in the luaL_Reg table called `name`.
local function registered(path, name, into)
  local body = assert(read(path):match("luaL_Reg " .. name .. "%[%] = (%b{})"), path)
  return collect(body, '{"([%a][%w_]*)",', into)
end

describe("lua/meta", function()
  local db = read "lua/meta/db.lua"

  it("has every method of db, and no other", function()
    local methods = {}
    registered("src/script/db.c", "small_methods", methods)
    for _, name in ipairs { "exec", "statement", "cursor", "copy", "scope", "batch" } do
      registered("src/script/db_" .. name .. ".c", "db_" .. name .. "_methods", methods)
    end
    collect(read "lua/raymig/host/db.lua", "methods%.([%w_]+) =", methods)
    methods.jsonb, methods.sql = true, true -- fields that are functions
    assert.same(sorted(methods), sorted(collect(db, "function db[:.]([%w_]+)%(")))
  end)

  it("has every field of db", function()
    local body = assert(read("src/script/db.c"):match "\npush_fields%b()\n(%b{})")
    local fields = collect(body, 'lua_setfield%(L, %-[23], "([%w_]+)"%)')
    fields.jsonb, fields.sql = nil, nil
    local class = assert(db:match "%-%-%-@class raymig%.db\n(.-)local db")
    assert.same(sorted(fields), sorted(collect(class, "@field ([%w_]+)")))
  end)

  it("has every method of its handles", function()
    assert.same(sorted(registered("src/script/db_statement.c", "methods")),
      sorted(collect(db, "function prepared:([%w_]+)%(")))
    assert.same(sorted(registered("src/script/db_cursor.c", "methods")),
      sorted(collect(db, "function rows:([%w_]+)%(")))
  end)

  it("has every option of db:batch and of COPY", function()
    local options = assert(read("lua/raymig/host/batch.lua"):match "local OPTIONS = (%b{})")
    local class = assert(db:match "@class raymig%.BatchOptions\n(.-)\n\n")
    assert.same(sorted(collect(options, '"(%w+)"')), sorted(collect(class, "@field (%w+)")))
    local keys = assert(read("lua/raymig/host/db.lua"):match "local COPY_KEYS = (%b{})")
    class = assert(db:match "@class raymig%.CopyOptions\n(.-)\n\n")
    assert.same(sorted(collect(keys, "(%w+) = true")), sorted(collect(class, "@field (%w+)")))
  end)

  it("has every function of the modules", function()
    local script = read "lua/meta/script.lua"
    assert.same(sorted(registered("src/script/json_write.c", "functions")),
      sorted(collect(script, "function json%.(%w+)%(")))
    for module, name in pairs { error = "errors", sql = "sqls" } do
      local found = collect(read("lua/raymig/" .. module .. ".lua"), "\nfunction M%.(%w+)%(")
      collect(read("lua/raymig/" .. module .. ".lua"), "\nM%.(%w+) =", found)
      collect(read("lua/raymig/" .. module .. ".lua"), "[{,] (is) = host", found)
      assert.same(sorted(found), sorted(collect(script, "function " .. name .. "%.(%w+)%(")))
    end
  end)

  it("has every key of the config, with its help", function()
    local source = read "src/script/config.c"
    local config = read "lua/meta/config.lua"
    for prefix, suffix in pairs { ray_config = "", migrations = ".migrations", lua = ".lua",
      limits = ".limits", lock = ".lock" } do
      local body = assert(source:match(prefix .. "_keys%[%] = (%b{})"), prefix)
      local keys = collect(body, '%.name = "(%w+)"')
      keys.targets = nil -- reserved
      local class = ("@class raymig.Config" .. suffix):gsub("%.", "%%.")
      local fields = assert((config .. "\n\n"):match(class .. "\n(.-)\n\n"))
      assert.same(sorted(keys), sorted(collect(fields, "@field (%w+)%?")))
    end
    for help in source:gmatch '%.help = "([^"\\]*)"}' do
      assert.truthy(config:find(help, 1, true), help)
    end
  end)

  it("has every function of the schema DSL, and no other", function()
    local found = { sql = true, schema = true }
    for _, name in ipairs { "indexes", "objects", "publications", "routines", "statistics",
      "tables", "triggers", "type_kinds", "views" } do
      collect(read("lua/raymig/schema/" .. name .. ".lua"), "\nfunction M%.([%w_]+)%(ns", found)
    end
    local main = assert(read("lua/raymig/schema.lua"):match "local functions = (%b{})")
    collect(main, "([%w_]+) =", found)
    local keys = read "lua/raymig/schema/keys.lua"
    collect(assert(keys:match "local ROWS = (%b{})"), "\n  ([%w_]+) = {", found)
    collect(keys, "\nROWS%.([%w_]+) =", found)
    collect(assert(read("lua/raymig/schema/objects.lua"):match "local ROWS = (%b{})"),
      "\n  ([%w_]+) = {", found)
    collect(read "lua/raymig/schema/publications.lua", "function M%.([%w_]+)%(ns", found)
    local meta = read "lua/meta/schema.lua"
    assert.same(sorted(found), sorted(collect(meta, "function pg%.([%w_]+)%(")))
  end)

  it("has every method of the schema's columns and handles", function()
    local meta, columns = read "lua/meta/schema.lua", read "lua/raymig/schema/columns.lua"
    local methods = collect(columns, "\nfunction methods%.([%w_]+)%(")
    for _, call in ipairs { "attribute", "key", "fact" } do
      collect(columns, "\n" .. call .. '%("([%w_]+)"', methods)
    end
    collect(assert(columns:match "local methods = (%b{})"), "([%w_]+) = facts", methods)
    assert.same(sorted(methods), sorted(collect(meta, "function column:([%w_]+)%(")))
    local facts = collect(read "lua/raymig/schema/facts.lua", "function methods%.([%w_]+)%(")
    collect(read "lua/raymig/schema/facts.lua", "\nmethods%.([%w_]+) = add", facts)
    assert.same(sorted(facts), sorted(collect(meta, "function handle:([%w_]+)%(")))
  end)

  it("has every option of the schema DSL", function()
    local meta = read "lua/meta/schema_bodies.lua"
    local function fields(class, into)
      local body = assert((meta .. "\n\n"):match("@class raymig%." .. class
        .. "%f[\n:].-\n(.-)\n\n"), class)
      return collect(body, "@field ([%w_]+)%??", into)
    end
    for class, where in pairs { TableOptions = "tables OPTIONS", ForeignTableOptions =
      "tables FOREIGN_OPTIONS", IndexOptions = "indexes SPEC", TriggerOptions = "triggers TRIGGER",
      FunctionOptions = "routines SPEC", DomainOptions = "type_kinds DOMAIN", SequenceNumbers =
      "sequences NUMBERS", StatisticsOptions = "statistics SPEC", PublicationOptions =
      "publications SPEC", PublicationTable = "publications TABLE", ForeignKeyOptions =
      "keys FOREIGN_KEY", Grant = "facts GRANT", ViewOptions = "views VIEW" } do
      local file, name = where:match "(%S+) (%S+)"
      local body = assert(read(("lua/raymig/schema/%s.lua"):format(file))
        :match("\nlocal " .. name .. " = (%b{})"), where)
      body = body:sub(2, -2):gsub("%b{}", "")
      assert.same(sorted(collect(body, "([%w_]+) =")), sorted(fields(class)), class)
    end
  end)

  it("has every operation of a change, and no other", function()
    local function rows(text, name)
      return collect(assert(text:match("\nlocal " .. name .. " = (%b{})")),
        "([%w_]+)\"?%]? = [%\"{]")
    end
    local operations = read "lua/raymig/change/operations.lua"
    local renames = read "lua/raymig/change/renames.lua"
    local methods = {}
    for _, text in ipairs { operations, renames, read "lua/raymig/change/facts.lua" } do
      collect(text, "\nfunction methods%.([%w_]+)%(", methods)
      collect(text, "\n%l+_%l+%(\"([%w_]+)\"", methods)
    end
    for kind in pairs(rows(operations, "KINDS")) do
      for _, verb in ipairs { "create_", "drop_", "alter_" } do methods[verb .. kind] = true end
    end
    for _, kind in ipairs { "view", "function", "procedure" } do
      methods["replace_" .. kind] = true
    end
    for part in pairs(collect(assert(operations:match "\nlocal PARTS = (%b{})"),
      "\n  ([%w_]+) = {")) do
      methods["add_" .. part], methods["drop_" .. part] = true, true
    end
    for list in renames:gmatch "in ipairs (%b{})" do
      for kind in list:gmatch "\"([%w_]+)\"" do methods["rename_" .. kind] = true end
    end
    assert.same(sorted(methods),
      sorted(collect(read "lua/meta/change.lua" .. read "lua/meta/change_parts.lua",
        "\nfunction m:([%w_]+)%(")))
  end)

  describe("of plugins", function()
    local meta = read "lua/meta/plugin.lua" .. "\n\n"
    local descriptor = read "lua/raymig/host/plugin_descriptor.lua"

    -- The fields of a class, as its annotations have them.
    local function fields(class)
      local body = assert(meta:match("---@class " .. class:gsub("%.", "%%.") .. "\n(.-)\n\n"))
      return collect(body, "---@field ([%w_]+)")
    end

    -- The keys of a table of rows in the descriptor's checks.
    local function rows(name)
      local body = assert(descriptor:match("\nlocal " .. name .. " = (%b{})"), name)
      return collect(body:sub(2, -2):gsub("%b{}", "R"), "([%w_]+) = R")
    end

    it("has every field of a descriptor, and no other", function()
      for class, name in pairs { ["raymig.Plugin"] = "DESCRIPTOR",
        ["raymig.Plugin.Option"] = "OPTION", ["raymig.Plugin.Command"] = "COMMAND",
        ["raymig.Plugin.CommandOption"] = "COMMAND_OPTION", ["raymig.Plugin.Schema"] = "SCHEMA",
        ["raymig.Plugin.Format"] = "FORMAT", ["raymig.Plugin.Source"] = "SOURCE",
        ["raymig.Plugin.Reporter"] = "REPORTER", ["raymig.Plugin.Migration"] = "MIGRATION" } do
        assert.same(sorted(rows(name)), sorted(fields(class)), class)
      end
      local rule = collect(assert(descriptor:match "M%.RULE = (%b{})"):sub(2, -2):gsub("%b{}", "R"),
        "([%w_]+) = R")
      assert.same(sorted(rule), sorted(fields "raymig.Plugin.Rule"))
      assert.same(sorted(collect(assert(descriptor:match "M%.HOOKS = (%b{})"), '"([%w_]+)"')),
        sorted(fields "raymig.Plugin.Hooks"))
    end)

    it("has every method of ctx, of catalogs and of rules", function()
      local context = read "lua/raymig/host/plugin_context.lua"
      local lint = read "lua/raymig/host/lint.lua"
      for class, text in pairs { Context = context, Command = context, Catalog =
        read "lua/raymig/host/catalog.lua", Lint = lint:gsub("Context:", "Lint:") } do
        assert.same(sorted(collect(text, "\nfunction " .. class .. ":([%w_]+)%(")),
          sorted(collect(meta, "\nfunction " .. class .. ":([%w_]+)%(")), class)
      end
      assert.same(sorted(collect(context, "\n  function event:([%w_]+)%(")),
        sorted(collect(meta, "\nfunction Plan:([%w_]+)%(")))
    end)
  end)
end)
