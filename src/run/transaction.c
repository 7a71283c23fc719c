/*
 * A migration in one transaction: BEGIN, its settings, its statements, its history row and its log line
 * travel as one pipeline; COMMIT follows when every result was good: two round trips, however many
 * statements there are. After an error the server skips the rest by itself, so nothing behind a failed
 * statement ever runs.
 */
#include "run/runner.h"

#include "base/clock.h"
#include "pg/quote.h"

#include <string.h>

#define UNIQUE_VIOLATION "23505"

static bool
send_setting(struct ray_step *step, const char *name, const char *value, size_t *count,
             struct ray_err *err)
{
    const char *sql = ray_arena_printf(step->arena, "SET LOCAL %s = %s", name,
                                       ray_quote_literal(step->arena, value));

    (*count)++;
    return ray_pipe_send(step->runner->conn, sql, 0, NULL, err);
}

bool
ray_step_send_settings(struct ray_step *step, size_t *count, struct ray_err *err)
{
    const char *lock_timeout = step->options.lock_timeout;

    if (lock_timeout == NULL)
        lock_timeout = ray_arena_printf(step->arena, "%lldms",
                                        (long long)step->runner->options.config->lock_timeout_ms);
    if (step->options.no_transaction) {
        /* The session's own is 0 there, unless front matter or script have set another. */
        const char *sql =
            ray_arena_printf(step->arena,
                             "SELECT pg_catalog.set_config('lock_timeout', %s, true)"
                             " WHERE pg_catalog.current_setting('lock_timeout') = '0'",
                             ray_quote_literal(step->arena, lock_timeout));

        (*count)++;
        if (!ray_pipe_send(step->runner->conn, sql, 0, NULL, err))
            return false;
    } else if (!send_setting(step, "lock_timeout", lock_timeout, count, err)) {
        return false;
    }
    if (step->options.statement_timeout != NULL &&
        !send_setting(step, "statement_timeout", step->options.statement_timeout, count, err))
        return false;
    if (step->runner->ends_idle_transactions &&
        !send_setting(step, "idle_in_transaction_session_timeout", "0", count, err))
        return false;
    /* A killed client's statement ends within this time (PostgreSQL 14 and newer). */
    return !step->runner->check_interval ||
           send_setting(step, "client_connection_check_interval", "1s", count, err);
}

/* Reads the results of `count` statements that return nothing of interest. */
static bool
skip_results(struct ray_step *step, size_t count, struct ray_err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!ray_pipe_next(step->runner->conn, NULL, NULL, err))
            return false;
    return true;
}

/* Gives the session's settings back: each migration finds it as the first one did, and a pooler hands it on
 * as it was. A rollback does so by itself. */
static bool
send_reset(struct ray_step *step, size_t *count, struct ray_err *err)
{
    struct ray_conn *conn = step->runner->conn;

    *count += step->runner->ends_idle_sessions ? 2 : 1;
    return ray_pipe_send(conn, "RESET ALL", 0, NULL, err) &&
           (!step->runner->ends_idle_sessions ||
            ray_pipe_send(conn, ray_keep_session_sql, 0, NULL, err));
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
    if (step->runner->used && !send_reset(step, count, err))
        return false;
    return ray_step_send_settings(step, count, err);
}

/* The last thing in the transaction: as the role that connected, whatever the script left. */
bool
ray_step_send_end(struct ray_step *step, struct ray_tail *tail, struct ray_err *err)
{
    tail->before = 2;
    tail->behind = 1; /* the log line */
    return ray_pipe_send(step->runner->conn, "RESET SESSION AUTHORIZATION", 0, NULL, err) &&
           ray_pipe_send(step->runner->conn, "RESET ROLE", 0, NULL, err) &&
           ray_step_send_record(step, &tail->before, err) && send_reset(step, &tail->behind, err);
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
