-- Values between PostgreSQL and Lua: what is read, what is written, and that a round trip loses
-- nothing.
local script = require "spec.support.script"

describe("values", function()
  local s
  before_each(function() s = script.new() end)
  after_each(function() s:close() end)

  for _, mode in ipairs { "a transaction", "none" } do
    local options = { transaction = mode == "none" and "none" or nil }

    it("become what they are in Lua (" .. mode .. ")", function()
      s:must([==[
        local function is(want, sql, ...)
          local got = db:value(sql, ...)
          assert(got == want and math.type(got) == math.type(want),
            sql .. ": " .. tostring(got) .. " is not " .. tostring(want))
        end
        is(true, "select true") is(false, "select false")
        is(32767, "select 32767::int2") is(-2147483648, "select '-2147483648'::int4")
        is(math.maxinteger, "select 9223372036854775807")
        is(math.mininteger, "select '-9223372036854775808'::int8")
        is(4294967295, "select 4294967295::oid")
        is(0.1, "select 0.1::float8") is(1.5, "select 1.5::float4")
        is(1e300, "select 1e300::float8") is(math.huge, "select 'Infinity'::float8")
        is(-math.huge, "select '-Infinity'::float4")
        local nan = db:value "select 'NaN'::float8" assert(nan ~= nan)
        is("123456789012345678901234567890.123456789",
          "select 123456789012345678901234567890.123456789")
        is("NaN", "select 'NaN'::numeric")
        is("1.10", "select 1.10")
        is("\0\1\254\255\\x", "select '\\x0001feff5c78'::bytea") is("", "select ''::bytea")
        is("grüße 😀", "select 'grüße 😀'") is("", "select ''")
        is("2024-02-29", "select '2024-02-29'::date")
        is("infinity", "select 'infinity'::date")
        is("12:30:00+02", "select '12:30+02'::timetz")
        is("1 day 02:00:00", "select '26 hours'::interval - '24 hours' + '1 day'::interval")
        is("6f1ed002-ab5d-4f3c-9d2f-000000000000",
          "select '6F1ED002-AB5D-4F3C-9D2F-000000000000'::uuid")
        is("[1,5)", "select int4range(1, 5)") is("(1,x,)", "select (1, 'x', null)")
        is("{[1,3),[5,7)}", "select '{[1,3),[5,7)}'::int4multirange")
        is("1 2", "select '1 2'::int2vector")
        db:exec "set timezone = 'UTC'"
        is("2024-01-02 03:04:05.678901+00", "select '2024-01-02 03:04:05.678901+00'::timestamptz")
        assert(db:value "select null" == nil)
        db:exec "set bytea_output = 'escape'"
        is("\0a\\b\255", "select '\\x00615c62ff'::bytea")
        db:exec "reset bytea_output"
      ]==], options)
    end)

    it("of the database's own types too (" .. mode .. ")", function()
      s:must([==[
        db:exec [[drop type if exists mood, pair cascade; drop domain if exists positive, names;
          create type mood as enum ('so, so', 'good "x"', 'null');
          create type pair as (a int, b text); create domain positive as int check (value > 0);
          create domain names as text[] ]]
        local r = db:row [[select 'null'::mood as m,
          array['so, so', 'good "x"', 'null', null]::mood[] as ms,
          (1, 'x,y')::pair as p, array[(1, 'x')::pair, (2, null)::pair] as ps, 3::positive as d,
          array[1, null]::positive[] as ds, array['a']::names as n]]
        assert(r.m == "null" and r.ms[1] == "so, so" and r.ms[2] == 'good "x"')
        assert(r.ms[3] == "null" and r.ms[4] == db.null and r.p == '(1,"x,y")')
        assert(r.ps[1] == "(1,x)" and r.ps[2] == "(2,)")
        assert(r.d == 3 and math.type(r.ds[1]) == "integer" and r.ds[2] == db.null)
        assert(r.n[1] == "a")
        local n = 0
        for row in db:each "select array['null', null]::mood[] as ms, array[7]::positive[] as ds" do
          assert(row.ms[1] == "null" and row.ms[2] == db.null and row.ds[1] == 7)
          n = n + 1
        end
        assert(n == 1)
        assert(db:value("select $1::mood[]", r.ms)[2] == 'good "x"')
        assert(db:value("select $1::mood", "so, so") == "so, so")
        assert(db:value("select ($1::pair).b", r.p) == "x,y")
      ]==], options)
    end)

    it("that are arrays keep shape, NULL and elements (" .. mode .. ")", function()
      s:must([==[
        local r = db:row [=[select array[[1, 2], [3, null]] as a, '{}'::int[] as b,
          array['a,b', 'c"d', null, 'NULL', '', 'e\f', '{}'] as c, array[true, false, null] as d,
          array['\x00ff', null]::bytea[] as e, array['{"x": [1]}', 'null']::jsonb[] as f,
          array[1.10, 2.200] as g, '[0:1]={5,6}'::int[] as h, array[[['x']]] as i,
          '{(1,2),(3,4);(5,6),(7,8)}'::box[] as j, array[0.1, 'NaN']::float8[] as k,
          array['2024-01-01 00:00']::timestamp[] as l]=]
        assert(r.a[2][1] == 3 and r.a[2][2] == db.null and #r.a == 2 and #r.b == 0)
        assert(r.c[1] == "a,b" and r.c[2] == 'c"d' and r.c[3] == db.null and r.c[4] == "NULL")
        assert(r.c[5] == "" and r.c[6] == "e\\f" and r.c[7] == "{}")
        assert(r.d[1] == true and r.d[2] == false and r.d[3] == db.null)
        assert(r.e[1] == "\0\255" and r.e[2] == db.null)
        assert(r.f[1].x[1] == 1 and r.f[2] == db.null and r.g[2] == "2.200")
        assert(r.h[1] == 5 and r.h[2] == 6 and r.i[1][1][1] == "x")
        assert(#r.j == 2 and r.j[1] == "(3,4),(1,2)" and r.k[1] == 0.1 and r.k[2] ~= r.k[2])
        assert(r.l[1] == "2024-01-01 00:00:00")
        local function same(name, cast)
          assert(db:value(("select $1::%s is not distinct from $2::%s"):format(cast, cast), r[name],
            db:value("select $1::" .. cast, r[name])), name)
        end
        same("a", "int[]") same("b", "int[]") same("c", "text[]") same("d", "bool[]")
        same("g", "numeric[]") same("i", "text[]") same("k", "float8[]") same("l", "timestamp[]")
        assert(db:value("select $1::bytea[]", { db.bytea "\0\255", db.null })[1] == "\0\255")
        assert(db:value("select ($1::jsonb[])[1] ->> 'a'", { { a = 5 } }) == "5")
        assert(db:value("select cardinality($1::int[])", table.pack(1, nil, 3)) == 3)
        assert(db:value("select $1::text[]", { "ä", "\\", '"', "\n", " " })[4] == "\n")
      ]==], options)
    end)

    it("that are JSON come back as they went (" .. mode .. ")", function()
      s:must([==[
        local text = [=[{"a": [], "b": {}, "c": [1, 2.5, null, true, "é\n\"x\""],
          "d": {"e": [[]]}}]=]
        local value = db:value("select $1::jsonb", text)
        assert(value.c[3] == db.null and value.c[5] == 'é\n"x"')
        assert(math.type(value.c[1]) == "integer")
        assert(db:value("select $1::jsonb = $2::jsonb", value, text))
        assert(db:value("select $1::jsonb = '[]'", value.a))
        assert(db:value("select $1::jsonb = '{}'", value.b))
        assert(db:value("select $1::jsonb = '[1, 2]'", db.json.array { 1, 2 }))
        assert(db:value("select $1::jsonb = '[1, 2]'", db.jsonb { 1, 2 }))
        assert(db:value("select $1::jsonb = '\"x\"'", db.jsonb "x"))
        assert(db:value("select jsonb_typeof($1::jsonb)", db.jsonb(db.null)) == "null")
        assert(db:value "select 'null'::jsonb" == db.null and db:value "select null::jsonb" == nil)
        assert(db:value("select $1::json->>'k'", { k = "ü" }) == "ü")
      ]==], options)
    end)

    it("go out as parameters of every kind (" .. mode .. ")", function()
      s:must([==[
        assert(db:value("select $1::text", "it's \\ $1 %s") == "it's \\ $1 %s")
        assert(db:value("select $1::int8", math.mininteger) == math.mininteger)
        for _, x in ipairs { 0.1, 1/3, 1e-300, 2^53, -0.0, 123456789.125, math.huge, -math.huge } do
          assert(db:value("select $1::float8", x) == x)
        end
        assert(1 / db:value("select $1::float8", -0.0) == -math.huge)
        assert(db:value("select $1::numeric", 0.1) == "0.1")
        assert(db:value("select $1::int", 3.0) == 3)
        assert(db:value("select $1::bool and not $2::bool", true, false) == true)
        assert(db:value("select $1::int is null and $2::int is null", nil, db.null) == true)
        assert(db:value("select $3::int where $1::int = 1 and $2::int is null", 1, nil, 3) == 3)
        assert(db:value("select $1", db.bytea "\0\1\255'\\") == "\0\1\255'\\")
        assert(db:value("select length($1)", db.bytea(("\0"):rep(100000))) == 100000)
        local function bad(what, ...)
          local ok, err = pcall(db.value, db, "select $1", ...)
          assert(not ok and tostring(err):find(what, 1, true), tostring(err))
        end
        bad("holds a NUL byte", "a\0b") bad("type function", print)
        bad("neither an array nor JSON", { 1, x = 2 })
        bad("neither an array nor JSON", { [1] = 1, [3] = 3 }) bad("holds a NUL byte", { "a\0" })
        bad("dimensions", {{{{{{{{{{1}}}}}}}}}}) bad("type thread", coroutine.create(print))
      ]==], options)
    end)
  end

  it("that are not UTF-8 are the server's to refuse, with its SQLSTATE", function()
    s:must [[
      local ok, err = pcall(db.transaction, db, function() db:value("select $1::text", "\255") end)
      assert(not ok and err.sqlstate == "22021", tostring(err))
      ok, err = pcall(db.transaction, db, function() db:exec("select '\255'") end)
      assert(not ok and err.sqlstate == "22021", tostring(err))
    ]]
  end)

  it("are quoted by quote_ident and quote_literal", function()
    s:must [==[
      assert(db:quote_ident 'we"ird' == '"we""ird"')
      for _, v in ipairs { "it's", "back\\slash", "", "é" } do
        assert(db:value("select " .. db:quote_literal(v)) == v)
      end
      assert(db:quote_literal(nil) == "NULL" and db:quote_literal(db.null) == "NULL")
      assert(db:quote_literal(5) == "'5'" and db:quote_literal(true) == "'t'")
      assert(db:value("select " .. db:quote_literal { 1, 2 } .. "::int[]")[2] == 2)
    ]==]
  end)
end)
