/* What a migration's transaction begins with, and what it leaves behind: its history row on the way up, its
 * removal on the way down, the log. */
#include "run/record.h"

#include "pg/quote.h"

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

bool
ray_step_send_reset(struct ray_step *step, size_t *count, struct ray_err *err)
{
    struct ray_conn *conn = step->runner->conn;

    *count += step->runner->ends_idle_sessions ? 2 : 1;
    return ray_pipe_send(conn, "RESET ALL", 0, NULL, err) &&
           (!step->runner->ends_idle_sessions ||
            ray_pipe_send(conn, RAY_KEEP_SESSION_SQL, 0, NULL, err));
}

static bool
send_log(struct ray_step *step, const char *hash, struct ray_err *err)
{
    struct ray_history_event event = {.event = step->direction == RAY_UP ? "up" : "down",
                                      .name = step->selected->name,
                                      .hash = hash,
                                      .duration_ms = -1};
    const char *params[RAY_LOG_PARAMS];
    const char *sql;

    ray_history_log_build(step->arena, &step->runner->history, &event, &sql, params);
    return ray_pipe_send(step->runner->conn, sql, RAY_LOG_PARAMS, params, err);
}

static bool
send_insert(struct ray_step *step, size_t *before, struct ray_err *err)
{
    const struct ray_history *history = &step->runner->history;
    const struct ray_history_row *row = step->selected->stand->row;
    struct ray_history_record record;
    struct ray_history_insert insert;

    if (!ray_runner_record(step->runner, step->arena, step->selected->stand->migration,
                           RAY_ROW_APPLIED, &record, err))
        return false;
    /* A repeatable migration that runs again replaces its row. */
    if (row != NULL) {
        (*before)++;
        if (!ray_pipe_send(step->runner->conn,
                           ray_history_delete_sql(step->arena, history, &row, 1, NULL), 0, NULL,
                           err))
            return false;
    }
    /* Where no unique name forbids it, a killed runner's COMMIT that is still on its way could add the row
     * beside ours: wait for it, and look then. */
    if (!history->has_name) {
        (*before)++;
        if (!ray_pipe_send(step->runner->conn,
                           ray_arena_printf(step->arena,
                                            "LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE",
                                            ray_history_name(step->arena, &history->place)),
                           0, NULL, err))
            return false;
    }
    ray_history_insert_build(step->arena, history, &record, step->runner->condition, &insert);
    return ray_pipe_send(step->runner->conn, insert.sql, RAY_HISTORY_PARAMS, insert.params, err) &&
           send_log(step, record.hash, err);
}

/* Sends the insert or delete of the history row, which returns a row where it was done, and the log line
 * behind it. *before is raised by the statements sent before the one that returns the row. */
static bool
send_record(struct ray_step *step, size_t *before, struct ray_err *err)
{
    const struct ray_history *history = &step->runner->history;
    const struct ray_stand *stand = step->selected->stand;
    const struct ray_history_row *const *rows;
    size_t count;

    if (step->direction == RAY_UP)
        return send_insert(step, before, err);
    rows = ray_stand_rows(step->arena, stand, &count);
    return ray_pipe_send(step->runner->conn,
                         ray_history_delete_sql(step->arena, history, rows, count,
                                                step->runner->condition),
                         0, NULL, err) &&
           send_log(step, stand->row->hash, err);
}

/* The last thing in the transaction: as the role that connected, whatever the script left. */
bool
ray_step_send_end(struct ray_step *step, struct ray_tail *tail, struct ray_err *err)
{
    tail->before = 2;
    tail->behind = 1; /* the log line */
    return ray_pipe_send(step->runner->conn, "RESET SESSION AUTHORIZATION", 0, NULL, err) &&
           ray_pipe_send(step->runner->conn, "RESET ROLE", 0, NULL, err) &&
           send_record(step, &tail->before, err) && ray_step_send_reset(step, &tail->behind, err);
}

bool
ray_step_lost(struct ray_step *step, struct ray_err *err)
{
    (void)ray_err_set(err, RAY_UNAVAILABLE,
                      "\"%s\" cannot be recorded: the lock was lost, or another "
                      "runner recorded it meanwhile",
                      step->selected->name);
    return ray_err_hint(err,
                        "Run raymig status to see where the database stands, then run this again.");
}
