--- Reading parse trees: what many rules ask of PostgreSQL's nodes.

local M = {}

--- Schema and name of a RangeVar; public where none is said.
function M.relation(node) return node.schemaname or "public", node.relname end

--- "public.users" as people write it: without public.
function M.label(node)
  if node.schemaname and node.schemaname ~= "public" then
    return node.schemaname .. "." .. node.relname
  end
  return node.relname
end

--- The names in a list of String nodes.
function M.names(list)
  local names = {}
  for i, item in ipairs(list or {}) do names[i] = item.String and item.String.sval or "" end
  return names
end

--- "numeric", of a TypeName node: without pg_catalog.
function M.type_name(node)
  local names = M.names(node.names)
  if #names == 2 and names[1] == "pg_catalog" then return names[2] end
  return table.concat(names, ".")
end

--- The modifiers of a type: { 10, 2 }.
function M.modifiers(node)
  local list = {}
  for i, item in ipairs(node.typmods or {}) do
    local value = item.A_Const and item.A_Const.ival
    list[i] = value and (value.ival or 0) or nil
  end
  return list
end

--- The commands of an ALTER TABLE with that subtype: for command in tree.commands(node, "AT_...").
function M.commands(node, subtype)
  local i = 0
  return function()
    local list = node.cmds or {}
    while i < #list do
      i = i + 1
      local command = list[i].AlterTableCmd
      if command and (subtype == nil or command.subtype == subtype) then return command end
    end
  end
end

--- The constraint of that type of a ColumnDef, or nil.
function M.constraint(column, contype)
  for _, item in ipairs(column.constraints or {}) do
    if item.Constraint and item.Constraint.contype == contype then return item.Constraint end
  end
end

--- Calls visit(name, node) for every node below a value.
function M.walk(value, visit)
  if type(value) ~= "table" then return end
  for key, child in pairs(value) do
    if type(child) == "table" then
      if type(key) == "string" and key:find "^%u" then visit(key, child) end
      M.walk(child, visit)
    end
  end
end

--- The last names of the functions that are called below a value.
function M.functions(value)
  local names = {}
  M.walk(value, function(name, node)
    if name == "FuncCall" then
      local list = M.names(node.funcname)
      names[#names + 1] = list[#list]
    end
  end)
  return names
end

--- The objects of a DROP as { schema, name } with their label.
function M.dropped(node)
  local list = {}
  for i, item in ipairs(node.objects or {}) do
    local names = item.List and M.names(item.List.items) or item.String and { item.String.sval }
      or item.TypeName and M.names(item.TypeName.names) or {}
    local schema = #names > 1 and names[#names - 1] or "public"
    list[i] = { schemaname = schema, relname = names[#names] or "?", parts = names }
  end
  return list
end

return M
