--- `raymig plugin new`: the files that a plugin begins with.

local host = ...

local calls = host.require "raymig.host.plugin_calls"

local M = {}

local PLUGIN = [==[
-- raymig-api: 1
-- What @NAME@ adds to raymig. docs/plugins.md explains each field; delete what you do not need.

---@type raymig.Plugin
return {
  name = "@NAME@",
  version = "0.1.0",
  summary = "one line for raymig plugin list",

  -- In the config: plugins = { { "@NAME@", greeting = "hi" } }
  options = {
    greeting = { type = "string", default = "hello", help = "what the command says" },
  },

  schema = {
    -- pg.table "users" { pg.bigint "id" :primary_key(), pg.@ID@_columns() }
    mixins = {
      @ID@_columns = function(ctx)
        return { ctx.pg.text "@ID@_note" :comment "added by the plugin @NAME@" }
      end,
    },
  },

  commands = {
    ["@NAME@"] = {
      summary = "greets, and counts the tables of the schema",
      run = function(ctx)
        local tables = 0
        for _ in ctx:catalog "schema":each "table" do tables = tables + 1 end
        ctx:out(("%s, %d tables\n"):format(ctx.options.greeting, tables))
      end,
    },
  },

  hooks = {
    after_run = function(ctx, event)
      ctx:say(("@NAME@: %d applied"):format(event.applied))
    end,
  },

  lint = {
    no_note = {
      severity = "off",
      why = "An example: tables without the plugin's column are told.",
      how = "Add pg.@ID@_columns() to the table.",
      catalog = function(ctx, catalog)
        for _, object in ipairs(ctx.changed) do
          if object.kind == "table"
            and not catalog:find("column", object.schema, "@ID@_note", object.name) then
            ctx:report { object = object, message = ("table %s has no note"):format(object.name) }
          end
        end
      end,
    },
  },
}
]==]

local SPEC = [==[
-- The plugin @NAME@, used as a project would use it. Run with busted in the project's folder:
--
--     busted spec/@ID@_plugin_spec.lua        RAYMIG=path/to/raymig says which raymig

local function raymig(words)
  local pipe = assert(io.popen((os.getenv "RAYMIG" or "raymig") .. " " .. words .. " 2>&1"))
  local text = pipe:read "a"
  local _, _, code = pipe:close()
  return code, text
end

describe("plugin @NAME@", function()
  local config = os.tmpname()

  setup(function()
    local file = assert(io.open(config, "w"))
    assert(file:write(("return { plugins = { %q } }"):format(
      os.getenv "PWD" .. "/lua/plugins/@NAME@.lua")))
    file:close()
  end)
  teardown(function() os.remove(config) end)

  it("loads, and says what it adds", function()
    local code, text = raymig("plugin list --config " .. config)
    assert.equal(0, code, text)
    assert.truthy(text:find("@NAME@ 0.1.0", 1, true), text)
  end)
end)
]==]

local function fill(text, name)
  local id = name:gsub("-", "_")
  return (text:gsub("@NAME@", name):gsub("@ID@", id))
end

--- given: name, and from, a bundled plugin to copy.
function M.write(given)
  if not given.name:find "^[%a_][%w_-]*$" then
    calls.raise { code = "usage", message = ("\"%s\" is no name for a plugin"):format(given.name),
      hint = "Letters, digits, _ and -, as in billing_rules." }
  end
  local text = fill(PLUGIN, given.name)
  if given.from then
    local copied, path, origin = host.plugin_source(given.from)
    if origin ~= "bundled" then
      local near = host.nearest(given.from, host.bundled_plugins())
      calls.raise { code = "usage", message = ("there is no bundled plugin \"%s\""):format(
        given.from), hint = near and ("Did you mean \"%s\"?"):format(near)
        or origin and ("%s is yours already."):format(path) or ("There are %s."):format(
        table.concat(host.bundled_plugins(), ", ")) }
    end
    text = copied:gsub("(name = )\"[%w_-]+\"", ("%%1\"%s\""):format(given.name), 1)
  end
  local version = text:match "version = \"([^\"]+)\"" or "0.1.0"
  local files = {
    { path = ("lua/plugins/%s.lua"):format(given.name), text = text },
    { path = ("spec/%s_plugin_spec.lua"):format((given.name:gsub("-", "_"))),
      text = (fill(SPEC, given.name):gsub("0%.1%.0", version)) },
  }
  local written = {}
  for _, file in ipairs(files) do
    if host.read_text(file.path) then
      calls.raise { code = "refused", message = ("there is a file \"%s\" already"):format(
        file.path) }
    end
  end
  for i, file in ipairs(files) do
    host.write_text(file.path, file.text)
    written[i] = { path = file.path, result = "wrote" }
  end
  return written
end

return M
