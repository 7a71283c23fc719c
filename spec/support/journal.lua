--- The text of meta/_journal.json for raymig's own folder, of migrations named by their tags.
--
--     ["migrations/meta/_journal.json"] = journal("0001_users", "0002_posts")
--
-- An entry's `when` follows from the number that begins its tag: 0003_x is 1700000003000.

local cjson = require "cjson"

---@param ... string tags, in order
---@return string json
return function(...)
  local entries = {}
  for i, tag in ipairs { ... } do
    entries[i] = {
      idx = i - 1,
      version = "7",
      when = 1700000000000 + tonumber(tag:sub(1, 4)) * 1000,
      tag = tag,
      breakpoints = true,
    }
  end
  return cjson.encode { version = "7", dialect = "postgresql", raymig = 1, entries = entries }
end
