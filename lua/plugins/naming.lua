-- raymig-api: 1
-- naming: conventions of names, as lint rules.
--
--     plugins = { { "naming", rule = "snake_case", tables = "plural" } }
--     lint = { ["naming/column"] = "error" }

local CASES = {
  snake_case = "^%l[%l%d]*$",
  camelCase = "^%l[%a%d]*$",
  PascalCase = "^%u[%a%d]*$",
}

-- Whether a name is of that case; in snake_case each word between underscores is looked at.
local function is_case(name, case)
  if case ~= "snake_case" then return name:find(CASES[case]) ~= nil end
  for word in (name .. "_"):gmatch "(.-)_" do
    if not word:find "^[%l%d]+$" then return false end
  end
  return name:find "^%l" ~= nil
end

-- English enough for names of tables: a word that ends in s, but not in ss.
local function is_plural(name)
  local last = name:match "([^_]+)$" or name
  return (last:find "s$" ~= nil and last:find "ss$" == nil) or last:find "people$" ~= nil
    or last:find "children$" ~= nil or last:find "data$" ~= nil
end

local function each(ctx, kinds, fn)
  for _, object in ipairs(ctx.changed) do
    if kinds[object.kind] and not object.inherited then fn(object) end
  end
end

local function rule(why, kinds, fn)
  return { severity = "warn", why = why,
    how = "Rename it while nobody uses it: in the schema in Lua, :was \"old\" makes it a rename.",
    catalog = function(ctx, catalog)
      each(ctx, kinds, function(object)
        local message = fn(ctx, object, catalog)
        if message then ctx:report { object = object, message = message } end
      end)
    end }
end

-- "{table}_{columns}_idx" with what it stands for; nil where an index has an expression, which has
-- no name.
local function expand(pattern, object)
  local columns = {}
  for i, element in ipairs(object.columns or object.elements or {}) do
    columns[i] = element:gsub('^"(.*)"$', "%1"):match "^[%w_]+$"
    if not columns[i] then return nil end
  end
  return (pattern:gsub("{(%w+)}", { table = object.parent, columns = table.concat(columns, "_") }))
end

local SUFFIXES = { ["primary key"] = "primary_key", unique = "unique", check = "check" }

local function constraint_message(ctx, object)
  local key = object.kind == "foreign key" and "foreign_key" or SUFFIXES[object.type]
  local pattern = key and ctx.options[key]
  if not pattern or pattern == "" or object.inherited then return nil end
  if key == "check" then
    local suffix = pattern:match "([^}]*)$"
    if object.name:sub(-#suffix) == suffix then return nil end
    return ("check %s of %s does not end in %s"):format(object.name, object.parent, suffix)
  end
  local wanted = expand(pattern, object)
  -- PostgreSQL cuts what it names itself, and numbers what would be there twice.
  if not wanted or object.name == wanted or #wanted > 63
    or object.name:gsub("%d+$", "") == wanted then
    return nil
  end
  return ("%s %s of %s would be %s"):format(object.kind, object.name, object.parent, wanted)
end

---@type raymig.Plugin
return {
  name = "naming",
  version = "1.0.0",
  summary = "conventions of names, as lint rules",

  options = {
    rule = { type = "string", default = "snake_case",
      choices = { "snake_case", "camelCase", "PascalCase" }, help = "of tables and columns" },
    tables = { type = "string", default = "any", choices = { "any", "plural", "singular" },
      help = "the number of tables' names" },
    foreign_key_column = { type = "string", default = "_id",
      help = "suffix of columns that refer to another table; \"\": any" },
    index = { type = "string", default = "{table}_{columns}_idx", help = "\"\": any" },
    primary_key = { type = "string", default = "{table}_pkey", help = "\"\": any" },
    unique = { type = "string", default = "{table}_{columns}_key", help = "\"\": any" },
    foreign_key = { type = "string", default = "{table}_{columns}_fkey", help = "\"\": any" },
    check = { type = "string", default = "_check", help = "suffix; \"\": any" },
  },

  lint = {
    table = rule("Tables are named alike.", { table = true, view = true,
      ["materialized view"] = true }, function(ctx, object)
      if not is_case(object.name, ctx.options.rule) then
        return ("%s %s is not %s"):format(object.kind, object.name, ctx.options.rule)
      end
      local wanted = ctx.options.tables
      if object.kind == "table" and wanted ~= "any"
        and is_plural(object.name) ~= (wanted == "plural") then
        return ("table %s is not %s"):format(object.name, wanted)
      end
    end),

    column = rule("Columns are named alike.", { column = true }, function(ctx, object)
      if not is_case(object.name, ctx.options.rule) then
        return ("column %s of %s is not %s"):format(object.name, object.parent, ctx.options.rule)
      end
    end),

    foreign_key_column = rule("A column that refers to a table says so.",
      { ["foreign key"] = true }, function(ctx, object)
      local suffix = ctx.options.foreign_key_column
      local name = object.columns and #object.columns == 1 and object.columns[1]
      if ctx.options.rule ~= "snake_case" and suffix == "_id" then suffix = "Id" end
      if name and suffix ~= "" and name ~= "id" and name:sub(-#suffix) ~= suffix then
        return ("column %s of %s refers to %s and does not end in %s"):format(name, object.parent,
          object.references, suffix)
      end
    end),

    index = rule("An index is found by its table's name.", { index = true }, function(ctx, object)
      local wanted = expand(ctx.options.index, object)
      if ctx.options.index ~= "" and wanted and #wanted <= 63 and object.name ~= wanted
        and object.name:gsub("%d+$", "") ~= wanted then
        return ("index %s of %s would be %s"):format(object.name, object.parent, wanted)
      end
    end),

    constraint = rule("A constraint's name stands in errors: it says what it is of.",
      { constraint = true, ["foreign key"] = true }, constraint_message),
  },
}
