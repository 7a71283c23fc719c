--- Migrates a database from a Lua program: lua5.4 migrate.lua URL [FOLDER]
--
-- `make install` puts raymig.so into lib/lua/5.4 and raymig.lua into share/lua/5.4, where
-- package.cpath and package.path have to look.
local raymig = require "raymig"

local url, folder = arg[1], arg[2] or "migrations"
if not url then
  io.stderr:write "usage: lua5.4 migrate.lua URL [FOLDER]\n"
  os.exit(2)
end

-- An error is a value, a table: message, code, and what else is known of it; as a text it is its
-- message.
local function must(result, err)
  if result then return result end
  io.stderr:write(tostring(err), "\n", err.hint and "hint: " .. err.hint .. "\n" or "")
  os.exit(err.code)
end

-- What has to be done is looked at first.
local project = raymig.open { url = url, migrations = folder }
local plan = must(project:plan())
for _, migration in ipairs(plan.migrations) do
  print(("%s: %d statements"):format(migration.tag, #migration.statements))
end

local result = must(project:up {
  on_event = function(event)
    if event.kind == "done" then
      print(("applied %s in %d ms"):format(event.tag, event.us // 1000))
    end
  end,
})
print(("%d applied"):format(result.applied))

for _, migration in ipairs(must(project:status()).migrations) do
  print(migration.state, migration.tag)
end
project:close()
