--- The catalog's specs on every PostgreSQL that raymig knows: matrix.lua [SPEC...]
--
-- The versions that the system has not come from npm: @embedded-postgres has initdb, postgres, the
-- libraries and the extensions of each, in build/matrix/NN; psql and pg_dump are the system's own.
-- MATRIX="13 18" runs some of them. What cannot be had is said, and counts as skipped. Each
-- version's run ends with its own total; the last line is the sum:
-- `N passed, N failed, N skipped`.

package.path = "./?.lua;" .. package.path
local process = require "spec.support.process"

local FOLDER = "build/matrix"

-- Oldest first. A version without a package is the system's, or nobody's.
local VERSIONS = {
  { major = 13, package = "13.23.0-beta.16" },
  { major = 14, package = "14.23.0-beta.17" },
  { major = 15 },
  { major = 16, package = "16.14.0-beta.17" },
  { major = 17, package = "17.10.0-beta.17" },
  { major = 18, package = "18.4.0-beta.17" },
}

-- The specs that compare databases.
local COMPARES = "grep -lrE --include='*_spec.lua' 'spec.support.(dump|roundtrip)' spec/db spec/cli"
  .. " | LC_ALL=C sort"

local function sh(command, ...)
  return process.run { "sh", "-ec", command, "sh", timeout = 600, ... }
end

local ARCHITECTURES = { x86_64 = "x64", aarch64 = "arm64" }
local machine = sh "uname -m".out:match "%S+"
local PACKAGE = "@embedded-postgres/linux-" .. (ARCHITECTURES[machine] or machine)

local function is_there(path)
  return sh('test -x "$1/initdb" && test -x "$1/postgres"', path).code == 0
end

-- ---------------------------------------------------------------- npm

-- What the package's own postinstall does: npm packs no symbolic links, a JSON file lists them.
local function restore_links(folder)
  local file = io.open(folder .. "/native/pg-symlinks.json")
  if not file then return end
  local text = file:read "a"
  file:close()
  for source, target in text:gmatch '"source":%s*"(.-)",%s*"target":%s*"(.-)"' do
    sh('ln -sfr "$1" "$2"', folder .. "/" .. source, folder .. "/" .. target)
  end
end

local function install(version)
  local prefix = ("%s/%d"):format(FOLDER, version.major)
  local result = sh('mkdir -p "$1" && npm install --prefix "$1" --ignore-scripts --no-save'
    .. ' --no-audit --no-fund --loglevel=error "$2"', prefix, PACKAGE .. "@" .. version.package)
  if result.code ~= 0 then return nil, result.err:match "[^\n]+" or "npm failed" end
  local folder = ("%s/node_modules/%s"):format(prefix, PACKAGE)
  restore_links(folder)
  sh('chmod a+rx "$1"/native/bin/*', folder)
  return true
end

-- The binaries' folder, installed where need be; nil and why not.
local function bindir_of(version)
  local own = ("/usr/lib/postgresql/%d/bin"):format(version.major)
  if is_there(own) then return own end
  if not version.package then return nil, "not installed" end
  local here = sh("pwd -P").out:match "[^\n]+"
  local path = ("%s/%s/%d/node_modules/%s/native/bin"):format(here, FOLDER, version.major, PACKAGE)
  local stamp = ("%s/%d/%s"):format(FOLDER, version.major, version.package)
  if not is_there(path) or sh('test -e "$1"', stamp).code ~= 0 then
    local ok, why = install(version)
    if not ok then return nil, why end
    sh('touch "$1"', stamp)
  end
  if not is_there(path) then return nil, "the package holds no server for this machine" end
  return path
end

-- ---------------------------------------------------------------- running

local total = { passed = 0, failed = 0, skipped = 0 }

local function run(version, specs)
  local bindir, why = bindir_of(version)
  if not bindir then
    print(("PostgreSQL %d: skipped: %s"):format(version.major, why))
    total.skipped = total.skipped + 1
    return
  end
  print(("PostgreSQL %d: %s"):format(version.major, bindir))
  local env = process.environ()
  env.RAYMIG_PG_BINDIR = bindir
  local result = process.run { "lua5.4", "tools/test.lua", env = env, timeout = 3600,
    table.unpack(specs) }
  io.write(result.out, result.err, "\n")
  local passed, failed, skipped = result.out:match "(%d+) passed, (%d+) failed, (%d+) skipped\n*$"
  if not passed then passed, failed, skipped = 0, 1, 0 end
  total.passed = total.passed + passed
  total.failed = total.failed + failed
  total.skipped = total.skipped + skipped
end

local function main()
  local specs = #arg > 0 and table.move(arg, 1, #arg, 1, {}) or {}
  if #specs == 0 then
    for path in sh(COMPARES).out:gmatch "[^\n]+" do specs[#specs + 1] = path end
  end
  assert(#specs > 0, "no spec compares databases")
  local wanted = os.getenv "MATRIX"
  for _, version in ipairs(VERSIONS) do
    if not wanted or (" " .. wanted .. " "):find(" " .. version.major .. " ", 1, true) then
      run(version, specs)
    end
  end
end

main()
print(("%d passed, %d failed, %d skipped"):format(total.passed, total.failed, total.skipped))
os.exit(total.failed == 0 and total.passed > 0)
