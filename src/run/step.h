/*
 * One migration on its way, and what all that work on it share: its events and the Lua state.
 *
 * Who calls whom: run.c > apply.c > transaction.c, statements.c > stream.c, script.c, alone.c >
 * index.c, reindex.c, detach.c, record.c, retry.c > step.c; never back.
 */
#ifndef RAY_RUN_STEP_H
#define RAY_RUN_STEP_H

#include "run/runner.h"

/* One migration on its way. Lives as long as its scratch arena. */
struct ray_step {
    struct ray_runner *runner;
    struct ray_arena *arena; /* scratch */
    enum ray_direction direction;
    struct ray_selected *selected;
    struct ray_script_options options;
    size_t number, total;
    int64_t started_us;
    bool in_transaction; /* the caller's one: neither begin nor commit here */
    bool untouched;      /* it failed before any of its statements was done */
    bool committing;     /* COMMIT was sent: a lost connection leaves its outcome unknown */
};

/* Tells an event of this migration; fills in which one it is. */
void ray_step_event(const struct ray_step *step, struct ray_event *event);

/* Whether whoever listens lets it go on; else the error is set. */
bool ray_step_may_go_on(const struct ray_step *step, struct ray_err *err) RAY_MUST_CHECK;

void ray_step_warn(const struct ray_step *step, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
