--- The rules of the house that no linter knows: floors.lua [ROOT]
--
-- Which room may include which, which words belong to which files, how long a file may be. Each
-- rule is a row of a table below; each exception is a row with its reason. Comments and string
-- literals are blanked before C is searched. Prints file:line: what, and fails if it printed.

-- A room may include itself and the rooms to its left.
local FLOORS = {
  "base", "pg", "catalog", "kind", "diagram", "pull", "diff", "history", "script", "lint", "run",
  "project", "library", "studio", "cmd", "main",
}

local MAX_LINES = 600

-- Headers of libraries: where they may be included (Lua patterns over the path).
local HEADERS = {
  { names = { "lua.h", "lauxlib.h", "lualib.h", "lua-cjson.h", "luaconf.h" },
    only = { "^src/script/", "^src/main%.c$", "^src/library/lua/" } },
  { names = { "libpq-fe.h" },
    only = { "^src/pg/", "^src/script/db[%w_]*%.c$" } },
  { names = { "microhttpd.h" }, only = { "^src/studio/http_library%.h$" } },
}

-- Functions: where they may be called, and what to do elsewhere.
local CALLS = {
  { names = { "lua_call", "lua_pcall", "lua_callk", "lua_pcallk", "luaL_dostring", "luaL_dofile" },
    only = { "^src/script/call%.c$" },
    instead = "use ray_lua_call: it is the only protected call in the tree" },
  { names = { "printf", "fprintf", "vprintf", "vfprintf", "puts", "putchar", "perror", "exit" },
    only = { "^src/base/term%.c$", "^src/main%.c$" },
    instead = "return an error or print through base/term.h" },
  { names = { "malloc", "calloc", "realloc", "free", "strdup", "strndup", "asprintf", "vasprintf" },
    only = { "^src/base/arena%.c$" },
    instead = "memory comes from an arena" },
  { names = { "strcpy", "strcat", "sprintf", "vsprintf", "gets", "strtok", "system", "popen" },
    only = {},
    instead = "it is unsafe here: string builder, snprintf, or fork and exec" },
}

-- Exceptions: this file may call this function, for this reason.
local ALLOWED = {
  { file = "src/library/lua/callbacks.c", call = "lua_pcall",
    why = "of the host's Lua, not of ours" },
  { file = "src/library/lua/raymig.c", call = "lua_call", why = "likewise" },
  { file = "src/base/arena.c", call = "exit", why = "out of memory ends the program here" },
  { file = "src/base/arena.c", call = "fprintf", why = "out of memory: nothing else can print" },
}

-- ---------------------------------------------------------------- reading

local problems = 0

