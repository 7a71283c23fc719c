--- Types for random_schema.lua: what columns may be of, with values and with what works on them.

local names = require "spec.support.random_names"

local M = {}

-- sql; values, literals that any use of the type accepts; order: has a btree opclass; hash, gist,
-- gin, brin, spgist: opclasses ("": the default one); collate; number: + works; text: || works;
-- array: what it is an array of; key: fit for partition keys.
M.BUILT_IN = {
  { sql = "integer", values = { "0", "1", "-7", "42" }, order = true, hash = "", brin = "",
    number = true, key = true },
  { sql = "bigint", values = { "0", "9000000000", "-1" }, order = true, hash = "", brin = "",
    number = true, key = true },
  { sql = "smallint", values = { "0", "1" }, order = true, hash = "", number = true },
  { sql = "text", values = { "'a'", "'it''s'", "'B'", "E'back\\\\slash'" }, order = true,
    hash = "", text = true, collate = true, key = true, pattern = "text_pattern_ops", spgist = "" },
  { sql = "character varying(40)", values = { "'a'", "''" }, order = true, hash = "", text = true,
    collate = true, pattern = "varchar_pattern_ops" },
  { sql = "character varying", values = { "'z'" }, order = true, text = true, collate = true },
  { sql = "character(3)", values = { "'abc'" }, order = true, hash = "", collate = true },
  { sql = '"char"', values = { "'c'" }, order = true },
  { sql = "name", values = { "'n'" }, order = true },
  { sql = "numeric(10,2)", values = { "0", "1.50", "-3" }, order = true, number = true },
  { sql = "numeric", values = { "0", "12345678901234567890.1" }, order = true, number = true },
  { sql = "double precision", values = { "0", "1.5", "'NaN'" }, order = true },
  { sql = "real", values = { "0.25" }, order = true },
  { sql = "boolean", values = { "true", "false" }, order = true },
  { sql = "date", values = { "'2020-02-29'", "current_date", "'infinity'" }, order = true,
    brin = "date_minmax_ops", key = true },
  { sql = "timestamp with time zone", values = { "now()", "'2021-01-01 00:00:00+00'" },
    order = true, brin = "" },
  { sql = "timestamp(3) without time zone", values = { "localtimestamp", "'2021-01-01'" },
    order = true },
  { sql = "time(0) without time zone", values = { "'12:00'", "localtime" }, order = true },
  { sql = "interval", values = { "'1 day'", "'-3 years 2 days'" }, order = true },
  { sql = "interval day to second(3)", values = { "'1 02:03:04.5'" }, order = true },
  { sql = "uuid", values = { "gen_random_uuid()", "'00000000-0000-0000-0000-000000000000'" },
    order = true, hash = "" },
  { sql = "jsonb", values = { "'{}'", "'{\"a\": [1, 2]}'" }, order = true, gin = "jsonb_path_ops" },
  { sql = "json", values = { "'null'" } },
  { sql = "bytea", values = { "'\\x00ff'" }, order = true },
  { sql = "inet", values = { "'10.0.0.1'", "'::1/64'" }, order = true, gist = "inet_ops",
    spgist = "inet_ops" },
  { sql = "bit(3)", values = { "B'101'" }, order = true },
  { sql = "bit varying(8)", values = { "B'1'" }, order = true },
  { sql = "point", values = { "'(1,2)'" }, gist = "", spgist = "kd_point_ops" },
  { sql = "int4range", values = { "'[1,5)'", "'empty'" }, order = true, gist = "",
    overlaps = true },
  { sql = "tstzrange", values = { "'(,)'" }, order = true, gist = "", overlaps = true },
  { sql = "tsvector", values = { "'a:1 b:2'" }, order = true, gin = "", gist = "tsvector_ops" },
  { sql = "integer[]", values = { "'{}'", "'{1,2}'", "array[3]" }, order = true, gin = "",
    array = "integer" },
  { sql = "text[]", values = { "'{a,\"b c\"}'", "array[]::text[]" }, order = true,
    gin = "array_ops", array = "text" },
  { sql = "xml", values = { "'<a/>'" } },
  { sql = "oid", values = { "0" }, order = true },
  { sql = "regclass", values = { "'pg_class'" } },
}

