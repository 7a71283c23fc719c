/*
 * Programs: see process.h.
 *
 * Between fork and exec a child puts its descriptors in place, closes all others (a server that kept its
 * starter's pipe open would hang `raymig up | cat`) and gives signals back their defaults, as an ignored
 * SIGPIPE survives exec. Where exec fails, its errno comes back through a pipe that exec closes, so "it
 * could not be started" and "it said no" are never confused.
 *
 * Every wait is a poll with a short timeout: a signal handler installed with SA_RESTART would leave a
 * plain read blocked.
 */
#include "base/file.h"
#include "base/interrupt.h"
#include "pg/process_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_KEPT ((size_t)1 << 20)

enum { POLL_MS = 50, REPORT_FD = 3, FIRST_FREE_FD = 10 };

struct launch {
    const char *const *argv;
    const char *cwd; /* NULL: ours */
    int fds[4];      /* what become 0, 1, 2 and the report of exec's failure */
    bool daemon;     /* in a session of its own */
    int death;       /* signal that it gets when we die; 0: it outlives us */
};

/* ---------------------------------------------------------------- in the child */

static void
default_signals(void)
{
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A PG* variable changes what a server does (PGPORT, PGDATA) or where libpq connects (PGHOSTADDR). */
void
ray_process_clean_environment(void)
{
    for (char **entry = environ; *entry != NULL;) {
        char name[64];
        size_t length = strcspn(*entry, "=");

        if (ray_has_prefix(*entry, "PG") && length < sizeof(name)) {
            memcpy(name, *entry, length);
            name[length] = '\0';
            (void)unsetenv(name); /* moves the ones behind it to the front */
        } else {
            entry++;
        }
    }
    (void)unsetenv("LANGUAGE");
    (void)setenv("LC_ALL", "C", 1);
}

static void
close_from(int first)
{
    long most;

    if (close_range((unsigned int)first, ~0U, 0) == 0)
        return;
    most = sysconf(_SC_OPEN_MAX);
    for (int fd = first; fd < (most > 0 && most < 65536 ? (int)most : 65536); fd++)
        close(fd);
}

/* All are moved out of the way first: any of them may be one of those numbers already. */
bool
ray_process_place_descriptors(const int *fds, int n)
{
    int moved[RAY_PROCESS_PLACES];

    for (int i = 0; i < n; i++)
        if ((moved[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FIRST_FREE_FD)) < 0)
            return false;
    for (int i = 0; i < n; i++)
        if (dup2(moved[i], i) < 0)
            return false;
    close_from(n);
    for (int i = STDERR_FILENO + 1; i < n; i++)
        if (fcntl(i, F_SETFD, FD_CLOEXEC) != 0)
            return false;
    return true;
}

bool
ray_process_follow(pid_t parent, int death)
{
    return prctl(PR_SET_PDEATHSIG, death) == 0 && (death == 0 || getppid() == parent);
}

/* exec wants char *const *, though it changes nothing. */
static char **
argument_vector(struct ray_arena *arena, const char *const *argv)
{
    size_t n = 0;
    char **copy;

    while (argv[n] != NULL)
        n++;
    copy = RAY_NEW_ARRAY(arena, char *, n + 1);
    for (size_t i = 0; i < n; i++)
        copy[i] = ray_arena_strdup(arena, argv[i]);
    return copy;
}

static void __attribute__((noreturn))
exec_program(const struct launch *launch, char **argv, pid_t parent)
{
    int reason;

    default_signals();
    ray_process_clean_environment();
    if (launch->daemon)
        (void)setsid();
    if (!ray_process_follow(parent, launch->death))
        _exit(127);
    umask(077);
    if (ray_process_place_descriptors(launch->fds, 4) &&
        (launch->cwd == NULL || chdir(launch->cwd) == 0))
        (void)execvp(argv[0], argv);
    reason = errno;
    (void)!write(REPORT_FD, &reason, sizeof(reason));
    _exit(127);
}

/* ---------------------------------------------------------------- starting a program */

static void
close_pair(const int fds[2])
{
    if (fds[0] >= 0)
        close(fds[0]);
    if (fds[1] >= 0)
        close(fds[1]);
}

pid_t
ray_process_reap(pid_t pid, int *status)
{
    pid_t got;

    do
        got = waitpid(pid, status, 0);
    while (got < 0 && errno == EINTR);
    return got;
}

/* Forks and execs; gives the pid once the program runs, or -1 with the error set. */
static pid_t
start_program(struct launch *launch, struct ray_err *err)
{
    char **argv = argument_vector(err->arena, launch->argv);
    pid_t self = getpid();
    int report[2];
    int reason = 0;
    ssize_t n;
    pid_t pid;

    if (pipe2(report, O_CLOEXEC) != 0) {
        (void)ray_err_errno(err, RAY_UNAVAILABLE, "cannot run \"%s\"", argv[0]);
        return -1;
    }
    launch->fds[REPORT_FD] = report[1];
    pid = fork();
    if (pid == 0)
        exec_program(launch, argv, self);
    close(report[1]);
    if (pid < 0) {
        (void)ray_err_errno(err, RAY_UNAVAILABLE, "cannot run \"%s\"", argv[0]);
        close(report[0]);
        return -1;
    }
    do
        n = read(report[0], &reason, sizeof(reason));
    while (n < 0 && errno == EINTR);
    close(report[0]);
    if (n == (ssize_t)sizeof(reason)) {
        (void)ray_process_reap(pid, NULL);
        errno = reason;
        (void)ray_err_errno(err, RAY_UNAVAILABLE, "cannot run \"%s\"", argv[0]);
        return -1;
    }
    return pid;
}

bool
ray_process_launch(const char *const *argv, const char *cwd, const char *log, int death, pid_t *pid,
                   struct ray_err *err)
{
    struct launch launch = {.argv = argv, .cwd = cwd, .daemon = true, .death = death};
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = false;

    if (null < 0 || out < 0) {
        (void)ray_err_errno(err, RAY_UNAVAILABLE, "cannot write \"%s\"", log);
    } else {
        launch.fds[0] = null;
        launch.fds[1] = out;
        launch.fds[2] = out;
        *pid = start_program(&launch, err);
        ok = *pid > 0;
    }
    close_pair((const int[2]){null, out});
    return ok;
}

/* ---------------------------------------------------------------- running one to its end */

/* Reads what is there; false at the end. */
static bool
read_some(int fd, struct ray_buf *buf)
{
    ssize_t n = read(fd, ray_buf_reserve(buf, 8192), 8192);

    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    ray_buf_advance(buf, (size_t)n);
    if (buf->len > OUTPUT_KEPT)
        ray_buf_consume(buf, buf->len - OUTPUT_KEPT);
    return n > 0;
}

/* Reads `n` descriptors until all have ended; hands a signal to us on to `pid`, once. */
void
ray_process_read_all(pid_t pid, struct pollfd *fds, struct ray_buf *bufs, nfds_t n)
{
    nfds_t open_fds = n;
    bool told = false;

    while (open_fds > 0) {
        if (ray_interrupted() && !told) {
            (void)kill(pid, SIGTERM);
            told = true;
        }
        if (poll(fds, n, POLL_MS) <= 0)
            continue;
        for (nfds_t i = 0; i < n; i++) {
            if (fds[i].fd < 0 || fds[i].revents == 0 || read_some(fds[i].fd, &bufs[i]))
                continue;
            fds[i].fd = -1; /* poll skips it */
            open_fds--;
        }
    }
}

/* What a program reads: a file in memory, at its beginning; nothing without a text. -1 on error. */
static int
open_input(const struct ray_text *input)
{
    int fd;

    if (input == NULL)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    fd = memfd_create("raymig input", MFD_CLOEXEC);
    if (fd >= 0 &&
        (!ray_file_write_all(fd, input->data, input->len) || lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

bool
ray_process_run(struct ray_arena *arena, const char *const *argv, const char *cwd,
                struct ray_process_result *out, struct ray_err *err)
{
    return ray_process_feed(arena, argv, cwd, NULL, out, err);
}

bool
ray_process_feed(struct ray_arena *arena, const char *const *argv, const char *cwd,
                 const struct ray_text *input, struct ray_process_result *out, struct ray_err *err)
{
    struct launch launch = {.argv = argv, .cwd = cwd, .death = SIGKILL};
    struct ray_buf bufs[2];
    int outputs[2] = {-1, -1};
    int errors[2] = {-1, -1};
    int in = open_input(input);
    int status = 0;
    pid_t pid = -1;

    if (in < 0 || pipe2(outputs, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0) {
        (void)ray_err_errno(err, RAY_UNAVAILABLE, "cannot run \"%s\"", argv[0]);
        goto out;
    }
    launch.fds[0] = in;
    launch.fds[1] = outputs[1];
    launch.fds[2] = errors[1];
    pid = start_program(&launch, err);
    close(outputs[1]);
    close(errors[1]);
    outputs[1] = errors[1] = -1;
    if (pid > 0) {
        struct pollfd fds[2] = {{.fd = outputs[0], .events = POLLIN},
                                {.fd = errors[0], .events = POLLIN}};

        ray_buf_init(&bufs[0], arena);
        ray_buf_init(&bufs[1], arena);
        ray_process_read_all(pid, fds, bufs, 2);
        (void)ray_process_reap(pid, &status);
        out->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        out->output = bufs[0].data;
        out->errors = bufs[1].data;
    }
out:
    close_pair(outputs);
    close_pair(errors);
    if (in >= 0)
        close(in);
    return pid > 0;
}
