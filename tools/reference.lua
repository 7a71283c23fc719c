-- luacheck: ignore 631
--- Writes the reference pages, docs/reference-*.md, from the annotations in lua/meta: what an editor
-- shows is what they say. reference.lua FOLDER; `make docs` calls it, and spec/lua/reference_spec.lua
-- fails where a page is stale.

local annotations = dofile((arg[0]:match "^.*/" or "./") .. "annotations.lua")

local PAGES = {
  { file = "reference-schema.md", title = "Reference: the schema in Lua", from = { "schema", "schema_bodies" }, intro = [[
What `local pg = require "raymig.schema"` gives. [schema.md](schema.md) is the manual. A function that is shown as `pg.table(name)(body)` is
written `pg.table "users" { ... }`; one of `column:` is a method, `pg.text "email" :not_null()`. Any word of `pg` that is not here is a
type of that name.]] },
  { file = "reference-change.md", title = "Reference: reversible operations", from = { "change", "change_parts" },
    intro = [[
What `m` has in `return { change = function(m) ... end }`. [change.md](change.md) is the manual. A `body` may also stand
behind the call: `m:create_table "users" { ... }`.]] },
  { file = "reference-db.md", title = "Reference: db, and what every script has",
    from = { "db", "script" }, intro =
    "What the functions of a migration are handed. [lua-api.md](lua-api.md) is the manual." },
  { file = "reference-config.md", title = "Reference: raymig.lua", from = { "config" }, intro =
    "The table that `raymig.lua` returns. Paths are relative to its folder; an unknown key is an error." },
  { file = "reference-plugin.md", title = "Reference: plugins", from = { "plugin" },
    names = { Context = "ctx", Command = "ctx", Lint = "ctx", Catalog = "catalog", Plan = "event" },
    intro = "The table that a plugin's file returns, and what its functions are handed. [plugins.md](plugins.md) is the manual." },
  { file = "reference-library.md", title = "Reference: the library for Lua",
    from = { "library" }, intro =
    'What `require "raymig"` gives to a stock lua5.4. [library.md](library.md) is the manual.' },
}

local function short(name)
  return (name:gsub("^raymig%.", ""))
end

local function anchor(title)
  return (title:lower():gsub("[^%w _-]", ""):gsub(" ", "-"))
end

-- A type's name -> { page, anchor }.
local function index_types(pages)
  local where = {}
  for _, page in ipairs(pages) do
    for _, entry in ipairs(page.entries) do
      if entry.form == "class" or entry.form == "alias" then
        assert(not where[entry.name], entry.name .. " is declared twice")
        where[entry.name] = { page = page, anchor = anchor(short(entry.name)) }
      end
    end
  end
  return where
end

local Writer = {}
Writer.__index = Writer

