---@meta raymig.config
-- luacheck: ignore 631

-- What raymig.lua returns: `---@type raymig.Config` above its `return`.

---@class raymig.Config
---@field schema? string|string[] files or globs of the Lua schema; default "schema"
---@field out? string migrations folder; default "migrations"
---@field format? string layout of the folder; default: detected
---@field url? string|fun(): string connection string, or a function that gives it; default: the embedded server
---@field database? string of the embedded server; default: the project folder's name
---@field casing? "snake_case"|"camelCase" how names of the schema become names of the database
---@field verbose? boolean as -v
---@field strict? boolean ask before every statement that is not in a migration
---@field schemas? string|string[] schemas to look at, globs; default: all
---@field tables? string|string[] tables to look at, globs; default: all
---@field migrations? raymig.Config.migrations where the history is kept
---@field plugins? (string|table)[] names, or tables of a name and options
---@field lint? table<string, "off"|"warn"|"error"> levels of rules of raymig lint
---@field lua? raymig.Config.lua grants and limits
---@field lock? raymig.Config.lock patience
---@field backup? string file for pg_dump before up and down

---@class raymig.Config.migrations
---@field schema? string schema of the history table; default "public"
---@field table? string history table; default "__raymig_migrations"

---@class raymig.Config.lua
---@field grants? ("io"|"os"|"package"|"debug")[] libraries that scripts get beside the pure ones
---@field limits? raymig.Config.limits of each script

---@class raymig.Config.limits
---@field deadline? string|integer of Lua's own time in one script, 0: none; default "60s"
---@field memory? string|integer ceiling of Lua's memory, 0: none; default "256MB"

---@class raymig.Config.lock
---@field timeout? string|integer lock_timeout of a migration's transaction; default "3s"
---@field retries? integer how often a migration is tried again after that; default 10
---@field wait? string|integer how long to wait for another runner; default "5min"
