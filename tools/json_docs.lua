--- Writes what docs/json.md says of each document from the schemas in docs/json: json_docs.lua
--- prints the page, with what somebody wrote above the marker as it is. `make docs` runs it.

local cjson = require "cjson"
local lfs = require "lfs"

local PAGE, FOLDER = "docs/json.md", "docs/json/"
local MARKER = "<!-- From here on written by make docs. -->\n"
local COMMON = "common"

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function schema(name) return cjson.decode(read(FOLDER .. name .. ".schema.json")) end

local out = {}
local function say(...) out[#out + 1] = string.format(...) end

-- ---------------------------------------------------------------- words

local function quoted(values)
  local words = {}
  for i, value in ipairs(values) do words[i] = ("`%s`"):format(cjson.encode(value)) end
  return table.concat(words, ", ")
end

-- "#/$defs/x" of the document `name`, or of common.schema.json: a link to its table.
local function link(target, name)
  local part = target:match "#/$defs/(.*)$"
  local is_shared = target:find "^common" or name == COMMON
  local anchor = is_shared and part or name .. "-" .. part
  return ("[%s](#%s)"):format(part, anchor:lower())
end

local function is_table(node)
  return node.type == "object" and node.properties ~= nil and next(node.properties) ~= nil
end

local function type_of(node, name)
  if node["$ref"] then return link(node["$ref"], name) end
  if node.const ~= nil then return quoted { node.const } end
  if node.enum then return quoted(node.enum) end
  if node.type == "array" then
    return is_table(node.items) and "list" or "list of " .. type_of(node.items, name)
  end
  if node.anyOf then return "one of" end
  if type(node.type) == "table" then return table.concat(node.type, " or ") end
  if node.type == "object" and type(node.additionalProperties) == "table"
    and not is_table(node.additionalProperties) then
    return "object of " .. type_of(node.additionalProperties, name)
  end
  return node.type or "any"
end

-- ---------------------------------------------------------------- tables

-- What must be there in its order, then the rest by name.
local function keys_of(node)
  local keys, must = {}, {}
  for _, key in ipairs(node.required or {}) do
    keys[#keys + 1] = key
    must[key] = true
  end
  local rest = {}
  for key in pairs(node.properties) do
    if not must[key] then rest[#rest + 1] = key end
  end
  table.sort(rest)
  table.move(rest, 1, #rest, #keys + 1, keys)
  return keys, must
end

local rows

-- A node that holds objects without a name of their own has its rows below it.
local function inner(path, node, name)
  if is_table(node) then return rows(path .. ".", node, name) end
  if node.type == "array" then return inner(path .. "[]", node.items, name) end
  if type(node.additionalProperties) == "table" then
    return inner(path .. ".*", node.additionalProperties, name)
  end
  for _, variant in ipairs(node.anyOf or {}) do inner(path, variant, name) end
end

function rows(prefix, node, name)
  local keys, must = keys_of(node)
  for _, key in ipairs(keys) do
    local value = node.properties[key]
    local text = value.description or value.items and value.items.description or ""
    local mark = must[key] and "" or " ?"
    say("| `%s%s`%s | %s | %s |\n", prefix, key, mark, type_of(value, name), text)
    inner(prefix .. key, value, name)
  end
end

local function keys_table(node, name)
  say "\n| key | | |\n| --- | --- | --- |\n"
  rows("", node, name)
end

local function part(node, name)
  if node["$ref"] then
    say("\nor %s.\n", type_of(node, name))
  else
    if node.description then say("\n%s:\n", (node.description:gsub("%.$", ""))) end
    keys_table(node, name)
  end
end

local function sorted(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function document(name)
  local whole = schema(name)
  say("\n## %s\n\n%s ([schema](json/%s.schema.json)):\n", name, whole.title, name)
  for _, variant in ipairs(whole.anyOf) do part(variant, name) end
  for _, key in ipairs(sorted(whole["$defs"] or {})) do
    say("\n### %s %s\n", name, key)
    local node = whole["$defs"][key]
    if node.description then say("\n%s\n", node.description) end
    keys_table(node, name)
  end
end

local function shared()
  local whole = schema(COMMON)
  say("\n## Shared\n\n%s ([schema](json/%s.schema.json)).\n", whole.title, COMMON)
  for _, key in ipairs(sorted(whole["$defs"])) do
    say("\n### %s\n", key)
    local node = whole["$defs"][key]
    if node.description then say("\n%s\n", node.description) end
    keys_table(node, COMMON)
  end
end

local names = {}
for file in lfs.dir(FOLDER) do
  local name = file:match "^(.*)%.schema%.json$"
  if name and name ~= COMMON then names[name] = true end
end
for _, name in ipairs(sorted(names)) do document(name) end
shared()

local page = read(PAGE)
local _, last = page:find(MARKER, 1, true)
local text = table.concat(out):gsub(" +\n", "\n")
io.write(page:sub(1, assert(last, PAGE .. " has no marker")), text)
