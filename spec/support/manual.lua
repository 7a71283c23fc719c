--- The examples of a page of the manual, run as a reader would run them.
--
--     local manual = require "spec.support.manual"
--     local page = manual.read "docs/schema.md"
--     page.steps                      -- what is run, in order; page.faults: what is not understood
--     manual.run(page)                  -- raises with page, line and a diff
--
-- A page is one bash in an empty folder, with raymig in its PATH: `cd` and `export` hold for what
-- follows. In the page's order
--
--     ```console                      lines that begin with `$ ` are run (`\` at the end: the next
--                                     line, too); what follows each is what it says, standard
--                                     output and standard error as on a terminal. A line `...`
--                                     stands for any lines; alone, for success.
--     ```console skip="needs apt"     is not run
--     ```lua file=schema/users.lua    is written there, from where the session stands
--     ```lua run=schema               is a part of something: manual_kinds.lua makes it whole and
--                                     runs it
--     ```lua sketch                   lists forms; nothing is run, of whatever language
--
-- Fences of `text` are no examples. What stands in an HTML comment is run and not seen: a table
-- that an example needs. UPDATE=1 writes what commands said into the page, where no `...` stands.

local lfs = require "lfs"
local kinds = require "spec.support.manual_kinds"
local process = require "spec.support.process"
local project = require "spec.support.project"

local M = {}

local TIMEOUT = 240
local HOME = "/home/ann" -- how a page calls the folder that it runs in

---@class spec.Page
---@field path string
---@field lines string[]
---@field steps spec.Step[]
---@field faults string[] "docs/x.md:12: what is wrong"

---@class spec.Step
---@field line integer of the command or of the fence
---@field script string bash
---@field shown string what a message calls it
---@field expected? string[] lines of output; nil, and a lone "...": it must end with 0

-- ---------------------------------------------------------------- reading

local function quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function console(page, block)
  local step
  for i = block.first, block.last do
    local text = page.lines[i]
    if step and not step.complete then
      step.script = step.script .. "\n" .. text
      step.complete = not text:find "\\$"
    elseif text:find "^%$ " then
      step = { line = i, script = text:sub(3), shown = text, expected = {},
        complete = not text:find "\\$" }
      page.steps[#page.steps + 1] = step
    elseif step then
      table.insert(step.expected, text)
    else
      table.insert(page.faults, ("%s:%d: no command before it"):format(page.path, i))
    end
    if step then step.last = i end
  end
end

local function text_of(page, block)
  return table.concat(page.lines, "\n", block.first, block.last) .. "\n"
end

local function add(page, block, script, shown)
  page.steps[#page.steps + 1] = { line = block.first - 1, script = script, shown = shown }
end

local function fence(page, block)
  local language, rest = block.info:match "^(%S*)%s*(.*)$"
  local file, kind = rest:match "^file=(%S+)$", rest:match "^run=(%S+)$"
  if language == "text" or rest == "sketch" or rest:find '^skip="[^"]+"$' then return end
  if language == "console" and rest == "" then
    console(page, block)
  elseif file then
    add(page, block, kinds.write(file, text_of(page, block), quote), block.info)
  elseif kind and kinds.run[kind] then
    local name = "line_" .. block.first
    add(page, block, kinds.run[kind](text_of(page, block), name, quote), block.info)
  else
    table.insert(page.faults, ('%s:%d: "%s" is neither run (file=, run=), nor sketch or text')
      :format(page.path, block.first - 1, block.info))
  end
end

--- Reads a page.
---@return spec.Page
function M.read(path)
  local page = { path = path, lines = {}, steps = {}, faults = {} }
  local block
  for text in io.lines(path) do
    local number = #page.lines + 1
    page.lines[number] = text
    if not block and text:find "^```" then
      block = { info = text:sub(4), first = number + 1 }
    elseif block and text == "```" then
      block.last = number - 1
      fence(page, block)
      block = nil
    elseif not block and text:find "^    %$ " then
      table.insert(page.faults, ("%s:%d: a session stands in a fence"):format(path, number))
    end
  end
  return page
end

