--- Columns: what their addition and change does to a table that is in use.

local host = ...

local tree = host.require "raymig.host.lint_tree"

-- Functions of PostgreSQL whose value differs from row to row.
local VOLATILE = {}
for name in ([[random gen_random_uuid uuid_generate_v1 uuid_generate_v4 uuidv4 uuidv7 nextval
  clock_timestamp timeofday txid_current pg_current_xact_id]]):gmatch "%S+" do
  VOLATILE[name] = true
end

local SERIAL = { serial = true, serial2 = true, serial4 = true, serial8 = true, bigserial = true,
  smallserial = true }

-- The columns that an ALTER TABLE adds to a table that was there.
local function added(ctx, node)
  local list = {}
  if node.objtype ~= "OBJECT_TABLE" or ctx:is_new(node.relation) then return list end
  for command in tree.commands(node, "AT_AddColumn") do list[#list + 1] = command.def.ColumnDef end
  return list
end

local function each_added(fn)
  return function(ctx, node)
    for _, column in ipairs(added(ctx, node)) do
      fn(ctx, column, ('column "%s" of %s'):format(column.colname, tree.label(node.relation)))
    end
  end
end

-- Whether a declared function is volatile, as far as the catalog before tells.
local function is_volatile(ctx, name)
  if VOLATILE[name] then return true end
  if not ctx.before then return false end
  for object in ctx.before:each "function" do
    if object.name == name then return object.volatility == nil end
  end
  return false
end

-- A valid check that proves the column holds no NULL: PostgreSQL then reads no rows.
local function is_proved(ctx, relation, column)
  if not ctx.before then return false end
  local schema, name = tree.relation(relation)
  for object in ctx.before:each "constraint" do
    if object.schema == schema and object.parent == name and object.type == "check"
      and not object.not_valid and object.expression
      and object.expression:gsub("[()\"]", ""):lower() == (column .. " is not null"):lower() then
      return true
    end
  end
  return false
end

local function column_before(ctx, relation, name)
  local schema, table_name = tree.relation(relation)
  return ctx.before and ctx.before:find("column", schema, name, table_name)
end

-- Changes of type for which PostgreSQL neither rewrites nor reads the table.
local function is_free(old, new, modifiers)
  local old_name, old_mod = old:match "^([%a ]+)%(?([%d,]*)%)?"
  if not old_name then return false end
  old_name = old_name:match "^%s*(.-)%s*$"
  local old_first, old_second = old_mod:match "^(%d+),?(%d*)$"
  local was_text = old_name == "character varying"
  if was_text and (new == "text" or new == "varchar" and #modifiers == 0) then return true end
  if old_name == "text" and new == "varchar" and #modifiers == 0 then return true end
  if was_text and new == "varchar" and old_first then
    return (modifiers[1] or 0) >= tonumber(old_first)
  end
  if old_name == "numeric" and new == "numeric" then
    if #modifiers == 0 then return true end
    return old_first ~= nil and (modifiers[1] or 0) >= tonumber(old_first)
      and (modifiers[2] or 0) == (tonumber(old_second) or 0)
  end
  return false
end

local function rewrites(statement)
  if not statement.effects then return nil end
  for _, effect in ipairs(statement.effects) do
    if effect.rewritten then return true end
  end
  return false
end

return {
  add_not_null_column = { severity = "error", node = "AlterTableStmt",
    why = "It fails as soon as the table has a row: there is no value for it.",
    how = "Give it a default, or add it without NOT NULL, fill it, and set NOT NULL afterwards.",
    check = each_added(function(ctx, column, what)
      if tree.constraint(column, "CONSTR_NOTNULL") and not tree.constraint(column, "CONSTR_DEFAULT")
        and not tree.constraint(column, "CONSTR_IDENTITY")
        and not tree.constraint(column, "CONSTR_GENERATED")
        and not SERIAL[tree.type_name(column.typeName)] then
        ctx:report { message = what .. " is NOT NULL and has no default" }
      end
    end) },

  add_column_volatile_default = { severity = "error", node = "AlterTableStmt",
    why = "Each row gets a value of its own: the whole table is rewritten under ACCESS EXCLUSIVE, "
      .. "and nobody reads or writes it meanwhile.",
    how = "Add the column without the default, set the default, and fill the rows in batches "
      .. "(db:batch).",
    check = each_added(function(ctx, column, what)
      local default = tree.constraint(column, "CONSTR_DEFAULT")
      for _, name in ipairs(default and tree.functions(default.raw_expr) or {}) do
        if is_volatile(ctx, name) then
          ctx:report { message = ("the default of %s calls %s(), which is volatile"):format(what,
            name) }
          return
        end
      end
    end) },

  add_serial_column = { severity = "error", node = "AlterTableStmt",
    why = "Existing rows are numbered at once: the whole table is rewritten under ACCESS "
      .. "EXCLUSIVE.",
    how = "Add a bigint column, a sequence and its default; fill the rows in batches; add the key "
      .. "from an index built CONCURRENTLY.",
    check = each_added(function(ctx, column, what)
      if SERIAL[tree.type_name(column.typeName)] then
        ctx:report { message = what .. " is a serial" }
      elseif tree.constraint(column, "CONSTR_IDENTITY") then
        ctx:report { message = what .. " is an identity" }
      end
    end) },

  add_generated_column = { severity = "error", node = "AlterTableStmt",
    why = "A stored generated column is computed for every row at once: the table is rewritten "
      .. "under ACCESS EXCLUSIVE.",
    how = "Add a plain column, keep it by a trigger, and fill the rows in batches.",
    check = each_added(function(ctx, column, what)
      local generated = tree.constraint(column, "CONSTR_GENERATED")
      if generated then ctx:report { message = what .. " is generated and stored" } end
    end) },

  add_unique_column = { severity = "error", node = "AlterTableStmt",
    why = "The index is built under ACCESS EXCLUSIVE.",
    how = "Add the column, build the unique index CONCURRENTLY, then ADD CONSTRAINT ... UNIQUE "
      .. "USING INDEX.",
    check = each_added(function(ctx, column, what)
      if tree.constraint(column, "CONSTR_UNIQUE") or tree.constraint(column, "CONSTR_PRIMARY") then
        ctx:report { message = what .. " is a key" }
      end
    end) },

  add_checked_column = { severity = "warn", node = "AlterTableStmt",
    why = "Every row is read under ACCESS EXCLUSIVE to verify the check.",
    how = "Add the column, then the check NOT VALID, and VALIDATE it in a later migration.",
    check = each_added(function(ctx, column, what)
      if tree.constraint(column, "CONSTR_CHECK") then
        ctx:report { message = what .. " has a check" }
      end
    end) },

  add_referencing_column = { severity = "warn", node = "AlterTableStmt",
    why = "The referenced table is locked against writes (SHARE ROW EXCLUSIVE) until the migration "
      .. "commits.",
    how = "Add the column, then the foreign key NOT VALID in a migration of its own.",
    check = each_added(function(ctx, column, what)
      local key = tree.constraint(column, "CONSTR_FOREIGN")
      if key and not ctx:is_new(key.pktable) then
        ctx:report { message = ("%s references %s"):format(what, tree.label(key.pktable)) }
      end
    end) },

  set_not_null = { severity = "error", node = "AlterTableStmt",
    why = "Every row is read under ACCESS EXCLUSIVE, unless a valid check proves that none is "
      .. "NULL.",
    how = "Add CHECK (column IS NOT NULL) NOT VALID, VALIDATE it in a later migration, then SET "
      .. "NOT NULL and drop the check.",
    check = function(ctx, node)
      if ctx:is_new(node.relation) then return end
      for command in tree.commands(node, "AT_SetNotNull") do
        if not is_proved(ctx, node.relation, command.name) then
          ctx:report { message = ('SET NOT NULL of column "%s" of %s reads the whole table')
            :format(command.name, tree.label(node.relation)) }
        end
      end
    end },

  change_type = { severity = "error", node = "AlterTableStmt",
    why = "Most changes of type rewrite the table, and its indexes, under ACCESS EXCLUSIVE; and "
      .. "what runs expects the old type.",
    how = "Add a column of the new type, keep both by a trigger, fill it in batches, switch over, "
      .. "drop the old one.",
    check = function(ctx, node)
      if node.objtype ~= "OBJECT_TABLE" or ctx:is_new(node.relation)
        or rewrites(ctx.statement) == false then
        return
      end
      for command in tree.commands(node, "AT_AlterColumnType") do
        local column = column_before(ctx, node.relation, command.name)
        local type_node = command.def.ColumnDef.typeName
        local new = tree.type_name(type_node)
        if not (column and is_free(column.type, new, tree.modifiers(type_node))) then
          ctx:report { message = ('column "%s" of %s becomes %s%s'):format(command.name,
            tree.label(node.relation), new, column and (", was " .. column.type) or "") }
        end
      end
    end },

  drop_not_null = { severity = "off", node = "AlterTableStmt",
    why = "Programs that read the column may not expect NULL.",
    how = "Let them know it first.",
    check = function(ctx, node)
      for command in tree.commands(node, "AT_DropNotNull") do
        if not ctx:is_new(node.relation) then
          ctx:report { message = ('column "%s" of %s may be NULL'):format(command.name,
            tree.label(node.relation)) }
        end
      end
    end },
}
