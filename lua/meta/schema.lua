---@meta raymig.schema
-- luacheck: ignore 631

-- The schema DSL: what `require "raymig.schema"` gives to the files of a schema. The manual is docs/schema.md.

---@alias raymig.Sql raymig.SqlText|string an expression: pg.sql, or a text that is one
---@alias raymig.Value string|number|boolean|raymig.SqlText|lightuserdata a text is quoted; pg.null is NULL
---@alias raymig.Strings string|string[]
---@alias raymig.Columns string|raymig.Column|raymig.ColumnRef|(string|raymig.Column|raymig.ColumnRef)[] by their names in Lua, or handles
---@alias raymig.Relation raymig.Table|raymig.External|string a handle, or a name as SQL has it
---@alias raymig.FunctionName raymig.Function|string
---@alias raymig.TypeName raymig.Type|raymig.Table|string
---@alias raymig.Options table<string, string|number|boolean>
---@alias raymig.Action "no action"|"restrict"|"cascade"|"set null"|"set default"
---@alias raymig.Enabled "disabled"|"replica"|"always"
---@alias raymig.Element string|raymig.Column|raymig.ColumnRef|raymig.SqlText|raymig.ElementOptions
---@alias raymig.Item raymig.Column|raymig.Part|raymig.Item[]|false what stands in a table's list

---@class raymig.SqlText an expression or a statement; see pg.sql
---@class raymig.Part a part of a table: an index, a key, a trigger, ...
---@class raymig.External something that is not declared here; see pg.external

-- ---------------------------------------------------------------- what any object has

---@class raymig.Facts
---@field comment? string
---@field owner? string a role
---@field grants? raymig.Grant[]
---@field labels? table<string, string> security labels: provider = label
---@field was? string the name that it had: a rename

---@class raymig.Grant
---@field [integer] string privileges, SQL's words: "select", "all"
---@field to? raymig.Strings roles; "public" is everybody
---@field revoke_from? raymig.Strings takes away instead
---@field option? boolean may be granted on; with revoke_from, only that is taken away
---@field columns? raymig.Columns
---@field by? string who grants, where that is not the owner

---@class raymig.GrantOptions
---@field option? boolean
---@field columns? raymig.Columns
---@field by? string

---@class raymig.Handle a declared object
local handle = {}
---@param text string
---@return self
function handle:comment(text) end
---@param role string
---@return self
function handle:owner(role) end
---@param privileges raymig.Strings SQL's words: "select", { "insert", "update" }, "all"
---@param roles raymig.Strings "public" is everybody
---@param options? raymig.GrantOptions
---@return self
function handle:grant(privileges, roles, options) end
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
---@return raymig.Type
function data_type:array() end

-- ---------------------------------------------------------------- columns

---@class raymig.Column a column that is being described
local column = {}
--- An array of the type.
---@return raymig.Column
function column:array() end
---@return raymig.Column
function column:not_null() end
---@return raymig.Column
function column:null() end
--- A key of this one column.
---@param options? string|raymig.KeyOptions
---@return raymig.Column
function column:primary_key(options) end
---@param options? string|raymig.KeyOptions
---@return raymig.Column
function column:unique(options) end
--- A foreign key of this one column.
---@param target raymig.ColumnRef|raymig.Relation
---@param options? raymig.ForeignKeyOptions
---@return raymig.Column
function column:references(target, options) end
---@param name string its name, or the expression
---@param expression? raymig.Sql
---@param options? raymig.CheckOptions
---@return raymig.Column
---@overload fun(self, expression: raymig.Sql, options?: raymig.CheckOptions): raymig.Column
function column:check(name, expression, options) end
---@param value raymig.Value
---@return raymig.Column
function column:default(value) end
---@return raymig.Column
function column:default_now() end
---@param mode? "always"|"by default"|raymig.IdentityOptions
---@param options? raymig.IdentityOptions
---@return raymig.Column
function column:identity(mode, options) end
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
---@param name string|raymig.Handle|raymig.SqlText
---@return raymig.Column
function column:collate(name) end
---@param storage "plain"|"external"|"main"|"extended"
---@return raymig.Column
function column:storage(storage) end
---@param method "pglz"|"lz4"
---@return raymig.Column
function column:compression(method) end
---@param target integer
---@return raymig.Column
function column:statistics(target) end
---@param options raymig.Options
---@return raymig.Column
function column:options(options) end
---@param options raymig.Options
---@return raymig.Column
function column:foreign_options(options) end
---@param text string
---@return raymig.Column
function column:comment(text) end
---@param privileges raymig.Strings
---@param roles raymig.Strings
---@param options? raymig.GrantOptions
---@return raymig.Column
function column:grant(privileges, roles, options) end
---@param privileges raymig.Strings
---@param roles raymig.Strings
---@param options? raymig.GrantOptions
---@return raymig.Column
function column:revoke(privileges, roles, options) end
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

