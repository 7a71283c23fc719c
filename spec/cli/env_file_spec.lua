--- --env-file: variables from a file, only where it is asked for.

local project = require "spec.support.project"

describe("--env-file", function()
  local p

  local function with(text)
    p = project.new { [".env"] = text }
    return p
  end

  -- What raymig takes RAYMIG_FORMAT for: an unknown one is named in the error.
  local function value_of(text)
    local result = with(text):run("check", "--env-file", ".env")
    assert.equal(2, result.code, result.err)
    return result.err:match 'unknown folder format "(.-)"\n' or result.err
  end

  local function refuses(text, pattern)
    local result = with(text):run("check", "--env-file", ".env")
    assert.equal(2, result.code, result.err)
    assert.matches(pattern, result.err)
    return result.err
  end

  it("reads values as they are, in quotes or bare, and expands nothing", function()
    assert.equal("a b", value_of "RAYMIG_FORMAT=a b   \n")
    assert.equal("a", value_of "# first\n\n  export RAYMIG_FORMAT=a # why\r\n")
    assert.equal("a#b", value_of "RAYMIG_FORMAT=a#b")
    assert.equal("$HOME", value_of "RAYMIG_FORMAT=$HOME")
    assert.equal([[a\n #b]], value_of [[RAYMIG_FORMAT='a\n #b' # why]])
    assert.equal([[a"$b\c]], value_of [[RAYMIG_FORMAT="a\"\$b\\c"]])
  end)

  it("gives way to the environment", function()
    with "RAYMIG_FORMAT=file"
    local result = p:run("check", "--env-file=.env", { env = { RAYMIG_FORMAT = "own" } })
    assert.matches('unknown folder format "own"', result.err)
  end)

  it("is read only when it is named", function()
    with "RAYMIG_FORMAT=file"
    assert.not_matches("unknown folder format", p:run("check", "--url", "host=/nowhere").err)
  end)

  it("names file and line of what it cannot read, and shows no value", function()
    for _, case in ipairs {
      { "A=1\nPASSWORD: hunter2", "%.env:2.*neither KEY=VALUE" },
      { "PASSWORD='hunter2", "%.env:1.*not closed" },
      { 'PASSWORD="hunter2\\x"', "%.env:1.*backslash" },
      { "PASSWORD='hunter2'hunter2", "%.env:1.*behind the closing quote" },
      { "PASSWORD=hunter2\nPASSWORD=hunter2", "%.env:2.*PASSWORD is given twice" },
      { "1PASSWORD=hunter2", "%.env:1" },
    } do
      assert.not_matches("hunter2", refuses(case[1], case[2]))
    end
  end)

  it("refuses a file that is not there", function()
    local result = with "":run("check", "--env-file", "none.env")
    assert.equal(2, result.code)
    assert.matches("none%.env", result.err)
  end)
end)
