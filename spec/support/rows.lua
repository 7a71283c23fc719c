--- A few rows in every table that takes them, and whether they are all there later.
--
--     local rows = require "spec.support.rows"
--     rows.fill(db)                        -- how many tables have some now
--     local before = rows.read(db)
--     ...                                  -- a plan goes up
--     rows.lost(before, rows.read(db), {}) -- { "column public.t.a: 1, 2 -> nothing" }
--
-- What a table refuses (a check, a trigger) it does not get. Values are such that most types can be
-- cast to most others: a text is "1", a timestamp of the year 2024.

local M = {}

-- Three rows a table. Each is tried with a value in each column, then with defaults, then with
-- nothing but what must be there. Tables that refer to others are tried again after them.
local FILL = [==[
create function pg_temp.literal(type oid, typmod int, n int) returns text language plpgsql as $f$
declare
  t pg_type := (select t from pg_type t where t.oid = type);
  name text := format_type(type, typmod);
  value text;
begin
  if t.typtype = 'e' then
    select enumlabel into value from pg_enum e where enumtypid = type
      order by enumsortorder offset
        (n - 1) % (select nullif(count(*), 0) from pg_enum where enumtypid = type)
      limit 1;
  elsif t.typtype = 'd' then
    return pg_temp.literal(t.typbasetype, t.typtypmod, n) || '::' || name;
  elsif t.typcategory = 'A' and t.typelem <> 0 then
    return 'array[' || coalesce(pg_temp.literal(t.typelem, typmod, n), 'null') || ']::' || name;
  elsif t.typtype = 'r' then
    select name || '(' || pg_temp.literal(rngsubtype, -1, n) || ','
      || pg_temp.literal(rngsubtype, -1, n + 1) || ')' into value
      from pg_range where rngtypid = type;
    return value;
  elsif t.typcategory = 'N' or t.typname in ('text', 'varchar', 'bpchar', 'name', 'citext', 'char',
      'json', 'jsonb', 'ltree', 'tsvector', 'tsquery') then
    value := n;
  else
    value := case t.typname
      when 'bool' then (n % 2 = 1)::text
      when 'date' then '2024-01-0' || n
      when 'timestamp' then '2024-01-0' || n || ' 10:00'
      when 'timestamptz' then '2024-01-0' || n || ' 10:00+00'
      when 'time' then '10:00:0' || n
      when 'timetz' then '10:00:0' || n || '+00'
      when 'interval' then n || ' days'
      when 'uuid' then '00000000-0000-4000-8000-00000000000' || n
      when 'bytea' then '\x0' || n
      when 'bit' then lpad(n::bit(4)::text, greatest(typmod, 4), '0')
      when 'varbit' then n::bit(4)::text
      when 'inet' then '10.0.0.' || n
      when 'cidr' then '10.0.' || n || '.0/24'
      when 'macaddr' then '08:00:2b:01:02:0' || n
      when 'macaddr8' then '08:00:2b:01:02:03:04:0' || n
      when 'point' then format('(%s,%s)', n, n)
      when 'line' then format('{%s,1,0}', n)
      when 'lseg' then format('[(0,0),(%s,%s)]', n, n)
      when 'box' then format('(%s,%s),(0,0)', n, n)
      when 'path' then format('[(0,0),(%s,%s)]', n, n)
      when 'polygon' then format('((0,0),(%s,%s),(0,1))', n, n)
      when 'circle' then format('<(0,0),%s>', n)
      when 'xml' then '<a>' || n || '</a>'
      when 'pg_lsn' then '0/' || n
    end;
  end if;
  return quote_literal(value) || '::' || name;
end $f$;
do $do$
declare
  tab record;
  col record;
  columns text;
  vals text;
  value text;
begin
  set constraints all immediate;
  for round in 1..3 loop
    for tab in select c.oid, c.oid::regclass as name,
          case c.relkind when 'r' then 'only ' else '' end || c.oid::regclass as own from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition
          and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
          and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass
            and d.objid = c.oid and d.deptype = 'e') order by 2 loop
      for n in 1..3 loop
        for attempt in 1..3 loop
          columns := '';
          vals := '';
          for col in select a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef,
                a.attidentity <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid), '') ~ '^nextval'
                  as counts
              from pg_attribute a
              left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
              where a.attrelid = tab.oid and a.attnum > 0 and not a.attisdropped
                and a.attgenerated = '' order by a.attnum loop
            continue when col.counts or attempt > 1 and col.atthasdef
              or attempt > 2 and not col.attnotnull;
            value := pg_temp.literal(col.atttypid, col.atttypmod, n);
            continue when value is null;
            columns := columns || ', ' || quote_ident(col.attname);
            vals := vals || ', ' || value;
          end loop;
          begin
            execute format('do $x$ begin if (select count(*) from %s) < %s then'
              ' insert into %s %s; end if; end $x$', tab.own, n, tab.name,
              case columns when '' then 'default values'
              else format('(%s) values (%s)', substr(columns, 3), substr(vals, 3)) end);
            exit;
          exception when others then null;
          end;
        end loop;
      end loop;
    end loop;
  end loop;
end $do$;
]==]

