--- A program in a real terminal, through tmux on a socket of its own.
--
--     local terminal = require "spec.support.terminal"
--     local t = terminal.project(project, "down")        -- raymig in a project's folder
--     t:wait_for "Drop 1 table%?"
--     t:type "y"
--     t:send "Enter"                                     -- tmux key names: "C-c", "Up", "Escape"
--     assert.equal(0, t:wait())                          -- exit code
--     assert.matches("done", t:screen())
--
-- terminal.start { "less", "file", cwd =, env =, width = 100, height = 30 } runs anything.

local process = require "spec.support.process"

local M = {}

local CONFIG = [[
set -g remain-on-exit on
set -g status off
set -g history-limit 20000
set -g default-terminal "tmux-256color"
set -s escape-time 0
]]

-- tmux 3.3 sometimes misses how a program ended: a shell around it writes that down. It must
-- outlive the keys that end the program.
local WRAPPER = [[trap : INT QUIT TERM HUP; "$@"; echo $? > "$0"]]

---@class spec.Terminal
local Terminal = {}
Terminal.__index = Terminal

local terminals, count = {}, 0

function Terminal:tmux(...)
  return process.run { "tmux", "-u", "-L", self.name, "-f", self.folder .. "/conf",
    env = self.env, timeout = 20, ... }
end

--- Starts a program in a terminal of its own.
---@return spec.Terminal
function M.start(spec)
  count = count + 1
  local self = setmetatable({ name = ("raymig-%d-%d"):format(process.pid(), count),
    folder = process.temp_folder "tmux" }, Terminal)
  local file = assert(io.open(self.folder .. "/conf", "w"))
  file:write(CONFIG)
  file:close()
  self.env = { TMUX_TMPDIR = self.folder }
  for name, value in pairs(spec.env or process.environ()) do self.env[name] = value end
  self.env.TERM, self.env.TMUX, self.env.LANG = "xterm-256color", nil, "C.UTF-8"
  local argv = { "new-session", "-d", "-x", spec.width or 100, "-y", spec.height or 30,
    "-c", spec.cwd or "/", "sh", "-c", WRAPPER, self.folder .. "/code" }
  for _, word in ipairs(spec) do argv[#argv + 1] = word end
  terminals[#terminals + 1] = self
  local result = self:tmux(table.unpack(argv))
  if result.code ~= 0 then error("tmux: " .. result.err, 2) end
  return self
end

--- Runs raymig in a project's folder and environment.
---@return spec.Terminal
function M.project(project, ...)
  local binary = require("spec.support.project").binary()
  return M.start { cwd = project.path, env = project.env, binary, ... }
end

--- Sends keys by tmux's names: send("C-c"), send("y", "Enter").
function Terminal:send(...)
  self:tmux("send-keys", ...)
end

--- Types a text, letter by letter as it stands.
function Terminal:type(text)
  self:tmux("send-keys", "-l", text)
end

--- What the terminal shows, with what has scrolled away; `colours` keeps the escape sequences.
function Terminal:screen(colours)
  local flags = { "capture-pane", "-p", "-J", "-S", "-" }
  if colours then flags[#flags + 1] = "-e" end
  return (self:tmux(table.unpack(flags)).out:gsub("%s+$", ""))
end

--- Waits until the screen holds the Lua pattern; raises, showing the screen, after `timeout`
--- seconds (default 10).
function Terminal:wait_for(pattern, timeout)
  local deadline = process.now() + (timeout or 10)
  repeat
    local found = self:screen():match(pattern)
    if found then return found end
    process.sleep(0.02)
  until process.now() > deadline
  error(("no %q on the screen:\n%s"):format(pattern, self:screen()), 2)
end

--- Waits for the program's end: its exit code, 128 + signal if one ended it. Raises after
--- `timeout` seconds (default 20).
function Terminal:wait(timeout)
  local deadline = process.now() + (timeout or 20)
  repeat
    local file = io.open(self.folder .. "/code")
    local code = file and file:read "a":match "^(%d+)\n"
    if file then file:close() end
    if code then return tonumber(code) end
    process.sleep(0.01)
  until process.now() > deadline
  error("the program still runs:\n" .. self:screen(), 2)
end

--- Changes the size, as a user does by dragging the window.
function Terminal:resize(width, height)
  self:tmux("resize-window", "-x", width, "-y", height)
end

--- Ends the terminal and what runs in it.
function Terminal:close()
  if not self.folder then return end
  self:tmux "kill-server"
  process.remove_folder(self.folder)
  self.folder = nil
end

--- Closes every terminal; spec/support/helper.lua calls it.
function M.close_all()
  for _, terminal in ipairs(terminals) do terminal:close() end
  terminals = {}
end

return M
