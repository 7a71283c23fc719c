-- raymig-api: 1
-- docs: a data dictionary in Markdown, from the catalog and its comments; and lint as Markdown.
--
--     raymig docs                     prints it, of the schema in Lua
--     raymig docs --from db -o docs/database.md
--     raymig docs --check -o docs/database.md     exit 3 where the file is another

local function cell(text)
  return (tostring(text or ""):gsub("|", "\\|"):gsub("\n", " "))
end

local function row(...)
  local cells = table.pack(...)
  for i = 1, cells.n do cells[i] = cell(cells[i]) end
  return "| " .. table.concat(cells, " | ", 1, cells.n) .. " |\n"
end

local function head(...)
  local names = table.pack(...)
  return row(...) .. "|" .. (" --- |"):rep(names.n) .. "\n"
end

local function qualified(object) return (object.schema or "") .. "." .. object.name end

local function anchor(name) return (name:lower():gsub("[^%w_-]", "")) end

-- The default of each column, and what it refers to.
local function notes_of(catalog, owner, column)
  local notes = {}
  for _, part in ipairs(catalog:parts(owner)) do
    if part.kind == "default" and part.name == column.name then
      notes[#notes + 1] = "default `" .. part.expression .. "`"
    elseif part.kind == "foreign key" and #part.columns == 1 and part.columns[1] == column.name then
      notes[#notes + 1] = ("refers to [%s](#%s)"):format(part.references, anchor(part.references))
    elseif part.kind == "constraint" and part.columns and #part.columns == 1
      and part.columns[1] == column.name and part.type ~= "check" then
      notes[#notes + 1] = part.type
    end
  end
  if column.identity then notes[#notes + 1] = "identity" end
  if column.generated then notes[#notes + 1] = "generated `" .. column.expression .. "`" end
  return table.concat(notes, ", ")
end

local function add_columns(out, catalog, owner)
  out[#out + 1] = "\n" .. head("column", "type", "null", "notes", "comment")
  for _, column in ipairs(catalog:parts(owner, "column")) do
    out[#out + 1] = row("`" .. column.name .. "`", "`" .. (column.type or "") .. "`",
      column.not_null and "" or "yes", notes_of(catalog, owner, column), column.comment)
  end
end

-- Keys of several columns, checks and indexes: what no column's line says.
local function add_rest(out, catalog, owner)
  local lines = {}
  for _, part in ipairs(catalog:parts(owner)) do
    if part.kind == "constraint" and part.type == "check" then
      lines[#lines + 1] = ("- check `%s`: `%s`"):format(part.name, part.expression)
    elseif part.columns and #part.columns > 1 then
      lines[#lines + 1] = ("- %s `%s` (%s)%s"):format(part.type or part.kind, part.name,
        table.concat(part.columns, ", "), part.references and (" refers to " .. part.references)
        or "")
    elseif part.kind == "index" then
      lines[#lines + 1] = ("- %sindex `%s` (%s)%s"):format(part.unique and "unique " or "",
        part.name, table.concat(part.elements or {}, ", "),
        part.where and (" where `" .. part.where .. "`") or "")
    elseif part.kind == "trigger" then
      lines[#lines + 1] = ("- trigger `%s` calls `%s`"):format(part.name, part["function"])
    end
  end
  if #lines > 0 then out[#out + 1] = "\n" .. table.concat(lines, "\n") .. "\n" end
end

local SECTIONS = {
  { kind = "table", title = "Tables" },
  { kind = "view", title = "Views" },
  { kind = "materialized view", title = "Materialized views" },
}

local function add_types(out, catalog)
  local lines = {}
  for object in catalog:each "enum" do
    lines[#lines + 1] = row("`" .. qualified(object) .. "`", "enum",
      table.concat(object.values or {}, ", "), object.comment)
  end
  for object in catalog:each "domain" do
    lines[#lines + 1] = row("`" .. qualified(object) .. "`", "domain", object.type,
      object.comment)
  end
  if #lines == 0 then return end
  out[#out + 1] = "\n## Types\n\n" .. head("type", "kind", "values", "comment")
    .. table.concat(lines)
end

local function add_functions(out, catalog)
  local lines = {}
  for object in catalog:each "function" do
    lines[#lines + 1] = row(("`%s(%s)`"):format(qualified(object), object.signature or ""),
      object.returns and ("`" .. object.returns .. "`"), object.comment)
  end
  if #lines == 0 then return end
  out[#out + 1] = "\n## Functions\n\n" .. head("function", "returns", "comment")
    .. table.concat(lines)
end

local function document(ctx, catalog)
  local out = { "# " .. ctx.options.title .. "\n" }
  for _, section in ipairs(SECTIONS) do
    local first = true
    for object in catalog:each(section.kind) do
      if first then out[#out + 1] = "\n## " .. section.title .. "\n" end
      first = false
      out[#out + 1] = ("\n### %s\n"):format(qualified(object))
      if object.comment then out[#out + 1] = "\n" .. object.comment .. "\n" end
      add_columns(out, catalog, object)
      add_rest(out, catalog, object)
    end
  end
  add_types(out, catalog)
  if ctx.options.functions then add_functions(out, catalog) end
  return table.concat(out)
end

local function run(ctx)
  local text = document(ctx, ctx:catalog(ctx.flags.from or ctx.options.from))
  local file = ctx.flags.output
  if ctx.flags.check then
    if not file then ctx:fail("--check needs --output", "It is the file to compare.", "usage") end
    if ctx:read(file) == text then return nil end
    ctx:say(file .. " is not what the catalog says: raymig docs -o " .. file .. " writes it")
    return "different"
  end
  if not file then
    ctx:out(text)
    return nil
  end
  ctx:write(file, text)
  ctx:say("wrote " .. file)
end

-- Findings of raymig lint as a list; other results as JSON in a block.
local function markdown(ctx, result, command)
  if command ~= "lint" or not result.findings then
    return ("## raymig %s\n\n```json\n%s\n```\n"):format(command, ctx.json.encode(result))
  end
  local out = { "## raymig lint\n\n" }
  for _, finding in ipairs(result.findings) do
    out[#out + 1] = ("- **%s** `%s%s` %s (`%s`)\n  %s %s\n"):format(finding.severity, finding.file,
      finding.line and (":" .. finding.line) or "", finding.message, finding.rule, finding.why,
      finding.how)
  end
  out[#out + 1] = ("\n%d errors, %d warnings\n"):format(result.errors, result.warnings)
  return table.concat(out)
end

-- Workflow commands of GitHub Actions: findings show at their lines of a pull request.
local function github(ctx, result, command)
  local out = {}
  local function escape(text) return (text:gsub("%%", "%%25"):gsub("\r", ""):gsub("\n", "%%0A")) end
  for _, finding in ipairs(result.findings or {}) do
    out[#out + 1] = ("::%s file=%s,line=%d,title=%s::%s\n"):format(
      finding.severity == "error" and "error" or "warning", finding.file, finding.line or 1,
      finding.rule, escape(finding.message .. "\n" .. finding.why .. "\n" .. finding.how))
  end
  if not result.findings and result.ok == false then
    out[1] = ("::error::raymig %s: %s\n"):format(command, escape(ctx.json.encode(result)))
  end
  return table.concat(out)
end

---@type raymig.Plugin
return {
  name = "docs",
  version = "1.0.0",
  summary = "a data dictionary in Markdown, from the catalog and its comments",

  options = {
    title = { type = "string", default = "Data dictionary", help = "its first line" },
    from = { type = "string", default = "schema", help = "the source: schema, db, migrations ..." },
    functions = { type = "boolean", default = true, help = "list functions, too" },
  },

  commands = {
    docs = {
      summary = "write the data dictionary in Markdown",
      options = {
        from = { value = "SOURCE", help = "what to read; otherwise the plugin's option" },
        output = { letter = "o", value = "FILE", help = "write it there" },
        check = { help = "write nothing; exit 3 where the file is another" },
      },
      examples = "raymig docs                               print it\n"
        .. "raymig docs --from db -o docs/database.md   write it\n"
        .. "raymig docs --check -o docs/database.md     for CI",
      run = run,
    },
  },

  reporters = {
    github = { summary = "findings as annotations of GitHub Actions", report = github },
    markdown = { summary = "results as Markdown, for comments on changes", report = markdown },
  },
}
