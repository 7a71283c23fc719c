--- The studio under load: sixty-four connections (as many as it takes) that ask for all sorts,
--- clients that go away in the middle of a reply, and nothing of that is felt afterwards. Under
--- MODE=asan a finding fails it.

local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local studio = require "spec.support.studio"

local json = require "cjson.safe"

local SECONDS = 10

local function has_wrk()
  return process.run({ "sh", "-c", "command -v wrk" }).code == 0
end

describe("under load", function()
  local db, p, it_runs, oid

  setup(function()
    db = pg.create_database()
    db:exec [[
      create table t (id int primary key, name text, note text);
      insert into t select i, 'row ' || i, repeat('x', i % 500) from generate_series(1, 20000) i;
      create table many (id int references t (id));
    ]]
    oid = tonumber(db:value "select 't'::regclass::oid")
    p = project.new({ ["raymig.lua"] = "return {}" }, { database = db })
    it_runs = studio.start(p)
  end)

  teardown(function()
    studio.stop_all()
    p:remove()
    db:drop()
  end)

  -- One of each; wrk's connections are kept open.
  local function requests()
    local open, none = { Connection = false }, {}
    local function post(path, body, headers)
      local all = { Connection = false, ["Content-Type"] = "application/json" }
      for name, value in pairs(headers or none) do all[name] = value end
      local text = type(body) == "string" and body or json.encode(body)
      all["Content-Length"] = tostring(#text)
      return it_runs:text("POST", path, { body = text, headers = all })
    end
    local function get(path, headers)
      local all = { Connection = false }
      for name, value in pairs(headers or none) do all[name] = value end
      return it_runs:text("GET", path, { headers = all })
    end
    return {
      get "/", get "/api/session", get "/api/objects", get("/api/objects/" .. oid .. "?ddl=0"),
      post("/api/rows", { oid = oid, limit = 100 }),
      post("/api/rows", { oid = oid, limit = 500, sort = { { column = 2, descending = true } } }),
      post("/api/rows", { oid = oid, where = "name like '%77'" }),
      post("/api/count", { oid = oid, exact = true }),
      post("/api/query", { sql = "select * from t; select 1/0", session = "load", rows = 200 }),
      post("/api/query", { sql = "insert into many values (1)", session = "write" }),
      post("/api/explain", { sql = "select * from t", session = "plan" }),
      post("/api/changes", { changes = { { oid = oid, op = "update", key = "1:1", old = {},
        set = { ["2"] = "x" } } }, commit = true }),
      post("/api/diagram", { oid = oid, hops = 1 }),
      post("/api/export", { oid = oid, format = "csv" }),
      post("/api/cancel", { request = "nothing" }),
      get "/api/queries", get "/api/migrations",
      get "/api/objects/0", get "/api/objects/zzz", get "/api/none", get "/%2e%2e/etc/passwd",
      get("/" .. ("x"):rep(2000)), get "/api/objects?ddl=%ff%00", post("/api/rows", "{"),
      post("/api/rows", { oid = oid, unknown = 1 }), post("/api/rows", ("["):rep(5000)),
      get("/api/session", { ["X-Raymig-Token"] = ("0"):rep(64) }),
      get("/api/session", { ["X-Raymig-Token"] = false }), get("/", { Host = "evil.example" }),
      get("/api/session", { Origin = "http://evil.example" }),
      it_runs:text("OPTIONS", "/api/rows", { headers = open }),
      post("/api/import?oid=" .. oid .. "&format=csv&mode=preview", "1,a\n2,b\n",
        { ["Content-Type"] = "text/csv" }),
    }
  end

  -- Asks for much, reads a little and is gone; or sends half of a request.
  local function go_away(texts)
    for i, text in ipairs(texts) do
      local socket = it_runs:open(i % 2 == 0 and text or text:sub(1, #text // 2))
      socket:read(function(got) return #got > 0 end, 0.1)
      socket:close()
    end
  end

  it("of 64 connections it answers, and stops as it should #long", function()
    if not has_wrk() then pending "wrk is not installed" return end
    local all = requests()
    for i, text in ipairs(all) do p:write("load/" .. i, text) end
    local wrk = process.start { "wrk", "-t2", "-c64", ("-d%ds"):format(SECONDS), "--timeout", "20s",
      "-s", "spec/support/load.lua", "http://127.0.0.1:" .. it_runs.port,
      env = { PATH = os.getenv "PATH", LOAD = p.path .. "/load" } }
    local deadline, fleeting = process.now() + SECONDS, {
      it_runs:text("POST", "/api/export", { body = json.encode { oid = oid, format = "json" } }),
      it_runs:text("POST", "/api/query", { body = json.encode { session = "away",
        sql = "select i, pg_sleep(0.001) from generate_series(1, 100000) i", rows = 100000 } }),
      it_runs:text("POST", "/api/query", { body = json.encode { session = "away2",
        sql = "select pg_sleep(60)" } }),
      it_runs:text("GET", "/"),
    }
    while process.now() < deadline do go_away(fleeting) end
    local told = wrk:wait(SECONDS + 60)
    assert.equal(0, told.code, told.err)
    -- Each sort of answer came: it was not just turned away.
    for _, status in ipairs { 200, 400, 401, 403, 404, 405, 421 } do
      assert.matches(("status %d: %%d+"):format(status), told.out)
    end
    assert.is_nil(told.out:find("status 500", 1, true), told.out)

    -- What nobody waits for any more is cancelled on the server, and rooms are free again.
    studio.await_query(db, "%pg_sleep%", true)
    process.eventually(function() return it_runs:get("/api/session").status == 200 end,
      "an answer", 20)
    assert.equal(5, #it_runs:ask("/api/rows", { oid = oid, limit = 5 }).rows)
    assert.is_true(tonumber(db:value "select count(*) from many") > 0)
    local ended = it_runs:stop()
    assert.equal(0, ended.code, ended.err)
    process.eventually(function()
      return db:value [[select count(*) from pg_stat_activity
        where application_name like '%studio%' and datname = current_database()]] == "0"
    end, "the end of its connections", 10)
  end)
end)
