-- What a script may use and for how long, as the user of raymig sees it.
local process = require "spec.support.process"
local script = require "spec.support.script"

describe("a Lua script", function()
  local s
  before_each(function() s = script.new() end)
  after_each(function() s:close() end)

  it("that loops for ever meets its deadline, and nothing of it is applied", function()
    local config = "return { lua = { limits = { deadline = '200ms' } } }"
    for _, loop in ipairs {
      "while true do end",
      "while true do pcall(function() while true do end end) end",
      "while true do coroutine.wrap(function() pcall(function() while true do end end) end)() end",
    } do
      local r = s:up("db:exec 'create table t ()' " .. loop, { config = config, timeout = 20 })
      assert.equal(1, r.code)
      assert.matches("deadline of 0.2 s of Lua time passed %(lua.limits.deadline%)", r.err)
      assert.matches("0001_script.lua:3", r.err)
      assert.is_nil(s.db:value "select to_regclass('t')")
    end
  end)

  it("that eats memory meets its ceiling", function()
    local config = "return { lua = { limits = { memory = '16MB' } } }"
    for _, meal in ipairs { "local t = {} for i = 1, 1e9 do t[i] = { i } end",
      "local s = 'x' while true do s = s .. s end", "local s = ('x'):rep(1 << 28)" } do
      local r = s:up("db:exec 'create table t ()' " .. meal, { config = config, timeout = 20 })
      assert.equal(1, r.code)
      assert.matches("memory ceiling of 16 MB reached %(lua.limits.memory%)", r.err)
      assert.is_nil(s.db:value "select to_regclass('t')")
    end
  end)

  it("ends with SIGINT, in Lua and in the server, and is rolled back", function()
    for _, body in ipairs { "while true do end", "while true do pcall(error) end",
      "db:exec 'select pg_sleep(60)'", "pcall(db.exec, db, 'select pg_sleep(60)')",
      "for r in db:each 'select pg_sleep(60)' do end" } do
      s:add(("return function(db) db:exec 'create table t ()' db:notice 'begun' %s end")
        :format(body))
      local child = s.project:start("up")
      child:wait_for "begun"
      process.sleep(0.2)
      child:kill "INT"
      assert.equal(130, child:wait(10).code, body)
      assert.is_nil(s.db:value "select to_regclass('t')")
      s:drop_last()
    end
  end)

  it("has the libraries that the config grants, and no others", function()
    local r = s:up [[ io.open "x" ]]
    assert.equal(1, r.code)
    assert.matches("undefined global 'io'", r.err)
    assert.matches('raymig.lua says lua = { grants = { "io" } }', r.err, 1, true)
    r = s:up [[ os.execute "true" ]]
    assert.matches("field 'execute'", r.err)
    s:must([[
      assert(io.open("raymig.lua")) assert(os.execute "true") assert(os.exit == nil)
    ]], { config = "return { lua = { grants = { 'io', 'os' } } }" })
  end)

  it("finds the project's own modules and the environment", function()
    s.project:write("lua/shared/names.lua", "local M = { table = 'named' } return M")
    s.project:write("lua/broken.lua", "return {\n  x = = 1 }")
    s:must([[
      local names = require "shared.names"
      assert(names == require "shared.names")
      db:exec("create table " .. names.table .. " ()")
      assert(env.RAYMIG_SPEC == "yes" and env.RAYMIG_SPEC_NOT == nil)
      assert(env("RAYMIG_SPEC_NOT", "no") == "no")
      assert(not pcall(function() env.X = 1 end))
    ]], { env = { RAYMIG_SPEC = "yes" } })
    assert.equal("named", s.db:value "select to_regclass('named')")
    local r = s:up [[ require "broken" ]]
    assert.matches("lua/broken.lua:2", r.err)
    r = s:up [[ require "missing" ]]
    assert.matches("module 'missing' not found", r.err)
  end)

  it("stored in the database gets db and pure libraries, whatever the config grants", function()
    s.project:write("lua/own.lua", "return 1")
    local down = [[
      db:exec "create table if not exists seen (name text)"
      for _, name in ipairs { "io", "env", "package", "debug", "print", "raymig", "string" } do
        if rawget(_G, name) ~= nil then db:exec("insert into seen values ($1)", name) end
      end
      if os.execute then db:exec "insert into seen values ('os.execute')" end
      if pcall(require, "own") then db:exec "insert into seen values ('own')" end
      if pcall(require, "raymig.json") then db:exec "insert into seen values ('raymig.json')" end
    ]]
    local config = "return { lua = { grants = { 'io', 'os', 'package', 'debug' } } }"
    s:must("", { down = down, config = config })
    s.project:must("down", "--stored", "--yes")
    assert.equal("print,raymig,raymig.json,string",
      s.db:value "select string_agg(name, ',' order by name) from seen")
    s.db:exec "truncate seen"
    s.project:must("up")
    s.project:must("down", "--yes")
    assert.equal("debug,env,io,os.execute,own,package,print,raymig,raymig.json,string",
      s.db:value "select string_agg(name, ',' order by name) from seen")
  end)

  it("says where it is wrong", function()
    local r = s:up "local x = = 1"
    assert.matches("0001_script.lua:3.*unexpected symbol near '='", r.err)
    r = s:up "local t = nil\n return t.x"
    assert.matches("0001_script.lua:4.*attempt to index a nil value", r.err)
    r = s:up "counter = 1"
    assert.matches("assignment to undefined global 'counter'.*Declare it with local", r.err)
    r = s:up "error { message = 'no plan', hint = 'Insert one.' }"
    assert.matches("no plan.*hint: Insert one%.", r.err)
    s:add "return { upp = function() end }"
    r = s:again()
    assert.matches("unknown field \"upp\".*Did you mean \"up\"", r.err)
    s:drop_last()
    s:add "\27Lua"
    r = s:again()
    assert.equal(1, r.code)
    assert.matches("is a binary chunk", r.err)
  end)
end)
