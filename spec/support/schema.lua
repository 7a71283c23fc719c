--- A schema in Lua, and what PostgreSQL makes of it.
--
--     local schema = require "spec.support.schema"
--     local made = schema.export [[ pg.table "t" { pg.text "a" } ]]   -- the DDL
--     local message, hint = schema.fault [[ pg.table "t" { pg.index { "b" } } ]]
--
-- The text stands below `local pg = require "raymig.schema"`, so its first line is line 2 of
-- schema.lua. options: casing, files (path -> text), config (text of the table's inside), fresh
-- (true: a throwaway server, which makes the roles; else a database of the specs' server).

local pg = require "spec.support.pg"
local project = require "spec.support.project"

local M = {}

local HEAD = 'local pg = require "raymig.schema"\n'

--- Runs `raymig export --from schema`.
---@return spec.Result
function M.run(text, options)
  options = options or {}
  local files = { ["raymig.lua"] = ("return { %s %s }"):format(options.casing
    and ("casing = %q,"):format(options.casing) or "", options.config or "") }
  if text then files["schema.lua"] = HEAD .. text end
  for path, content in pairs(options.files or {}) do files[path] = content end
  local p = project.new(files)
  local words = { "export", "--from", options.from or "schema" }
  if not options.fresh then
    words[#words + 1] = "--shadow-url"
    words[#words + 1] = pg.url()
  end
  words[#words + 1] = { timeout = options.timeout }
  local result = p:run(table.unpack(words))
  p:remove()
  return result
end

--- The statements of the export as one text, without its head, each line trimmed to single blanks.
function M.export(text, options)
  local result = M.run(text, options)
  if result.code ~= 0 then error(result.err, 2) end
  return (result.out:gsub("^SET [^\n]*\n\n?", ""):gsub("\n$", ""))
end

--- The error's text: its first line, and what stands behind "hint: ".
function M.fault(text, options)
  local result = M.run(text, options)
  assert(result.code ~= 0, "the schema has no fault:\n" .. result.out)
  return result.err:match "^[^\n]*", result.err:match "\n  hint: ([^\n]*)", result
end

return M
