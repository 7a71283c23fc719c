--- What a fence ```lua run=KIND is a part of, and how the whole is run: each function of `run`
-- makes bash of the fence's text, a word that is its own in the page, and a quoter.

local library = require "spec.support.library"

local M = { run = {} }

local PG = 'local pg = require "raymig.schema" '

-- Lua's line numbers stay those of the fence: what is put before it stands on its first line.
local function with_pg(text)
  return text:find('require "raymig.schema"', 1, true) and text or PG .. text
end

local function is_file(text) return text:find "^return" or text:find "\nreturn" end

--- Bash that writes a file.
function M.write(path, text, quote)
  path = quote(path)
  return ("mkdir -p \"$(dirname %s)\" && printf %%s %s > %s"):format(path, quote(text), path)
end

local function migration(text, name, quote)
  return ("raymig new %s --lua > new.out && cat new.out && "):format(name)
    .. ("printf %%s %s > \"$(grep -m1 '\\.lua$' new.out)\" && "):format(quote(text))
    .. "raymig up --yes && raymig redo --yes"
end

--- Files of a schema: declared, and made real by PostgreSQL.
function M.run.schema(text, name, quote)
  return ("(mkdir %s && cd %s && echo 'return {}' > raymig.lua && %s"
    .. " && raymig export --from schema)"):format(name, name,
      M.write("schema.lua", with_pg(text), quote))
end

--- A migration's file, or the body of its `up`: up, down and up again in the page's folder.
function M.run.migration(text, name, quote)
  if not is_file(text) then
    text = "return { up = function(db) " .. text .. "end, down = function() end }\n"
  end
  return migration(text, name, quote)
end

--- A migration of operations, or the body of its `change`.
function M.run.change(text, name, quote)
  if not is_file(text) then
    text = PG .. "return { change = function(m) " .. text .. "end }\n"
  end
  return migration(text, name, quote)
end

--- A config, or some keys of it.
function M.run.config(text, name, quote)
  if not is_file(text) then text = "return { " .. text .. "}\n" end
  return M.write("raymig.lua", text, quote) .. " && raymig plugin list # " .. name
end

--- A plugin's file, or some fields of it: what it adds is listed.
function M.run.plugin(text, name, quote)
  if not is_file(text) then
    text = ('-- raymig-api: 1\nreturn { name = %q, version = "1", %s}\n'):format(name, text)
  end
  name = text:match 'name = "([%w_]+)"'
  return M.write("lua/plugins/" .. name .. ".lua", text, quote) .. " && "
    .. M.write("raymig.lua", ("return { plugins = { %q } }\n"):format(name), quote)
    .. " && raymig plugin list"
end

--- Hooks of a plugin.
function M.run.hooks(text, name, quote)
  return M.run.plugin("hooks = { " .. text .. "},\n", name, quote)
end

--- Entries of the config's list of plugins.
function M.run.plugins(text, name, quote)
  return M.run.config("plugins = { " .. text .. "},\n", name, quote)
end

-- The library is built beside the program; under sanitizers there is none, and nothing is run.
local BUILD = 'build="$(dirname "$(command -v raymig)")" && '

--- A Lua program for a stock lua5.4 with the library's module.
function M.run.lua(text, name, quote)
  if not library.exists() then return "true" end
  return BUILD .. M.write(name .. ".lua", text, quote)
    .. ' && LUA_PATH="$build/../../src/library/lua/?.lua;;" LUA_CPATH="$build/lua/?.so;;" '
    .. ("lua5.4 %s.lua"):format(name)
end

local C_HEAD = [[
#include <raymig.h>
#include <stdio.h>
#include <stdlib.h>
int main(void) {
#line 1
]]

--- Statements of a C program that uses the library.
function M.run.c(text, name, quote)
  if not library.exists() then return "true" end
  return BUILD .. M.write(name .. ".c", C_HEAD .. text .. "}\n", quote)
    .. (' && gcc -Wall -Werror -I"$build/../../include" -o %s %s.c -L"$build" -lraymig'
      .. ' -Wl,-rpath,"$build" && ./%s'):format(name, name, name)
end

return M
