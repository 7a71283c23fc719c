--- A catalog for plugins: the objects of a snapshot, found by kind and name.
--
--     for users in catalog:each "table" do ... end
--     catalog:find("table", "public", "users"), catalog:parts(users, "column")

local M = {}

local Catalog = {}
Catalog.__index = Catalog
Catalog.__metatable = false

local function key(kind, schema, parent, name, signature)
  return table.concat({ kind, schema or "", parent or "", name or "", signature or "" }, "\0")
end

local function identity(object)
  return key(object.kind, object.schema, object.parent, object.name, object.signature)
end

--- A catalog of a snapshot's table.
function M.new(snapshot)
  local self = setmetatable({ objects = snapshot.objects or {}, postgresql = snapshot.postgresql,
    by_identity = {}, by_kind = {}, by_parent = {} }, Catalog)
  for _, object in ipairs(self.objects) do
    self.by_identity[identity(object)] = object
    self.by_kind[object.kind] = self.by_kind[object.kind] or {}
    table.insert(self.by_kind[object.kind], object)
    if object.parent then
      local owner = key("", object.schema, "", object.parent)
      self.by_parent[owner] = self.by_parent[owner] or {}
      table.insert(self.by_parent[owner], object)
    end
  end
  return self
end

--- Iterates over the objects of a kind, in the catalog's order; without one over all.
function Catalog:each(kind)
  local list, i = kind and self.by_kind[kind] or not kind and self.objects or {}, 0
  return function()
    i = i + 1
    return list[i]
  end
end

--- The object, or nil. parent: of a column, a constraint, an index ...; signature: of a function.
function Catalog:find(kind, schema, name, parent, signature)
  return self.by_identity[key(kind, schema, parent, name, signature)]
end

--- The parts of a table, a view ...: its columns, constraints, indexes; of one kind, or all.
function Catalog:parts(object, kind)
  local list = self.by_parent[key("", object.schema, "", object.name)] or {}
  if not kind then return list end
  local found = {}
  for _, part in ipairs(list) do
    if part.kind == kind then found[#found + 1] = part end
  end
  return found
end

--- The same object in another catalog, or nil.
function Catalog:same(object) return self.by_identity[identity(object)] end

--- The columns of a table's primary key, by name; nil: it has none.
function Catalog:primary_key(object)
  for _, part in ipairs(self:parts(object, "constraint")) do
    if part.type == "primary key" then return part.columns end
  end
  return nil
end

return M