--- README.md and all pages under docs/, sorted.
function M.pages()
  local found = { "README.md" }
  local function walk(folder)
    local names = {}
    for name in lfs.dir(folder) do names[#names + 1] = name end
    table.sort(names)
    for _, name in ipairs(names) do
      if name:find "%.md$" then
        found[#found + 1] = folder .. "/" .. name
      elseif not name:find "%." then
        walk(folder .. "/" .. name)
      end
    end
  end
  walk "docs"
  return found
end

-- ---------------------------------------------------------------- comparing

-- What is another in every run, and on every machine. Applied to both sides.
local CHANGING = {
  { "%d%d%d%d%-%d%d%-%d%d[T ]%d%d:%d%d:%d%d[%.%d]*[Z+%d]*", "TIME" },
  { "%f[%w]20%d%d%d%d%d%d%d%d%d%d%d%d%f[^%d]", "STAMP" },
  { "PostgreSQL %d+%.?%d*", "PostgreSQL N" },
  { "raymig %d+%.%d+%.%d+ %(%x+%)", "raymig N" },
  { "%f[%w]%d+min %d+s%f[%W]", "DURATION" },
  { "%f[%w]%d+%.?%d*m?s%f[%W]", "DURATION" },
  { "%f[%w]%d+%.?%d* m?s%f[%W]", "DURATION" },
  { "pid %d+", "pid N" },
  { "(_ms\": )%d+", "%1N" },
  { "127%.0%.0%.1:%d+", "127.0.0.1:N" },
  { "token=%w+", "token=N" },
  { "(%S)  +", "%1  " }, -- columns are as wide as what is in them
  { "%s+$", "" },
}

local function hash(word) return #word >= 7 and word:find "%d" and word:find "%a" and "HASH" end

local function normal(text)
  for _, rule in ipairs(CHANGING) do text = text:gsub(rule[1], rule[2]) end
  return (text:gsub("%f[%w]%x+%f[%W]", hash))
end

-- The cheapest way from one list of lines to the other: `cost[i][j]` for what is left from i and j.
local function costs(expected, actual)
  local cost = {}
  for i = #expected + 1, 1, -1 do
    cost[i] = {}
    for j = #actual + 1, 1, -1 do
      local best
      if i > #expected then
        best = #actual + 1 - j
      elseif expected[i] == "..." then
        best = math.min(cost[i + 1][j], j <= #actual and cost[i][j + 1] or math.huge)
      elseif j > #actual then
        best = 1 + cost[i + 1][j]
      else
        best = 1 + math.min(cost[i + 1][j], cost[i][j + 1])
        if normal(expected[i]) == normal(actual[j]) then
          best = math.min(best, cost[i + 1][j + 1])
        end
      end
      cost[i][j] = best
    end
  end
  return cost
end

--- The difference of two lists of lines, `...` in the first being any; nil where there is none.
function M.diff(expected, actual)
  local cost = costs(expected, actual)
  if cost[1][1] == 0 then return nil end
  local i, j, out = 1, 1, {}
  local function say(mark, text) out[#out + 1] = mark .. text end
  while i <= #expected or j <= #actual do
    local here, line = cost[i][j], expected[i]
    if line == "..." then
      if here == cost[i + 1][j] then
        say("  ", "...")
        i = i + 1
      else
        say(". ", actual[j])
        j = j + 1
      end
    elseif line and actual[j] and normal(line) == normal(actual[j])
      and here == cost[i + 1][j + 1] then
      say("  ", actual[j])
      i, j = i + 1, j + 1
    elseif line and here == 1 + cost[i + 1][j] then
      say("- ", line)
      i = i + 1
    else
      say("+ ", actual[j])
      j = j + 1
    end
  end
  return table.concat(out, "\n")
end

-- ---------------------------------------------------------------- running

local MARK = "\x1e"

local function script_of(page)
  local parts = {}
  for number, step in ipairs(page.steps) do
    parts[#parts + 1] = ("eval %s\nprintf '%s%d %%d\\n' $?\n"):format(quote(step.script),
      "\\036", number)
  end
  return table.concat(parts)
end

local function split(text)
  local lines = {}
  if text ~= "" and not text:find "\n$" then text = text .. "\n" end
  for line in text:gmatch "([^\n]*)\n" do lines[#lines + 1] = line end
  return lines
end

-- What each step said, and its exit code.
local function execute(page, p)
  p:write("../page.sh", script_of(page))
  local env = { PATH = project.binary():match "^(.*)/" .. ":" .. p.env.PATH, COLUMNS = "100" }
  for name, value in pairs(p.env) do env[name] = env[name] or value end
  local said = p.root .. "/said"
  local result = process.run { "bash", "../page.sh", cwd = p.path, env = env, stdout = said,
    stderr = said, timeout = TIMEOUT }
  local file = assert(io.open(said, "rb"))
  local text = file:read("a"):gsub(p.path:gsub("%p", "%%%0"), HOME)
  file:close()
  local answers = {}
  for output, code in text:gmatch("(.-)" .. MARK .. "%d+ (%d+)\n") do
    answers[#answers + 1] = { lines = split(output), code = tonumber(code) }
  end
  if #answers < #page.steps then
    error(("%s:%d: %s: the session ended here (exit code %d)\n%s"):format(page.path,
      page.steps[#answers + 1].line, page.steps[#answers + 1].shown, result.code,
      text:match("[^" .. MARK .. "]*$")), 0)
  end
  return answers
end

local function fault(page, step, answer)
  local diff
  local says_nothing = not step.expected or #step.expected == 1 and step.expected[1] == "..."
  if not says_nothing then
    diff = M.diff(step.expected, answer.lines)
  elseif answer.code ~= 0 then
    diff = ("exit code %d\n%s"):format(answer.code, table.concat(answer.lines, "\n"))
  end
  return diff and ("%s:%d: %s\n%s"):format(page.path, step.line, step.shown, diff)
end

local function update(page, answers)
  local lines = page.lines
  for number = #page.steps, 1, -1 do
    local step = page.steps[number]
    local known = step.expected and table.concat(step.expected, "\n")
    if known and fault(page, step, answers[number])
      and not ("\n" .. known .. "\n"):find("\n...\n", 1, true) then
      for _ = 1, #step.expected do table.remove(lines, step.last - #step.expected + 1) end
      for i, text in ipairs(answers[number].lines) do
        table.insert(lines, step.last - #step.expected + i, text)
      end
    end
  end
  local file = assert(io.open(page.path, "w"))
  file:write(table.concat(lines, "\n"), "\n")
  file:close()
end

--- Runs the page's steps in a folder of its own; raises with all that differs.
function M.run(page)
  local p = project.new {}
  local ok, answers = pcall(execute, page, p)
  p:remove()
  if not ok then error(answers, 0) end
  local faults = {}
  for number, step in ipairs(page.steps) do
    faults[#faults + 1] = fault(page, step, answers[number])
  end
  if #faults > 0 and os.getenv "UPDATE" then update(page, answers) end
  if #faults > 0 then error("\n" .. table.concat(faults, "\n\n"), 0) end
end

return M
