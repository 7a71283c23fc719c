-- raymig-api: 1
-- audit: who changed which row, when, from what to what.
--
--     pg.table "accounts" { pg.bigint "id" :primary_key(), audit = true }
--     pg.table "users" { ..., audit = { without = { "password_hash" } } }
--
-- Every insert, update and delete of such a table is written to audit.log. An application that
-- connects as one role says who it works for: SET LOCAL audit.actor = 'ann'. `raymig audit` reads
-- the log.

-- $1 of the trigger: columns that are left out, as an array of PostgreSQL.
local RECORD = [[
DECLARE
  old_row jsonb; new_row jsonb; hidden text[] := COALESCE(TG_ARGV[0], '{}')::text[];
BEGIN
  IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD) - hidden; END IF;
  IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW) - hidden; END IF;
  IF TG_OP = 'UPDATE' AND old_row = new_row THEN RETURN NULL; END IF;
  INSERT INTO %s (operation, table_schema, table_name, old_row, new_row)
  VALUES (TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME, old_row, new_row);
  RETURN NULL;
END]]

local function ident(name) return '"' .. name:gsub('"', '""') .. '"' end

local function log_name(ctx) return ident(ctx.options.schema) .. "." .. ident(ctx.options.table) end

-- The log and the function that writes to it, once.
local function recorder(ctx)
  return ctx.once("audit", function()
    local pg = ctx.pg.schema(ctx.options.schema)
    pg.table(ctx.options.table) {
      pg.bigint("id", "id") :identity() :primary_key(),
      pg.timestamptz("at", "at") :not_null() :default(pg.sql "clock_timestamp()"),
      pg.text("role", "role") :not_null() :default(pg.sql "session_user")
        :comment "the role that connected",
      pg.text("actor", "actor") :default(pg.sql "current_setting('audit.actor', true)")
        :comment "who the application works for: SET LOCAL audit.actor",
      pg.bigint("transaction", "transaction") :not_null() :default(pg.sql "txid_current()"),
      pg.text("operation", "operation") :not_null(),
      pg.text("table_schema", "table_schema") :not_null(),
      pg.text("table_name", "table_name") :not_null(),
      pg.jsonb("old_row", "old_row"),
      pg.jsonb("new_row", "new_row"),
      pg.index { "table_schema", "table_name", "at" },
      comment = "who changed what, when (plugin audit)",
    }
    -- The function writes as its owner: who changes a row need not be able to write the log.
    return pg.func "record" { returns = "trigger", security_definer = true,
      settings = { search_path = { "pg_catalog" } }, body = RECORD:format(log_name(ctx)) }
  end)
end

local function array(list)
  local quoted = {}
  for i, name in ipairs(list) do
    quoted[i] = '"' .. name:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
  end
  return "{" .. table.concat(quoted, ",") .. "}"
end

local function add_trigger(ctx, pg, without, on)
  return pg.trigger "audit" { on = on, timing = "after", events = { "insert", "update", "delete" },
    level = "row", execute = recorder(ctx),
    arguments = #without > 0 and { array(without) } or nil }
end

local QUERY = [[
SELECT at::text, COALESCE(actor, role) AS actor, operation,
  table_schema || '.' || table_name AS name, COALESCE(new_row, old_row) AS row
FROM %s WHERE ($1::text IS NULL OR table_name = $1 OR table_schema || '.' || table_name = $1)
  AND ($2::text IS NULL OR at >= $2::timestamptz) ORDER BY id DESC LIMIT $3::int]]

---@type raymig.Plugin
return {
  name = "audit",
  version = "1.0.0",
  summary = "audit = true: who changed which row, when, from what to what",

  options = {
    schema = { type = "string", default = "audit", help = "where the log is" },
    table = { type = "string", default = "log", help = "its name" },
    all = { type = "boolean", default = false, help = "audit every table of the schema" },
    without = { type = "list", default = {}, help = "columns that are never written down" },
  },

  schema = {
    decorators = {
      audit = function(ctx, table_, value)
        local without = { table.unpack(ctx.options.without) }
        if type(value) == "table" then
          for _, name in ipairs(value.without or {}) do without[#without + 1] = name end
        end
        table_:add(add_trigger(ctx, ctx.pg, without))
      end,
    },
  },

  hooks = {
    -- all = true: also the tables that do not say it.
    schema_loaded = function(ctx, event)
      if not ctx.options.all then return end
      for _, table_ in ipairs(event.tables) do
        if table_.schema ~= ctx.options.schema and not table_:has("trigger", "audit") then
          add_trigger(ctx, ctx.pg.schema(table_.schema), ctx.options.without, table_.handle)
        end
      end
    end,
  },

  commands = {
    audit = {
      summary = "read the audit log, the newest first",
      arguments = "[TABLE]",
      max_args = 1,
      options = {
        since = { value = "TIME", help = "not older than this: 2026-01-31, yesterday" },
        limit = { letter = "n", value = "N", help = "how many (default 50)" },
      },
      examples = "raymig audit                        the last 50 changes\n"
        .. "raymig audit users --since 2026-01-31   those of one table",
      run = function(ctx)
        local rows = ctx:transaction(function(db)
          return db:query(QUERY:format(log_name(ctx)), ctx.args[1], ctx.flags.since,
            math.tointeger(tonumber(ctx.flags.limit or 50)) or 50)
        end)
        if ctx.as_json then
          ctx:out(ctx.json.encode({ ok = true, changes = ctx.json.array { table.unpack(rows) } })
            .. "\n")
          return
        end
        for _, row in ipairs(rows) do
          ctx:out(("%s  %-10s  %-6s  %s  %s\n"):format(row.at, row.actor, row.operation:lower(),
            row.name, ctx.json.encode(row.row)))
        end
        ctx:say(("%d change%s"):format(rows.n, rows.n == 1 and "" or "s"))
      end,
    },
  },
}
