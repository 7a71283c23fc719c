-- raymig-api: 1
-- seed: rows that a database is to have, in Lua, put in again and again without harm.
--
--     -- seeds/plans.lua                    for every environment; seeds/development/*.lua for one
--     return {
--       plans = {
--         key = { "code" },                  -- what tells rows apart; the primary key by default
--         { code = "free", price = 0 },
--         { code = "pro", price = 900 },
--       },
--       users = function(db) return { { email = "ann@example.com", plan_code = "pro" } } end,
--     }
--
-- Tables are filled in the order of their foreign keys, each row by INSERT ... ON CONFLICT DO
-- UPDATE, all in one transaction. `raymig seed --env development` runs both folders.

local function fail(ctx, message, hint) ctx:fail(message, hint, "usage") end

local function sorted(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

-- ---------------------------------------------------------------- files

local function files_in(ctx, folder)
  local list = {}
  for _, name in ipairs(ctx:list(folder) or {}) do
    if name:find "%.lua$" then list[#list + 1] = folder .. "/" .. name end
  end
  return list
end

local function files_of(ctx)
  local list = files_in(ctx, ctx.options.folder)
  local environment = ctx.flags.env or ctx.options.environment
  if environment ~= "" then
    local folder = ctx.options.folder .. "/" .. environment
    if not ctx:list(folder) and ctx.flags.env then
      fail(ctx, ("there is no folder \"%s\""):format(folder),
        "Seeds of an environment are in a folder of its name.")
    end
    for _, path in ipairs(files_in(ctx, folder)) do list[#list + 1] = path end
  end
  return list
end

-- "app.users" as schema and name.
local function split(name)
  local schema, table_name = name:match "^([^.]+)%.(.+)$"
  return schema or "public", table_name or name
end

-- What the files say, a list of { schema, name, rows, key, file } for each mention of a table.
local function read(ctx, files)
  local list = {}
  for _, path in ipairs(files) do
    local seeds = ctx:load(path)
    if type(seeds) ~= "table" then
      fail(ctx, ("%s returns no table of tables"):format(path),
        "return { users = { { email = \"...\" } } }")
    end
    for _, name in ipairs(sorted(seeds)) do
      local schema, table_name = split(name)
      list[#list + 1] = { schema = schema, name = table_name, rows = seeds[name], file = path }
    end
  end
  return list
end

-- ---------------------------------------------------------------- order

-- The tables in an order in which what is referred to comes first.
local function order(ctx, catalog, list)
  local wanted, state, ordered = {}, {}, {}
  for _, entry in ipairs(list) do
    local id = entry.schema .. "." .. entry.name
    wanted[id] = wanted[id] or {}
    table.insert(wanted[id], entry)
  end
  local function visit(id)
    local schema, name = split(id)
    local object = catalog:find("table", schema, name)
    if not object then
      fail(ctx, ("%s: there is no table \"%s\""):format(wanted[id] and wanted[id][1].file or "?",
        id))
    end
    if state[id] then return end
    state[id] = true -- a circle of foreign keys: they must be deferrable, or be filled by hand
    for _, key in ipairs(catalog:parts(object, "foreign key")) do
      local other_schema, other_name = split((key.references:gsub('"', "")))
      local other = other_schema .. "." .. other_name
      if other ~= id and catalog:find("table", other_schema, other_name) then visit(other) end
    end
    for _, entry in ipairs(wanted[id] or {}) do
      entry.object = object
      ordered[#ordered + 1] = entry
    end
  end
  for _, id in ipairs(sorted(wanted)) do visit(id) end
  return ordered
end

-- ---------------------------------------------------------------- rows

local function key_of(ctx, catalog, entry, rows)
  local key = rows.key or catalog:primary_key(entry.object)
  if type(key) == "string" then key = { key } end
  if not key then
    fail(ctx, ("%s: table %s has no primary key"):format(entry.file, entry.name),
      "Say key = { \"column\" }: columns with a unique index.")
  end
  return key
end

local function check_row(ctx, catalog, entry, row)
  for _, column in ipairs(sorted(row)) do
    if not catalog:find("column", entry.schema, column, entry.name) then
      fail(ctx, ("%s: table %s has no column \"%s\""):format(entry.file, entry.name, column))
    end
  end
end

-- INSERT of a row; what is there under its key is changed where it differs.
local function statement(db, entry, columns, key)
  local names, params, sets, differs, is_key, quoted_key = {}, {}, {}, {}, {}, {}
  for i, name in ipairs(key) do is_key[name], quoted_key[i] = true, db:quote_ident(name) end
  for i, name in ipairs(columns) do
    local quoted = db:quote_ident(name)
    names[i], params[i] = quoted, "$" .. i
    if not is_key[name] then
      sets[#sets + 1] = ("%s = EXCLUDED.%s"):format(quoted, quoted)
      differs[#differs + 1] = ("t.%s IS DISTINCT FROM EXCLUDED.%s"):format(quoted, quoted)
    end
  end
  local action = #sets == 0 and "DO NOTHING" or ("DO UPDATE SET %s WHERE %s"):format(
    table.concat(sets, ", "), table.concat(differs, " OR "))
  return ("INSERT INTO %s.%s AS t (%s) OVERRIDING SYSTEM VALUE VALUES (%s) ON CONFLICT (%s) %s")
    :format(db:quote_ident(entry.schema), db:quote_ident(entry.name), table.concat(names, ", "),
      table.concat(params, ", "), table.concat(quoted_key, ", "), action)
end

local function put(ctx, catalog, db, entry)
  local rows = entry.rows
  if type(rows) == "function" then rows = rows(db) end
  if type(rows) ~= "table" then
    fail(ctx, ("%s: the rows of %s are a list of tables"):format(entry.file, entry.name))
  end
  local key, changed = key_of(ctx, catalog, entry, rows), 0
  for _, row in ipairs(rows) do
    check_row(ctx, catalog, entry, row)
    local columns, values = sorted(row), {}
    for i, name in ipairs(columns) do values[i] = row[name] end
    changed = changed + db:exec(statement(db, entry, columns, key), table.unpack(values, 1,
      #columns))
  end
  return #rows, changed
end

local function is_numbered(catalog, entry, column)
  local default = catalog:find("default", entry.schema, column.name, entry.name)
  return column.identity or default and default.expression:find "nextval" ~= nil
end

-- A sequence behind numbers that were given goes on behind them.
local function move_sequences(catalog, db, entry)
  local relation = db:quote_ident(entry.schema) .. "." .. db:quote_ident(entry.name)
  for _, column in ipairs(catalog:parts(entry.object, "column")) do
    local name = is_numbered(catalog, entry, column)
      and db:value("SELECT pg_catalog.pg_get_serial_sequence($1, $2)", relation, column.name)
    local last = name and db:value(("SELECT max(%s) FROM %s"):format(db:quote_ident(column.name),
      relation))
    if last then
      db:exec(("SELECT pg_catalog.setval($1::regclass, GREATEST($2::bigint, (SELECT last_value "
        .. "FROM %s)))"):format(name), name, last)
    end
  end
end

local function run(ctx)
  local files = files_of(ctx)
  if #files == 0 then
    fail(ctx, ("there are no seeds in \"%s\""):format(ctx.options.folder),
      "A seed is a Lua file: return { users = { { email = \"...\" } } }")
  end
  local catalog = ctx:catalog "db"
  local list = order(ctx, catalog, read(ctx, files))
  local report, total = ctx.json.array {}, 0
  ctx:transaction(function(db)
    for i, entry in ipairs(list) do
      local rows, changed = put(ctx, catalog, db, entry)
      move_sequences(catalog, db, entry)
      total = total + changed
      report[i] = { table = entry.schema .. "." .. entry.name, file = entry.file, rows = rows,
        changed = changed }
    end
  end, { rollback = ctx.flags["dry-run"] })
  return report, total
end

local function run_and_tell(ctx)
  local report, total = run(ctx)
  local dry_run = ctx.flags["dry-run"] == true
  if ctx.as_json then
    ctx:out(ctx.json.encode { ok = true, dry_run = dry_run, seeds = report } .. "\n")
    return
  end
  for _, row in ipairs(report) do
    ctx:out(("%s  %d row%s, %d changed\n"):format(row.table, row.rows, row.rows == 1 and "" or "s",
      row.changed))
  end
  ctx:say(dry_run and "dry run: nothing was kept" or ("seeded: %d changed"):format(total))
end

---@type raymig.Plugin
return {
  name = "seed",
  version = "1.0.0",
  summary = "raymig seed: rows in Lua, by upserts, in the order of foreign keys",

  options = {
    folder = { type = "string", default = "seeds", help = "where the seeds are" },
    environment = { type = "string", default = "", help = "its folder is used without --env" },
  },

  commands = {
    seed = {
      summary = "put the seeds' rows into the database",
      description = "Runs the Lua files of the folder seeds, and of the environment's folder in "
        .. "it, in one transaction. Rows that are there under their key are changed where they "
        .. "differ.",
      options = {
        env = { value = "NAME", help = "an environment: the files in seeds/NAME, too" },
        ["dry-run"] = { help = "do it all, and roll it back" },
      },
      examples = "raymig seed                      those of every environment\n"
        .. "raymig seed --env development    and those of one",
      complete = function(ctx, word)
        local found = {}
        for _, path in ipairs(files_in(ctx, ctx.options.folder)) do
          if path:sub(1, #word) == word then found[#found + 1] = path end
        end
        return found
      end,
      run = run_and_tell,
    },
  },
}
