-- Every kind of object, with all that can be said of it: spec/fixtures/kinds holds one script a
-- kind. Each is loaded into an empty database; its export makes the same database once more, for
-- pg_dump and for raymig.
local lfs = require "lfs"
local dump = require "spec.support.dump"
local pg = require "spec.support.pg"
local project = require "spec.support.project"

local FOLDER = "spec/fixtures/kinds"

local function fixtures()
  local names = {}
  for name in lfs.dir(FOLDER) do
    names[#names + 1] = name:match "^(.*)%.sql$"
  end
  table.sort(names)
  return names
end

local function export(db)
  local result = project.new({}, { database = db }):run "export"
  assert.equal("", result.err)
  assert.equal(0, result.code)
  return result.out
end

describe("an export makes the same database again:", function()
  local names = fixtures()
  assert(#names > 0)

  for _, name in ipairs(names) do
    it(name, function()
      local original, copy = pg.create_database(), pg.create_database()
      original:exec(dump.fixture(("%s/%s.sql"):format(FOLDER, name), pg.major()))
      local script = export(original)
      copy:exec(script)

      assert.same({}, dump.differences(original, copy))
      assert.equal(script, export(copy))
    end)
  end
end)
