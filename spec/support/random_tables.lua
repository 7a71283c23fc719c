--- Tables for random_schema.lua: columns with every attribute, constraints, partitions,
--- inheritance, and what later changes leave behind.
--
-- A table is { name, schema, kind = "table", columns, keys, partitioned, partition, parents }, a
-- column { name, type, generated, identity }, a key the list of columns of a unique constraint.

local names = require "spec.support.random_names"

local M = {}

local function columns_where(table_, test)
  local found = {}
  for _, column in ipairs(table_.columns) do
    if test(column.type, column) then found[#found + 1] = column end
  end
  return found
end

local function is_ordered(type)
  return type.order
end

local function names_of(columns)
  local out = {}
  for i, column in ipairs(columns) do out[i] = column.name end
  return table.concat(out, ", ")
end

-- ---------------------------------------------------------------- columns

local SEQUENCE_OPTIONS = { "start 100", "increment 5", "cache 20", "cycle", "minvalue -10",
  "maxvalue 5000" }

local function identity(random)
  local options = random:chance(40)
    and " (" .. table.concat(random:some(SEQUENCE_OPTIONS, 1, 3), " ") .. ")" or ""
  return (" generated %s as identity%s"):format(
    random:chance(50) and "always" or "by default", options)
end

local function default(random, column)
  local type = column.type
  local integer = type.sql == "integer" or type.sql == "bigint"
  if integer and #random.sequences > 0 and random:chance(20) then
    return " default nextval(" .. random:literal(random:pick(random.sequences)) .. ")"
  end
  if type.sql == "integer" and #random.numeric_functions > 0 and random:chance(20) then
    return (" default %s(%d)"):format(random:pick(random.numeric_functions), random:int(0, 9))
  end
  if #type.values == 0 then return random:chance(20) and " default null" or "" end
  local value = random:pick(type.values)
  if type.number and random:chance(30) then value = ("(%s) * 2 + 1"):format(value) end
  if type.text and random:chance(30) then value = ("lower(%s) || 'x'"):format(value) end
  return " default " .. value
end

-- An expression over plain columns that may be generated.
local function generated(random, table_, column)
  local same = columns_where(table_, function(type, other)
    return type.sql == column.type.sql and not other.generated and not type.domain
  end)
  if #same == 0 then return nil end
  local from = random:pick(same).name
  if column.type.number then return ("%s * 2"):format(from) end
  if column.type.text then return ("upper(%s)"):format(from) end
  return ("coalesce(%s, %s)"):format(from, from)
end

local function column_clauses(random, table_, column)
  local text, type = "", column.type
  if type.collate and random:chance(15) then
    text = text .. " collate " .. random:pick { '"C"', '"POSIX"', 'pg_catalog."C"' }
  end
  local expression = random:chance(12) and generated(random, table_, column)
  local is_integer = type.sql == "integer" or type.sql == "bigint" or type.sql == "smallint"
  if expression then
    column.generated = random.major >= 18 and not type.type and random:chance(50) and "virtual"
      or "stored"
    text = text .. (" generated always as (%s) %s"):format(expression, column.generated)
  elseif is_integer and random:chance(15) and not table_.partitioned then
    column.identity = true
    text = text .. identity(random)
  elseif random:chance(40) then
    column.default = true
    text = text .. default(random, column)
  end
  if random:chance(25) and column.generated ~= "virtual" then
    column.not_null = true
    if random:chance(30) then
      text = text .. " constraint " .. names.new(random, "not_null", table_.labels)
    end
    text = text .. " not null"
  elseif column.identity then
    column.not_null = true
  end
  return text
end

local function column_text(random, table_, column)
  local type = column.type.sql
  if type == "integer" and not table_.partitioned and random:chance(8) then
    column.identity, column.not_null = true, true
    return column.name .. " serial"
  end
  return column.name .. " " .. type .. column_clauses(random, table_, column)
end

local function new_column(random, table_, type)
  return { name = names.new(random, "c" .. #table_.columns, table_.used),
    type = type or random:pick(random.types) }
end

-- What is said of a column behind CREATE TABLE.
local function column_settings(random, table_, column)
  local type, alter = column.type, ("alter table only %s alter column %s "):format(table_.name,
    column.name)
  if column.generated == "virtual" then return end
  if random:chance(8) then random:add(alter .. "set statistics " .. random:int(0, 1000)) end
  if random:chance(5) then random:add(alter .. "set (n_distinct = -0.5)") end
  local long = type.text or type.sql == "jsonb" or type.sql == "bytea"
  if long and random:chance(15) then
    random:add(alter .. "set storage " .. random:pick { "plain", "external", "main", "extended" })
  end
  if long and random.major >= 14 and random:chance(15) then
    random:add(alter .. "set compression pglz")
  end
  random:comment(("column %s.%s"):format(table_.name, column.name))
end

-- ---------------------------------------------------------------- constraints

local function labelled(random, table_, word, always)
  return (always or random:chance(60))
    and "constraint " .. names.new(random, word, table_.labels) .. " " or ""
end

-- An expression that is true or false of the columns of a row.
function M.predicate(random, columns)
  local column = random:pick(columns)
  local name, type = column.name, column.type
  local other = random:pick_where(columns, function(c)
    return c.type.sql == type.sql and c ~= column
  end)
  if type.order and other and random:chance(30) then
    return ("%s <> %s"):format(name, other.name)
  end
  if type.number then
    return ("%s >= %d and %s < 1000000"):format(name, -random:int(1, 99), name)
  end
  if type.text then
    return random:pick { ("%s <> ''"):format(name), ("length(%s) > 0"):format(name),
      ("%s ~ '^[a-z]''\"'"):format(name), ("%s in ('a', 'b') or %s like 'x%%'"):format(name, name) }
  end
  if type.sql == "boolean" then return name end
  if type.enum then return ("%s = any (array[%s]::%s[])"):format(name, type.values[1], type.sql) end
  return ("%s is not null"):format(name)
end

local function add_check(random, table_, within)
  local columns = columns_where(table_, function(_, column)
    return column.generated ~= "virtual"
  end)
  if #columns == 0 then return nil end
  local plain = not table_.partitioned and not table_.partition
  local label = labelled(random, table_, "ok", table_.partitioned)
  local text = label .. "check (" .. M.predicate(random, columns) .. ")"
  if table_.partitioned then table_.checks[#table_.checks + 1] = text end
  if plain and random:chance(15) then text = text .. " no inherit" end
  if not within and random:chance(30) then text = text .. " not valid" end
  if within and random.major >= 18 and random:chance(10) then text = text .. " not enforced" end
  return text
end

-- A key of a partitioned table holds the columns that it is partitioned by.
local function add_key(random, table_, primary)
  local candidates = columns_where(table_, function(type, column)
    return type.order and column.generated ~= "virtual"
  end)
  local key = table.move(table_.partition_key or {}, 1, #(table_.partition_key or {}), 1, {})
  if table_.partition_key and table_.key_is_expression then return nil end
  for _, column in ipairs(random:some(candidates, #key == 0 and 1 or 0, 2)) do
    local is_there = false
    for _, other in ipairs(key) do is_there = is_there or other == column end
    if not is_there then key[#key + 1] = column end
  end
  if #key == 0 then return nil end
  local text = labelled(random, table_, primary and "pkey" or "key")
  text = text .. (primary and "primary key" or "unique")
  if not primary and random.major >= 15 and random:chance(20) then
    text = text .. " nulls not distinct"
  end
  text = text .. " (" .. names_of(key) .. ")"
  if primary then
    for _, column in ipairs(key) do column.not_null = true end
  end
  local extra = random:chance(20) and random:pick_where(table_.columns, function(c)
    return c.type.order and c.generated ~= "virtual"
  end)
  if extra then text = text .. " include (" .. extra.name .. ")" end
  if random:chance(15) then text = text .. " with (fillfactor = " .. random:int(10, 100) .. ")" end
  local deferrable = random:chance(15)
  if deferrable then
    text = text .. " deferrable" .. (random:chance(50) and " initially deferred" or "")
  end
  if not deferrable then table_.keys[#table_.keys + 1] = key end
  table_.all_keys[#table_.all_keys + 1] = key
  table_.has_primary = table_.has_primary or primary
  return text
end

local function add_exclusion(random, table_)
  local column = random:pick_where(table_.columns, function(c)
    return (c.type.overlaps or c.type.order) and c.generated ~= "virtual"
  end)
  if not column or table_.partitioned then return nil end
  local element = column.type.overlaps and ("using gist (%s with &&)"):format(column.name)
    or ("using btree (%s with =)"):format(column.name)
  local where = random:chance(40) and " where (" .. M.predicate(random, { column }) .. ")" or ""
  return labelled(random, table_, "excl") .. "exclude " .. element .. where
    .. (random:chance(20) and " deferrable initially deferred" or "")
end

-- Constraints inside CREATE TABLE.
local function constraints(random, table_, lines)
  if random:chance(60) then lines[#lines + 1] = add_key(random, table_, true) end
  for _ = 1, random:int(0, 2) do
    if random:chance(50) then lines[#lines + 1] = add_key(random, table_, false) end
    if random:chance(40) then lines[#lines + 1] = add_check(random, table_, true) end
    if random:chance(15) then lines[#lines + 1] = add_exclusion(random, table_) end
  end
end

-- ---------------------------------------------------------------- CREATE TABLE

local STORAGE = { "fillfactor = 70", "autovacuum_enabled = false", "toast_tuple_target = 256",
  "autovacuum_vacuum_scale_factor = 0.05", "toast.autovacuum_enabled = false",
  "parallel_workers = 2" }

local function new_table(random)
  local table_ = { kind = "table", columns = {}, keys = {}, all_keys = {}, checks = {},
    used = {}, labels = random.used }
  table_.schema = random:pick(random.schemas)
  table_.plain = names.new(random, "t")
  table_.name = table_.schema .. "." .. table_.plain
  return table_
end

local function storage(random, table_)
  if table_.partitioned or not random:chance(12) then return "" end
  return " with (" .. table.concat(random:some(STORAGE, 1, 3), ", ") .. ")"
end

local function finish_table(random, table_)
  random.relations[#random.relations + 1] = table_
  random.tables[#random.tables + 1] = table_
  random:comment("table " .. table_.name)
  for _, column in ipairs(table_.columns) do column_settings(random, table_, column) end
end

local function create(random, table_, parents)
  local lines = {}
  for i = 1, random:int(table_.partitioned and 2 or parents and 0 or 1, 7) do
    local first = i == 1 and random:chance(60) and random.types[1] or nil
    local column = new_column(random, table_, first)
    lines[i] = column_text(random, table_, column)
    table_.columns[#table_.columns + 1] = column
  end
  constraints(random, table_, lines)
  local unlogged = not table_.partitioned and not parents and random:chance(8)
  table_.unlogged = unlogged
  random:add("create %stable %s (\n  %s\n)%s%s", unlogged and "unlogged " or "", table_.name,
    table.concat(lines, ",\n  "), parents and " inherits (" .. names_of(parents) .. ")" or "",
    storage(random, table_))
  finish_table(random, table_)
  return table_
end

-- A child has its parents' columns before its own; a name that it declares again is merged.
local function create_child(random, parents)
  local table_, seen = new_table(random), {}
  table_.parents = parents
  for _, parent in ipairs(parents) do
    for _, column in ipairs(parent.columns) do
      if seen[column.name] then return nil end -- they would have to agree in all
      if not seen[column.name] then
        seen[column.name] = column.type
        local own = { name = column.name, type = column.type, not_null = column.not_null,
          generated = column.generated, identity = column.identity }
        table_.columns[#table_.columns + 1] = own
      end
    end
  end
  table_.used = setmetatable({}, { __index = function(_, name)
    return seen[name] or seen[names.quote(name)]
  end })
  for _, parent in ipairs(parents) do parent.has_children = true end
  local child = create(random, table_, parents)
  local inherited = parents[1].columns[1]
  if inherited and inherited.generated == nil and not inherited.identity and random:chance(40) then
    local values = inherited.type.values
    if #values > 0 then
      random:add("alter table only %s alter column %s set default %s", child.name, inherited.name,
        random:pick(values))
    end
  end
  if inherited and inherited.not_null == nil and inherited.generated ~= "virtual"
    and random:chance(30) then
    random:add("alter table only %s alter column %s set not null", child.name, inherited.name)
    child.columns[1].not_null = true
  end
  return child
end

-- ---------------------------------------------------------------- partitions

-- Bounds for the n-th partition of a table by this strategy and type.
local BOUNDS = {
  integer = function(n) return n * 100, n * 100 + 100 end,
  bigint = function(n) return n * 100, n * 100 + 100 end,
  text = function(n) return ("'k%d'"):format(n), ("'k%d'"):format(n + 1) end,
  date = function(n) return ("'20%d-01-01'"):format(n + 10), ("'20%d-01-01'"):format(n + 11) end,
}

local function bound(table_, n)
  local low, high = BOUNDS[table_.partition_type](n)
  if table_.partitioned == "hash" then
    return ("for values with (modulus 4, remainder %d)"):format(n - 1)
  end
  if table_.partitioned == "list" then
    return ("for values in (%s%s)"):format(low, n == 2 and ", null" or "")
  end
  local more = #table_.partition_key > 1
  return ("for values from (%s%s) to (%s%s)"):format(n == 1 and "minvalue" or low,
    more and ", minvalue" or "", high, more and ", minvalue" or "")
end

local function is_in(key, name)
  for _, column in ipairs(key) do
    if column.name == name then return true end
  end
  return false
end

-- What a table is partitioned by is in every key that it has of its parent.
local function choose_key(random, table_)
  local fits = columns_where(table_, function(type, column)
    local ok = type.key and BOUNDS[type.sql] and not column.generated
    for _, key in ipairs(table_.all_keys) do ok = ok and is_in(key, column.name) end
    return ok
  end)
  if #fits == 0 then return nil end
  local first = random:pick(fits)
  table_.partition_type, table_.partition_key = first.type.sql, { first }
  local second = table_.partitioned ~= "list" and random:chance(30)
    and random:pick_where(fits, function(c) return c ~= first end)
  if second then table_.partition_key[2] = second end
  return ("partition by %s (%s)"):format(table_.partitioned, names_of(table_.partition_key))
end

local create_partitions

-- As PARTITION OF, or as a table of its own with the columns in another order that is attached.
local function create_partition(random, parent, n, depth)
  local table_ = new_table(random)
  table_.partition, table_.partition_type = parent, nil
  local columns = {}
  for i, column in ipairs(parent.columns) do
    columns[i] = { name = column.name, type = column.type, not_null = column.not_null,
      generated = column.generated, default = column.default }
  end
  local attached, sub = random:chance(35) and not parent.has_special, ""
  table_.columns = attached and random:shuffle(columns) or columns
  table_.all_keys, table_.checks = parent.all_keys, parent.checks
  table_.has_special = parent.has_special
  if depth < 2 and random:chance(25) then
    table_.partitioned = random:pick { "range", "list", "hash" }
    sub = choose_key(random, table_) or ""
    if sub == "" then table_.partitioned = nil end
  end
  local values = n == 0 and "default" or bound(parent, n)
  if attached then
    local lines = {}
    for i, column in ipairs(table_.columns) do
      lines[i] = column.name .. " " .. column.type.sql .. (column.not_null and " not null" or "")
    end
    for _, check in ipairs(parent.checks) do lines[#lines + 1] = check end
    random:add("create table %s (%s) %s", table_.name, table.concat(lines, ", "), sub)
    if random:chance(30) then -- a dropped column leaves a hole
      random:add("alter table %s add column dropped_one integer, add column dropped_two text",
        table_.name)
      random:add("alter table %s drop column dropped_one, drop column dropped_two", table_.name)
    end
    random:add("alter table %s attach partition %s %s", parent.name, table_.name, values)
  else
    random:add("create table %s partition of %s %s %s", table_.name, parent.name, values, sub)
  end
  if table_.partitioned then create_partitions(random, table_, depth + 1) end
  for _, key in ipairs(parent.keys) do table_.keys[#table_.keys + 1] = key end
  table_.has_primary = parent.has_primary
  random.relations[#random.relations + 1] = table_
  random.tables[#random.tables + 1] = table_
  random:comment("table " .. table_.name)
  local column = random:pick(table_.columns)
  if random:chance(20) and not column.generated and #column.type.values > 0 then
    random:add("alter table only %s alter column %s set default %s", table_.name, column.name,
      random:pick(column.type.values))
  end
  if random:chance(20) and not column.not_null and column.generated ~= "virtual" then
    random:add("alter table %s alter column %s set not null", table_.name, column.name)
  end
  if random:chance(20) and column.default then
    random:add("alter table only %s alter column %s drop default", table_.name, column.name)
  end
end

function create_partitions(random, table_, depth)
  local count = random:int(0, 3)
  for _, n in ipairs(random:shuffle { 1, 2, 3 }) do
    if n <= count then create_partition(random, table_, n, depth) end
  end
  if table_.partitioned ~= "hash" and random:chance(40) then
    create_partition(random, table_, 0, depth)
  end
end

local function create_partitioned(random)
  local table_, lines = new_table(random), {}
  table_.partitioned = random:pick { "range", "list", "hash" }
  for i = 1, random:int(2, 5) do
    local type = i == 1 and random:pick_where(random.types, function(t)
      return t.key and BOUNDS[t.sql]
    end) or nil
    local column = new_column(random, table_, type)
    lines[i] = column_text(random, table_, column)
    if lines[i]:find "generated" or lines[i]:find "collate" then table_.has_special = true end
    table_.columns[i] = column
  end
  local key = choose_key(random, table_)
  if not key then return end
  constraints(random, table_, lines)
  random:add("create table %s (\n  %s\n) %s", table_.name, table.concat(lines, ",\n  "), key)
  finish_table(random, table_)
  create_partitions(random, table_, 0)
end

-- ---------------------------------------------------------------- later changes

local function foreign_key(random, table_)
  local other = random:pick_where(random.tables, function(t)
    return #t.keys > 0 and (t.unlogged or false) == (table_.unlogged or false) and not t.partition
  end)
  if not other or table_.partition then return end
  local key, columns, taken = random:pick(other.keys), {}, {}
  for i, referenced in ipairs(key) do
    columns[i] = random:pick_where(table_.columns, function(c)
      return c.type.sql == referenced.type.sql and not taken[c] and c.generated ~= "virtual"
        and not (c.generated and not c.not_null)
    end)
    if not columns[i] then return end
    if columns[i].generated or referenced.generated then return end
    taken[columns[i]] = true
  end
  local text = labelled(random, table_, "fk") .. ("foreign key (%s) references %s (%s)"):format(
    names_of(columns), other.name, names_of(key))
  if random:chance(20) then text = text .. " match full" end
  local actions = { "cascade", "restrict", "no action", "set null", "set default" }
  if random:chance(50) then
    local action = random:pick(actions)
    text = text .. " on delete " .. action
    if action:find "set" and random.major >= 15 and random:chance(40) then
      text = text .. " (" .. columns[1].name .. ")"
    end
  end
  if random:chance(40) then text = text .. " on update " .. random:pick(actions) end
  if random:chance(25) then
    text = text .. " deferrable" .. (random:chance(50) and " initially deferred" or "")
  end
  if random:chance(20) and not table_.partitioned then text = text .. " not valid" end
  random:add("alter table %s add %s", table_.name, text)
end

local function drop_column(random, table_)
  local name = ('"Gone %d"'):format(#random.statements)
  random:add("alter table %s add column %s integer", table_.name, name)
  local late = new_column(random, table_)
  late.name = ('"Late %d"'):format(#random.statements) -- no child has it
  random:add("alter table %s add column %s %s", table_.name, late.name, late.type.sql)
  random:add("alter table %s drop column %s", table_.name, name)
  if not table_.has_children and not table_.partitioned then
    table_.columns[#table_.columns + 1] = late
  end
end

local function later_check(random, table_)
  local text = add_check(random, table_, false)
  if not text then return end
  random:add("alter table %s add %s", table_.name, text)
end

local function settings(random, table_)
  if random:chance(30) then random:add("alter table %s enable row level security", table_.name) end
  if random:chance(15) then random:add("alter table %s force row level security", table_.name) end
  if random:chance(15) and not table_.partitioned then
    random:add("alter table %s replica identity %s", table_.name, random:pick { "full", "nothing" })
  end
  if random:chance(15) then
    random:add("alter table %s owner to %s", table_.name, random:pick(random.roles))
  end
end

-- A table that becomes a child, or is one no more.
local function inherit_later(random)
  local parent = random:pick_where(random.tables, function(t)
    return not t.partitioned and not t.partition and not t.parents
  end)
  if not parent then return end
  local name = random:qualified "heir"
  random:add("create table %s (like %s including all)", name, parent.name)
  if random:chance(50) then
    parent.has_children = true
    random:add("alter table %s inherit %s", name, parent.name)
  end
end

--- Fills random.tables.
function M.make(random)
  random.tables = {}
  for _ = 1, random:int(1, 5) do create(random, new_table(random)) end
  for _ = 1, random:int(0, 2) do
    local parent = random:pick_where(random.tables, function(t) return not t.partitioned end)
    local second = random:chance(25) and random:pick_where(random.tables, function(t)
      return not t.partitioned and t ~= parent and t.schema ~= parent.schema
    end)
    create_child(random, { parent, second or nil })
  end
  for _ = 1, random:int(0, 2) do create_partitioned(random) end
  for _, table_ in ipairs(table.move(random.tables, 1, #random.tables, 1, {})) do
    for _ = 1, random:int(0, 2) do foreign_key(random, table_) end
    if not table_.partition and random:chance(20) then drop_column(random, table_) end
    if not table_.partition and random:chance(20) then later_check(random, table_) end
    settings(random, table_)
  end
  if random:chance(20) then inherit_later(random) end
end

M.columns_where, M.is_ordered, M.names_of = columns_where, is_ordered, names_of
return M