function Writer:put(...)
  for _, line in ipairs { ... } do self.lines[#self.lines + 1] = line end
end

function Writer:link(name)
  local at = self.where[name]
  if not at then
    assert(not name:match "^raymig%.", name .. ": no such type")
    return "`" .. name:gsub("raymig%.", "") .. "`"
  end
  local file = at.page == self.page and "" or at.page.file
  return ("[%s](%s#%s)"):format(short(name), file, at.anchor)
end

function Writer:type(text)
  return annotations.words(text, function(name) return self:link(name) end)
end

-- "TYPE: text", either of which may be missing.
function Writer:typed(form, text)
  local words = self:type(form)
  return text ~= "" and words .. ": " .. text or words
end

local function cell(text)
  return (text:gsub("|", "\\|"))
end

function Writer:fields(class)
  if #class.fields == 0 then return end
  self:put("", "| key | takes | |", "| --- | --- | --- |")
  for _, field in ipairs(class.fields) do
    local name = field.name:match "^%[(%d+)%]$" or field.name
    name = name == "[integer]" and "1, 2, ..." or name == "[string]" and "any name" or name
    self:put(("| `%s%s` | %s | %s |"):format(name, field.optional and "?" or "",
      cell(self:type(field.type)), cell(field.text)))
  end
end

function Writer:calls(class)
  if #class.calls == 0 then return end
  self:put("", "May be called:", "")
  for _, call in ipairs(class.calls) do
    self:put("- `" .. call:gsub("raymig%.", "") .. "`")
  end
end

-- What a function gives, taken apart where it is a function of a body: pg.table "name" { ... }.
local function curried(entry)
  local given = #entry.returns == 1 and entry.returns[1].type or ""
  local rest, name, form, result = given:match "^(.-)fun%(([%w_]+): (.*)%)%??: (.*)$"
  if not name then
    rest, name, form = given:match "^(.-)fun%(([%w_]+): (.*)%)%??$"
  end
  if not name or rest ~= "" and rest:sub(-1) ~= "|" then return nil end
  return { name = name, optional = rest ~= "" or given:match "%)%?$" ~= nil, type = form,
    result = result, text = "" }
end

-- One function: how it is called, what it takes and gives.
function Writer:fn(entry, class)
  local names = {}
  for _, param in ipairs(entry.params) do
    names[#names + 1] = param.name .. (param.optional and "?" or "")
  end
  local last = entry.params[#entry.params]
  local body = curried(entry)
  if body and last and last.name == body.name then body = nil end -- it may stand in either place
  local signature = ("%s%s%s(%s)%s"):format((self.page.names or {})[entry.owner] or entry.owner, entry.separator,
    entry.name, table.concat(names, ", "),
    body and ("(%s%s)"):format(body.name, body.optional and "?" or "") or "")
  self:put(("- **`%s`** %s"):format(signature, assert(entry.text[1], signature .. " has no text")))
  for i = 2, #entry.text do self:put("  " .. entry.text[i]) end
  for _, param in ipairs(entry.params) do
    self:put(("  - `%s`: %s"):format(param.name, self:typed(param.type, param.text)))
  end
  if body then
    self:put(("  - `%s`: %s"):format(body.name, self:typed(body.type, body.text)))
  end
  local given = body and { { type = body.result, text = "" } } or entry.returns
  if not body and curried(entry) then given = {} end
  for _, one in ipairs(given) do
    if one.type and one.type ~= "self" and one.type ~= class.name then
      self:put("  - gives " .. self:typed(one.type, one.text ~= "" and one.text or one.name or ""))
    end
  end
  for _, overload in ipairs(entry.overloads) do
    self:put("  - also `" .. overload:gsub("raymig%.", ""):gsub("^fun%(self[^,)]*,? ?", "fun(") .. "`")
  end
end

-- Types that have nothing but a name and a text are a table of their section.
function Writer:small(entries)
  if #entries == 0 then return end
  self:put("", "| type | is | |", "| --- | --- | --- |")
  for _, entry in ipairs(entries) do
    self:put(('| <a id="%s"></a>%s | %s | %s |'):format(anchor(short(entry.name)),
      short(entry.name), entry.type and cell(self:type(entry.type)) or "",
      cell(table.concat(entry.text, " "))))
  end
end

function Writer:class(entry, functions)
  self:put("", (self.sections and "### " or "## ") .. short(entry.name))
  if #entry.text > 0 then self:put("", entry.text[1]) end
  for i = 2, #entry.text do self:put(entry.text[i]) end
  if entry.parent then
    self:put("", (entry.parent:match "%[%]$" and "A %s, with:" or "Has what %s has, and:")
      :format(self:type(entry.parent)))
  end
  self:fields(entry)
  self:calls(entry)
  if #functions > 0 then self:put "" end
  for _, fn in ipairs(functions) do
    if fn.form == "section" then
      self:put("", (self.sections and "#### " or "### ") .. fn.title, "")
    else
      self:fn(fn, entry)
    end
  end
end

-- What stands in one section, as { class or nil, functions } and the small ones.
local function parts_of(entries)
  local parts, small, last = {}, {}, nil
  for _, entry in ipairs(entries) do
    if entry.form == "function" then
      assert(last, entry.name .. ": a function of no class")
      table.insert(last.functions, entry)
    elseif entry.form == "part" then
      if last then table.insert(last.functions, { form = "section", title = entry.title }) end
    else
      last = { entry = entry, functions = {} }
      parts[#parts + 1] = last
    end
  end
  local wholes = {}
  for _, part in ipairs(parts) do
    local entry = part.entry
    local bare = entry.form == "alias" or #part.functions == 0 and #entry.fields == 0
      and #entry.calls == 0
    table.insert(bare and small or wholes, bare and entry or part)
  end
  return wholes, small
end

function Writer:section(title, entries)
  local wholes, small = parts_of(entries)
  if title then self:put("", "## " .. title) end
  for _, part in ipairs(wholes) do self:class(part.entry, part.functions) end
  self:small(small)
end

local function write_page(page, where)
  local writer = setmetatable({ lines = {}, where = where, page = page }, Writer)
  local sources = {}
  for i, name in ipairs(page.from) do
    sources[i] = ("[lua/meta/%s.lua](../lua/meta/%s.lua)"):format(name, name)
  end
  writer:put("# " .. page.title, "", page.intro, "", "Written by `make docs` from "
    .. table.concat(sources, " and ") .. ", whose texts an editor with the Lua language\nserver shows.")
  writer:put("A `?` stands behind what may be left out.")
  for _, entry in ipairs(page.entries) do
    writer.sections = writer.sections or entry.form == "section"
  end
  local title, entries = nil, {}
  for _, entry in ipairs(page.entries) do
    if entry.form == "section" then
      if #entries > 0 then writer:section(title, entries) end
      title, entries = entry.title, {}
    else
      entries[#entries + 1] = entry
    end
  end
  writer:section(title, entries)
  return table.concat(writer.lines, "\n") .. "\n"
end

-- The entries of a page's files. A class that goes on in another file is one; a title between the
-- functions of a class is a part of it.
local function entries_of(page)
  local entries, class = {}, nil
  for _, name in ipairs(page.from) do
    for _, entry in ipairs(annotations.read(("lua/meta/%s.lua"):format(name))) do
      local last = entries[#entries]
      if entry.form == "function" and last.form == "section" then last.form = "part" end
      if not (entry.form == "class" and class and entry.name == class.name) then
        entries[#entries + 1] = entry
      end
      class = entry.form == "class" and entry or class
    end
  end
  return entries
end

local function main(folder)
  for _, page in ipairs(PAGES) do page.entries = entries_of(page) end
  local where = index_types(PAGES)
  for _, page in ipairs(PAGES) do
    local path = folder .. "/" .. page.file
    local file = assert(io.open(path .. ".new", "w"))
    assert(file:write(write_page(page, where)))
    assert(file:close())
    assert(os.rename(path .. ".new", path))
  end
end

main(assert(arg[1], "usage: reference.lua FOLDER"))
