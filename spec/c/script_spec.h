/* What the tests of src/script share: a script given as text, run on the server of the test run. */
#ifndef RAY_SPEC_SCRIPT_SPEC_H
#define RAY_SPEC_SCRIPT_SPEC_H

#include "harness.h"
#include "script/script.h"
#include "script/state.h"

#include <stdlib.h>
#include <string.h>

/* One test's world: arena, config, state, connection (NULL where no server is given). */
struct script_spec {
    struct ray_arena *arena;
    struct ray_config config;
    struct ray_lua *lua;
    struct ray_conn *conn;
    struct ray_err err;
    char notices[4096]; /* what the script printed, one line each */
    int statements;
    int64_t done, total; /* of the last progress */
};

static inline void
script_spec_notice(void *arg, const char *text)
{
    struct script_spec *spec = arg;
    size_t at = strlen(spec->notices);

    (void)snprintf(spec->notices + at, sizeof(spec->notices) - at, "%s\n", text);
}

static inline void
script_spec_statement(void *arg, const char *sql, int64_t us, int64_t rows)
{
    struct script_spec *spec = arg;

    (void)sql;
    (void)us;
    (void)rows;
    spec->statements++;
}

static inline void
script_spec_progress(void *arg, const char *what, int64_t done, int64_t total)
{
    struct script_spec *spec = arg;

    (void)what;
    spec->done = done;
    spec->total = total;
}

/* Change spec->config between init and the first run; the state is made there. */
static inline void
script_spec_init(struct script_spec *spec)
{
    const char *socket = getenv("RAYMIG_TEST_SOCKET");
    struct ray_conn_options options = {.role = "test"};

    memset(spec, 0, sizeof(*spec));
    spec->arena = ray_arena_new();
    ray_err_init(&spec->err, spec->arena);
    ray_config_defaults(spec->arena, ".", &spec->config);
    if (socket == NULL)
        return;
    options.url = ray_arena_printf(spec->arena, "host=%s user=postgres dbname=postgres", socket);
    if (!ray_conn_open(spec->arena, &options, &spec->conn, &spec->err))
        spec->conn = NULL;
}

static inline void
script_spec_free(struct script_spec *spec)
{
    ray_lua_free(spec->lua);
    ray_conn_close(spec->conn);
    ray_arena_free(spec->arena);
}

/* Runs the text in a transaction that is rolled back (or without one); the error is in spec->err. */
static inline bool
script_spec_run(struct script_spec *spec, const char *text, bool in_transaction, bool trusted)
{
    struct ray_script script = {.kind = RAY_SCRIPT_LUA,
                                .source = {.path = "migrations/0001_test.lua", .text = text}};
    struct ray_script_run run = {
        .conn = spec->conn,
        .script = &script,
        .direction = "up",
        .tag = "0001_test",
        .trusted = trusted,
        .in_transaction = in_transaction,
        .hooks = {spec, script_spec_statement, script_spec_notice, script_spec_progress},
    };
    struct ray_err ignored;
    bool ok;

    ray_err_clear(&spec->err);
    ray_err_init(&ignored, spec->arena);
    spec->notices[0] = '\0';
    if (spec->lua == NULL)
        spec->lua = ray_lua_new(spec->arena, &spec->config);
    if (in_transaction && !ray_conn_exec(spec->conn, "BEGIN", &spec->err))
        return false;
    ok = ray_script_run(spec->lua, &run, &spec->err);
    if (in_transaction && ray_conn_tx(spec->conn) != RAY_TX_IDLE)
        (void)!ray_conn_exec(spec->conn, "ROLLBACK", &ignored);
    return ok;
}

#endif
