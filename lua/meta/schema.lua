---@meta raymig.schema
-- luacheck: ignore 631

-- The schema DSL: what `require "raymig.schema"` gives to the files of a schema. The manual is docs/schema.md.

-- ---------------------------------------------------------------- pg and its functions

--- pg, which stands for schema public, and what pg.schema gives. Any other word is a type.
---@class raymig.Namespace: raymig.Handle
---@field null lightuserdata NULL as a value
---@field [string] raymig.Type
local pg = {}

--- An expression where something takes it; a statement, or several, where nothing does.
---@param text string
---@return raymig.SqlText
function pg.sql(text) end
--- A column of any type; without a type, one that is there already: of a view, a parent.
---@param name string
---@param type? string as SQL has it
---@param exact? string its name in the database
---@return raymig.Column
function pg.column(name, type, exact) end
--- A type as SQL has it: of an extension, or of another schema.
---@param text string
---@return raymig.Type
function pg.type(text) end
--- A relation that is made by pg.sql or an extension.
---@param name string
---@return raymig.External
function pg.external(name) end
--- Another schema: what it gives has the same functions. `local billing = pg.schema "billing"`, then `billing.table "invoices" { ... }`. May be called again, in other files.
---@param name string
---@param options? raymig.Facts
---@return raymig.Namespace
---@overload fun(name: string): raymig.Namespace|fun(options: raymig.Facts): raymig.Namespace
function pg.schema(name, options) end

-- ---------------------------------------------------------------- Tables, views, sequences

--- A table: columns, parts and options. Gives a handle whose fields are the columns: `users.id`.
---@param name string
---@return fun(body: raymig.TableOptions): raymig.Table
function pg.table(name) end
--- A table of a foreign server.
---@param name string
---@return fun(body: raymig.ForeignTableOptions): raymig.Table
function pg.foreign_table(name) end
--- A view: `pg.view "active" [[ SELECT ... ]]`, or a table with `query`, options, and columns to say something of.
---@param name string
---@return fun(body: string|raymig.SqlText|raymig.ViewOptions): raymig.Table
function pg.view(name) end
--- A materialized view; its list takes indexes, too.
---@param name string
---@return fun(body: string|raymig.SqlText|raymig.MaterializedViewOptions): raymig.Table
function pg.materialized_view(name) end
--- A sequence. Without a body it has PostgreSQL's defaults.
---@param name string
---@return raymig.Handle|fun(body: raymig.SequenceOptions): raymig.Handle
function pg.sequence(name) end

-- ---------------------------------------------------------------- Parts of tables

--- A key of several columns: `pg.primary_key { "a", "b" }`.
---@param body raymig.KeyOptions|string
---@return raymig.Part
function pg.primary_key(body) end
--- A unique constraint: `pg.unique { "a", "b", nulls_not_distinct = true }`.
---@param body raymig.KeyOptions|string
---@return raymig.Part
function pg.unique(body) end
--- Where :not_null() does not say enough: its name, or that it is not valid. PostgreSQL 18.
---@param body raymig.NotNullOptions
---@return raymig.Part
function pg.not_null(body) end
--- A check of the table: `pg.check "a < b"`, `pg.check { "a < b", name = "ordered" }`.
---@param body raymig.CheckOptions|raymig.Sql
---@param expression? raymig.Sql
---@return raymig.Part
function pg.check(body, expression) end
--- An exclusion constraint: `pg.exclude { using = "gist", { "room", with = "=" }, { "span", with = "&&" } }`.
---@param body raymig.ExcludeOptions
---@return raymig.Part
function pg.exclude(body) end
--- A foreign key of several columns: `pg.foreign_key { "a", "b", references = other, columns = { "x", "y" } }`.
---@param body raymig.ForeignKeyOptions
---@return raymig.Part
function pg.foreign_key(body) end
--- An index: `pg.index { "a", pg.sql "lower(b)", unique = true, where = "a > 0" }`. With `on` it may stand outside of a table.
---@param body raymig.IndexOptions
---@return raymig.Part
---@overload fun(name: string): fun(body: raymig.IndexOptions): raymig.Part
function pg.index(body) end
--- A trigger, in a table's list or with `on` outside of it.
---@param name string
---@return fun(body: raymig.TriggerOptions): raymig.Part
function pg.trigger(name) end
--- A policy of row security, in a table's list or with `on`. The table says `row_security = true`.
---@param name string
---@return fun(body: raymig.PolicyOptions): raymig.Part
function pg.policy(name) end
--- A rule, in a table's list or with `on`.
---@param name string
---@return fun(body: raymig.RuleOptions): raymig.Part
function pg.rule(name) end

-- ---------------------------------------------------------------- Types

