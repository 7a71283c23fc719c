--- A project of many migrations of every sort, each of which leaves a trace that can be counted.
--
--     local ladder = require("spec.support.ladder").new(30)
--     ladder.prepare(db)                       -- the ledger that the migrations write to
--     local p = project.new(ladder.files, { database = db })
--     ladder.check(db)                         -- raises where history and database disagree
--
-- Every up and every down writes a row to `ledger`, in the transaction that does the work; nothing
-- there is unique, so that whatever ran twice shows. The sorts, in turn:
--
--   plain   SQL in one transaction
--   many    SQL of many statements in one transaction
--   alone   SQL without a transaction, with CREATE INDEX CONCURRENTLY
--   lua     Lua in one transaction
--   batch   Lua without a transaction: db:batch over 60 rows, each touched exactly once

local cjson = require "cjson"

local M = {}

local ROWS = 60

local function up_row(name) return ("INSERT INTO ledger VALUES ('%s', 1);\n"):format(name) end
local function down_row(name) return ("INSERT INTO ledger VALUES ('%s', -1);\n"):format(name) end

local sorts = {}

function sorts.plain(name)
  return { [".sql"] = ("CREATE TABLE %s (id int);\n"):format(name) .. up_row(name),
    [".down.sql"] = ("DROP TABLE %s;\n"):format(name) .. down_row(name) }
end

