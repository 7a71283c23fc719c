/*
 * A migration without a transaction: statement by statement, each finished one recorded in the history
 * row, so that it resumes at the statement that failed.
 *
 * A statement that may run in a transaction gets one of its own, in which the progress is recorded too:
 * it is done and recorded, or neither. One that may not (CONCURRENTLY, VACUUM) is marked as begun before
 * and as done behind it; what an interruption leaves between is looked at when the migration resumes.
 * Where the script opens a transaction itself, the progress travels with its COMMIT.
 */
#include "run/statements.h"

#include "base/buf.h"
#include "base/clock.h"
#include "pg/quote.h"
#include "run/admit.h"
#include "run/alone.h"
#include "run/record.h"
#include "run/retry.h"
#include "run/script.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct progress {
    struct ray_step *step;
    const char *id;  /* of the history row */
    int done;        /* finished statements */
    bool attempting; /* the one behind them was begun in an earlier run */
    bool own_block;  /* the script has opened a transaction */
    enum ray_row_state state;
    int was_done; /* what the row says now: whoever finds it otherwise is not alone */
    enum ray_row_state was_state;
};

/* The row is still ours: the lock is held, and nobody has moved the row on, as a runner that was killed
 * may when its last COMMIT, sent already, is slow to come through. */
static const char *
ours_sql(const struct progress *progress)
{
    const struct ray_step *step = progress->step;

    return ray_arena_printf(
        step->arena,
        "COALESCE(statements_done, 0) = %d AND COALESCE(state, 'applied') = '%s'"
        " AND %s RETURNING id",
        progress->was_done, ray_row_state_name(progress->was_state), step->runner->condition);
}

static const char *
progress_sql(const struct progress *progress, int done, bool attempting)
{
    struct ray_step *step = progress->step;

    return ray_arena_printf(step->arena, "%s AND %s",
                            ray_history_progress_sql(step->arena, &step->runner->history,
                                                     progress->id, progress->state, done,
                                                     attempting),
                            ours_sql(progress));
}

static void
note_recorded(struct progress *progress, int done)
{
    progress->was_done = done;
    progress->was_state = progress->state;
}

/* Runs a statement that returns the row where it is still ours. */
static bool
change_row(const struct progress *progress, const char *sql, struct ray_err *err)
{
    struct ray_rows rows;

    if (!ray_conn_query(progress->step->runner->conn, progress->step->arena, sql, 0, NULL, &rows,
                        err))
        return false;
    return rows.nrows == 1 || ray_step_lost(progress->step, err);
}

/* Records progress in whatever transaction is open, or by itself. */
static bool
record(struct progress *progress, int done, bool attempting, struct ray_err *err)
{
    if (!change_row(progress, progress_sql(progress, done, attempting), err))
        return false;
    note_recorded(progress, done);
    return true;
}

static void
abandon_block(struct progress *progress)
{
    struct ray_conn *conn = progress->step->runner->conn;
    struct ray_err ignored;

    ray_err_init(&ignored, progress->step->arena);
    ray_conn_shield(conn, true);
    if (ray_conn_tx(conn) != RAY_TX_IDLE && ray_conn_tx(conn) != RAY_TX_LOST &&
        !ray_conn_exec(conn, "ROLLBACK", &ignored))
        ray_err_clear(&ignored);
    ray_conn_shield(conn, false);
    progress->own_block = false;
}

/* Progress needs one row: a squashed migration that the originals' rows stand for gets one of its own for them. */
static bool
take_over(struct progress *progress, struct ray_err *err)
{
    struct ray_step *step = progress->step;
    const struct ray_stand *stand = step->selected->stand;
    struct ray_conn *conn = step->runner->conn;
    struct ray_history_record data;
    struct ray_history_insert insert;
    struct ray_rows rows = {0};
    size_t count;
    const struct ray_history_row *const *old = ray_stand_rows(step->arena, stand, &count);
    bool ok;

    if (!ray_runner_record(step->runner, step->arena, stand->migration, RAY_ROW_APPLIED, &data,
                           err))
        return false;
    ray_history_insert_build(step->arena, &step->runner->history, &data, step->runner->condition,
                             &insert);
    ok = ray_conn_exec(conn, "BEGIN", err) &&
         ray_conn_exec(conn,
                       ray_history_delete_sql(step->arena, &step->runner->history, old, count,
                                              step->runner->condition),
                       err) &&
         ray_conn_query(conn, step->arena, insert.sql, RAY_HISTORY_PARAMS, insert.params, &rows,
                        err) &&
         (rows.nrows == 1 || ray_step_lost(step, err)) && ray_conn_exec(conn, "COMMIT", err);
    if (!ok) {
        abandon_block(progress);
        return false;
    }
    progress->id = ray_rows_value(&rows, 0, 0);
    progress->was_done = 0;
    progress->was_state = RAY_ROW_APPLIED;
    return true;
}