-- Tables and partitions that hold rows themselves, but for those of extensions, which bring theirs.
-- The row without a column stands for the table; `family` is it and what it is a partition of.
local TABLES = [[
select n.nspname || '.' || c.relname as label, c.oid::regclass as name,
  a.attname as column, quote_ident(a.attname) as quoted, a.type,
  (select string_agg(format('[%s.%s]', m.nspname, p.relname), '')
    from (select relid from pg_partition_ancestors(c.oid) union select c.oid) t
    join pg_class p on p.oid = t.relid join pg_namespace m on m.oid = p.relnamespace) as family,
  (with recursive above as (
      select inhparent as oid from pg_inherits where inhrelid = c.oid
      union select i.inhparent from above join pg_inherits i on i.inhrelid = above.oid)
    select coalesce(string_agg(format('[%s.%s]', m.nspname, p.relname), ''), '') from above
    join pg_class p using (oid) join pg_namespace m on m.oid = p.relnamespace) as parents
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select a.attname, format_type(a.atttypid, a.atttypmod) as type from pg_attribute a
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  union all select null, 'row') a
where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass
    and d.objid = c.oid and d.deptype = 'e')
]]

-- The values of a column, however its rows are ordered now.
local function value_sql(row)
  local from = "only " .. row.name
  local value = row.quoted and row.quoted .. "::text" or "'row'"
  return ("(select coalesce(string_agg(coalesce(%s, '(null)'), ', '"
    .. " order by %s collate \"C\"), 'nothing') from %s)"):format(value, value, from)
end

--- Fills the tables. How many have rows now.
---@param db spec.Database
---@return integer
function M.fill(db)
  db:exec(FILL)
  local tables = {}
  for _, row in ipairs(db:query(TABLES)) do
    tables[row.label] = ("(select exists (select from %s))::int"):format(row.name)
  end
  local terms = { "0" }
  for _, term in pairs(tables) do terms[#terms + 1] = term end
  return math.tointeger(tonumber(db:value("select " .. table.concat(terms, "+"))))
end

--- Takes all rows out of the tables.
---@param db spec.Database
function M.empty(db)
  local names = {}
  for _, row in ipairs(db:query(TABLES)) do
    if not row.column then names[#names + 1] = row.name end
  end
  if #names > 0 then db:exec("truncate " .. table.concat(names, ", ") .. " cascade") end
end

--- All columns of all tables with their values, by "column public.t.a"; "table public.t": its rows.
---@param db spec.Database
---@return table<string, table> each { family =, parents =, column =, type =, values = }
function M.read(db)
  local columns, selects, found = db:query(TABLES), {}, {}
  for i, row in ipairs(columns) do selects[i] = value_sql(row) end
  if #selects == 0 then return found end
  local values = db:query("select unnest(array[" .. table.concat(selects, ",\n") .. "]) as v")
  for i, row in ipairs(columns) do
    local label = row.column and ("column %s.%s"):format(row.label, row.column)
      or "table " .. row.label
    found[label] = { family = row.family, parents = row.parents, column = row.column,
      type = row.type, values = values[i].v }
  end
  return found
end

-- Sequences that count up for a column.
local SEQUENCES = [[
select n.nspname || '.' || c.relname || '.' || a.attname as label, c.oid::regclass as name,
  quote_ident(a.attname) as column, s.seqrelid::regclass as sequence
from pg_sequence s
join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.seqrelid and d.objsubid = 0
  and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
join pg_class c on c.oid = d.refobjid
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where s.seqincrement > 0 and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
]]

--- Columns whose sequence would give a number that is in the column, or one below it.
---@param db spec.Database
---@return string[]
function M.behind(db)
  local found = {}
  for _, row in ipairs(db:query(SEQUENCES)) do
    local value = db:value(("select coalesce(max(%s) >= (select last_value + is_called::int"
      .. " from %s), false) from %s"):format(row.column, row.sequence, row.name))
    if value == "t" then found[#found + 1] = "column " .. row.label end
  end
  return found
end

local function count(values)
  return values == "nothing" and 0 or select(2, values:gsub(", ", "")) + 1
end

-- With a partitioned table, or a column of it, those of its partitions go; with a parent's column
-- that of its heirs.
local function is_excused(entry, excused)
  for whole in entry.family:gmatch "%[(.-)%]" do
    if excused["table " .. whole] then return true end
    if entry.column and excused[("column %s.%s"):format(whole, entry.column)] then return true end
  end
  for parent in entry.parents:gmatch "%[(.-)%]" do
    if entry.column and excused[("column %s.%s"):format(parent, entry.column)] then return true end
  end
  return false
end

--- What is not there any more, a text each. `excused`: labels of tables and columns whose data a
--- plan says that it loses. Where a column's type has changed, or was another in between, only
--- their number must be the same.
---@param before table
---@param after table
---@param excused table<string, boolean>
---@param between? table
---@return string[]
function M.lost(before, after, excused, between)
  local lost = {}
  for label, old in pairs(before) do
    local new, other = after[label], (between or after)[label]
    local same = new and (new.values == old.values
      or (new.type ~= old.type or other and other.type ~= old.type)
      and count(new.values) == count(old.values))
    if not same and old.values ~= "nothing" and not is_excused(old, excused) then
      lost[#lost + 1] = ("%s: %s -> %s"):format(label, old.values, new and new.values or "gone")
    end
  end
  table.sort(lost)
  return lost
end

return M
