---@meta raymig.db
-- luacheck: ignore 631

-- The `db` value that a migration is handed. docs/lua-api.md is the reference.

---The null value: NULL of the database and null of JSON. It is true in a condition.
---@class raymig.null: userdata

---A value read from the server. boolean; integer (int2, int4, int8, oid); number (float4, float8);
---string (text, numeric, dates, uuid, enums, composites, ..., and bytea as raw bytes); table (arrays,
---json and jsonb); `db.null` for NULL.
---@alias raymig.Value boolean|integer|number|string|table|raymig.null

---A parameter. nil and `db.null` are NULL. A list is an array; a table with text keys, or one made
---by `db.json.array`, is JSON; `db.bytea(s)` is raw bytes.
---@alias raymig.Param raymig.Value|raymig.Bytes|nil

---@class raymig.Bytes raw bytes, made by `db.bytea`

---@alias raymig.Row table<string, raymig.Value> by column name

---@class raymig.Rows: raymig.Row[]
---@field n integer number of rows
---@field columns string[] names of the columns, in order

---@class raymig.Migration
---@field up? fun(db: raymig.db)
---@field down? fun(db: raymig.db)

---@class raymig.db
---@field null raymig.null
---@field json raymig.json
---@field tag string the migration's name: "0003_backfill"
---@field direction "up"|"down"
---@field dry_run boolean everything will be rolled back
---@field in_transaction boolean raymig has opened a transaction around the script
local db = {}

---Runs one or more statements; with parameters, one.
---@param sql string|raymig.Statement
---@param ... raymig.Param $1, $2, ...
---@return integer rows that were inserted, updated, deleted, merged or copied, summed up
function db:exec(sql, ...) end

---Runs one statement and gives all its rows.
---@param sql string|raymig.Statement
---@param ... raymig.Param
---@return raymig.Rows
function db:query(sql, ...) end

---The first row, or nil where there is none.
---@param sql string|raymig.Statement
---@param ... raymig.Param
---@return raymig.Row?
function db:row(sql, ...) end

---The first column of the first row; nil where there is none, or where it is NULL.
---@param sql string|raymig.Statement
---@param ... raymig.Param
---@return raymig.Value?
function db:value(sql, ...) end

---Rows one by one in constant memory: `for row in db:each("select ...") do ... end`.
---@param sql string|raymig.Statement
---@param ... raymig.Param
---@return fun(rows: raymig.RowStream): raymig.Row?
---@return raymig.RowStream
---@return nil
---@return raymig.RowStream closing value
function db:each(sql, ...) end

---Prepares a statement.
---@param sql string
---@return raymig.PreparedStatement
function db:prepare(sql) end

---Runs fn in a savepoint, or in a transaction of its own where raymig opened none. An error undoes
---its work and goes on to the caller.
---@generic T
---@param fn fun(db: raymig.db, ...): T...
---@param ... any handed to fn
---@return T... what fn returned
function db:transaction(fn, ...) end

---Walks a table in short transactions that a killed run resumes.
---@param options raymig.BatchOptions
---@return integer rows walked, those of earlier runs included
---@return integer batches of this run
function db:batch(options) end

---COPY FROM STDIN.
---@param target string|raymig.Statement|raymig.CopyOptions a COPY statement, or what to make one of
---@param source raymig.CopyItem[]|fun(): raymig.CopyItem? a list, or a function that ends with nil
---@return integer rows
function db:copy_in(target, source) end

---COPY TO STDOUT: with fn, calls it with each line and gives their number; without, an iterator.
---@param source string|raymig.Statement|raymig.CopyOptions
---@param fn fun(line: string)
---@return integer lines
---@overload fun(self: raymig.db, source: string|raymig.Statement|raymig.CopyOptions): fun(copy: userdata): string?, userdata, nil, userdata
function db:copy_out(source, fn) end

---Shows a text beside the migration.
---@param text any
function db:notice(text) end

---The name as a quoted identifier.
---@param name string
---@return string
function db:quote_ident(name) end

---The value as a quoted literal; NULL for nil.
---@param value raymig.Param
---@return string
function db:quote_literal(value) end

---150020 for 15.20.
---@return integer
function db:server_version() end

---Marks a string as raw bytes, for bytea.
---@param bytes string
---@return raymig.Bytes
function db.bytea(bytes) end

---The value as JSON text, whatever it is: for json and jsonb parameters.
---@param value any
---@return string
function db.jsonb(value) end

---A statement from a template with ${name}; call the result with a table of values.
---@param text string
---@return raymig.Statement
function db.sql(text) end

---@class raymig.RowStream: userdata
local rows = {}

---Ends the loop; the rest of the rows is not seen.
function rows:close() end

---@class raymig.PreparedStatement: userdata
local prepared = {}

---As db:exec, with the parameters alone.
---@param ... raymig.Param
---@return integer
function prepared:exec(...) end

---As db:query.
---@param ... raymig.Param
---@return raymig.Rows
function prepared:query(...) end

---As db:row.
---@param ... raymig.Param
---@return raymig.Row?
function prepared:row(...) end

---As db:value.
---@param ... raymig.Param
---@return raymig.Value?
function prepared:value(...) end

---Frees it; `local statement <close> = db:prepare(...)` does so by itself.
function prepared:close() end

---@class raymig.BatchOptions
---@field table string|string[] a name as SQL spells it, or { schema, name }
---@field key string|string[] unique columns that cannot be NULL
---@field size? integer rows a batch; default 1000
---@field where? string SQL: only these rows
---@field sql? string run for each batch; $1 is the array of its keys, $2 of the second key column
---@field fn? fun(db: raymig.db, batch: raymig.Batch) run for each batch instead
---@field pause? string|integer between batches: "100ms", or a number of ms
---@field name? string what its position is saved under; default: number of the call, and the table
---@field count? boolean count the rows first, for the progress
---@field retries? integer of a batch after a lock timeout or deadlock; default 10

---@class raymig.Batch
---@field keys raymig.Value[]|raymig.Value[][] of one key column a list, of several one list each
---@field n integer rows
---@field number integer 1-based

---@class raymig.CopyOptions
---@field table string|string[]
---@field columns? string[]
---@field format? "text"|"csv"|"binary" default "text", the one that takes rows as tables

---A row by place or, where `columns` are given, by name; or a piece of the stream.
---@alias raymig.CopyItem raymig.Param[]|table<string, raymig.Param>|string
