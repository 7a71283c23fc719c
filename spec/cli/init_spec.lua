-- `raymig init`: a new project, and the adoption of a Drizzle one.
local pg = require "spec.support.pg"
local project = require "spec.support.project"

local ROOT_FILES = { ".gitignore", "migrations/0001_create_users.down.lua",
    "migrations/0001_create_users.sql", "migrations/meta/_journal.json", "raymig.lua",
    "schema/users.lua" }

describe("raymig init", function()
    local p

    before_each(function() p = project.new() end)
    after_each(function() p:remove() end)

    it("writes a project and says what to do next", function()
        local r = p:must "init"
        assert.same(ROOT_FILES, p:files())
        for _, path in ipairs(ROOT_FILES) do
            assert.matches("wrote%s+" .. path:gsub("%p", "%%%0") .. "\n", r.out)
        end
        assert.matches("next: raymig up", r.err)
        assert.equal(".raymig/\n", p:read ".gitignore")
        assert.is_function(loadfile(p.path .. "/schema/users.lua"))
        assert.equal(0, p:run("generate", "--check").code) -- the first migration makes it
        assert.equal(0, p:run("check", "--offline").code)
    end)

    it("writes a first migration that runs up and down", function()
        local db = pg.create_database()
        p.env.DATABASE_URL = db.url
        p:must "init"
        p:must "up"
        assert.equal("0", db:value "SELECT count(*) FROM users")
        p:must("down", "--yes")
        assert.is_nil(db:value "SELECT to_regclass('users')")
    end)

    it("writes a schema that is what the first migration makes, and says how it goes on", function()
        local r = p:must "init"
        assert.matches("\n%s+raymig generate ", r.err)
        local named = p:read("schema/users.lua"):match "%f[%w]raymig (%l+)"
        assert.equal("generate", named)
        assert.is_nil(p:read("schema/users.lua"):find("not read it yet", 1, true))
        assert.matches("nothing changed", p:must("generate", "--check").err)
    end)

    it("explains every key of the config, and each example is a valid one", function()
        p:must "init"
        local text = p:read "raymig.lua"
        local help = p:must("help", "init").out
        local keys = 0
        for key in text:gmatch "\n[ %-]* ([%w_]+) = " do
            keys = keys + 1
            assert.is_truthy(help:find(key, 1, true), key .. " is not in raymig help init")
        end
        assert.is_true(keys >= 24)
        -- What is commented out becomes live: the file must load, every key be known.
        local live = text:gsub("\n    %-%- ( *[%w_]+ = )", "\n    %1"):gsub("\n    %-%- ( *},)",
            "\n    %1")
        assert.is_nil(live:match "\n%s*%-%-%s*[%w_]+ = ")
        p:write("raymig.lua", live)
        local r = p:run("check", "--offline", { env = { DATABASE_URL = "postgresql://h/d" } })
        assert.equal(0, r.code, r.err)
        p:write("raymig.lua", (live:gsub("retries = ", "retrys = ")))
        assert.equal(2, p:run("check", "--offline").code)
    end)

    it("does not touch a project that is there already", function()
        p:write("raymig.lua", "return {}\n")
        local r = p:run "init"
        assert.equal(4, r.code)
        assert.matches("raymig.lua\" exists already", r.err)
        assert.same({ "raymig.lua" }, p:files())
        assert.equal("return {}\n", p:read "raymig.lua")
    end)

    it("names what is there and leaves it alone", function()
        p:write("schema/mine.lua", "-- mine\n")
        p:write("migrations/20240101000000_a.sql", "-- migrate:up\nselect 1;\n-- migrate:down\n")
        p:write(".gitignore", "node_modules/")
        local r = p:must "init"
        assert.matches("kept%s+schema", r.out)
        assert.matches("kept%s+migrations %(it has 1 migration, laid out as dbmate does%)", r.out)
        assert.matches("added to%s+%.gitignore", r.out)
        assert.matches("raymig import", r.err)
        assert.equal("node_modules/\n.raymig/\n", p:read ".gitignore")
        assert.same({ ".gitignore", "migrations/20240101000000_a.sql", "raymig.lua",
            "schema/mine.lua" }, p:files())
    end)

    it("adds .raymig/ to .gitignore once, however it is written there", function()
        for _, line in ipairs { ".raymig/", ".raymig", "/.raymig/", "/.raymig" } do
            p:write("sub/.gitignore", "x\n" .. line .. "\r\ny\n")
            assert.matches("kept%s+sub/.gitignore", p:must("init", "sub").out)
            assert.equal("x\n" .. line .. "\r\ny\n", p:read "sub/.gitignore")
            p:delete "sub/raymig.lua"
        end
        p:write("sub/.gitignore", "a.raymig/\n.raymig/x\n")
        p:must("init", "sub")
        assert.equal("a.raymig/\n.raymig/x\n.raymig/\n", p:read "sub/.gitignore")
    end)

    it("keeps a migrations folder that it cannot read", function()
        p:write("migrations/meta/_journal.json", "{ broken")
        local r = p:must "init"
        assert.matches("kept%s+migrations", r.out)
        assert.matches("no sound migrations folder", r.err)
        assert.equal("{ broken", p:read "migrations/meta/_journal.json")
    end)

    it("makes the folder that it is given, and takes --out", function()
        local r = p:must("init", "deep/shop", "--out", "db/steps")
        assert.matches("next: cd deep/shop", r.err)
        assert.is_true(p:exists "deep/shop/db/steps/0001_create_users.sql")
        assert.matches("\n    out = \"db/steps\",", p:read "deep/shop/raymig.lua")
        assert.equal(0, p:run("check", "--offline", { cwd = p.path .. "/deep/shop" }).code)
    end)

    it("prints JSON", function()
        local r = p:must("init", "--json")
        assert.matches('^{\n  "ok": true,', r.out)
        assert.matches('"path": "raymig.lua",\n%s+"result": "wrote"', r.out)
    end)

    it("says what it cannot start from", function()
        p:write("file", "x")
        for _, case in ipairs {
            { 2, "cannot start from \"dbmate\"", "--from", "dbmate" },
            { 2, "cannot start from \"nonsense\"", "--from", "nonsense" },
            { 2, "no drizzle.config.ts, .js or .json", "--from", "drizzle" },
            { 2, "--config names the config of another tool", "--config", "x.ts" },
            { 2, "cannot create folder", "file" },
        } do
            local r = p:run("init", table.unpack(case, 3))
            assert.equal(case[1], r.code, r.err)
            assert.is_truthy(r.err:find(case[2], 1, true), r.err)
            assert.same({ "file" }, p:files())
        end
    end)

    it("asks before it starts a second project in a Drizzle one", function()
        p:write("drizzle.config.ts", "export default { dialect: 'postgresql' }")
        local r = p:run "init"
        assert.equal(4, r.code)
        assert.matches("raymig init %-%-from drizzle", r.err)
        assert.same({ "drizzle.config.ts" }, p:files())
        p:must("init", "--yes")
        assert.is_true(p:exists "raymig.lua")
    end)
end)

