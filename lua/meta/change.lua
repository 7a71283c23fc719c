---@meta raymig.change
-- luacheck: ignore 631

-- The operations of `return { change = function(m) ... end }`. The manual is docs/change.md. Bodies are
-- those of the schema DSL (schema.lua): what stands behind a name in pg.table "name" { ... }.

---@class raymig.FromTo
---@field from string|lightuserdata what it was; pg.null is nothing
---@field to string|lightuserdata

---@class raymig.ExecuteOptions
---@field up raymig.Sql
---@field down raymig.Sql what takes it back; "": there is nothing to take back

---@class raymig.GrantTarget
---@field on raymig.Target
---@field to raymig.Strings
---@field columns? raymig.Columns of that table
---@field option? boolean may be granted on
---@field by? string who grants, where that is not the owner

---@class raymig.RevokeTarget
---@field on raymig.Target
---@field from raymig.Strings
---@field columns? raymig.Columns
---@field option? boolean
---@field by? string

---@class raymig.EnumColumns
---@field columns? (string|table<string, raymig.Column|raymig.Column[]>)[]|table<string, raymig.Column|raymig.Column[]> "table.column", or by table the columns with their defaults

---@class raymig.AddValueOptions: raymig.EnumColumns
---@field values string[] all that the enum has before
---@field after? string
---@field before? string

---@alias raymig.Target string|raymig.Handle|raymig.Table|raymig.ColumnRef|table<string, string> "users", { column = "users.email" }, { ["function"] = "f(integer)" }, { trigger = "t", on = "users" }
---@alias raymig.Declaration raymig.Handle|raymig.Table|raymig.Type|raymig.Function|raymig.Part|raymig.Namespace

---@class raymig.Change
local m = {}

--- Makes what is declared; drops it on the way back.
---@param ... raymig.Declaration
function m:create(...) end
--- Drops what is declared; makes it on the way back.
---@param ... raymig.Declaration
function m:drop(...) end
--- Alters what differs between two declarations of the same objects.
---@param from raymig.Declaration|raymig.Declaration[]
---@param to raymig.Declaration|raymig.Declaration[]
function m:alter(from, to) end
--- Another name for an object of any kind.
---@param target raymig.Target
---@param to string
function m:rename(target, to) end
--- SQL in both directions.
---@param options raymig.ExecuteOptions
function m:execute(options) end

-- ---------------------------------------------------------------- wholes

