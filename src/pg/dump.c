/*
 * pg_dump: see dump.h. Its connection string is built from the live connection's parameters, less the
 * password; PGPASSWORD carries that. Its messages go to a file beside the backup, and are read from there.
 */
#include "pg/dump.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "pg/conn_internal.h"
#include "pg/server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TURN_MS = 20 }; /* between two looks at the child: a signal is noticed within it */

/* key='value' with libpq's quoting. */
static void
add_parameter(struct ray_buf *buf, const char *key, const char *value)
{
    ray_buf_addf(buf, "%s='", key);
    for (; *value != '\0'; value++) {
        if (*value == '\'' || *value == '\\')
            ray_buf_addc(buf, '\\');
        ray_buf_addc(buf, *value);
    }
    ray_buf_add(buf, "' ");
}

static char *
connection_string(struct ray_arena *arena, PGconn *pg)
{
    PQconninfoOption *options = PQconninfo(pg);
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (const PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++)
        if (o->val != NULL && o->val[0] != '\0' && o->dispchar[0] != '*' &&
            strcmp(o->keyword, "fallback_application_name") != 0 &&
            strcmp(o->keyword, "client_encoding") != 0)
            add_parameter(&buf, o->keyword, o->val);
    PQconninfoFree(options);
    return buf.data;
}

/* The pg_dump of the embedded server's binaries, else the one in PATH. */
static const char *
find_program(struct ray_arena *arena)
{
    struct ray_server_options options = {.bindir = getenv("RAYMIG_PG_BINDIR")};
    struct ray_err ignored;
    const char *bindir;
    const char *path;

    ray_err_init(&ignored, arena);
    if (!ray_server_find(arena, &options, &bindir, &ignored))
        return "pg_dump";
    path = ray_path_join(arena, bindir, "pg_dump");
    return ray_file_exists(path) ? path : "pg_dump";
}

static _Noreturn void
become_pg_dump(const char *program, const char *url, const char *password, const char *path,
               const char *log)
{
    int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd >= 0)
        dup2(fd, STDERR_FILENO);
    if (password != NULL && password[0] != '\0')
        setenv("PGPASSWORD", password, 1);
    execlp(program, "pg_dump", "-w", "-Fc", "-f", path, "-d", url, (char *)NULL);
    _exit(127);
}

static int
run(const char *program, const char *url, const char *password, const char *path, const char *log)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0)
        become_pg_dump(program, url, password, path, log);
    if (pid < 0)
        return -1;
    for (;;) {
        pid_t ended = waitpid(pid, &status, WNOHANG);

        if (ended == pid)
            break;
        if (ended < 0 && errno != EINTR)
            return -1;
        if (ray_interrupted())
            (void)kill(pid, SIGTERM);
        ray_clock_sleep(TURN_MS);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool
ray_dump_write(struct ray_arena *arena, struct ray_conn *conn, const char *path,
               struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(conn);
    const char *program = find_program(arena);
    const char *part = ray_arena_printf(arena, "%s.part", path);
    const char *log = ray_arena_printf(arena, "%s.log", path);
    struct ray_text said = {0};
    struct ray_err ignored;
    int status;

    status = run(program, connection_string(arena, pg), PQpass(pg), part, log);
    ray_err_init(&ignored, arena);
    if (!ray_file_read(arena, log, &said, &ignored))
        said.data = NULL;
    (void)unlink(log);
    if (status == 0 && !ray_interrupted() && rename(part, path) == 0)
        return true;
    (void)unlink(part);
    if (ray_interrupted())
        return ray_err_set(err, RAY_INTERRUPTED, "interrupted during the backup; nothing was run");
    (void)ray_err_set(err, RAY_FAILED, "the backup to \"%s\" failed, so nothing was run", path);
    if (status == 127)
        (void)ray_err_detail(err, "%s was not found", program);
    else if (said.data != NULL && said.len > 0)
        (void)ray_err_detail(err, "%s", said.data);
    return ray_err_hint(err, "Put right what pg_dump complains of, or leave the backup out.");
}
