/* Edits of the history: see edit.h. */
#include "run/edit.h"

#include "pg/quote.h"
#include "run/runner.h"

#include <string.h>

static const char *const log_names[] = {"baselined", "repaired", "forgotten", "imported"};

/* An imported row says what the other tool knew, and no more: not who it was, nor how long it took. */
static bool
set_origin(struct ray_runner *runner, struct ray_arena *arena, const struct ray_edit *edit,
           const char *id, struct ray_err *err)
{
    struct ray_buf sql;

    ray_buf_init(&sql, arena);
    ray_buf_addf(&sql, "UPDATE %s SET duration_ms = NULL, applied_by = NULL",
                 ray_history_name(arena, &runner->place));
    if (runner->history.has_name)
        ray_buf_addf(&sql, ", applied_at = %s",
                     edit->applied_at == NULL ? "NULL"
                                              : ray_quote_literal(arena, edit->applied_at));
    ray_buf_addf(&sql, " WHERE id = %s", id);
    return ray_conn_exec(runner->conn, sql.data, err);
}

static bool
insert_row(struct ray_runner *runner, struct ray_arena *arena, const struct ray_edit *edit,
           const char **hash, struct ray_err *err)
{
    struct ray_history_record record;
    struct ray_history_insert insert;
    struct ray_rows rows;

    if (!ray_runner_record(runner, arena, edit->stand->migration, RAY_ROW_APPLIED, &record, err))
        return false;
    record.duration_ms = 0;
    *hash = record.hash;
    ray_history_insert_build(arena, &runner->history, &record, runner->condition, &insert);
    if (!ray_conn_query(runner->conn, arena, insert.sql, RAY_HISTORY_PARAMS, insert.params, &rows,
                        err))
        return false;
    if (rows.nrows == 0)
        return ray_err_set(err, RAY_UNAVAILABLE, "the lock was lost");
    return edit->kind != RAY_EDIT_IMPORT ||
           set_origin(runner, arena, edit, ray_rows_value(&rows, 0, 0), err);
}

static bool
delete_rows(struct ray_runner *runner, struct ray_arena *arena, const struct ray_stand *stand,
            struct ray_err *err)
{
    size_t count;
    const struct ray_history_row *const *rows = ray_stand_rows(arena, stand, &count);

    return ray_conn_exec(runner->conn,
                         ray_history_delete_sql(arena, &runner->history, rows, count, NULL), err);
}

/* A squashed migration that the originals' rows stand for gets a row of its own instead. */
static bool
accept_row(struct ray_runner *runner, struct ray_arena *arena, const struct ray_edit *edit,
           const char **hash, struct ray_err *err)
{
    struct ray_history_record record;
    const char *params[RAY_ACCEPT_PARAMS];
    const char *sql;

    if (edit->stand->by_originals)
        return delete_rows(runner, arena, edit->stand, err) &&
               insert_row(runner, arena, edit, hash, err);
    if (!ray_runner_record(runner, arena, edit->stand->migration, RAY_ROW_APPLIED, &record, err))
        return false;
    *hash = record.hash;
    ray_history_accept_build(arena, &runner->history, &record, edit->stand->row->id, &sql, params);
    return ray_conn_query(runner->conn, arena, sql, RAY_ACCEPT_PARAMS, params, NULL, err);
}

static bool
edit_one(struct ray_runner *runner, struct ray_arena *arena, const struct ray_edit *edit,
         struct ray_err *err)
{
    struct ray_history_event event = {.event = log_names[edit->kind],
                                      .name = ray_stand_name(arena, edit->stand),
                                      .duration_ms = 0,
                                      .detail = edit->detail};
    bool ok;

    switch (edit->kind) {
    case RAY_EDIT_BASELINE:
    case RAY_EDIT_IMPORT:
        ok = insert_row(runner, arena, edit, &event.hash, err);
        break;
    case RAY_EDIT_ACCEPT:
        ok = accept_row(runner, arena, edit, &event.hash, err);
        break;
    case RAY_EDIT_FORGET:
    default:
        event.hash = edit->stand->row->hash;
        ok = delete_rows(runner, arena, edit->stand, err);
        break;
    }
    return ok && ray_history_log(runner->conn, arena, &runner->history, &event, err);
}

bool
ray_runner_edit(struct ray_runner *runner, const ray_edits *edits, struct ray_err *err)
{
    struct ray_arena *scratch = ray_arena_new();
    struct ray_err ignored;
    bool ok = ray_runner_prepare(runner, err) && ray_conn_exec(runner->conn, "BEGIN", err);

    for (size_t i = 0; ok && i < edits->len; i++) {
        ok = edit_one(runner, scratch, &edits->items[i], err);
        ray_arena_reset(scratch);
    }
    ok = ok && ray_conn_exec(runner->conn, "COMMIT", err);
    ray_err_init(&ignored, runner->arena);
    ray_conn_shield(runner->conn, true);
    if (!ok && ray_conn_tx(runner->conn) == RAY_TX_FAILED &&
        !ray_conn_exec(runner->conn, "ROLLBACK", &ignored))
        ray_err_clear(&ignored);
    ray_conn_shield(runner->conn, false);
    ray_arena_free(scratch);
    return ok;
}
