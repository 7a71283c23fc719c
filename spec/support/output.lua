--- busted's output for raymig: silent about what passes, complete about what does not, and one
--- last line `N passed, N failed, N skipped`, the same that C tests print, which tools/test.lua
--- adds up. An error counts as a failure, pending as skipped.

local pretty = require "pl.pretty"

local function text_of(message)
  if message == nil then return "no message" end
  return type(message) == "string" and message or pretty.write(message)
end

local function indent(text)
  return "    " .. text:gsub("%s+$", ""):gsub("\n", "\n    ")
end

local function place(entry)
  local trace = entry.element.trace or entry.trace
  if not trace or not trace.short_src then return "" end
  return (" (%s:%d)"):format(trace.short_src, trace.currentline or 0)
end

return function()
  local busted = require "busted"
  local handler = require "busted.outputHandlers.base" ()

  local function print_problem(word, entry)
    io.write(("  %s: %s%s\n"):format(word, entry.name, place(entry)))
    io.write(indent(text_of(entry.message)), "\n")
    local trace = entry.trace and entry.trace.traceback
    if trace then
      local own = {}
      for line in trace:gmatch "[^\n]+" do
        if line:find "spec/" then own[#own + 1] = line end
      end
      if #own > 0 then io.write(indent(table.concat(own, "\n")), "\n") end
    end
  end

  function handler.suiteEnd()
    for _, entry in ipairs(handler.pendings) do
      local reason = entry.message and ": " .. text_of(entry.message) or ""
      io.write(("  skipped: %s%s\n"):format(entry.name, reason))
    end
    for _, entry in ipairs(handler.failures) do print_problem("FAILED", entry) end
    for _, entry in ipairs(handler.errors) do print_problem("ERROR", entry) end
    io.write(("%d passed, %d failed, %d skipped\n"):format(handler.successesCount,
      handler.failuresCount + handler.errorsCount, handler.pendingsCount))
    io.flush()
    return nil, true
  end

  busted.subscribe({ "suite", "end" }, handler.suiteEnd)
  return handler
end
