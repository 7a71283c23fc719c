---@meta raymig.plugin
-- luacheck: ignore 631

-- What a plugin's file returns (docs/plugins.md): `---@type raymig.Plugin` above its `return`. Its first line is
-- `-- raymig-api: 1`.

---@class raymig.Plugin
---@field name string letters, digits, _ and -
---@field version string
---@field summary? string one line for raymig plugin list
---@field options? table<string, raymig.Plugin.Option> what the config may say: { "name", option = value }
---@field depends? string[] plugins that stand before it; loaded where the config does not name them
---@field schema? raymig.Plugin.Schema
---@field commands? table<string, raymig.Plugin.Command> raymig NAME
---@field hooks? raymig.Plugin.Hooks
---@field lint? table<string, raymig.Plugin.Rule> rules of raymig lint, called "plugin/rule"
---@field formats? table<string, raymig.Plugin.Format> layouts of a migrations folder, detected or named
---@field sources? table<string, raymig.Plugin.Source> diff --from NAME or NAME:ARGUMENT
---@field reporters? table<string, raymig.Plugin.Reporter> --reporter NAME

---@class raymig.Plugin.Option
---@field type "string"|"boolean"|"integer"|"number"|"list"|"table"
---@field default? any
---@field help? string
---@field choices? string[]
---@field required? boolean

---@class raymig.Plugin.Schema
---@field types? table<string, string|raymig.Plugin.Type|fun(ctx: raymig.Plugin.SchemaContext, ...): any> pg.NAME "column"
---@field mixins? table<string, fun(ctx: raymig.Plugin.SchemaContext, ...): table> pg.NAME(...) in a table's list
---@field decorators? table<string, fun(ctx: raymig.Plugin.SchemaContext, table_: raymig.Plugin.Table, value: any)> NAME = value in a table

---@class raymig.Plugin.Type
---@field sql string the type as SQL has it
---@field with? fun(ctx: raymig.Plugin.SchemaContext, column: raymig.Column, name: string) finishes a column of it

--- A table that is being declared.
---@class raymig.Plugin.Table
---@field name string
---@field schema string
---@field columns table<string, true> those in its list, by their Lua names and their names in the database
---@field has fun(self: raymig.Plugin.Table, column: string): boolean
---@field add fun(self: raymig.Plugin.Table, ...) columns and parts, to its list
---@field after fun(self: raymig.Plugin.Table, fn: fun(handle: raymig.Table)) called when it is declared

---@class raymig.Plugin.Command
---@field summary string
---@field description? string
---@field arguments? string "[NAME]", for the help
---@field min_args? integer 0
---@field max_args? integer 0; -1: any number
---@field examples? string lines: "raymig NAME x   what it does"
---@field options? table<string, raymig.Plugin.CommandOption>
---@field complete? fun(ctx: raymig.Plugin.Context, word: string, args: string[]): string[]
---@field run fun(ctx: raymig.Plugin.CommandContext): string? "different" is exit code 3

---@class raymig.Plugin.CommandOption
---@field help string
---@field letter? string
---@field value? string what its value is called; nil: a flag
---@field repeats? boolean

--- The first argument of every function of a plugin.
---@class raymig.Plugin.Context
---@field api integer 1
---@field name string the plugin's
---@field options table<string, any>
---@field project { root: string, config: string?, out: string, casing: string? }
---@field json raymig.json encode, decode, array, null
local Context = {}

--- A line of talk, on standard error.
---@param text string
function Context:say(text) end

--- A warning, on standard error.
---@param text string
function Context:warn(text) end

--- Ends what runs with an error.
---@param message string
---@param hint? string
---@param code? "failed"|"usage"|"refused"
function Context:fail(message, hint, code) end

--- The catalog of a source: "db" by default, "schema", "migrations@0003", "file.sql".
---@param source? string
---@return raymig.Plugin.Catalog
function Context:catalog(source) end

--- Calls fn(db) in a transaction of its own and gives what it gives.
---@param fn fun(db: raymig.db): any
---@param options? { rollback: boolean }
function Context:transaction(fn, options) end

--- The text of a file, from the project's folder; nil where there is none.
---@param path string
---@return string?
function Context:read(path) end

--- Replaces or makes a file, and its folders.
---@param path string
---@param text string
function Context:write(path, text) end

--- Adds to the end of a file, or makes it.
---@param path string
---@param text string
function Context:append(path, text) end

--- The names of a folder's files, sorted; nil where there is none.
---@param folder string
---@return string[]?
function Context:list(folder) end

--- Runs a Lua file of the project and gives what it returned.
---@param path string
---@return any
function Context:load(path) end

--- Runs a program, without a shell.
---@param argv string|string[]
---@param input? string
---@return integer code, string output, string errors
function Context:command(argv, input) end

