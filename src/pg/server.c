/*
 * The embedded server's life: see server.h.
 *
 * What changes anything runs in a child that is the server's account (process.h) and holds the lock file
 * in the server's home; so two starters agree, root never works inside of a folder that is another's, and
 * the server, whose parent soon exits, leaves no zombie to us. The lock goes with the process that holds
 * it, and initdb goes with it too, so a killed starter blocks nobody.
 *
 * A server that runs already, with the database known to be there, is found with a few system calls and
 * no lock: that is every command but the first.
 */
#include "pg/server.h"

#include "base/file.h"
#include "base/flock.h"
#include "base/interrupt.h"
#include "pg/conn.h"
#include "pg/process.h"
#include "pg/quote.h"
#include "pg/server_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOCK_MS = 180000, SETTLE_MS = 60000, LOG_TAIL = 1 << 20 };

/* ---------------------------------------------------------------- as the account, under the lock */

static bool
is_reachable(const struct ray_server *server)
{
    return ray_file_exists(ray_path_join(server->arena, server->socket, RAY_SERVER_SOCKET));
}

/* Waits until it neither starts (its starter was killed) nor stops (by another's hand). */
static bool
settle(const struct ray_server *server, struct ray_server_state *state, struct ray_err *err)
{
    ray_server_look(server, state);
    if (state->phase == RAY_SERVER_STARTING)
        (void)ray_server_wait(server, RAY_SERVER_READY, SETTLE_MS);
    if (state->phase == RAY_SERVER_STOPPING)
        (void)ray_server_wait(server, RAY_SERVER_STOPPED, SETTLE_MS);
    ray_server_look(server, state);
    if (ray_interrupted())
        return ray_err_set(err, RAY_INTERRUPTED, "interrupted");
    if (state->phase == RAY_SERVER_READY || state->phase == RAY_SERVER_STOPPED)
        return true;
    (void)ray_err_set(err, RAY_UNAVAILABLE,
                      "the embedded server (pid %ld) still %s after %d seconds", state->pid,
                      state->phase == RAY_SERVER_STARTING ? "starts" : "stops", SETTLE_MS / 1000);
    return ray_err_hint(err, "Its log is \"%s\".", server->log);
}

static bool
ensure_running(const struct ray_server *server, struct ray_err *err)
{
    struct ray_server_binaries binaries;
    struct ray_server_state state;
    pid_t pid;

    if (!settle(server, &state, err))
        return false;
    if (state.phase == RAY_SERVER_READY && is_reachable(server))
        return true;
    /* Up, but its socket is gone: whoever cleans /tmp took it. Nobody can be connected anew. */
    if (state.phase != RAY_SERVER_STOPPED && !ray_server_end(server, err))
        return false;
    ray_server_clear_leftovers(server);
    return ray_server_binaries(server->arena, server->options->bindir,
                               ray_server_data_major(server), server->data, &binaries, err) &&
           (ray_server_initialised(server) || ray_server_init(server, &binaries, err)) &&
           ray_server_launch(server, &binaries, &pid, err);
}

/* "postgres" is there unless somebody dropped it; template1 always is. */
static bool
connect_to_any(const struct ray_server *server, struct ray_conn **out, struct ray_err *err)
{
    struct ray_conn_options options = {.role = "dev", .connect_timeout = 30};

    options.url = ray_server_url(server, "postgres");
    if (ray_conn_open(server->arena, &options, out, err))
        return true;
    options.url = ray_server_url(server, "template1");
    return ray_conn_open(server->arena, &options, out, err);
}

static bool
ensure_database(const struct ray_server *server, struct ray_err *err)
{
    static const char find[] = "select oid::text from pg_catalog.pg_database where datname = $1";
    const char *create = ray_arena_printf(server->arena, "create database %s template template0",
                                          ray_quote_ident(server->arena, server->database));
    const char *const params[] = {server->database};
    struct ray_conn *conn = NULL;
    struct ray_rows rows = {0};
    bool ok;

    if (!server->options->check && ray_server_noted_database(server))
        return true;
    if (!connect_to_any(server, &conn, err))
        return ray_err_prepend(err, "the embedded server is up, but lets nobody in");
    ok = ray_conn_query(conn, server->arena, find, 1, params, &rows, err);
    if (ok && rows.nrows == 0)
        ok = ray_conn_exec(conn, create, err) &&
             ray_conn_query(conn, server->arena, find, 1, params, &rows, err);
    ray_conn_close(conn);
    if (ok && rows.nrows == 1)
        ray_server_note_database(server, ray_rows_value(&rows, 0, 0));
    return ok;
}

static bool
start(const struct ray_server *server, struct ray_err *err)
{
    return ensure_running(server, err) && ensure_database(server, err);
}

