--- Renames: what runs meanwhile knows the old name.

local host = ...

local tree = host.require "raymig.host.lint_tree"

local function rename_of(types, word)
  return function(ctx, node)
    if not types[node.renameType] then return end
    if node.relation and ctx:is_new(node.relation) then return end
    local old = node.subname or node.relation and tree.label(node.relation) or "?"
    if node.renameType == "OBJECT_COLUMN" then
      old = ("%s of %s"):format(node.subname, tree.label(node.relation))
    end
    ctx:report { message = ("%s %s becomes %s"):format(word, old, node.newname) }
  end
end

local WHY = "Programs of the last release still use the old name, and fail from this moment on."

return {
  rename_column = { severity = "warn", node = "RenameStmt", why = WHY,
    how = "Add the new column, keep both by a trigger until nothing names the old one; or a view "
      .. "under the old name.",
    check = rename_of({ OBJECT_COLUMN = true }, "column") },

  rename_table = { severity = "warn", node = "RenameStmt", why = WHY,
    how = "Rename it and make a view of the old name in the same transaction.",
    check = rename_of({ OBJECT_TABLE = true }, "table") },

  rename_schema = { severity = "warn", node = "RenameStmt", why = WHY,
    how = "Make the new schema, and move tables with views left behind.",
    check = rename_of({ OBJECT_SCHEMA = true }, "schema") },

  rename_enum_value = { severity = "warn", node = "AlterEnumStmt", why = WHY,
    how = "Add the new value, change the rows, and let programs learn it.",
    check = function(ctx, node)
      if node.oldVal then
        ctx:report { message = ("enum value '%s' becomes '%s'"):format(node.oldVal, node.newVal) }
      end
    end },
}
