---@meta _
-- luacheck: ignore 631

-- What stands in the `{ ... }` of the schema's declarations and parts, and the words for types that all of it speaks of.

-- ---------------------------------------------------------------- Parts of tables

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

-- ---------------------------------------------------------------- Bodies of declarations

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
---@field default? raymig.Literal
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

-- ---------------------------------------------------------------- What any object has

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

-- ---------------------------------------------------------------- Words for types
---@alias raymig.Sql raymig.SqlText|string an expression: pg.sql, or a text that is one
---@alias raymig.Literal string|number|boolean|raymig.SqlText|lightuserdata a text is quoted; pg.null is NULL
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
