--- The report: Markdown on standard output, progress on standard error.

local M = {}

function M.line(text, ...)
  io.stdout:write(select("#", ...) > 0 and text:format(...) or text, "\n")
  io.stdout:flush()
end

function M.say(text, ...)
  io.stderr:write("bench: ", text:format(...), "\n")
end

local function milliseconds(seconds)
  local ms = seconds * 1000
  return ms < 10 and ("%.2f"):format(ms) or ms < 100 and ("%.1f"):format(ms)
    or ("%.0f"):format(ms)
end
M.milliseconds = milliseconds

local function table_row(cells)
  M.line("| " .. table.concat(cells, " | ") .. " |")
end
M.table_row = table_row

function M.table_head(heads, right)
  local rules = {}
  for i in ipairs(heads) do rules[i] = i > (right or 1) and "---:" or "---" end
  M.line("")
  table_row(heads)
  table_row(rules)
end

--- A table of figures, each held against the one named `base`; `extra` = { head, function(figure) }
--- is a column more.
function M.figures(figures, base, extra)
  local against
  for _, figure in ipairs(figures) do
    if figure.name == base and not figure.failed then against = figure.median end
  end
  local heads = { "", "median ms", "min - max", "of " .. base, "CPU ms", "peak MB", "runs" }
  if extra then table.insert(heads, 5, extra[1]) end
  M.table_head(heads)
  for _, figure in ipairs(figures) do
    local cells
    if figure.failed then
      cells = { figure.name, "failed", "", "", "", "", "" }
    else
      cells = { figure.name, milliseconds(figure.median),
        milliseconds(figure.min) .. " - " .. milliseconds(figure.max),
        against and ("%.2f"):format(figure.median / against) or "",
        milliseconds(figure.cpu), ("%.1f"):format(figure.rss / 1024), tostring(figure.runs) }
    end
    if extra then table.insert(cells, 5, figure.failed and "" or extra[2](figure) or "") end
    table_row(cells)
  end
  M.line("")
end

return M
