-- Written by raymig pull (05ec7ce7d5bd), which replaces it unless it was changed.
local pg = require "raymig.schema"

local mood = pg.enum "mood" { "sad", "ok", "happy" }

local address = pg.composite "address" {
  pg.text "street",
  pg.text "city" :collate "C",
}

local positive = pg.domain "positive" { type = pg.integer, default = 1, check = "VALUE > 0" }

pg.func "initials" {
  arguments = "name text",
  returns = "text",
  language = "sql",
  volatility = "immutable",
  strict = true,
  parallel = "safe",
  settings = { search_path = "public" },
  body = "select substr(name, 1, 1)",
  grants = { { "all", revoke_from = "public" } },
}

local touch = pg.func "touch" {
  returns = "trigger",
  language = "plpgsql",
  body = [[

BEGIN
  NEW.updated_at = now();
  RETURN NEW;
END
]],
  comment = "keeps updated_at",
}

pg.sequence "numbers" { start = 10, increment = 5, owned_by = 'posts."Odd name"' }

local measurements = pg.table "measurements" {
  pg.timestamptz "at" :primary_key(),
  pg.double_precision "value",
  pg.index { "value" },
  partition_by = "range (at)",
}

pg.table "measurements_2024" {
  partition_of = measurements,
  bound = "FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00')",
}

pg.table "measurements_rest" {
  partition_of = measurements,
  bound = "DEFAULT",
}

local users = pg.table "users" {
  pg.uuid "id" :primary_key() :default(pg.sql "gen_random_uuid()"),
  pg.type "citext" "email" :not_null() :unique()
    :comment 'it is "unique"; a long comment is broken behind a blank so that no line of the \z
      schema passes a hundred columns',
  pg.varchar(100) "name" :default "nobody" :check("named", "length((name)::text) > 1")
    :grant("update", "public"),
  mood "current" :default "ok",
  pg.text "tags" :array() :not_null() :default "{}",
  positive "age",
  address "lives",
  pg.numeric(6, 2) "score" :default(0.5) :check "score >= (0)::numeric",
  pg.bigint "big" :default(-1),
  pg.boolean "active" :not_null() :default(true),
  pg.jsonb "settings" :not_null() :default [[{"it's": "quoted", "theme": "dark"}]],
  pg.timestamptz "created_at" :not_null() :default_now(),
  pg.timestamp(3) "updated_at" :default(pg.sql "CURRENT_TIMESTAMP"),
  pg.text "short" :generated "substr((name)::text, 1, 3)",
  pg.check "(created_at)::timestamp without time zone <= updated_at",
  pg.index {
    pg.sql "public.initials((name)::text)",
    { "created_at", desc = true },
    name = "by_initial",
    where = "active AND (current <> 'sad'::public.mood)",
  },
  pg.index { "name" },
  pg.trigger "touch" { timing = "before", events = { "update" }, level = "row", execute = touch },
  pg.policy "own" {
    command = "select",
    using = "email OPERATOR(public.=) (CURRENT_USER)::public.citext",
  },
  row_security = true,
  comment = "who may log in",
  grants = { { "select", "insert", to = "public" } },
}

pg.table "posts" {
  pg.bigserial "id" :primary_key(),
  pg.integer "number" :identity("by default", { start = 100 }),
  pg.uuid "author_id" :not_null() :references(users.id, { on_delete = "cascade" }),
  pg.uuid "reviewer"
    :references(users.id, { name = "reviewed_by", deferrable = true, deferred = true }),
  pg.bigint "answer_to" :references "posts",
  pg.text "title" :not_null(),
  pg.text "body" :storage "external",
  pg.integer "Odd name",
  pg.unique { "author_id", "title" },
  pg.check "title <> body",
  pg.index {
    "author_id",
    name = "posts_covering",
    include = { "title" },
    options = { fillfactor = 70 },
  },
  pg.index { pg.sql "to_tsvector('english'::regconfig, title)", using = "gin" },
}

pg.view "active_users" {
  pg.column "name" :comment "of the active",
  query = [[
 SELECT users.id,
    users.name
   FROM public.users
  WHERE users.active
]],
  options = { security_barrier = true },
}

pg.materialized_view "totals" {
  query = [[
 SELECT posts.author_id,
    count(*) AS posts
   FROM public.posts
  GROUP BY posts.author_id
]],
  pg.index { "author_id", unique = true },
  no_data = true,
}

return { users = users }