local function report(path, line, what)
  problems = problems + 1
  io.write(("%s:%d: %s\n"):format(path, line, what))
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local function find_files(folders, suffixes)
  local names = {}
  for _, suffix in ipairs(suffixes) do names[#names + 1] = "-name '*." .. suffix .. "'" end
  local command = ("find %s -type f \\( %s \\) 2>/dev/null | LC_ALL=C sort")
    :format(table.concat(folders, " "), table.concat(names, " -o "))
  local files, pipe = {}, assert(io.popen(command))
  for path in pipe:lines() do files[#files + 1] = path end
  pipe:close()
  return files
end

local function blank(text)
  return (text:gsub("[^\n]", " "))
end

local function starts(text, at, what)
  return text:sub(at, at + #what - 1) == what
end

-- Where the comment or literal that begins at `at` ends, or nil if none begins there.
local function span_end(text, at)
  if starts(text, at, "/*") then
    return select(2, text:find("*/", at + 2, true)) or #text
  elseif starts(text, at, "//") then
    return (text:find("\n", at, true) or #text + 1) - 1
  end
  local quote = text:match("^[\"']", at)
  if not quote then return nil end
  local i = at + 1
  while i <= #text and text:sub(i, i) ~= quote do
    i = i + (text:sub(i, i) == "\\" and 2 or 1)
  end
  return i
end

-- C with its comments and literals blanked, line breaks kept.
local function code_of(text)
  local out, from, at = {}, 1, 1
  while true do
    at = text:find("[/\"']", at)
    if not at then break end
    local stop = span_end(text, at)
    if stop then
      out[#out + 1] = text:sub(from, at - 1)
      out[#out + 1] = blank(text:sub(at, stop))
      at, from = stop + 1, stop + 1
    else
      at = at + 1
    end
  end
  out[#out + 1] = text:sub(from)
  return table.concat(out)
end

local function each_line(text, visit)
  local number = 0
  for line in text:gmatch("([^\n]*)\n?") do
    number = number + 1
    visit(number, line)
  end
end

-- ---------------------------------------------------------------- rules

local function matches_any(path, patterns)
  for _, pattern in ipairs(patterns) do
    if path:find(pattern) then return true end
  end
  return false
end

local function index_rules(rules)
  local by_name = {}
  for _, rule in ipairs(rules) do
    for _, name in ipairs(rule.names) do by_name[name] = rule end
  end
  return by_name
end

local header_rules, call_rules, floor_of = index_rules(HEADERS), index_rules(CALLS), {}
for height, room in ipairs(FLOORS) do floor_of[room] = height end

local function is_allowed(path, name)
  for _, row in ipairs(ALLOWED) do
    if row.file == path and row.call == name then return true end
  end
  return false
end

local function room_of(path)
  return path == "src/main.c" and "main" or path:match("^src/([%w_]+)/")
end

local function check_length(path, text)
  local _, count = text:gsub("\n", "")
  if count > MAX_LINES then
    report(path, MAX_LINES + 1, ("file has %d lines, %d at most"):format(count, MAX_LINES))
  end
end

local function check_include(path, room, line, header)
  local rule = header_rules[header]
  if rule and not matches_any(path, rule.only) then
    report(path, line, ("<%s> is not for this room"):format(header))
  end
  local target = header:match("^([%w_]+)/")
  if not target or not floor_of[target] then return end
  if floor_of[target] > floor_of[room] then
    report(path, line, ("include climbs: %s may not see %s"):format(room, header))
  end
end

local function check_includes(path, text)
  local room = room_of(path)
  if not floor_of[room or ""] then
    report(path, 1, "is in no known room; tools/floors.lua lists them")
    return
  end
  each_line(text, function(number, line)
    local kind, header = line:match('^%s*#%s*include%s*([<"])([^>"]+)[>"]')
    if not header then return end
    check_include(path, room, number, header)
    if kind == '"' and header ~= "raymig.h" and not path:find "^src/library/lua/"
      and not floor_of[header:match("^([%w_]+)/") or ""] then
      report(path, number, ('"%s" does not name its room: write "room/file.h"'):format(header))
    end
  end)
end

local function check_calls(path, text)
  each_line(code_of(text), function(number, line)
    for before, name in line:gmatch("()%f[%w_]([%a_][%w_]*)%s*%(") do
      local rule = call_rules[name]
      local member = line:sub(1, before - 1):find("[%.>]%s*$")
      local allowed = not rule or member or matches_any(path, rule.only)
      if not allowed and not is_allowed(path, name) then
        report(path, number, ("%s() is not for this file: %s"):format(name, rule.instead))
      end
    end
  end)
end

-- ---------------------------------------------------------------- main

local root = arg[1]
local function at_root(path) return root and root .. "/" .. path or path end
local function relative(path) return root and path:sub(#root + 2) or path end

for _, file in ipairs(find_files({ at_root("src") }, { "c", "h" })) do
  local path, text = relative(file), read(file)
  check_length(path, text)
  check_includes(path, text)
  check_calls(path, text)
end
for _, file in ipairs(find_files({ at_root("lua") }, { "lua" })) do
  check_length(relative(file), read(file))
end

if problems > 0 then
  io.stderr:write(("floors: %d broken rules\n"):format(problems))
  os.exit(1)
end
