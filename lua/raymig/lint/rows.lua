--- Changes of rows: all of them at once, in the transaction of a migration.

local host = ...

local tree = host.require "raymig.host.lint_tree"

local function all_rows(word)
  return function(ctx, node)
    if not node.whereClause and not ctx:is_new(node.relation) then
      ctx:report { message = ("%s of all rows of %s"):format(word, tree.label(node.relation)) }
    end
  end
end

return {
  update_all_rows = { severity = "warn", node = "UpdateStmt",
    why = "Every row is written anew and stays locked until the migration commits.",
    how = "Fill in batches: db:batch in a Lua migration with -- raymig: transaction=none.",
    check = all_rows "UPDATE" },

  delete_all_rows = { severity = "warn", node = "DeleteStmt",
    why = "All rows are lost, and stay locked until the migration commits.",
    how = "Say which, with WHERE; delete many in batches.",
    check = all_rows "DELETE" },
}
