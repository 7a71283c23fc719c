-- db:copy_in and db:copy_out.
local process = require "spec.support.process"
local script = require "spec.support.script"

describe("COPY", function()
  local s
  before_each(function() s = script.new() end)
  after_each(function() s:close() end)

  for _, transaction in ipairs { "one", "none" } do
    local options = { transaction = transaction == "none" and "none" or nil, timeout = 120 }

    it("takes rows as tables and as text (transaction: " .. transaction .. ")", function()
      s:must([==[
        db:exec [[create table "T t" (id int, "b c" text, l text[], j jsonb, y bytea, f float8,
          k bool)]]
        local rows = {
          { 1, "tab\tback\\slash\nline\rend", { "a,b", 'q"', db.null }, { x = { 1 } },
            db.bytea "\0\255", 0.1, true },
          { 2, db.null, {}, db.json.array {}, db.null, 1/0, false },
          { 3, "\\N", { "\\N", "" }, "[null]", db.bytea "", -0.0, db.null },
          { 4 },
        }
        assert(db:copy_in({ table = '"T t"' }, rows) == 4)
        local r = db:query [[select * from "T t" order by id]]
        assert(r[1]["b c"] == rows[1][2] and r[1].l[2] == 'q"' and r[1].l[3] == db.null)
        assert(r[1].j.x[1] == 1 and r[1].y == "\0\255" and r[1].f == 0.1 and r[1].k == true)
        assert(r[2]["b c"] == db.null and #r[2].l == 0 and r[2].f == math.huge and r[2].k == false)
        assert(r[3]["b c"] == "\\N" and r[3].l[1] == "\\N" and r[3].j[1] == db.null)
        assert(r[3].y == "")
        assert(r[4]["b c"] == db.null)
        assert(db:copy_in({ table = { "public", "T t" }, columns = { "b c", "id" } },
          { { id = 5, ["b c"] = "five" }, { "six", 6 }, { id = 7 } }) == 3)
        assert(db:value [[select string_agg("b c", ',' order by id) from "T t" where id > 4]]
          == "five,six")
        assert(db:copy_in('copy "T t" (id) from stdin', { "8\n9\n", "1", "0\n" }) == 3)
        assert(db:copy_in({ table = '"T t"', columns = { "id", "b c" }, format = "csv" },
          { '11,"x,y"\n' }) == 1)
        assert(db:value [[select sum(id) from "T t" where id between 8 and 10]] == 27)
        local n = 0
        assert(db:copy_in({ table = '"T t"', columns = { "id" } }, function()
          n = n + 1
          if n <= 1000 then return { 100 + n } end
        end) == 1000)
        assert(db:copy_in({ table = '"T t"' }, {}) == 0)
      ]==], options)
    end)

    it("gives lines to a loop or a function (transaction: " .. transaction .. ")", function()
      s:must([[
        db:exec "create table t as select i, 'text ' || i as v from generate_series(1, 1000) i"
        local lines = {}
        for line in db:copy_out "copy (select * from t order by i) to stdout" do
          lines[#lines + 1] = line
        end
        assert(#lines == 1000 and lines[7] == "7\ttext 7\n")
        local n = 0
        assert(db:copy_out({ table = "t", columns = { "v" }, format = "csv" }, function(line)
          n = n + #line
        end) == 1000 and n == 8893, n)
        for line in db:copy_out { table = "t" } do if line:find "^5\t" then break end end
        assert(not pcall(db.copy_out, db, { table = "t" }, function() error "x" end))
        do local read, copy = db:copy_out { table = "t" } read(copy) end
        collectgarbage() collectgarbage()
        assert(db:value "select 1" == 1)
        db:exec "create table u (i int, v text)"
        lines.i = 0
        assert(db:copy_in("copy u from stdin", function()
          lines.i = lines.i + 1
          return lines[lines.i]
        end) == 1000)
        assert(db:value "select count(*) from t join u using (i, v)" == 1000)
      ]], options)
    end)

    it("moves a million rows in a few megabytes (transaction: " .. transaction .. ")", function()
      s:must([[
        db:exec "create table t (i int, v text)"
        local n = 0
        assert(db:copy_in({ table = "t" }, function()
          n = n + 1
          if n <= 1000000 then return { n, "row" } end
        end) == 1000000)
        local bytes = 0
        for line in db:copy_out { table = "t" } do bytes = bytes + #line end
        assert(bytes == 10888896, bytes)
      ]], { transaction = options.transaction, timeout = 120,
        config = "return { lua = { limits = { memory = '4MB' } } }" })
    end)

    it("that fails leaves nothing behind (transaction: " .. transaction .. ")", function()
      s:must([[
        db:exec "create table t (i int)"
        local function try(what, source, target)
          local ok, err = pcall(db.transaction, db, db.copy_in, target or { table = "t" }, source)
          assert(not ok and tostring(err):find(what, 1, true), tostring(err))
          assert(db:value "select count(*) from t" == 0)
        end
        try("invalid input syntax for type integer", { { 1 }, { "x" } })
        local n = 0
        try("mine", function() n = n + 1 if n > 10 then error "mine" end return { n } end)
        try("takes rows as tables or text, not number", { 5 })
        try("value of type function cannot go", { { print } })
        try("the connection is busy with db:copy_in", function() db:exec "select 1" end)
        try("relation \"nope\" does not exist", {}, { table = "nope" })
        try("the statement is no COPY FROM STDIN", {}, "select 1")
        try("the statement is no COPY FROM STDIN", {}, "copy t to stdout")
        try("column \"x\"", {}, { table = "t", columns = { "x" } })
        try("has no option 'tabel'", {}, { tabel = "t" })
        try("knows no format 'xml'", {}, { table = "t", format = "xml" })
        try("needs a table", {}, {})
        try("takes a function", 5)
        for _, bad in ipairs { "select 1", "copy t from stdin", "vacuum nope" } do
          assert(not pcall(db.transaction, db, db.copy_out, bad, print))
        end
        assert(db:value "select 1" == 1)
      ]], options)
    end)
  end

  it("that waits for a lock ends at once with SIGINT", function()
    s.db:exec "create table t (i int)"
    local session = s.db:session()
    session:run "begin; lock table t;"
    s:add [[return function(db)
      db:notice "copying"
      db:copy_in({ table = "t" }, function() return { 1 } end)
    end]]
    local child = s.project:start("up", { env = { RAYMIG_LOCK_TIMEOUT = "60s" } })
    child:wait_for "copying"
    process.sleep(0.5)
    child:kill "INT"
    local r = child:wait(10)
    session:close()
    assert.equal(130, r.code)
    assert.equal("0", s.db:value "select count(*) from t")
  end)

  it("that streams without end ends with SIGINT", function()
    s.db:exec "create table t (i int)"
    s:add [[return function(db)
      db:notice "copying"
      db:copy_in({ table = "t" }, function() return { 1 } end)
    end]]
    local child = s.project:start("up")
    child:wait_for "copying"
    process.sleep(0.3)
    child:kill "INT"
    assert.equal(130, child:wait(10).code)
    s:drop_last()
    s:add [[return function(db)
      db:notice "reading"
      for line in db:copy_out "copy (select generate_series(1, 1000000000)) to stdout" do end
    end]]
    child = s.project:start("up")
    child:wait_for "reading"
    process.sleep(0.3)
    child:kill "TERM"
    assert.equal(130, child:wait(10).code)
  end)
end)