---@param name string
---@param body? table an index or table access method
---@return fun(body: table)?
function m:create_access_method(name, body) end
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_access_method(name, body) end
---@param name string
---@param from table
---@param to table
function m:alter_access_method(name, from, to) end
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_aggregate(name, body) end
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_aggregate(name, body) end
---@param name string
---@param from table
---@param to table
function m:alter_aggregate(name, from, to) end
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_collation(name, body) end
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_collation(name, body) end
---@param name string
---@param from table
---@param to table
function m:alter_collation(name, from, to) end
---@param name string
---@param body? raymig.Column[]|raymig.Facts
---@return fun(body: raymig.Column[]|raymig.Facts)?
function m:create_composite(name, body) end
---@param name string
---@param body? raymig.Column[]|raymig.Facts what comes back
---@return fun(body: raymig.Column[]|raymig.Facts)?
function m:drop_composite(name, body) end
---@param name string
---@param from raymig.Column[]|raymig.Facts
---@param to raymig.Column[]|raymig.Facts
function m:alter_composite(name, from, to) end
---@param name string
---@param body? raymig.DomainOptions
---@return fun(body: raymig.DomainOptions)?
function m:create_domain(name, body) end
---@param name string
---@param body? raymig.DomainOptions what comes back
---@return fun(body: raymig.DomainOptions)?
function m:drop_domain(name, body) end
---@param name string
---@param from raymig.DomainOptions
---@param to raymig.DomainOptions
function m:alter_domain(name, from, to) end
---@param name string
---@param body? string[]|raymig.Facts its values in order
---@return fun(body: string[]|raymig.Facts)?
function m:create_enum(name, body) end
---@param name string
---@param body? string[]|raymig.Facts what comes back
---@return fun(body: string[]|raymig.Facts)?
function m:drop_enum(name, body) end
---@param name string
---@param from string[]|raymig.Facts
---@param to string[]|raymig.Facts
---@param options? raymig.EnumColumns
function m:alter_enum(name, from, to, options) end
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_event_trigger(name, body) end
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_event_trigger(name, body) end
---@param name string
---@param from table
---@param to table
function m:alter_event_trigger(name, from, to) end
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_extension(name, body) end
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_extension(name, body) end
---@param name string
---@param from table
---@param to table
function m:alter_extension(name, from, to) end
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_foreign_data_wrapper(name, body) end
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_foreign_data_wrapper(name, body) end
---@param name string
---@param from table
---@param to table
function m:alter_foreign_data_wrapper(name, from, to) end
---@param name string
---@param body? raymig.ForeignTableOptions
---@return fun(body: raymig.ForeignTableOptions)?
function m:create_foreign_table(name, body) end
---@param name string
---@param body? raymig.ForeignTableOptions what comes back
---@return fun(body: raymig.ForeignTableOptions)?
function m:drop_foreign_table(name, body) end
---@param name string
---@param from raymig.ForeignTableOptions
---@param to raymig.ForeignTableOptions
function m:alter_foreign_table(name, from, to) end
---@param name string
---@param body? raymig.FunctionOptions|string
---@return fun(body: raymig.FunctionOptions|string)?
function m:create_function(name, body) end
---@param name string
---@param body? raymig.FunctionOptions|string what comes back
---@return fun(body: raymig.FunctionOptions|string)?
function m:drop_function(name, body) end
---@param name string
---@param from raymig.FunctionOptions|string
---@param to raymig.FunctionOptions|string
function m:alter_function(name, from, to) end
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_language(name, body) end
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_language(name, body) end
---@param name string
---@param from table
---@param to table
function m:alter_language(name, from, to) end
---@param name string
---@param body? raymig.MaterializedViewOptions
---@return fun(body: raymig.MaterializedViewOptions)?
function m:create_materialized_view(name, body) end
---@param name string
---@param body? raymig.MaterializedViewOptions what comes back
---@return fun(body: raymig.MaterializedViewOptions)?
function m:drop_materialized_view(name, body) end
---@param name string
---@param from raymig.MaterializedViewOptions
---@param to raymig.MaterializedViewOptions
function m:alter_materialized_view(name, from, to) end
---@param name string
---@param body? raymig.PolicyOptions with `on`
---@return fun(body: raymig.PolicyOptions)?
function m:create_policy(name, body) end
---@param name string
---@param body? raymig.PolicyOptions what comes back
---@return fun(body: raymig.PolicyOptions)?
function m:drop_policy(name, body) end
---@param name string
---@param from raymig.PolicyOptions
---@param to raymig.PolicyOptions
function m:alter_policy(name, from, to) end
---@param name string
---@param body? raymig.FunctionOptions|string
---@return fun(body: raymig.FunctionOptions|string)?
function m:create_procedure(name, body) end
---@param name string
---@param body? raymig.FunctionOptions|string what comes back
---@return fun(body: raymig.FunctionOptions|string)?
function m:drop_procedure(name, body) end
---@param name string
---@param from raymig.FunctionOptions|string
---@param to raymig.FunctionOptions|string
function m:alter_procedure(name, from, to) end
---@param name string
---@param body? raymig.PublicationOptions
---@return fun(body: raymig.PublicationOptions)?
function m:create_publication(name, body) end
---@param name string
---@param body? raymig.PublicationOptions what comes back
---@return fun(body: raymig.PublicationOptions)?
function m:drop_publication(name, body) end
---@param name string
---@param from raymig.PublicationOptions
---@param to raymig.PublicationOptions
function m:alter_publication(name, from, to) end
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_range(name, body) end
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_range(name, body) end
---@param name string
---@param from table
---@param to table
function m:alter_range(name, from, to) end
---@param name string
---@param body? raymig.RuleOptions with `on`
---@return fun(body: raymig.RuleOptions)?
function m:create_rule(name, body) end
---@param name string
---@param body? raymig.RuleOptions what comes back
---@return fun(body: raymig.RuleOptions)?
function m:drop_rule(name, body) end
---@param name string
---@param from raymig.RuleOptions
---@param to raymig.RuleOptions
function m:alter_rule(name, from, to) end
---@param name string
---@param body? raymig.Facts
---@return fun(body: raymig.Facts)?
function m:create_schema(name, body) end
---@param name string
---@param body? raymig.Facts what comes back
---@return fun(body: raymig.Facts)?
function m:drop_schema(name, body) end
---@param name string
---@param from raymig.Facts
---@param to raymig.Facts
function m:alter_schema(name, from, to) end
---@param name string
---@param body? raymig.SequenceOptions
---@return fun(body: raymig.SequenceOptions)?
function m:create_sequence(name, body) end
---@param name string
---@param body? raymig.SequenceOptions what comes back
---@return fun(body: raymig.SequenceOptions)?
function m:drop_sequence(name, body) end
---@param name string
---@param from raymig.SequenceOptions
---@param to raymig.SequenceOptions
function m:alter_sequence(name, from, to) end
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_server(name, body) end
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_server(name, body) end
---@param name string
---@param from table
---@param to table
function m:alter_server(name, from, to) end
---@param name string
---@param body? raymig.StatisticsOptions with `on`
---@return fun(body: raymig.StatisticsOptions)?
function m:create_statistics(name, body) end
---@param name string
---@param body? raymig.StatisticsOptions what comes back
---@return fun(body: raymig.StatisticsOptions)?
function m:drop_statistics(name, body) end
---@param name string
---@param from raymig.StatisticsOptions
---@param to raymig.StatisticsOptions
function m:alter_statistics(name, from, to) end
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_subscription(name, body) end
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_subscription(name, body) end
---@param name string
---@param from table
---@param to table
function m:alter_subscription(name, from, to) end
---@param name string
---@param body? raymig.TableOptions
---@return fun(body: raymig.TableOptions)?
function m:create_table(name, body) end
---@param name string
---@param body? raymig.TableOptions what comes back
---@return fun(body: raymig.TableOptions)?
function m:drop_table(name, body) end
---@param name string
---@param from raymig.TableOptions
---@param to raymig.TableOptions
function m:alter_table(name, from, to) end
---@param name string
---@param body? raymig.TriggerOptions with `on`
---@return fun(body: raymig.TriggerOptions)?
function m:create_trigger(name, body) end
---@param name string
---@param body? raymig.TriggerOptions what comes back
---@return fun(body: raymig.TriggerOptions)?
function m:drop_trigger(name, body) end
---@param name string
---@param from raymig.TriggerOptions
---@param to raymig.TriggerOptions
function m:alter_trigger(name, from, to) end
---@param name string
---@param body? string|raymig.SqlText|raymig.ViewOptions
---@return fun(body: string|raymig.SqlText|raymig.ViewOptions)?
function m:create_view(name, body) end
---@param name string
---@param body? string|raymig.SqlText|raymig.ViewOptions what comes back
---@return fun(body: string|raymig.SqlText|raymig.ViewOptions)?
function m:drop_view(name, body) end
---@param name string
---@param from string|raymig.SqlText|raymig.ViewOptions
---@param to string|raymig.SqlText|raymig.ViewOptions
function m:alter_view(name, from, to) end
---@param name string
---@param from string|raymig.SqlText|raymig.ViewOptions
---@param to string|raymig.SqlText|raymig.ViewOptions
function m:replace_view(name, from, to) end
---@param name string
---@param from raymig.FunctionOptions|string
---@param to raymig.FunctionOptions|string
function m:replace_function(name, from, to) end
---@param name string
---@param from raymig.FunctionOptions|string
---@param to raymig.FunctionOptions|string
function m:replace_procedure(name, from, to) end

