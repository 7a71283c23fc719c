/*
 * Our own work in a process of its own: see process.h.
 *
 * What the child has to say comes back through a pipe or a socket that it closes: first a byte, RAY_OK or
 * the error's code, then the reply or the error's texts. So the parent needs no more than to read until
 * the end, and a child that was killed says nothing.
 *
 * A keeper learns of our death in two ways. While it makes its thing it is busy, so a signal is asked for,
 * as if we had been interrupted and had handed it on. Afterwards it waits for the end of the socket that
 * we hold: that signal would come at the death of the thread that made the keeper, not of the process.
 */
#include "base/buf.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "pg/process_internal.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEEPER_FD = 3, KEEPER_POLL_MS = 1000, TEXTS = 4 };

/* ---------------------------------------------------------------- what comes back */

/* Each text is a '+' and itself, or a '-' alone, and a NUL. */
static void
send_error(int fd, const struct ray_err *err)
{
    const char *const texts[TEXTS] = {err->message, err->detail, err->hint, err->sqlstate};
    struct ray_buf buf;

    ray_buf_init(&buf, err->arena);
    ray_buf_addc(&buf, (char)err->code);
    for (size_t i = 0; i < TEXTS; i++) {
        ray_buf_add(&buf, texts[i] == NULL ? "-" : "+");
        ray_buf_add(&buf, texts[i] == NULL ? "" : texts[i]);
        ray_buf_addc(&buf, '\0');
    }
    (void)!ray_file_write_all(fd, buf.data, buf.len);
}

static bool
receive_error(const struct ray_buf *buf, struct ray_err *err)
{
    const char *texts[TEXTS] = {NULL};
    const char *at = buf->data + 1;

    for (size_t i = 0; i < TEXTS && at < buf->data + buf->len; i++) {
        texts[i] = *at == '+' ? at + 1 : NULL;
        at += strlen(at) + 1;
    }
    (void)ray_err_set(err, (enum ray_code)(unsigned char)buf->data[0], "%s",
                      texts[0] == NULL ? "failed" : texts[0]);
    err->detail = texts[1];
    err->hint = texts[2];
    if (texts[3] != NULL)
        (void)stpncpy(err->sqlstate, texts[3], sizeof(err->sqlstate) - 1);
    return false;
}

static bool
ended_early(struct ray_err *err)
{
    return ray_err_set(err, ray_interrupted() ? RAY_INTERRUPTED : RAY_UNAVAILABLE,
                       "a helping process ended early");
}

static void
read_to_end(pid_t pid, int fd, struct ray_buf *buf)
{
    struct pollfd fds = {.fd = fd, .events = POLLIN};

    ray_process_read_all(pid, &fds, buf, 1);
}

/* ---------------------------------------------------------------- work under another account */

static bool
become(const struct ray_account *account, struct ray_err *err)
{
    (void)signal(SIGCHLD, SIG_DFL);
    (void)umask(077);
    ray_process_clean_environment();
    return ray_account_become(account, err);
}

static void __attribute__((noreturn))
work_in_child(const struct ray_account *account, ray_process_fn *fn, void *arg, int fd,
              struct ray_err *err)
{
    bool ok;

    (void)setpgid(0, 0);     /* a Ctrl-C reaches us through our parent, and once */
    ray_interrupt_install(); /* where the parent is another's program, its handlers are not for us */
    ok = become(account, err) && fn(arg, err);
    if (!ok)
        send_error(fd, err);
    _exit(ok ? 0 : 1);
}

bool
ray_process_as(const struct ray_account *account, ray_process_fn *fn, void *arg,
               struct ray_err *err)
{
    struct ray_buf buf;
    int fault[2];
    int status = 0;
    pid_t pid;

