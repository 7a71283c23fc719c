/*
 * What the commands that run migrations share: the project's folder and database, a runner, and the
 * report that turns the run's events into lines or JSON.
 */
#ifndef RAY_CMD_SESSION_H
#define RAY_CMD_SESSION_H

#include "base/buf.h"
#include "base/json.h"
#include "cmd/cmd.h"
#include "run/run.h"

struct ray_session {
    struct ray_app *app;
    struct ray_folder folder;
    struct ray_runner *runner;
    ray_strings allow;
    const char *backup; /* NULL: none */
    json_t *migrations; /* --json: what was done, in order */
    json_t *current;    /* the one that runs */
    json_t *warnings;
    int64_t started_us;
    size_t applied; /* committed on the way up, over the whole session */
    size_t reverted;
    bool verbose;
    const char *summary; /* the last line, where it is not the count of what went up and down */
    bool waiting;        /* for another runner, and it was said */
};

/* Options of the commands that run migrations, to be named in their tables. */
#define RAY_RUN_OPTIONS                                                                           \
    {"dry-run", '\0', NULL, "run everything in one transaction and roll it back", false},         \
        {"single-transaction", '1', NULL, "all or nothing: one transaction for all of them",      \
         false},                                                                                  \
        {"lock-wait", '\0', "TIME", "how long to wait for another runner (default 5min)", false}, \
        {"lock-timeout", '\0', "TIME", "lock_timeout of each attempt (default 3s)", false},       \
        {"lock-retries", '\0', "N", "attempts after a lock timeout or deadlock (default 10)",     \
         false},                                                                                  \
    {                                                                                             \
        "backup", '\0', "FILE", "pg_dump -Fc to FILE first; go no further if that fails", false   \
    }

enum ray_session_mode {
    RAY_SESSION_RUN,
    RAY_SESSION_UP,     /* only to apply: where nothing is pending the state is not read */
    RAY_SESSION_LOOK,   /* in a read-only transaction */
    RAY_SESSION_REPAIR, /* a folder whose journal lacks a file is no error */
};

/* Loads config and folder, connects and reads the state. Close it in any case. */
bool ray_session_open(struct ray_app *app, enum ray_session_mode mode,
                      struct ray_session *session) RAY_MUST_CHECK;

/* Lock, backup, select again, apply. The names selected must be those of `expected`, where it is given. */
bool ray_session_run(struct ray_session *session, enum ray_direction direction,
                     const struct ray_extent *extent, const ray_selection *expected) RAY_MUST_CHECK;

/* Asks before anything is taken back; true with --yes and in a dry run. */
bool ray_session_confirm_down(struct ray_session *session,
                              const ray_selection *selection) RAY_MUST_CHECK;

/* Reads "[N | --to TAG]"; `otherwise` is the count where neither is given. */
bool ray_session_extent(struct ray_app *app, int64_t otherwise,
                        struct ray_extent *out) RAY_MUST_CHECK;

/* Prints summary or JSON, or the error; closes the runner; gives the exit code. */
enum ray_code ray_session_end(struct ray_session *session, bool ok);

/* Closes the runner and prints nothing: for commands that print for themselves. */
void ray_session_close(struct ray_session *session);

/* The listener for ray_run_options.on_event (report.c); arg is the session. */
void ray_session_event(void *arg, const struct ray_event *event);

#endif