function sorts.many(name)
  local up = { ("CREATE TABLE %s (id int);\n"):format(name) }
  for i = 1, 20 do up[#up + 1] = ("INSERT INTO %s VALUES (%d);\n"):format(name, i) end
  up[#up + 1] = "--> statement-breakpoint\n" .. up_row(name)
  return { [".sql"] = table.concat(up),
    [".down.lua"] = ("return function(db)\n  db:exec 'DROP TABLE %s'\n  db:exec [[%s]]\nend\n")
      :format(name, down_row(name)) }
end

function sorts.alone(name)
  return { [".sql"] = "-- raymig: transaction=none\n"
      .. ("CREATE TABLE %s (id int);\n"):format(name)
      .. ("INSERT INTO %s SELECT generate_series(1, 200);\n"):format(name)
      .. ("CREATE INDEX CONCURRENTLY %s_id ON %s (id);\n"):format(name, name)
      .. up_row(name)
      .. ("CREATE UNIQUE INDEX CONCURRENTLY %s_unique ON %s (id);\n"):format(name, name),
    [".down.sql"] = "-- raymig: transaction=none\n"
      .. ("DROP INDEX CONCURRENTLY %s_unique;\n"):format(name)
      .. down_row(name)
      .. ("DROP INDEX CONCURRENTLY %s_id;\nDROP TABLE %s;\n"):format(name, name) }
end

function sorts.lua(name)
  return { [".lua"] = ([[
return {
  up = function(db)
    db:exec "CREATE TABLE NAME (id int)"
    for i = 1, 5 do db:exec("INSERT INTO NAME VALUES ($1)", i) end
    db:transaction(function() db:exec "INSERT INTO ledger VALUES ('NAME', 1)" end)
  end,
  down = function(db)
    db:exec "DROP TABLE NAME"
    db:exec "INSERT INTO ledger VALUES ('NAME', -1)"
  end,
}
]]):gsub("NAME", name) }
end

-- What is outside of a batch may run again, as the manual says, and so is written for it.
function sorts.batch(name)
  return { [".lua"] = ([[
-- raymig: transaction=none
return {
  up = function(db)
    db:exec "CREATE TABLE IF NOT EXISTS NAME (id int PRIMARY KEY, touched int DEFAULT 0)"
    db:exec "INSERT INTO NAME SELECT generate_series(1, ROWS) ON CONFLICT DO NOTHING"
    db:batch { table = "NAME", key = "id", size = 7, fn = function(_, batch)
      db:exec("UPDATE NAME SET touched = touched + 1 WHERE id = ANY ($1)", batch.keys)
      if batch.keys[1] == 1 then db:exec "INSERT INTO ledger VALUES ('NAME', 1)" end
    end }
  end,
  down = function(db)
    db:batch { table = "NAME", key = "id", size = 13, fn = function(_, batch)
      db:exec("UPDATE NAME SET touched = touched - 1 WHERE id = ANY ($1)", batch.keys)
      if batch.keys[1] == 1 then db:exec "INSERT INTO ledger VALUES ('NAME', -1)" end
    end }
  end,
}
]]):gsub("%w+", { NAME = name, ROWS = tostring(ROWS) }) }
end

local ORDER = { "plain", "many", "alone", "lua", "batch" }

--- The files of a project with `count` migrations; `pick(i)` may choose the sort of each.
function M.new(count, pick)
  local self = { names = {}, sorts = {}, files = { ["raymig.lua"] = "return {}\n" } }
  local entries = {}
  for i = 1, count do
    local sort = pick and pick(i) or ORDER[(i - 1) % #ORDER + 1]
    local name = ("m%04d_%s"):format(i, sort)
    local tag = ("%04d_%s"):format(i, sort)
    self.names[i], self.sorts[i] = name, sort
    for suffix, text in pairs(sorts[sort](name)) do
      self.files["migrations/" .. tag .. suffix] = text
    end
    entries[i] = { idx = i - 1, version = "7", when = 1700000000000 + i * 1000, tag = tag,
      breakpoints = true }
  end
  self.files["migrations/meta/_journal.json"] = cjson.encode { version = "7",
    dialect = "postgresql", raymig = 1, entries = entries }

  --- The ledger, which is no migration's.
  function self.prepare(db)
    db:exec "CREATE TABLE ledger (name text, change int, at timestamptz DEFAULT now())"
  end

  -- What the database holds of each migration, in one snapshot.
  local function stand(db, has_history)
    return db:query(([[
      WITH h AS (%s), l AS (SELECT name, sum(change) AS sum FROM ledger GROUP BY name),
        i AS (SELECT indrelid, count(*) AS n, bool_and(indisvalid) AS valid
              FROM pg_index GROUP BY indrelid)
      SELECT n.name, h.state, h.rows, coalesce(l.sum, 0) AS sum, c.oid IS NOT NULL AS has_table,
        coalesce(i.n, 0) AS indexes, coalesce(i.valid, true) AS valid
      FROM unnest('{%s}'::text[]) WITH ORDINALITY n(name, at)
      LEFT JOIN h ON 'm' || h.name = n.name LEFT JOIN l ON l.name = n.name
      LEFT JOIN pg_class c ON c.relname = n.name LEFT JOIN i ON i.indrelid = c.oid ORDER BY n.at]])
      :format(has_history
        and "SELECT name, min(state) AS state, count(*) AS rows "
          .. "FROM __raymig_migrations GROUP BY name"
        or "SELECT NULL::text AS name, NULL::text AS state, 0 AS rows WHERE false",
        table.concat(self.names, ",")))
  end

  -- What a migration's rows must be, by its sort, where it is recorded and where it is not.
  local function judge(row, sort)
    local problems = {}
    local function expect(truth, text) if not truth then problems[#problems + 1] = text end end
    expect(row.rows == nil or row.rows == "1", "recorded twice")
    if row.state == "applied" then
      expect(row.sum == "1", "applied, but its ledger says " .. row.sum)
      expect(row.has_table == "t", "applied, but its table is not there")
      if sort == "alone" then
        expect(row.indexes == "2", "applied, but with " .. row.indexes .. " indexes")
        expect(row.valid == "t", "applied, but an index is invalid")
      end
    elseif row.state == nil then
      expect(row.sum == "0", "not applied, but its ledger says " .. row.sum)
      if sort ~= "batch" then
        expect(row.has_table == "f", "not applied, but its table is there")
      end
    else
      expect(sort == "alone" or sort == "batch", "half-way, but it has a transaction")
      expect(row.sum == "0" or row.sum == "1", "half-way, and its ledger says " .. row.sum)
    end
    return problems
  end

  --- Raises where the history and what is in the database disagree. Gives how many are applied,
  --- and how many are half-way.
  function self.check(db)
    local has_history = db:value "SELECT to_regclass('__raymig_migrations')" ~= nil
    local applied, half, problems = 0, 0, {}
    for i, row in ipairs(stand(db, has_history)) do
      for _, text in ipairs(judge(row, self.sorts[i])) do
        problems[#problems + 1] = row.name .. ": " .. text
      end
      if row.state == "applied" then applied = applied + 1
      elseif row.state then half = half + 1 end
    end
    for i, sort in ipairs(self.sorts) do
      local name = self.names[i]
      if sort == "batch" and db:value(("SELECT to_regclass('%s')"):format(name)) then
        local wrong = db:value(([[SELECT count(*) FROM %s, (SELECT count(*) AS n
          FROM __raymig_migrations WHERE 'm' || name = '%s' AND state = 'applied') h
          WHERE touched NOT IN (0, 1) OR h.n = 1 AND touched <> 1]]):format(name, name))
        if wrong ~= "0" then problems[#problems + 1] = name .. ": rows touched twice or never" end
      end
    end
    if #problems > 0 then error(table.concat(problems, "\n"), 2) end
    return applied, half
  end

  return self
end

return M
