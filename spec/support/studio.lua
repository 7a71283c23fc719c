--- `raymig studio`, started for a spec, and a client that says exactly what it is told to.
--
--     local studio = require("spec.support.studio").start(project, "--read-only")
--     local reply = studio:post("/api/rows", { oid = oid }) -- .status, .headers, .body, .json
--     local raw = studio:raw("GET / HTTP/1.1\r\nHost: evil\r\n\r\n")
--     local open = studio:open(text)                      -- a socket: open:read(), open:close()
--     studio:stop()
--
-- Requests have the right Host and token unless the options say otherwise:
-- { headers = { Host = "x" } }; false leaves a header out. Every request is a connection of its
-- own.

local json = require "cjson.safe"
local process = require "spec.support.process"
local sys = require "raymig_process"

local M = {}

---@class spec.Studio
---@field port integer
---@field token string
local Studio = {}
Studio.__index = Studio

local running = {}

--- Starts it on a free port and waits until it answers. Further arguments are options of its.
---@return spec.Studio
function M.start(project, ...)
  local child = project:start("studio", "--port", "0", "--no-open", ...)
  local url = child:wait_for("http://[^%s]+", 20)
  if not url then error("the studio did not start:\n" .. child:wait(5).err, 2) end
  local self = setmetatable({ child = child, url = url,
    port = math.tointeger(tonumber(url:match ":(%d+)/")), six = url:find("[", 1, true) ~= nil,
    token = url:match "#token=(%x+)" },
      Studio)
  running[#running + 1] = self
  return self
end

--- Ends it with SIGINT; its result.
function Studio:stop()
  if self.result then return self.result end
  self.child:kill "INT"
  self.result = self.child:wait(20)
  return self.result
end

--- Ends every one of this spec file.
function M.stop_all()
  for _, studio in ipairs(running) do studio:stop() end
  running = {}
end

-- ---------------------------------------------------------------- sockets

local Socket = {}
Socket.__index = Socket

--- Opens a connection and sends a text.
function Studio:open(text)
  local socket = setmetatable({ fd = assert(sys.connect(self.port, self.six)), text = "" }, Socket)
  sys.nonblock(socket.fd)
  if text then socket:write(text) end
  return socket
end

function Socket:write(text)
  local from = 1
  while from <= #text do
    local sent = sys.write(self.fd, text, from)
    if not sent then return false end
    if sent == 0 then sys.poll({}, { self.fd }, 100) end
    from = from + sent
  end
  return true
end

--- Reads until done(text) or the end; nil after `timeout` seconds (default 20).
function Socket:read(done, timeout)
  local deadline = sys.now() + (timeout or 20)
  local parts = { self.text }
  while not (done and done(self.text)) do
    local bytes = sys.read(self.fd)
    parts[#parts + 1] = bytes
    if done or not bytes then
      self.text = table.concat(parts)
      parts = { self.text }
    end
    if not bytes then return self.text end
    if sys.now() > deadline then return nil end
    if bytes == "" then sys.poll({ self.fd }, {}, 50) end
  end
  return self.text
end

function Socket:close()
  if self.fd then sys.close(self.fd) end
  self.fd = nil
end

-- ---------------------------------------------------------------- HTTP

local function unchunk(text)
  local parts, at = {}, 1
  while true do
    local size, from = text:match("^(%x+)\r\n()", at)
    if not size then return table.concat(parts), false end
    local length = tonumber(size, 16)
    if length == 0 then return table.concat(parts), true end
    parts[#parts + 1] = text:sub(from, from + length - 1)
    at = from + length + 2
  end
end

--- A reply's text taken apart: status, headers (lower case), body, json, whole (it ended as it
--- should).
function M.parse(text)
  local status, head, body = text:match "^HTTP/1%.[01] (%d+)[^\r\n]*\r\n(.-\r?\n)\r?\n(.*)$"
  if not status then return { status = 0, headers = {}, body = text } end
  local reply = { status = tonumber(status), headers = {}, body = body, whole = true }
  for name, value in head:gmatch "([^\r\n:]+): ?([^\r\n]*)" do
    reply.headers[name:lower()] = value
  end
  if reply.headers["transfer-encoding"] == "chunked" then
    reply.body, reply.whole = unchunk(body)
  end
  if (reply.headers["content-type"] or ""):find "^application/json" then
    reply.json = json.decode(reply.body)
  end
  return reply
end

--- Sends a text as it is and gives what comes back until the end of the connection.
function Studio:raw(text, timeout)
  local socket = self:open(text)
  local got = socket:read(nil, timeout)
  socket:close()
  assert(got, "no reply")
  return M.parse(got)
end

--- The text of a request. options: headers, body.
function Studio:text(method, path, options)
  options = options or {}
  local headers = { Host = (self.six and "[::1]:" or "127.0.0.1:") .. self.port,
    ["X-Raymig-Token"] = self.token,
    Connection = "close", ["Content-Type"] = options.body and "application/json" or nil,
    ["Content-Length"] = options.body and tostring(#options.body) or nil }
  for name, value in pairs(options.headers or {}) do headers[name] = value end
  local lines = { ("%s %s HTTP/1.1"):format(method, path) }
  for name, value in pairs(headers) do
    if value then lines[#lines + 1] = name .. ": " .. value end
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. (options.body or "")
end

function Studio:request(method, path, options)
  return self:raw(self:text(method, path, options), options and options.timeout)
end

function Studio:get(path, options)
  return self:request("GET", path, options)
end

--- A body that is a table is sent as JSON.
function Studio:post(path, body, options)
  local all = { body = type(body) == "string" and body or json.encode(body) }
  for name, value in pairs(options or {}) do all[name] = value end
  return self:request("POST", path, all)
end

--- As post, but raises unless the status is 200; the reply's JSON.
function Studio:ask(path, body)
  local reply = self:post(path, body)
  if reply.status ~= 200 then
    error(("%s: %d %s"):format(path, reply.status, reply.body), 2)
  end
  return reply.json or reply.body
end

--- Waits until a query that matches a LIKE pattern runs (or, `gone`, none does).
function M.await_query(db, pattern, gone)
  local sql = ("select count(*) from pg_stat_activity where state = 'active' and query like '%s' "
    .. "and pid <> pg_backend_pid()"):format(pattern)
  process.eventually(function() return (db:value(sql) == "0") == (gone or false) end, pattern, 15)
end

M.null = json.null

return M