--- An enum: `local mood = pg.enum "mood" { "sad", "ok" }`. What it gives makes columns: `mood "current"`.
---@param name string
---@return fun(values: string[]|raymig.Facts): raymig.Type
function pg.enum(name) end
--- A composite type: `pg.composite "address" { pg.text "street", pg.text "city" }`.
---@param name string
---@return fun(attributes: raymig.Column[]|raymig.Facts): raymig.Type
function pg.composite(name) end
--- A domain: `pg.domain "email" { type = pg.text, check = "VALUE ~ '@'" }`.
---@param name string
---@return fun(body: raymig.DomainOptions): raymig.Type
function pg.domain(name) end
--- A range type: `pg.range "floatrange" { subtype = "float8", subtype_diff = "float8mi" }`.
---@param name string
---@return fun(attributes: table): raymig.Type
function pg.range(name) end

-- ---------------------------------------------------------------- Functions

--- A function. language is plpgsql where it is not said and the body has BEGIN, else sql.
---@param name string
---@return fun(body: raymig.FunctionOptions|string): raymig.Function
function pg.func(name) end
--- A procedure.
---@param name string
---@return fun(body: raymig.FunctionOptions|string): raymig.Function
function pg.procedure(name) end
--- An aggregate, by the attributes that snapshots have (`raymig export --json`).
---@param name string
---@return fun(attributes: table): raymig.Handle
function pg.aggregate(name) end
--- An event trigger: `{ event = "ddl_command_end", tags = { "DROP TABLE" }, execute = fn }`.
---@param name string
---@return fun(attributes: table): raymig.Handle
function pg.event_trigger(name) end

-- ---------------------------------------------------------------- Statistics, publications, privileges

--- Extended statistics: `pg.statistics "s" { on = users, "a", "b", kinds = { "ndistinct" } }`.
---@param name string
---@return fun(body: raymig.StatisticsOptions): raymig.Handle
function pg.statistics(name) end
--- A publication.
---@param name string
---@return raymig.Handle|fun(body: raymig.PublicationOptions): raymig.Handle
function pg.publication(name) end
--- ALTER DEFAULT PRIVILEGES. Without schema: in all.
---@param body raymig.DefaultPrivilegesOptions
---@return raymig.Handle
function pg.default_privileges(body) end

-- ---------------------------------------------------------------- Extensions, servers and the like

--- An extension: `pg.extension "pg_trgm"`, with `{ schema = "public", version = "1.6" }` behind it where that matters.
---@param name string
---@return raymig.Handle|fun(attributes: table): raymig.Handle
function pg.extension(name) end
--- A foreign data wrapper: `{ handler = , validator = , options = { ... } }`.
---@param name string
---@return raymig.Handle|fun(attributes: table): raymig.Handle
function pg.foreign_data_wrapper(name) end
--- A foreign server: `pg.server "here" { wrapper = "files", options = { ... } }`.
---@param name string
---@return fun(attributes: table): raymig.Handle
function pg.server(name) end
--- A subscription: `{ connection = "...", publications = { "p" } }`.
---@param name string
---@return fun(attributes: table): raymig.Handle
function pg.subscription(name) end
--- A collation: `pg.collation "german" { provider = "icu", locale = "de" }`.
---@param name string
---@return fun(attributes: table): raymig.Handle
function pg.collation(name) end
--- A procedural language.
---@param name string
---@return raymig.Handle|fun(attributes: table): raymig.Handle
function pg.language(name) end
--- An access method: `{ type = "table", handler = "..." }`.
---@param name string
---@return fun(attributes: table): raymig.Handle
function pg.access_method(name) end
--- An object of any kind, by its attributes as snapshots name them.
---@param kind string
---@return fun(attributes: table): raymig.Handle|raymig.Type
function pg.object(kind) end

-- ---------------------------------------------------------------- Columns of tables

