/*
 * Starting and ending the postmaster. Everything here runs as the server's account and under its lock.
 *
 * It is started directly, not by pg_ctl, which would poll ten times a second: the pid file's last line
 * says "ready" as soon as it is so, and as its parent we see at once when it dies instead. What it wrote
 * to its log since then is the error's detail.
 *
 * What a dead server left behind: postgres itself clears a pid file whose process is gone, and it checks
 * that no backend is still attached to the old shared memory; so that file is removed here only where a
 * stranger now has the number, which postgres would refuse to pass. The socket files are ours to remove,
 * as no other server may be in their folder.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/vec.h"
#include "pg/process.h"
#include "pg/server_internal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    POLL_MS = 2,
    CHILD_MS = 20,     /* how often to look whether the child has died */
    START_MS = 120000, /* recovery after a crash takes its time */
    FAST_MS = 60000,   /* for a fast shutdown, then an immediate one */
    IMMEDIATE_MS = 10000,
    GONE_POLLS = 500,
    LOG_LINES = 10,
    LOG_MAX = 5 << 20,
};

typedef RAY_VEC(const char *) arguments;

static const char *const own_settings[] = {
    "listen_addresses=",     ("port=" RAY_SERVER_PORT), "unix_socket_permissions=0700",
    "logging_collector=off", "log_destination=stderr",
};

/*
 * A throwaway server holds nothing that could not be made again, runs DDL of a few sessions, and starts
 * often. So: no process and no memory that it can do without; but locks for the tables of a large schema
 * in one transaction (this number times 18 in all), and a WAL level at which a publication can be made
 * without a warning. Shared memory that is a file goes with its folder, also where the server is killed.
 */
static const struct {
    int since; /* major version */
    const char *setting;
} throwaway_settings[] = {
    {0, "fsync=off"},
    {0, "synchronous_commit=off"},
    {0, "full_page_writes=off"},
    {0, "wal_level=logical"},
    {0, "max_wal_senders=0"},
    {0, "max_wal_size=256MB"},
    {0, "checkpoint_timeout=1d"},
    {0, "autovacuum=off"},
    {0, "autovacuum_max_workers=1"},
    {0, "max_worker_processes=0"},
    {0, "max_parallel_workers=0"},
    {0, "max_logical_replication_workers=0"},
    {0, "max_connections=16"},
    {0, "max_prepared_transactions=2"},
    {0, "max_locks_per_transaction=4096"},
    {0, "shared_buffers=64MB"},
    {0, "dynamic_shared_memory_type=mmap"},
    {0, "log_min_messages=fatal"},
    {0, "update_process_title=off"},
    {18, "io_method=sync"},
    {18, "autovacuum_worker_slots=1"},
};

static void
add_settings(struct ray_arena *arena, arguments *argv, const char *const *settings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        *ray_vec_add(arena, argv) = "-c";
        *ray_vec_add(arena, argv) = settings[i];
    }
}

/* unix_socket_directories is a list: a quoted name may hold commas and blanks. */
static const char *
socket_setting(const struct ray_server *server)
{
    struct ray_buf buf;

    ray_buf_init(&buf, server->arena);
    ray_buf_add(&buf, "unix_socket_directories=\"");
    for (const char *c = server->socket; *c != '\0'; c++) {
        if (*c == '"')
            ray_buf_addc(&buf, '"');
        ray_buf_addc(&buf, *c);
    }
    ray_buf_addc(&buf, '"');
    return buf.data;
}

static const char *const *
command_line(const struct ray_server *server, const struct ray_server_binaries *binaries)
{
    struct ray_arena *arena = server->arena;
    arguments argv = {0};

    *ray_vec_add(arena, &argv) = ray_path_join(arena, binaries->bindir, "postgres");
    *ray_vec_add(arena, &argv) = "-D";
    *ray_vec_add(arena, &argv) = server->data;
    add_settings(arena, &argv, own_settings, sizeof(own_settings) / sizeof(own_settings[0]));
    add_settings(arena, &argv, (const char *const[]){socket_setting(server)}, 1);
    for (size_t i = 0; i < sizeof(throwaway_settings) / sizeof(throwaway_settings[0]); i++)
        if (server->throwaway && binaries->major >= throwaway_settings[i].since)
            add_settings(arena, &argv, &throwaway_settings[i].setting, 1);
    *ray_vec_add(arena, &argv) = NULL;
    return argv.items;
}

/* ---------------------------------------------------------------- waiting */

bool
ray_server_wait(const struct ray_server *server, enum ray_server_phase phase, int64_t timeout_ms)
{
    int64_t deadline = ray_clock_ms() + timeout_ms;
    struct ray_server polled = *server;
    struct ray_server_state state;

    polled.arena = ray_arena_new();
    for (;;) {
        ray_server_look(&polled, &state);
        if (state.phase == phase || ray_clock_ms() > deadline || ray_interrupted())
            break;
        ray_arena_reset(polled.arena);
        ray_clock_sleep(POLL_MS);
    }
    ray_arena_free(polled.arena);
    return state.phase == phase;
}

