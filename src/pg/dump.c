/*
 * pg_dump: see dump.h. Its connection string is built from the live connection's parameters, less the
 * secrets. PGPASSWORD carries the password; the password of a client's key, for which libpq has no variable,
 * goes by a service file that is no file: memory, open in pg_dump alone. Its messages go to a file beside the
 * backup, and are read from there.
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SERVICE "raymig"
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

struct target {
    const char *url;          /* all that is no secret */
    const char *password;     /* NULL or "": none */
    const char *key_password; /* of the client's key; NULL: none */
};

/* What a service gave is among the connection's parameters already. */
static bool
travels(const PQconninfoOption *option)
{
    static const char *const ours[] = {"fallback_application_name", "client_encoding", "service",
                                       "servicefile"};

    if (option->val == NULL || option->val[0] == '\0' || option->dispchar[0] == '*')
        return false;
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (strcmp(option->keyword, ours[i]) == 0)
            return false;
    return true;
}

static void
describe(struct ray_arena *arena, PGconn *pg, struct target *out)
{
    PQconninfoOption *options = PQconninfo(pg);
    struct ray_buf buf;

    *out = (struct target){.password = PQpass(pg)};
    ray_buf_init(&buf, arena);
    for (const PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++) {
        if (travels(o))
            add_parameter(&buf, o->keyword, o->val);
        else if (strcmp(o->keyword, "sslpassword") == 0 && o->val != NULL)
            out->key_password = ray_arena_strdup(arena, o->val);
    }
    if (out->key_password != NULL)
        add_parameter(&buf, "service", SERVICE);
    PQconninfoFree(options);
    out->url = buf.data;
}

/* Makes the service that gives the key's password. */
static void
serve_key_password(const char *password)
{
    int fd = memfd_create("service", 0);
    char path[32];

    if (fd < 0 || dprintf(fd, "[%s]\nsslpassword=%s\n", SERVICE, password) < 0)
        return; /* pg_dump says that it does not know the service */
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    setenv("PGSERVICEFILE", path, 1);
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
become_pg_dump(const char *program, const struct target *target, const char *path, const char *log)
{
    int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd >= 0)
        dup2(fd, STDERR_FILENO);
    if (target->password != NULL && target->password[0] != '\0')
        setenv("PGPASSWORD", target->password, 1);
    if (target->key_password != NULL)
        serve_key_password(target->key_password);
    execlp(program, "pg_dump", "-w", "-Fc", "-f", path, "-d", target->url, (char *)NULL);
    _exit(127);
}

static int
run(const char *program, const struct target *target, const char *path, const char *log)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0)
        become_pg_dump(program, target, path, log);
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
    const char *program = find_program(arena);
    const char *part = ray_arena_printf(arena, "%s.part", path);
    const char *log = ray_arena_printf(arena, "%s.log", path);
    struct ray_text said = {0};
    struct target target;
    struct ray_err ignored;
    int status;

    describe(arena, ray_conn_libpq(conn), &target);
    status = run(program, &target, part, log);
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