--- PostgreSQL's parse tree; nil and what is wrong.
---@param sql string
---@return table?, string?
function Context:parse(sql) end

---@class raymig.Plugin.CommandContext: raymig.Plugin.Context
---@field args string[]
---@field flags table<string, string|true|string[]> the options given, by name
---@field as_json boolean --json was given
---@field quiet boolean
local Command = {}

--- The result, as it stands, to standard output.
---@param text string
function Command:out(text) end

--- Ends the command where the answer is no.
---@param question string
function Command:confirm(question) end

---@class raymig.Plugin.SchemaContext: raymig.Plugin.Context
---@field pg raymig.Namespace the schema's namespace that it was called on
---@field schema string its name
---@field once fun(key: string, fn: fun(): any): any what fn gave the first time in this schema

---@class raymig.Plugin.Catalog
---@field objects raymig.Plugin.Object[]
---@field postgresql integer 150004
local Catalog = {}

--- The objects of a kind, in order; of all without one.
---@param kind? string
---@return fun(): raymig.Plugin.Object?
function Catalog:each(kind) end

--- The object of that identity; nil where there is none.
---@param kind string
---@param schema? string
---@param name string
---@param parent? string of a column, a constraint, an index
---@param signature? string of a function
---@return raymig.Plugin.Object?
function Catalog:find(kind, schema, name, parent, signature) end

--- The parts of a table: its columns, constraints, indexes, triggers.
---@param object raymig.Plugin.Object
---@param kind? string
---@return raymig.Plugin.Object[]
function Catalog:parts(object, kind) end

--- The object of the same identity in this catalog.
---@param object raymig.Plugin.Object of another catalog
---@return raymig.Plugin.Object?
function Catalog:same(object) end

--- The columns of its primary key, in order; nil where it has none.
---@param object raymig.Plugin.Object a table
---@return string[]? columns
function Catalog:primary_key(object) end

--- An object as snapshots have it (raymig export --json): these, and the attributes of its kind.
---@class raymig.Plugin.Object
---@field kind string
---@field schema? string
---@field parent? string
---@field name string
---@field comment? string

---@class raymig.Plugin.Hooks
---@field config? fun(ctx: raymig.Plugin.Context, event: raymig.Plugin.ConfigEvent): table? keys to set
---@field schema_loaded? fun(ctx: raymig.Plugin.SchemaContext, event: raymig.Plugin.SchemaEvent)
---@field plan_made? fun(ctx: raymig.Plugin.Context, event: raymig.Plugin.PlanEvent)
---@field before_run? fun(ctx: raymig.Plugin.Context, event: raymig.Plugin.RunEvent)
---@field after_run? fun(ctx: raymig.Plugin.Context, event: raymig.Plugin.DoneEvent)
---@field before_migration? fun(ctx: raymig.Plugin.Context, event: raymig.Plugin.MigrationEvent)
---@field after_migration? fun(ctx: raymig.Plugin.Context, event: raymig.Plugin.MigrationEvent)
---@field before_statement? fun(ctx: raymig.Plugin.Context, event: raymig.Plugin.StatementEvent)
---@field after_statement? fun(ctx: raymig.Plugin.Context, event: raymig.Plugin.StatementEvent)
---@field error? fun(ctx: raymig.Plugin.Context, event: raymig.Plugin.ErrorEvent)
---@field notice? fun(ctx: raymig.Plugin.Context, event: raymig.Plugin.NoticeEvent)

---@class raymig.Plugin.Event
---@field version integer 1
---@field hook string
---@field command? string

---@class raymig.Plugin.ConfigEvent: raymig.Plugin.Event
---@field path? string
---@field root string
---@field config table out, format, database, casing, schema, schemas, tables

---@class raymig.Plugin.SchemaEvent: raymig.Plugin.Event
---@field pg raymig.Namespace
---@field tables raymig.Plugin.DeclaredTable[]

---@class raymig.Plugin.DeclaredTable
---@field name string
---@field schema string
---@field columns string[]
---@field comment? string
---@field handle raymig.Table
---@field has fun(self: raymig.Plugin.DeclaredTable, kind: string, name: string): boolean

---@class raymig.Plugin.PlanEvent: raymig.Plugin.Event
---@field up raymig.Plugin.Step[]
---@field down raymig.Plugin.Step[]
---@field loses_data boolean
local Plan = {}

--- Ends the command: exit code 4.
---@param reason string
function Plan:veto(reason) end

--- A comment before a step of the way up.
---@param step raymig.Plugin.Step|integer
---@param text string
function Plan:annotate(step, text) end

--- One step more, which is proved like the rest.
---@param step { up: string, down: string, where?: "before"|"after", reason?: string }
function Plan:add(step) end

