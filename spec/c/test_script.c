/*
 * The Lua state and its limits, on a real connection: what a script may not outrun, what it sees, what its
 * errors say, and that it leaves nothing behind.
 */
#include "script_spec.h"

#include "base/file.h"

#include <stdio.h>

#define WITH_SERVER(spec)                           \
    struct script_spec spec;                        \
    script_spec_init(&(spec));                      \
    if ((spec).conn == NULL) {                      \
        script_spec_free(&(spec));                  \
        SKIP("RAYMIG_TEST_SOCKET names no server"); \
    }

static bool
starts_with(const char *text, const char *prefix)
{
    return text != NULL && strncmp(text, prefix, strlen(prefix)) == 0;
}

TEST(a_script_runs_and_reports)
{
    WITH_SERVER(spec);

    CHECK(script_spec_run(
        &spec, "return { up = function(db) db:exec 'select 1' print('a', 1, db.null) end }", true,
        true));
    CHECK_STR(spec.notices, "a\t1\tnull\n");
    CHECK_INT(spec.statements, 1);
    CHECK_INT(lua_gettop(spec.lua->L), 0);
    script_spec_free(&spec);
}

/* Each of these would run for ever; each must end shortly after its deadline. */
TEST(no_loop_outruns_the_deadline)
{
    static const char *const scripts[] = {
        "return function() while true do end end",
        "while true do end",
        "return function() while true do pcall(function() while true do end end) end end",
        "return function() local function f() xpcall(f, function() while true do end end) end "
        "while true do f() end end",
        "return function() local co = coroutine.wrap(function() while true do end end) "
        "while true do pcall(co) end end",
        "return function() pcall(coroutine.wrap(function() while true do end end)) end",
        "return function() local function nest(n) while true do "
        "if n > 0 then coroutine.resume(coroutine.create(nest), n - 1) end end end nest(20) end",
        "local mt = { __close = function() while true do end end } return function() "
        "local co = coroutine.create(function() local x <close> = setmetatable({}, mt) "
        "while true do end end) coroutine.resume(co) coroutine.close(co) end",
        "return function() local x <close> = setmetatable({}, { __close = function() "
        "while true do end end }) error 'x' end",
        "return function() error(setmetatable({}, { __tostring = function() while true do end "
        "end })) end",
        "return function(db) while true do pcall(db.value, db, 'select 1') end end",
        "return function() table.sort({ 1, 2, 3 }, function() while true do end end) end",
        "return function(db) while true do pcall(db.transaction, db, function() "
        "while true do end end) end end",
    };
    WITH_SERVER(spec);

    spec.config.limits.deadline_ms = 50;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        CHECK(!script_spec_run(&spec, scripts[i], true, true));
        if (!CHECK_STR(spec.err.message,
                       "deadline of 0.05 s of Lua time passed (lua.limits.deadline)"))
            printf("    %s\n", scripts[i]);
        CHECK_INT(ray_conn_tx(spec.conn), RAY_TX_IDLE);
    }
    CHECK(script_spec_run(&spec, "return function(db) db:exec 'select 1' end", true, true));
    script_spec_free(&spec);
}

TEST(time_in_the_server_is_not_lua_time)
{
    WITH_SERVER(spec);

    spec.config.limits.deadline_ms = 100;
    CHECK(
        script_spec_run(&spec,
                        "return function(db) db:exec 'select pg_sleep(0.3)' "
                        "for r in db:each 'select pg_sleep(0.1) from generate_series(1, 2)' do end "
                        "for i = 1, 100000 do end end",
                        true, true));
    script_spec_free(&spec);
}

TEST(no_script_outgrows_the_memory_ceiling)
{
    static const char *const scripts[] = {
        "return function() local s = ('x'):rep(1 << 40) end",
        "return function() local s = ('x'):rep(1 << 27) end",
        "return function() local t = {} for i = 1, 1e9 do t[i] = { i } end end",
        "return function() local s = 'x' while true do s = s .. s end end",
        "return function() local ok, e = pcall(string.rep, 'x', 1 << 27) error(e, 0) end",
        "return function(db) db:query [[select repeat('x', 1000000) from generate_series(1, 50)]] "
        "end",
        "return function(db) db:value [[select repeat('x', 50000000)]] end",
    };
    WITH_SERVER(spec);

    spec.config.limits.memory_mb = 16;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        CHECK(!script_spec_run(&spec, scripts[i], true, true));
        /* The first is more than any string may be, and Lua itself says so. */
        if (i > 0 && !CHECK(strstr(spec.err.message,
                                   "memory ceiling of 16 MB reached (lua.limits.memory)") != NULL))
            printf("    %s: %s\n", scripts[i], spec.err.message);
        CHECK(spec.lua->used <= (size_t)16 << 20);
    }
    CHECK(script_spec_run(&spec,
                          "return function(db) for r in db:each [[select repeat('x', 1000000) as x "
                          "from generate_series(1, 50)]] do assert(#r.x == 1000000) end end",
                          true, true));
    script_spec_free(&spec);
}

