--- db:batch: a long backfill as many short transactions, which a killed run resumes.
--
-- It walks a table along a unique key, `size` rows at a time (keyset, never OFFSET), and hands
-- each lot of keys to a statement or a function. Without a transaction around it each batch is one
-- of its own, and the last key is saved in the same transaction, so that no row is done twice or
-- left out whatever happens. Inside a transaction it is a plain loop and saves nothing.

local host = ...
local sql = host.require "raymig.sql"

local M = {}

local OPTIONS = { "table", "key", "size", "where", "sql", "fn", "pause", "name", "count",
  "retries" }
local RETRIED = { ["40001"] = true, ["40P01"] = true, ["55P03"] = true }
local DEFAULT_SIZE, DEFAULT_RETRIES, FIRST_RETRY_MS = 1000, 10, 100

local function fail(message, hint, ...)
  host.fail(("db:batch: " .. message):format(...), hint)
end

--- The quoted name of a relation: a name as SQL spells it, or a list { schema, table }.
function M.relation(db, name, what)
  if type(name) == "table" then return sql.ident(name) end
  if type(name) ~= "string" then
    host.fail(what .. " needs a table", "Give its name as in SQL, or a list { schema, name }.")
  end
  return db:value("SELECT $1::pg_catalog.regclass::pg_catalog.text", name)
end

-- ---------------------------------------------------------------- options

local function check_known(options)
  local known = {}
  for _, name in ipairs(OPTIONS) do known[name] = true end
  for name in pairs(options) do
    if not known[name] then
      local nearest = host.nearest(tostring(name), OPTIONS)
      fail("unknown option '%s'", nearest and ("Did you mean '%s'?"):format(nearest),
        tostring(name))
    end
  end
end

local function whole_number(options, name, least, default)
  local value = options[name]
  if value == nil then return default end
  if math.type(value) ~= "integer" or value < least then
    fail("'%s' is a whole number of at least %d", nil, name, least)
  end
  return value
end

local function key_columns(options)
  local key = options.key
  if type(key) == "string" then key = { key } end
  if type(key) ~= "table" or #key == 0 then
    fail("'key' is missing", "Name the unique column, or list of columns, to walk along.")
  end
  return key
end

local function pause_ms(core, pause)
  if pause == nil then return 0 end
  local ms = math.type(pause) == "integer" and pause
    or type(pause) == "string" and core.duration(pause)
  if not ms or ms < 0 then fail("'pause' is a duration such as \"100ms\"") end
  return ms
end

local function check_work(options)
  if (options.sql == nil) == (options.fn == nil) then
    fail("give either 'sql' or 'fn'",
      "sql gets the keys as arrays ($1, one a key column); fn(db, batch) gets batch.keys.")
  end
  if options.fn ~= nil and type(options.fn) ~= "function" then fail "'fn' is not a function" end
  if options.where ~= nil and type(options.where) ~= "string" then fail "'where' is SQL text" end
end

-- ---------------------------------------------------------------- the walk

-- Rows between two keys would be lost where the key is not unique or may be NULL.
local UNIQUE = [[
SELECT c.relkind IN ('r', 'p') AS is_table, c.reltuples::int8 AS estimate,
  (SELECT count(*) = cardinality($2::text[]) FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attname = ANY ($2) AND a.attnotnull) AS is_not_null,
  EXISTS (SELECT FROM pg_catalog.pg_index i
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid
      AND i.indpred IS NULL AND i.indexprs IS NULL
      AND NOT EXISTS (SELECT FROM generate_series(0, i.indnkeyatts - 1) n
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[n]
        WHERE a.attname <> ALL ($2))) AS is_unique
FROM pg_catalog.pg_class c WHERE c.oid = $1::pg_catalog.regclass]]

local function check_key(db, relation, key)
  local row = db:row(UNIQUE, relation, key)
  if row.is_table and not (row.is_not_null and row.is_unique) then
    fail("the key (%s) of %s is not unique and NOT NULL", "Name the primary key, or unique columns "
      .. "that cannot be NULL: rows that share a key would be left out.",
      table.concat(key, ", "), relation)
  end
  return row.estimate
end

