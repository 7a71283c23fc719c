--- Types: enums in a transaction, and types that are regretted later.

local host = ...

local tree = host.require "raymig.host.lint_tree"

local SMALL = { int2 = true, int4 = true, serial = true, serial2 = true, serial4 = true,
  smallserial = true }

-- Calls fn(column, node) for each column that a statement makes.
local function each_column(ctx, node, fn)
  for _, item in ipairs(node.tableElts or {}) do
    if item.ColumnDef then fn(item.ColumnDef) end
  end
  for command in tree.commands(node, "AT_AddColumn") do fn(command.def.ColumnDef) end
  return ctx
end

local BOTH = { "CreateStmt", "AlterTableStmt" }

local function type_rule(severity, name, message, why, how)
  return { severity = severity, node = BOTH, why = why, how = how, check = function(ctx, node)
    each_column(ctx, node, function(column)
      if column.typeName and tree.type_name(column.typeName) == name
        and not column.typeName.arrayBounds then
        ctx:report { message = ('column "%s" is of type %s'):format(column.colname, message) }
      end
    end)
  end }
end

return {
  enum_value_in_transaction = { severity = "error", node = "AlterEnumStmt",
    why = "A new enum value may not be used before the transaction that adds it has committed "
      .. "(SQLSTATE 55P04).",
    how = "Add the value in a migration of its own.",
    check = function(ctx, node)
      if not ctx.migration.transaction or node.oldVal then return end
      for _, statement in ipairs(ctx.statements) do
        local parsed = statement.number > ctx.statement.number and host.parse(statement.sql) or {}
        local used = false
        tree.walk(parsed, function(name, child)
          if name == "A_Const" and child.sval and child.sval.sval == node.newVal then
            used = true
          end
        end)
        if used then
          ctx:report { message = ("the new value '%s' is used in the same transaction"):format(
            node.newVal), line = statement.line }
          return
        end
      end
    end },

  small_key = { severity = "warn", node = "CreateStmt",
    why = "An integer key ends at 2147483647; to change its type later rewrites the table and all "
      .. "that refer to it.",
    how = "Make it bigint.",
    check = function(ctx, node)
      each_column(ctx, node, function(column)
        if tree.constraint(column, "CONSTR_PRIMARY") and SMALL[tree.type_name(column.typeName)] then
          ctx:report { message = ('key "%s" of %s is no bigint'):format(column.colname,
            tree.label(node.relation)) }
        end
      end)
    end },

  json_column = type_rule("warn", "json", "json",
    "json has no equality: SELECT DISTINCT and GROUP BY fail on the whole row.", "Make it jsonb."),

  timestamp_column = type_rule("off", "timestamp", "timestamp without time zone",
    "It does not say which moment it means.", "Make it timestamptz."),

  char_column = type_rule("off", "bpchar", "character(n)",
    "It is padded with blanks, and no faster.", "Make it text, with a check where it needs one."),
}