/* Waits until our child is ready; false where it ended, timed out or we were told to stop. */
static bool
wait_for_child(const struct ray_server *server, pid_t pid, bool *ended)
{
    int64_t deadline = ray_clock_ms() + START_MS;

    *ended = false;
    while (!ray_server_wait(server, RAY_SERVER_READY, CHILD_MS)) {
        *ended = waitpid(pid, NULL, WNOHANG) != 0;
        if (*ended || ray_clock_ms() > deadline || ray_interrupted())
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- starting */

/* The socket's own folder, where the home's path is too long for one. */
static bool
make_socket_folder(const struct ray_server *server, struct ray_err *err)
{
    struct stat info;

    if (strcmp(server->socket, server->home) == 0)
        return true;
    if (mkdir(server->socket, 0700) != 0 && errno != EEXIST)
        return ray_err_errno(err, RAY_UNAVAILABLE, "cannot create folder \"%s\"", server->socket);
    if (lstat(server->socket, &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != geteuid()) {
        (void)ray_err_set(err, RAY_UNAVAILABLE, "\"%s\" is not a folder of account \"%s\"",
                          server->socket, server->account.name);
        return ray_err_hint(err, "Somebody else made it: remove it, or move the project to a "
                                 "shorter path.");
    }
    return chmod(server->socket, 0700) == 0 ||
           ray_err_errno(err, RAY_UNAVAILABLE, "cannot close \"%s\" to others", server->socket);
}

void
ray_server_clear_stale_files(const struct ray_server *server)
{
    static const char *const socket_files[] = {RAY_SERVER_SOCKET, (RAY_SERVER_SOCKET ".lock")};
    const char *pid_file = ray_path_join(server->arena, server->data, "postmaster.pid");
    struct ray_err ignored;
    struct ray_text text;
    long pid = 0;

    ray_err_init(&ignored, server->arena);
    for (size_t i = 0; i < 2; i++)
        (void)unlink(ray_path_join(server->arena, server->socket, socket_files[i]));
    if (ray_file_read(server->arena, pid_file, &text, &ignored))
        pid = strtol(text.data, NULL, 10);
    if (pid > 0 && kill((pid_t)pid, 0) == 0)
        (void)unlink(pid_file);
}

static void
keep_log_small(const struct ray_server *server)
{
    if (ray_file_size(server->log) > LOG_MAX)
        (void)!rename(server->log, ray_arena_printf(server->arena, "%s.old", server->log));
}

/* What the server wrote to its log behind `offset`. */
static const char *
log_since(const struct ray_server *server, int64_t offset)
{
    struct ray_err ignored;
    struct ray_text text;

    ray_err_init(&ignored, server->arena);
    if (!ray_file_read_part(server->arena, server->log, offset < 0 ? 0 : (size_t)offset, LOG_MAX,
                            &text, &ignored))
        return "";
    return text.data;
}

static bool
start_failed(const struct ray_server *server, bool ended, const char *log, struct ray_err *err)
{
    if (ray_interrupted())
        return ray_err_set(err, RAY_INTERRUPTED, "interrupted while the embedded server started");
    if (ended)
        (void)ray_err_set(err, RAY_UNAVAILABLE, "the embedded server did not start");
    else
        (void)ray_err_set(err, RAY_UNAVAILABLE,
                          "the embedded server was not ready after %d seconds", START_MS / 1000);
    if (log[0] != '\0')
        (void)ray_err_detail(err, "%s", ray_server_last_lines(err->arena, log, LOG_LINES));
    if (strstr(log, "No space left on device") != NULL)
        return ray_err_hint(err, "The disk is full.");
    return ray_err_hint(err, "Its log is \"%s\".", server->log);
}

bool
ray_server_launch(const struct ray_server *server, const struct ray_server_binaries *binaries,
                  pid_t *pid, struct ray_err *err)
{
    const char *const *argv = command_line(server, binaries);
    int death = server->throwaway ? SIGQUIT : 0;

    *pid = 0;
    if (!make_socket_folder(server, err))
        return false;
    keep_log_small(server);
    for (bool again = false;; again = true) {
        int64_t offset = ray_file_size(server->log);
        const char *log;
        bool ended;

        ray_server_clear_stale_files(server);
        ray_server_note_binaries(server, binaries);
        if (!ray_process_launch(argv, server->home, server->log, death, pid, err))
            return false;
        if (wait_for_child(server, *pid, &ended))
            return true;
        if (ended)
            *pid = 0;
        log = log_since(server, offset);
        /* Backends of a killed postmaster that were too busy to notice. */
        if (again || !ended || strstr(log, "still in use") == NULL ||
            ray_server_end_orphans(server, false) == 0)
            return start_failed(server, ended, log, err);
    }
}

/* ---------------------------------------------------------------- ending */

/* Its pid file goes a moment before the process does. */
static void
wait_until_gone(long pid)
{
    for (int i = 0; i < GONE_POLLS && ray_server_is_postgres(pid); i++)
        ray_clock_sleep(POLL_MS);
}

bool
ray_server_end(const struct ray_server *server, struct ray_err *err)
{
    static const struct {
        int signal;
        int64_t wait_ms;
    } steps[] = {{SIGINT, FAST_MS}, {SIGQUIT, IMMEDIATE_MS}};
    struct ray_server_state state;

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        ray_server_look(server, &state);
        if (state.phase == RAY_SERVER_STOPPED)
            return true;
        if (state.pid == 0) {
            (void)ray_err_set(err, RAY_UNAVAILABLE,
                              "the embedded server is run by a process that cannot be seen here");
            return ray_err_hint(err, "Stop it where it was started: another container, perhaps.");
        }
        if (kill((pid_t)state.pid, steps[i].signal) != 0 && errno != ESRCH)
            return ray_err_errno(err, RAY_UNAVAILABLE, "cannot stop the embedded server (pid %ld)",
                                 state.pid);
        if (ray_server_wait(server, RAY_SERVER_STOPPED, steps[i].wait_ms)) {
            wait_until_gone(state.pid);
            return true;
        }
        if (ray_interrupted())
            return ray_err_set(err, RAY_INTERRUPTED,
                               "interrupted while the embedded server stopped");
    }
    return ray_err_set(err, RAY_UNAVAILABLE, "the embedded server (pid %ld) does not stop",
                       state.pid);
}
