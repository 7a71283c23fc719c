-- What raymig pull writes of a database makes the same one again, in a shadow: every kind of
-- object, random schemas, and real ones, which are not part of the project.
local lfs = require "lfs"
local dump = require "spec.support.dump"
local pg = require "spec.support.pg"
local random_schema = require "spec.support.random_schema"
local roundtrip = require "spec.support.roundtrip"

local CORPUS = lfs.currentdir() .. "/../shared/corpus/schemas"
local KINDS = "spec/fixtures/kinds"

describe("what pull wrote makes the same database again:", function()
  local function names_in(folder)
    local names = {}
    for name in lfs.dir(folder) do names[#names + 1] = name:match "^(.*)%.sql$" end
    table.sort(names)
    return names
  end

  local function check(sql, options)
    local db = pg.create_database()
    db:exec(sql)
    local faults = roundtrip.pull_faults(db, options)
    pcall(db.drop, db) -- not one with subscriptions
    assert.same({}, faults)
  end

  for _, name in ipairs(names_in(KINDS)) do
    it(name, function() check(dump.fixture(("%s/%s.sql"):format(KINDS, name), pg.major())) end)
  end

  for seed = 1, 5 do
    it("random schema " .. seed, function()
      check(random_schema.sql(seed, pg.major()), { pull = { seed % 2 == 0 and "--split" or nil } })
    end)
  end

  if lfs.attributes(CORPUS, "mode") == "directory" then
    for _, name in ipairs(names_in(CORPUS)) do
      it("the corpus's " .. name, function()
        local db = pg.create_database()
        local result = require "spec.support.process".run { pg.program "psql", "-qX", "-d", db.url,
          "-f", ("%s/%s.sql"):format(CORPUS, name), timeout = 300 }
        assert.equal(0, result.code)
        local faults = roundtrip.pull_faults(db)
        db:drop()
        assert.same({}, faults)
      end)
    end
  end
end)
