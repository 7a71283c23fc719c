/*
 * A migration in one transaction: BEGIN, its settings, its statements, its history row and its log line
 * travel as one pipeline; COMMIT follows when every result was good: two round trips, however many
 * statements there are. After an error the server skips the rest by itself, so nothing behind a failed
 * statement ever runs.
 */
#include "run/transaction.h"

#include "run/script.h"
#include "run/stream.h"

#include <string.h>

#define UNIQUE_VIOLATION "23505"

/* Reads the results of `count` statements that return nothing of interest. */
static bool
skip_results(struct ray_step *step, size_t count, struct ray_err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!ray_pipe_next(step->runner->conn, NULL, NULL, err))
            return false;
    return true;
}

static bool
send_begin(struct ray_step *step, size_t *count, struct ray_err *err)
{
    struct ray_conn *conn = step->runner->conn;

    if (!step->in_transaction) {
        (*count)++;
        if (!ray_pipe_send(conn, "BEGIN", 0, NULL, err))
            return false;
    }
    if (step->runner->used && !ray_step_send_reset(step, count, err))
        return false;
    return ray_step_send_settings(step, count, err);
}

static bool
read_end(struct ray_step *step, const struct ray_tail *tail, struct ray_err *err)
{
    struct ray_rows rows;

    if (!skip_results(step, tail->before, err))
        return false;
    if (!ray_pipe_next(step->runner->conn, step->arena, &rows, err))
        return strcmp(err->sqlstate, UNIQUE_VIOLATION) == 0 && ray_step_lost(step, err);
    if (rows.nrows == 0)
        return ray_step_lost(step, err);
    return skip_results(step, tail->behind, err);
}

/* Ends a pipeline of which all is well; where the transaction is ours, with its COMMIT. */
static bool
commit_pipe(struct ray_step *step, struct ray_err *err)
{
    struct ray_conn *conn = step->runner->conn;
    bool ok;

    if (!ray_step_may_go_on(step, err))
        return false;
    if (step->in_transaction)
        return ray_pipe_end(conn, err);
    step->committing = true;
    ok = ray_pipe_send(conn, "COMMIT", 0, NULL, err) && ray_pipe_end(conn, err);
    step->committing = !ok && ray_conn_tx(conn) == RAY_TX_LOST;
    if (!ok)
        err->statement = NULL;
    return ok;
}

/* Ends a pipeline in which something failed. Returns false. */
static bool
abandon_pipe(struct ray_step *step)
{
    struct ray_err ignored;

    ray_err_init(&ignored, step->arena);
    ray_conn_shield(step->runner->conn, true);
    if (!ray_pipe_end(step->runner->conn, &ignored))
        ray_err_clear(&ignored);
    ray_conn_shield(step->runner->conn, false);
    return false;
}

static bool
run_sql(struct ray_step *step, struct ray_err *err)
{
    struct ray_tail tail = {0};
    size_t lead = 0;

    if (!ray_pipe_begin(step->runner->conn, err))
        return false;
    if (send_begin(step, &lead, err) && ray_step_stream(step, lead, &tail, err) &&
        read_end(step, &tail, err) && commit_pipe(step, err))
        return true;
    return abandon_pipe(step);
}

static bool
run_lua(struct ray_step *step, struct ray_err *err)
{
    struct ray_conn *conn = step->runner->conn;
    struct ray_tail tail = {0};
    size_t lead = 0;

    if (!ray_pipe_begin(conn, err))
        return false;
    if (!send_begin(step, &lead, err))
        return abandon_pipe(step);
    if (!ray_pipe_end(conn, err) || !ray_step_script(step, err))
        return false;
    if (ray_conn_tx(conn) != RAY_TX_OPEN) {
        (void)ray_err_set(err, RAY_FAILED, "the script left the transaction %s",
                          ray_conn_tx(conn) == RAY_TX_FAILED ? "failed" : "ended");
        (void)ray_err_at(err, step->selected->script.source.path, 0, 0);
        return ray_err_hint(err,
                            "A statement that may fail belongs in db:transaction(function() ... "
                            "end), which has a savepoint.");
    }
    if (!ray_pipe_begin(conn, err))
        return false;
    if (ray_step_send_end(step, &tail, err) && read_end(step, &tail, err) && commit_pipe(step, err))
        return true;
    return abandon_pipe(step);
}

static void
roll_back(struct ray_step *step)
{
    struct ray_conn *conn = step->runner->conn;
    struct ray_err ignored;

    ray_err_init(&ignored, step->arena);
    ray_conn_shield(conn, true);
    if (ray_conn_tx(conn) != RAY_TX_IDLE && ray_conn_tx(conn) != RAY_TX_LOST &&
        !ray_conn_exec(conn, "ROLLBACK", &ignored))
        ray_err_clear(&ignored);
    ray_conn_shield(conn, false);
}

bool
ray_step_transaction(struct ray_step *step, struct ray_err *err)
{
    bool ok = step->selected->script.kind == RAY_SCRIPT_LUA ? run_lua(step, err)
                                                            : run_sql(step, err);

    if (ok)
        step->runner->used = false;
    if (!ok && !step->in_transaction)
        roll_back(step);
    return ok;
}
