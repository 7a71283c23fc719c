--- Throwaway PostgreSQL for specs: real servers, Unix sockets only, gone at the end.
--
-- One server is shared by the whole run. tools/test.lua starts it and names its socket folder in
-- RAYMIG_TEST_SOCKET; under plain `busted` the first spec that needs it starts it. A spec makes
-- its own database there, so that spec files can run side by side:
--
--     local pg = require "spec.support.pg"
--     local db = pg.create_database()
--     db:exec "create table users (id int, email text)"
--     local rows = db:query "select id, email from users"  -- rows[1].email, rows[1][2]; NULL: nil
--     db.url                                               -- postgresql://postgres@/t_1_2?host=...
--
-- What the shared server cannot show has its own: pg.conf{...} (settings, passwords), pg.tls,
-- pg.standby (a read-only replica), pg.pgbouncer (a transaction pooler). All are stopped, and the
-- databases dropped, when the spec file ends.

local lfs = require "lfs"
local process = require "spec.support.process"

local M = {}

local USER = "postgres"
local PORT = 5432 -- a part of the socket's name; nothing listens on TCP

-- Fast, and never durable: these servers hold nothing that anybody will miss.
local SETTINGS = {
  fsync = "off", synchronous_commit = "off", full_page_writes = "off",
  listen_addresses = "''", max_connections = "200", shared_buffers = "'64MB'",
  log_min_messages = "warning", log_line_prefix = "'%m [%p] %u@%d '",
  max_wal_size = "'4GB'", autovacuum_naptime = "'1min'", jit = "off",
}

---@class spec.Server
---@field socket string folder of the Unix socket
---@field port integer
---@field user string
---@field data string data folder
---@field major integer
local Server = {}
Server.__index = Server

---@class spec.Database
---@field name string
---@field url string
---@field server spec.Server
local Database = {}
Database.__index = Database

local running = {}   -- what stop_all ends, newest last
local databases = {} -- of the shared server, to be dropped
local shared, created = nil, 0

-- ---------------------------------------------------------------- binaries

local function newest_bindir()
  local best, best_major = nil, -1
  local listing = process.run { "sh", "-c", "ls -d /usr/lib/postgresql/*/bin 2>/dev/null" }
  for dir in listing.out:gmatch "[^\n]+" do
    local major = tonumber(dir:match "/(%d+)/bin$") or 0
    if major > best_major then best, best_major = dir, major end
  end
  if best then return best end
  local config = process.run { "pg_config", "--bindir" }
  return config.code == 0 and config.out:match "[^\n]+" or error "no PostgreSQL server found"
end

--- Folder of the server programs: $RAYMIG_PG_BINDIR, else the newest that is installed.
function M.bindir()
  M.cached_bindir = M.cached_bindir or os.getenv "RAYMIG_PG_BINDIR" or newest_bindir()
  return M.cached_bindir
end

--- Path of a program: pg.program "pg_dump". What that folder has not (some builds are servers
--- alone) is the newest that is installed.
function M.program(name)
  local path = M.bindir() .. "/" .. name
  if lfs.attributes(path, "mode") then return path end
  M.cached_newest = M.cached_newest or newest_bindir()
  return M.cached_newest .. "/" .. name
end

-- ---------------------------------------------------------------- servers

-- Our environment without the variables that libpq reads.
local function clean_env(extra)
  local env = process.environ()
  for name in pairs(env) do
    if name:find "^PG" then env[name] = nil end
  end
  env.LC_ALL, env.PGTZ = "C", "UTC"
  for name, value in pairs(extra or {}) do env[name] = value end
  return env
end

local function must(result, what)
  if result.code == 0 then return result end
  error(("%s failed with %d: %s%s"):format(what, result.code, result.err, result.out), 0)
end

-- Runs a server's program under the server's account.
local function run_as_server(argv)
  argv.uid, argv.gid = process.unprivileged()
  argv.env, argv.cwd = clean_env(), "/"
  return must(process.run(argv), argv[1])
end

-- initdb takes a second, a copy of its result a tenth: one pristine cluster is made for the run.
local function pristine_cluster()
  local path = os.getenv "RAYMIG_TEST_CLUSTER"
  if path then return path end
  local folder = process.temp_folder "initdb"
  local uid, gid = process.unprivileged()
  if uid then process.chown(folder, uid, gid) end
  run_as_server { M.program "initdb", "-D", folder .. "/data", "-U", USER, "-A", "trust", "-N",
    "-E", "UTF8", "--locale=C" }
  process.setenv("RAYMIG_TEST_CLUSTER", folder .. "/data")
  running[#running + 1] = { stop = function()
    process.setenv("RAYMIG_TEST_CLUSTER", nil)
    process.remove_folder(folder)
  end }
  return folder .. "/data"
