--- The throwaway server that all tools share, and the network in front of it.

local pg = require "spec.support.pg"
local process = require "spec.support.process"

local M = {}

local server, proxies = nil, {}

-- As a server in production has it; durable() turns fsync off and on for a part.
local SETTINGS = {
  fsync = "on", synchronous_commit = "on", full_page_writes = "on", shared_buffers = "'256MB'",
  autovacuum = "off", -- it would run now in one tool's turn, now in another's
}

--- Starts it; the settings that the report names.
function M.start()
  server = pg.conf(SETTINGS)
  return server
end

--- fsync on or off, for the runs that follow.
function M.durable(on)
  server:database():exec(("alter system set fsync = %s;\nselect pg_reload_conf();"):format(
    on and "on" or "off"))
  process.eventually(function()
    return server:database():value "show fsync" == (on and "on" or "off")
  end, "the server to reload")
end

function M.version()
  return server:database():value "show server_version"
end

--- A database of this name, new and empty whatever there was.
---@return spec.Database
function M.fresh(name)
  server:database():exec(("drop database if exists %s with (force);\ncreate database %s;"):format(
    name, name))
  return server:database(name)
end

function M.database(name)
  return server:database(name)
end

--- Drops and copies: `name` becomes what `template` is.
function M.copy(name, template)
  server:database():exec(("drop database if exists %s with (force);\n" ..
    "create database %s template %s;"):format(name, name, template))
  return server:database(name)
end

--- All that waits to be written is written now and not in somebody's turn.
function M.settle()
  server:database():exec "checkpoint"
end

--- The socket folder, for tools that do not take a URL.
function M.socket()
  return server.socket
end

---@class bench.Proxy
---@field socket string folder of its socket
---@field child spec.Child
local Proxy = {}
Proxy.__index = Proxy

--- A network with a round trip of that many milliseconds in front of the server.
---@return bench.Proxy
function M.proxy(rtt_ms)
  local folder = process.temp_folder "bench"
  local child = process.start { "build/bench/proxy", folder .. "/.s.PGSQL.5432",
    server.socket .. "/.s.PGSQL.5432", math.tointeger(rtt_ms * 1000) }
  assert(child:wait_for "ready", "the proxy did not start")
  local proxy = setmetatable({ socket = folder, child = child, rtt_ms = rtt_ms }, Proxy)
  proxies[#proxies + 1] = proxy
  return proxy
end

--- Round trips since the last call, connecting included, and the number of connections.
function Proxy:trips()
  process.sleep(0.05) -- a connection is counted when its end has come through
  self.child:pump(0)
  local text = table.concat(self.child.out)
  local trips, connections = 0, 0
  for count in text:gmatch "(%d+) %d+ %d+\n" do
    trips, connections = trips + tonumber(count), connections + 1
  end
  local before, before_connections = self.seen or 0, self.connections or 0
  self.seen, self.connections = trips, connections
  return trips - before, connections - before_connections
end

function Proxy:stop()
  self.child:kill "KILL"
  self.child:wait(5)
  process.remove_folder(self.socket)
end

function M.stop()
  for _, proxy in ipairs(proxies) do proxy:stop() end
  proxies = {}
  pg.stop_all()
end

return M
