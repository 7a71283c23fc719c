/*
 * Reading and preparing the history table: see table.h. The first query asks for every column; only
 * where that fails is the table's shape looked up, so that the ordinary case is one round trip.
 */
#include "history/table.h"

#include "base/buf.h"
#include "pg/quote.h"

#include <stdlib.h>
#include <string.h>

/* Every column, in the order in which rows are read; `own` ones are raymig's and added where missing. */
static const struct column {
    const char *name;
    const char *type;
    const char *read; /* how it is selected */
    bool own;
} columns[] = {
    {"id", "serial PRIMARY KEY", "id", false},
    {"hash", "text NOT NULL", "hash", false},
    {"created_at", "bigint", "created_at", false},
    {"name", "text UNIQUE", "name", false},
    {"applied_at", "timestamptz DEFAULT now()", "applied_at", false},
    {"duration_ms", "bigint", "duration_ms", true},
    {"applied_by", "text", "applied_by", true},
    {"raymig_version", "text", "raymig_version", true},
    {"state", "text", "state", true},
    {"statements_done", "integer", "statements_done", true},
    {"attempting", "boolean", "attempting", true},
    {"tokens", "text", "tokens", true},
    {"down_file", "text", "down_file", true},
    {"down_script", "text", NULL, true},
    {"down_hash", "text", "down_hash", true},
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), ID = 0, HASH, WHEN, NAME };

static const char *const state_names[] = {"applied", "partial", "reverting"};

const char *
ray_row_state_name(enum ray_row_state state)
{
    return state_names[state];
}

static enum ray_row_state
state_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof(state_names) / sizeof(state_names[0]); i++)
        if (strcmp(name, state_names[i]) == 0)
            return (enum ray_row_state)i;
    return RAY_ROW_APPLIED;
}

char *
ray_history_name(struct ray_arena *arena, const struct ray_history_place *place)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_qualified(&buf, place->schema, place->table);
    return buf.data;
}

char *
ray_history_log_name(struct ray_arena *arena, const struct ray_history_place *place)
{
    struct ray_history_place log = {place->schema, ray_arena_printf(arena, "%s_log", place->table)};

    return ray_history_name(arena, &log);
}

/* SELECT of every column; those not in `have` (NULL: all are there) as NULL. */
static char *
select_sql(struct ray_arena *arena, const struct ray_history_place *place, const bool *have)
{
    struct ray_buf buf;
    bool first = true;

    ray_buf_init(&buf, arena);
    ray_buf_add(&buf, "SELECT ");
    for (size_t i = 0; i < COLUMNS; i++) {
        if (columns[i].read == NULL)
            continue;
        ray_buf_addf(&buf, "%s%s", first ? "" : ", ",
                     have == NULL || have[i] ? columns[i].read : "NULL");
        ray_buf_addf(&buf, " AS %s", columns[i].name);
        first = false;
    }
    ray_buf_addf(&buf, " FROM %s ORDER BY %s", ray_history_name(arena, place),
                 have == NULL || have[ID] ? "id" : "created_at");
    return buf.data;
}

static int64_t
number(const char *text, int64_t otherwise)
{
    return text == NULL ? otherwise : strtoll(text, NULL, 10);
}

static void
take_rows(struct ray_arena *arena, const struct ray_rows *rows, struct ray_history *out)
{
    for (size_t r = 0; r < rows->nrows; r++) {
        struct ray_history_row *row = ray_vec_add(arena, &out->rows);
        const char *attempting = ray_rows_get(rows, r, "attempting");

        row->id = ray_rows_get(rows, r, "id");
        row->hash = ray_rows_get(rows, r, "hash");
        row->when = number(ray_rows_get(rows, r, "created_at"), -1);
        row->name = ray_rows_get(rows, r, "name");
        row->applied_at = ray_rows_get(rows, r, "applied_at");
        row->applied_by = ray_rows_get(rows, r, "applied_by");
        row->duration_ms = number(ray_rows_get(rows, r, "duration_ms"), -1);
        row->state = state_of(ray_rows_get(rows, r, "state"));
        row->statements_done = (int)number(ray_rows_get(rows, r, "statements_done"), 0);
        row->attempting = attempting != NULL && attempting[0] == 't';
        row->tokens = ray_rows_get(rows, r, "tokens");
        row->down_file = ray_rows_get(rows, r, "down_file");
        row->down_hash = ray_rows_get(rows, r, "down_hash");
        if (row->when > out->newest)
            out->newest = row->when;
    }
}

static const char shape_sql[] =
    "SELECT a.attname FROM pg_catalog.pg_attribute a"
    " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped";

/* Which of our columns the table has. */
static bool
read_shape(struct ray_conn *conn, struct ray_arena *arena, const struct ray_history_place *place,
           bool have[COLUMNS], struct ray_err *err)
{
    const char *params[] = {place->schema, place->table};
    struct ray_rows rows;

    if (!ray_conn_query(conn, arena, shape_sql, 2, params, &rows, err))
        return false;
    memset(have, 0, COLUMNS * sizeof(have[0]));
    for (size_t r = 0; r < rows.nrows; r++)
        for (size_t i = 0; i < COLUMNS; i++)
            if (strcmp(ray_rows_value(&rows, r, 0), columns[i].name) == 0)
                have[i] = true;
    return true;
}