local function labels(random)
  local used, out = {}, {}
  for i = 1, random:int(1, 5) do
    local text = random:chance(30) and random:pick(names.TEXTS) or "label" .. i
    if not used[text] then
      used[text] = true
      out[#out + 1] = random:literal(text)
    end
  end
  return out
end

local function make_enum(random)
  local name = random:qualified "mood"
  local list = labels(random)
  random:add("create type %s as enum (%s)", name, table.concat(list, ", "))
  if random:chance(30) then
    random:add("alter type %s add value 'late' before %s", name, list[1])
  end
  random:comment("type " .. name)
  random.types[#random.types + 1] = { sql = name, values = list, order = true, hash = "",
    type = true, enum = true }
end

local function make_composite(random)
  local name, used, own, parts = random:qualified "pair", {}, {}, {}
  for i = 1, random:int(1, 4) do
    local type = random:pick(random.types)
    own[i] = names.new(random, "part", used)
    parts[i] = own[i] .. " " .. type.sql
      .. (type.collate and random:chance(30) and ' collate "C"' or "")
  end
  random:add("create type %s as (%s)", name, table.concat(parts, ", "))
  if random:chance(30) then
    random:add("alter type %s add attribute %s integer", name, names.new(random, "late", used))
    random:add("alter type %s drop attribute %s", name, random:pick(own))
  end
  random:comment("type " .. name)
  random.types[#random.types + 1] = { sql = name, values = {}, type = true }
end

-- A domain's value in its own check, for each sort of type.
local function domain_check(random, type)
  if type.number then return "value > " .. random:int(-1000, -100) end
  if type.text then return "value !~ '^#' or value = 'x''y'" end
  return "value is not null or true"
end

local function make_domain(random)
  local base = random:pick_where(random.types, function(type) return #type.values > 0 end)
  local name, used, parts = random:qualified "domain", {}, {}
  if base.collate and random:chance(40) then parts[#parts + 1] = 'collate "C"' end
  if random:chance(30) then parts[#parts + 1] = "default " .. random:pick(base.values) end
  if random:chance(20) then parts[#parts + 1] = "not null" end
  for _ = 1, random:int(0, 2) do
    local label = random:chance(50) and "constraint " .. names.new(random, "ok", used) .. " " or ""
    parts[#parts + 1] = label .. "check (" .. domain_check(random, base) .. ")"
  end
  random:add("create domain %s as %s %s", name, base.sql, table.concat(parts, " "))
  if random:chance(20) then
    random:add("alter domain %s add constraint %s check (%s) not valid", name,
      names.new(random, "later", used), domain_check(random, base))
  end
  random:comment("domain " .. name)
  local type = {}
  for key, value in pairs(base) do type[key] = value end
  type.sql, type.type, type.domain = name, true, true
  type.key, type.array, type.enum = nil, nil, nil
  random.types[#random.types + 1] = type
end

local function make_range(random)
  local base = random:pick { "numeric", "text", "date" }
  local name = random:qualified "span"
  random:add("create type %s as range (subtype = %s%s)", name, base,
    base == "text" and ', collation = "C"' or "")
  random.types[#random.types + 1] = { sql = name, values = { "'empty'" }, order = true, gist = "",
    overlaps = true, type = true }
end

local function make_array(random)
  local base = random:pick_where(random.types, function(type) return type.type end)
  if base then random.types[#random.types + 1] = { sql = base.sql .. "[]", values = { "'{}'" } } end
end

--- Fills random.types and writes those that are made.
function M.make(random)
  for i, type in ipairs(M.BUILT_IN) do random.types[i] = type end
  local makers = { make_enum, make_composite, make_domain, make_domain, make_range, make_array }
  for _ = 1, random:int(1, 7) do random:pick(makers)(random) end
end

return M
