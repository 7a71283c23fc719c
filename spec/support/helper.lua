--- Loaded by busted before any spec (see .busted): keeps the helpers, and the servers that they
--- hold, out of busted's per-file reloading, and ends everything when busted does.

local busted = require "busted"
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local terminal = require "spec.support.terminal"

assert(_VERSION == "Lua 5.4", "the specs need Lua 5.4; this is " .. _VERSION)

busted.subscribe({ "exit" }, function()
  terminal.close_all()
  project.remove_all()
  pg.stop_all()
  return nil, true
end)