/* The row of a migration that begins: on the way up it is new, on the way down it turns around. */
static bool
begin_row(struct progress *progress, struct ray_err *err)
{
    struct ray_step *step = progress->step;
    const struct ray_history_row *row = step->selected->stand->row;
    struct ray_history_record data;
    struct ray_history_insert insert;
    struct ray_rows rows;

    progress->state = step->direction == RAY_UP ? RAY_ROW_PARTIAL : RAY_ROW_REVERTING;
    progress->was_state = row != NULL ? row->state : progress->state;
    progress->was_done = row != NULL ? row->statements_done : 0;
    if (row != NULL && row->state == progress->state) {
        progress->id = row->id;
        progress->done = row->statements_done;
        progress->attempting = row->attempting;
        return true;
    }
    if (step->direction == RAY_DOWN) {
        assert(row != NULL); /* what is not applied is not taken back */
        progress->id = row->id;
        return (step->selected->stand->originals.len == 0 || take_over(progress, err)) &&
               record(progress, 0, false, err);
    }
    if (!ray_runner_record(step->runner, step->arena, step->selected->stand->migration,
                           RAY_ROW_PARTIAL, &data, err))
        return false;
    ray_history_insert_build(step->arena, &step->runner->history, &data, step->runner->condition,
                             &insert);
    if (!ray_conn_query(step->runner->conn, step->arena, insert.sql, RAY_HISTORY_PARAMS,
                        insert.params, &rows, err))
        return false;
    if (rows.nrows == 0)
        return ray_step_lost(step, err);
    progress->id = ray_rows_value(&rows, 0, 0);
    return true;
}

/* How far each db:batch of a Lua script came is of no use any more: the next run begins anew. */
static bool
forget_batches(const struct progress *progress, struct ray_err *err)
{
    const struct ray_step *step = progress->step;

    return step->selected->script.kind != RAY_SCRIPT_LUA ||
           ray_script_forget(step->runner->conn, step->arena,
                             ray_runner_batch_table(step->runner, step->arena),
                             step->selected->name, step->direction == RAY_UP ? "up" : "down", err);
}

/* The row of a migration that has come to its end, with the log line, in one transaction. */
static bool
end_row(struct progress *progress, struct ray_err *err)
{
    struct ray_step *step = progress->step;
    const struct ray_migration *migration = step->selected->stand->migration;
    const char *direction = step->direction == RAY_UP ? "up" : "down";
    struct ray_history_event event = {.event = direction, .name = step->selected->name};
    struct ray_conn *conn = step->runner->conn;
    const char *last;

    if (migration != NULL && !ray_migration_hash(step->arena, migration, &event.hash, err))
        return false;
    event.duration_ms = (ray_clock_us() - step->started_us) / 1000;
    progress->state = RAY_ROW_APPLIED;
    last = step->direction == RAY_DOWN
               ? ray_arena_printf(step->arena, "DELETE FROM %s WHERE id = %s",
                                  ray_history_name(step->arena, &step->runner->place), progress->id)
               : ray_arena_printf(step->arena, "UPDATE %s SET duration_ms = %lld WHERE id = %s",
                                  ray_history_name(step->arena, &step->runner->place),
                                  (long long)event.duration_ms, progress->id);
    return ray_conn_exec(conn, "BEGIN", err) && record(progress, progress->done, false, err) &&
           ray_conn_exec(conn, last, err) && forget_batches(progress, err) &&
           ray_history_log(conn, step->arena, &step->runner->history, &event, err) &&
           ray_conn_exec(conn, "COMMIT", err);
}

/* One statement and its progress in a transaction of their own, as one pipeline. */
static bool
run_wrapped(struct progress *progress, const struct ray_statement *statement, struct ray_err *err)
{
    struct ray_conn *conn = progress->step->runner->conn;
    struct ray_rows rows = {0};
    size_t before = 1;
    bool ok;

    if (!ray_pipe_begin(conn, err))
        return false;
    ok = ray_pipe_send(conn, "BEGIN", 0, NULL, err) &&
         ray_step_send_settings(progress->step, &before, err);
    for (size_t i = 0; ok && i < before; i++)
        ok = ray_pipe_next(conn, NULL, NULL, err);
    ok = ok && ray_pipe_send(conn, statement->text, 0, NULL, err) &&
         ray_pipe_send(conn, progress_sql(progress, statement->number, false), 0, NULL, err) &&
         ray_pipe_next(conn, NULL, NULL, err) &&
         ray_pipe_next(conn, progress->step->arena, &rows, err);
    if (!ok) {
        struct ray_err ignored;

        ray_err_init(&ignored, progress->step->arena);
        ray_conn_shield(conn, true);
        if (!ray_pipe_end(conn, &ignored) || !ray_conn_exec(conn, "ROLLBACK", &ignored))
            ray_err_clear(&ignored);
        ray_conn_shield(conn, false);
        return false;
    }
    if (!ray_pipe_end(conn, err))
        return false;
    if (rows.nrows == 0)
        return ray_conn_exec(conn, "ROLLBACK", err) && ray_step_lost(progress->step, err);
    if (!ray_conn_exec(conn, "COMMIT", err))
        return false;
    note_recorded(progress, statement->number);
    return true;
}

