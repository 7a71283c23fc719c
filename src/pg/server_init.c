/*
 * Making a data folder: initdb into data.tmp.PID beside it, our settings, then one rename. Whatever kills
 * us on the way leaves a folder that the next start removes, never a data folder that is half there.
 *
 * Settings that a developer may want to change go into postgresql.conf, once. Those that raymig lives by
 * go on the server's command line at each start (server_run.c), where they win.
 */
#include "base/buf.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "pg/process.h"
#include "pg/server_internal.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DETAIL_LINES = 10 };

static const char settings[] =
    "\n"
    "# Written by raymig when it made this server. Yours to change: raymig will not touch it again.\n"
    "max_connections = 100\n"
    "shared_buffers = 64MB\n"
    "huge_pages = off\n"
    "max_wal_size = 512MB\n"
    "jit = off\n"
    "cluster_name = 'raymig'\n"
    "log_checkpoints = off\n"
    "log_line_prefix = '%m [%p] %q%u@%d '\n";

/* The socket's folder is the gate; see server.h. */
static const char access_rules[] =
    "# Unix socket only: who may enter the socket's folder is let in.\n"
    "local all         all trust\n"
    "local replication all trust\n";

/* The last lines of a text. */
const char *
ray_server_last_lines(struct ray_arena *arena, const char *text, int lines)
{
    const char *end = text + strlen(text);
    const char *start;

    while (end > text && end[-1] == '\n')
        end--;
    for (start = end; start > text; start--)
        if (start[-1] == '\n' && --lines == 0)
            break;
    return ray_arena_strndup(arena, start, (size_t)(end - start));
}

static bool
append(const char *path, const char *text, int flags, struct ray_err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0600);
    size_t length = strlen(text);
    bool ok = fd >= 0 && write(fd, text, length) == (ssize_t)length;

    if (!ok)
        (void)ray_err_errno(err, RAY_UNAVAILABLE, "cannot write \"%s\"", path);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* C.UTF-8 sorts by code point, the same on every machine. */
const char *
ray_server_locale(void)
{
    locale_t found = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);

    if (found == (locale_t)0)
        return "--locale=C";
    freelocale(found);
    return "--locale=C.UTF-8";
}

static bool
initdb_failed(const struct ray_server *server, const struct ray_process_result *result,
              struct ray_err *err)
{
    if (ray_interrupted())
        return ray_err_set(err, RAY_INTERRUPTED, "interrupted");
    (void)ray_err_set(err, RAY_UNAVAILABLE, "initdb could not make the data folder \"%s\"",
                      server->data);
    (void)ray_err_detail(err, "%s",
                         result->errors[0] == '\0'
                             ? ray_arena_printf(err->arena, "it ended with status %d",
                                                result->status)
                             : ray_server_last_lines(err->arena, result->errors, DETAIL_LINES));
    if (strstr(result->errors, "No space left on device") != NULL)
        return ray_err_hint(err, "The disk is full: a data folder takes about 40 MB.");
    return ray_err_hint(err, "Run initdb by hand to see more, or set RAYMIG_PG_BINDIR to others.");
}

static bool
run_initdb(const struct ray_server *server, const struct ray_server_binaries *binaries,
           const char *folder, struct ray_err *err)
{
    struct ray_process_result result;
    const char *const argv[] = {
        ray_path_join(server->arena, binaries->bindir, "initdb"),
        "--pgdata",
        folder,
        "--username",
        RAY_SERVER_ROLE,
        "--auth=trust",
        "--encoding=UTF8",
        ray_server_locale(),
        "--no-sync",
        /* Small segments are made faster; they matter only where much is written for long. */
        server->throwaway ? "--wal-segsize=1" : "--wal-segsize=16",
        NULL,
    };

    (void)setenv("TZ", "UTC", 1); /* becomes the server's; as in nearly every production */
    if (!ray_process_run(server->arena, argv, server->home, &result, err))
        return false;
    return result.status == 0 || initdb_failed(server, &result, err);
}

bool
ray_server_init(const struct ray_server *server, const struct ray_server_binaries *binaries,
                struct ray_err *err)
{
    const char *folder = ray_arena_printf(server->arena, "%s/data.tmp.%ld", server->home,
                                          (long)getpid());
    struct ray_err ignored;
    bool ok;

    if (ray_file_exists(server->data)) {
        (void)ray_err_set(err, RAY_UNAVAILABLE, "\"%s\" is no data folder of PostgreSQL",
                          server->data);
        return ray_err_hint(err, "Something damaged it; `raymig dev reset` removes it.");
    }
    (void)ray_server_end_orphans(server, true);
    ok = run_initdb(server, binaries, folder, err) &&
         append(ray_path_join(server->arena, folder, "postgresql.conf"), settings, O_APPEND, err) &&
         append(ray_path_join(server->arena, folder, "pg_hba.conf"), access_rules, O_TRUNC, err);
    if (ok && rename(folder, server->data) != 0)
        ok = ray_err_errno(err, RAY_UNAVAILABLE, "cannot create \"%s\"", server->data);
    if (!ok) {
        ray_err_init(&ignored, server->arena);
        (void)!ray_file_remove(folder, &ignored);
    }
    return ok;
}

void
ray_server_clear_leftovers(const struct ray_server *server)
{
    struct ray_err ignored;
    ray_entries entries = {0};

    ray_err_init(&ignored, server->arena);
    if (!ray_file_list(server->arena, server->home, &entries, &ignored))
        return;
    for (size_t i = 0; i < entries.len; i++)
        if (ray_has_prefix(entries.items[i].name, "data.tmp.") ||
            ray_has_prefix(entries.items[i].name, "data.old."))
            (void)!ray_file_remove(ray_path_join(server->arena, server->home,
                                                 entries.items[i].name),
                                   &ignored);
}
