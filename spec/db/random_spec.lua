-- Random schemas come back from an export as they were. A seed that does not is named: SEED=4711
-- runs it again (with the long specs, the hundreds from there on), RAYMIG_KEEP=1 keeps its script.
local pg = require "spec.support.pg"
local random_schema = require "spec.support.random_schema"
local roundtrip = require "spec.support.roundtrip"

local FEW, MANY, FIRST = 10, 300, 1001

local function run(seed)
  local sql = random_schema.sql(seed, pg.major())
  local faults, skipped = roundtrip.faults(sql)
  if os.getenv "RAYMIG_KEEP" then
    local path = ("/tmp/raymig_random_%d_%d.sql"):format(seed, pg.major())
    local file = assert(io.open(path, "w"))
    file:write(sql)
    file:close()
    io.stderr:write("kept: ", path, "\n")
  end
  if skipped then faults = { "does not load: " .. skipped } end
  return #faults > 0 and ("seed %d:\n%s"):format(seed, table.concat(faults, "\n")) or ""
end

describe("a random schema", function()
  local own = math.tointeger(os.getenv "SEED")

  it("is the same text for the same seed", function()
    assert.equal(random_schema.sql(7, 15), random_schema.sql(7, 15))
    assert.not_equal(random_schema.sql(7, 15), random_schema.sql(8, 15))
  end)

  for seed = own or 1, own or FEW do
    it(("comes back the same: seed %d"):format(seed), function()
      assert.equal("", run(seed))
    end)
  end

  it("comes back the same: hundreds #long", function()
    local first = own or FIRST
    local failed = {}
    for seed = first, first + MANY - 1 do
      local fault = run(seed)
      if fault ~= "" then failed[#failed + 1] = fault end
    end
    assert.equal("", table.concat(failed, "\n\n"))
  end)
end)
