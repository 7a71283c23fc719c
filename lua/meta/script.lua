---@meta raymig.script
-- luacheck: ignore 111 631

-- What the environment of every script holds beside the pure libraries, and the modules that it
-- may require. docs/lua-api.md is the reference.

---@class raymig
---@field null raymig.null
---@field json raymig.json
---@field sql fun(text: string): raymig.Statement
raymig = {}

---Variables of the environment: `env.NAME`, nil where it is not set; `env("NAME", default)`.
---@class raymig.env
---@field [string] string?
---@operator call(string): string?
env = {}

---@class raymig.json
---@field null raymig.null
local json = {}

---A value as JSON text. A table is an array where it is a list or was made by json.array, else an
---object, its keys sorted.
---@param value any
---@return string
function json.encode(value) end

---JSON text as a value: null is raymig.null, whole numbers are integers.
---@param text string
---@return any
function json.decode(text) end

---Marks a list as a JSON array, so that an empty one is [] and not {}.
---@param list? any[]
---@return any[]
function json.array(list) end

---A statement with its values bound, or a template: call it with a table of values.
---@class raymig.Statement
---@field text? string SQL with $n; nil while names are unbound
---@field params? table the values, `n` of them
---@operator call(table): raymig.Statement

---@class raymig.error
---@field message string
---@field code "failed"|"usage"|"refused"|"unavailable"|"integrity"|"interrupted"
---@field sqlstate? string
---@field detail? string
---@field hint? string
---@field context? string
---@field statement? string
---@field position? integer
---@field constraint? string
---@field schema? string
---@field table? string
---@field column? string
---@field file? string
---@field line? integer

---require "raymig.error"
---@class raymig.errors
local errors = {}

---An error to raise: `error(errors.new { message = "no plan", hint = "Insert one." })`.
---@param fields { message: string, hint?: string, detail?: string, code?: string }
---@return raymig.error
function errors.new(fields) end

---Whether a value is an error of raymig's.
---@param value any
---@return boolean
function errors.is(value) end

---require "raymig.sql"
---@class raymig.sqls
local sqls = {}

---As db.sql.
---@param text string
---@return raymig.Statement
function sqls.sql(text) end

---Whether a value is a statement made by it.
---@param value any
---@return boolean
function sqls.is(value) end

---A quoted identifier, from a name or a list of names joined by dots.
---@param name string|string[]
---@return string
function sqls.ident(name) end
