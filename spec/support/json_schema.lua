--- Documents of --json, held against their JSON Schemas in docs/json/ by ajv.
--
--     local schemas = require "spec.support.json_schema"
--     schemas.validate("up", result.out)     -- raises with what is wrong
--     schemas.close()

local process = require "spec.support.process"

local M = {}

local child, asked

local function start()
  child, asked = process.start { "node", "spec/support/json_schema.mjs", stdin = true }, 0
end

--- Raises where `text`, which must be JSON on as many lines as it likes, is not what
--- docs/json/NAME.schema.json says.
function M.validate(name, text)
  if not child then start() end
  asked = asked + 1
  child:write(('{"name":"%s","document":%s}\n'):format(name, (text:gsub("\n", " "))))
  local answer = child:wait_for("^" .. ("[^\n]*\n"):rep(asked - 1) .. "([^\n]*)\n", 30)
  if not answer then
    error(("no JSON, or no answer:\n%s\n%s"):format(text, table.concat(child.err)), 2)
  end
  if answer ~= "valid" then error(answer .. "\n" .. text, 2) end
end

function M.close()
  if child then child:kill "TERM" end
  child = nil
end

return M
