--- What any object may have beside its own attributes: comment, owner, grants, labels, its old
-- name. As options of a declaration, and as methods of its handle.

local host = ...

local check = host.require "raymig.schema.check"
local handles = host.require "raymig.schema.handles"
local names = host.require "raymig.schema.names"

local M = {}

-- ---------------------------------------------------------------- grants

local function words_of(value, what, place)
  local list = {}
  if type(value) ~= "string" and (type(value) ~= "table" or handles.data(value)) then
    check.fail(place, ("%s takes privileges, a text or a list of them, not %s"):format(what,
      handles.describe(value)))
  end
  for i, word in ipairs(type(value) == "string" and { value } or value) do
    if type(word) ~= "string" then
      check.fail(place, ("%s: a privilege is %s"):format(what, handles.describe(word)))
    end
    list[i] = word:lower()
  end
  if #list == 0 then check.fail(place, what .. " names no privilege") end
  return list
end

local function roles_of(value, what, place)
  local list = check.convert.texts(value, { place = place, what = what, key = "the role" })
  for _, role in ipairs(list) do names.check(role, place, "role") end
  if #list == 0 then check.fail(place, what .. " names no role") end
  return list
end

local function grantor(role, what, place)
  return role and check.convert.name(role, { place = place, what = what, key = "by" })
end

local GRANT = { to = true, revoke_from = true, option = true, columns = true, by = true }

-- { "select", "insert", to = "app", columns = { "id" }, option = true }
local function one_grant(given, what, place)
  if type(given) ~= "table" or handles.data(given) then
    check.fail(place, ("%s: a grant is a table { \"select\", to = \"role\" }, not %s"):format(what,
      handles.describe(given)))
  end
  for key in pairs(given) do
    if type(key) == "string" and not GRANT[key] then
      check.fail(place, ("%s: unknown option \"%s\" of a grant"):format(what, key),
        check.nearest(key, { "by", "columns", "option", "revoke_from", "to" }, nil))
    end
  end
  if (given.to == nil) == (given.revoke_from == nil) then
    check.fail(place, what .. ": a grant says to whom it is (to), or from whom it is taken "
      .. "(revoke_from)")
  end
  local flat = check.items(given, { nested = true })
  return { privileges = words_of(flat, what, place), revoke = given.revoke_from ~= nil,
    roles = roles_of(given.to or given.revoke_from, what, place), option = given.option == true,
    columns = given.columns, by = grantor(given.by, what, place), file = place.file,
    line = place.line }
end

local function add_grant(draft, grant)
  draft.grants = draft.grants or {}
  draft.grants[#draft.grants + 1] = grant
end

local function grants_of(value, at)
  if type(value) ~= "table" or handles.data(value) then
    check.wrong(at, value, "a list of grants")
  end
  local list = {}
  for i, given in ipairs(value) do list[i] = one_grant(given, at.what, at.place) end
  return list
end

-- ---------------------------------------------------------------- options

local function labels_of(value, at)
  if type(value) ~= "table" then check.wrong(at, value, "a table { provider = \"label\" }") end
  local providers, list = {}, {}
  for provider, label in pairs(value) do
    if type(provider) ~= "string" or type(label) ~= "string" then
      check.wrong(at, value, "a table { provider = \"label\" }")
    end
    providers[#providers + 1] = provider
  end
  table.sort(providers)
  for _, provider in ipairs(providers) do
    list[#list + 1] = provider
    list[#list + 1] = value[provider]
  end
  return list
end

local ALL = { comment = "text", owner = "name", grants = grants_of, labels = labels_of,
  was = "name" }

--- The common options that a kind takes, for check.options.
function M.spec(kind)
  local row = host.kinds[kind] or {}
  return { comment = ALL.comment, labels = ALL.labels, was = ALL.was,
    owner = row.owner and ALL.owner or nil, grants = row.grants and ALL.grants or nil }
end

--- Moves the common ones from the options taken into the draft; the rest are left in `taken`.
function M.take(draft, taken)
  draft.comment, draft.owner = taken.comment or draft.comment, taken.owner or draft.owner
  draft.labels, draft.was = taken.labels or draft.labels, taken.was or draft.was
  for _, grant in ipairs(taken.grants or {}) do add_grant(draft, grant) end
  for key in pairs(ALL) do taken[key] = nil end
  return taken
end

-- ---------------------------------------------------------------- methods

local methods = {}
M.methods = methods

-- The draft behind a handle; a method that was called with a dot is told.
local function draft_of(handle, method)
  local data = handles.data(handle)
  if not (data and data.draft) then
    check.fail(nil, ("%s is a method of a declared object, not of %s"):format(method,
      handles.describe(handle)), ("Call it with a colon: object:%s(...)."):format(method))
  end
  local kind = host.kinds[data.draft.kind] or {}
  if (method == "owner" and not kind.owner)
    or ((method == "grant" or method == "revoke") and not kind.grants) then
    check.fail(nil, ("%s takes no %s"):format(data.draft.what, method))
  end
  return data.draft
end

function methods.comment(handle, text)
  local draft = draft_of(handle, "comment")
  draft.comment = check.convert.text(text, { what = draft.what, key = "comment" })
  return handle
end

function methods.owner(handle, role)
  local draft = draft_of(handle, "owner")
  draft.owner = check.convert.name(role, { what = draft.what, key = "owner",
    place = check.place() })
  return handle
end

function methods.label(handle, provider, text)
  local draft = draft_of(handle, "label")
  draft.labels = draft.labels or {}
  for i, value in ipairs { provider, text } do
    check.convert.text(value, { what = draft.what, key = i == 1 and "the provider" or "label" })
    draft.labels[#draft.labels + 1] = value
  end
  return handle
end

local function add(method, revoke)
  return function(handle, privileges, roles, options)
    local draft, place = draft_of(handle, method), check.place()
    local what = draft.what .. ": " .. method
    options = check.options(place, what, options or {}, { option = "flag", columns = "columns",
      by = "name" })
    add_grant(draft, { privileges = words_of(privileges, what, place), revoke = revoke,
      roles = roles_of(roles, what, place), option = options.option == true,
      columns = options.columns, by = options.by, file = place.file, line = place.line })
    return handle
  end
end

--- handle:grant("select", "app", { option = true, columns = { "id" } })
methods.grant = add("grant", false)
methods.revoke = add("revoke", true)

return M