-- ---------------------------------------------------------------- parts of tables

---@class raymig.PartOptions: raymig.Facts
---@field name? string left to PostgreSQL where it is not said
---@field on? raymig.Relation outside of a table's list

---@class raymig.KeyOptions: raymig.PartOptions
---@field [integer] string|raymig.Column|raymig.ColumnRef
---@field include? raymig.Columns
---@field options? raymig.Options
---@field tablespace? string
---@field deferrable? boolean
---@field deferred? boolean
---@field clustered? boolean
---@field replica_identity? boolean
---@field without_overlaps? boolean PostgreSQL 18
---@field nulls_not_distinct? boolean of unique
---@field attached_to? string the partitioned table's, for a partition's that is made by itself
---@field only? boolean not for the partitions

---@class raymig.CheckOptions: raymig.PartOptions
---@field [integer] raymig.Sql
---@field no_inherit? boolean
---@field not_valid? boolean
---@field not_enforced? boolean PostgreSQL 18

---@class raymig.NotNullOptions: raymig.PartOptions
---@field [1] string|raymig.Column|raymig.ColumnRef
---@field no_inherit? boolean
---@field not_valid? boolean

---@class raymig.ExcludeOptions: raymig.PartOptions
---@field [integer] raymig.Element
---@field using? string index method
---@field where? raymig.Sql
---@field include? raymig.Columns
---@field options? raymig.Options
---@field tablespace? string
---@field deferrable? boolean
---@field deferred? boolean
---@field clustered? boolean
---@field replica_identity? boolean
---@field attached_to? string
---@field only? boolean

---@class raymig.ForeignKeyOptions: raymig.PartOptions
---@field [integer] string|raymig.Column|raymig.ColumnRef
---@field references? raymig.Relation
---@field columns? raymig.Columns of the other table; left out: its primary key
---@field on_delete? raymig.Action
---@field on_update? raymig.Action
---@field on_delete_columns? raymig.Columns those that "set null" and "set default" set
---@field match? "simple"|"full"
---@field deferrable? boolean
---@field deferred? boolean
---@field not_valid? boolean
---@field not_enforced? boolean PostgreSQL 18
---@field period? boolean PostgreSQL 18

---@class raymig.ElementOptions
---@field [1] string|raymig.Column|raymig.ColumnRef|raymig.SqlText
---@field desc? boolean
---@field nulls? "first"|"last"
---@field collate? string|raymig.Handle|raymig.SqlText
---@field opclass? string SQL, with its parameters
---@field with? string operator of an exclusion constraint

---@class raymig.IndexOptions: raymig.PartOptions
---@field [integer] raymig.Element
---@field unique? boolean
---@field using? string index method
---@field concurrently? boolean in a change alone: without locking out who writes
---@field where? raymig.Sql
---@field include? raymig.Columns
---@field nulls_not_distinct? boolean
---@field options? raymig.Options
---@field tablespace? string
---@field clustered? boolean
---@field replica_identity? boolean
---@field statistics? table<integer, integer> by the place of an expression
---@field attached_to? string the partitioned table's, for a partition's that is made by itself
---@field only? boolean not for the partitions
---@field invalid? boolean

---@class raymig.TriggerOptions: raymig.PartOptions
---@field timing "before"|"after"|"instead of"
---@field events raymig.Strings "insert", "update", "delete", "truncate"
---@field columns? raymig.Columns of update
---@field level? "row"|"statement"
---@field when? raymig.Sql
---@field execute raymig.FunctionName
---@field arguments? raymig.Strings
---@field constraint? boolean
---@field from? raymig.Relation
---@field deferrable? boolean
---@field deferred? boolean
---@field old_table? string
---@field new_table? string
---@field enabled? raymig.Enabled

