--- Completion: what is proposed for a word, and the shells that ask for it.

local lfs = require "lfs"
local process = require "spec.support.process"
local project = require "spec.support.project"
local terminal = require "spec.support.terminal"

local SNAPSHOT = [[
{"raymig_snapshot":1,"postgresql":150020,"role":"postgres","objects":[
{"kind":"table","schema":"public","name":"users"},
{"kind":"table","schema":"public","name":"posts"}
]}
]]

local function has_program(name)
  return process.run { "sh", "-c", "command -v " .. name }.code == 0
end

describe("completion", function()
  local p

  setup(function()
    p = project.new {
      ["raymig.lua"] = 'return { plugins = { "docs" } }',
      ["migrations/0001_users.sql"] = "create table users ();",
      ["migrations/0002_posts.sql"] = "create table posts ();",
      ["migrations/meta/_journal.json"] = require "spec.support.journal" ("0001_users",
        "0002_posts"),
      ["migrations/meta/0002_snapshot.json"] = SNAPSHOT,
    }
    lfs.link(project.binary(), p.path .. "/raymig", true)
  end)

  -- The proposals for the last of the words.
  local function proposals(...)
    local result = p:must("__complete", "--", ...)
    assert.equal("", result.err)
    local words = {}
    for line in result.out:gmatch "[^\n]+" do words[#words + 1] = line:match "^[^\t]+" end
    return words
  end

  it("proposes commands, with what they do", function()
    assert.same({ "status", "studio" }, proposals "st")
    assert.matches("status\t%w", p:must("__complete", "--", "stat").out)
    assert.not_matches("__complete", p:must("__complete", "--", "").out, 1, true)
  end)

  it("proposes options, the command's own first", function()
    assert.same({ "--to" }, proposals("up", "--to"))
    assert.same({ "--config" }, proposals("status", "--conf"))
    assert.same({ "--version", "--verbose" }, proposals "--ver")
  end)

  it("proposes tags, newest first", function()
    assert.same({ "0002_posts", "0001_users" }, proposals("goto", ""))
    assert.same({ "0001_users" }, proposals("up", "--to", "0001"))
    assert.same({ "--to=0001_users" }, proposals("up", "--to=0001"))
    assert.same({ "0001_users" }, proposals("up", "--to", "=", "0001"))
    assert.same({}, proposals("goto", "0001_users", ""))
  end)

  it("proposes tables of the newest snapshot", function()
    assert.same({ "posts", "users" }, proposals("erd", ""))
    assert.same({ "posts" }, proposals("erd", "users", "p"))
  end)

  it("proposes sources, layouts, plugins, shells and fixed words", function()
    assert.same({ "schema", "@files" }, proposals("diff", "--from", "sch"))
    assert.same({ "migrations@0001_users", "@files" },
      proposals("diff", "--to", "migrations@0001"))
    assert.same({ "dbmate" }, proposals("status", "--format", "dbm"))
    assert.same({ "dot" }, proposals("erd", "--format", "d"))
    assert.same({ "audit" }, proposals("plugin", "new", "--from", "aud"))
    assert.same({ "zsh" }, proposals("completion", "z"))
    assert.same({ "auto", "always", "never" }, proposals("up", "--color", ""))
    assert.same({ "@files" }, proposals("up", "--backup", ""))
  end)

  it("says nothing where something is wrong, and starts no server", function()
    local broken = project.new { ["raymig.lua"] = "return {" }
    assert.same({ "@files" }, proposals("diff", "--from", "x"))
    local result = broken:run("__complete", "--", "goto", "")
    assert.equal(0, result.code)
    assert.equal("", result.out)
    assert.is_nil(lfs.attributes(p.path .. "/.raymig"))
  end)

  it("refuses a shell that it does not know", function()
    local result = p:run("completion", "bosh")
    assert.equal(2, result.code)
    assert.matches('no completion for "bosh".*Did you mean "bash"%?', result.err)
  end)

  local function env(more)
    local all = { PATH = p.path .. ":" .. os.getenv "PATH", HOME = p.home, PS1 = "$ " }
    for name, value in pairs(p.env) do if not all[name] then all[name] = value end end
    for name, value in pairs(more or {}) do all[name] = value end
    return all
  end

  local function types_a_tag(t)
    t:type "raymig goto 0001"
    t:send "Tab"
    t:wait_for "goto 0001_users"
    t:close()
  end

  it("works in bash", function()
    local t = terminal.start { "bash", "--norc", "--noprofile", cwd = p.path, env = env() }
    t:type 'eval "$(raymig completion bash)"; echo rea""dy'
    t:send "Enter"
    t:wait_for "ready"
    types_a_tag(t)
  end)

  it("works in zsh", function()
    if not has_program "zsh" then return pending "zsh is not installed" end
    local t = terminal.start { "zsh", "-f", cwd = p.path, env = env() }
    t:type 'autoload -U compinit; compinit -D -u; eval "$(raymig completion zsh)"; echo rea""dy'
    t:send "Enter"
    t:wait_for "ready"
    types_a_tag(t)
  end)

  it("works in fish", function()
    if not has_program "fish" then return pending "fish is not installed" end
    local result = process.run { "fish", "--no-config", "-c",
      'raymig completion fish | source; complete -C "raymig goto 0001"', cwd = p.path,
      env = env(), timeout = 30 }
    assert.equal("0001_users", result.out:match "^[^\n\t]*", result.err)
  end)
end)