end

local function new_server()
  local folder = process.temp_folder "pg"
  local uid, gid = process.unprivileged()
  if uid then process.chown(folder, uid, gid) end
  local server = setmetatable({ folder = folder, socket = folder, data = folder .. "/data",
    log_path = folder .. "/log", port = PORT, user = USER }, Server)
  running[#running + 1] = server
  return server
end

local function append(path, text)
  local file = assert(io.open(path, "a"))
  file:write(text)
  file:close()
end

function Server:set(settings)
  local lines = {}
  for name, value in pairs(settings or {}) do
    lines[#lines + 1] = ("%s = %s\n"):format(name, tostring(value))
  end
  table.sort(lines)
  append(self.data .. "/postgresql.conf", table.concat(lines))
end

local function is_ready(server)
  local file = io.open(server.data .. "/postmaster.pid")
  local text = file and file:read "a" or ""
  if file then file:close() end
  return text:find "\nready" ~= nil
end

--- Starts the server, or starts it again after stop. Waits until it accepts connections.
function Server:start()
  local uid, gid = process.unprivileged()
  local postmaster = process.start { M.program "postgres", "-D", self.data, "-k", self.socket,
    "-p", self.port, uid = uid, gid = gid, env = clean_env(), cwd = "/", stdout = self.log_path,
    stderr = self.log_path, deathsig = "QUIT" }
  self.postmaster = postmaster
  local function up() return is_ready(self) or not postmaster:alive() end
  process.eventually(up, "the server to start", 60)
  if not postmaster:alive() then error("the server did not start:\n" .. self:log(), 2) end
  return self
end

--- Stops it and keeps its data: "fast" (default), "immediate" (as in a crash) or "smart".
function Server:halt(mode)
  if not self.postmaster then return end
  self.postmaster:kill(({ smart = "TERM", fast = "INT", immediate = "QUIT" })[mode or "fast"])
  local result = self.postmaster:wait(20)
  self.postmaster = nil
  return result
end

function Server:restart(mode)
  self:halt(mode)
  return self:start()
end

--- Stops it for good and removes its files.
function Server:stop()
  self:halt "immediate"
  process.remove_folder(self.folder)
end

--- The server's own log, so far.
function Server:log()
  local file = io.open(self.log_path)
  if not file then return "" end
  local text = file:read "a"
  file:close()
  return text
end

--- Connection URL of a database. options: user, password, and whatever libpq has as parameters.
function Server:url(name, options)
  local parameters = {}
  local user, password = self.user, nil
  for key, value in pairs(options or {}) do
    if key == "user" then user = value
    elseif key == "password" then password = value
    else parameters[#parameters + 1] = key .. "=" .. tostring(value) end
  end
  table.sort(parameters)
  table.insert(parameters, 1, ("host=%s&port=%d"):format(self.socket, self.port))
  return ("postgresql://%s%s@/%s?%s"):format(user, password and ":" .. password or "",
    name or "postgres", table.concat(parameters, "&"))
end

-- ---------------------------------------------------------------- SQL

local FIELD, RECORD, NULL = "\x1f", "\x1e", "\x1d"

local function split(text, separator)
  local parts, from = {}, 1
  while true do
    local at = text:find(separator, from, true)
    parts[#parts + 1] = text:sub(from, at and at - 1)
    if not at then return parts end
    from = at + 1
  end
end

local function psql(url, sql, flags)
  local argv = { M.program "psql", url, "-XAq", "-v", "ON_ERROR_STOP=1", "-f", "-",
    stdin = sql, env = clean_env { PGCLIENTENCODING = "UTF8", PGOPTIONS = "" }, timeout = 300 }
  for _, flag in ipairs(flags) do table.insert(argv, #argv - 1, flag) end
  return process.run(argv)
end

-- The first record is the header; every row answers to positions and to column names.
local function parse_rows(text)
  if text == "" then return {} end
  local rows, names = {}, nil
  for _, record in ipairs(split(text:gsub(RECORD .. "$", ""), RECORD)) do
    local fields, row = split(record, FIELD), {}
    for i, value in ipairs(names and fields or {}) do
      if value ~= NULL then row[i], row[names[i]] = value, value end
    end
    if names then rows[#rows + 1] = row else names = fields end
  end
  return rows
end

local function query_url(url, sql)
  local result = psql(url, sql, { "-F", FIELD, "-R", RECORD, "-P", "null=" .. NULL,
    "-P", "footer=off" })
  if result.code ~= 0 then return nil, result.err end
  return parse_rows((result.out:gsub("\n$", "")))
end

-- Opens databases by URL: of the shared server, of another one, through a pooler.
local function open_database(server, name, url)
  return setmetatable({ name = name, url = url or server:url(name), server = server }, Database)
end

--- Rows of one statement, values as text: row[1], row.name; SQL NULL is nil. Raises on an error.
function Database:query(sql)
  local rows, err = query_url(self.url, sql)
  if not rows then error(err, 2) end
  return rows
end

--- As query, but nil and psql's message on an error.
function Database:try(sql)
  return query_url(self.url, sql)
end

--- The first value of the first row.
function Database:value(sql)
  local row = self:query(sql)[1]
  return row and row[1]
end

--- Runs a script of any number of statements; raises on an error.
function Database:exec(sql)
  local result = psql(self.url, sql, {})
  if result.code ~= 0 then error(result.err, 2) end
end

--- A psql left open, for locks and long transactions: session:send "begin; lock table t;",
--- then session:wait_for(pattern); every send is followed by an echoed mark that sync waits for.
---@return spec.Session
function Database:session()
  local child = process.start { M.program "psql", self.url, "-XAtq", stdin = true,
    env = clean_env() }
  local marks = 0
  ---@class spec.Session
  local session = { child = child }
  --- Sends SQL and returns at once.
  function session.send(_, sql)
    marks = marks + 1
    child:write(("%s\n\\echo mark-%d-end\n"):format(sql, marks))
  end
  --- Waits until all that was sent is done.
  function session.sync(_, timeout)
    return assert(child:wait_for("mark%-" .. marks .. "%-end", timeout), "the session hangs")
  end
  --- Sends SQL and waits until it is done.
  function session.run(self_, sql, timeout)
    self_:send(sql)
    return self_:sync(timeout)
  end
  --- Ends the session, its transaction rolled back.
  function session.close(_)
    child:kill "KILL"
    return child:wait(5)
  end
  return session
end

function Database:drop()
  self.server:database():exec(("drop database if exists %s with (force)"):format(self.name))
end

--- Handle of an existing database of this server (default: postgres).
---@return spec.Database
function Server:database(name)
  return open_database(self, name or "postgres")
end

--- A new, empty database. options: name, template, encoding (SQL text after CREATE DATABASE).
---@return spec.Database
function Server:create_database(options)
  options = options or {}
  created = created + 1
  local name = options.name or ("t_%d_%d"):format(process.pid(), created)
  self:database():exec(("create database %s %s"):format(name,
    options.template and "template " .. options.template or ""))
  local db = open_database(self, name)
  if self == shared then databases[#databases + 1] = db end
  return db
end

-- ---------------------------------------------------------------- the shared server

--- The server that all specs share.
---@return spec.Server
function M.server()
  if shared then return shared end
  local socket = os.getenv "RAYMIG_TEST_SOCKET"
  if socket then
    shared = setmetatable({ folder = socket, socket = socket, data = socket .. "/data",
      log_path = socket .. "/log", port = PORT, user = USER }, Server)
  else
    shared = M.conf()
  end
  return shared
end

--- URL of a database of the shared server.
function M.url(name, options)
  return M.server():url(name, options)
end

--- A new database on the shared server.
---@return spec.Database
function M.create_database(options)
  return M.server():create_database(options)
end

--- The shared server's major version.
function M.major()
  M.cached_major = M.cached_major
    or tonumber(M.server():database():value "show server_version_num") // 10000
  return M.cached_major
end

-- ---------------------------------------------------------------- servers of their own

--- A private server. settings: rows of postgresql.conf, as text; `hba`: the text of pg_hba.conf;
--- `start = false` leaves it stopped.
---     local server = pg.conf { max_connections = 10, hba = "local all all scram-sha-256\n" }
---     server:create_database().url
---@return spec.Server
function M.conf(settings)
  local server = new_server()
  run_as_server { "cp", "-a", pristine_cluster(), server.data }
  local own = {}
  for name, value in pairs(settings or {}) do own[name] = value end
  local hba, start = own.hba, own.start
  own.hba, own.start = nil, nil
  server:set(SETTINGS)
  server:set(own)
  if hba then
    local file = assert(io.open(server.data .. "/pg_hba.conf", "w"))
    file:write(hba)
    file:close()
  end
  return start == false and server or server:start()
end

-- A port of 127.0.0.1 that nobody listens on.
local function free_port()
  local listening = ""
  local file = io.open "/proc/net/tcp"
  if file then
    listening = file:read "a"
    file:close()
  end
  local port = 20000 + process.pid() % 20000
  while listening:find((":%04X "):format(port), 1, true) do port = port + 1 end
  return port
end

--- A private server that speaks TLS, with a certificate of its own, on 127.0.0.1:
---     server:url("postgres", { hostaddr = "127.0.0.1", sslmode = "require" })
---@return spec.Server
function M.tls(settings)
  local own = { ssl = "on", listen_addresses = "'127.0.0.1'", start = false }
  for name, value in pairs(settings or {}) do own[name] = value end
  local server = M.conf(own)
  server.port = free_port()
  run_as_server { "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    "-subj", "/CN=localhost", "-keyout", server.data .. "/server.key",
    "-out", server.data .. "/server.crt" }
  run_as_server { "chmod", "600", server.data .. "/server.key" }
  return server:start()
end

--- Of a server of pg.tls: writes PATH.key, encrypted with the password, and PATH.crt, the
--- certificate of a user, which the server takes where `ssl_ca_file` is its own certificate.
function Server:client_certificate(path, user, password)
  local function openssl(...)
    must(process.run { "openssl", ... }, "openssl")
  end
  openssl("req", "-new", "-newkey", "rsa:2048", "-passout", "pass:" .. password, "-subj",
    "/CN=" .. user, "-keyout", path .. ".key", "-out", path .. ".csr")
  openssl("x509", "-req", "-days", "2", "-in", path .. ".csr", "-CA", self.data .. "/server.crt",
    "-CAkey", self.data .. "/server.key", "-set_serial", "1", "-out", path .. ".crt")
  must(process.run { "chmod", "600", path .. ".key" }, "chmod")
end

--- A read-only streaming replica of a server (default: of the shared one); server:catch_up()
--- waits until it has all that its primary has.
---@return spec.Server
function M.standby(primary)
  primary = primary or M.server()
  local server = new_server()
  run_as_server { M.program "pg_basebackup", "-h", primary.socket, "-p", primary.port, "-U", USER,
    "-D", server.data, "-R", "-X", "stream", "-c", "fast" }
  server:start()
  function server.catch_up(self)
    local target = primary:database():value "select pg_current_wal_lsn()"
    local reached = ("select pg_last_wal_replay_lsn() >= '%s'"):format(target)
    process.eventually(function()
      return self:database():value(reached) == "t"
    end, "the standby to catch up", 30)
  end
  return server
end

local function pgbouncer_ini(options, server, folder)
  local settings = { unix_socket_dir = folder, listen_port = PORT, auth_type = "trust",
    auth_file = folder .. "/users.txt", logfile = folder .. "/log", pool_mode = "transaction",
    server_round_robin = 1, default_pool_size = 4, max_client_conn = 200 }
  for name, value in pairs(options) do settings[name] = value end
  local lines = {}
  for name, value in pairs(settings) do lines[#lines + 1] = ("%s = %s"):format(name, value) end
  table.sort(lines)
  return ("[databases]\n* = host=%s port=%d\n[pgbouncer]\nlisten_addr =\n%s\n"):format(
    server.socket, server.port, table.concat(lines, "\n"))
end

--- PgBouncer in front of a server (default: the shared one): transaction pooling, round robin,
--- four server connections. options: server, and rows of pgbouncer.ini.
---     local pooler = pg.pgbouncer { pool_mode = "session" }
---     pooler:url(db.name)
function M.pgbouncer(options)
  options = options or {}
  local rows = {}
  for name, value in pairs(options) do rows[name] = value end
  rows.server = nil
  local target = options.server or M.server()
  local pooler = new_server()
  append(pooler.folder .. "/pgbouncer.ini", pgbouncer_ini(rows, target, pooler.folder))
  append(pooler.folder .. "/users.txt", ('"%s" ""\n'):format(USER))

  local uid, gid = process.unprivileged()
  local found = process.run { "sh", "-c", "command -v pgbouncer || ls /usr/sbin/pgbouncer" }
  pooler.postmaster = process.start { found.out:match "[^\n]+", pooler.folder .. "/pgbouncer.ini",
    uid = uid, gid = gid, cwd = "/", env = clean_env(), stdout = pooler.log_path .. ".out",
    stderr = pooler.log_path .. ".out", deathsig = "QUIT" }
  process.eventually(function()
    return query_url(pooler:url "postgres", "select 1") or not pooler.postmaster:alive()
  end, "pgbouncer to start", 20)
  if not pooler.postmaster:alive() then error("pgbouncer did not start:\n" .. pooler:log(), 2) end
  return pooler
end

-- ---------------------------------------------------------------- the end

--- Stops every server that this process started and drops its databases on the shared one.
--- spec/support/helper.lua and tools/test.lua call it.
function M.stop_all()
  if #databases > 0 and os.getenv "RAYMIG_TEST_SOCKET" then
    local drops = {}
    for i, db in ipairs(databases) do
      drops[i] = ("drop database if exists %s with (force);"):format(db.name)
    end
    pcall(function() shared:database():exec(table.concat(drops, "\n")) end)
  end
  for i = #running, 1, -1 do running[i]:stop() end
  running, databases, shared = {}, {}, nil
end

return M