---@class raymig.PolicyOptions: raymig.PartOptions
---@field command? "all"|"select"|"insert"|"update"|"delete"
---@field restrictive? boolean
---@field roles? raymig.Strings
---@field using? raymig.Sql
---@field check? raymig.Sql

---@class raymig.RuleOptions: raymig.PartOptions
---@field definition string the whole CREATE RULE
---@field enabled? raymig.Enabled

-- ---------------------------------------------------------------- bodies of declarations

---@class raymig.TableOptions: raymig.Facts
---@field [integer] raymig.Item
---@field unlogged? boolean
---@field options? raymig.Options
---@field access_method? string
---@field tablespace? string
---@field replica_identity? "default"|"full"|"nothing"
---@field row_security? boolean|"force"
---@field force_row_security? boolean without row_security: forced once that is on
---@field inherits? raymig.Relation|raymig.Relation[]
---@field of_type? raymig.TypeName
---@field partition_by? string "range (day)"
---@field partition_of? raymig.Relation
---@field bound? string "FOR VALUES ..." or "DEFAULT"

---@class raymig.ForeignTableOptions: raymig.Facts
---@field [integer] raymig.Item
---@field server string
---@field options? raymig.Options
---@field inherits? raymig.Relation|raymig.Relation[]
---@field partition_of? raymig.Relation
---@field bound? string

---@class raymig.ViewOptions: raymig.Facts
---@field [integer] raymig.Item
---@field query raymig.Sql
---@field options? raymig.Options

---@class raymig.MaterializedViewOptions: raymig.ViewOptions
---@field access_method? string
---@field tablespace? string
---@field no_data? boolean

---@class raymig.SequenceFacts: raymig.Facts
---@field sequence? string its name

---@class raymig.SequenceNumbers: raymig.Facts
---@field start? integer
---@field increment? integer
---@field minimum? integer
---@field maximum? integer
---@field cache? integer
---@field cycle? boolean

---@class raymig.SequenceOptions: raymig.SequenceNumbers
---@field type? raymig.TypeName
---@field unlogged? boolean
---@field owned_by? raymig.ColumnRef|string "table.column"

---@class raymig.IdentityOptions: raymig.SequenceNumbers
---@field sequence? string its name

---@class raymig.DomainOptions: raymig.Facts
---@field type raymig.TypeName
---@field not_null? boolean
---@field not_null_name? string of its constraint, where that is not the domain's and _not_null; PostgreSQL 17
---@field not_null_comment? string of its constraint
---@field default? raymig.Value
---@field collate? string|raymig.Handle|raymig.SqlText
---@field check? raymig.Sql|table<string|integer, raymig.Sql|raymig.CheckOptions>

---@class raymig.FunctionOptions: raymig.Facts
---@field arguments? string as SQL has them
---@field returns? raymig.TypeName
---@field language? string
---@field body? string
---@field file? string the body, a file of the project
---@field source? string a body that is never taken for an SQL-standard one
---@field library? string of C functions
---@field volatility? "immutable"|"stable"|"volatile"
---@field strict? boolean
---@field security_definer? boolean
---@field leakproof? boolean
---@field parallel? "safe"|"restricted"|"unsafe"
---@field cost? number
---@field rows? number
---@field support? raymig.FunctionName
---@field settings? table<string|integer, string|number|boolean|string[]>
---@field transforms? raymig.TypeName|raymig.TypeName[]
---@field type? "function"|"window"

---@class raymig.StatisticsOptions: raymig.Facts
---@field [integer] string|raymig.ColumnRef|raymig.SqlText
---@field on raymig.Relation
---@field kinds? raymig.Strings "ndistinct", "dependencies", "mcv"
---@field statistics? integer

---@class raymig.PublicationTable
---@field [1] raymig.Relation
---@field columns? raymig.Columns
---@field where? raymig.Sql
---@field only? boolean

---@class raymig.PublicationOptions: raymig.Facts
---@field tables? raymig.Relation|(raymig.Relation|raymig.PublicationTable)[]
---@field schemas? (raymig.Namespace|string)[]
---@field all_tables? boolean
---@field publish? raymig.Strings
---@field via_root? boolean
---@field generated_columns? string PostgreSQL 18

---@class raymig.DefaultPrivilegesOptions
---@field role string whose new objects they are for
---@field schema? raymig.Namespace|string
---@field type "tables"|"sequences"|"functions"|"types"|"schemas"|"large objects"
---@field grants raymig.Grant[]

