/* Writing the history table and its log: the statements that travel in a migration's own transaction. */
#include "history/table.h"

#include "base/buf.h"
#include "base/hash.h"
#include "pg/quote.h"

#include <string.h>

/* A duration that the client does not know yet is the age of the transaction: the statement travels in
 * the same pipeline as the migration's own. */
#define ELAPSED(parameter)            \
    "COALESCE(" parameter "::bigint," \
    " (extract(epoch FROM clock_timestamp() - transaction_timestamp()) * 1000)::bigint)"

static const char *
text_of(struct ray_arena *arena, int64_t number)
{
    return number < 0 ? NULL : ray_arena_printf(arena, "%lld", (long long)number);
}

/* What tells a row of this migration, by parameters $1 hash, $2 when, $3 name. */
static const char *
same_row(const struct ray_history *history)
{
    return history->has_name ? "h.name = $3" : "h.created_at = $2::bigint AND $3::text IS NOT NULL";
}

void
ray_history_insert_build(struct ray_arena *arena, const struct ray_history *history,
                         const struct ray_history_record *record, const char *condition,
                         struct ray_history_insert *out)
{
    const char *table = ray_history_name(arena, &history->place);

    out->sql = ray_arena_printf(
        arena,
        "INSERT INTO %s (hash, created_at, %sduration_ms, applied_by, raymig_version, state,"
        " statements_done, attempting, tokens, down_file, down_script, down_hash)"
        " SELECT $1, $2::bigint, %s" ELAPSED(
            "$4") ", session_user, $5, $6, $7::integer, false, $8, $9, $10,"
                  " $11 WHERE NOT EXISTS (SELECT FROM %s h WHERE %s) AND %s RETURNING id",
        table, history->has_name ? "name, " : "", history->has_name ? "$3, " : "", table,
        same_row(history), condition == NULL ? "true" : condition);
    out->params[0] = record->hash;
    out->params[1] = ray_arena_printf(arena, "%lld", (long long)record->migration->when);
    out->params[2] = record->migration->tag;
    out->params[3] = text_of(arena, record->duration_ms);
    out->params[4] = RAY_VERSION;
    out->params[5] = ray_row_state_name(record->state);
    out->params[6] = record->state == RAY_ROW_APPLIED ? NULL : "0";
    out->params[7] = record->tokens;
    out->params[8] = record->down_file;
    out->params[9] = record->down_script;
    out->params[10] = record->down_hash;
}

const char *
ray_history_delete_sql(struct ray_arena *arena, const struct ray_history *history,
                       const struct ray_history_row *const *rows, size_t count,
                       const char *condition)
{
    struct ray_buf sql;

    ray_buf_init(&sql, arena);
    ray_buf_addf(&sql, "DELETE FROM %s WHERE (", ray_history_name(arena, &history->place));
    for (size_t i = 0; i < count; i++) {
        ray_buf_add(&sql, i == 0 ? "" : " OR ");
        if (rows[i]->name != NULL) {
            ray_buf_addf(&sql, "id = %s", rows[i]->id);
        } else {
            /* Drizzle may have written the row twice; it comes back only when all are gone. */
            ray_buf_addf(&sql, "COALESCE(created_at, -1) = %lld AND COALESCE(hash, '') = ",
                         (long long)rows[i]->when);
            ray_buf_literal(&sql, rows[i]->hash);
        }
    }
    ray_buf_addf(&sql, ") AND %s RETURNING id", condition == NULL ? "true" : condition);
    return sql.data;
}

const char *
ray_history_progress_sql(struct ray_arena *arena, const struct ray_history *history, const char *id,
                         enum ray_row_state state, int done, bool attempting)
{
    return ray_arena_printf(arena,
                            "UPDATE %s SET state = '%s', statements_done = %d, attempting = %s"
                            " WHERE id = %s",
                            ray_history_name(arena, &history->place), ray_row_state_name(state),
                            done, attempting ? "true" : "false", id);
}

void
ray_history_log_build(struct ray_arena *arena, const struct ray_history *history,
                      const struct ray_history_event *event, const char **sql,
                      const char *params[RAY_LOG_PARAMS])
{
    *sql =
        ray_arena_printf(arena,
                         "INSERT INTO %s (event, name, hash, raymig_version, duration_ms, detail)"
                         " VALUES ($1, $2, $3, $4, " ELAPSED("$5") ", $6::jsonb)",
                         ray_history_log_name(arena, &history->place));
    params[0] = event->event;
    params[1] = event->name;
    params[2] = event->hash;
    params[3] = RAY_VERSION;
    params[4] = text_of(arena, event->duration_ms);
    params[5] = event->detail == NULL ? NULL : ray_json_text(arena, event->detail);
}

bool
ray_history_log(struct ray_conn *conn, struct ray_arena *arena, const struct ray_history *history,
                const struct ray_history_event *event, struct ray_err *err)
{
    const char *params[RAY_LOG_PARAMS];
    const char *sql;

    ray_history_log_build(arena, history, event, &sql, params);
    return ray_conn_query(conn, arena, sql, RAY_LOG_PARAMS, params, NULL, err);
}

void
ray_history_accept_build(struct ray_arena *arena, const struct ray_history *history,
                         const struct ray_history_record *record, const char *id, const char **sql,
                         const char *params[RAY_ACCEPT_PARAMS])
{
    *sql =
        ray_arena_printf(arena,
                         "UPDATE %s SET hash = $1, tokens = $2, down_file = $3, down_script = $4,"
                         " down_hash = $5 WHERE id = $6::integer",
                         ray_history_name(arena, &history->place));
    params[0] = record->hash;
    params[1] = record->tokens;
    params[2] = record->down_file;
    params[3] = record->down_script;
    params[4] = record->down_hash;
    params[5] = id;
}

/* The down that travels into the history: the whole text of its script, or of the Lua file. */
static bool
read_down(struct ray_arena *arena, const struct ray_migration *migration,
          struct ray_history_record *out, struct ray_err *err)
{
    struct ray_text text;
    char *hex;

    if (migration->down.kind == RAY_SCRIPT_NONE)
        return true;
    if (!ray_script_text(arena, &migration->down, &text, err))
        return false;
    hex = ray_arena_alloc(arena, RAY_HASH_HEX);
    ray_hash_bytes(text.data, text.len, hex);
    out->down_file = ray_path_name(migration->down.source.path);
    out->down_script = text.data;
    out->down_hash = hex;
    return true;
}

bool
ray_history_record_read(struct ray_arena *arena, const struct ray_migration *migration,
                        enum ray_row_state state, struct ray_history_record *out,
                        struct ray_err *err)
{
    memset(out, 0, sizeof(*out));
    out->migration = migration;
    out->state = state;
    out->duration_ms = -1;
    return ray_migration_hash(arena, migration, &out->hash, err) &&
           ray_script_tokens(arena, &migration->up, &out->tokens, err) &&
           read_down(arena, migration, out, err);
}