static bool
run_alone(struct progress *progress, const struct ray_statement *statement, struct ray_err *err)
{
    struct ray_conn *conn = progress->step->runner->conn;
    bool attempted = progress->attempting && statement->number == progress->done + 1;
    bool skipped = false;
    bool ok;

    if (!record(progress, statement->number - 1, true, err) ||
        !ray_step_alone(progress->step, statement, attempted, &skipped, err))
        return false;
    /* It is done: an interruption that comes now must not keep that from being written down. */
    ray_conn_shield(conn, true);
    ok = record(progress, statement->number, false, err);
    ray_conn_shield(conn, false);
    return ok;
}

/* A statement inside, or at the edge of, a transaction that the script opened. */
static bool
run_in_block(struct progress *progress, const struct ray_statement *statement,
             enum ray_statement_kind kind, struct ray_err *err)
{
    struct ray_conn *conn = progress->step->runner->conn;
    int was_done = progress->was_done;

    if (kind == RAY_STATEMENT_COMMIT && !record(progress, statement->number, false, err))
        return false;
    if (!ray_conn_exec(conn, statement->text, err)) {
        progress->was_done = was_done; /* rolled back with the rest */
        return false;
    }
    progress->own_block = ray_conn_tx(conn) != RAY_TX_IDLE;
    if (kind == RAY_STATEMENT_COMMIT)
        progress->done = statement->number; /* also where AND CHAIN has opened the next one */
    if (kind == RAY_STATEMENT_ROLLBACK)
        return record(progress, statement->number, false, err);
    return true;
}

static bool
run_one(struct progress *progress, const struct ray_statement *statement, struct ray_err *err)
{
    enum ray_statement_kind kind = ray_statement_classify(statement->text);

    if (!ray_step_admits(progress->step, statement, kind, err))
        return false;
    if (progress->own_block || kind == RAY_STATEMENT_BEGIN)
        return run_in_block(progress, statement, kind, err);
    if (kind == RAY_STATEMENT_ALONE)
        return run_alone(progress, statement, err);
    return run_wrapped(progress, statement, err);
}

/* Runs one statement, again where its error goes away by itself and nothing else hangs on it. */
static bool
run_with_retries(struct progress *progress, const struct ray_statement *statement,
                 struct ray_err *err)
{
    char summary[RAY_SUMMARY_SIZE];
    struct ray_event event = {.kind = RAY_EVENT_STATEMENT,
                              .statement = statement->number,
                              .text = summary,
                              .sql = statement->text};
    int64_t start = ray_clock_us();

    ray_statement_summary(statement->text, summary, sizeof(summary));
    ray_step_event(progress->step, &event);
    if (!ray_step_may_go_on(progress->step, err))
        return false;
    for (int attempt = 1; !run_one(progress, statement, err); attempt++) {
        bool in_block = progress->own_block;

        abandon_block(progress);
        if (in_block || !ray_step_retry(progress->step, attempt, err)) {
            if (err->line == 0)
                ray_step_locate(progress->step, statement, err);
            return false;
        }
        ray_err_clear(err);
    }
    if (!progress->own_block)
        progress->done = statement->number;
    event.kind = RAY_EVENT_STATEMENT_DONE;
    event.us = ray_clock_us() - start;
    ray_step_event(progress->step, &event);
    return true;
}

/* A statement that an earlier run finished is passed over, but for the session's settings. */
static bool
pass_over(struct progress *progress, const struct ray_statement *statement, struct ray_err *err)
{
    if (ray_statement_classify(statement->text) == RAY_STATEMENT_SET)
        return ray_conn_exec(progress->step->runner->conn, statement->text, err);
    return true;
}

static bool
run_script(struct progress *progress, struct ray_splitter *splitter, struct ray_err *err)
{
    struct ray_statement statement;
    int passed = progress->done;
    bool end = false;

    for (;;) {
        if (!ray_splitter_next(splitter, &statement, &end, err))
            return false;
        if (end)
            break;
        if (statement.number <= passed ? !pass_over(progress, &statement, err)
                                       : !run_with_retries(progress, &statement, err))
            return false;
    }
    if (progress->own_block) {
        abandon_block(progress);
        (void)ray_err_set(err, RAY_FAILED, "the script opens a transaction and never commits it");
        return ray_err_at(err, progress->step->selected->script.source.path, 0, 0);
    }
    return true;
}

