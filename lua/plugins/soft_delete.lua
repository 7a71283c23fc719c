-- raymig-api: 1
-- soft_delete: rows that are deleted stay, with the time when it was.
--
--     pg.table "users" { pg.bigint "id" :primary_key(), soft_delete = true }
--
-- adds a column deleted_at, a trigger that marks the row where somebody says DELETE, and a view
-- users_active of the rows that are not deleted. To delete a row for good:
--
--     SET LOCAL raymig.hard_delete = on;

local function ident(name) return '"' .. name:gsub('"', '""') .. '"' end

-- Marks the row and returns NULL, so that it is not deleted.
local MARK = [[
BEGIN
  IF current_setting('raymig.hard_delete', true) = 'on' THEN RETURN OLD; END IF;
  EXECUTE format('UPDATE %%I.%%I SET %s = now() WHERE ctid = $1 AND %s IS NULL', TG_TABLE_SCHEMA,
    TG_TABLE_NAME) USING OLD.ctid;
  RETURN NULL;
END]]

local function mark(ctx, column)
  return ctx.once(("mark %s %s"):format(ctx.schema, column), function()
    local name = ident(column):gsub("'", "''"):gsub("%%", "%%%%")
    return ctx.pg.func("soft_delete_" .. column) { returns = "trigger",
      body = MARK:format(name, name), comment = "marks deleted rows (plugin soft_delete)" }
  end)
end

local function read(ctx, value)
  local own = {}
  for name, option in pairs(ctx.options) do own[name] = option end
  if type(value) == "table" then
    for name, option in pairs(value) do
      if ctx.options[name] == nil then
        ctx:fail(("soft_delete has no option \"%s\""):format(tostring(name)),
          "It has column, trigger and view.")
      end
      own[name] = option
    end
  elseif value ~= true then
    ctx:fail "soft_delete is true, false or a table of column, trigger and view"
  end
  return own
end

---@type raymig.Plugin
return {
  name = "soft_delete",
  version = "1.0.0",
  summary = "soft_delete = true: rows that are deleted stay, marked",

  options = {
    column = { type = "string", default = "deleted_at", help = "the time of the deletion" },
    trigger = { type = "boolean", default = true, help = "DELETE marks the row" },
    view = { type = "string", default = "_active",
      help = "suffix of the view of what is not deleted; \"\": none" },
  },

  schema = {
    decorators = {
      soft_delete = function(ctx, table_, value)
        local pg, own = ctx.pg, read(ctx, value)
        table_:add(pg.column(own.column, "timestamptz", own.column) :comment "NULL: not deleted")
        if own.trigger then
          table_:add(pg.trigger "soft_delete" { timing = "before", events = { "delete" },
            level = "row", execute = mark(ctx, own.column) })
        end
        if own.view and own.view ~= "" then
          table_:after(function()
            pg.view(table_.name .. own.view) { comment = "rows that are not deleted",
              query = ("SELECT * FROM %s.%s WHERE %s IS NULL"):format(ident(ctx.schema),
                ident(table_.name), ident(own.column)) }
          end)
        end
      end,
    },
  },

  lint = {
    unique_with_deleted = {
      severity = "warn",
      why = "A unique key counts deleted rows too: what was deleted can never be added again.",
      how = "Make it a unique index where deleted_at IS NULL.",
      catalog = function(ctx, catalog)
        for _, object in ipairs(ctx.changed) do
          local key = object.kind == "constraint" and object.type == "unique"
            or object.kind == "index" and object.unique
          if key and not object.where and catalog:find("column", object.schema,
            ctx.options.column, object.parent) then
            ctx:report { object = object, message =
              ("unique key %s of %s counts deleted rows"):format(object.name, object.parent) }
          end
        end
      end,
    },
  },
}