-- The query for the keys of the next batch: k1.. as they are, t1.. as text.
local function keys_query(plan, first)
  local quoted, select, params = {}, {}, {}
  for i, name in ipairs(plan.key) do
    quoted[i] = sql.ident(name)
    params[i] = "$" .. i
    select[#select + 1] = ("%s AS k%d, %s::text AS t%d"):format(quoted[i], i, quoted[i], i)
  end
  local list, wheres = table.concat(quoted, ", "), {}
  if plan.where then wheres[#wheres + 1] = "(" .. plan.where .. "\n)" end
  if not first then
    wheres[#wheres + 1] = ("(%s) > (%s)"):format(list, table.concat(params, ", "))
  end
  local filter = #wheres > 0 and " WHERE " .. table.concat(wheres, " AND ") or ""
  return ("SELECT %s FROM %s%s ORDER BY %s LIMIT %d"):format(table.concat(select, ", "),
    plan.relation, filter, list, plan.size)
end

-- The keys of a batch: of one column a list, of several one list each.
local function transpose(rows, key)
  local columns = {}
  for i = 1, #key do
    local list = {}
    for j, row in ipairs(rows) do list[j] = row["k" .. i] end
    columns[i] = list
  end
  return columns
end

local function position_of(row, key)
  local position = {}
  for i = 1, #key do position[i] = row["t" .. i] end
  return position
end

local function run_batch(db, plan, number, columns, n)
  if plan.sql then
    db:exec(plan.sql, table.unpack(columns))
  else
    local keys = #columns == 1 and columns[1] or columns
    plan.fn(db, { keys = keys, n = n, number = number })
  end
end

-- One batch, in a transaction of its own or the one around it. Gives how many rows it had.
local function step(db, plan, state)
  local first = state.position == nil
  local rows = db:query(keys_query(plan, first), table.unpack(state.position or {}))
  local position = state.position
  if rows.n > 0 then
    run_batch(db, plan, state.batches + 1, transpose(rows, plan.key), rows.n)
    position = position_of(rows[rows.n], plan.key)
  end
  local done = rows.n < plan.size
  if plan.save then plan.save(position, state.rows + rows.n, done, state.rows) end
  return { position = position, rows = state.rows + rows.n, done = done,
    batches = state.batches + (rows.n > 0 and 1 or 0) }
end

-- Tries a batch again after a lock timeout, a deadlock or a serialization failure.
local function patient(core, db, plan, attempt)
  for try = 0, plan.retries do
    local ok, result = pcall(attempt)
    if ok then return result end
    local again = type(result) == "table" and RETRIED[result.sqlstate] and not db.in_transaction
    if not again or try == plan.retries then error(result, 0) end
    core.pause(db, math.min(FIRST_RETRY_MS << try, 5000))
  end
end

-- ---------------------------------------------------------------- memory

local TABLE = [[
CREATE TABLE IF NOT EXISTS %s (
  tag text NOT NULL, direction text NOT NULL, name text NOT NULL,
  position text[], rows bigint NOT NULL, done boolean NOT NULL,
  at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tag, direction, name))]]

-- What an earlier run left, and the function that saves.
local function remember(db, plan, place)
  if db:value("SELECT pg_catalog.to_regclass($1)", place) == nil then
    db:exec(TABLE:format(place))
  end
  -- Saves only where the position is still the one that this batch began at.
  plan.save = function(position, rows, done, before)
    local saved = db:value(("INSERT INTO %s AS b (tag, direction, name, position, rows, done) "
      .. "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tag, direction, name) DO UPDATE "
      .. "SET position = $4, rows = $5, done = $6, at = now() "
      .. "WHERE b.rows = $7 AND NOT b.done RETURNING true"):format(place),
      db.tag, db.direction, plan.name, position, rows, done, before)
    if not saved then
      fail("another runner has moved batch %s on",
        "Run raymig status to see where the database stands, then run this again.", plan.name)
    end
  end
  local row = db:row(("SELECT position, rows, done FROM %s "
    .. "WHERE tag = $1 AND direction = $2 AND name = $3"):format(place),
    db.tag, db.direction, plan.name)
  if not row then return nil end
  if row.position == host.null then row.position = nil end
  if row.rows > 0 and not row.done then
    db:notice(("batch %s resumes behind %d rows"):format(plan.name, row.rows))
  end
  return { position = row.position, rows = row.rows, done = row.done, batches = 0 }
end

local function total_of(db, plan, options, estimate)
  if options.count then
    return db:value(("SELECT count(*) FROM %s%s"):format(plan.relation,
      plan.where and " WHERE (" .. plan.where .. "\n)" or ""))
  end
  return plan.where == nil and estimate > 0 and estimate or -1
end

local function new_plan(core, db, options, number)
  if type(options) ~= "table" then fail "it takes a table of options" end
  check_known(options)
  check_work(options)
  local relation = M.relation(db, options.table, "db:batch")
  return {
    relation = relation,
    key = key_columns(options),
    where = options.where,
    sql = options.sql,
    fn = options.fn,
    size = whole_number(options, "size", 1, DEFAULT_SIZE),
    retries = whole_number(options, "retries", 0, DEFAULT_RETRIES),
    pause = pause_ms(core, options.pause),
    name = tostring(options.name or ("%d %s"):format(number, relation)),
  }
end

--- Makes db:batch. It returns the rows that were walked, those of earlier runs included, and the
--- number of batches of this run.
function M.new(core)
  return function(db, options)
    local place, number = core.batch_info(db)
    local plan = new_plan(core, db, options, number)
    local estimate = check_key(db, plan.relation, plan.key)
    local total = total_of(db, plan, options, estimate)
    local state = place and remember(db, plan, place) or { rows = 0, batches = 0, done = false }
    while not state.done do
      state = patient(core, db, plan, function()
        if db.in_transaction then return step(db, plan, state) end
        return db:transaction(function() return step(db, plan, state) end)
      end)
      core.progress(db, plan.name, state.rows, math.max(total, total < 0 and -1 or state.rows))
      if plan.pause > 0 and not state.done and not db.in_transaction then
        core.pause(db, plan.pause)
      end
    end
    return state.rows, state.batches
  end
end

return M
