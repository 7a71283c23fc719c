--- The command line itself: help from the tables, options wherever they may stand, what a wrong
--- one gets, colours, and how a result that cannot be written ends.

local cjson = require "cjson"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local terminal = require "spec.support.terminal"

local ESC = "\27["

describe("the command line", function()
  local p, help

  setup(function()
    p = project.new { ["migrations/1_x.up.sql"] = "select 1;" }
    help = cjson.decode(p:must("help", "--json").out)
  end)

  local function fails(code, ...)
    local result = p:run(...)
    assert.equal(code, result.code, result.err)
    assert.equal("", result.out)
    return result.err
  end

  -- Whether a list of rows holds one of this name.
  local function has(rows, name)
    for _, row in ipairs(rows) do
      if row.name == name or "-" .. tostring(row.letter) == name then return true end
    end
    return false
  end

  local function longest_line(text)
    local longest = 0
    for line in text:gmatch "[^\n]*" do longest = math.max(longest, utf8.len(line)) end
    return longest
  end

  describe("help", function()
    it("lists every command, the common options, the environment and the exit codes", function()
      local result = p:must "help"
      assert.equal("", result.err)
      for _, command in ipairs(help.commands) do
        assert.matches("\n  " .. command.name .. "  ", result.out)
      end
      for _, option in ipairs(help.options) do
        assert.is_truthy(result.out:find("--" .. option.name, 1, true), option.name)
      end
      for _, word in ipairs { "DATABASE_URL", "RAYMIG_URL", "PGHOST", "NO_COLOR", "130  interr" } do
        assert.matches(word, result.out)
      end
      assert.is_true(longest_line(result.out) <= 80)
      assert.equal(result.out, p:must("--help").out)
    end)

    it("without a command goes to standard error, as a wrong use", function()
      local err = fails(2)
      assert.matches("^Usage: raymig", err)
      for _, command in ipairs(help.commands) do assert.matches(command.name, err) end
    end)

    it("explains a command in the same words by name, alias and --help", function()
      local text = p:must("help", "up").out
      assert.matches("^raymig up: ", text)
      assert.equal(text, p:must("up", "--help").out)
      assert.equal(text, p:must("-h", "migrate").out)
      assert.equal(text, p:must("help", "migrate").out)
      assert.equal(text, p:must("up", "--no-such-option", "too", "many", "-h").out)
    end)

    it("says what a source is, where a command takes one", function()
      for _, command in ipairs { "diff", "export", "erd" } do
        local text = p:must("help", command).out:gsub("%s+", " ")
        for _, source in ipairs { "schema", "migrations", ".json", ".sql", ".lua" } do
          assert.is_truthy(text:find(source, 1, true), command .. ": " .. source)
        end
      end
      local text = p:must("help", "diff").out:gsub("%s+", " ")
      assert.is_truthy(text:find("migrations@TAG", 1, true))
    end)

    it("has a text and examples for every command", function()
      for _, command in ipairs(help.commands) do
        local text = p:must("help", command.name).out
        assert.is_true(#command.summary > 10 and #command.description > 40, command.name)
        assert.is_true(longest_line(text) <= 80, text)
        for _, option in ipairs(command.options) do
          assert.is_true(#option.help > 5, command.name .. " --" .. option.name)
          assert.matches("%-%-" .. option.name:gsub("%-", "%%-"), text)
        end
      end
    end)

    it("gives examples that use options which exist", function()
      for _, command in ipairs(help.commands) do
        local count = 0
        for line in command.examples:gmatch "[^\n]+" do
          local call = line:match "^(.-)  " or line
          count = count + 1
          local ours = assert(call:match "raymig (.*)", line):gsub(" %-%- .*", "")
          for word in (" " .. ours):gmatch "%s%-%-([%w-]+)" do
            assert.is_true(has(command.options, word) or has(help.options, word)
              or word == "version", line)
          end
        end
        assert.is_true(count > 0, command.name)
      end
    end)

    it("fits a narrow terminal", function()
      local t = terminal.start { project.binary(), "help", width = 40, height = 200,
        cwd = p.path, env = p.env }
      assert.equal(0, t:wait())
      local screen = t:screen()
      assert.matches("Exit codes", screen)
      assert.is_true(longest_line(screen) <= 40)
    end)

    it("names the nearest command", function()
      assert.matches('unknown command "stauts".*hint: Did you mean "status"%?',
        fails(2, "stauts"))
      assert.matches('Did you mean "rollback"%?', fails(2, "help", "rolback"))
      assert.matches('hint: "raymig help" lists', fails(2, "frobnicate"))
    end)
  end)

  describe("version", function()
    it("says which raymig this is, and with --verbose of what it is made", function()
      local text = p:must("version").out
      assert.matches("^raymig %d+%.%d+%.%d+[^\n]*\n$", text)
      assert.equal(text, p:must("--version").out)
      assert.equal(text, p:must("-V").out)
      local verbose = p:must("version", "-v").out
      for _, library in ipairs { "libpq", "libpg_query", "Lua", "jansson", "OpenSSL" } do
        assert.matches("\n  " .. library .. " +%d+%.%d", verbose)
      end
      assert.matches("\n  compiler +%S", verbose)
      assert.matches("\n  date +%d%d%d%d%-%d%d%-%d%d\n", verbose)
      assert.matches("\n  PostgreSQL +" .. pg.major() .. "%.%d+ in /", verbose)
      assert.matches("\n  shadow cache +/", verbose)
      local object = cjson.decode(p:must("--json", "version").out)
      assert.is_true(object.ok)
      assert.equal(text:match "raymig (%S+)", object.version)
    end)
  end)

  describe("options", function()
    it("may stand before the command, behind it and between arguments", function()
      local want = cjson.decode(p:must("help", "up", "--json").out)
      assert.same(want, cjson.decode(p:must("--json", "help", "up").out))
      assert.same(want, cjson.decode(p:must("help", "--json", "up", "-qv").out))
      assert.same(want, cjson.decode(p:must("--json", "help", "--", "up").out))
      assert.matches('unknown command "%-%-json"', fails(2, "help", "--", "--json"))
    end)

    it("take their value behind a = or as the next word, the last one given counts", function()
      assert.matches(ESC:gsub("%p", "%%%0"), p:must("help", "--color=always").out)
      assert.matches(ESC:gsub("%p", "%%%0"), p:must("--color", "always", "help").out)
      assert.not_matches(ESC, p:must("help", "--color=always", "--color", "never").out, 1, true)
    end)

    it("that are unknown get the nearest one, or the commands that have it", function()
      assert.matches("unknown option %-%-jsno.*Did you mean %-%-json%?", fails(2, "up", "--jsno"))
      assert.matches("unknown option %-5.*without a dash", fails(2, "down", "-5"))
      assert.matches("unknown option %-qx.*no option %-x", fails(2, "up", "-qx"))
      assert.matches("%-%-exit%-code stands before the command.*status",
        fails(2, "--exit-code", "status"))
      assert.matches("unknown option %-%-single%-transaction.*of: up",
        fails(2, "status", "--single-transaction"))
    end)

    it("want a value or take none, as their table says", function()
      assert.matches("%-%-to needs a value: TAG", fails(2, "up", "--to"))
      assert.matches("%-%-to needs a value.*%-%-to=%-q", fails(2, "up", "--to", "-q"))
      assert.matches("%-%-yes takes no value", fails(2, "up", "--yes=no"))
      assert.matches("%-%-url is empty", fails(2, "status", "--url", ""))
      assert.matches('%-%-wait: "30" has no unit.*30s', fails(2, "status", "--wait", "30"))
      assert.matches('%-%-color is "pink"', fails(2, "version", "--color", "pink"))
      assert.matches('%-%-format names.*Did you mean "drizzle"%?',
        fails(2, "status", "--format", "drizle"))
    end)

    it("and arguments are counted", function()
      assert.matches('version takes no argument, but got "x"', fails(2, "version", "x"))
      assert.matches('help takes at most 1 argument; "b" is too many.*Usage: raymig help',
        fails(2, "help", "a", "b"))
    end)

    it("with --json the error is one object on standard output", function()
      local wrong = { { "stauts", "--json" }, { "--json" }, { "--json", "up", "--jsno" } }
      for _, words in ipairs(wrong) do
        local result = p:run(table.unpack(words))
        assert.equal(2, result.code)
        assert.equal("", result.err)
        local object = cjson.decode(result.out)
        assert.is_false(object.ok)
        assert.equal(2, object.error.code)
        assert.is_string(object.error.message)
      end
    end)
  end)

  describe("settings", function()
    local function sources(env, ...)
      return fails(2, "status", ..., { env = env })
    end

    it("come from the flag, then RAYMIG_URL, then DATABASE_URL", function()
      local env = { DATABASE_URL = "mysql://a", RAYMIG_URL = "mysql://b" }
      assert.matches("string of %-%-url is for",
        fails(2, "status", "--url=mysql://c", { env = env }))
      assert.matches("string of RAYMIG_URL is for", sources(env))
      env.RAYMIG_URL = ""
      assert.matches("string of DATABASE_URL is for", sources(env))
    end)

    it("never show a password that was given with a bad URL", function()
      local urls = { "mysql://u:geheim@h/d", "postgres://u:a/geheim@h/d", "u:geheim@h/d",
        "postgres://u:a@geheim@h/d", "postgres://u:x%geheim@h/d", "host=h port=geheim",
        "postgres://u:geheim@127.0.0.1:1/d", "password=geheim host=127.0.0.1 port=1" }
      for _, url in ipairs(urls) do
        for _, flag in ipairs { "--json", "-v" } do
          local result = p:run("status", "--url", url, flag)
          assert.is_true(result.code == 2 or result.code == 5, url)
          assert.not_matches("geheim", result.out .. result.err)
        end
      end
    end)

    it("nor the password in a statement that failed", function()
      local own = project.new({ ["migrations/1_x.up.sql"] =
        "select 1;\ncreate role r\n  login password 'geheim' frobnicate;" },
        { database = pg.create_database() })
      for _, flag in ipairs { "--json", "-v" } do
        local result = own:run("up", flag)
        assert.equal(1, result.code)
        assert.matches("frobnicate", result.out .. result.err)
        assert.not_matches("geheim", result.out .. result.err)
      end
      assert.matches("\n 3 |   login password '%*%*%*%*%*%*' frobnicate\n   | +%^\n",
        own:run("up").err)
    end)

    it("blot the password out of the config's line that an error shows", function()
      local own = project.new { ["raymig.lua"] =
        'return {\n  url = "postgres://u:geheim@h/db",\n  ulr = "postgres://u:geheim@h/db",\n}\n' }
      local result = own:run "status"
      assert.equal(2, result.code)
      assert.matches("raymig.lua:3", result.err)
      assert.not_matches("geheim", result.err)
    end)

    it("let PG* variables beat the config's url, and say so", function()
      local own = project.new { ["raymig.lua"] = 'return { url = "postgres://u@h/db" }\n',
        ["migrations/1_x.up.sql"] = "select 1;" }
      local result = own:run("status", { env = { PGHOST = "/nonexistent" } })
      assert.equal(5, result.code)
      assert.matches("using database .* on /nonexistent.*PGHOST is set, and beats the url of",
        result.err)
    end)

    it("warn of a RAYMIG_ variable that does not exist", function()
      local err = sources { RAYMIG_UOT = "x", RAYMIG_URL = "mysql://b" }
      assert.matches("warning: unknown variable RAYMIG_UOT is ignored; did you mean RAYMIG_OUT%?",
        err)
    end)

    it("start in the folder above that has the config", function()
      local own = project.new { ["raymig.lua"] = 'return { url = "mysql://h/db" }\n',
        ["migrations/1_x.up.sql"] = "select 1;", ["deep/er/x"] = "",
        ["other/.git/x"] = "", ["other/deep/x"] = "" }
      assert.matches("string of %.%./%.%./raymig.lua is for",
        own:run("status", { cwd = own.path .. "/deep/er" }).err)
      local elsewhere = own:run("status", "--out=../../migrations",
        { cwd = own.path .. "/other/deep", env = { DATABASE_URL = "mysql://b" } })
      assert.matches("string of DATABASE_URL is for", elsewhere.err)
    end)

    it("do not run a config of somebody else that lies above", function()
      if process.uid() ~= 0 then pending "needs root, to own a file as another user" return end
      local own = project.new { ["raymig.lua"] = "return {}\n", ["deep/x"] = "" }
      process.chown(own.path .. "/raymig.lua", process.account "nobody")
      local result = own:run("status", { cwd = own.path .. "/deep" })
      assert.equal(2, result.code)
      assert.matches('"../raymig.lua" belongs to another user', result.err)
    end)
  end)

  describe("colours", function()
    local function coloured(env)
      return p:must("help", { env = env }).out:find(ESC, 1, true) ~= nil
    end

    it("follow RAYMIG_COLOR, then NO_COLOR, then CLICOLOR_FORCE, where no terminal is", function()
      assert.is_false(coloured {})
      assert.is_true(coloured { CLICOLOR_FORCE = "1" })
      assert.is_false(coloured { CLICOLOR_FORCE = "0" })
      assert.is_false(coloured { CLICOLOR_FORCE = "1", NO_COLOR = "1" })
      assert.is_true(coloured { RAYMIG_COLOR = "always", NO_COLOR = "1" })
    end)

    it("are there on a terminal, and not with NO_COLOR or TERM=dumb", function()
      local function screen(...)
        local t = terminal.start { "env", cwd = p.path, env = p.env, ... }
        assert.equal(2, t:wait())
        return t:screen(true):gsub("%s+$", "")
      end
      assert.matches("\27%[[%d;]*31m", screen(project.binary(), "stauts"))
      assert.not_matches("\27", screen("NO_COLOR=1", project.binary(), "stauts"))
      assert.not_matches("\27", screen("TERM=dumb", project.binary(), "stauts"))
      assert.matches("\27%[[%d;]*31m", screen("NO_COLOR=", project.binary(), "stauts"))
    end)
  end)

  describe("output", function()
    local function shell(script)
      return process.run { "bash", "-c", script, "bash", project.binary(), env = p.env,
        cwd = p.path }
    end

    it("that cannot be written is a failure", function()
      local result = shell '"$1" help > /dev/full'
      assert.equal(1, result.code)
      assert.matches("cannot write to standard output: No space left", result.err)
      assert.equal(1, shell('"$1" help >&-').code)
    end)

    it("ends quietly when the reader has gone", function()
      local result = shell '("$1" help; echo $? >&2) | true'
      assert.matches("^141\n$", result.err)
    end)

    it("makes control characters of the user's words visible", function()
      local err = fails(2, "st\27[2Jx\255\226\128\174")
      assert.matches('unknown command "st\\x1b%[2Jx\\xff\\u202e"', err)
    end)
  end)
end)
