-- raymig-api: 1
-- tenancy: the same tables in many PostgreSQL schemas, one for each tenant.
--
--     plugins = { { "tenancy", tenants = { "acme", "globex" } } }     -- or file = "tenants.txt"
--
--     pg.tenants(function(pg, tenant)
--       pg.table "invoices" { pg.bigint "id" :identity() :primary_key() }
--     end)
--
-- A tenant more is a line more, and raymig generate.

local function trim(text) return text:match "^%s*(.-)%s*$" end

-- The tenants of the config, then those of the file: a name a line, # is a comment.
local function tenants(ctx)
  local list, seen = {}, {}
  local function add(name)
    if name == "" or seen[name] then return end
    if not name:find "^[%a_][%w_-]*$" then
      ctx:fail(("\"%s\" is no name for a tenant"):format(name), "Letters, digits, _ and -.")
    end
    list[#list + 1], seen[name] = name, true
  end
  for _, name in ipairs(ctx.options.tenants) do add(name) end
  local text = ctx.options.file ~= "" and ctx:read(ctx.options.file) or ""
  for line in (text .. "\n"):gmatch "(.-)\n" do add(trim((line:gsub("#.*", "")))) end
  return list
end

local function schema_of(ctx, tenant) return ctx.options.prefix .. tenant end

local function list_command(ctx)
  local known = {}
  ctx:transaction(function(db)
    for row in db:each "SELECT nspname::text AS name FROM pg_namespace" do
      known[row.name] = true
    end
  end)
  local rows = ctx.json.array {}
  for i, tenant in ipairs(tenants(ctx)) do
    local schema = schema_of(ctx, tenant)
    rows[i] = { tenant = tenant, schema = schema, exists = known[schema] == true }
    if not ctx.as_json then
      ctx:out(("%-24s %s\n"):format(tenant, known[schema] and "there" or "not yet"))
    end
  end
  if ctx.as_json then ctx:out(ctx.json.encode { ok = true, tenants = rows } .. "\n") end
end

local function add_command(ctx)
  local name = ctx.args[2] or ctx:fail("tenant add needs a name", nil, "usage")
  if ctx.options.file == "" then
    ctx:fail("the option \"file\" of the plugin is not set",
      "Add the tenant to the config's tenants, or say { \"tenancy\", file = \"tenants.txt\" }.",
      "usage")
  end
  for _, known in ipairs(tenants(ctx)) do
    if known == name then ctx:fail(("there is a tenant \"%s\" already"):format(name)) end
  end
  local text = ctx:read(ctx.options.file) or ""
  if text ~= "" and text:sub(-1) ~= "\n" then text = text .. "\n" end
  ctx:write(ctx.options.file, text .. name .. "\n")
  tenants(ctx)
  ctx:say(("%s is in %s: raymig generate makes its schema"):format(name, ctx.options.file))
end

---@type raymig.Plugin
return {
  name = "tenancy",
  version = "1.0.0",
  summary = "pg.tenants(fn): the same tables in one schema for each tenant",

  options = {
    tenants = { type = "list", default = {}, help = "their names" },
    file = { type = "string", default = "", help = "a file with a name a line" },
    prefix = { type = "string", default = "", help = "stands before the schema's name" },
  },

  schema = {
    mixins = {
      --- Calls fn(pg, tenant) for each tenant, pg being its schema; gives what it gave, by tenant.
      tenants = function(ctx, fn)
        if type(fn) ~= "function" then
          ctx:fail "pg.tenants takes a function(pg, tenant)"
        end
        local results = {}
        for _, tenant in ipairs(tenants(ctx)) do
          results[tenant] = fn(ctx.pg.schema(schema_of(ctx, tenant)), tenant) or true
        end
        return results
      end,
    },
  },

  commands = {
    tenant = {
      summary = "the tenants, and which of them have their schema; a new one",
      arguments = "[list | add NAME]",
      max_args = 2,
      examples = "raymig tenant             which there are\n"
        .. "raymig tenant add acme    one more, in the plugin's file",
      complete = function(_, word)
        local found = {}
        for _, action in ipairs { "add", "list" } do
          if action:sub(1, #word) == word then found[#found + 1] = action end
        end
        return found
      end,
      run = function(ctx)
        local action = ctx.args[1] or "list"
        if action == "list" then list_command(ctx)
        elseif action == "add" then add_command(ctx)
        else
          ctx:fail(("tenant has no action \"%s\""):format(action), "It has list and add.", "usage")
        end
      end,
    },
  },
}