    if (pipe2(fault, O_CLOEXEC) != 0)
        return ray_err_errno(err, RAY_UNAVAILABLE, "cannot start a process");
    pid = fork();
    if (pid == 0)
        work_in_child(account, fn, arg, fault[1], err);
    close(fault[1]);
    if (pid < 0) {
        (void)ray_err_errno(err, RAY_UNAVAILABLE, "cannot start a process");
        close(fault[0]);
        return false;
    }
    ray_buf_init(&buf, err->arena);
    read_to_end(pid, fault[0], &buf);
    close(fault[0]);
    if (buf.len > 0) {
        (void)ray_process_reap(pid, NULL);
        return receive_error(&buf, err);
    }
    /* Where a parent of ours ignores SIGCHLD there is no status to have: then silence is success. */
    if (ray_process_reap(pid, &status) == pid && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        return ended_early(err);
    return true;
}

/* ---------------------------------------------------------------- a keeper */

static bool
settle_in(int null, int fd, int handed, struct ray_err *err)
{
    const int fds[RAY_PROCESS_PLACES] = {null, null, null, fd, handed};

    return (chdir("/") == 0 &&
            ray_process_place_descriptors(fds, handed < 0 ? KEEPER_FD + 1 : RAY_KEPT_FD + 1)) ||
           ray_err_errno(err, RAY_UNAVAILABLE, "cannot start a process");
}

static bool
begin(const struct ray_account *account, const struct ray_kept *kept, pid_t parent,
      struct ray_buf *reply, struct ray_err *err)
{
    if (!become(account, err))
        return false;
    if (!ray_process_follow(parent, SIGTERM))
        return ray_err_set(err, RAY_INTERRUPTED, "interrupted");
    return kept->begin(kept->arg, reply, err);
}

static void
wait_for_end(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    while (!ray_interrupted() && poll(&poll_fd, 1, KEEPER_POLL_MS) <= 0)
        ;
}

static void __attribute__((noreturn))
keep_in_child(const struct ray_account *account, const struct ray_kept *kept, int null, int fd,
              pid_t parent, struct ray_err *err)
{
    struct ray_buf reply;
    bool ok;

    (void)setsid(); /* a Ctrl-C reaches it through its parent, and once */
    ray_interrupt_install();
    if (!settle_in(null, fd, kept->fd, err)) {
        send_error(fd, err);
        _exit(1);
    }
    ray_buf_init(&reply, err->arena);
    ray_buf_addc(&reply, (char)RAY_OK);
    ok = begin(account, kept, parent, &reply, err);
    if (ok) {
        (void)ray_process_follow(parent, 0);
        (void)!ray_file_write_all(KEEPER_FD, reply.data, reply.len);
        (void)shutdown(KEEPER_FD, SHUT_WR);
        kept->settle(kept->arg);
        wait_for_end(KEEPER_FD);
    }
    kept->end(kept->arg);
    if (!ok)
        send_error(KEEPER_FD, err);
    _exit(ok ? 0 : 1);
}

/* Forks; the keeper's end of the socket is closed here. */
static bool
start_keeper(const struct ray_account *account, const struct ray_kept *kept, struct ray_keeper *out,
             struct ray_err *err)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t self = getpid();
    int pair[2] = {-1, -1};

    *out = (struct ray_keeper){.pid = -1, .fd = -1};
    if (null >= 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0) {
        out->fd = pair[0];
        out->pid = fork();
        if (out->pid == 0)
            keep_in_child(account, kept, null, pair[1], self, err);
    }
    if (out->pid < 0)
        (void)ray_err_errno(err, RAY_UNAVAILABLE, "cannot start a process");
    if (out->pid < 0 && out->fd >= 0)
        close(out->fd);
    if (pair[1] >= 0)
        close(pair[1]);
    if (null >= 0)
        close(null);
    return out->pid > 0;
}

bool
ray_process_keep(const struct ray_account *account, const struct ray_kept *kept,
                 struct ray_keeper *out, struct ray_buf *reply, struct ray_err *err)
{
    struct ray_buf buf;

    if (!start_keeper(account, kept, out, err))
        return false;
    ray_buf_init(&buf, err->arena);
    read_to_end(out->pid, out->fd, &buf);
    if (buf.len > 0 && buf.data[0] == (char)RAY_OK) {
        ray_buf_addn(reply, buf.data + 1, buf.len - 1);
        return true;
    }
    ray_process_let_go(out);
    return buf.len > 0 ? receive_error(&buf, err) : ended_early(err);
}

void
ray_process_let_go(struct ray_keeper *keeper)
{
    close(keeper->fd);
    (void)ray_process_reap(keeper->pid, NULL);
    *keeper = (struct ray_keeper){.pid = -1, .fd = -1};
}
