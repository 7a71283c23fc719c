---@meta raymig.change
-- luacheck: ignore 631

-- The operations of `return { change = function(m) ... end }`. The manual is docs/change.md. Bodies are
-- those of the schema DSL (schema.lua): what stands behind a name in pg.table "name" { ... }.

-- ---------------------------------------------------------------- m and its operations

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

-- ---------------------------------------------------------------- Wholes

--- Makes an access method; drops it on the way back.
---@param name string
---@param body? table an index or table access method
---@return fun(body: table)?
function m:create_access_method(name, body) end
--- Drops an access method; made again on the way back.
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_access_method(name, body) end
--- Alters what differs between two states of an access method; the other way round on the way back.
---@param name string
---@param from table
---@param to table
function m:alter_access_method(name, from, to) end
--- Makes an aggregate; drops it on the way back.
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_aggregate(name, body) end
--- Drops an aggregate; made again on the way back.
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_aggregate(name, body) end
--- Alters what differs between two states of an aggregate; the other way round on the way back.
---@param name string
---@param from table
---@param to table
function m:alter_aggregate(name, from, to) end
--- Makes a collation; drops it on the way back.
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_collation(name, body) end
--- Drops a collation; made again on the way back.
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_collation(name, body) end
--- Alters what differs between two states of a collation; the other way round on the way back.
---@param name string
---@param from table
---@param to table
function m:alter_collation(name, from, to) end
--- Makes a composite; drops it on the way back.
---@param name string
---@param body? raymig.Column[]|raymig.Facts
---@return fun(body: raymig.Column[]|raymig.Facts)?
function m:create_composite(name, body) end
--- Drops a composite; made again on the way back.
---@param name string
---@param body? raymig.Column[]|raymig.Facts what comes back
---@return fun(body: raymig.Column[]|raymig.Facts)?
function m:drop_composite(name, body) end
--- Alters what differs between two states of a composite; the other way round on the way back.
---@param name string
---@param from raymig.Column[]|raymig.Facts
---@param to raymig.Column[]|raymig.Facts
function m:alter_composite(name, from, to) end
--- Makes a domain; drops it on the way back.
---@param name string
---@param body? raymig.DomainOptions
---@return fun(body: raymig.DomainOptions)?
function m:create_domain(name, body) end
--- Drops a domain; made again on the way back.
---@param name string
---@param body? raymig.DomainOptions what comes back
---@return fun(body: raymig.DomainOptions)?
function m:drop_domain(name, body) end
--- Alters what differs between two states of a domain; the other way round on the way back.
---@param name string
---@param from raymig.DomainOptions
---@param to raymig.DomainOptions
function m:alter_domain(name, from, to) end
--- Makes an enum; drops it on the way back.
---@param name string
---@param body? string[]|raymig.Facts its values in order
---@return fun(body: string[]|raymig.Facts)?
function m:create_enum(name, body) end
--- Drops an enum; made again on the way back.
---@param name string
---@param body? string[]|raymig.Facts what comes back
---@return fun(body: string[]|raymig.Facts)?
function m:drop_enum(name, body) end
--- Alters what differs between two states of an enum; the other way round on the way back.
---@param name string
---@param from string[]|raymig.Facts
---@param to string[]|raymig.Facts
---@param options? raymig.EnumColumns
function m:alter_enum(name, from, to, options) end
--- Makes an event trigger; drops it on the way back.
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_event_trigger(name, body) end
--- Drops an event trigger; made again on the way back.
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_event_trigger(name, body) end
--- Alters what differs between two states of an event trigger; the other way round on the way back.
---@param name string
---@param from table
---@param to table
function m:alter_event_trigger(name, from, to) end
--- Makes an extension; drops it on the way back.
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_extension(name, body) end
--- Drops an extension; made again on the way back.
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_extension(name, body) end
--- Alters what differs between two states of an extension; the other way round on the way back.
---@param name string
---@param from table
---@param to table
function m:alter_extension(name, from, to) end
--- Makes a foreign data wrapper; drops it on the way back.
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_foreign_data_wrapper(name, body) end
--- Drops a foreign data wrapper; made again on the way back.
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_foreign_data_wrapper(name, body) end
--- Alters what differs between two states of a foreign data wrapper; the other way round on the way back.
---@param name string
---@param from table
---@param to table
function m:alter_foreign_data_wrapper(name, from, to) end
--- Makes a foreign table; drops it on the way back.
---@param name string
---@param body? raymig.ForeignTableOptions
---@return fun(body: raymig.ForeignTableOptions)?
function m:create_foreign_table(name, body) end
--- Drops a foreign table; made again on the way back.
---@param name string
---@param body? raymig.ForeignTableOptions what comes back
---@return fun(body: raymig.ForeignTableOptions)?
function m:drop_foreign_table(name, body) end
--- Alters what differs between two states of a foreign table; the other way round on the way back.
---@param name string
---@param from raymig.ForeignTableOptions
---@param to raymig.ForeignTableOptions
function m:alter_foreign_table(name, from, to) end
--- Makes a function; drops it on the way back.
---@param name string
---@param body? raymig.FunctionOptions|string
---@return fun(body: raymig.FunctionOptions|string)?
function m:create_function(name, body) end
--- Drops a function; made again on the way back.
---@param name string
---@param body? raymig.FunctionOptions|string what comes back
---@return fun(body: raymig.FunctionOptions|string)?
function m:drop_function(name, body) end
--- Alters what differs between two states of a function; the other way round on the way back.
---@param name string
---@param from raymig.FunctionOptions|string
---@param to raymig.FunctionOptions|string
function m:alter_function(name, from, to) end
--- Makes a language; drops it on the way back.
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_language(name, body) end
--- Drops a language; made again on the way back.
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_language(name, body) end
--- Alters what differs between two states of a language; the other way round on the way back.
---@param name string
---@param from table
---@param to table
function m:alter_language(name, from, to) end
--- Makes a materialized view; drops it on the way back.
---@param name string
---@param body? raymig.MaterializedViewOptions
---@return fun(body: raymig.MaterializedViewOptions)?
function m:create_materialized_view(name, body) end
--- Drops a materialized view; made again on the way back.
---@param name string
---@param body? raymig.MaterializedViewOptions what comes back
---@return fun(body: raymig.MaterializedViewOptions)?
function m:drop_materialized_view(name, body) end
--- Alters what differs between two states of a materialized view; the other way round on the way back.
---@param name string
---@param from raymig.MaterializedViewOptions
---@param to raymig.MaterializedViewOptions
function m:alter_materialized_view(name, from, to) end
--- Makes a policy; drops it on the way back.
---@param name string
---@param body? raymig.PolicyOptions with `on`
---@return fun(body: raymig.PolicyOptions)?
function m:create_policy(name, body) end
--- Drops a policy; made again on the way back.
---@param name string
---@param body? raymig.PolicyOptions what comes back
---@return fun(body: raymig.PolicyOptions)?
function m:drop_policy(name, body) end
--- Alters what differs between two states of a policy; the other way round on the way back.
---@param name string
---@param from raymig.PolicyOptions
---@param to raymig.PolicyOptions
function m:alter_policy(name, from, to) end
--- Makes a procedure; drops it on the way back.
---@param name string
---@param body? raymig.FunctionOptions|string
---@return fun(body: raymig.FunctionOptions|string)?
function m:create_procedure(name, body) end
--- Drops a procedure; made again on the way back.
---@param name string
---@param body? raymig.FunctionOptions|string what comes back
---@return fun(body: raymig.FunctionOptions|string)?
function m:drop_procedure(name, body) end
--- Alters what differs between two states of a procedure; the other way round on the way back.
---@param name string
---@param from raymig.FunctionOptions|string
---@param to raymig.FunctionOptions|string
function m:alter_procedure(name, from, to) end
--- Makes a publication; drops it on the way back.
---@param name string
---@param body? raymig.PublicationOptions
---@return fun(body: raymig.PublicationOptions)?
function m:create_publication(name, body) end
--- Drops a publication; made again on the way back.
---@param name string
---@param body? raymig.PublicationOptions what comes back
---@return fun(body: raymig.PublicationOptions)?
function m:drop_publication(name, body) end
--- Alters what differs between two states of a publication; the other way round on the way back.
---@param name string
---@param from raymig.PublicationOptions
---@param to raymig.PublicationOptions
function m:alter_publication(name, from, to) end
--- Makes a range; drops it on the way back.
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_range(name, body) end
--- Drops a range; made again on the way back.
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_range(name, body) end
--- Alters what differs between two states of a range; the other way round on the way back.
---@param name string
---@param from table
---@param to table
function m:alter_range(name, from, to) end
--- Makes a rule; drops it on the way back.
---@param name string
---@param body? raymig.RuleOptions with `on`
---@return fun(body: raymig.RuleOptions)?
function m:create_rule(name, body) end
--- Drops a rule; made again on the way back.
---@param name string
---@param body? raymig.RuleOptions what comes back
---@return fun(body: raymig.RuleOptions)?
function m:drop_rule(name, body) end
--- Alters what differs between two states of a rule; the other way round on the way back.
---@param name string
---@param from raymig.RuleOptions
---@param to raymig.RuleOptions
function m:alter_rule(name, from, to) end
--- Makes a schema; drops it on the way back.
---@param name string
---@param body? raymig.Facts
---@return fun(body: raymig.Facts)?
function m:create_schema(name, body) end
--- Drops a schema; made again on the way back.
---@param name string
---@param body? raymig.Facts what comes back
---@return fun(body: raymig.Facts)?
function m:drop_schema(name, body) end
--- Alters what differs between two states of a schema; the other way round on the way back.
---@param name string
---@param from raymig.Facts
---@param to raymig.Facts
function m:alter_schema(name, from, to) end
--- Makes a sequence; drops it on the way back.
---@param name string
---@param body? raymig.SequenceOptions
---@return fun(body: raymig.SequenceOptions)?
function m:create_sequence(name, body) end
--- Drops a sequence; made again on the way back.
---@param name string
---@param body? raymig.SequenceOptions what comes back
---@return fun(body: raymig.SequenceOptions)?
function m:drop_sequence(name, body) end
--- Alters what differs between two states of a sequence; the other way round on the way back.
---@param name string
---@param from raymig.SequenceOptions
---@param to raymig.SequenceOptions
function m:alter_sequence(name, from, to) end
--- Makes a server; drops it on the way back.
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_server(name, body) end
--- Drops a server; made again on the way back.
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_server(name, body) end
--- Alters what differs between two states of a server; the other way round on the way back.
---@param name string
---@param from table
---@param to table
function m:alter_server(name, from, to) end
--- Makes a statistics; drops it on the way back.
---@param name string
---@param body? raymig.StatisticsOptions with `on`
---@return fun(body: raymig.StatisticsOptions)?
function m:create_statistics(name, body) end
--- Drops a statistics; made again on the way back.
---@param name string
---@param body? raymig.StatisticsOptions what comes back
---@return fun(body: raymig.StatisticsOptions)?
function m:drop_statistics(name, body) end
--- Alters what differs between two states of a statistics; the other way round on the way back.
---@param name string
---@param from raymig.StatisticsOptions
---@param to raymig.StatisticsOptions
function m:alter_statistics(name, from, to) end
--- Makes a subscription; drops it on the way back.
---@param name string
---@param body? table
---@return fun(body: table)?
function m:create_subscription(name, body) end
--- Drops a subscription; made again on the way back.
---@param name string
---@param body? table what comes back
---@return fun(body: table)?
function m:drop_subscription(name, body) end
--- Alters what differs between two states of a subscription; the other way round on the way back.
---@param name string
---@param from table
---@param to table
function m:alter_subscription(name, from, to) end
--- Makes a table; drops it on the way back.
---@param name string
---@param body? raymig.TableOptions
---@return fun(body: raymig.TableOptions)?
function m:create_table(name, body) end
--- Drops a table; made again on the way back.
---@param name string
---@param body? raymig.TableOptions what comes back
---@return fun(body: raymig.TableOptions)?
function m:drop_table(name, body) end
--- Alters what differs between two states of a table; the other way round on the way back.
---@param name string
---@param from raymig.TableOptions
---@param to raymig.TableOptions
function m:alter_table(name, from, to) end
--- Makes a trigger; drops it on the way back.
---@param name string
---@param body? raymig.TriggerOptions with `on`
---@return fun(body: raymig.TriggerOptions)?
function m:create_trigger(name, body) end
--- Drops a trigger; made again on the way back.
---@param name string
---@param body? raymig.TriggerOptions what comes back
---@return fun(body: raymig.TriggerOptions)?
function m:drop_trigger(name, body) end
--- Alters what differs between two states of a trigger; the other way round on the way back.
---@param name string
---@param from raymig.TriggerOptions
---@param to raymig.TriggerOptions
function m:alter_trigger(name, from, to) end
--- Makes a view; drops it on the way back.
---@param name string
---@param body? string|raymig.SqlText|raymig.ViewOptions
---@return fun(body: string|raymig.SqlText|raymig.ViewOptions)?
function m:create_view(name, body) end
--- Drops a view; made again on the way back.
---@param name string
---@param body? string|raymig.SqlText|raymig.ViewOptions what comes back
---@return fun(body: string|raymig.SqlText|raymig.ViewOptions)?
function m:drop_view(name, body) end
--- Alters what differs between two states of a view; the other way round on the way back.
---@param name string
---@param from string|raymig.SqlText|raymig.ViewOptions
---@param to string|raymig.SqlText|raymig.ViewOptions
function m:alter_view(name, from, to) end
--- CREATE OR REPLACE of a view, in both directions.
---@param name string
---@param from string|raymig.SqlText|raymig.ViewOptions
---@param to string|raymig.SqlText|raymig.ViewOptions
function m:replace_view(name, from, to) end
--- CREATE OR REPLACE of a function, in both directions.
---@param name string
---@param from raymig.FunctionOptions|string
---@param to raymig.FunctionOptions|string
function m:replace_function(name, from, to) end
--- CREATE OR REPLACE of a procedure, in both directions.
---@param name string
---@param from raymig.FunctionOptions|string
---@param to raymig.FunctionOptions|string
function m:replace_procedure(name, from, to) end

return m
