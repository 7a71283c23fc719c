/*
 * Other processes: programs run to the end with their output caught, or left running as a server; and
 * pieces of our own work done under another account. Never through a shell. A program gets descriptors 0, 1 and 2 and
 * no other, default signals, no PG* variables, and English messages.
 */
#ifndef RAY_PG_PROCESS_H
#define RAY_PG_PROCESS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "pg/account.h"

#include <sys/types.h>

/* Runs fn in a process of its own, as `account` where that is another. Its result and its error come
 * back; nothing else that it changes in memory does. A signal to us is handed on to it. */
typedef bool ray_process_fn(void *arg, struct ray_err *err);
bool ray_process_as(const struct ray_account *account, ray_process_fn *fn, void *arg,
                    struct ray_err *err) RAY_MUST_CHECK;

/*
 * A keeper: a process of its own that makes something, as `account`, holds it for us, and ends it: when
 * we let go, or when we die, however that comes. It is in a session of its own and has none of our
 * descriptors but `fd`.
 */
struct ray_kept {
    /* Makes it. What it adds to `reply` comes back to us. */
    bool (*begin)(void *arg, struct ray_buf *reply, struct ray_err *err);
    void (*settle)(void *arg); /* runs once after a begin that succeeded, while we go on */
    void (*end)(void *arg);    /* also after a begin that failed */
    void *arg;
    int fd; /* becomes RAY_KEPT_FD in the keeper; -1: none */
};
struct ray_keeper {
    pid_t pid;
    int fd; /* when this end of it closes, the keeper ends */
};
enum { RAY_KEPT_FD = 4 };

/* Waits until begin is done. A signal to us meanwhile is handed on to the keeper. */
bool ray_process_keep(const struct ray_account *account, const struct ray_kept *kept,
                      struct ray_keeper *out, struct ray_buf *reply,
                      struct ray_err *err) RAY_MUST_CHECK;
void ray_process_let_go(struct ray_keeper *keeper); /* and waits until it has ended */

struct ray_process_result {
    int status;         /* exit code; 128 + signal where one ended it */
    const char *output; /* standard output, at most its last MiB; never NULL */
    const char *errors; /* standard error, likewise */
};

/* Runs a program to its end. argv ends with NULL; argv[0] without a slash is looked up in PATH. A
 * program that says no is no error here; one that cannot be run is. */
bool ray_process_run(struct ray_arena *arena, const char *const *argv, const char *cwd,
                     struct ray_process_result *out, struct ray_err *err) RAY_MUST_CHECK;

/* The same with a text as its standard input. */
bool ray_process_feed(struct ray_arena *arena, const char *const *argv, const char *cwd,
                      const struct ray_text *input, struct ray_process_result *out,
                      struct ray_err *err) RAY_MUST_CHECK;

/* Starts a program in a session of its own, its output appended to the file `log`. When the caller dies
 * it gets the signal `death`; 0: it lives on. The caller is its parent for as long as it lives and must
 * reap it where it ends earlier. */
bool ray_process_launch(const char *const *argv, const char *cwd, const char *log, int death,
                        pid_t *pid, struct ray_err *err) RAY_MUST_CHECK;

#endif