/* A statement that an earlier run began, and that we gave up waiting behind: the session of that run may be
 * at it still, and may yet finish it. Any other error means that it has ended, for its lock was free. */
static bool
is_in_the_air(const struct progress *progress, const struct ray_err *err)
{
    const struct ray_history_row *row = progress->step->selected->stand->row;

    return progress->attempting && row != NULL && progress->done == row->statements_done &&
           (err->code == RAY_INTERRUPTED || err->code == RAY_UNAVAILABLE ||
            strcmp(err->sqlstate, "57014") == 0);
}

/* After a failure that the server told us of, nothing else is left in the air; and where nothing was done at
 * all, the row is as it was before: no row, or applied. */
static void
settle_row(struct progress *progress, const struct ray_err *err)
{
    struct ray_step *step = progress->step;
    struct ray_conn *conn = step->runner->conn;
    struct ray_err ignored;
    bool ok;

    if (progress->id == NULL || ray_conn_tx(conn) != RAY_TX_IDLE || is_in_the_air(progress, err))
        return;
    ray_err_init(&ignored, step->arena);
    ray_conn_shield(conn, true);
    if (progress->done == 0 && step->direction == RAY_DOWN)
        progress->state = RAY_ROW_APPLIED;
    if (progress->done == 0 && step->direction == RAY_UP)
        ok = change_row(progress,
                        ray_arena_printf(step->arena, "DELETE FROM %s WHERE id = %s AND %s",
                                         ray_history_name(step->arena, &step->runner->place),
                                         progress->id, ours_sql(progress)),
                        &ignored);
    else
        ok = record(progress, progress->done, false, &ignored);
    if (!ok)
        ray_step_warn(step, "the progress could not be recorded: %s", ignored.message);
    else if (progress->done == 0)
        step->untouched = true;
    ray_conn_shield(conn, false);
}

/* A Lua script has no statements to resume at: it runs again from its beginning, and db:batch goes on. */
static bool
run_lua(struct progress *progress, struct ray_err *err)
{
    bool resumed = progress->step->selected->stand->row != NULL &&
                   progress->step->selected->stand->row->state == progress->state;

    if (!resumed && !forget_batches(progress, err))
        return false;
    if (ray_step_script(progress->step, err))
        return end_row(progress, err);
    progress->step->untouched = progress->step->untouched && !resumed;
    if (progress->step->untouched)
        settle_row(progress, err);
    return false;
}

/* The session as such a migration finds it. There is no lock_timeout but one that it asks for: what runs
 * alone, as CREATE INDEX CONCURRENTLY, waits for others by design and queues nobody behind it. */
static bool
begin_session(struct ray_step *step, struct ray_err *err)
{
    struct ray_runner *runner = step->runner;
    const struct ray_script_options *options = &step->options;
    struct ray_buf sql;

    ray_buf_init(&sql, step->arena);
    if (runner->used)
        ray_buf_add(&sql, "RESET ALL;");
    if (runner->ends_idle_sessions)
        ray_buf_addf(&sql, "%s;", RAY_KEEP_SESSION_SQL);
    if (runner->check_interval)
        ray_buf_add(&sql, "SET client_connection_check_interval = '1s';");
    if (options->statement_timeout != NULL)
        ray_buf_addf(&sql, "SET statement_timeout = %s;",
                     ray_quote_literal(step->arena, options->statement_timeout));
    if (options->lock_timeout != NULL)
        ray_buf_addf(&sql, "SET lock_timeout = %s",
                     ray_quote_literal(step->arena, options->lock_timeout));
    else
        ray_buf_add(&sql, "SELECT pg_catalog.set_config('lock_timeout', '0', false)"
                          " WHERE pg_catalog.current_setting('lock_timeout') <> '0'");
    runner->used = true;
    return ray_conn_exec(runner->conn, sql.data, err);
}

bool
ray_step_statements(struct ray_step *step, struct ray_err *err)
{
    struct progress progress = {.step = step};
    struct ray_splitter *splitter;
    bool ok;

    if (!begin_session(step, err) || !begin_row(&progress, err))
        return false;
    if (step->selected->script.kind == RAY_SCRIPT_LUA)
        return run_lua(&progress, err);
    if (!ray_splitter_open(step->arena, &step->selected->script.source, &splitter, err))
        return false;
    ok = run_script(&progress, splitter, err);
    ray_splitter_close(splitter);
    if (!ok)
        settle_row(&progress, err);
    return ok && end_row(&progress, err);
}
