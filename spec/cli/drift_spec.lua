-- raymig drift: the database against what its applied migrations make.
local pg = require "spec.support.pg"
local project = require "spec.support.project"
local cjson = require "cjson"

describe("drift", function()
    local db, p

    before_each(function()
        db = pg.create_database()
        p = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/0001_users.sql"] = "CREATE TABLE users (id int PRIMARY KEY, email text);\n"
                .. "COMMENT ON TABLE users IS 'who';",
            ["migrations/0002_stars.sql"] = "ALTER TABLE users ADD COLUMN stars int DEFAULT 3;",
            ["migrations/0003_later.sql"] = "CREATE TABLE later (n int);",
            ["migrations/meta/_journal.json"] = [[{"version": "7", "dialect": "postgresql",
                "raymig": 1, "entries": [
                {"idx": 1, "version": "7", "when": 1, "tag": "0001_users", "breakpoints": true},
                {"idx": 2, "version": "7", "when": 2, "tag": "0002_stars", "breakpoints": true},
                {"idx": 3, "version": "7", "when": 3, "tag": "0003_later", "breakpoints": true}]}]],
        }, { database = db })
    end)

    after_each(function()
        p:remove()
        db:drop()
    end)

    it("there is none where nobody did anything by hand; the history's tables are none", function()
        p:must("up", "--to", "0002")
        local r = p:must("drift", "--exit-code")
        assert.equal("", r.out)
        assert.matches("no drift: the database is what its migrations make "
            .. "(2 applied migrations, replayed in a shadow)", r.err, 1, true)
    end)

    it("nor is the table of the tool whose folder is used as it is", function()
        local other = project.new({
            ["raymig.lua"] = "return {}",
            ["migrations/00001_users.sql"] = "-- +goose Up\nCREATE TABLE users (id int);\n"
                .. "-- +goose Down\nDROP TABLE users;\n",
        }, { database = db })
        other:must("up")
        db:exec [[CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL,
            is_applied boolean NOT NULL, tstamp timestamp DEFAULT now());
            INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, true)]]
        local r = other:must("drift", "--exit-code")
        assert.equal("", r.out)
        assert.falsy(other:must("export").out:find("goose", 1, true))
        db:exec "CREATE TABLE schema_migrations (version text)" -- that of yet another is one
        r = other:run("drift", "--exit-code")
        assert.equal(3, r.code)
        assert.matches("schema_migrations", r.out)
        other:remove()
    end)

    it("shows what was done by hand as diff does, and what to run to repair either side", function()
        p:must("up", "--to", "0002")
        db:exec [[
            ALTER TABLE users ADD COLUMN hotfix text;
            COMMENT ON TABLE users IS NULL;
            ALTER TABLE users ALTER COLUMN stars DROP DEFAULT;
        ]]
        local r = p:must "drift"
        assert.matches("+     hotfix text", r.out, 1, true)
        assert.matches("- COMMENT ON TABLE public.users IS 'who';", r.out, 1, true)
        assert.matches("raymig diff --from migrations@0002_stars --to db --sql", r.err, 1, true)
        assert.matches("raymig diff --from db --to migrations@0002_stars --sql", r.err, 1, true)
        r = p:run("drift", "--summary", "--exit-code")
        assert.equal(3, r.code)
        assert.equal("~ table public.users\n    comment: who -> nothing\n"
            .. "- default public.users.stars\n+ column public.users.hotfix\n", r.out)
    end)

    it("the command that it names brings the database back", function()
        p:must("up", "--to", "0002")
        db:exec "ALTER TABLE users DROP COLUMN stars; CREATE VIEW v AS SELECT id FROM users"
        local report = cjson.decode(p:must("drift", "--json").out)
        assert.is_true(report.drift)
        assert.equal("migrations@0002_stars", report.compared_with)
        local words = {}
        for word in report.to_bring_back:gmatch "%S+" do words[#words + 1] = word end
        db:exec(p:must(table.unpack(words, 2)).out)
        report = cjson.decode(p:must("drift", "--json").out)
        assert.is_false(report.drift)
        assert.same({}, report.changes)
        assert.equal(cjson.null, report.to_bring_back or cjson.null)
    end)

    it("--snapshot compares with the last applied migration's, without a shadow", function()
        p:must("up", "--to", "0002")
        local r = p:run("drift", "--snapshot")
        assert.equal(2, r.code)
        assert.matches('"0002_stars" has no snapshot', r.err, 1, true)
        p:write("migrations/meta/0002_snapshot.json", p:must("export", "--json").out)
        db:exec "CREATE TABLE by_hand (n int)"
        r = p:must("drift", "--snapshot", "--summary",
            { env = { RAYMIG_PG_BINDIR = "/nowhere" } })
        assert.equal("+ table public.by_hand\n+ column public.by_hand.n\n", r.out)
        assert.matches("compared with migrations/meta/0002_snapshot.json", r.err, 1, true)
    end)

    it("where no migration is applied it says so, and offers to erase nothing", function()
        db:exec "CREATE TABLE t (n int)"
        local r = p:must "drift"
        assert.matches("+ CREATE TABLE public.t", r.out, 1, true)
        assert.matches("no migration is applied", r.err, 1, true)
        assert.is_nil(r.err:find("--to empty", 1, true))
    end)

    it("refuses where an applied migration is missing or stopped half-way", function()
        p:must("up", "--to", "0002")
        p:delete "migrations/0002_stars.sql"
        p:write("migrations/meta/_journal.json", (p:read "migrations/meta/_journal.json"
            :gsub('{"idx": 2.-},', "")))
        local r = p:run "drift"
        assert.equal(6, r.code)
        assert.matches('"0002_stars" is applied, and the folder does not have it', r.err, 1, true)
        p:write("migrations/0003_later.sql", "-- raymig: transaction=none\n"
            .. "CREATE TABLE later (n int); SELECT 1/0;")
        db:exec "DELETE FROM __raymig_migrations WHERE name = '0002_stars'"
        p:run("up")
        r = p:run "drift"
        assert.equal(4, r.code)
        assert.matches('"0003_later" stopped half-way', r.err, 1, true)
    end)

    it("nor is a schema of the history's own, until something else is in it", function()
        p:write("raymig.lua", 'return { migrations = { schema = "drizzle", table = "done" } }')
        p:must("up", "--to", "0002")
        assert.equal("drizzle", db:value "SELECT 'drizzle'::regnamespace")
        assert.equal("", p:must("drift", "--exit-code").out)
        db:exec "CREATE TABLE drizzle.other (n int)"
        assert.equal("+ schema drizzle\n+ table drizzle.other\n+ column drizzle.other.n\n",
            p:must("drift", "--summary").out)
    end)

    it("who looks as another role than the one that applied them is told so", function()
        local role = "drift_" .. db.name
        db:exec("CREATE ROLE " .. role .. " SUPERUSER LOGIN")
        local url = db.url:gsub("//[^/@]*@", "//" .. role .. "@")
        p:must("up", "--to", "0002", "--url", url)
        assert.equal("", p:must("drift", "--exit-code", "--url", url).out)
        local r = p:must("drift", "--summary")
        assert.matches("~ table public.users\n    owner: nothing -> " .. role, r.out, 1, true)
        assert.matches(("the migrations were applied by %s, and this is postgres: connect as %s")
            :format(role, role), r.err, 1, true)
        db:exec("DROP OWNED BY " .. role .. "; DROP ROLE " .. role)
    end)

    it("an edited migration is replayed as it is now, with a word", function()
        p:must("up", "--to", "0002")
        p:write("migrations/0002_stars.sql", "ALTER TABLE users ADD COLUMN stars int DEFAULT 4;")
        local r = p:must("drift", "--summary")
        assert.matches("0002_stars was edited since it was applied", r.err, 1, true)
        assert.equal("~ default public.users.stars\n    expression: 4 -> 3\n", r.out)
    end)

    it("a migration that does not run in the shadow is told with its line", function()
        p:must("up", "--to", "0002")
        p:write("migrations/0002_stars.sql", "\nALTER TABLE nothing ADD COLUMN n int;")
        local r = p:run "drift"
        assert.equal(1, r.code)
        assert.matches('0002_stars.sql:2:1: error: in the shadow: relation "nothing"', r.err,
            1, true)
    end)
end)
