--- A schema of any size, for measuring how catalogs are read and written: for each table eight
-- columns, a serial key, two indexes, five defaults, a foreign key to a table before it, comments;
-- for some unique keys, views, functions, triggers and grants. 5,000 tables are 40,000 columns and
-- 10,000 indexes beside those of the keys.
--
-- Of two weights: "plain" has indexes of columns, a check on every fourth table and a partial index
-- over an expression on every tenth; "heavy" has on every table a check, a partial index and one
-- over an expression, which the server has to deparse one by one.
--
--     for sql in require("bench.support.large_schema").scripts(5000, "heavy") do db:exec(sql) end
--     lua5.4 bench/support/large_schema.lua 5000 heavy | psql -q db
--
-- Each script is a transaction of some tables, so that the server's lock table need not hold all.

local M = {}

local SCHEMAS, BATCH = 10, 200

local TABLE = [[
CREATE TABLE $name (
    id bigserial PRIMARY KEY,
    tenant_id integer NOT NULL DEFAULT 0,
    parent_id bigint,
    title varchar(200) NOT NULL,
    state $mood NOT NULL DEFAULT 'new',
    amount numeric(12,2),
    settings jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE $name IS 'table number $number';
COMMENT ON COLUMN $name.title IS 'what people see';
COMMENT ON COLUMN $name.amount IS 'in the tenant''s currency';
]]

local CHECK = "ALTER TABLE $name ADD CHECK (amount >= 0);\n"
local PARTIAL = "CREATE INDEX ON $name (lower(title)) WHERE state <> 'done';\n"

-- What differs: each row is of every so many tables, counted from its second number.
local WEIGHTS = {
  plain = {
    { 1, 0, "CREATE INDEX ON $name (tenant_id, created_at DESC);\n" },
    { 10, 5, PARTIAL, "CREATE INDEX ON $name (state, amount);\n" },
    { 4, 0, CHECK },
  },
  heavy = {
    { 1, 0, "CREATE INDEX ON $name (tenant_id, created_at DESC) WHERE state <> 'done';\n" },
    { 1, 0, "CREATE INDEX ON $name (lower(title), amount);\n" },
    { 1, 0, CHECK },
  },
}

local KEY = [[
ALTER TABLE $name ADD FOREIGN KEY (parent_id) REFERENCES $parent ON DELETE CASCADE;
]]

-- What every so many tables have.
local SOMETIMES = {
  { 4, 0, "ALTER TABLE $name ADD UNIQUE (tenant_id, title);\n" },
  { 10, 0, [[
CREATE TRIGGER touch BEFORE UPDATE ON $name FOR EACH ROW EXECUTE FUNCTION $schema.touch();
GRANT SELECT ON $name TO PUBLIC;
]] },
  { 20, 0, [[
CREATE VIEW $name_open AS SELECT id, title, amount FROM $name WHERE state <> 'done';
CREATE FUNCTION $name_count(tenant integer) RETURNS bigint LANGUAGE sql STABLE
    AS 'SELECT count(*) FROM $name WHERE tenant_id = tenant';
]] },
}

local HEAD = [[
CREATE SCHEMA $schema;
CREATE TYPE $schema.mood AS ENUM ('new', 'open', 'done');
CREATE FUNCTION $schema.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
]]

local function schema_of(number)
  return "part_" .. number % SCHEMAS
end

local function table_of(number)
  return ("%s.item_%d"):format(schema_of(number), number)
end

local function fill(text, number)
  local words = { name = table_of(number), parent = table_of(number - number // 3),
    schema = schema_of(number), mood = schema_of(number) .. ".mood", number = number }
  return (text:gsub("%$(%l+)", words))
end

-- The row's text; its other one for the tables that are not meant, where it has one.
local function add_rows(parts, number, rows)
  for _, row in ipairs(rows) do
    local text = number % row[1] == row[2] and row[3] or row[4]
    if text then parts[#parts + 1] = fill(text, number) end
  end
end

local function add_table(parts, number, weight)
  parts[#parts + 1] = fill(TABLE, number)
  add_rows(parts, number, WEIGHTS[weight])
  if number > 3 then parts[#parts + 1] = fill(KEY, number) end
  add_rows(parts, number, SOMETIMES)
end

--- Iterates over scripts, to be run one after another in a new database.
---@param count integer tables
---@param weight? "plain"|"heavy" plain unless told
---@return fun(): string?
function M.scripts(count, weight)
  return coroutine.wrap(function()
    local parts = { "BEGIN;\n" }
    for i = 0, SCHEMAS - 1 do parts[#parts + 1] = fill(HEAD, i) end
    for number = 1, count do
      add_table(parts, number, weight or "plain")
      if number % BATCH == 0 then
        coroutine.yield(table.concat(parts) .. "COMMIT;\n")
        parts = { "BEGIN;\n" }
      end
    end
    coroutine.yield(table.concat(parts) .. "COMMIT;\n")
  end)
end

if arg and arg[0] and arg[0]:find("large_schema.lua", 1, true) then
  for sql in M.scripts(tonumber(arg[1]) or 5000, arg[2]) do io.write(sql) end
end

return M