static bool
load_other_shape(struct ray_conn *conn, struct ray_arena *arena, struct ray_history *out,
                 struct ray_err *err)
{
    struct ray_rows rows;
    bool have[COLUMNS];

    ray_err_clear(err);
    if (!read_shape(conn, arena, &out->place, have, err))
        return false;
    if (!have[HASH] || !have[WHEN]) {
        (void)ray_err_set(err, RAY_USAGE,
                          "table %s is not a history of migrations: it has no column \"%s\"",
                          ray_history_name(err->arena, &out->place),
                          have[HASH] ? "created_at" : "hash");
        return ray_err_hint(err, "Name another table in the config's migrations.table, or bring "
                                 "another tool's history over with raymig import.");
    }
    if (!ray_conn_query(conn, arena, select_sql(arena, &out->place, have), 0, NULL, &rows, err))
        return false;
    out->exists = true;
    out->has_name = have[NAME];
    out->complete = true;
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].own && !have[i])
            out->complete = false;
    take_rows(arena, &rows, out);
    return true;
}

bool
ray_history_load(struct ray_conn *conn, struct ray_arena *arena,
                 const struct ray_history_place *place, struct ray_history *out,
                 struct ray_err *err)
{
    struct ray_rows rows;

    memset(out, 0, sizeof(*out));
    out->place = *place;
    out->has_name = true;
    if (ray_conn_query(conn, arena, select_sql(arena, place, NULL), 0, NULL, &rows, err)) {
        out->exists = true;
        out->complete = true;
        take_rows(arena, &rows, out);
        return true;
    }
    if (strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "3F000") == 0) {
        ray_err_clear(err);
        return true;
    }
    if (strcmp(err->sqlstate, "42703") == 0)
        return load_other_shape(conn, arena, out, err);
    return ray_err_prepend(err, "cannot read the history table %s",
                           ray_history_name(err->arena, place));
}

static void
add_create(struct ray_buf *sql, const struct ray_history_place *place, bool named)
{
    ray_buf_addf(sql, "CREATE TABLE %s (", ray_history_name(sql->arena, place));
    for (size_t i = 0; i < COLUMNS; i++)
        if (named || columns[i].own || i < NAME)
            ray_buf_addf(sql, "%s%s %s", i == 0 ? "" : ", ", columns[i].name, columns[i].type);
    ray_buf_add(sql, ");\n");
}

static void
add_missing(struct ray_buf *sql, const struct ray_history_place *place)
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].own)
            ray_buf_addf(sql, "ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s %s;\n",
                         ray_history_name(sql->arena, place), columns[i].name, columns[i].type);
}

static void
add_log(struct ray_buf *sql, const struct ray_history_place *place)
{
    ray_buf_addf(
        sql,
        "CREATE TABLE IF NOT EXISTS %s (id bigserial PRIMARY KEY,"
        " at timestamptz NOT NULL DEFAULT clock_timestamp(), event text NOT NULL, name text,"
        " hash text, who text NOT NULL DEFAULT session_user, raymig_version text,"
        " duration_ms bigint, detail jsonb);\n",
        ray_history_log_name(sql->arena, place));
}

bool
ray_history_prepare(struct ray_conn *conn, struct ray_history *history, struct ray_err *err)
{
    struct ray_arena *arena = err->arena;
    struct ray_rows rows;
    struct ray_buf sql;

    if (history->complete)
        return true;
    if (!ray_conn_query(conn, arena, "SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1", 1,
                        &history->place.schema, &rows, err))
        return false;
    ray_buf_init(&sql, arena);
    ray_buf_add(&sql, "SET LOCAL client_min_messages = warning;\n");
    if (rows.nrows == 0)
        ray_buf_addf(&sql, "CREATE SCHEMA %s;\n", ray_quote_ident(arena, history->place.schema));
    if (history->exists)
        add_missing(&sql, &history->place);
    else
        add_create(&sql, &history->place, history->has_name);
    add_log(&sql, &history->place);
    ray_buf_add(&sql, "RESET client_min_messages");
    if (!ray_conn_exec(conn, sql.data, err)) {
        (void)ray_err_prepend(err, "cannot create the history table %s",
                              ray_history_name(arena, &history->place));
        err->statement = NULL;
        err->position = 0;
        if (strcmp(err->sqlstate, "42501") == 0)
            (void)ray_err_hint(err,
                               "Grant CREATE on the schema, or name another one in the config's "
                               "migrations.schema.");
        return false;
    }
    history->exists = true;
    history->complete = true;
    return true;
}

bool
ray_history_stored_down(struct ray_conn *conn, struct ray_arena *arena,
                        const struct ray_history *history, const struct ray_history_row *row,
                        struct ray_text *out, struct ray_err *err)
{
    const char *sql = ray_arena_printf(arena, "SELECT down_script FROM %s WHERE id = $1",
                                       ray_history_name(arena, &history->place));
    struct ray_rows rows;

    memset(out, 0, sizeof(*out));
    if (!history->complete)
        return true;
    if (!ray_conn_query(conn, arena, sql, 1, &row->id, &rows, err))
        return false;
    if (rows.nrows == 1 && ray_rows_value(&rows, 0, 0) != NULL) {
        out->data = ray_arena_strdup(arena, ray_rows_value(&rows, 0, 0));
        out->len = strlen(out->data);
    }
    return true;
}