TEST(a_million_rows_take_constant_memory)
{
    static const char script[] =
        "return function(db) local n, most = 0, 0 "
        "for row in db:each \"select i, 'text ' || i as t from generate_series(1, 1000000) i\" do "
        "n = n + row.i if n % 1000 == 0 then most = math.max(most, collectgarbage 'count') end end "
        "assert(n == 500000500000) print(most < 2048) end";
    WITH_SERVER(spec);

    spec.config.limits.memory_mb = 4;
    CHECK(script_spec_run(&spec, script, true, true));
    CHECK_STR(spec.notices, "true\n");
    CHECK(script_spec_run(&spec, script, false, true));
    CHECK_STR(spec.notices, "true\n");
    script_spec_free(&spec);
}

TEST(each_script_has_an_environment_of_its_own)
{
    WITH_SERVER(spec);

    CHECK(script_spec_run(&spec,
                          "string.format = nil raymig.json.encode = nil "
                          "return function(db) db.json.encode = nil end",
                          true, true));
    CHECK(script_spec_run(&spec,
                          "return function(db) assert(string.format('%d', 1) == '1') "
                          "assert(raymig.json.encode(1) == '1' and db.json.encode(1) == '1') end",
                          true, true));
    CHECK(!script_spec_run(&spec, "x = 1 return function() end", true, true));
    CHECK_STR(spec.err.message, "assignment to undefined global 'x'");
    CHECK_INT(spec.err.line, 1);
    CHECK(!script_spec_run(&spec, "\nreturn function() pirnt 'x' end", true, true));
    CHECK_STR(spec.err.message, "undefined global 'pirnt'");
    CHECK_STR(spec.err.hint, "Did you mean 'print'?");
    CHECK_STR(spec.err.file, "migrations/0001_test.lua");
    CHECK_INT(spec.err.line, 2);
    script_spec_free(&spec);
}

/* What the sandbox wraps behaves as in plain Lua. */
TEST(wrapped_functions_are_as_ever)
{
    static const char script[] =
        "return function()\n"
        "local ok, e, n = xpcall(function(a, b) return a, b end, error, 1, nil)\n"
        "assert(ok and e == 1 and n == nil)\n"
        "ok, e = xpcall(error, function(m) return m .. '!' end, 'x') assert(not ok and e == 'x!')\n"
        "assert(not pcall(xpcall, error))\n"
        "local f = coroutine.wrap(function(a) local b = coroutine.yield(a, nil, 3) error({ b }) end)\n"
        "assert(select('#', f(1)) == 3) ok, e = pcall(f, 2) assert(not ok and e[1] == 2)\n"
        "ok, e = pcall(f) assert(not ok and e:find 'dead coroutine')\n"
        "local closed = 0\n"
        "local co = coroutine.create(function() local x <close> = setmetatable({}, "
        "{ __close = function() closed = closed + 1 end }) coroutine.yield() end)\n"
        "assert(coroutine.resume(co)) assert(coroutine.close(co) and closed == 1)\n"
        "assert(select(2, coroutine.resume(co)):find 'dead') assert(coroutine.status(co) == 'dead')\n"
        "assert(select('#', coroutine.resume(coroutine.create(function() return nil, nil end))) == 3)\n"
        "assert(load(function() return nil end)() == nil and load('return ...')(7) == 7)\n"
        "assert(load('return x', 'n', 't', { x = 5 })() == 5)\n"
        "assert(collectgarbage 'count' > 0 and not pcall(collectgarbage, 'stop'))\n"
        "assert(('x'):rep(3) == 'xxx' and getmetatable '' == false) end";
    WITH_SERVER(spec);

    if (!CHECK(script_spec_run(&spec, script, true, true)))
        printf("    %d: %s\n", spec.err.line, spec.err.message);
    script_spec_free(&spec);
}