-- ---------------------------------------------------------------- parts of tables

---@param owner raymig.Relation
---@param ... raymig.Column
function m:add_column(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Column
function m:drop_column(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part
function m:add_constraint(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part
function m:drop_constraint(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.IndexOptions
function m:add_index(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.IndexOptions
function m:drop_index(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.CheckOptions
function m:add_check(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.CheckOptions
function m:drop_check(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.KeyOptions
function m:add_unique(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.KeyOptions
function m:drop_unique(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.KeyOptions
function m:add_primary_key(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.KeyOptions
function m:drop_primary_key(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.ForeignKeyOptions
function m:add_foreign_key(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.ForeignKeyOptions
function m:drop_foreign_key(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.ExcludeOptions
function m:add_exclusion(owner, ...) end
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.ExcludeOptions
function m:drop_exclusion(owner, ...) end
---@param owner raymig.Relation
---@param from raymig.Column
---@param to raymig.Column
function m:alter_column(owner, from, to) end

-- ---------------------------------------------------------------- names

---@param from string
---@param to string
function m:rename_aggregate(from, to) end
---@param from string
---@param to string
function m:rename_collation(from, to) end
---@param from string
---@param to string
function m:rename_composite(from, to) end
---@param from string
---@param to string
function m:rename_domain(from, to) end
---@param from string
---@param to string
function m:rename_enum(from, to) end
---@param from string
---@param to string
function m:rename_event_trigger(from, to) end
---@param from string
---@param to string
function m:rename_foreign_data_wrapper(from, to) end
---@param from string
---@param to string
function m:rename_foreign_table(from, to) end
---@param from string
---@param to string
function m:rename_function(from, to) end
---@param from string
---@param to string
function m:rename_index(from, to) end
---@param from string
---@param to string
function m:rename_language(from, to) end
---@param from string
---@param to string
function m:rename_materialized_view(from, to) end
---@param from string
---@param to string
function m:rename_procedure(from, to) end
---@param from string
---@param to string
function m:rename_publication(from, to) end
---@param from string
---@param to string
function m:rename_range(from, to) end
---@param from string
---@param to string
function m:rename_schema(from, to) end
---@param from string
---@param to string
function m:rename_sequence(from, to) end
---@param from string
---@param to string
function m:rename_server(from, to) end
---@param from string
---@param to string
function m:rename_statistics(from, to) end
---@param from string
---@param to string
function m:rename_subscription(from, to) end
---@param from string
---@param to string
function m:rename_table(from, to) end
---@param from string
---@param to string
function m:rename_view(from, to) end
---@param owner string
---@param from string
---@param to string
function m:rename_attribute(owner, from, to) end
---@param owner string
---@param from string
---@param to string
function m:rename_column(owner, from, to) end
---@param owner string
---@param from string
---@param to string
function m:rename_constraint(owner, from, to) end
---@param owner string
---@param from string
---@param to string
function m:rename_domain_constraint(owner, from, to) end
---@param owner string
---@param from string
---@param to string
function m:rename_policy(owner, from, to) end
---@param owner string
---@param from string
---@param to string
function m:rename_rule(owner, from, to) end
---@param owner string
---@param from string
---@param to string
function m:rename_trigger(owner, from, to) end
---@param enum string
---@param from string
---@param to string
function m:rename_enum_value(enum, from, to) end

-- ---------------------------------------------------------------- what is said of objects

---@param enum string
---@param value string
---@param options raymig.AddValueOptions
function m:add_enum_value(enum, value, options) end
---@param target raymig.Target
---@param values raymig.FromTo
function m:set_comment(target, values) end
---@param target raymig.Target
---@param values raymig.FromTo
function m:set_owner(target, values) end
---@param privileges raymig.Strings
---@param target raymig.GrantTarget
function m:grant(privileges, target) end
---@param privileges raymig.Strings
---@param target raymig.RevokeTarget
function m:revoke(privileges, target) end

return m
