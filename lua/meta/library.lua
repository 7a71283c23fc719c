---@meta raymig
-- luacheck: ignore 631

-- The library for a stock lua5.4: `local raymig = require "raymig"`. The manual is docs/library.md.

---@class raymig.library
local raymig = {}

---@class raymig.library.Options
---@field url? string the database
---@field migrations? string the migrations folder
---@field config? string the config
---@field format? string the layout of the migrations folder
---@field shadow_url? string a server for shadows
---@field wait? string keep trying to connect for so long: "30s"
---@field yes? boolean answer every question with yes
---@field verbose? boolean notices that say there was nothing to do are told, too
---@field allow? string|string[] tags that may run out of order, or be missing
---@field dry_run? boolean run and roll back; what writes files or history: write nothing
---@field single_transaction? boolean all or nothing
---@field stored? boolean down: the scripts that the history keeps
---@field lock_wait? string for another runner
---@field lock_timeout? string of each attempt
---@field lock_retries? integer
---@field backup? string pg_dump to this file first
---@field jobs? integer connections to read a database over
---@field lossy? boolean go on although a catalog is not whole
---@field rename? string|string[] "OLD=NEW"
---@field dropped? string|string[] "OLD"
---@field accept_data_loss? boolean push: also where rows are lost
---@field lua? boolean generate: one Lua file of reversible operations
---@field check? boolean generate: only count the steps
---@field empty? boolean generate: a migration to be written by hand
---@field snapshot? boolean drift: trust the last snapshot
---@field offline? boolean check: the files only
---@field deep? boolean check: also replay the migrations in a shadow
---@field tag? string|string[] verify: these migrations
---@field require_down? boolean verify: a migration without a way back is wrong
---@field schema_folder? string pull: write there
---@field split? boolean pull: a file per table
---@field schema_only? boolean pull: no first migration and no history; squash: leave out what is done to rows
---@field unproved? boolean baseline: without looking at the database; rebase: although a way back is wrong
---@field accept? string|string[] repair: the edited files of these tags are right
---@field forget? string|string[] repair: the rows of these tags go
---@field tool_table? string import: the old tool's table
---@field folder_only? boolean import: convert the folder; no database
---@field history_only? boolean import: the new folder is there already
---@field base? string rebase: what git calls the branch that the others are in
---@field archive? boolean squash: keep the replaced files in archive/
---@field on_event? fun(event: raymig.library.Event)
---@field on_message? fun(message: { kind: "say"|"warn"|"detail", text: string })
---@field on_question? fun(question: string): boolean

---@class raymig.library.OpenOptions: raymig.library.Options
---@field folder? string where raymig.lua is looked for; otherwise the working folder

---@class raymig.library.RunOptions: raymig.library.Options
---@field count? integer|"all" so many migrations
---@field to? string up to and with this one; down: all behind it

---@class raymig.library.PlanOptions: raymig.library.RunOptions
---@field down? boolean what down would run

---@class raymig.library.GoOptions: raymig.library.Options
---@field to string the migration that shall be the newest

---@class raymig.library.DiffOptions: raymig.library.Options
---@field from? string a source; otherwise "db"
---@field to? string a source; otherwise "schema"

---@class raymig.library.GenerateOptions: raymig.library.Options
---@field name? string otherwise one from what changed

---@class raymig.library.SourceOptions: raymig.library.Options
---@field from? string a source; otherwise "db"

---@class raymig.library.BaselineOptions: raymig.library.Options
---@field to string the last to be marked

---@class raymig.library.ImportOptions: raymig.library.Options
---@field from? string the old layout; otherwise it is detected
---@field to? string the new folder

---@class raymig.library.SquashOptions: raymig.library.Options
---@field name? string what the new one does
---@field from? string the first to be replaced
---@field to? string the last

---@class raymig.library.Event
---@field kind "lock_wait"|"begin"|"statement"|"statement_done"|"notice"|"progress"|"warning"|"retry"|"done"|"failed"|"backup"
---@field direction "up"|"down"
---@field tag? string
---@field text? string
---@field number integer of `total`
---@field total integer
---@field statement integer its number
---@field us integer microseconds
---@field done integer
---@field of integer -1: unknown
---@field pid integer of who holds the lock
---@field user? string
---@field dry_run boolean

---@class raymig.library.Error tostring gives the message
---@field code integer as the program's exit codes
---@field message string
---@field detail? string
---@field hint? string
---@field sqlstate? string
---@field file? string
---@field line? integer
---@field statement? string
---@field state? string what state the database is in
---@field result table the whole document

---@class raymig.library.Run
---@field ok true
---@field command string
---@field dry_run boolean
---@field applied integer
---@field reverted integer
---@field migrations { tag: string, direction: "up"|"down", result: string, duration_ms?: integer, notices?: string[] }[]
---@field warnings string[]
---@field duration_ms integer

