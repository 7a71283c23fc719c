-- libpq's variables are about the database; the servers that raymig runs for itself are reached
-- whatever they say.
local project = require "spec.support.project"

describe("a throwaway server", function()
  local HOSTILE = { PGPORT = "1", PGHOST = "/nowhere", PGHOSTADDR = "192.0.2.1", PGUSER = "nobody",
    PGDATABASE = "none", PGPASSWORD = "wrong", PGOPTIONS = "-c nonsense.x=1 -c work_mem=nonsense",
    PGSSLMODE = "require", PGCONNECT_TIMEOUT = "1", PGTARGETSESSIONATTRS = "standby",
    PGAPPNAME = "x", PGPASSFILE = "/nowhere", PGREQUIREPEER = "nobody" }

  local function reach(more)
    local env = {}
    for name, value in pairs(HOSTILE) do env[name] = value end
    for name, value in pairs(more) do env[name] = value end
    local p = project.new({ ["raymig.lua"] = "return {}" }, { env = env })
    local r = p:run("diff", "--from", "empty", "--to", "empty")
    assert.equal(0, r.code, r.err)
    assert.matches("no difference", r.err)
    p:remove()
  end

  it("is reached whatever the PG* variables say", function()
    reach {}
  end)

  it("is reached where they name a service that is not there", function()
    reach { PGSERVICE = "nowhere" }
  end)
end)