static bool
reset(const struct ray_server *server, struct ray_err *err)
{
    static const char *const files[] = {"databases", "binaries", "log", "log.old"};
    const char *old = ray_arena_printf(server->arena, "%s/data.old.%ld", server->home,
                                       (long)getpid());

    if (!ray_server_end(server, err))
        return false;
    if (rename(server->data, old) != 0 && errno != ENOENT)
        return ray_err_errno(err, RAY_UNAVAILABLE, "cannot remove \"%s\"", server->data);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (!ray_file_remove(ray_path_join(server->arena, server->home, files[i]), err))
            return false;
    ray_server_clear_leftovers(server);
    if (strcmp(server->socket, server->home) != 0)
        (void)rmdir(server->socket);
    return true;
}

struct work {
    const struct ray_server *server;
    bool (*fn)(const struct ray_server *server, struct ray_err *err);
};

static bool
work_locked(void *arg, struct ray_err *err)
{
    const struct work *work = arg;
    const char *path = ray_path_join(work->server->arena, work->server->home, "lock");
    bool ok;
    int lock;

    if (!ray_flock_take(path, LOCK_MS, &lock, err))
        return false;
    ok = work->fn(work->server, err);
    close(lock);
    return ok;
}

static bool
run_locked(const struct ray_server *server,
           bool (*fn)(const struct ray_server *server, struct ray_err *err), struct ray_err *err)
{
    struct work work = {.server = server, .fn = fn};

    return ray_process_as(&server->account, work_locked, &work, err);
}

/* ---------------------------------------------------------------- the interface */

/* Nothing is left to do for a start. */
static bool
is_complete(const struct ray_server *server)
{
    struct ray_server_state state;

    ray_server_look(server, &state);
    return state.phase == RAY_SERVER_READY && is_reachable(server) &&
           ray_server_noted_database(server);
}

static void
describe(const struct ray_server *server, struct ray_server_status *out)
{
    struct ray_server_state state;
    struct ray_server_binaries binaries;
    struct ray_err ignored;

    ray_err_init(&ignored, server->arena);
    ray_server_look(server, &state);
    *out = (struct ray_server_status){
        .initialised = ray_server_initialised(server),
        .running = state.phase == RAY_SERVER_READY,
        .relocated = strcmp(server->home, server->entry) != 0,
        .pid = state.pid,
        .account = server->account.name,
        .home = server->home,
        .data = server->data,
        .socket = server->socket,
        .log = server->log,
        .database = server->database,
        .url = ray_server_url(server, server->database),
    };
    if ((out->running && ray_server_noted_binaries(server, &binaries)) ||
        ray_server_binaries(server->arena, server->options->bindir, ray_server_data_major(server),
                            server->data, &binaries, &ignored)) {
        out->version = binaries.version;
        out->bindir = binaries.bindir;
    } else if (out->running) {
        out->version = ray_arena_printf(server->arena, "%d", ray_server_data_major(server));
    }
}

bool
ray_server_status(struct ray_arena *arena, const struct ray_server_options *options,
                  struct ray_server_status *out, struct ray_err *err)
{
    struct ray_server server;

    if (!ray_server_place(arena, options, false, &server, err))
        return false;
    describe(&server, out);
    return true;
}

bool
ray_server_start(struct ray_arena *arena, const struct ray_server_options *options,
                 struct ray_server_status *out, struct ray_err *err)
{
    struct ray_server server;

    if (!ray_server_place(arena, options, false, &server, err))
        return false;
    if (!options->check && is_complete(&server)) {
        describe(&server, out);
        return true;
    }
    if (!ray_server_place(arena, options, true, &server, err) || !run_locked(&server, start, err))
        return false;
    describe(&server, out);
    return out->running || ray_err_set(err, RAY_UNAVAILABLE, "the embedded server ended at once");
}

bool
ray_server_stop(struct ray_arena *arena, const struct ray_server_options *options,
                struct ray_err *err)
{
    struct ray_server server;

    return ray_server_place(arena, options, false, &server, err) &&
           (!server.exists || run_locked(&server, ray_server_end, err));
}

bool
ray_server_log(struct ray_arena *arena, const struct ray_server_options *options, int lines,
               const char **text, size_t *end, struct ray_err *err)
{
    struct ray_server server;
    struct ray_text tail;
    int64_t size;
    size_t from;

    *text = "";
    *end = 0;
    if (!ray_server_place(arena, options, false, &server, err))
        return false;
    size = ray_file_size(server.log);
    if (size <= 0)
        return true;
    from = size > LOG_TAIL ? (size_t)(size - LOG_TAIL) : 0;
    if (!ray_file_read_part(arena, server.log, from, LOG_TAIL, &tail, err))
        return false;
    *text = ray_server_last_lines(arena, tail.data, lines);
    *end = from + tail.len;
    return true;
}

bool
ray_server_reset(struct ray_arena *arena, const struct ray_server_options *options,
                 struct ray_err *err)
{
    struct ray_server server;

    return ray_server_place(arena, options, false, &server, err) &&
           (!server.exists || run_locked(&server, reset, err));
}
