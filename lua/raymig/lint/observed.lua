--- What a statement did in the shadow, as PostgreSQL showed it (raymig lint --observe): for what
-- the other rules do not know. They say nothing of a statement of which another rule spoke.

local function each_effect(fn)
  return function(ctx)
    if ctx.statement.found then return end
    for _, effect in ipairs(ctx.statement.effects or {}) do fn(ctx, effect) end
  end
end

return {
  observed_rewrite = { severity = "error",
    why = "The table was copied: nobody can use it meanwhile.",
    how = "Do it in steps that copy nothing, or while nobody uses it.",
    check = each_effect(function(ctx, effect)
      if effect.rewritten then
        ctx:report { message = ("%s is rewritten under %s"):format(effect.relation, effect.lock) }
      end
    end) },

  observed_scan = { severity = "warn",
    why = "All rows were read under a lock that others wait for.",
    how = "See whether it can be done NOT VALID, or CONCURRENTLY.",
    check = each_effect(function(ctx, effect)
      if effect.scanned and not effect.rewritten and effect.blocks_writes then
        ctx:report { message = ("%s is read under %s"):format(effect.relation, effect.lock) }
      end
    end) },
}
