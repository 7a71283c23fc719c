--- POST /api/rows, /api/count and /api/cell against a real server.

local pg = require "spec.support.pg"
local project = require "spec.support.project"
local studio = require "spec.support.studio"

describe("the rows of a relation", function()
  local db, it_runs, oid

  setup(function()
    db = pg.create_database()
    db:exec [[
      create table item (id int primary key, name text, rank int, flag boolean);
      insert into item select n, 'name ' || n, case when n % 3 = 0 then null else n / 7 end,
        n % 2 = 0 from generate_series(1, 250) n;
      create index on item (rank);
      create table pair (a int, b text, note text, primary key (a, b));
      insert into pair select n / 10, 'b' || n, null from generate_series(1, 50) n;
      create table loose (n int, t text);
      insert into loose select n, repeat('x', 700) from generate_series(1, 3000) n;
      create table choosy (code text not null, j json, x xml, p point);
      create unique index on choosy (code);
      insert into choosy values ('one', '{"a": 1}', '<a/>', '(1,2)'), ('two', null, null, null);
      create table part (id int, v text) partition by list (id);
      create table part_1 partition of part for values in (1);
      create table part_2 partition of part for values in (2);
      insert into part select 1 + n % 2, 'v' || n from generate_series(1, 40) n;
      create view seen as select id, name from item;
      create materialized view kept as select id, name from item;
      create table "<script>""x'" ("a""b" int primary key, "<img src=x>" text);
      insert into "<script>""x'" values (1, '<script>alert(1)</script>'), (2, E'it''s \\ "q"\n');
      create table wide (id int primary key, t text, b bytea, j jsonb, a int[]);
      insert into wide values (1, repeat('ä', 5000), decode(repeat('ab', 5000), 'hex'),
        jsonb_build_object('k', repeat('z', 5000)), array(select generate_series(1, 2000))),
        (2, '', '', '{}', '{}'), (3, null, null, null, null);
    ]]
    it_runs = studio.start(project.new({}, { database = db }))
    oid = function(name) return tonumber(db:value(("select '%s'::regclass::oid"):format(name))) end
  end)

  teardown(studio.stop_all)

  local function rows(body)
    if type(body.oid) == "string" then body.oid = oid(body.oid) end
    return it_runs:ask("/api/rows", body)
  end

  -- Every row by pages of `limit` from one edge to the other, in both directions.
  local function walk(body, limit)
    local function go(edge, key, step, keep)
      local seen, from, pages = {}, { edge = edge }, 0
      while true do
        local page = rows { oid = body.oid, columns = body.columns, sort = body.sort,
          filters = body.filters, where = body.where, from = from, limit = limit }
        keep(seen, page.rows)
        pages = pages + 1
        assert(pages < 1000, "the pages do not end")
        if not page[step] then return seen end
        from = { [step] = page[key] }
      end
    end
    local function append(seen, got) for _, row in ipairs(got) do seen[#seen + 1] = row end end
    local function prepend(seen, got)
      for i, row in ipairs(got) do table.insert(seen, i, row) end
    end
    local forward = go("first", "last", "after", append)
    local backward = go("last", "first", "before", prepend)
    assert.same(forward, backward)
    return forward
  end

  local function column(list, n)
    local values = {}
    for i, row in ipairs(list) do values[i] = row[n] end
    return values
  end

  local function expected(sql)
    local values = {}
    for i, row in ipairs(db:query(sql)) do values[i] = row[1] or studio.null end
    return values
  end

  it("come in the order of the key, with what names each for an edit", function()
    local page = rows { oid = "item", limit = 3 }
    assert.same({ 1, 2, 3, 4 }, page.columns)
    assert.same({ { "1", "name 1", "0", "f" }, { "2", "name 2", "0", "t" },
      { "3", "name 3", studio.null, "f" } }, page.rows)
    assert.same({ '["1"]', '["2"]', '["3"]' }, page.keys)
    assert.is_false(page.before)
    assert.is_true(page.after)
    assert.same({}, page.cut)
    assert.same({}, page.unindexed)
  end)

  it("can be walked from either edge to the other, whatever the page's size", function()
    for _, limit in ipairs { 7, 250, 1000 } do
      assert.same(expected "select id from item order by id",
        column(walk({ oid = "item" }, limit), 1))
    end
    assert.same(expected "select b from pair order by a, b",
      column(walk({ oid = "pair" }, 7), 2))
  end)

  it("are sorted by any columns, with NULLs at either end, each row once", function()
    for _, way in ipairs { { false, "first" }, { false, "last" }, { true, "first" },
      { true, "last" }, { true }, { false } } do
      local sql = ("select id from item order by rank %s %s, id %s"):format(
        way[1] and "desc" or "asc", way[2] and "nulls " .. way[2] or "", way[1] and "desc" or "")
      assert.same(expected(sql), column(walk({ oid = "item",
        sort = { { column = 3, descending = way[1], nulls = way[2] } } }, 40), 1), sql)
    end
    assert.same(expected "select id from item order by flag, rank desc nulls last, id desc",
      column(walk({ oid = "item", sort = { { column = 4 },
        { column = 3, descending = true, nulls = "last" } } }, 33), 1))
  end)

  it("of a table without a key are told apart by where they lie", function()
    assert.same(expected "select n from loose order by ctid",
      column(walk({ oid = "loose", columns = { 1 } }, 1000), 1))
    assert.same(expected "select n from loose where n % 100 = 0 order by ctid",
      column(walk({ oid = "loose", columns = { 1 }, where = "n % 100 = 0" }, 7), 1))
    assert.same(expected "select v from part order by tableoid, ctid",
      column(walk({ oid = "part", columns = { 2 } }, 9), 1))
    assert.same(expected "select id from kept order by ctid",
      column(walk({ oid = "kept", columns = { 1 } }, 99), 1))
  end)

  it("of a view are counted off", function()
    local page = rows { oid = "seen", limit = 2 }
    assert.same({ studio.null, studio.null }, page.keys)
    assert.equal(250, #walk({ oid = "seen", sort = { { column = 1 } } }, 100))
    db:exec "create view ranked as select id, rank from item"
    assert.same(expected "select id from ranked order by rank desc nulls last, id",
      column(walk({ oid = "ranked",
        sort = { { column = 2, descending = true, nulls = "last" } } }, 100), 1))
  end)

  it("have a unique index as their key where there is no primary one", function()
    local page = rows { oid = "choosy" }
    assert.same({ '["one"]', '["two"]' }, page.keys)
    assert.same({ "one", '{"a": 1}', "<a/>", "(1,2)" }, page.rows[1])
  end)

  it("keep names and values as they are, whatever they look like", function()
    local page = rows { oid = [["<script>""x''"]], sort = { { column = 2, descending = true } } }
    assert.same({ { "2", "it's \\ \"q\"\n" }, { "1", "<script>alert(1)</script>" } }, page.rows)
  end)

  it("are cut where values are long, and say how long they are", function()
    local page = rows { oid = "wide", cell_bytes = 100 }
    assert.equal(("ä"):rep(100), page.rows[1][2])
    assert.equal("\\x" .. ("ab"):rep(50), page.rows[1][3])
    assert.equal(100, #page.rows[1][4])
    assert.same({ "2", "", "\\x", "{}", "{}" }, page.rows[2])
    assert.same({ "3", studio.null, studio.null, studio.null, studio.null }, page.rows[3])
    assert.same({ { 0, 1, 10000 }, { 0, 2, 5000 }, { 0, 3, 5009 }, { 0, 4, 8894 } }, page.cut)
  end)

  describe("are filtered", function()
    local cases = {
      { 1, "=", "7", "id = 7" }, { 1, "<>", "7", "id <> 7" }, { 1, "<", 9, "id < 9" },
      { 1, "<=", "9", "id <= 9" }, { 1, ">", "240", "id > 240" }, { 1, ">=", "240", "id >= 240" },
      { 2, "like", "name 1_", "name like 'name 1_'" },
      { 2, "ilike", "NAME 2%", "name ilike 'NAME 2%'" }, { 2, "~", "^name 9+$",
        "name ~ '^name 9+$'" },
      { 1, "like", "1%", "id::text like '1%'" },
      { 1, "in", { "1", 5, "9" }, "id in (1, 5, 9)" },
      { 3, "is null", nil, "rank is null" }, { 3, "is not null", nil, "rank is not null" },
      { 4, "=", true, "flag" },
    }
    for _, case in ipairs(cases) do
      it("by " .. case[2] .. " " .. tostring(case[3]), function()
        local value = case[3]
        local got = rows { oid = "item", limit = 1000,
          filters = { { column = case[1], op = case[2], value = value } } }
        assert.same(expected("select id from item where " .. case[4] .. " order by id"),
          column(got.rows, 1))
      end)
    end

    it("by a list that is empty, to nothing", function()
      local body = ('{"oid":%d,"filters":[{"column":1,"op":"in","value":[]}]}'):format(oid "item")
      assert.same({}, it_runs:ask("/api/rows", body).rows)
    end)

    it("by what arrays and jsonb contain", function()
      assert.equal(1, #rows({ oid = "wide",
        filters = { { column = 5, op = "contains", value = "{5,6}" } } }).rows)
      assert.equal(2, #rows({ oid = "wide",
        filters = { { column = 4, op = "contains", value = "{}" } } }).rows)
    end)

    it("where a type has no equality, by its text", function()
      local got = rows { oid = "choosy", filters = { { column = 4, op = "=", value = "(1,2)" } } }
      assert.equal(1, #got.rows)
      got = it_runs:post("/api/rows", { oid = oid "choosy",
        filters = { { column = 2, op = "<", value = "1" } } })
      assert.equal(400, got.status)
      assert.matches("has no operator", got.json.error.message)
    end)

    it("by SQL of one's own, which only chooses rows", function()
      assert.equal(5, #rows({ oid = "item", where = "id % 50 = 0 -- every fiftieth" }).rows)
      local function refused(where, status)
        local got = it_runs:post("/api/rows", { oid = oid "item", where = where })
        assert.equal(status or 422, got.status, where)
        return got.json.error
      end
      assert.equal("42601", refused("true); drop table item; --").sqlstate)
      assert.equal("42703", refused("nope = 1").sqlstate)
      db:exec [[create sequence s; create function w() returns int language sql as
        'delete from item returning 1']]
      assert.equal("25006", refused("nextval('s') > 0", 403).sqlstate)
      assert.equal("25006", refused("w() > 0", 403).sqlstate)
      assert.equal("250", db:value "select count(*) from item")
    end)
  end)

  it("say which sort or filter looks at every row, where that takes long", function()
    db:exec [[create table big (id int primary key, v int);
      insert into big select n, n from generate_series(1, 120000) n; analyze big]]
    assert.same({ 2 }, rows({ oid = "big", sort = { { column = 2 } } }).unindexed)
    assert.same({ 2 }, rows({ oid = "big",
      filters = { { column = 2, op = "=", value = "5" } } }).unindexed)
    assert.same({}, rows({ oid = "big", filters = { { column = 2, op = "=", value = "5" },
      { column = 1, op = "<", value = "9" } } }).unindexed)
    assert.same({}, rows({ oid = "big", sort = { { column = 1 } } }).unindexed)
  end)

  it("refuse what makes no sense", function()
    local item = oid "item"
    for _, body in ipairs {
      { oid = item, limit = 0 }, { oid = item, limit = 1001 }, { oid = item, cell_bytes = 1 },
      { oid = item, colums = { 1 } }, { oid = item, columns = { 99 } }, { oid = item,
        columns = { "1" } },
      { oid = item, sort = { { column = 1 }, { column = 1 } } }, { oid = item, sort = { 1 } },
      { oid = item, sort = { { column = 1, nulls = "often" } } },
      { oid = item, filters = { { column = 1, op = "drop" } } },
      { oid = item, filters = { { column = 1, op = "=" } } },
      { oid = item, from = { after = "nonsense" } }, { oid = item, from = { after = '["1","2"]' } },
      { oid = item, from = { after = '["1"]', edge = "first" } }, { oid = item,
        from = { edge = "x" } },
      { oid = 1 }, { oid = "item" }, { oid = -1 }, { oid = item, request = "a b" }, { limit = 1 },
    } do
      local got = it_runs:post("/api/rows", body)
      assert.equal(400, got.status, got.body)
      assert.is_string(got.json.error.message)
    end
    assert.equal(422, it_runs:post("/api/rows", { oid = item,
      filters = { { column = 1, op = "=", value = "abc" } } }).status)
  end)

  describe("are counted", function()
    it("by the planner, or exactly", function()
      db:exec "analyze item"
      assert.same({ count = 250, exact = false }, it_runs:ask("/api/count", { oid = oid "item" }))
      assert.same({ count = 83, exact = true }, it_runs:ask("/api/count", { oid = oid "item",
        exact = true, where = "rank is null" }))
      assert.same({ count = 250, exact = true },
        it_runs:ask("/api/count", { oid = oid "seen", exact = true }))
    end)
  end)

  describe("have cells", function()
    local function cell(name, key, attnum)
      return it_runs:post("/api/cell", { oid = oid(name), key = key, column = attnum })
    end

    it("that are given whole", function()
      local got = cell("wide", '["1"]', 2)
      assert.equal(200, got.status)
      assert.equal(("ä"):rep(5000), got.body)
      assert.matches("^text/plain", got.headers["content-type"])
      got = cell("wide", '["1"]', 3)
      assert.equal(("\xab"):rep(5000), got.body)
      assert.equal("application/octet-stream", got.headers["content-type"])
      assert.equal(8894, #cell("wide", '["1"]', 5).body)
      assert.equal("", cell("wide", '["2"]', 2).body)
      assert.equal(204, cell("wide", '["3"]', 2).status)
      assert.equal(404, cell("wide", '["4"]', 2).status)
      assert.equal(400, cell("wide", "nonsense", 2).status)
      assert.equal(400, cell("seen", "[]", 1).status)
    end)

    it("of many megabytes, too", function()
      db:exec [[create table huge (id int primary key, b bytea, t text);
        insert into huge select 1, decode(repeat('00ff', 3000000), 'hex'), repeat('é', 1000000)]]
      assert.equal(("\x00\xff"):rep(3000000), cell("huge", '["1"]', 2).body)
      assert.equal(("é"):rep(1000000), cell("huge", '["1"]', 3).body)
    end)
  end)
end)
