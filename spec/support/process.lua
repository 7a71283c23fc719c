--- Start programs and hear all that they say.
--
-- Everything a spec runs goes through here: an argument list and no shell, standard output and
-- standard error apart, its own process group, a deadline. A program ends when it exits, even if
-- a daemon that it left behind still holds its pipes.
--
--     local result = process.run { "psql", "--version", timeout = 5 }
--     assert.equal(0, result.code)
--     local child = process.start { "sleep", "100" }
--     child:kill "INT"
--     assert.equal(130, child:wait().code)

package.cpath = "build/spec/?.so;" .. package.cpath
local ok, sys = pcall(require, "raymig_process")
if not ok then error("build/spec/raymig_process.so is missing: run `make tests` first\n" .. sys) end

local M = { now = sys.now, sleep = sys.sleep, uid = sys.uid, pid = sys.pid, account = sys.account,
  environ = sys.environ, setenv = sys.setenv, chown = sys.chown, chmod = sys.chmod }

M.SIGNALS = { HUP = 1, INT = 2, QUIT = 3, ABRT = 6, KILL = 9, USR1 = 10, USR2 = 12, PIPE = 13,
  TERM = 15, CONT = 18, STOP = 19 }

local DEFAULT_TIMEOUT = 60
local TICK_MS = 10

---@class spec.Result
---@field code integer exit code; 128 + signal if a signal ended it; 124 after a timeout
---@field signal? integer the signal that ended it
---@field out string standard output
---@field err string standard error
---@field seconds number wall-clock time
---@field timed_out? boolean

---@class spec.Child
---@field pid integer
---@field out string[] pieces of standard output so far
---@field err string[] pieces of standard error so far
local Child = {}
Child.__index = Child

local function signal_number(signal)
  return assert(M.SIGNALS[signal] or math.tointeger(signal), "unknown signal " .. tostring(signal))
end

