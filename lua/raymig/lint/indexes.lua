--- Indexes: built and dropped with or without CONCURRENTLY.

local host = ...

local tree = host.require "raymig.host.lint_tree"

local ALONE = "-- raymig: transaction=none in its first line."

local function concurrent(node)
  if node.concurrent then return true end
  for _, item in ipairs(node.params or {}) do
    if item.DefElem and item.DefElem.defname == "concurrently" then return true end
  end
  return false
end

-- Whether the index hangs on a table that the migration makes.
local function made_here(ctx, index)
  ctx.state.indexes = ctx.state.indexes or {}
  return ctx.state.indexes[index.schemaname .. "." .. index.relname]
end

return {
  create_index = { severity = "error", node = "IndexStmt",
    why = "The table is locked against writes (SHARE) until the index is built.",
    how = "CREATE INDEX CONCURRENTLY, in a migration of its own with " .. ALONE,
    check = function(ctx, node)
      local new = ctx:is_new(node.relation)
      if new and node.idxname then
        ctx.state.indexes = ctx.state.indexes or {}
        ctx.state.indexes[(node.relation.schemaname or "public") .. "." .. node.idxname] = true
      end
      if not node.concurrent and not new then
        ctx:report { message = ("index %s on %s is built without CONCURRENTLY"):format(
          node.idxname or "without a name", tree.label(node.relation)) }
      end
    end },

  drop_index = { severity = "warn", node = "DropStmt",
    why = "The table is locked (ACCESS EXCLUSIVE), and waits for whoever reads it.",
    how = "DROP INDEX CONCURRENTLY, in a migration of its own with " .. ALONE,
    check = function(ctx, node)
      if node.removeType ~= "OBJECT_INDEX" or node.concurrent then return end
      for _, index in ipairs(tree.dropped(node)) do
        if not made_here(ctx, index) then
          ctx:report { message = ("index %s is dropped without CONCURRENTLY"):format(
            tree.label(index)) }
        end
      end
    end },

  reindex = { severity = "error", node = "ReindexStmt",
    why = "The table is locked against writes, and its index against reads.",
    how = "REINDEX ... CONCURRENTLY, in a migration of its own with " .. ALONE,
    check = function(ctx, node)
      if not concurrent(node) then
        ctx:report { message = "REINDEX without CONCURRENTLY" }
      end
    end },

  concurrently_in_transaction = { severity = "error",
    node = { "IndexStmt", "DropStmt", "ReindexStmt" },
    why = "PostgreSQL refuses CONCURRENTLY inside a transaction (SQLSTATE 25001).",
    how = "Say " .. ALONE,
    check = function(ctx, node)
      if ctx.migration.transaction and concurrent(node) then
        ctx:report { message = "CONCURRENTLY in a migration that is one transaction" }
      end
    end },
}
