/*
 * What the commands that run migrations share: their options, and the report that turns the run's events into lines or
 * JSON.
 */
#ifndef RAY_CMD_REPORT_H
#define RAY_CMD_REPORT_H

#include "cmd/cmd.h"
#include "project/session.h"

struct ray_report {
    struct ray_app *app;
    struct ray_session session;
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

/* Reads the options; the config must be there, so that its faults come first. End or close it in any case. */
bool ray_report_begin(struct ray_report *report, struct ray_app *app) RAY_MUST_CHECK;

/* Likewise, and opens the session: for commands whose operation does not. */
bool ray_report_open(struct ray_report *report, struct ray_app *app,
                     enum ray_session_mode mode) RAY_MUST_CHECK;

/* Reads "[N | --to TAG]"; `otherwise` is the count where neither is given. */
bool ray_app_extent(struct ray_app *app, int64_t otherwise, struct ray_extent *out) RAY_MUST_CHECK;

/* Prints summary or JSON, or the error; closes the session; gives the exit code. */
enum ray_code ray_report_end(struct ray_report *report, bool ok);

/* The listener for runs; arg is the report. */
void ray_report_event(void *arg, const struct ray_event *event);

#endif
