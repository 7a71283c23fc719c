--- Locks: how long a migration waits for one, and how many it holds.

local host = ...

local tree = host.require "raymig.host.lint_tree"

-- Statements that take ACCESS EXCLUSIVE of a relation that was there.
local function locked(ctx, statement)
  local node, kind = statement.node, statement.kind
  if kind == "AlterTableStmt" and not ctx:is_new(node.relation) then
    return tree.label(node.relation)
  elseif kind == "DropStmt" and node.removeType == "OBJECT_TABLE" then
    return tree.label(tree.dropped(node)[1])
  elseif kind == "RenameStmt" and node.relation and not ctx:is_new(node.relation) then
    return tree.label(node.relation)
  end
end

-- What the statements say of lock_timeout before a lock is asked for: "0", "2s"; nil: nothing.
local function set_to(statement)
  local node = statement.kind == "VariableSetStmt" and statement.node
  if not node or node.name ~= "lock_timeout" then return nil end
  local value = node.args and node.args[1] and node.args[1].A_Const
  if not value then return "0" end
  if value.sval then return value.sval.sval end
  return tostring(value.ival and value.ival.ival or 0)
end

return {
  missing_lock_timeout = { severity = "warn",
    why = "While it waits for ACCESS EXCLUSIVE, all that comes behind it waits, too.",
    how = "Say -- raymig: lock_timeout=3s (it is the default of migrations in a transaction), or "
      .. "SET lock_timeout.",
    migration = function(ctx)
      local timeout = ctx.migration.lock_timeout
      for _, statement in ipairs(ctx.statements) do
        timeout = statement.node and set_to(statement) or timeout
        local relation = statement.node and locked(ctx, statement)
        local none = timeout == "0" or timeout == nil and not ctx.migration.transaction
        if relation and none then
          ctx:report { message = ("%s is locked without a lock_timeout"):format(relation),
            line = statement.line }
          return
        end
      end
    end },

  several_tables_locked = { severity = "off",
    why = "The first table stays locked while the others are waited for, and two migrations that "
      .. "take them in another order end in a deadlock.",
    how = "One migration for each table.",
    migration = function(ctx)
      local first
      if not ctx.migration.transaction then return end
      for _, statement in ipairs(ctx.statements) do
        local relation = statement.node and locked(ctx, statement)
        if relation and first and relation ~= first then
          ctx:report { message = ("%s and %s are locked in one transaction"):format(first,
            relation), line = statement.line }
          return
        end
        first = first or relation
      end
    end },

  lock_table = { severity = "warn", node = "LockStmt",
    why = "The lock is held until the migration commits.",
    how = "Let statements take what they need.",
    check = function(ctx, node)
      for _, item in ipairs(node.relations or {}) do
        if not ctx:is_new(item.RangeVar) then
          ctx:report { message = ("LOCK TABLE %s"):format(tree.label(item.RangeVar)) }
        end
      end
    end },
}
