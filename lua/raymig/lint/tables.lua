--- Tables as wholes: what rewrites them, or locks a parent.

local host = ...

local tree = host.require "raymig.host.lint_tree"

local REWRITES = { AT_SetLogged = "SET LOGGED", AT_SetUnLogged = "SET UNLOGGED",
  AT_SetTableSpace = "SET TABLESPACE", AT_SetAccessMethod = "SET ACCESS METHOD" }

local function has_option(node, name)
  for _, item in ipairs(node.options or node.params or {}) do
    if item.DefElem and item.DefElem.defname == name then return true end
  end
  return false
end

return {
  rewrite_table = { severity = "error", node = "AlterTableStmt",
    why = "The whole table is copied under ACCESS EXCLUSIVE.",
    how = "Do it when nobody uses the table, or make a new one beside it.",
    check = function(ctx, node)
      if ctx:is_new(node.relation) then return end
      for command in tree.commands(node) do
        if REWRITES[command.subtype] then
          ctx:report { message = ("%s copies %s"):format(REWRITES[command.subtype],
            tree.label(node.relation)) }
        end
      end
    end },

  vacuum_full = { severity = "error", node = "VacuumStmt",
    why = "The table is copied under ACCESS EXCLUSIVE.",
    how = "Plain VACUUM, or pg_repack.",
    check = function(ctx, node)
      if has_option(node, "full") then ctx:report { message = "VACUUM FULL" } end
    end },

  cluster = { severity = "error", node = "ClusterStmt",
    why = "The table is copied under ACCESS EXCLUSIVE.",
    how = "pg_repack does it without a lock.",
    check = function(ctx) ctx:report { message = "CLUSTER" } end },

  create_partition = { severity = "warn", node = "CreateStmt",
    why = "CREATE TABLE ... PARTITION OF locks the parent (ACCESS EXCLUSIVE).",
    how = "Make the table by itself, and ATTACH PARTITION.",
    check = function(ctx, node)
      local parent = node.partbound and node.inhRelations and node.inhRelations[1]
      if parent and not ctx:is_new(parent.RangeVar) then
        ctx:report { message = ("partition %s locks %s"):format(tree.label(node.relation),
          tree.label(parent.RangeVar)) }
      end
    end },

  detach_partition = { severity = "warn", node = "AlterTableStmt",
    why = "The parent is locked (ACCESS EXCLUSIVE).",
    how = "DETACH PARTITION ... CONCURRENTLY, with -- raymig: transaction=none.",
    check = function(ctx, node)
      for command in tree.commands(node, "AT_DetachPartition") do
        local part = command.def.PartitionCmd
        if not part.concurrent and not ctx:is_new(node.relation) then
          ctx:report { message = ("%s is detached from %s under lock"):format(
            tree.label(part.name), tree.label(node.relation)) }
        end
      end
    end },

  refresh_materialized_view = { severity = "warn", node = "RefreshMatViewStmt",
    why = "Nobody reads the view while it is made anew (ACCESS EXCLUSIVE).",
    how = "REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index.",
    check = function(ctx, node)
      if not node.concurrent and not node.skipData and not ctx:is_new(node.relation) then
        ctx:report { message = ("%s is refreshed under lock"):format(tree.label(node.relation)) }
      end
    end },
}
