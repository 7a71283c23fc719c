-- Written by raymig pull (402885898106), which replaces it unless it was changed.
local pg = require "raymig.schema"
local public = require "schema.public"

local billing = pg.schema "billing" { comment = "money" }

local currency = billing.enum "currency" { "eur", "usd" }

billing.table "invoices" {
  pg.integer "id" :identity() :primary_key(),
  pg.uuid "user" :not_null() :references(public.users.id),
  pg.numeric "total" :not_null(),
  currency "in_currency" :not_null() :default "eur",
  pg.tstzrange "during",
  pg.exclude { using = "gist", { "during", with = "&&" } },
  options = { fillfactor = 80 },
}

local a = billing.table "a" {
  pg.integer "id" :primary_key(),
  pg.integer "b" :references "b",
}

billing.table "b" {
  pg.integer "id" :primary_key(),
  pg.integer "a" :references(a.id),
}
