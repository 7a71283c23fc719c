--- Who may ask the studio: raw requests, as a hostile web page in the same browser, another program
--- on this machine, or another machine could send them.

local lfs = require "lfs"
local pg = require "spec.support.pg"
local process = require "spec.support.process"
local project = require "spec.support.project"
local studio = require "spec.support.studio"

describe("the studio's guard", function()
  local db, it_runs, host

  setup(function()
    db = pg.create_database()
    it_runs = studio.start(project.new({}, { database = db }))
    host = "127.0.0.1:" .. it_runs.port
  end)

  teardown(studio.stop_all)

  local function status(method, path, headers, body)
    return it_runs:request(method, path, { headers = headers, body = body }).status
  end

  it("lets nobody in but who has the token", function()
    assert.equal(200, status("GET", "/api/session"))
    assert.equal(64, #it_runs.token)
    for _, token in ipairs { false, "", "0", ("0"):rep(64), it_runs.token:sub(1, 63),
      it_runs.token .. "0", it_runs.token:upper() .. "x", it_runs.token:reverse() } do
      assert.equal(401, status("GET", "/api/session", { ["X-Raymig-Token"] = token }))
    end
    assert.equal(401, status("GET", "/api/session?token=" .. it_runs.token,
      { ["X-Raymig-Token"] = false, Cookie = "token=" .. it_runs.token }))
    -- Nobody without it learns which routes there are.
    assert.equal(401, status("GET", "/api/nothing", { ["X-Raymig-Token"] = false }))
    assert.equal(401, status("POST", "/api/rows", { ["X-Raymig-Token"] = false }, "{}"))
  end)

  it("makes a new token at every start", function()
    local other = studio.start(project.new({}, { database = db }))
    assert.not_equal(it_runs.token, other.token)
    assert.equal(0, other:stop().code)
  end)

  it("answers only to its own names, on every path", function()
    for _, name in ipairs { "evil.example", "evil.example:" .. it_runs.port, "127.0.0.1",
      "127.0.0.1:1", "0.0.0.0:" .. it_runs.port, "[::1]:" .. it_runs.port, "", host .. ".",
      "localhost", host .. ",evil", "127.0.0.2:" .. it_runs.port, "user@" .. host } do
      for _, path in ipairs { "/", "/index.html", "/api/session", "/nothing" } do
        local got = status("GET", path, { Host = name })
        assert.is_true(got == 421 or (name == "" and got == 400), name .. path .. " " .. got)
      end
    end
    assert.equal(200, status("GET", "/", { Host = "localhost:" .. it_runs.port }))
    assert.equal(200, status("GET", "/", { Host = "LOCALHOST:" .. it_runs.port }))
    assert.equal(421, it_runs:raw("GET / HTTP/1.0\r\n\r\n").status)
    assert.equal(400, it_runs:raw("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").status)
    assert.equal(400, it_runs:raw(("GET / HTTP/1.1\r\nHost: %s\r\nHost: evil\r\n"
      .. "Connection: close\r\n\r\n"):format(host)).status)
    assert.equal(421, it_runs:raw("GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n"
      .. "Connection: close\r\n\r\n").status)
  end)

  it("answers to no other origin and no other site", function()
    for _, origin in ipairs { "http://evil.example", "null", "https://evil.example:"
      .. it_runs.port,
      "http://127.0.0.1", "http://127.0.0.1:1", "http://localhost:" .. it_runs.port, "",
      "http://" .. host .. ".evil.example", "file://" } do
      assert.equal(403, status("GET", "/api/session", { Origin = origin }), origin)
      assert.equal(403, status("GET", "/", { Origin = origin }), origin)
      assert.equal(403, status("POST", "/api/rows", { Origin = origin }, "{}"), origin)
    end
    assert.equal(200, status("GET", "/api/session", { Origin = "http://" .. host }))
    for _, site in ipairs { "cross-site", "same-site", "", "SAME-ORIGIN" } do
      assert.equal(403, status("GET", "/api/session", { ["Sec-Fetch-Site"] = site }), site)
      assert.equal(403, status("GET", "/", { ["Sec-Fetch-Site"] = site }), site)
    end
    for _, site in ipairs { "same-origin", "none" } do
      assert.equal(200, status("GET", "/api/session", { ["Sec-Fetch-Site"] = site }), site)
    end
  end)

  it("knows neither CORS nor other methods", function()
    for _, method in ipairs { "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "FOO" } do
      local got = it_runs:request(method, "/api/rows", { headers = { Origin = "http://" .. host,
        ["Access-Control-Request-Method"] = "POST",
        ["Access-Control-Request-Private-Network"] = "true" } })
      assert.equal(405, got.status, method)
    end
    for _, path in ipairs { "/", "/api/session", "/nothing" } do
      for name in pairs(it_runs:get(path, { headers = { Origin = "http://" .. host } }).headers) do
        assert.is_nil(name:find "^access%-control", name)
        assert.not_equal("set-cookie", name)
      end
    end
    assert.equal(405, status("POST", "/", {}, "{}"))
    assert.equal(405, status("GET", "/api/rows"))
    assert.equal(405, status("POST", "/api/session", {}, "{}"))
    assert.equal(404, status("GET", "/api/nothing"))
    assert.equal(404, status("GET", "/api/objects/1/2"))
  end)

  it("takes only JSON that no form could send", function()
    for _, type in ipairs { false, "text/plain", "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x", "application/jsonx", "text/plain; application/json" } do
      assert.equal(415, status("POST", "/api/rows", { ["Content-Type"] = type }, '{"oid": 1}'))
    end
    assert.equal(400, status("POST", "/api/rows", { ["Content-Type"] =
      "Application/JSON; charset=utf-8" }, '{"oid": 1}'))
    for _, body in ipairs { "", "{", "[]", "null", "1", '{"oid": 1, "oid": 2}',
      '{"oid": "\\u0000"}',
      '{"oid": 1} x', '\xff', '{"where": "\xff", "oid": 1}', ("["):rep(100000) } do
      assert.equal(400, status("POST", "/api/rows", {}, body), body:sub(1, 30))
    end
  end)

  it("has limits", function()
    assert.equal(413, status("POST", "/api/rows", {}, '{"where": "' .. ("x"):rep(9 << 20) .. '"}'))
    local chunk = ("x"):rep(1 << 20)
    local chunked = {}
    for i = 1, 10 do chunked[i] = ("%x\r\n%s\r\n"):format(#chunk, chunk) end
    local got = it_runs:raw(it_runs:text("POST", "/api/rows", { headers = {
      ["Transfer-Encoding"] = "chunked", ["Content-Type"] = "application/json" } })
      .. table.concat(chunked) .. "0\r\n\r\n")
    assert.equal(413, got.status)
    got = it_runs:get("/" .. ("x"):rep(200000))
    assert.is_true(got.status == 414 or got.status == 431 or got.status == 413 or got.status == 0,
      got.status)
    got = it_runs:get("/", { headers = { ["X-Long"] = ("x"):rep(200000) } })
    assert.is_true(got.status == 431 or got.status == 413 or got.status == 0, got.status)
    assert.equal(200, status("GET", "/api/session"))
    assert.equal(413, status("GET", "/api/session", {}, "{}"))
  end)

  it("survives what is no HTTP", function()
    for _, text in ipairs { "\r\n\r\n\r\n", "GET\r\n\r\n", ("\0"):rep(1000),
      "GET / HTTP/9.9\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
      "POST /api/rows HTTP/1.1\r\nHost: " .. host
        .. "\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\nHost: " .. host
        .. "\r\n\r\nzz\r\n", "\x16\x03\x01\x02\x00\x01" } do
      local open = it_runs:open(text)
      open:read(nil, 0.3)
      open:close()
    end
    assert.equal(200, status("GET", "/api/session"))
  end)

  it("stays up under more connections than it takes", function()
    local open = {}
    for i = 1, 100 do open[i] = it_runs:open "GET / HTTP/1.1\r\n" end
    for _, socket in ipairs(open) do socket:close() end
    process.eventually(function()
      local ok, got = pcall(it_runs.get, it_runs, "/api/session")
      return ok and got.status == 200
    end, "the studio to answer again", 10)
  end)

  it("says what a page may do, with every answer", function()
    local replies = { it_runs:get "/", it_runs:get "/api/session", it_runs:get "/nothing",
      it_runs:get("/", { headers = { Host = "evil" } }), it_runs:post("/api/rows", "{") }
    for _, reply in ipairs(replies) do
      local csp = reply.headers["content-security-policy"]
      for _, rule in ipairs { "default-src 'none'", "script-src 'self'", "style-src 'self'",
        "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'",
        "require-trusted-types-for 'script'", "trusted-types raymig" } do
        assert.truthy(csp:find(rule, 1, true), rule)
      end
      assert.is_nil(csp:find "unsafe")
      assert.equal("nosniff", reply.headers["x-content-type-options"])
      assert.equal("DENY", reply.headers["x-frame-options"])
      assert.equal("no-referrer", reply.headers["referrer-policy"])
      assert.equal("same-origin", reply.headers["cross-origin-opener-policy"])
      assert.equal("same-origin", reply.headers["cross-origin-resource-policy"])
    end
    assert.equal("no-store", replies[2].headers["cache-control"])
    assert.equal("no-store", replies[5].headers["cache-control"])
  end)

  it("serves files out of the program alone", function()
    local index = it_runs:get "/"
    assert.equal("text/html; charset=utf-8", index.headers["content-type"])
    assert.equal("gzip", index.headers["content-encoding"])
    assert.equal(304, status("GET", "/", { ["If-None-Match"] = index.headers.etag }))
    assert.equal("", it_runs:request("HEAD", "/").body)
    for _, path in ipairs { "/../raymig.lua", "/%2e%2e/raymig.lua", "/..%2f..%2fetc/passwd",
      "//etc/passwd", "/raymig.lua", "/.raymig/pg", "/index.html/", "/index.html%00.js",
        "/INDEX.html",
      "/api", "/\\..\\" } do
      local got = status("GET", path)
      assert.is_true(got == 404 or got == 400 or (path:find "%%00" and got == 200),
        path .. " " .. got)
    end
  end)

  it("gives an export to who has a ticket for it, once, and to no other page", function()
    local asked = { format = "csv", sql = "select 1 as one, '=x' as two" }
    local function ticket() return it_runs:ask("/api/export/ticket", asked).path end
    local function fetch(method, path, headers)
      headers = headers or {}
      headers["X-Raymig-Token"] = false
      return it_runs:request(method, path, { headers = headers })
    end
    local path = ticket()
    assert.equal(8 + 64, #path)
    assert.is_nil(path:find(it_runs.token, 1, true))
    for _, headers in ipairs { { Host = "evil.example" }, { Origin = "http://evil.example" },
      { ["Sec-Fetch-Site"] = "cross-site" }, { ["Sec-Fetch-Site"] = "same-site" } } do
      assert.is_true(fetch("GET", path, headers).status >= 403)
    end
    assert.is_true(fetch("HEAD", path).status >= 400)
    assert.is_true(fetch("POST", path).status >= 400)
    local got = fetch("GET", path, { ["Sec-Fetch-Site"] = "same-origin" })
    assert.equal(200, got.status)
    assert.equal("one,two\r\n1,\"'=x\"\r\n", got.body)
    assert.equal('attachment; filename="result.csv"', got.headers["content-disposition"])
    assert.equal("no-store", got.headers["cache-control"])
    for _, gone in ipairs { path, "/export/", "/export/" .. ("0"):rep(64), "/export/x",
      "/export/" .. it_runs.token } do
      assert.equal(404, fetch("GET", gone).status, gone)
    end
    -- No ticket without the token, nor for what is no export; and no more of them than 16.
    assert.equal(401, it_runs:post("/api/export/ticket", asked,
      { headers = { ["X-Raymig-Token"] = false } }).status)
    assert.equal(400, it_runs:post("/api/export/ticket", { format = "exe", sql = "x" }).status)
    local first = ticket()
    for _ = 1, 16 do path = ticket() end
    assert.equal(404, fetch("GET", first).status)
    assert.equal(200, fetch("GET", path).status)
    asked = { format = "csv", sql = "select 1/0" }
    assert.equal(422, fetch("GET", ticket()).status)
  end)

  it("listens on this machine alone", function()
    local port = ("%04X"):format(it_runs.port)
    local found = false
    for line in io.lines "/proc/net/tcp" do
      local address, local_port, state = line:match "^%s*%d+: (%x+):(%x+) %x+:%x+ (%x+)"
      if local_port == port and state == "0A" then
        assert.equal("0100007F", address)
        found = true
      end
    end
    assert.is_true(found)
  end)
end)

describe("raymig studio", function()
  local db

  setup(function() db = pg.create_database() end)
  teardown(studio.stop_all)

  it("is reached from elsewhere only where that is said twice", function()
    local p = project.new({}, { database = db })
    local got = p:run("studio", "--port", "0", "--no-open", "--host", "0.0.0.0")
    assert.equal(2, got.code)
    assert.matches("%-%-allow%-host", got.err)
    local it_runs = studio.start(p, "--host", "0.0.0.0", "--allow-host", "db.example.org")
    for name, status in pairs { ["db.example.org"] = 200, ["db.example.org:" .. it_runs.port] = 200,
      ["127.0.0.1:" .. it_runs.port] = 421, ["db.example.org:1"] = 421 } do
      assert.equal(status, it_runs:get("/api/session", { headers = { Host = name } }).status, name)
    end
    assert.equal(200, it_runs:get("/api/session", { headers = { Host = "db.example.org",
      Origin = "https://db.example.org" } }).status)
    assert.equal(0, it_runs:stop().code)
  end)

  it("listens on an IPv6 address, which its Host header has in brackets", function()
    local p = project.new({}, { database = db })
    for _, address in ipairs { "::1", "0:0:0:0:0:0:0:1" } do
      local it_runs = studio.start(p, "--host", address)
      assert.matches("^http://%[::1%]:%d+/#token=%x+$", it_runs.url)
      assert.equal(200, it_runs:get("/api/session").status)
      local port = it_runs.port
      for name, status in pairs { ["localhost:" .. port] = 200, ["[::1]"] = 421, ["::1"] = 421,
        ["::1:" .. port] = 421, ["[::1]:1"] = 421, ["[::2]:" .. port] = 421,
        ["127.0.0.1:" .. port] = 421, ["[0:0:0:0:0:0:0:1]:" .. port] = 421 } do
        local got = it_runs:get("/api/session", { headers = { Host = name } })
        assert.equal(status, got.status, name)
      end
      assert.equal(200, it_runs:get("/", { headers = { Origin = "http://[::1]:" .. port } }).status)
      assert.equal(403, it_runs:get("/", { headers = { Origin = "http://[::2]:" .. port } }).status)
      assert.equal(0, it_runs:stop().code)
    end
    for _, host in ipairs { "::", "127.evil.example", "::ffff:127.0.0.1" } do
      assert.equal(2, p:run("studio", "--port", "0", "--no-open", "--host", host).code, host)
    end
    for _, allowed in ipairs { "fd00::1", "[fd00::1]", "FD00:0::1" } do
      local it_runs = studio.start(p, "--host", "::", "--allow-host", allowed)
      it_runs.six = true
      for name, status in pairs { ["[fd00::1]:" .. it_runs.port] = 200, ["[fd00::1]"] = 200,
        ["[::1]:" .. it_runs.port] = 421, ["fd00::1"] = 421 } do
        local got = it_runs:get("/api/session", { headers = { Host = name } })
        assert.equal(status, got.status, name)
      end
      assert.equal(0, it_runs:stop().code)
    end
  end)

  it("ends with Ctrl-C, also while something runs, and leaves nothing running", function()
    local it_runs = studio.start(project.new({}, { database = db }))
    local open = it_runs:open(it_runs:text("POST", "/api/export", { body =
      [[{"format": "csv", "sql": "select 'until_ctrl_c', pg_sleep(60)"}]] }))
    studio.await_query(db, "%until_ctrl_c%")
    local began = process.now()
    local result = it_runs:stop()
    assert.equal(0, result.code, result.err)
    assert.is_true(process.now() - began < 5)
    open:close()
    studio.await_query(db, "%until_ctrl_c%", true)
  end)

  it("says what is wrong when it cannot start", function()
    local p = project.new({}, { database = db })
    local it_runs = studio.start(p)
    local taken = p:run("studio", "--no-open", "--port", tostring(it_runs.port))
    assert.equal(5, taken.code)
    assert.matches("Address already in use", taken.err)
    assert.matches("%-%-port", taken.err)
    assert.equal(2, p:run("studio", "--port", "70000").code)
    assert.equal(2, p:run("studio", "--port", "x").code)
    local nowhere = project.new({}, { url = "postgresql://u:secret@127.0.0.1:1/x" })
    local got = nowhere:run("studio", "--no-open", "--port", "0")
    assert.equal(5, got.code)
    assert.is_nil((got.out .. got.err):find "secret")
  end)

  it("never shows a password, to the browser or to who looks at the processes", function()
    local own = pg.conf { hba = "local all postgres trust\nlocal all all scram-sha-256\n" }
    own:database():exec "create role hush login password 'sesame'"
    local p = project.new({}, { url = own:url("postgres", { user = "hush", password = "sesame" }) })
    local it_runs = studio.start(p)
    local seen = it_runs:get("/api/session").body
      .. it_runs:post("/api/export", { format = "csv",
        sql = "select 'password=sesame' frm x y" }).body
      .. assert(io.open(("/proc/%d/cmdline"):format(it_runs.child.pid))):read "a"
    assert.is_nil(seen:find "sesame")
    assert.matches('"user":"hush"', seen)
    local result = it_runs:stop()
    assert.is_nil((result.out .. result.err):find "sesame")
    own:stop()
  end)

  it("opens its connections anew when the server was restarted", function()
    local own = pg.conf()
    local it_runs = studio.start(project.new({}, { url = own:url "postgres" }))
    assert.equal(200, it_runs:get("/api/session").status)
    own:restart()
    assert.equal(200, it_runs:get("/api/session").status)
    own:halt()
    assert.equal(503, it_runs:get("/api/session").status)
    own:start()
    assert.equal(200, it_runs:get("/api/session").status)
    it_runs:stop()
    own:stop()
  end)

  it("writes nothing into the project", function()
    local p = project.new({}, { database = db })
    local it_runs = studio.start(p)
    it_runs:get "/api/session"
    it_runs:stop()
    assert.is_nil(lfs.attributes(p.path .. "/.raymig"))
  end)
end)

describe("what runs", function()
  local db, it_runs

  setup(function()
    db = pg.create_database()
    db:exec "create table t (id int primary key); insert into t select generate_series(1, 1000)"
    it_runs = studio.start(project.new({}, { database = db }))
  end)
  teardown(studio.stop_all)

  local function body(name, mark)
    return ('{"oid": %s, "exact": true, "request": "%s", "where": "pg_sleep(60) is null /* %s */"}')
      :format(db:value "select 't'::regclass::oid", name, mark)
  end

  it("is cancelled on the server by its name", function()
    local open = it_runs:open(it_runs:text("POST", "/api/count", { body = body("count-1",
      "named") }))
    studio.await_query(db, "%named%")
    assert.same({ cancelled = false }, it_runs:ask("/api/cancel", { request = "count-2" }))
    assert.same({ cancelled = true }, it_runs:ask("/api/cancel", { request = "count-1" }))
    local got = studio.parse(open:read())
    open:close()
    assert.equal(408, got.status)
    assert.equal("57014", got.json.error.sqlstate)
    studio.await_query(db, "%named%", true)
  end)

  it("ends when the client goes away", function()
    local open = it_runs:open(it_runs:text("POST", "/api/count", { body = body("count-3",
      "left") }))
    studio.await_query(db, "%left%")
    open:close()
    studio.await_query(db, "%left%", true)
  end)

  it("leaves no more connections than there are to be", function()
    local open = {}
    for i = 1, 40 do
      open[i] = it_runs:open(it_runs:text("POST", "/api/count", { body = body("many", "many") }))
    end
    studio.await_query(db, "%many%")
    process.sleep(0.3)
    assert.is_true(tonumber(db:value [[select count(*) from pg_stat_activity
      where application_name = 'raymig studio' and datname = current_database()]]) <= 16)
    for _, socket in ipairs(open) do socket:close() end
    studio.await_query(db, "%many%", true)
    process.eventually(function()
      local ok, got = pcall(it_runs.get, it_runs, "/api/session")
      return ok and got.status == 200
    end, "the studio to answer again", 15)
  end)
end)
