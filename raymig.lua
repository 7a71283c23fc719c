-- The worked example's config. Every key is optional; `raymig help init` lists them all.
return {
    schema = "lua/schema",   -- the schema in Lua
    out = "migrations",      -- the migrations folder
    -- url = env.DATABASE_URL,  -- without one raymig runs a private PostgreSQL of its own
    database = "example",    -- its name in that private server

    plugins = { { "naming", index = "" }, "docs" }, -- conventions for raymig lint; raymig docs
    lint = { small_key = "error" },

    migrations = { schema = "public", table = "__raymig_migrations" },
    lock = { timeout = "3s", retries = 10, wait = "5min" },
}
