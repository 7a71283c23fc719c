-- raymig-api: 1
-- timestamps: pg.timestamps() gives a table created_at and updated_at, and the trigger that keeps
-- the second one.
--
--     pg.table "users" { pg.bigint "id" :primary_key(), pg.timestamps() }
--     pg.table "logs" { pg.bigint "id" :primary_key(), pg.timestamps { updated = false } }

local function ident(name) return '"' .. name:gsub('"', '""') .. '"' end

-- The function of the trigger, one for each schema and column.
local function touch(ctx, column)
  return ctx.once(("touch %s %s"):format(ctx.schema, column), function()
    return ctx.pg.func("touch_" .. column) {
      returns = "trigger",
      body = ("BEGIN NEW.%s := now(); RETURN NEW; END"):format(ident(column)),
      comment = "keeps " .. column .. " (plugin timestamps)",
    }
  end)
end

---@type raymig.Plugin
return {
  name = "timestamps",
  version = "1.0.0",
  summary = "pg.timestamps(): created_at and updated_at, kept by a trigger",

  options = {
    created = { type = "string", default = "created_at", help = "the first column" },
    updated = { type = "string", default = "updated_at", help = "the second one" },
    type = { type = "string", default = "timestamptz", help = "of both" },
    trigger = { type = "boolean", default = true, help = "keep the second one by a trigger" },
  },

  schema = {
    mixins = {
      --- given: created, updated (a name, or false for none), trigger, over the options.
      timestamps = function(ctx, given)
        local pg, own = ctx.pg, {}
        for name, value in pairs(ctx.options) do own[name] = value end
        for name, value in pairs(given or {}) do own[name] = value end
        local items = {}
        for _, key in ipairs { "created", "updated" } do
          if own[key] then
            items[#items + 1] = pg.column(own[key], own.type, own[key]) :not_null() :default_now()
          end
        end
        if own.updated and own.trigger then
          items[#items + 1] = pg.trigger("touch_" .. own.updated) { timing = "before",
            events = { "update" }, level = "row", execute = touch(ctx, own.updated) }
        end
        return items
      end,
    },
  },
}
