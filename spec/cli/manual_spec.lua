--- Every example in README.md and docs/ is run, and says what the page says. How a page is written:
--- spec/support/manual.lua.

local manual = require "spec.support.manual"

describe("the manual, executed", function()
  for _, path in ipairs(manual.pages()) do
    local page = manual.read(path)

    it("has examples that are run in " .. path, function()
      assert.same({}, page.faults)
    end)

    if #page.steps > 0 then
      it("shows what happens in " .. path, function() manual.run(page) end)
    end
  end

  it("tells where a page is wrong", function()
    local function diff(expected, actual) return manual.diff(expected, actual) end
    assert.is_nil(diff({ "applied  a  3ms", "1 migration applied in 1.2s" },
      { "applied  a  120ms", "1 migration applied in 9ms" }))
    assert.is_nil(diff({ "a", "...", "z" }, { "a", "b", "c", "z" }))
    assert.is_nil(diff({ "a", "..." }, { "a" }))
    assert.equal("  a\n- b\n+ c", diff({ "a", "b" }, { "a", "c" }))
    assert.equal(". a\n. y\n  ...\n- z", diff({ "...", "z" }, { "a", "y" }))
    assert.equal("+ a", diff({}, { "a" }))
  end)
end)