---@class raymig.Column a column that is being described
local column = {}
--- An array of the type.
---@return raymig.Column
function column:array() end
--- NOT NULL.
---@return raymig.Column
function column:not_null() end
--- NULL is allowed, which is the default: takes back a `not_null()` that a helper function has said.
---@return raymig.Column
function column:null() end
--- A key of this one column.
---@param options? string|raymig.KeyOptions
---@return raymig.Column
function column:primary_key(options) end
--- A unique constraint of this one column: `:unique()`, `:unique "name"`, `:unique { nulls_not_distinct = true }`.
---@param options? string|raymig.KeyOptions
---@return raymig.Column
function column:unique(options) end
--- A foreign key of this one column.
---@param target raymig.ColumnRef|raymig.Relation
---@param options? raymig.ForeignKeyOptions
---@return raymig.Column
function column:references(target, options) end
--- A check: `:check "price > 0"`, or with its name, `:check("positive", "price > 0")`.
---@param name string its name, or the expression
---@param expression? raymig.Sql
---@param options? raymig.CheckOptions
---@return raymig.Column
---@overload fun(self, expression: raymig.Sql, options?: raymig.CheckOptions): raymig.Column
function column:check(name, expression, options) end
--- The default: a value, which is quoted, or an expression, `:default(pg.sql "gen_random_uuid()")`.
---@param value raymig.Literal
---@return raymig.Column
function column:default(value) end
--- DEFAULT now().
---@return raymig.Column
function column:default_now() end
--- GENERATED AS IDENTITY, always unless told: `:identity()`, `:identity "by default"`, `:identity { start = 10 }`.
---@param mode? "always"|"by default"|raymig.IdentityOptions
---@param options? raymig.IdentityOptions
---@return raymig.Column
function column:identity(mode, options) end
--- A generated column: `:generated "price * amount"`. "virtual" needs PostgreSQL 18.
---@param expression raymig.Sql
---@param when? "stored"|"virtual"
---@return raymig.Column
function column:generated(expression, when) end
--- Of the sequence behind a serial or an identity.
---@param options raymig.SequenceFacts
---@return raymig.Column
function column:sequence(options) end
--- It is a parent's column, listed for what is said of it.
---@return raymig.Column
function column:inherited() end

--- It has not the default of the parent's.
---@return raymig.Column
function column:no_default() end
--- Its collation: a name, which is quoted, a declared one, or `pg.sql "app.german"`.
---@param name string|raymig.Handle|raymig.SqlText
---@return raymig.Column
function column:collate(name) end
--- SET STORAGE: how long values are kept.
---@param storage "plain"|"external"|"main"|"extended"
---@return raymig.Column
function column:storage(storage) end
--- SET COMPRESSION: how long values are compressed.
---@param method "pglz"|"lz4"
---@return raymig.Column
function column:compression(method) end
--- SET STATISTICS: how much ANALYZE looks at.
---@param target integer
---@return raymig.Column
function column:statistics(target) end
--- Options of the attribute: `:options { n_distinct = -0.5 }`.
---@param options raymig.Options
---@return raymig.Column
function column:options(options) end
--- Options of a foreign table's column: `:foreign_options { column_name = "x" }`.
---@param options raymig.Options
---@return raymig.Column
function column:foreign_options(options) end
--- COMMENT ON COLUMN.
---@param text string
---@return raymig.Column
function column:comment(text) end
--- Grants privileges on this column.
---@param privileges raymig.Strings
---@param roles raymig.Strings
---@param options? raymig.GrantOptions
---@return raymig.Column
function column:grant(privileges, roles, options) end
--- Takes privileges on this column away.
---@param privileges raymig.Strings
---@param roles raymig.Strings
---@param options? raymig.GrantOptions
---@return raymig.Column
function column:revoke(privileges, roles, options) end
--- A security label.
---@param provider string
---@param text string
---@return raymig.Column
function column:label(provider, text) end
--- The name that it had: a rename, not a drop and an add.
---@param name string
---@return raymig.Column
function column:was(name) end
--- How values are converted when the type changes.
---@param expression raymig.Sql
---@return raymig.Column
function column:using(expression) end

-- ---------------------------------------------------------------- Handles
---@class raymig.Handle a declared object
local handle = {}
--- COMMENT ON it.
---@param text string
---@return self
function handle:comment(text) end
--- Who owns it; left out, it is the role that runs the migration.
---@param role string
---@return self
function handle:owner(role) end
--- Grants privileges, after those that PostgreSQL gives by default: `users:grant({ "insert", "update" }, "app")`.
---@param privileges raymig.Strings SQL's words: "select", { "insert", "update" }, "all"
---@param roles raymig.Strings "public" is everybody
---@param options? raymig.GrantOptions
---@return self
function handle:grant(privileges, roles, options) end
--- Takes privileges away, such as those that PUBLIC has by default: `touch:revoke("execute", "public")`.
---@param privileges raymig.Strings
---@param roles raymig.Strings
---@param options? raymig.GrantOptions
---@return self
function handle:revoke(privileges, roles, options) end
--- A security label.
---@param provider string
---@param text string
---@return self
function handle:label(provider, text) end

---@class raymig.Table: raymig.Handle a table or view; its columns are fields
---@field columns table<string, raymig.ColumnRef> its columns, also those that are called like a method
---@field [string] raymig.ColumnRef

---@class raymig.ColumnRef: raymig.Handle a column of a declared table
---@class raymig.Function: raymig.Handle

---@class raymig.Type: raymig.Handle a type; called with a name it makes a column, with integers it gets modifiers
---@overload fun(name: string, exact?: string): raymig.Column
---@overload fun(modifier: integer, second?: integer): raymig.Type
local data_type = {}
--- An array of the type: `mood:array() "moods"`.
---@return raymig.Type
function data_type:array() end

return pg
