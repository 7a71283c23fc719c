-- The people who use the application, and what they show of themselves.
local pg = require "raymig.schema"

local users = pg.table "users" {
    pg.uuid "id" :primary_key() :default(pg.sql "gen_random_uuid()"),
    pg.text "email" :not_null() :unique() :check "position('@' in email) > 1",
    pg.text "name" :not_null(),
    pg.timestamptz "created_at" :not_null() :default_now(),
    comment = "People who can sign in",
}

local profiles = pg.table "profiles" { -- one a user
    pg.uuid "user_id" :primary_key() :references(users.id, { on_delete = "cascade" }),
    pg.text "display_name",
    pg.text "bio",
    pg.bytea "avatar",
    pg.timestamptz "updated_at" :not_null() :default_now(),
    pg.index { pg.sql "lower(display_name)", name = "profiles_display_name_idx" },
}

return { users = users, profiles = profiles }
