--- The settings of a Drizzle Kit config: drizzle.config.ts, .js or .json, read and never run.
--
-- Each leaf of the exported object becomes one entry, in the order of the file:
--
--     { path = "dbCredentials.url", line = 7, kind = "text", value = "postgres://..." }
--
-- kind is text, number, bool or none (value is a text, but for bool); texts (items); env (name, and
-- default where there is one); other, which is what is no literal. A spread that cannot be followed
-- is an entry `other` whose path ends in "...".

local host = ...

local javascript = host.require "raymig.host.javascript"

local M = {}

local function leaf(path, node)
  return { path = path, line = node.line, kind = node.kind, value = node.value, name = node.name,
    default = node.default }
end

local function texts_of(path, node)
  local entry = { path = path, line = node.line, kind = "texts", items = host.require
    "raymig.json".array {} }
  for _, item in ipairs(node.items) do
    if item.kind ~= "text" then return { path = path, line = item.line, kind = "other" } end
    entry.items[#entry.items + 1] = item.value
  end
  return entry
end

local function flatten(node, prefix, entries)
  for _, field in ipairs(node.fields) do
    local path = prefix .. field.key
    if field.node.kind == "object" then
      flatten(field.node, path .. ".", entries)
    elseif field.node.kind == "list" then
      entries[#entries + 1] = texts_of(path, field.node)
    else
      entries[#entries + 1] = leaf(path, field.node)
    end
  end
  return entries
end

local function read(text, json)
  local node = javascript.read(text, json)
  if node.kind ~= "object" then
    error({ message = "the config that it exports is not written out as an object",
      line = node.line }, 0)
  end
  return flatten(node, "", host.require "raymig.json".array {})
end

--- { entries = ... }, or { fault = text, line = ... } where the file is broken.
---@param text string
---@param json boolean
---@return table
function M.read(text, json)
  local ok, result = pcall(read, text, json)
  if ok then return { entries = result } end
  if type(result) ~= "table" or result.line == nil then error(result, 0) end
  return { fault = result.message, line = result.line }
end

return M