---@class raymig.Plugin.Step
---@field number integer
---@field step "drop"|"create"|"alter"
---@field object? string "table public.users"
---@field sql string[]
---@field loses_data boolean
---@field reason? string

---@class raymig.Plugin.RunEvent: raymig.Plugin.Event
---@field direction "up"|"down"
---@field dry_run boolean
---@field migrations string[] tags

---@class raymig.Plugin.DoneEvent: raymig.Plugin.Event
---@field ok boolean
---@field dry_run boolean
---@field applied integer
---@field reverted integer
---@field duration_ms integer
---@field migrations table[] as up --json has them

---@class raymig.Plugin.MigrationEvent: raymig.Plugin.Event
---@field tag string
---@field direction "up"|"down"
---@field number integer
---@field total integer
---@field dry_run boolean
---@field duration_ms? integer

---@class raymig.Plugin.StatementEvent: raymig.Plugin.MigrationEvent
---@field statement integer
---@field sql string the whole of it, with the comments before and in it, without the semicolon

---@class raymig.Plugin.NoticeEvent: raymig.Plugin.MigrationEvent
---@field message string
---@field severity? string

---@class raymig.Plugin.ErrorEvent: raymig.Plugin.Event
---@field error table message, detail, hint, sqlstate, file, line, state

---@class raymig.Plugin.Rule
---@field severity "error"|"warn"|"off"
---@field why string
---@field how string how to do it safely
---@field node? string|string[] statements that `check` is for: "AlterTableStmt"
---@field check? fun(ctx: raymig.Plugin.LintContext, node: table)
---@field migration? fun(ctx: raymig.Plugin.LintContext)
---@field catalog? fun(ctx: raymig.Plugin.LintContext, catalog: raymig.Plugin.Catalog)

---@class raymig.Plugin.LintContext
---@field name string of the rule
---@field options table<string, any> of the plugin
---@field migration { tag: string, file: string, lua: boolean, transaction: boolean, lock_timeout: string?, statement_timeout: string? }
---@field statement raymig.Plugin.Statement of check
---@field statements raymig.Plugin.Statement[] of the migration
---@field before raymig.Plugin.Catalog|false before the migration, where it is known
---@field after raymig.Plugin.Catalog|false
---@field changed raymig.Plugin.Object[] of catalog: what is new or other behind the migration
---@field state table shared by the rules, for one migration
---@field tree table helpers for parse trees (lua/raymig/host/lint_tree.lua)
local Lint = {}

--- A finding of the rule, at the statement that is looked at.
---@param finding string|{ message: string, object?: raymig.Plugin.Object, line?: integer, how?: string }
function Lint:report(finding) end

--- True for what this migration itself makes: nobody waits for it.
---@param relation table a RangeVar
---@return boolean
function Lint:is_new(relation) end

---@class raymig.Plugin.Statement
---@field sql string comments before it included
---@field file string
---@field line integer
---@field number integer
---@field kind string "AlterTableStmt"
---@field node table
---@field effects? { relation: string, lock: string, rewritten: boolean, scanned: boolean, blocks_reads: boolean, blocks_writes: boolean }[] with --observe

---@class raymig.Plugin.Format
---@field summary? string
---@field read fun(ctx: raymig.Plugin.Context, folder: raymig.Plugin.Folder): raymig.Plugin.Migration[] in order
---@field write? fun(ctx: raymig.Plugin.Context, new: raymig.Plugin.NewMigration): table<string, string> texts by path
---@field detect? string|fun(ctx: raymig.Plugin.Context, folder: raymig.Plugin.Folder): boolean? whether the folder is of this layout; or a pattern of its files' names
---@field applied? { table: string, query: string } what the tool has applied: version, applied_at, problem, through

---@class raymig.Plugin.Folder
---@field path string
---@field files string[] names; folders end in /
---@field read fun(self: raymig.Plugin.Folder, name: string): string

---@class raymig.Plugin.Migration
---@field tag string
---@field up string a file of the folder, .lua or SQL
---@field down? string
---@field version? string what identifies it; its tag by default
---@field name? string
---@field when? integer milliseconds

---@class raymig.Plugin.NewMigration
---@field migration string its name
---@field up string
---@field down string
---@field lua boolean
---@field time integer milliseconds
---@field last? string tag of the last one
---@field path string of the folder

---@class raymig.Plugin.Source
---@field summary? string
---@field load fun(ctx: raymig.Plugin.Context, argument?: string): { sql: string }|{ source: string }|string DDL, or another source

---@class raymig.Plugin.Reporter
---@field summary? string
---@field report fun(ctx: raymig.Plugin.Context, result: table, command: string): string
