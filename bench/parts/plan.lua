--- Making a plan: `raymig diff` and `generate` as a whole, and the plan alone, beyond the loads.
--
-- run_plan of spec/c loads two databases and times the plans, up and down, by its own clock. What
-- it is given: nothing and a schema, a schema and itself, a schema and the same with one column
-- more. Generating is of the worked example with one column more, beside drizzle-kit.

local large_schema = require "bench.support.large_schema"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local real_schema = require "bench.support.real_schema"
local report = require "bench.support.report"
local sample = require "bench.support.sample"
local server = require "bench.support.server"
local tools = require "bench.support.tools"

local M = { name = "plan", title = "Making a plan" }

local function url(database)
  return ("postgresql://postgres@localhost/%s?host=%s"):format(database, server.socket())
end

local function program(path)
  return tools.root .. "/" .. path
end

local function raymig(...)
  return { os.getenv "RAYMIG_BIN" or program "build/release/raymig", ... }
end

local function case(context, name, command, before)
  command.env = command.env or tools.env()
  return { name = name, before = before,
    run = function() return sample.run(command, context.log) end }
end

-- ---------------------------------------------------------------- the plan alone

-- What run_plan says of itself: the loads and the plan, as runs of a sample each.
local function parts_of(context, from, to)
  local loads, plans, steps = {}, {}, 0
  for round = 0, sample.runs do
    local result = process.run { program "build/release/spec/c/run_plan", url(from), url(to),
      env = tools.env() }
    local first, second, plan, count = result.out:match "^(%S+) (%S+) (%S+) (%d+)\n$"
    assert(result.code == 0, result.err)
    if round > 0 then
      loads[round], plans[round] = tonumber(first) + tonumber(second), tonumber(plan)
      steps = count
    end
  end
  table.sort(loads)
  table.sort(plans)
  local middle = (#plans + 1) // 2
  report.table_row { context, steps, ("%.1f"):format(loads[middle]), ("%.1f"):format(plans[middle]),
    ("%.1f - %.1f"):format(plans[1], plans[#plans]) }
end

local function copy_with(name, template, sql)
  server.copy(name, template):exec(sql)
end

local function alone(names)
  report.line "\n### The plans up and down, beyond the loads"
  report.table_head({ "", "steps", "both loads, ms", "both plans, ms", "min - max" }, 1)
  for _, name in ipairs(names) do
    parts_of("from nothing to " .. name.title, "nothing", name.database)
    parts_of(name.title .. " and itself", name.database, name.database)
    parts_of(name.title .. ", one column more", name.database, name.database .. "_more")
  end
  report.line ""
end

-- ---------------------------------------------------------------- commands

local function against_itself(context, name)
  local db = name.database
  local folder = context:folder("plan", 0, { name = "itself" })
  process.run { "mkdir", "-p", folder }
  tools.write_file(folder .. "/raymig.lua", "return {}\n")
  local snapshot = process.run { tools.root .. "/build/release/raymig", "export", "--json", "--url",
    url(db), cwd = folder, env = tools.env() }
  assert(snapshot.code == 0, snapshot.err)
  tools.write_file(folder .. "/snapshot.json", snapshot.out)
  report.line("\n### %s against itself", name.title)
  local function diff(from)
    local command = raymig("diff", "--exit-code", "--from", from, "--to", "db")
    command.env, command.cwd = tools.env(nil, { DATABASE_URL = url(db) }), folder
    return command
  end
  report.figures(sample.interleave {
    case(context, "load", { program "build/release/spec/c/run_load", url(db), 1 }),
    case(context, "diff, a snapshot and the database", diff "snapshot.json"),
    case(context, "diff, two databases", diff(url(db))),
    case(context, "migra, two databases", { program(tools.npm .. "/node_modules/.bin/migra"),
      ("postgresql://postgres@%s/%s"):format(server.socket():gsub("/", "%%2F"), db),
      ("postgresql://postgres@%s/%s"):format(server.socket():gsub("/", "%%2F"), db),
      "--with-privileges", "true" }),
  }, "load")
end

-- ---------------------------------------------------------------- generate

local DRIZZLE_SCHEMA = [[
import { pgTable, uuid, text, timestamp, bigint, index, uniqueIndex } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  id: uuid("id").primaryKey().defaultRandom(),
  email: text("email").notNull().unique(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
});
export const profiles = pgTable("profiles", {
  userId: uuid("user_id").primaryKey().references(() => users.id, { onDelete: "cascade" }),
  bio: text("bio"),%s
});
export const conversations = pgTable("conversations", {
  id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
  ownerId: uuid("owner_id").notNull().references(() => users.id),
  title: text("title").notNull(),
}, (t) => [index("conversations_owner").on(t.ownerId)]);
]]

-- A copy of the worked example.
local function example(folder)
  process.run { "rm", "-rf", folder }
  process.run { "mkdir", "-p", folder .. "/lua" }
  for _, what in ipairs { "raymig.lua", "migrations", "lua/schema" } do
    assert(process.run({ "cp", "-r", tools.root .. "/" .. what, folder .. "/" .. what }).code == 0)
  end
end

local function add_column(folder, name)
  local path = folder .. "/lua/schema/users.lua"
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  local changed, count = text:gsub('pg%.table "users" {\n', '%0  pg.text "' .. name .. '",\n', 1)
  assert(count == 1, "the worked example has no table users")
  tools.write_file(path, changed)
end

local function drizzle_case(context)
  local folder = tools.npm .. "/generate"
  local kit = tools.root .. "/" .. tools.npm .. "/node_modules/drizzle-kit/bin.cjs"
  local function write(column)
    tools.write_file(folder .. "/schema.ts", DRIZZLE_SCHEMA:format(column))
  end
  local function generate()
    local command = { "node", kit, "generate", "--dialect=postgresql", "--schema=./schema.ts",
      "--out=./out", "--name=more", env = tools.env(), cwd = tools.root .. "/" .. folder }
    return sample.run(command, context.log)
  end
  return { name = "drizzle-kit generate (unproved)", before = function()
    process.run { "rm", "-rf", folder }
    process.run { "mkdir", "-p", folder }
    write ""
    generate()
    write '\n  nickname: text("nickname"),'
  end, run = generate }
end

-- Its migrations are written by hand and have no snapshots: what they make is replayed. Behind a
-- generated one the snapshot says it.
local function generated(folder)
  example(folder)
  add_column(folder, "nickname")
  local result = process.run { tools.root .. "/build/release/raymig", "generate", cwd = folder,
    env = tools.env() }
  assert(result.code == 0, result.err)
end

local function generate(context)
  local function folder_of(name) return context:folder("plan", 0, { name = name }) end
  local function generate_in(folder)
    local command = raymig "generate"
    command.cwd = folder
    return command
  end
  local by_hand, behind, same = folder_of "hand", folder_of "behind", folder_of "same"
  generated(same)
  report.line "\n### generate, the worked example"
  report.figures(sample.interleave {
    case(context, "raymig generate, behind migrations by hand", generate_in(by_hand), function()
      example(by_hand)
      add_column(by_hand, "nickname")
    end),
    case(context, "raymig generate, behind a generated one", generate_in(behind), function()
      generated(behind)
      add_column(behind, "motto")
    end),
    case(context, "raymig generate, unchanged", generate_in(same)),
    drizzle_case(context),
    case(context, "psql", { pg.program "psql", "-X", "-c", "select 1", url "nothing" }),
  }, "psql")
end

-- ---------------------------------------------------------------- the part

local function fill(name, scripts)
  local db = server.fresh(name)
  for sql in scripts do db:exec(sql) end
  db:exec "vacuum analyze"
end

-- The table that gets the column more: any will do.
local MORE = [[do $$ begin
  execute (select format('alter table %s add nickname text', c.oid::regclass) from pg_class c
    where relkind = 'r' and oid >= 16384 and not relispartition and not exists
      (select from pg_depend where objid = c.oid and deptype = 'e') order by oid limit 1);
end $$]]

function M.run(context)
  local names = {}
  server.durable(false)
  server.fresh "nothing"
  local real = real_schema.find()
  if real then
    server.fresh "real"
    real.fill { socket = server.socket(), database = "real" }
    server.database("real"):exec "vacuum analyze"
    names[1] = { title = real.name, database = "real" }
  end
  fill("many", large_schema.scripts(5000, "plain"))
  names[#names + 1] = { title = "5,000 tables", database = "many" }
  for _, name in ipairs(names) do copy_with(name.database .. "_more", name.database, MORE) end
  server.settle()
  alone(names)
  if real then against_itself(context, names[1]) end
  generate(context)
  context:clean("plan", 0)
end

return M
