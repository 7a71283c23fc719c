--- Reading a database's catalog: loading it, and writing it as DDL, as a snapshot and as Lua.
--
-- The schemas are made ones (support/large_schema.lua), of two weights, and a real one where there
-- is one (support/real_schema.lua). pg_dump -s is what all is held against; load is run_load of
-- spec/c, which does nothing else. Tools that need seconds for 500 tables are not given 5,000.

local large_schema = require "bench.support.large_schema"
local readers = require "bench.support.readers"
local real_schema = require "bench.support.real_schema"
local report = require "bench.support.report"
local sample = require "bench.support.sample"
local server = require "bench.support.server"

local M = { name = "catalog", title = "Reading a catalog" }

local TOO_MANY = 1000 -- tables that a slow tool is not given

local function made(count, weight)
  return { title = ("%d tables, %s"):format(count, weight), name = ("%s_%d"):format(weight, count),
    scripts = large_schema.scripts(count, weight) }
end

-- The database, with statistics as autovacuum would have taken them.
local function make(schema)
  local db = server.fresh(schema.name)
  if schema.fill then schema.fill { socket = server.socket(), database = schema.name } end
  for sql in schema.scripts or function() end do db:exec(sql) end
  db:exec "vacuum analyze"
  return db
end

local function target_of(context, schema, reader)
  local db = server.database(schema.name)
  local names = {}
  for _, row in ipairs(db:query "select nspname from pg_namespace where nspname !~ '^(pg_|inf)'") do
    names[#names + 1] = row[1]
  end
  return { socket = server.socket(), database = schema.name, empty = "nothing", schemas = names,
    folder = context:folder("catalog", 0, reader) }
end

local function cases_of(context, schema, tables)
  local cases = {}
  for _, reader in ipairs(readers.all) do
    local why = reader.missing and reader.missing()
    if why then
      report.line("\n%s is left out: %s.", reader.name, why)
    elseif not (reader.slow and tables > TOO_MANY) then
      local target = target_of(context, schema, reader)
      local command
      cases[#cases + 1] = { name = reader.name,
        before = function() command = reader.command(target) end,
        run = function() return sample.run(command, context.log) end }
    end
  end
  return cases
end

local function measure(context, schema)
  report.say("%s", schema.title)
  local db = make(schema)
  local counted = db:query [[select count(*) filter (where relkind in ('r', 'p')) as tables,
    count(*) filter (where relkind in ('i', 'I')) as indexes,
    (select count(*) from pg_attribute where attnum > 0 and attrelid >= 16384
      and attrelid in (select oid from pg_class where relkind in ('r', 'p', 'v', 'm'))) as columns
    from pg_class where oid >= 16384 and relnamespace <> 'pg_toast'::regnamespace]][1]
  report.line("\n### %s\n", schema.title)
  report.line("%s tables, %s columns, %s indexes with those of keys.", counted.tables,
    counted.columns, counted.indexes)
  server.settle()
  report.figures(sample.interleave(cases_of(context, schema, tonumber(counted.tables))),
    "pg_dump -s")
  context:clean("catalog", 0)
end

function M.run(context)
  server.durable(false)
  server.fresh "nothing"
  local real = real_schema.find()
  if real then
    measure(context, { title = "a real one: " .. real.name, name = "real", fill = real.fill })
  end
  measure(context, made(500, "plain"))
  measure(context, made(5000, "plain"))
  measure(context, made(5000, "heavy"))
end

return M
