/* What a migration leaves behind: its history row on the way up, its removal on the way down, the log. */
#include "run/runner.h"

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

    if (!ray_history_record_read(step->arena, step->selected->stand->migration, RAY_ROW_APPLIED,
                                 &record, err))
        return false;
    /* A repeatable migration that runs again replaces its row. */
    if (row != NULL) {
        (*before)++;
        if (!ray_pipe_send(step->runner->conn,
                           ray_history_delete_sql(step->arena, history, row, NULL), 0, NULL, err))
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

bool
ray_step_send_record(struct ray_step *step, size_t *before, struct ray_err *err)
{
    const struct ray_history *history = &step->runner->history;
    const struct ray_history_row *row = step->selected->stand->row;

    if (step->direction == RAY_UP)
        return send_insert(step, before, err);
    return ray_pipe_send(step->runner->conn,
                         ray_history_delete_sql(step->arena, history, row, step->runner->condition),
                         0, NULL, err) &&
           send_log(step, row->hash, err);
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
