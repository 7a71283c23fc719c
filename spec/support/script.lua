--- One Lua migration run by raymig on a database of its own.
--
--     local script = require "spec.support.script"
--     local s = script.new()                       -- s.db, s.project
--     local r = s:up [[ db:exec "select 1" ]]      -- the body of up; r is raymig's result
--     r = s:up([[ ... ]], { transaction = "none", config = "return { ... }" })
--
-- Each call is a migration of its own, so a script that must run again is run with s:again().

local pg = require "spec.support.pg"
local project = require "spec.support.project"

local M = {}

---@class spec.Script
---@field db spec.Database
---@field project spec.Project
local Script = {}
Script.__index = Script

--- A database and a project without migrations.
---@return spec.Script
function M.new()
  local db = pg.create_database()
  local p = project.new({ ["raymig.lua"] = "return {}" }, { database = db })
  return setmetatable({ db = db, project = p, tags = {} }, Script)
end

local function write_journal(self)
  local entries = {}
  for i, tag in ipairs(self.tags) do
    entries[i] = ('{"idx":%d,"version":"7","when":%d,"tag":"%s","breakpoints":true}')
      :format(i - 1, 1700000000000 + i * 1000, tag)
  end
  self.project:write("migrations/meta/_journal.json",
    ('{"version":"7","dialect":"postgresql","raymig":1,"entries":[%s]}')
      :format(table.concat(entries, ",")))
end

--- Adds a migration whose whole text is given; its path is what errors name.
function Script:add(text)
  local tag = ("%04d_script"):format(#self.tags + 1)
  self.tags[#self.tags + 1] = tag
  self.project:write("migrations/" .. tag .. ".lua", text)
  write_journal(self)
  return "migrations/" .. tag .. ".lua"
end

--- Runs `raymig up` with a new migration whose up is `body`, a function of db. options:
--- transaction = "none"; config (text of raymig.lua); down (body of down); keep (true: a
--- migration that failed stays in the folder); and those of project:run.
---@return spec.Result
function Script:up(body, options)
  options = options or {}
  if options.config then self.project:write("raymig.lua", options.config) end
  local front = options.transaction and "-- raymig: transaction=" .. options.transaction or ""
  self.path = self:add(("%s\nreturn { up = function(db)\n%s\nend, down = function(db)\n%s\nend }\n")
    :format(front, body, options.down or ""))
  local result = self:again(options)
  if result.code ~= 0 and not options.keep then self:drop_last() end
  return result
end

--- Runs `raymig up` again.
---@return spec.Result
function Script:again(options)
  return self.project:run("up", options or {})
end

--- As up, but raises unless the exit code is 0.
---@return spec.Result
function Script:must(body, options)
  local result = self:up(body, options)
  if result.code ~= 0 then error(result.out .. result.err, 2) end
  return result
end

--- Takes the last migration out of the folder.
function Script:drop_last()
  self.project:delete("migrations/" .. table.remove(self.tags) .. ".lua")
  write_journal(self)
end

function Script:close()
  self.project:remove()
  self.db:drop()
end

return M