-- The values that a config gets, as Lua would see them.
local function settings(p, env)
    local lookup = setmetatable({}, {
        __index = function(_, name) return env and env[name] end,
        __call = function(_, name, default) return env and env[name] or default end,
    })
    return assert(load(p:read "raymig.lua", "raymig.lua", "t",
        { env = lookup, ipairs = ipairs, table = table }))()
end

describe("raymig init --from drizzle reads", function()
    local p

    before_each(function() p = project.new() end)
    after_each(function() p:remove() end)

    local function adopt(text, name, ...)
        p:write(name or "drizzle.config.ts", text)
        return p:run("init", "--from", "drizzle", ...)
    end

    it("the literals of a TypeScript config", function()
        local r = adopt [[
            import 'dotenv/config';
            import { defineConfig } from "drizzle-kit";
            // it's a comment with { and "
            const shared = { verbose: true } as const;
            const pattern = /["'`{]/g
            export default defineConfig({
              ...shared,
              schema: ["./src/a.ts", './src/b.ts'], /* and
                another } */
              out: `./db/drizzle`,
              dialect: "postgresql",
              casing: 'snake_case' as const,
              "strict": true,
              schemaFilter: ["app", "auth_*"],
              tablesFilter: 'app_*',
              migrations: { table: "m", schema: "ops", prefix: 'timestamp', },
              dbCredentials: { url: "postgresql://ann@127.0.0.1:1/shop" },
            } satisfies Config<string, number>);
        ]]
        assert.equal(0, r.code, r.err)
        local config = settings(p)
        assert.equal("./db/drizzle", config.out)
        assert.equal("snake_case", config.casing)
        assert.is_true(config.verbose)
        assert.is_true(config.strict)
        assert.same({ "app", "auth_*" }, config.schemas)
        assert.same({ "app_*" }, config.tables)
        assert.same({ table = "m", schema = "ops" }, config.migrations)
        assert.equal("postgresql://ann@127.0.0.1:1/shop", config.url)
        assert.is_nil(config.schema)
        assert.matches("Drizzle's schema is { \"./src/a.ts\", \"./src/b.ts\" }",
            p:read "raymig.lua")
        assert.matches("no counterpart of: migrations.prefix", r.err)
        assert.matches("was not looked at: .*connect", r.err)
        assert.matches("raymig check", r.err)
    end)

    it("JSON, JavaScript, a constant, module.exports and --config", function()
        for name, text in pairs {
            ["drizzle.config.json"] = '{"dialect":"postgresql","out":"./x"}',
            ["drizzle.config.js"] = "module.exports = { dialect: 'postgresql', out: './x' };",
            ["drizzle.config.ts"] = "const c: Config = { dialect: 'postgresql', out: './x' }\n"
                .. "export default c",
            ["etc/drizzle.ts"] = "export default {dialect:'postgresql',out:'./x'} as Config",
        } do
            local q = project.new { [name] = text }
            local r = q:run("init", "--from", "drizzle",
                table.unpack(name:find "^etc" and { "--config", name } or {}))
            assert.equal(0, r.code, name .. ": " .. r.err)
            assert.equal("./x", settings(q).out, name)
            assert.same({ schema = "drizzle", table = "__drizzle_migrations" },
                settings(q).migrations)
            q:remove()
        end
    end)

    it("Drizzle's defaults where it says nothing", function()
        adopt "export default { dialect: 'postgresql' }"
        assert.equal("drizzle", settings(p).out)
        assert.is_nil(settings(p).url)
    end)

    it("variables of the environment, however they are written", function()
        for text, expected in pairs {
            ["process.env.DB_URL"] = "from DB_URL",
            ["process.env.DB_URL!"] = "from DB_URL",
            ["process.env.DB_URL as string"] = "from DB_URL",
            ["process.env['DB_URL'] ?? ''"] = "from DB_URL",
            ["(process.env.DB_URL || '')"] = "from DB_URL",
            ["`${process.env.DB_URL}`"] = "from DB_URL",
            ["env.DB_URL"] = "from DB_URL",
            ["process.env.NONE ?? 'postgres://h/d'"] = "postgres://h/d",
        } do
            local q = project.new { ["drizzle.config.ts"] =
                "export default { dialect: 'postgresql', dbCredentials: { url: " .. text .. " } }" }
            local r = q:run("init", "--from", "drizzle")
            assert.equal(0, r.code, r.err)
            assert.equal(expected, settings(q, { DB_URL = "from DB_URL" }).url, text)
            q:remove()
        end
    end)

    it("and names by key and line what is no literal, and leaves it out", function()
        local r = adopt [[
export default {
  dialect: "postgresql",
  tablesFilter: filters(),
  casing: "kebab",
  dbCredentials: {
    url: `postgres://app:hidden@${host}/d`,
  },
}]]
        assert.equal(0, r.code)
        assert.matches('drizzle.config.ts:3: "tablesFilter" is left out: its value is no literal',
            r.err)
        assert.matches('drizzle.config.ts:4: "casing" is left out', r.err)
        assert.matches('drizzle.config.ts:6: "dbCredentials.url" is left out', r.err)
        assert.is_nil(p:read("raymig.lua"):find("hidden", 1, true))
        assert.is_nil((r.err .. r.out):find("hidden", 1, true))
        assert.is_nil(settings(p).tables)
        assert.equal("u", settings(p, { DATABASE_URL = "u" }).url)
    end)

    it("and proves nothing where the folder or the table is not known", function()
        for _, line in ipairs { "out: dir()", "...rest()", "migrations: { table: name() }" } do
            local q = project.new({ ["drizzle.config.ts"] =
                "export default { dialect: 'postgresql',\n" .. line .. " }" },
                { url = "postgresql://h:1/d" })
            local r = q:run("init", "--from", "drizzle", "--json")
            assert.equal(0, r.code, r.err)
            assert.matches('"done": false', r.out)
            assert.matches('"line": 2', r.out)
            q:remove()
        end
    end)

    it("never a password", function()
        local r = adopt("export default { dialect: 'postgresql', dbCredentials: {\n"
            .. " url: 'postgres://app:s3cr%40t@127.0.0.1:1/d' } }")
        assert.equal(0, r.code, r.err)
        local text = p:read "raymig.lua"
        assert.is_nil((text .. r.out .. r.err):find("s3cr", 1, true))
        assert.matches("drizzle.config.ts:2 has one with a password", text)
        assert.equal("x", settings(p, { DATABASE_URL = "x" }).url)
    end)

    it("host, port, user, database; a literal password goes to PGPASSWORD", function()
        local r = adopt [[export default { dialect: "postgresql", dbCredentials: {
            host: "127.0.0.1", port: 1, user: "o'brien", password: "s3cret", database: "shop",
            ssl: true } }]]
        assert.equal(0, r.code, r.err)
        assert.equal([[host='127.0.0.1' port='1' user='o\'brien' dbname='shop' sslmode='require']],
            settings(p).url)
        assert.is_nil((p:read("raymig.lua") .. r.err .. r.out):find("s3cret", 1, true))
        assert.matches("PGPASSWORD", p:read "raymig.lua")
    end)

    it("parts from the environment, as a function that names what is not set", function()
        adopt [[export default { dialect: "postgresql", dbCredentials: {
            host: process.env.DB_HOST ?? "localhost", port: Number(process.env.DB_PORT || 5432),
            user: "app", password: process.env.DB_PASSWORD!, database: process.env.DB_NAME } }]]
        local url = settings(p, { DB_PASSWORD = [[it's \ it]], DB_NAME = "d", DB_PORT = "7" }).url
        assert.equal("host='localhost' port='7' user='app' password='it\\'s \\\\ it' dbname='d'",
            url())
        p:write("drizzle/meta/_journal.json",
            '{"version":"7","dialect":"postgresql","entries":[]}')
        local r = p:run "status"
        assert.equal(2, r.code)
        assert.matches("environment variable \"DB_PASSWORD\" is not set", r.err)
    end)

    it("refuses another dialect and writes nothing", function()
        for _, line in ipairs { 'dialect: "mysql"', 'dialect: "sqlite"', 'driver: "mysql2"' } do
            local r = adopt("export default {\n" .. line .. " }")
            assert.equal(4, r.code)
            assert.matches("drizzle.config.ts:2: .*not for PostgreSQL", r.err)
            assert.same({ "drizzle.config.ts" }, p:files())
        end
    end)

    it("refuses a broken config with its line and writes nothing", function()
        for text, message in pairs {
            ["export default {\n out: 'x"] = ":2: .*a string is never closed",
            ["export default {\n out: 'x', a: {"] = ":1: .*\"{\" is never closed",
            ["export default {\n out 'x' }"] = ":2: .*expected ':' behind \"out\"",
            ["export default\n make()"] = ":2: .*not written out as an object",
            ["const a = 1"] = "exports nothing",
            ["/* x"] = "comment is never closed",
            ["export default " .. ("["):rep(500)] = "never closed",
            ["export default { a: " .. ("("):rep(300) .. (")"):rep(300) .. "}"] = "too deeply",
            ["const a = b; const b = a; export default { out: a }"] = "too deeply",
        } do
            local r = adopt(text)
            assert.equal(2, r.code, text)
            assert.matches(message, r.err)
            assert.same({ "drizzle.config.ts" }, p:files())
        end
        local r = adopt('{"out": "x"}\n"y"', "drizzle.config.json", "--config",
            "drizzle.config.json")
        assert.equal(2, r.code)
        assert.matches("something stands behind the value", r.err)
    end)
end)

-- A Drizzle 0.x project with `count` migrations, and what Drizzle's migrator leaves of `applied`.
local function drizzle_project(count)
    local entries, files = {}, { ["drizzle.config.json"] =
        '{"dialect":"postgresql","out":"./drizzle","schema":"./schema.ts"}' }
    for i = 0, count - 1 do
        local tag = ("%04d_step"):format(i)
        entries[#entries + 1] = ('{"idx":%d,"version":"7","when":%d,"tag":"%s","breakpoints":true}')
            :format(i, 1700000000000 + i * 1000, tag)
        files["drizzle/" .. tag .. ".sql"] = ("CREATE TABLE t%d (id int);\n"
            .. "--> statement-breakpoint\nCREATE INDEX i%d ON t%d (id);"):format(i, i, i)
        files["drizzle/meta/" .. ("%04d"):format(i) .. "_snapshot.json"] = "{}"
    end
    files["drizzle/meta/_journal.json"] = ('{"version":"7","dialect":"postgresql","entries":[%s]}')
        :format(table.concat(entries, ","))
    return files
end

-- drizzle-orm's migrate(): what lies above the newest created_at, in the journal's order.
local function drizzle_migrate(db, files, count)
    db:exec [[CREATE SCHEMA IF NOT EXISTS drizzle;
        CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations
            (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)]]
    local last = tonumber(db:value "SELECT max(created_at) FROM drizzle.__drizzle_migrations") or 0
    local ran = 0
    for i = 0, count - 1 do
        local when, tag = 1700000000000 + i * 1000, ("%04d_step"):format(i)
        if when > last then
            local text = files["drizzle/" .. tag .. ".sql"]
            db:exec(text)
            db:exec(([[INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
                VALUES (encode(sha256(convert_to($q$%s$q$, 'UTF8')), 'hex'), %d)]]):format(text,
                when))
            ran = ran + 1
        end
    end
    return ran
end

describe("raymig init --from drizzle proves", function()
    local db, p, files

    before_each(function()
        db = pg.create_database()
        files = drizzle_project(4)
        p = project.new(files, { database = db })
    end)
    after_each(function()
        p:remove()
        db:drop()
    end)

    it("that database and folder agree, and writes nothing into the folder", function()
        drizzle_migrate(db, files, 2)
        local before = p:files "drizzle"
        local r = p:must("init", "--from", "drizzle")
        assert.matches('agree%s+./drizzle and "drizzle"."__drizzle_migrations": 2 applied, '
            .. '2 pending', r.out)
        assert.matches("TAG.down.sql or TAG.down.lua", r.err)
        assert.same(before, p:files "drizzle")
        assert.equal(files["drizzle/meta/_journal.json"], p:read "drizzle/meta/_journal.json")
        assert.equal("3", db:value [[SELECT count(*) FROM information_schema.columns
            WHERE table_name = '__drizzle_migrations']])
        -- Each goes on where the other stopped.
        p:must("up", "1")
        assert.equal(1, drizzle_migrate(db, files, 4))
        assert.equal("4", db:value "SELECT count(*) FROM drizzle.__drizzle_migrations")
        assert.matches("4 applied", p:must("status").err)
        assert.equal(0, p:run("check").code)
    end)

    it("with the password of Drizzle's config, which it does not write down", function()
        local server = pg.conf {
            hba = "local all postgres trust\nlocal all all scram-sha-256\n" }
        local own = server:create_database()
        own:exec "CREATE ROLE app LOGIN PASSWORD 'hush-hush'"
        drizzle_migrate(own, files, 4)
        own:exec [[GRANT USAGE ON SCHEMA drizzle TO app;
            GRANT SELECT ON drizzle.__drizzle_migrations TO app]]
        p.env.DATABASE_URL = nil
        p:write("drizzle.config.json", ('{"dialect":"postgresql","dbCredentials":{"url":"%s"}}')
            :format(own.url:gsub("postgres@", "app:hush-hush@")))
        local r = p:must("init", "--from", "drizzle")
        assert.matches("agree.*4 applied", r.out)
        assert.is_nil((p:read("raymig.lua") .. r.out .. r.err):find("hush", 1, true))
        local wrong = p:read("drizzle.config.json"):gsub("hush%-hush", "hush-wrong")
        p:write("drizzle.config.json", wrong)
        p:delete "raymig.lua"
        r = p:must("init", "--from", "drizzle")
        assert.matches("was not looked at: .*password", r.err)
        assert.is_nil((r.out .. r.err):find("hush", 1, true))
    end)

    it("says that it could not be done without a database", function()
        p.env.DATABASE_URL = nil
        local r = p:must("init", "--from", "drizzle", "--json")
        assert.matches('"done": false,\n%s+"why": "no database is configured"', r.out)
        assert.is_false(p:exists ".raymig")
    end)

    it("says where Drizzle never ran", function()
        local r = p:must("init", "--from", "drizzle")
        assert.matches("no table \"drizzle\".\"__drizzle_migrations\"", r.err)
        assert.matches("0 applied, 4 pending", r.out)
        assert.is_nil(db:value "SELECT to_regclass('drizzle.__drizzle_migrations')")
    end)

    it("lists what was edited, is missing, shadowed or doubled, and exits 6", function()
        drizzle_migrate(db, files, 4)
        db:exec [[
            DELETE FROM drizzle.__drizzle_migrations WHERE created_at = 1700000001000;
            INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
                SELECT hash, created_at FROM drizzle.__drizzle_migrations WHERE id = 1;
            INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
                VALUES (repeat('ab', 32), 1600000000000)]]
        p:write("drizzle/0002_step.sql", files["drizzle/0002_step.sql"]:gsub("\n", "\r\n"))
        p:write("drizzle/0003_step.sql", "SELECT 1;")
        local r = p:run("init", "--from", "drizzle")
        assert.equal(6, r.code)
        assert.matches("problem%s+0001_step  shadowed: .*Drizzle will never run it", r.out)
        assert.matches("raymig up %-%-allow 0001_step", r.out)
        assert.matches("problem%s+0002_step  edited: [^\n]*only its line ends differ", r.out)
        assert.matches("problem%s+0003_step  edited: ", r.out)
        assert.is_nil(r.out:match "0003_step  edited: [^\n]*line ends")
        assert.matches("problem%s+%(created_at 1600000000000%)  missing: row %d+", r.out)
        assert.matches("do not agree: 1 applied, 0 pending, 4 problems", r.out)
        assert.matches('"0000_step" has 2 rows', r.err)
        assert.is_true(p:exists "raymig.lua")
        p:delete "raymig.lua"
        r = p:run("init", "--from", "drizzle", "--json")
        assert.equal(6, r.code)
        assert.matches('"what": "shadowed"', r.out)
        assert.matches('"agree": false', r.out)
        assert.matches('"duplicates": %[\n%s+{\n%s+"migration": "0000_step",\n%s+"rows": 2', r.out)
    end)

    it("tells a row whose file is there and whose entry is not", function()
        drizzle_migrate(db, files, 4)
        p:write("drizzle/meta/_journal.json", (files["drizzle/meta/_journal.json"]:gsub(
            ',{"idx":3[^}]*}', "")))
        local r = p:run("init", "--from", "drizzle")
        assert.equal(6, r.code)
        assert.matches("records ./drizzle/0003_step.sql, for which the journal has no entry", r.out)
    end)

    it("reports a damaged journal; raymig.lua is written all the same", function()
        p:delete "drizzle/0002_step.sql"
        local r = p:run("init", "--from", "drizzle")
        assert.equal(6, r.code)
        assert.matches("0002_step", r.err)
        assert.matches("raymig.lua is written", r.err)
        assert.is_true(p:exists "raymig.lua")
    end)

    it("the folders of Drizzle 1.x", function()
        local q = project.new({
            ["drizzle.config.ts"] = "export default { dialect: 'postgresql' }",
            ["drizzle/20250101090000_a/migration.sql"] = "CREATE TABLE a (id int);",
            ["drizzle/20250101090000_a/snapshot.json"] = "{}",
            ["drizzle/20250102090000_b/migration.sql"] = "CREATE TABLE b (id int);",
            ["drizzle/20250102090000_b/snapshot.json"] = "{}",
        }, { database = db })
        db:exec [[CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (
            id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint, name text,
            applied_at timestamptz DEFAULT now());
            CREATE TABLE a (id int);
            INSERT INTO drizzle.__drizzle_migrations (hash, created_at, name) VALUES (
                encode(sha256('CREATE TABLE a (id int);'), 'hex'), 1735722000000,
                '20250101090000_a')]]
        local r = q:must("init", "--from", "drizzle")
        assert.matches("1 applied, 1 pending", r.out)
        q:must "up"
        assert.equal("20250102090000_b", db:value [[SELECT name FROM drizzle.__drizzle_migrations
            ORDER BY id DESC LIMIT 1]])
        q:remove()
    end)
end)