TEST(libraries_need_their_grant)
{
    static const char script[] =
        "return function() print(rawget(_G, 'io') ~= nil, os.execute ~= nil, "
        "rawget(_G, 'package') ~= nil, rawget(_G, 'debug') ~= nil, os.exit ~= nil, "
        "string.dump ~= nil, rawget(_G, 'dofile') ~= nil, rawget(_G, 'env') ~= nil) end";
    WITH_SERVER(spec);

    CHECK(script_spec_run(&spec, script, true, true));
    CHECK_STR(spec.notices, "false\tfalse\tfalse\tfalse\tfalse\tfalse\tfalse\ttrue\n");
    ray_lua_free(spec.lua);
    spec.lua = NULL;
    *ray_vec_add(spec.arena, &spec.config.grants) = "io";
    *ray_vec_add(spec.arena, &spec.config.grants) = "os";
    *ray_vec_add(spec.arena, &spec.config.grants) = "package";
    *ray_vec_add(spec.arena, &spec.config.grants) = "debug";
    CHECK(script_spec_run(&spec, script, true, true));
    CHECK_STR(spec.notices, "true\ttrue\ttrue\ttrue\tfalse\tfalse\tfalse\ttrue\n");
    CHECK(script_spec_run(&spec, script, true, false)); /* a stored down */
    CHECK_STR(spec.notices, "false\tfalse\tfalse\tfalse\tfalse\tfalse\tfalse\tfalse\n");
    script_spec_free(&spec);
}

TEST(only_text_is_run)
{
    WITH_SERVER(spec);

    CHECK(!script_spec_run(&spec, "\x1bLua", true, true));
    CHECK_STR(spec.err.message, "\"migrations/0001_test.lua\" is a binary chunk");
    CHECK(
        script_spec_run(&spec,
                        "return function() assert(load('\\27Lua') == nil) "
                        "assert(load('return 1', 'x', 'b') == nil) assert(load('return 1')() == 1) "
                        "assert(not pcall(load 'y = 1')) end",
                        true, true));
    CHECK(script_spec_run(&spec, "\xef\xbb\xbfreturn function() end", true, true));
    script_spec_free(&spec);
}

TEST(errors_name_place_and_cause)
{
    WITH_SERVER(spec);

    CHECK(!script_spec_run(&spec, "return function(db)\n  local x = = 1\nend", true, true));
    CHECK_STR(spec.err.message, "unexpected symbol near '='");
    CHECK_STR(spec.err.file, "migrations/0001_test.lua");
    CHECK_INT(spec.err.line, 2);

    CHECK(!script_spec_run(&spec, "return function(db)\n  db:exec 'select * frm t'\nend", true,
                           true));
    CHECK_STR(spec.err.sqlstate, "42601");
    CHECK_STR(spec.err.statement, "select * frm t");
    CHECK_INT((long long)spec.err.position, 10);
    CHECK_INT(spec.err.line, 2);
    CHECK(spec.err.context == NULL);

    CHECK(!script_spec_run(&spec,
                           "local function f() error 'no plan' end\nreturn function() f() end",
                           true, true));
    CHECK_STR(spec.err.message, "no plan");
    CHECK_INT(spec.err.line, 1);
    CHECK(spec.err.context != NULL &&
          strstr(spec.err.context, "0001_test.lua:2: in function") != NULL);

    CHECK(!script_spec_run(&spec, "return function() error { message = 'm', hint = 'h' } end", true,
                           true));
    CHECK_STR(spec.err.message, "m");
    CHECK_STR(spec.err.hint, "h");

    CHECK(!script_spec_run(&spec, "return function() error(nil) end", true, true));
    CHECK_STR(spec.err.message, "the script raised a value of type nil as its error");

    CHECK(!script_spec_run(&spec, "return 5", true, true));
    CHECK_STR(spec.err.message, "the script returned a value of type number");
    CHECK(!script_spec_run(&spec, "return { up = 1 }", true, true));
    CHECK_STR(spec.err.message, "the migration's field \"up\" is of type number, not a function");
    CHECK(!script_spec_run(&spec, "return { upp = function() end }", true, true));
    CHECK_STR(spec.err.hint, "Did you mean \"up\"?");
    CHECK(!script_spec_run(&spec, "return { down = function() end }", true, true));
    CHECK_STR(spec.err.message, "the migration has no up");
    CHECK(!script_spec_run(&spec, "local function f() return f() + 1 end return f", true, true));
    CHECK(starts_with(spec.err.message, "stack overflow"));
    script_spec_free(&spec);
}