-- ---------------------------------------------------------------- pg

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
---@param name string
---@param options? raymig.Facts
---@return raymig.Namespace
---@overload fun(name: string): raymig.Namespace|fun(options: raymig.Facts): raymig.Namespace
function pg.schema(name, options) end

---@param name string
---@return fun(body: raymig.TableOptions): raymig.Table
function pg.table(name) end
---@param name string
---@return fun(body: raymig.ForeignTableOptions): raymig.Table
function pg.foreign_table(name) end
---@param name string
---@return fun(body: string|raymig.SqlText|raymig.ViewOptions): raymig.Table
function pg.view(name) end
---@param name string
---@return fun(body: string|raymig.SqlText|raymig.MaterializedViewOptions): raymig.Table
function pg.materialized_view(name) end
---@param name string
---@return raymig.Handle|fun(body: raymig.SequenceOptions): raymig.Handle
function pg.sequence(name) end

---@param body raymig.KeyOptions|string
---@return raymig.Part
function pg.primary_key(body) end
---@param body raymig.KeyOptions|string
---@return raymig.Part
function pg.unique(body) end
--- Where :not_null() does not say enough: its name, or that it is not valid. PostgreSQL 18.
---@param body raymig.NotNullOptions
---@return raymig.Part
function pg.not_null(body) end
---@param body raymig.CheckOptions|raymig.Sql
---@param expression? raymig.Sql
---@return raymig.Part
function pg.check(body, expression) end
---@param body raymig.ExcludeOptions
---@return raymig.Part
function pg.exclude(body) end
---@param body raymig.ForeignKeyOptions
---@return raymig.Part
function pg.foreign_key(body) end
---@param body raymig.IndexOptions
---@return raymig.Part
---@overload fun(name: string): fun(body: raymig.IndexOptions): raymig.Part
function pg.index(body) end
---@param name string
---@return fun(body: raymig.TriggerOptions): raymig.Part
function pg.trigger(name) end
---@param name string
---@return fun(body: raymig.PolicyOptions): raymig.Part
function pg.policy(name) end
---@param name string
---@return fun(body: raymig.RuleOptions): raymig.Part
function pg.rule(name) end

---@param name string
---@return fun(values: string[]|raymig.Facts): raymig.Type
function pg.enum(name) end
---@param name string
---@return fun(attributes: raymig.Column[]|raymig.Facts): raymig.Type
function pg.composite(name) end
---@param name string
---@return fun(body: raymig.DomainOptions): raymig.Type
function pg.domain(name) end
---@param name string
---@return fun(attributes: table): raymig.Type
function pg.range(name) end

---@param name string
---@return fun(body: raymig.FunctionOptions|string): raymig.Function
function pg.func(name) end
---@param name string
---@return fun(body: raymig.FunctionOptions|string): raymig.Function
function pg.procedure(name) end
---@param name string
---@return fun(attributes: table): raymig.Handle
function pg.aggregate(name) end
---@param name string
---@return fun(attributes: table): raymig.Handle
function pg.event_trigger(name) end

---@param name string
---@return fun(body: raymig.StatisticsOptions): raymig.Handle
function pg.statistics(name) end
---@param name string
---@return raymig.Handle|fun(body: raymig.PublicationOptions): raymig.Handle
function pg.publication(name) end
---@param body raymig.DefaultPrivilegesOptions
---@return raymig.Handle
function pg.default_privileges(body) end

---@param name string
---@return raymig.Handle|fun(attributes: table): raymig.Handle
function pg.extension(name) end
---@param name string
---@return raymig.Handle|fun(attributes: table): raymig.Handle
function pg.foreign_data_wrapper(name) end
---@param name string
---@return fun(attributes: table): raymig.Handle
function pg.server(name) end
---@param name string
---@return fun(attributes: table): raymig.Handle
function pg.subscription(name) end
---@param name string
---@return fun(attributes: table): raymig.Handle
function pg.collation(name) end
---@param name string
---@return raymig.Handle|fun(attributes: table): raymig.Handle
function pg.language(name) end
---@param name string
---@return fun(attributes: table): raymig.Handle
function pg.access_method(name) end
--- An object of any kind, by its attributes as snapshots name them.
---@param kind string
---@return fun(attributes: table): raymig.Handle|raymig.Type
function pg.object(kind) end

return pg
