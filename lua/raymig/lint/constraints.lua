--- Constraints: what is verified, or built, while others wait.

local host = ...

local tree = host.require "raymig.host.lint_tree"

-- Calls fn(ctx, constraint, label) for each constraint that is added to a table that was there.
local function each_added(fn)
  return function(ctx, node)
    if ctx:is_new(node.relation) then return end
    for command in tree.commands(node, "AT_AddConstraint") do
      fn(ctx, command.def.Constraint, tree.label(node.relation))
    end
  end
end

local function name_of(constraint) return constraint.conname or "without a name" end

return {
  add_foreign_key = { severity = "error", node = "AlterTableStmt",
    why = "All rows are verified while both tables are locked against writes (SHARE ROW "
      .. "EXCLUSIVE).",
    how = "Add it NOT VALID, and VALIDATE CONSTRAINT in a later migration.",
    check = each_added(function(ctx, constraint, label)
      if constraint.contype == "CONSTR_FOREIGN" and not constraint.skip_validation then
        ctx:report { message = ("foreign key %s of %s is verified at once"):format(
          name_of(constraint), label) }
      end
    end) },

  add_check = { severity = "error", node = "AlterTableStmt",
    why = "Every row is read under ACCESS EXCLUSIVE.",
    how = "Add it NOT VALID, and VALIDATE CONSTRAINT in a later migration.",
    check = each_added(function(ctx, constraint, label)
      if constraint.contype == "CONSTR_CHECK" and not constraint.skip_validation then
        ctx:report { message = ("check %s of %s is verified at once"):format(name_of(constraint),
          label) }
      end
    end) },

  add_key = { severity = "error", node = "AlterTableStmt",
    why = "The index is built under ACCESS EXCLUSIVE.",
    how = "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... USING INDEX.",
    check = each_added(function(ctx, constraint, label)
      local is_key = constraint.contype == "CONSTR_UNIQUE" or constraint.contype == "CONSTR_PRIMARY"
      if is_key and not constraint.indexname then
        ctx:report { message = ("key %s of %s builds its index under lock"):format(
          name_of(constraint), label) }
      end
    end) },

  add_exclusion = { severity = "warn", node = "AlterTableStmt",
    why = "The index is built under ACCESS EXCLUSIVE, and PostgreSQL has no other way for it.",
    how = "Do it while the table is small, or nobody uses it.",
    check = each_added(function(ctx, constraint, label)
      if constraint.contype == "CONSTR_EXCLUSION" then
        ctx:report { message = ("exclusion %s of %s builds its index under lock"):format(
          name_of(constraint), label) }
      end
    end) },

  validate_at_once = { severity = "warn", node = "AlterTableStmt",
    why = "In one transaction the lock of NOT VALID is held while VALIDATE reads the table: "
      .. "nothing is won.",
    how = "Put VALIDATE CONSTRAINT into a migration of its own.",
    check = function(ctx, node)
      local key = tree.label(node.relation)
      ctx.state.not_valid = ctx.state.not_valid or {}
      for command in tree.commands(node) do
        local constraint = command.subtype == "AT_AddConstraint" and command.def.Constraint
        if constraint and constraint.skip_validation and constraint.conname then
          ctx.state.not_valid[key .. " " .. constraint.conname] = true
        elseif command.subtype == "AT_ValidateConstraint" and ctx.migration.transaction
          and ctx.state.not_valid[key .. " " .. command.name] then
          ctx:report { message = ("constraint %s of %s is added and validated in one transaction")
            :format(command.name, key) }
        end
      end
    end },
}
