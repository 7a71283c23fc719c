--- Migrates a database from a Lua program: lua5.4 migrate.lua URL [FOLDER]
--
-- raymig.so has to be where package.cpath finds it; `make install` puts it into lib/lua/5.4.
local raymig = require "raymig"

local url, folder = arg[1], arg[2] or "migrations"
if not url then
  io.stderr:write "usage: lua5.4 migrate.lua URL [FOLDER]\n"
  os.exit(2)
end

-- What has to be done is looked at first.
local project = raymig.open { url = url, migrations = folder }
local plan = assert(project:plan())
for _, migration in ipairs(plan.migrations) do
  print(("%s: %d statements"):format(migration.tag, #migration.statements))
end

local result, err = project:up {
  on_event = function(event)
    if event.kind == "done" then
      print(("applied %s in %d ms"):format(event.tag, event.us // 1000))
    end
  end,
}
if not result then
  -- An error is a table: message, code, and what else is known of it; as a text it is its message.
  io.stderr:write(tostring(err), "\n")
  if err.hint then io.stderr:write("hint: ", err.hint, "\n") end
  os.exit(err.code)
end
print(("%d applied"):format(result.applied))

for _, migration in ipairs(assert(project:status()).migrations) do
  print(migration.state, migration.tag)
end
project:close()
