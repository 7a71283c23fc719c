--- What is gone is gone: programs that still use it fail, and a way back brings no rows.

local host = ...

local tree = host.require "raymig.host.lint_tree"

local WORDS = { OBJECT_TABLE = "table", OBJECT_SCHEMA = "schema", OBJECT_MATVIEW =
  "materialized view", OBJECT_FOREIGN_TABLE = "foreign table" }

local function drop_of(types)
  return function(ctx, node)
    if not types[node.removeType] then return end
    for _, object in ipairs(tree.dropped(node)) do
      local made = node.removeType ~= "OBJECT_SCHEMA" and ctx.run.made[object.schemaname .. "."
        .. object.relname]
      if not made then
        ctx:report { message = ("%s %s is dropped"):format(WORDS[node.removeType],
          node.removeType == "OBJECT_SCHEMA" and object.relname or tree.label(object)) }
      end
    end
  end
end

return {
  drop_table = { severity = "warn", node = "DropStmt",
    why = "Its rows are lost, and programs of the last release still ask for it.",
    how = "First release what no longer uses it; rename it, and drop it when nobody has missed it.",
    check = drop_of { OBJECT_TABLE = true, OBJECT_FOREIGN_TABLE = true } },

  drop_schema = { severity = "warn", node = "DropStmt",
    why = "All that is in it is lost with CASCADE.",
    how = "Drop what is in it by name, and the schema last.",
    check = drop_of { OBJECT_SCHEMA = true } },

  drop_column = { severity = "warn", node = "AlterTableStmt",
    why = "Its values are lost, and programs of the last release still ask for it.",
    how = "First release what no longer names it (SELECT * counts), then drop it.",
    check = function(ctx, node)
      if node.objtype ~= "OBJECT_TABLE" or ctx:is_new(node.relation) then return end
      for command in tree.commands(node, "AT_DropColumn") do
        ctx:report { message = ('column "%s" of %s is dropped'):format(command.name,
          tree.label(node.relation)) }
      end
    end },

  drop_cascade = { severity = "warn", node = "DropStmt",
    why = "CASCADE drops what nobody listed.",
    how = "Name what is to go.",
    check = function(ctx, node)
      if node.behavior == "DROP_CASCADE" then
        ctx:report { message = "DROP ... CASCADE" }
      end
    end },

  drop_foreign_key_parent = { severity = "off", node = "AlterTableStmt",
    why = "Dropping a foreign key locks the referenced table, too (ACCESS EXCLUSIVE).",
    how = "Do it in a migration of its own.",
    check = function(ctx, node)
      for command in tree.commands(node, "AT_DropConstraint") do
        local schema, name = tree.relation(node.relation)
        local key = ctx.before and ctx.before:find("foreign key", schema, command.name, name)
        if key then
          ctx:report { message = ("dropping %s locks %s, too"):format(command.name,
            key.references) }
        end
      end
    end },

  truncate = { severity = "warn", node = "TruncateStmt",
    why = "All rows are lost, under ACCESS EXCLUSIVE.",
    how = "DELETE in batches, where rows are to go at all.",
    check = function(ctx, node)
      for _, item in ipairs(node.relations or {}) do
        if not ctx:is_new(item.RangeVar) then
          ctx:report { message = ("%s is truncated%s"):format(tree.label(item.RangeVar),
            node.behavior == "DROP_CASCADE" and ", with whatever references it" or "") }
        end
      end
    end },
}
