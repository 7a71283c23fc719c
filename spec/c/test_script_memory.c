/*
 * Out of memory in every place: each binding is run with the Lua allocator failing at its nth call and ever
 * after, for n = 0, 1, 2, ... until the script gets through. Every failure must be an error with a
 * text, leave the Lua stack balanced and the connection usable, and lose nothing: the same state runs all of
 * them, and the sanitizers look at the rest.
 */
#include "script_spec.h"

#include <stdio.h>

enum { MOST = 100000 };

static const struct {
    const char *name;
    bool in_transaction;
    const char *text;
} scripts[] = {
    {"nothing", true, "return function() end"},
    {"exec", true,
     "return function(db) db:exec 'select 1; select 2' db:exec('select $1::text', 'x') end"},
    {"query", true,
     "return function(db) db:query([[select 1 as a, 'x' as b, null as c, 1.5::float8 as d, "
     "true as e, '\\x0001'::bytea as f, '1.5'::numeric as g from generate_series(1, 3)]]) end"},
    {"row and value", true,
     "return function(db) db:row 'select 1 as a, 2 as b' db:value \"select repeat('x', 1000)\" end"},
    {"arrays and JSON", true,
     "return function(db) db:row [==[select array[[1,2],[3,null]] as a, array['x\"y','z'] as b, "
     "'{\"a\": [1, {\"b\": \"\\u00e9\\n\"}], \"c\": []}'::jsonb as d]==] end"},
    {"types of the database", true,
     "return function(db) db:exec \"create type oom_mood as enum ('a', 'b')\" "
     "db:row \"select array['a']::oom_mood[] as m\" end"},
    {"parameters", true,
     "return function(db) db:query('select $1::int, $2::float8 as f, $3::bool as b, $4::int[] as i, "
     "$5::jsonb as j, $6::bytea as y, $7::text as n', 1, 0.1, true, {{1, 2}, {3, db.null}}, "
     "{a = {1, 2}, b = db.json.array()}, db.bytea '\\0\\1', nil) end"},
    {"sql", true,
     "return function(db) local s = db.sql 'select ${a}::int as x, ${b:ident} from "
     "(select 1 as y) t where ${c}' db:query(s { a = 1, b = 'y', c = db.sql '1 = ${d}' { d = 1 } }) "
     "end"},
    {"each with a cursor", true,
     "return function(db) for r in db:each('select i, array[i] as a from generate_series(1, $1) i', "
     "60) do end end"},
    {"each left early", true,
     "return function(db) for r in db:each 'select generate_series(1, 60) as i' do break end end"},
    {"each as a stream", false,
     "return function(db) for r in db:each 'select generate_series(1, 5) as i' do end "
     "for r in db:each 'select generate_series(1, 5) as i' do break end end"},
    {"prepare", true,
     "return function(db) local s <close> = db:prepare 'select $1::int as x' s:value(1) s:row(2) "
     "s:query(3) s:exec(4) end"},
    {"transaction", true,
     "return function(db) assert(db:transaction(function(d, x) d:exec 'select 1' return x end, 5) "
     "== 5) pcall(db.transaction, db, function() error 'x' end) end"},
    {"transaction of its own", false,
     "return function(db) db:transaction(function() db:exec 'select 1' end) end"},
    {"copy_in", true,
     "return function(db) db:exec 'create temp table oom_t (a int, b text)' "
     "db:copy_in({ table = 'oom_t', columns = { 'a', 'b' } }, { { 1, 'x\\ty' }, { a = 2, b = 'z' }, "
     "{ 3, { 'l' } } }) end"},
    {"copy_out", true,
     "return function(db) for line in db:copy_out 'copy (values (1), (2)) to stdout' do end "
     "db:copy_out('copy (values (1), (2)) to stdout', function() end) "
     "for line in db:copy_out 'copy (values (1), (2)) to stdout' do break end end"},
    {"batch", true,
     "return function(db) db:exec 'create temp table oom_b (id int primary key); "
     "insert into oom_b select generate_series(1, 5)' "
     "db:batch { table = 'oom_b', key = 'id', size = 3, sql = 'select $1::int[]' } end"},
    {"errors", true,
     "return function(db) pcall(db.transaction, db, function() db:exec 'select 1/0' end) "
     "pcall(function() return db.exce end) end"},
    {"JSON module", true,
     "return function(db) local j = db.json assert(j.encode(j.decode "
     "'{\"b\": [1.5, true, null], \"a\": {}}')) end"},
    {"require", true,
     "return function() require 'raymig.json' require 'raymig.error'.new { message = 'm' } "
     "pcall(require, 'raymig.nope') pcall(require, 'nope') end"},
    {"coroutines and load", true,
     "return function(db) local f = coroutine.wrap(function() coroutine.yield(1) end) f() f() "
     "load 'return 1' () print(xpcall(error, tostring, 'x')) end"},
};

