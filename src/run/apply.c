/*
 * One migration: see apply.h. Its options decide how it runs; a failure is told with the state that it left,
 * and goes to the log.
 */
#include "run/apply.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "run/retry.h"
#include "run/statements.h"
#include "run/transaction.h"

/* A notice of the server belongs to the migration that runs. */
static void
on_notice(void *arg, const struct ray_notice *notice)
{
    struct ray_event event = {.kind = RAY_EVENT_NOTICE, .notice = notice, .text = notice->message};

    ray_step_event(arg, &event);
}

static bool
read_options(struct ray_step *step, struct ray_err *err)
{
    const struct ray_migration *migration = step->selected->stand->migration;

    if (migration != NULL && step->selected->script.source.text == NULL)
        step->options = step->direction == RAY_UP ? migration->up_options : migration->down_options;
    if (!ray_script_options_read(step->arena, &step->selected->script, &step->options, err))
        return false;
    if (step->options.no_transaction && step->in_transaction) {
        (void)ray_err_set(err, RAY_REFUSED,
                          "\"%s\" runs without a transaction, so it cannot be part of %s",
                          step->selected->name,
                          step->runner->options.dry_run ? "a dry run" : "--single-transaction");
        return ray_err_hint(err, "Run the migrations before it with --to, then it by itself.");
    }
    return true;
}

static bool
run_step(struct ray_step *step, struct ray_err *err)
{
    if (!read_options(step, err))
        return false;
    if (step->options.no_transaction)
        return ray_step_statements(step, err);
    for (int attempt = 1; !ray_step_transaction(step, err); attempt++) {
        if (step->in_transaction || step->committing || !ray_step_retry(step, attempt, err))
            return false;
        ray_err_clear(err);
        step->started_us = ray_clock_us();
    }
    return true;
}

/* What the failed migration left, in a sentence. */
static void
describe_state(const struct ray_step *step, size_t done, struct ray_err *err)
{
    const char *name = step->selected->name;
    const char *verb = step->direction == RAY_UP ? "applied" : "taken back";
    const char *before = done == 0 ? "nothing else was done"
                                   : ray_arena_printf(err->arena, "%zu before it %s %s", done,
                                                      done == 1 ? "is" : "are", verb);

    if (err->state != NULL)
        return;
    if (step->in_transaction)
        err->state = ray_arena_printf(err->arena,
                                      "the one transaction of all %zu migrations was rolled "
                                      "back; nothing was %s",
                                      step->total, verb);
    else if (step->committing)
        err->state = ray_arena_printf(err->arena,
                                      "the connection was lost during COMMIT of \"%s\": "
                                      "raymig status tells whether it is %s",
                                      name, verb);
    else if (step->options.no_transaction && !step->untouched)
        err->state = ray_arena_printf(err->arena,
                                      "\"%s\" stopped half-way and %s when it runs again; %s", name,
                                      step->selected->script.kind == RAY_SCRIPT_LUA
                                          ? "begins anew (db:batch goes on where it was)"
                                          : "resumes at the statement that failed",
                                      before);
    else
        err->state = ray_arena_printf(err->arena, "nothing of \"%s\" was %s; %s", name, verb,
                                      before);
}

/* The failure goes to the log; that it cannot is no second error. */
static void
log_failure(struct ray_step *step, const struct ray_err *err)
{
    struct ray_runner *runner = step->runner;
    struct ray_history_event event = {.event = "failed", .name = step->selected->name};
    struct ray_err ignored;
    json_t *detail;

    if (runner->options.dry_run || !runner->history.exists ||
        ray_conn_tx(runner->conn) != RAY_TX_IDLE)
        return;
    ray_err_init(&ignored, step->arena);
    detail = ray_json_err(err);
    ray_json_set_text(detail, "direction", step->direction == RAY_UP ? "up" : "down");
    json_object_del(detail, "statement"); /* it may hold data, and be large */
    ray_json_scrub(step->arena, detail);
    event.detail = detail;
    event.duration_ms = (ray_clock_us() - step->started_us) / 1000;
    ray_conn_shield(runner->conn, true);
    if (!ray_history_log(runner->conn, step->arena, &runner->history, &event, &ignored))
        ray_err_clear(&ignored);
    ray_conn_shield(runner->conn, false);
    json_decref(detail);
}

bool
ray_step_apply(struct ray_step *step, size_t done, struct ray_err *err)
{
    struct ray_runner *runner = step->runner;
    struct ray_event event = {.kind = RAY_EVENT_BEGIN};
    bool ok;

    step->started_us = ray_clock_us();
    ray_step_event(step, &event);
    ray_conn_on_notice(runner->conn, on_notice, step);
    ok = ray_step_may_go_on(step, err) &&
         ray_selected_fetch(runner, step->arena, step->selected, err) && run_step(step, err);
    ray_conn_on_notice(runner->conn, NULL, NULL);
    event.kind = ok ? RAY_EVENT_DONE : RAY_EVENT_FAILED;
    event.us = ray_clock_us() - step->started_us;
    if (!ok) {
        if (step->selected->change != NULL)
            ray_reversible_locate(step->selected->change, step->direction == RAY_DOWN, err);
        if (ray_interrupted() && err->code != RAY_INTERRUPTED)
            err->code = RAY_INTERRUPTED;
        describe_state(step, done, err);
        log_failure(step, err);
    }
    ray_step_event(step, &event);
    return ok;
}
