/*
 * Whether a server runs: what its pid file says, and whether that is still true.
 *
 * A pid file outlives a killed postmaster, and its number may by now belong to anything. The process is
 * ours only if it is a "postgres" whose working directory is our data folder; compared by inode, so that
 * a moved project keeps its server and a copied one does not claim the original's. Where /proc cannot
 * say (another pid namespace on the same folder), an answer on the socket decides.
 */
#include "base/clock.h"
#include "base/file.h"
#include "pg/server_internal.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { STATUS_LINE = 8, ORPHANS_MAX = 1024, ORPHANS_WAIT_MS = 5000 };

enum identity { IS_OURS, IS_NOT, CANNOT_TELL };

/* Reads /proc/PID/NAME, a link; false where it cannot. */
static bool
proc_link(long pid, const char *name, char *out, size_t size)
{
    char path[64];
    ssize_t n;

    (void)snprintf(path, sizeof(path), "/proc/%ld/%s", pid, name);
    n = readlink(path, out, size - 1);
    out[n < 0 ? 0 : n] = '\0';
    return n >= 0;
}

bool
ray_server_is_postgres(long pid)
{
    char program[PATH_MAX];

    /* "postgres (deleted)" after an upgrade of the package. */
    return proc_link(pid, "exe", program, sizeof(program)) &&
           ray_has_prefix(ray_path_name(program), "postgres");
}

static enum identity
identify(const struct ray_server *server, long pid)
{
    char path[64];
    struct stat theirs;
    struct stat ours;

    if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
        return IS_NOT;
    (void)snprintf(path, sizeof(path), "/proc/%ld/cwd", pid);
    if (stat(path, &theirs) != 0)
        return errno == ENOENT && ray_file_is_folder("/proc/self") ? IS_NOT : CANNOT_TELL;
    if (stat(server->data, &ours) != 0)
        return IS_NOT;
    return theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino &&
                   ray_server_is_postgres(pid)
               ? IS_OURS
               : IS_NOT;
}

bool
ray_server_answers(const struct ray_server *server)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool ok = false;

    if (fd < 0)
        return false;
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/" RAY_SERVER_SOCKET,
                   server->socket);
    /* EAGAIN: it listens, but its queue is full. */
    ok = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 || errno == EAGAIN;
    close(fd);
    return ok;
}

/* Line `number` of the text, 1-based, cut at its blanks; "" where there is none. */
static const char *
line_of(struct ray_arena *arena, const char *text, int number)
{
    for (; number > 1; number--) {
        text = strchr(text, '\n');
        if (text == NULL)
            return "";
        text++;
    }
    return ray_arena_strndup(arena, text, strcspn(text, " \n"));
}

static enum ray_server_phase
phase_of(const char *word)
{
    if (strcmp(word, "ready") == 0 || strcmp(word, "standby") == 0)
        return RAY_SERVER_READY;
    return strcmp(word, "stopping") == 0 ? RAY_SERVER_STOPPING : RAY_SERVER_STARTING;
}

void
ray_server_look(const struct ray_server *server, struct ray_server_state *out)
{
    struct ray_err ignored;
    struct ray_text text = {.data = NULL};
    enum identity identity = IS_NOT;
    long pid = 0;

    *out = (struct ray_server_state){.phase = RAY_SERVER_STOPPED};
    if (!server->exists)
        return;
    ray_err_init(&ignored, server->arena);
    if (ray_file_read(server->arena, ray_path_join(server->arena, server->data, "postmaster.pid"),
                      &text, &ignored)) {
        pid = strtol(text.data, NULL, 10);
        if (pid > 0)
            identity = identify(server, pid);
    }
    if (identity == IS_OURS) {
        out->phase = phase_of(line_of(server->arena, text.data, STATUS_LINE));
        out->pid = pid;
    } else if (text.data != NULL && ray_server_answers(server)) {
        out->phase = RAY_SERVER_READY;
        out->pid = identity == CANNOT_TELL ? pid : 0;
    }
}

/* ---------------------------------------------------------------- orphans */

/* The processes that run in the data folder; with `deleted`, in one that was at its path. */
static size_t
find_orphans(const struct ray_server *server, bool deleted, pid_t *out, size_t most)
{
    const char *where = ray_arena_printf(server->arena, deleted ? "%s (deleted)" : "%s",
                                         server->data);
    DIR *folder = opendir("/proc");
    const struct dirent *entry;
    size_t n = 0;

    if (folder == NULL)
        return 0;
    while (n < most && (entry = readdir(folder)) != NULL) {
        char cwd[PATH_MAX];
        long pid = strtol(entry->d_name, NULL, 10);

        if (pid > 1 && proc_link(pid, "cwd", cwd, sizeof(cwd)) && strcmp(cwd, where) == 0 &&
            ray_server_is_postgres(pid))
            out[n++] = (pid_t)pid;
    }
    closedir(folder);
    return n;
}

int
ray_server_end_orphans(const struct ray_server *server, bool deleted)
{
    int64_t deadline = ray_clock_ms() + ORPHANS_WAIT_MS;
    pid_t pids[ORPHANS_MAX];
    size_t found = find_orphans(server, deleted, pids, ORPHANS_MAX);

    for (size_t i = 0; i < found; i++)
        (void)kill(pids[i], SIGQUIT);
    for (size_t left = found; left > 0 && ray_clock_ms() < deadline;) {
        ray_clock_sleep(5);
        left = find_orphans(server, deleted, pids, ORPHANS_MAX);
    }
    return (int)found;
}