local function env_list(env)
  if not env then return nil end
  local list = {}
  for name, value in pairs(env) do list[#list + 1] = name .. "=" .. value end
  table.sort(list)
  return list
end

--- Starts a program. The list part of `spec` is its argument list; the named fields are all
--- optional: `cwd`; `env` (the whole environment, default ours); `stdin` (a text, default
--- nothing; true leaves it open for child:write); `stdout`, `stderr` (a file to append to);
--- `uid`, `gid`; `deathsig` (a signal's name: what the program gets if we die, default "KILL").
---@return spec.Child
function M.start(spec)
  local in_read, in_write = assert(sys.pipe())
  local out_read, out_write, err_read, err_write
  if spec.stdout then out_write = assert(sys.open(spec.stdout, "a"))
  else out_read, out_write = assert(sys.pipe()) end
  if spec.stderr then err_write = assert(sys.open(spec.stderr, "a"))
  else err_read, err_write = assert(sys.pipe()) end

  local argv = {}
  for i, word in ipairs(spec) do argv[i] = tostring(word) end
  local pid = assert(sys.spawn { argv = argv, env = env_list(spec.env), cwd = spec.cwd,
    uid = spec.uid, gid = spec.gid, deathsig = signal_number(spec.deathsig or "KILL"),
    stdin = in_read, stdout = out_write, stderr = err_write })
  sys.close(in_read)
  sys.close(out_write)
  sys.close(err_write)

  local child = setmetatable({ pid = pid, out = {}, err = {}, readers = {}, stdin = in_write,
    unsent = "", started = sys.now() }, Child)
  if out_read then child.readers[out_read] = child.out end
  if err_read then child.readers[err_read] = child.err end
  for fd in pairs(child.readers) do sys.nonblock(fd) end
  sys.nonblock(in_write)
  if type(spec.stdin) == "string" then child:write(spec.stdin) end
  if spec.stdin ~= true then child:close_stdin() end
  return child
end

--- Starts a program and waits for it; `timeout` in seconds (default 60) kills its group.
---@return spec.Result
function M.run(spec)
  return M.start(spec):wait(spec.timeout)
end

--- Queues text for standard input; it is sent while the program is waited for.
function Child:write(text)
  self.unsent = self.unsent .. text
  self:pump(0)
end

--- Standard input ends after what was queued.
function Child:close_stdin()
  self.closing = true
  self:pump(0)
end

function Child:send()
  if not self.stdin then return end
  if #self.unsent > 0 then
    local sent = sys.write(self.stdin, self.unsent)
    self.unsent = sent and self.unsent:sub(sent + 1) or ""
    if not sent then self.closing = true end
  end
  if self.closing and #self.unsent == 0 then
    sys.close(self.stdin)
    self.stdin = nil
  end
end

function Child:receive(fd)
  while true do
    local bytes = sys.read(fd)
    if bytes == "" then return end
    if not bytes then
      sys.close(fd)
      self.readers[fd] = nil
      return
    end
    table.insert(self.readers[fd], bytes)
  end
end

--- Moves what can be moved now, waiting up to `ms` for something to move.
function Child:pump(ms)
  local readers, writers = {}, {}
  for fd in pairs(self.readers) do readers[#readers + 1] = fd end
  if self.stdin and #self.unsent > 0 then writers[1] = self.stdin end
  if ms > 0 and #readers == 0 then ms = 2 end
  if ms > 0 then sys.poll(readers, writers, ms) end
  self:send()
  for _, fd in ipairs(readers) do self:receive(fd) end
end

--- The result if the program has ended, nil while it runs.
---@return spec.Result?
function Child:poll()
  if self.result then return self.result end
  self:pump(0)
  local how, number = sys.wait(self.pid)
  if not how then return nil end
  self:pump(0)
  for fd in pairs(self.readers) do sys.close(fd) end
  if self.stdin then sys.close(self.stdin) end
  self.readers, self.stdin = {}, nil
  self.result = { out = table.concat(self.out), err = table.concat(self.err),
    code = how == "signal" and 128 + number or number, signal = how == "signal" and number or nil,
    seconds = sys.now() - self.started }
  return self.result
end

function Child:alive()
  return self:poll() == nil
end

--- Waits for the end. After `timeout` seconds (default 60) the program's group is killed and
--- the result says timed_out, code 124.
---@return spec.Result
function Child:wait(timeout)
  local deadline = sys.now() + (timeout or DEFAULT_TIMEOUT)
  while true do
    local result = self:poll()
    if result then return result end
    if sys.now() > deadline then break end
    self:pump(TICK_MS)
  end
  sys.kill(-self.pid, M.SIGNALS.KILL)
  repeat self:pump(TICK_MS) until self:poll()
  self.result.timed_out, self.result.code = true, 124
  return self.result
end

--- Waits until standard output or standard error holds the Lua pattern; nil after `timeout`
--- seconds (default 10) or at the end of the program.
function Child:wait_for(pattern, timeout)
  local deadline = sys.now() + (timeout or 10)
  repeat
    local ended = self:poll()
    local found = (table.concat(self.out) .. table.concat(self.err)):match(pattern)
    if found or ended then return found end
    self:pump(TICK_MS)
  until sys.now() > deadline
  return nil
end

--- Sends a signal by name or number to the program alone; kill_group to all it started.
function Child:kill(signal)
  return not self.result and sys.kill(self.pid, signal_number(signal or "TERM"))
end

function Child:kill_group(signal)
  return sys.kill(-self.pid, signal_number(signal or "KILL"))
end

--- Signals any process: process.kill(pid, "STOP").
function M.kill(pid, signal)
  return sys.kill(pid, signal_number(signal))
end

--- Whether a process with this id exists.
function M.exists(pid)
  return (sys.kill(pid, 0)) == true
end

--- Waits until check() is true and returns what it returned; raises after `timeout` seconds.
function M.eventually(check, what, timeout)
  local deadline = sys.now() + (timeout or 10)
  while true do
    local value = check()
    if value then return value end
    if sys.now() > deadline then error("timed out waiting for " .. (what or "a condition"), 2) end
    sys.sleep(0.005)
  end
end

--- A fresh folder with a short path (Unix sockets have room for 107 bytes), readable by others; in
--- `base`, or where temporary files go.
function M.temp_folder(name, base)
  base = base or os.getenv "TMPDIR" or "/tmp"
  if #base > 40 then base = "/tmp" end
  return assert(sys.mkdtemp(("%s/raymig-%s-XXXXXX"):format(base, name or "spec")))
end

--- Removes a folder made by temp_folder, and only such a one.
function M.remove_folder(path)
  assert(path:find "/raymig%-[%w]+%-%w%w%w%w%w%w$", "not a temporary folder: " .. path)
  return M.run { "rm", "-rf", path }.code == 0
end

--- The account that servers run as when we are root: uid, gid, name; nothing when we are not.
function M.unprivileged()
  if sys.uid() ~= 0 then return nil end
  for _, name in ipairs { "postgres", "nobody" } do
    local uid, gid = sys.account(name)
    if uid then return uid, gid, name end
  end
  error "no unprivileged account found"
end

return M