/* Runs the script with the allocator failing from the nth call on. */
static bool
run_failing(struct script_spec *spec, size_t row, int64_t n)
{
    struct ray_err err;
    bool passed;
    bool ok;

    spec->lua->fail_after = n;
    ok = script_spec_run(spec, scripts[row].text, scripts[row].in_transaction, true);
    passed = ok && spec->lua->fail_after > 0; /* a script may have caught the error */
    spec->lua->fail_after = -1;
    if (!CHECK(spec->err.message != NULL || ok) || !CHECK_INT(lua_gettop(spec->lua->L), 0))
        printf("    %s, allocation %lld\n", scripts[row].name, (long long)n);
    ray_err_init(&err, spec->arena);
    if (ray_conn_tx(spec->conn) == RAY_TX_OPEN || ray_conn_tx(spec->conn) == RAY_TX_FAILED)
        CHECK(ray_conn_exec(spec->conn, "ROLLBACK", &err)); /* as the runner does */
    if (!CHECK_INT(ray_conn_tx(spec->conn), RAY_TX_IDLE))
        printf("    %s, allocation %lld\n", scripts[row].name, (long long)n);
    return passed;
}

/* How many calls of the allocator the script needs. */
static int64_t
calls_of(struct script_spec *spec, size_t row)
{
    int64_t left;

    spec->lua->fail_after = MOST;
    if (!CHECK(script_spec_run(spec, scripts[row].text, scripts[row].in_transaction, true)))
        printf("    %s: %s\n", scripts[row].name, spec->err.message);
    left = spec->lua->fail_after;
    spec->lua->fail_after = -1;
    return MOST - left;
}

/* Between `from` and success; before that the script has not even begun. */
static void
run_all(struct script_spec *spec, size_t row, int64_t from)
{
    for (int64_t n = from; n < MOST; n++) {
        ray_arena_reset(spec->arena);
        if (run_failing(spec, row, n))
            return;
    }
    CHECK(false);
}

TEST(running_out_of_memory_loses_nothing)
{
    struct script_spec spec;
    struct ray_arena *arena;
    int64_t begin;

    script_spec_init(&spec);
    if (spec.conn == NULL) {
        script_spec_free(&spec);
        SKIP("RAYMIG_TEST_SOCKET names no server");
    }
    spec.lua = ray_lua_new(spec.arena, &spec.config);
    arena = spec.arena; /* of the connection and the state; errors go to one that is emptied */
    spec.arena = ray_arena_new();
    ray_err_init(&spec.err, spec.arena);
    begin = calls_of(&spec, 0);
    begin = calls_of(&spec, 0) - 20; /* the second time all modules of the host are there */
    for (size_t row = 0; row < sizeof(scripts) / sizeof(scripts[0]); row++) {
        (void)calls_of(&spec, row);
        run_all(&spec, row, row == 0 ? 0 : begin);
    }
    ray_arena_free(spec.arena);
    spec.arena = arena;
    script_spec_free(&spec);
}

TEST(a_state_that_cannot_be_made_says_so)
{
    struct script_spec spec;
    struct ray_script script = {.kind = RAY_SCRIPT_LUA,
                                .source = {.path = "m.lua", .text = "return {}"}};
    bool up;
    bool down;

    script_spec_init(&spec);
    spec.config.limits.memory_mb = 1;
    spec.lua = ray_lua_new(spec.arena, &spec.config);
    CHECK(ray_script_inspect(spec.lua, &script, &up, &down, &spec.err));
    for (int64_t n = 0; n < MOST; n++) {
        bool ok;

        spec.lua->fail_after = n;
        ok = ray_script_inspect(spec.lua, &script, &up, &down, &spec.err);
        spec.lua->fail_after = -1;
        if (ok)
            break;
        CHECK_STR(spec.err.message, "not enough memory");
    }
    script_spec_free(&spec);
}
