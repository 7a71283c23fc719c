-- Conversations, who takes part in them, and what was said.
local pg = require "raymig.schema"
local users = require("schema.users").users

local kind = pg.enum "conversation_kind" { "direct", "group" }

local conversations = pg.table "conversations" {
    pg.bigint "id" :identity() :primary_key(),
    kind "kind" :not_null() :default "direct",
    pg.text "title",
    pg.timestamptz "created_at" :not_null() :default_now(),
}

local participants = pg.table "participants" {
    pg.bigint "conversation_id" :references(conversations.id, { on_delete = "cascade" }),
    pg.uuid "user_id" :references(users.id, { on_delete = "cascade" }),
    pg.timestamptz "joined_at" :not_null() :default_now(),
    pg.primary_key { "conversation_id", "user_id" },
}

local messages = pg.table "messages" {
    pg.bigint "id" :identity() :primary_key(),
    pg.bigint "conversation_id" :not_null()
        :references(conversations.id, { on_delete = "cascade" }),
    pg.uuid "author_id" :references(users.id, { on_delete = "set null" }),
    pg.text "body" :not_null(),
    pg.timestamptz "sent_at" :not_null() :default_now(),
    pg.index "messages_conversation_idx" { "conversation_id", { "sent_at", desc = true } },
    pg.index "messages_author_idx" { "author_id" },
}

return { conversations = conversations, participants = participants, messages = messages }
