---@meta _
-- luacheck: ignore 631

-- More operations of a change: of parts of tables, of names, and of what is said of objects; and what all of them take.

-- ---------------------------------------------------------------- Parts of tables

---@class raymig.Change
local m = {}

--- Adds columns; dropped on the way back.
---@param owner raymig.Relation
---@param ... raymig.Column
function m:add_column(owner, ...) end
--- Drops columns; added on the way back.
---@param owner raymig.Relation
---@param ... raymig.Column
function m:drop_column(owner, ...) end
--- Adds a constraint of any kind, `pg.check { ... }`, `pg.unique { ... }`; dropped on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part
function m:add_constraint(owner, ...) end
--- Drops a constraint of any kind, which is said whole; added on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part
function m:drop_constraint(owner, ...) end
--- Adds an index; dropped on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.IndexOptions
function m:add_index(owner, ...) end
--- Drops an index; added on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.IndexOptions
function m:drop_index(owner, ...) end
--- Adds a check; dropped on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.CheckOptions
function m:add_check(owner, ...) end
--- Drops a check; added on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.CheckOptions
function m:drop_check(owner, ...) end
--- Adds a unique constraint; dropped on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.KeyOptions
function m:add_unique(owner, ...) end
--- Drops a unique constraint; added on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.KeyOptions
function m:drop_unique(owner, ...) end
--- Adds a primary key; dropped on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.KeyOptions
function m:add_primary_key(owner, ...) end
--- Drops a primary key; added on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.KeyOptions
function m:drop_primary_key(owner, ...) end
--- Adds a foreign key; dropped on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.ForeignKeyOptions
function m:add_foreign_key(owner, ...) end
--- Drops a foreign key; added on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.ForeignKeyOptions
function m:drop_foreign_key(owner, ...) end
--- Adds an exclusion constraint; dropped on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.ExcludeOptions
function m:add_exclusion(owner, ...) end
--- Drops an exclusion constraint; added on the way back.
---@param owner raymig.Relation
---@param ... raymig.Part|raymig.ExcludeOptions
function m:drop_exclusion(owner, ...) end
--- Alters what differs between two states of a column; the other way round on the way back.
---@param owner raymig.Relation
---@param from raymig.Column
---@param to raymig.Column
function m:alter_column(owner, from, to) end

-- ---------------------------------------------------------------- Names

--- Renames an aggregate, and back.
---@param from string
---@param to string
function m:rename_aggregate(from, to) end
--- Renames a collation, and back.
---@param from string
---@param to string
function m:rename_collation(from, to) end
--- Renames a composite, and back.
---@param from string
---@param to string
function m:rename_composite(from, to) end
--- Renames a domain, and back.
---@param from string
---@param to string
function m:rename_domain(from, to) end
--- Renames an enum, and back.
---@param from string
---@param to string
function m:rename_enum(from, to) end
--- Renames an event trigger, and back.
---@param from string
---@param to string
function m:rename_event_trigger(from, to) end
--- Renames a foreign data wrapper, and back.
---@param from string
---@param to string
function m:rename_foreign_data_wrapper(from, to) end
--- Renames a foreign table, and back.
---@param from string
---@param to string
function m:rename_foreign_table(from, to) end
--- Renames a function, and back.
---@param from string
---@param to string
function m:rename_function(from, to) end
--- Renames an index, and back.
---@param from string
---@param to string
function m:rename_index(from, to) end
--- Renames a language, and back.
---@param from string
---@param to string
function m:rename_language(from, to) end
--- Renames a materialized view, and back.
---@param from string
---@param to string
function m:rename_materialized_view(from, to) end
--- Renames a procedure, and back.
---@param from string
---@param to string
function m:rename_procedure(from, to) end
--- Renames a publication, and back.
---@param from string
---@param to string
function m:rename_publication(from, to) end
--- Renames a range, and back.
---@param from string
---@param to string
function m:rename_range(from, to) end
--- Renames a schema, and back.
---@param from string
---@param to string
function m:rename_schema(from, to) end
--- Renames a sequence, and back.
---@param from string
---@param to string
function m:rename_sequence(from, to) end
--- Renames a server, and back.
---@param from string
---@param to string
function m:rename_server(from, to) end
--- Renames a statistics, and back.
---@param from string
---@param to string
function m:rename_statistics(from, to) end
--- Renames a subscription, and back.
---@param from string
---@param to string
function m:rename_subscription(from, to) end
--- Renames a table, and back.
---@param from string
---@param to string
function m:rename_table(from, to) end
--- Renames a view, and back.
---@param from string
---@param to string
function m:rename_view(from, to) end
--- Renames an attribute, and back.
---@param owner string
---@param from string
---@param to string
function m:rename_attribute(owner, from, to) end
--- Renames a column, and back.
---@param owner string
---@param from string
---@param to string
function m:rename_column(owner, from, to) end
--- Renames a constraint, and back.
---@param owner string
---@param from string
---@param to string
function m:rename_constraint(owner, from, to) end
--- Renames a domain constraint, and back.
---@param owner string
---@param from string
---@param to string
function m:rename_domain_constraint(owner, from, to) end
--- Renames a policy, and back.
---@param owner string
---@param from string
---@param to string
function m:rename_policy(owner, from, to) end
--- Renames a rule, and back.
---@param owner string
---@param from string
---@param to string
function m:rename_rule(owner, from, to) end
--- Renames a trigger, and back.
---@param owner string
---@param from string
---@param to string
function m:rename_trigger(owner, from, to) end
--- Renames a value of an enum.
---@param enum string
---@param from string
---@param to string
function m:rename_enum_value(enum, from, to) end

-- ---------------------------------------------------------------- What is said of objects

--- Adds a value; on the way back the type is made anew from `values`, and the columns that hold it are cast to it.
---@param enum string
---@param value string
---@param options raymig.AddValueOptions
function m:add_enum_value(enum, value, options) end
--- COMMENT ON it: `m:set_comment("users", { from = "old", to = "new" })`.
---@param target raymig.Target
---@param values raymig.FromTo
function m:set_comment(target, values) end
--- OWNER TO: `m:set_owner("users", { from = "ann", to = "bob" })`.
---@param target raymig.Target
---@param values raymig.FromTo
function m:set_owner(target, values) end
--- Grants what the role did not have; revokes it on the way back.
---@param privileges raymig.Strings
---@param target raymig.GrantTarget
function m:grant(privileges, target) end
--- Revokes what the role had; grants it on the way back.
---@param privileges raymig.Strings
---@param target raymig.RevokeTarget
function m:revoke(privileges, target) end


-- ---------------------------------------------------------------- Options and targets

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

return m
