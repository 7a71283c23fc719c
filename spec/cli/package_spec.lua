--- What people install: its size, and that it runs from where it was unpacked.

local process = require "spec.support.process"
local project = require "spec.support.project"

local MODE = os.getenv "MODE" or "release"

describe("the package", function()
  local folder

  setup(function() folder = process.temp_folder "package" end)
  teardown(function() process.remove_folder(folder) end)

  local function must(argv)
    argv.timeout = 300
    local result = process.run(argv)
    assert.equal(0, result.code, result.err)
    return result.out
  end

  it("has a program of less than 6 MB", function()
    if MODE ~= "release" then return pending "of the release build" end
    must { "strip", "--strip-unneeded", "-o", folder .. "/raymig", project.binary() }
    local size = tonumber(must { "stat", "-c", "%s", folder .. "/raymig" })
    assert.is_true(size < 6 * 1024 * 1024, ("%d bytes"):format(size))
    assert.matches("^raymig ", must { folder .. "/raymig", "--version" })
  end)

  it("is the same bytes twice, and runs from where it is unpacked", function()
    if MODE ~= "release" then return pending "of the release build" end
    if process.run { "sh", "-c", "command -v dpkg-shlibdeps" }.code ~= 0 then
      return pending "dpkg-dev is not installed"
    end
    local env = process.environ()
    env.SOURCE_DATE_EPOCH = "1700000000"
    local function build(name)
      local out = must { "tools/deb.sh", "0.0.1", folder .. "/" .. name, env = env }
      return out:match "[^\n]+"
    end
    local one, other = build "one", build "other"
    assert.equal("", must { "cmp", one, other })
    must { "dpkg-deb", "-x", one, folder .. "/root" }
    local root = folder .. "/root/usr"
    assert.matches("^raymig ", must { root .. "/bin/raymig", "--version" })
    for _, path in ipairs { "share/man/man1/raymig.1.gz", "share/man/man1/raymig-up.1.gz",
      "share/bash-completion/completions/raymig", "share/zsh/vendor-completions/_raymig",
      "share/fish/vendor_completions.d/raymig.fish", "share/doc/raymig/copyright",
      "include/raymig.h", "lib/libraymig.so.0" } do
      must { "test", "-s", root .. "/" .. path }
    end
    assert.matches("libpq5", must { "dpkg-deb", "-f", one, "Depends" })
  end)
end)