---@class raymig.library.Project
local Project = {}

--- Applies what is pending.
---@param options? raymig.library.RunOptions
---@return raymig.library.Run? result
---@return raymig.library.Error? err
function Project:up(options) end

--- Takes back, newest first.
---@param options? raymig.library.RunOptions one migration where neither count nor to is given
---@return raymig.library.Run? result
---@return raymig.library.Error? err
function Project:down(options) end

--- Up or down until that migration is the newest.
---@param options raymig.library.GoOptions
---@return raymig.library.Run? result
---@return raymig.library.Error? err
function Project:go(options) end

--- Down and up again.
---@param options? raymig.library.RunOptions
---@return raymig.library.Run? result
---@return raymig.library.Error? err
function Project:redo(options) end

--- Where the database stands.
---@param options? raymig.library.Options
---@return table? result { counts, migrations: { tag, state, down, applied_at, ... }[] }
---@return raymig.library.Error? err
function Project:status(options) end

--- What would run.
---@param options? raymig.library.PlanOptions
---@return table? result { migrations: { tag, direction, file, statements: { sql, line }[], lua }[] }
---@return raymig.library.Error? err
function Project:plan(options) end

--- Two sources compared.
---@param options? raymig.library.DiffOptions
---@return table? result { changes, steps_up, steps_down, loses_data, questions }
---@return raymig.library.Error? err
function Project:diff(options) end

--- The migration from the last one to the schema, proved.
---@param options? raymig.library.GenerateOptions
---@return table? result { changes, loses_data, files, steps_up, steps_down }
---@return raymig.library.Error? err
function Project:generate(options) end

--- Makes the database what the schema says.
---@param options? raymig.library.Options
---@return table? result { changes, sql, steps, dry_run }
---@return raymig.library.Error? err
function Project:push(options) end

--- The database against what its migrations make.
---@param options? raymig.library.Options
---@return table? result { drift, compared_with, basis, changes, to_keep, to_bring_back }
---@return raymig.library.Error? err
function Project:drift(options) end

--- Whether folder, journal, snapshots and history agree.
---@param options? raymig.library.Options
---@return table? result { migrations, problems }
---@return raymig.library.Error? err
function Project:check(options) end

--- Proves the way back of each migration.
---@param options? raymig.library.Options
---@return table? result { proved, no_down, wrong, migrations }
---@return raymig.library.Error? err
function Project:verify(options) end

--- A database as a Lua schema.
---@param options? raymig.library.SourceOptions
---@return table? result { files: { path, result }[], baselined }
---@return raymig.library.Error? err
function Project:pull(options) end

--- A source as a snapshot.
---@param options? raymig.library.SourceOptions
---@return table? result the snapshot
---@return raymig.library.Error? err
function Project:export(options) end

--- Marks migrations as applied without running them, once it is shown that the database stands there.
---@param options raymig.library.BaselineOptions
---@return raymig.library.Run? result
---@return raymig.library.Error? err
function Project:baseline(options) end

--- Makes history and journal agree with the folder.
---@param options? raymig.library.Options
---@return table? result { migrations: { tag, result, of }[] }
---@return raymig.library.Error? err
function Project:repair(options) end

--- Makes another tool's folder and history raymig's own.
---@param options? raymig.library.ImportOptions
---@return table? result { from, folder, to, wrote, recorded, migrations: { old, version, tag, when, state, applied_at }[] }
---@return raymig.library.Error? err
function Project:import(options) end

--- Gives migrations that others do not have numbers behind all others.
---@param options? raymig.library.Options
---@return table? result { base, renames: { from, to }[], snapshots, journal }
---@return raymig.library.Error? err
function Project:rebase(options) end

--- Makes one migration of many, proved to make the same.
---@param options? raymig.library.SquashOptions
---@return table? result { tag, files: { path, result }[], up, down }
---@return raymig.library.Error? err
function Project:squash(options) end

--- Sets options for the operations that follow.
---@param options raymig.library.Options
---@return raymig.library.Project
function Project:set(options) end

--- Stops what runs: from a callback.
function Project:cancel() end

--- Frees the handle; `local project <close> = raymig.open()` does so by itself.
function Project:close() end

--- A handle on the project of a folder.
---@param options? raymig.library.OpenOptions
---@return raymig.library.Project
function raymig.open(options) end

--- Applies what is pending: what a service does before it serves.
---@param options raymig.library.OpenOptions
---@return raymig.library.Run? result
---@return raymig.library.Error? err
function raymig.migrate(options) end

--- The version of the library.
---@return string
function raymig.version() end

return raymig
