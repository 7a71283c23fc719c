--- Linting: the rules, those of raymig and of plugins, called for each statement of a migration,
-- for the migration, and for the objects that it makes or changes. docs/lint.md.
--
-- A rule is a table: severity, why, how, and one or more of
--   check(ctx, node)        for each statement whose parse tree is a node of `node`
--   migration(ctx)          once for each migration, behind its statements
--   catalog(ctx, catalog)   once for each migration whose catalog is known; ctx.changed
-- What it finds it tells by ctx:report { message =, object =, line =, how = }.

local host = ...

local calls = host.require "raymig.host.plugin_calls"
local catalog = host.require "raymig.host.catalog"
local tree = host.require "raymig.host.lint_tree"

local M = {}

local CORE = { "columns", "constraints", "indexes", "drops", "renames", "tables", "types", "locks",
  "rows", "observed" }

-- ---------------------------------------------------------------- rules

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

local function nodes_of(rule)
  if rule.node == nil then return nil end
  local set = {}
  for _, name in ipairs(type(rule.node) == "table" and rule.node or { rule.node }) do
    set[name] = true
  end
  return set
end

-- All rules in order: { id, rule, plugin, nodes }.
local function all_rules()
  local list = {}
  for _, module in ipairs(CORE) do
    local rules = host.require("raymig.lint." .. module)
    for _, id in ipairs(sorted_keys(rules)) do
      list[#list + 1] = { id = id, rule = rules[id], nodes = nodes_of(rules[id]) }
    end
  end
  host.require "raymig.host.plugins".each("lint", function(name, rule, plugin)
    list[#list + 1] = { id = plugin.name .. "/" .. name, rule = rule, plugin = plugin,
      nodes = nodes_of(rule) }
  end)
  return list
end

-- Of the engine itself; they have a level as any other.
local OWN = {
  unknown_ignore = { severity = "warn", why = "A comment that names no rule turns none off.",
    how = "raymig lint --rules lists their names." },
  unused_ignore = { severity = "warn",
    why = "A lint-ignore that nothing needs hides what comes later.", how = "Delete the comment." },
  unreadable = { severity = "warn",
    why = "PostgreSQL's parser (of version 15) does not take the statement: no rule saw it.",
    how = "Look at it yourself; raymig lint --observe runs it in a shadow." },
}

local function check_levels(levels, rules, config)
  local known = {}
  for _, row in ipairs(rules) do known[#known + 1] = row.id end
  for id in pairs(OWN) do known[#known + 1] = id end
  table.sort(known)
  local is = {}
  for _, id in ipairs(known) do is[id] = true end
  for _, level in ipairs(levels) do
    if not is[level.rule] then
      local near = host.nearest(level.rule, known)
      calls.raise { code = "usage", message = ("there is no lint rule \"%s\""):format(level.rule),
        hint = near and ("Did you mean \"%s\"?"):format(near)
          or "raymig lint --rules lists them.", file = config, line = level.line }
    end
  end
  return is
end

local function level_map(levels)
  local map = {}
  for _, level in ipairs(levels) do map[level.rule] = level.level end
  return map
end

--- { levels, config }: the rules with their levels, for raymig lint --rules.
function M.rules(given)
  local rules, list = all_rules(), {}
  check_levels(given.levels, rules, given.config)
  local levels = level_map(given.levels)
  local function add(id, rule, plugin)
    list[#list + 1] = { rule = id, severity = levels[id] or rule.severity, why = rule.why,
      how = rule.how, plugin = plugin and plugin.name }
  end
  for _, row in ipairs(rules) do add(row.id, row.rule, row.plugin) end
  for _, id in ipairs(sorted_keys(OWN)) do add(id, OWN[id]) end
  return host.require("raymig.json").array(list)
end

-- ---------------------------------------------------------------- comments

-- "drop_column, rename_table -- because" as a list of names; none: all rules.
local function names_in(text)
  local names = {}
  text = text:gsub("%-%-.*$", ""):gsub(":.*$", "")
  for name in text:gmatch "[%w_/-]+" do names[#names + 1] = name end
  return names
end

-- The lint-ignore comments of a text: { kind = "ignore" or "ignore-file", names, used }.
local function ignores_in(text, into)
  for comment in (text .. "\n"):gmatch "%-%-%s*raymig:%s*lint%-([^\n]*)\n" do
    local kind, rest = comment:match "^(ignore%-file)(.*)$"
    if not kind then kind, rest = comment:match "^(ignore)(.*)$" end
    if kind and (rest == "" or rest:find "^[%s:]") then
      into[#into + 1] = { kind = kind, names = names_in(rest), used = false }
    end
  end
end

local function is_ignored(list, id)
  local found = false
  for _, ignore in ipairs(list) do
    if #ignore.names == 0 then ignore.used, found = true, true end
    for _, name in ipairs(ignore.names) do
      if name == id then ignore.used, found = true, true end
    end
  end
  return found
end

-- The comment lines right above a line of a Lua file.
local function comments_above(lines, line)
  local found, at = {}, line - 1
  while at >= 1 and lines[at] and lines[at]:find "^%s*%-%-" do
    table.insert(found, 1, lines[at])
    at = at - 1
  end
  return table.concat(found, "\n")
end

-- ---------------------------------------------------------------- a run

local Context = {}
Context.__index = Context

--- A finding. object: of the catalog. line: of the file, else the statement's. how: instead of the
--- rule's.
function Context:report(finding)
  if type(finding) == "string" then finding = { message = finding } end
  local run, row, statement = self.run, self.row, self.statement
  local severity = run.levels[row.id] or row.rule.severity
  local ignores = statement and statement.ignores or {}
  local ignored = is_ignored(ignores, row.id)
  if is_ignored(run.file_ignores, row.id) or ignored or severity == "off" then return end
  run.findings[#run.findings + 1] = { rule = row.id, severity = severity,
    message = finding.message, why = row.rule.why, how = finding.how or row.rule.how,
    file = statement and statement.file or run.migration.file,
    line = finding.line or statement and statement.line or nil,
    statement = statement and statement.number,
    object = finding.object and M.label(finding.object) or nil }
  if statement then statement.found = true end
end

--- True for a relation that this migration makes, or that is known not to be there before it:
--- nobody waits for it, and it holds no rows.
function Context:is_new(relation)
  if not relation then return false end
  local schema, name = tree.relation(relation)
  if self.run.made[schema .. "." .. name] then return true end
  local before = self.before
  if not before then return false end
  for _, kind in ipairs { "table", "materialized view", "foreign table", "view" } do
    if before:find(kind, schema, name) then return false end
  end
  return true
end

function M.label(object)
  local parts = {}
  for _, key in ipairs { "schema", "parent", "name" } do
    if object[key] then parts[#parts + 1] = object[key] end
  end
  return object.kind .. " " .. table.concat(parts, ".")
end

local function lazy_catalog(given)
  if type(given) == "table" then return catalog.new(given) end
  if type(given) ~= "string" then return nil end
  return catalog.new(host.require("raymig.json").decode(host.load_text(given)))
end

local function new_context(run, row, statement)
  local ctx = { run = run, row = row, migration = run.migration, statement = statement,
    options = row.plugin and row.plugin.options or {}, tree = tree, name = row.id,
    statements = run.statements, changed = run.changed, state = run.state }
  return setmetatable(ctx, { __index = function(_, key)
    if key == "before" or key == "after" then return run.catalogs[key] end
    return Context[key]
  end })
end

local function call(run, row, what, statement, ...)
  local fn = row.rule[what]
  local ctx = new_context(run, row, statement)
  if row.plugin then
    return calls.protect(row.plugin, ("lint rule %s"):format(row.id), fn, ctx, ...)
  end
  return fn(ctx, ...)
end

-- What the migration makes, from here on.
local function remember(run, node, name)
  local relation = (name == "CreateStmt" or name == "CreateForeignTableStmt") and node.relation
    or name == "CreateTableAsStmt" and node.into and node.into.rel
  if name == "CreateForeignTableStmt" then relation = node.base and node.base.relation end
  if relation then
    local schema, table_name = tree.relation(relation)
    run.made[schema .. "." .. table_name] = true
  elseif name == "RenameStmt" and node.renameType == "OBJECT_TABLE" and node.relation then
    local schema, table_name = tree.relation(node.relation)
    if run.made[schema .. "." .. table_name] then run.made[schema .. "." .. node.newname] = true end
  end
end

local function own_finding(run, id, statement, message)
  call(run, { id = id, rule = { severity = OWN[id].severity, why = OWN[id].why, how = OWN[id].how,
    migration = function(ctx) ctx:report { message = message } end } }, "migration", statement)
end

local function lint_statement(run, statement)
  local parsed, fault = host.parse(statement.sql)
  if not parsed then
    own_finding(run, "unreadable", statement, ("not understood: %s"):format(fault))
    return
  end
  for _, item in ipairs(parsed.stmts or {}) do
    local name, node = next(item.stmt)
    statement.kind, statement.node = name, node
    for _, row in ipairs(run.rules) do
      if row.rule.check and (not row.nodes or row.nodes[name]) and run.is_on(row) then
        call(run, row, "check", statement, node)
      end
    end
    remember(run, node, name)
  end
end

-- The objects that are new or other behind the migration.
local function changes(before, after)
  local list = {}
  local json = host.require "raymig.json"
  for object in after:each() do
    local old = before and before:same(object)
    if not object.built_in and not object.implied
      and (not old or json.encode(old) ~= json.encode(object)) then
      list[#list + 1] = object
    end
  end
  return list
end

local function lint_catalog(run)
  local wanted = false
  for _, row in ipairs(run.rules) do
    wanted = wanted or row.rule.catalog and run.is_on(row)
  end
  if not wanted or not run.catalogs.after then return end
  run.changed = changes(run.catalogs.before, run.catalogs.after)
  for _, row in ipairs(run.rules) do
    if row.rule.catalog and run.is_on(row) then
      call(run, row, "catalog", nil, run.catalogs.after)
    end
  end
end

local function judge_ignores(run, list, statement)
  for _, ignore in ipairs(list) do
    local unknown = false
    for _, name in ipairs(ignore.names) do
      if not run.known[name] then
        unknown = true
        own_finding(run, "unknown_ignore", statement, ("no rule is called \"%s\""):format(name))
      end
    end
    if not ignore.used and not unknown then
      own_finding(run, "unused_ignore", statement, ("nothing is ignored here: %s"):format(
        #ignore.names == 0 and "lint-ignore" or table.concat(ignore.names, ", ")))
    end
  end
end

local function split_lines(text)
  local lines = {}
  for line in (text .. "\n"):gmatch "(.-)\r?\n" do lines[#lines + 1] = line end
  return lines
end

local function read_comments(run)
  local migration = run.migration
  local lines = migration.lua and split_lines(host.load_text(migration.file)) or nil
  for _, statement in ipairs(run.statements) do
    local found = {}
    ignores_in(lines and statement.line and comments_above(lines, statement.line)
      or statement.sql, found)
    statement.ignores = {}
    for _, ignore in ipairs(found) do
      local into = ignore.kind == "ignore" and statement.ignores or run.file_ignores
      into[#into + 1] = ignore
    end
  end
  if lines then
    for _, line in ipairs(lines) do
      if line:find "lint%-ignore%-file" then ignores_in(line, run.file_ignores) end
    end
  end
end

--- { levels, config, migration = { tag, file, lua, transaction, lock_timeout, statement_timeout,
--- statements = { { sql, line, number, file, effects } }, before, after } }: the findings. before,
--- after: a snapshot, or the path of one.
function M.run(given)
  local migration = given.migration
  local rules = all_rules()
  local levels = level_map(given.levels)
  local run = { rules = rules, levels = levels, migration = migration, findings = {}, made = {},
    statements = migration.statements or {}, file_ignores = {}, state = {},
    known = check_levels(given.levels, rules, given.config),
    catalogs = setmetatable({}, { __index = function(self, key)
      local value = lazy_catalog(migration[key])
      rawset(self, key, value or false)
      return rawget(self, key)
    end }) }
  function run.is_on(row) return (levels[row.id] or row.rule.severity) ~= "off" end
  read_comments(run)
  for _, statement in ipairs(run.statements) do lint_statement(run, statement) end
  for _, row in ipairs(rules) do
    if row.rule.migration and run.is_on(row) then call(run, row, "migration", nil) end
  end
  lint_catalog(run)
  for _, statement in ipairs(run.statements) do
    judge_ignores(run, statement.ignores, statement)
  end
  judge_ignores(run, run.file_ignores, nil)
  for i, finding in ipairs(run.findings) do finding.order = i end
  table.sort(run.findings, function(a, b)
    if (a.line or 0) ~= (b.line or 0) then return (a.line or 0) < (b.line or 0) end
    return a.order < b.order
  end)
  for _, finding in ipairs(run.findings) do finding.order = nil end
  return host.require("raymig.json").array(run.findings)
end

return M
