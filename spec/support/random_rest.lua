--- What stands on tables, for random_schema.lua: sequences, functions, indexes, statistics, views,
--- triggers, rules, policies, grants.

local names = require "spec.support.random_names"
local tables = require "spec.support.random_tables"

local M = {}

local function body(random, text)
  return random:chance(30) and "$body$" .. text .. "$body$" or random:literal(text)
end

-- ---------------------------------------------------------------- before the tables

local function make_sequence(random)
  local name = random:qualified "seq"
  random:add("create sequence %s %s", name, table.concat(random:some({ "as bigint", "increment 10",
    "minvalue -5", "maxvalue 100000", "start 50", "cache 7", "cycle" }, 0, 4), " "))
  random:comment("sequence " .. name)
  random.sequences[#random.sequences + 1] = name
end

local OPTIONS = { "strict", "security definer", "parallel safe", "cost 7", "leakproof",
  "set search_path to pg_catalog, \"odd schema\"", "set work_mem to '8MB'" }

-- integer -> integer, immutable: for defaults, checks and indexes.
local function make_numeric(random)
  local name = random:qualified "plus"
  random:add("create function %s(%s integer%s) returns integer language sql immutable %s as %s",
    name, names.new(random, "n", {}), random:chance(30) and ", integer default 1" or "",
    table.concat(random:some(OPTIONS, 0, 2), " "), body(random, "select $1 + 1 -- it's \\ $$ $1"))
  random:comment("routine " .. name)
  random.numeric_functions[#random.numeric_functions + 1] = name
end

local function make_trigger_function(random)
  local name = random:qualified "touch"
  random:add("create function %s() returns trigger language plpgsql %s as %s", name,
    table.concat(random:some(OPTIONS, 0, 2), " "),
    body(random, "begin\n  -- 'quoted' \\ back\n  return coalesce(new, old);\nend"))
  random.trigger_functions[#random.trigger_functions + 1] = name
end

--- Sequences and functions that tables may use.
function M.functions(random)
  random.sequences, random.numeric_functions, random.trigger_functions = {}, {}, {}
  for _ = 1, random:int(0, 3) do make_sequence(random) end
  for _ = 1, random:int(0, 2) do make_numeric(random) end
  for _ = 1, random:int(1, 2) do make_trigger_function(random) end
end

-- ---------------------------------------------------------------- indexes

local function plain_element(random, column)
  local text = column.name
  if column.type.collate and random:chance(20) then text = text .. ' collate "C"' end
  if column.type.pattern and random:chance(20) then text = text .. " " .. column.type.pattern end
  return text .. random:pick { "", "", " desc", " nulls first", " desc nulls last" }
end

local function expression_element(random, column)
  if column.type.number then return ("(%s + 1)"):format(column.name) end
  if column.type.text then
    return random:pick { ("lower(%s)"), ("(%s || ',')"), ("left(%s, 3) desc") }:format(column.name)
  end
  return ("(%s is null)"):format(column.name)
end

local function btree(random, columns)
  local elements = {}
  for i, column in ipairs(random:some(columns, 1, 3)) do
    elements[i] = random:chance(25) and expression_element(random, column)
      or plain_element(random, column)
  end
  return "(" .. table.concat(elements, ", ") .. ")"
end

local WITH = { gin = "fastupdate = off", gist = "buffering = on", brin = "pages_per_range = 32",
  spgist = "fillfactor = 60", hash = "fillfactor = 50", btree = "deduplicate_items = off" }

local function make_index(random, table_)
  local usable = tables.columns_where(table_, function(_, c) return c.generated ~= "virtual" end)
  if #usable == 0 then return end
  local ordered = tables.columns_where(table_, function(t, c)
    return t.order and c.generated ~= "virtual"
  end)
  local special = random:pick_where(usable, function(c)
    return c.type.hash or c.type.gin or c.type.gist or c.type.brin or c.type.spgist
  end)
  local name = random:chance(75) and names.new(random, "idx") or ""
  local method, unique = "btree", false
  local elements
  if special and random:chance(45) then
    local methods = {}
    for _, word in ipairs { "hash", "gin", "gist", "brin", "spgist" } do
      if special.type[word] then methods[#methods + 1] = word end
    end
    method = random:pick(methods)
    elements = ("(%s %s)"):format(special.name, special.type[method])
  elseif #ordered > 0 then
    elements = btree(random, ordered)
    unique = random:chance(15) and not table_.partitioned
  else
    return
  end
  local only = table_.partitioned and random:chance(20) and "only " or ""
  local include = method == "btree" and random:chance(15)
    and " include (" .. random:pick(usable).name .. ")" or ""
  local distinct = unique and random.major >= 15 and random:chance(30) and " nulls not distinct"
    or ""
  local with = random:chance(20) and not table_.partitioned and " with (" .. WITH[method] .. ")"
    or ""
  local where = random:chance(25) and " where " .. tables.predicate(random, usable) or ""
  random:add("create %sindex %s on %s%s using %s %s%s%s%s%s", unique and "unique " or "", name,
    only, table_.name, method, elements, include, distinct, with, where)
  if name == "" then return end
  local full = table_.schema .. "." .. name
  random:comment("index " .. full)
  if method == "btree" and table_.kind == "table" and not table_.partitioned and where == ""
    and random:chance(10) then
    random:add("alter table %s cluster on %s", table_.name, name)
  end
  if elements:find "^%(%(" and random:chance(40) then
    random:add("alter index %s alter column 1 set statistics 250", full)
  end
end

local function make_identity(random, table_)
  local column = random:pick_where(table_.columns, function(c) return c.not_null and c.type.order
    and c.generated ~= "virtual" end)
  if not column or table_.partitioned then return end
  local name = names.new(random, "identity")
  random:add("create unique index %s on %s (%s)", name, table_.name, column.name)
  random:add("alter table %s replica identity using index %s", table_.name, name)
end

local function make_statistics(random, table_)
  local columns = tables.columns_where(table_, function(t, c)
    return t.order and c.generated ~= "virtual"
  end)
  if #columns < 2 then return end
  local name = random:qualified("stat", table_.schema)
  random:add("create statistics %s %s on %s, %s from %s", name,
    random:pick { "", "(ndistinct)", "(mcv, dependencies)" }, columns[1].name, columns[2].name,
    table_.name)
  random:comment("statistics " .. name)
end

-- ---------------------------------------------------------------- views

local function view_columns(random, from)
  local lines, columns, used = {}, {}, {}
  for _, column in ipairs(from.columns) do used[names.plain(column.name)] = true end
  for i, column in ipairs(random:some(from.columns, 1, 4)) do
    local name = random:chance(60) and column.name or names.new(random, "v", used)
    columns[i] = { name = name, type = column.type }
    lines[i] = ("r.%s%s"):format(column.name, name ~= column.name and " as " .. name or "")
  end
  return lines, columns
end

local function view_query(random, from)
  local lines, columns = view_columns(random, from)
  local list = table.concat(lines, ", ")
  local other = random:pick(random.relations)
  local shape = random:int(1, 9)
  if shape == 1 then
    return ("select %s from %s r where %s"):format(list, from.name, "r is not null"), columns, true
  elseif shape == 2 then
    return ("with q as (select * from %s) select %s from q r left join %s o on true"):format(
      from.name, list, other.name), columns
  elseif shape == 3 then
    local number = ('"row %d"'):format(#random.statements)
    columns[#columns + 1] = { name = number, type = random.types[2] }
    return ("select %s, row_number() over (order by 1) as %s from %s r"):format(list, number,
      from.name), columns
  elseif shape == 4 then
    return ("select count(*) as n, max(1) as m from %s r group by () having count(*) > 1"):format(
      from.name), { { name = "n", type = random.types[2] }, { name = "m", type = random.types[1] } }
  elseif shape == 5 then
    return ("select 1 as n, 'x'::text as t union all select 2, 'it''s' from %s r limit 3"):format(
      from.name), { { name = "n", type = random.types[1] }, { name = "t", type = random.types[4] } }
  elseif shape == 6 then
    return ("with recursive q(n) as (values (1) union all select n + 1 from q where n < 5) "
      .. "select q.n as \"Q n\", r.* from q, (select %s from %s r) r"):format(list, from.name), nil
  elseif shape == 7 and from.has_primary and #from.keys > 0 and from.kind == "table" then
    return ("select %s, count(*) as total from %s r group by %s"):format(list, from.name,
      tables.names_of(from.keys[1]):gsub('("[^"]*")', "r.%1"):gsub("^([a-z_])", "r.%1")
        :gsub(", ([a-z_])", ", r.%1")), nil, false, true
  end
  return ("select %s from %s r"):format(list, from.name), columns, true
end

local function make_view(random, materialized)
  local from = random:pick(random.relations)
  local query, columns, simple, grouped = view_query(random, from)
  if grouped then return end
  local view = { kind = "view", schema = random:pick(random.schemas), columns = columns, keys = {} }
  view.name = random:qualified("view", view.schema)
  local word = materialized and "materialized view" or "view"
  local options = ""
  if not materialized and random:chance(20) then
    options = " with (security_barrier" .. (random.major >= 15 and random:chance(50)
      and ", security_invoker = true" or "") .. ")"
  end
  local check = simple and not materialized and from.kind == "table" and not query:find " where "
    and random:chance(15) and " with " .. random:pick { "local", "cascaded" } .. " check option"
    or ""
  if materialized and random:chance(20) then check = " with no data" end
  random:add("create %s %s%s as %s%s", word, view.name, options, query, check)
  random:comment(word .. " " .. view.name)
  if not columns or check == " with no data" then return end
  view.is_materialized = materialized
  random.relations[#random.relations + 1] = view
  random:comment(("column %s.%s"):format(view.name, columns[1].name))
  if not materialized and #columns[1].type.values > 0 and random:chance(15) then
    random:add("alter view %s alter column %s set default %s", view.name, columns[1].name,
      random:pick(columns[1].type.values))
  end
  if materialized then
    for _ = 1, random:int(0, 2) do make_index(random, view) end
  end
end

-- ---------------------------------------------------------------- functions over tables

local function make_row_function(random)
  local table_ = random:pick_where(random.tables, function() return true end)
  local name = random:qualified "of_row"
  random:add("create function %s(r %s) returns integer language sql immutable as 'select 1'", name,
    table_.name)
  random:comment("function " .. name)
  local plain = not table_.partitioned and not table_.partition and not table_.has_children
    and not table_.has_virtual
  for _, column in ipairs(table_.columns) do plain = plain and not column.generated end
  if plain and random:chance(50) then
    random:add("alter table %s add constraint %s check (%s(%s.*) > 0)", table_.name,
      names.new(random, "row_ok"), name, table_.plain)
  end
end

local function make_set_function(random)
  local relation = random:pick(random.relations)
  local name = random:qualified "all_of"
  random:add("create function %s(%s) returns setof %s language sql stable rows 17 as %s", name,
    random:pick { "", "integer default 5", "variadic text[]", "out " .. relation.name },
    relation.name, body(random, "select * from " .. relation.name))
  if random.statements[#random.statements]:find "%(out " then
    random.statements[#random.statements] = nil
    return
  end
  random:comment("routine " .. name)
end

-- PostgreSQL parses the body when it is made: it needs the tables.
local function make_parsed(random)
  local relation = random:pick(random.relations)
  if random.major < 14 then return end
  local name = random:qualified "parsed"
  if random:chance(50) then
    random:add("create function %s() returns bigint language sql return (select count(*) from %s)",
      name, relation.name)
  else
    random:add("create procedure %s(inout n integer) language sql begin atomic\n  select 1;\n"
      .. "  select count(*) + $1 from %s;\n  select n as \"Odd\" ;\nend", name, relation.name)
    return
  end
  local table_ = random:pick_where(random.tables, function(t)
    return not t.partition and not t.parents and not t.has_children and not t.partitioned
  end)
  if table_ and random:chance(40) then
    random:add("alter table %s add column %s bigint default %s()", table_.name,
      names.new(random, "counted", table_.used), name)
  end
end

local function make_procedure(random)
  local name = random:qualified "doing"
  random:add("create procedure %s(%s) language plpgsql as %s", name, random:pick { "",
    "a integer, inout \"B c\" text default 'x''y'", "variadic numeric[]" },
    body(random, "begin\n  null; -- $$\nend"))
end

local function make_out(random)
  local type = random:pick(random.types)
  random:add("create function %s(in %s %s, out a %s, out \"B\" integer) %s language plpgsql as %s",
    random:qualified "outs", names.new(random, "p", { a = true, B = true }), type.sql, type.sql,
    random:pick { "", "returns record", "returns setof record" }, body(random, "begin return; end"))
  random:add("create function %s() returns table (x %s, \"y z\" text) language plpgsql as %s",
    random:qualified "tabular", type.sql, body(random, "begin return; end"))
end

-- ---------------------------------------------------------------- triggers, rules, policies

local function table_trigger(random, table_)
  local name, fn = names.new(random, "trg"), random:pick(random.trigger_functions)
  local events = random:pick { "insert", "update", "delete", "insert or update", "truncate",
    "update or delete", "insert or delete or truncate" }
  local row = not events:find "truncate" and random:chance(60)
  local timing = random:pick { "before", "after" }
  local text = ("create trigger %s %s %s on %s"):format(name, timing, events, table_.name)
  if events == "update" and random:chance(40) then
    text = text:gsub("update on", function()
      return "update of " .. random:pick(table_.columns).name .. " on"
    end)
  end
  if timing == "after" and events == "update" and not text:find "update of" and not table_.partition
    and not table_.parents and random:chance(40) and (not row or not table_.partitioned) then
    text = text .. ' referencing old table as "Old Rows" new table as new_rows'
  end
  text = text .. " for each " .. (row and "row" or "statement")
  if row and events == "update" and random:chance(50) then
    text = text .. (" when (old.%s is distinct from new.%s)"):format(table_.columns[1].name,
      table_.columns[1].name)
    if not table_.columns[1].type.order or table_.columns[1].generated then
      text = text:gsub(" when %(.*$", " when (pg_trigger_depth() < 2)")
    end
  end
  random:add("%s execute function %s(%s)", text, fn, random:pick { "", "'a'", "'it''s', '2', ''",
    "E'back\\\\slash'" })
  random:comment(("trigger %s on %s"):format(name, table_.name))
  if random:chance(20) then
    random:add("alter table %s %s trigger %s", table_.name,
      random:pick { "disable", "enable always", "enable replica" }, name)
  end
end

local function constraint_trigger(random, table_)
  random:add("create constraint trigger %s after insert or update on %s %s for each row "
    .. "execute function %s()", names.new(random, "ctrg"), table_.name,
    random:pick { "", "deferrable", "deferrable initially deferred", "from pg_catalog.pg_class" },
    random:pick(random.trigger_functions))
  if random.statements[#random.statements]:find "from pg_catalog" then
    random.statements[#random.statements] = nil
  end
end

local function view_trigger(random)
  local view = random:pick_where(random.relations, function(r)
    return r.kind == "view" and not r.is_materialized
  end)
  if not view then return end
  random:add("create trigger %s instead of %s on %s for each row execute function %s()",
    names.new(random, "instead"), random:pick { "insert", "update or delete" }, view.name,
    random:pick(random.trigger_functions))
end

local function make_rule(random, table_)
  if table_.partition then return end
  local event = random:pick { "insert", "update", "delete" }
  local action = random:pick { "nothing", "notify \"Odd Channel\"", "(notify a; notify b)" }
  local name = names.new(random, "rule")
  random:add("create rule %s as on %s to %s do %s %s", name, event, table_.name,
    random:pick { "also", "instead" }, action)
  random:comment(("rule %s on %s"):format(name, table_.name))
  if random:chance(20) and not table_.partitioned then
    random:add("alter table %s disable rule %s", table_.name, name)
  end
end

local function make_policy(random, table_)
  local name, command = names.new(random, "policy"), random:pick { "all", "select", "insert",
    "update", "delete" }
  local text = ("create policy %s on %s as %s for %s to %s"):format(name, table_.name,
    random:pick { "permissive", "restrictive" }, command,
    random:chance(50) and "public" or table.concat(random:some(random.roles, 1, 2), ", "))
  local plain = tables.columns_where(table_, function(_, c) return c.generated ~= "virtual" end)
  local condition = #plain > 0 and tables.predicate(random, plain) or "true"
  if command ~= "insert" then text = text .. " using (" .. condition .. ")" end
  if command ~= "select" and command ~= "delete" and (command == "insert" or random:chance(50)) then
    text = text .. " with check (current_user <> 'x''y' or " .. condition .. ")"
  end
  random:add("%s", text)
  random:comment(("policy %s on %s"):format(name, table_.name))
end

-- ---------------------------------------------------------------- grants

local function make_grant(random, relation)
  local all = { "select", "insert", "update", "delete", "truncate", "references", "trigger" }
  if random.major >= 17 then all[#all + 1] = "maintain" end
  local what = random:chance(20) and "all" or table.concat(random:some(all, 1, 4), ", ")
  local whom = random:chance(30) and "public" or random:pick(random.roles)
  random:add("grant %s on %s to %s%s", what, relation.name, whom,
    whom ~= "public" and random:chance(20) and " with grant option" or "")
  if random:chance(25) then
    random:add("grant %s (%s) on %s to %s", random:pick { "select", "update", "insert",
      "references", "all" }, random:pick(relation.columns).name, relation.name,
      random:pick(random.roles))
  end
  if random:chance(15) then
    random:add("revoke %s on %s from current_user", random:pick(all), relation.name)
  end
end

local function other_grants(random)
  local role = random:pick(random.roles)
  if random:chance(30) then
    random:add("grant %s on schema %s to %s", random:pick { "usage", "create", "all" },
      random:pick(random.schemas), role)
  end
  for _, sequence in ipairs(random.sequences) do
    if random:chance(30) then
      random:add("grant %s on sequence %s to %s", random:pick { "usage", "select, update", "all" },
        sequence, role)
    end
  end
  for _, fn in ipairs(random.numeric_functions) do
    if random:chance(40) then random:add("revoke all on routine %s from public", fn) end
    if random:chance(40) then random:add("grant execute on routine %s to %s", fn, role) end
  end
  local type = random:pick_where(random.types, function(t)
    return t.type and not t.sql:find "%[%]$"
  end)
  if type and random:chance(30) then
    random:add("%s usage on type %s %s", random:pick { "revoke", "grant" }, type.sql, "x")
    local last = random.statements[#random.statements]
    random.statements[#random.statements] = last:gsub(" x;\n$",
      last:find "^revoke" and " from public;\n" or " to " .. role:gsub("%%", "%%%%") .. ";\n")
  end
end

local function own_sequence(random)
  local table_ = random:pick_where(random.tables, function(t) return not t.partition end)
  local sequence = #random.sequences > 0 and random:pick(random.sequences)
  if table_ and sequence and random:chance(40) then
    local schema = sequence:match '^"[^"]*"%.' or sequence:match "^[^.]*%."
    local owned = schema and table_.name:sub(1, #schema) == schema
    local roles = table.concat(random.statements):find("alter table " .. table_.name .. " owner to",
      1, true)
    if owned and not roles then
      random:add("alter sequence %s owned by %s.%s", sequence, table_.name,
        random:pick(table_.columns).name)
    end
  end
end

--- All that stands on tables.
function M.make(random)
  own_sequence(random)
  for _ = 1, random:int(0, 5) do make_view(random, random:chance(25)) end
  for _, maker in ipairs { make_row_function, make_set_function, make_parsed, make_procedure,
    make_out } do
    if random:chance(40) then maker(random) end
  end
  for _ = 1, random:int(0, 2) do make_view(random, random:chance(25)) end
  for _, table_ in ipairs(random.tables) do
    for _ = 1, random:int(0, 2) do make_index(random, table_) end
    if random:chance(10) then make_identity(random, table_) end
    if random:chance(15) then make_statistics(random, table_) end
    if random:chance(30) then table_trigger(random, table_) end
    if random:chance(10) and not table_.partitioned then constraint_trigger(random, table_) end
    if random:chance(15) then make_rule(random, table_) end
    if random:chance(25) then make_policy(random, table_) end
    if random:chance(25) then make_grant(random, table_) end
  end
  if random:chance(40) then view_trigger(random) end
  other_grants(random)
end

return M
