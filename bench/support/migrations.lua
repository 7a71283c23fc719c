--- The migrations that are run.

local M = {}

--- `count` small ones: a table with an identity key, and an index on it.
function M.small(count)
  local list = {}
  for i = 1, count do
    list[i] = {
      name = ("%05d_create_t%05d"):format(i, i),
      up = {
        ("CREATE TABLE t%05d (\n  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
          .. "  name text NOT NULL,\n  created_at timestamptz NOT NULL DEFAULT now()\n)"):format(i),
        ("CREATE INDEX t%05d_name ON t%05d (name)"):format(i, i),
      },
      down = { ("DROP TABLE t%05d"):format(i) },
    }
  end
  return list
end

--- One of `count` statements, `size` bytes together.
function M.big(count, size)
  local up = { "CREATE TABLE big (id integer NOT NULL, name text NOT NULL, note text)" }
  local each = size // count
  for i = 2, count do
    local statement = ("INSERT INTO big (id, name, note) VALUES (%d, 'name of %d', '')")
      :format(i, i)
    local note = ("it''s %d; "):format(i):rep(each // 8 + 1):sub(1, each - #statement - 2)
    note = note:gsub("'+$", ""):gsub("^'+", "")
    up[i] = statement:gsub("''%)$", function() return "'" .. note .. "')" end)
  end
  return { { name = "00001_big", up = up, down = { "DROP TABLE big" } } }
end

return M