/* Environments are apart, so a handle gets out of its script only where a grant lets it. */
TEST(handles_die_with_their_script)
{
    static const char keep[] =
        "return function(db) local next, rows = db:each 'select 1 as x' "
        "package.loaded.kept = { db = db, statement = db:prepare 'select 1', next = next, "
        "rows = rows, co = coroutine.create(function() db:transaction(coroutine.yield) end) } "
        "coroutine.resume(package.loaded.kept.co) end";
    static const char use[] =
        "local kept = package.loaded.kept return function() for i, f in ipairs { "
        "function() kept.db:exec 'select 1' end, function() kept.statement:exec() end, "
        "function() kept.next(kept.rows) end, function() kept.db:notice 'x' end, "
        "function() kept.db:transaction(print) end, "
        "function() kept.db:batch { table = 't', key = 'id', sql = '' } end, "
        "function() assert(coroutine.resume(kept.co)) end, "
        "} do local ok, e = pcall(f) assert(not ok and tostring(e):find("
        "'this db handle is dead: its migration has ended', 1, true), i .. tostring(e)) end "
        "assert(tostring(kept.db) == 'db (dead)') kept.statement:close() kept.rows:close() end";
    WITH_SERVER(spec);

    *ray_vec_add(spec.arena, &spec.config.grants) = "package";
    CHECK(script_spec_run(&spec, keep, true, true));
    if (!CHECK(script_spec_run(&spec, use, true, true)))
        printf("    %s\n", spec.err.message);
    /* Without a transaction the rows are a stream, which the end of the script must drain. */
    CHECK(script_spec_run(&spec,
                          "return function(db) package.loaded.kept = "
                          "{ db:each 'select generate_series(1, 1000)' } end",
                          false, true));
    CHECK_INT(ray_conn_tx(spec.conn), RAY_TX_IDLE);
    CHECK(script_spec_run(&spec,
                          "return function(db) local kept = package.loaded.kept "
                          "assert(not pcall(kept[1], kept[2])) db:exec 'select 1' end",
                          false, true));
    script_spec_free(&spec);
}

TEST(transactions_belong_to_who_opened_them)
{
    WITH_SERVER(spec);

    CHECK(!script_spec_run(&spec, "return function(db) db:exec 'commit' end", true, true));
    CHECK_STR(spec.err.message,
              "COMMIT is not for this script: raymig opened the transaction and ends it");
    CHECK(!script_spec_run(&spec, "return function(db) db:exec 'select 1; rollback; begin' end",
                           true, true));
    CHECK(!script_spec_run(&spec, "return function(db) db:exec('end') end", true, true));
    CHECK(!script_spec_run(&spec, "return function(db) db:query('/* x */ abort') end", true, true));
    CHECK(script_spec_run(&spec,
                          "return function(db) db:exec 'savepoint s; select 1; rollback to s' "
                          "db:exec [[do $$ begin perform 1; end $$]] "
                          "db:exec [[select 'commit']] end",
                          true, true));
    CHECK(script_spec_run(&spec, "return function(db) db:exec 'begin; commit' end", false, true));
    CHECK(
        !script_spec_run(&spec,
                         "return function(db) db:transaction(function() db:exec 'commit' end) end",
                         false, true));
    CHECK_INT(ray_conn_tx(spec.conn), RAY_TX_IDLE);
    script_spec_free(&spec);
}

TEST(inspect_says_which_directions_there_are)
{
    static const struct {
        const char *text;
        bool ok, up, down;
    } rows[] = {
        {"return { up = function() end }", true, true, false},
        {"return { down = function() end }", true, false, true},
        {"return { up = function() end, down = function() end }", true, true, true},
        {"return function() error 'not run' end", true, true, true},
        {"return {}", true, false, false},
        {"return", false, false, false},
        {"error 'x'", false, false, false},
    };
    struct script_spec spec;

    script_spec_init(&spec);
    spec.lua = ray_lua_new(spec.arena, &spec.config);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ray_script script = {.kind = RAY_SCRIPT_LUA,
                                    .source = {.path = "m.lua", .text = rows[i].text}};
        bool up;
        bool down;

        CHECK_INT(ray_script_inspect(spec.lua, &script, &up, &down, &spec.err), rows[i].ok);
        CHECK_INT(up, rows[i].up);
        CHECK_INT(down, rows[i].down);
    }
    CHECK_STR(spec.err.file, "m.lua");
    script_spec_free(&spec);
}

/* Needs no server: the chunk itself is the test. */
static void
run_chunk(const char *path)
{
    struct script_spec spec;
    struct ray_script script = {.kind = RAY_SCRIPT_LUA, .source = {.path = "m.lua"}};
    struct ray_text text;
    bool up;
    bool down;

    script_spec_init(&spec);
    spec.lua = ray_lua_new(spec.arena, &spec.config);
    if (CHECK(ray_file_read(spec.arena, path, &text, &spec.err))) {
        script.source.text = text.data;
        if (!CHECK(ray_script_inspect(spec.lua, &script, &up, &down, &spec.err)))
            printf("    line %d: %s\n", spec.err.line, spec.err.message);
    }
    script_spec_free(&spec);
}

TEST(json_keeps_what_it_reads)
{
    run_chunk("spec/fixtures/script/json.lua");
}

TEST(sql_takes_values_not_text)
{
    run_chunk("spec/fixtures/script/sql.lua");
}
