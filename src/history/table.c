/*
 * Reading and preparing the history table: see table.h. The first query asks for every column; only
 * where that fails is the table's shape looked up, so that the ordinary case is one round trip.
 */
#include "history/table.h"

#include "base/buf.h"
#include "pg/quote.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    ID,
    HASH,
    WHEN,
    NAME,
    APPLIED_AT,
    DURATION,
    APPLIED_BY,
    VERSION,
    STATE,
    DONE,
    ATTEMPTING,
    TOKENS,
    DOWN_FILE,
    DOWN_SCRIPT,
    DOWN_HASH,
    COLUMNS
};

/* Every column; `own` ones are raymig's and added where missing. */
static const struct column {
    const char *name;
    const char *type;
    char category; /* pg_type.typcategory of it */
    bool read;     /* with the others; else as NULL */
    bool own;
} columns[] = {
    [ID] = {"id", "serial PRIMARY KEY", 'N', true, false},
    [HASH] = {"hash", "text NOT NULL", 'S', true, false},
    [WHEN] = {"created_at", "bigint", 'N', true, false},
    [NAME] = {"name", "text UNIQUE", 'S', true, false},
    [APPLIED_AT] = {"applied_at", "timestamptz DEFAULT now()", 'D', true, false},
    [DURATION] = {"duration_ms", "bigint", 'N', true, true},
    [APPLIED_BY] = {"applied_by", "text", 'S', true, true},
    [VERSION] = {"raymig_version", "text", 'S', false, true},
    [STATE] = {"state", "text", 'S', true, true},
    [DONE] = {"statements_done", "integer", 'N', true, true},
    [ATTEMPTING] = {"attempting", "boolean", 'B', true, true},
    [TOKENS] = {"tokens", "text", 'S', true, true},
    [DOWN_FILE] = {"down_file", "text", 'S', true, true},
    [DOWN_SCRIPT] = {"down_script", "text", 'S', false, true},
    [DOWN_HASH] = {"down_hash", "text", 'S', true, true},
};
static_assert(sizeof(columns) / sizeof(columns[0]) == COLUMNS, "a row for every column");

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

enum { LONGEST_NAME = 63 }; /* bytes of an identifier; the server cuts off the rest */

static bool
check_name(const char *key, const char *name, size_t longest, struct ray_err *err)
{
    if (name[0] == '\0')
        return ray_err_set(err, RAY_USAGE, "migrations.%s is empty", key);
    if (strlen(name) > longest)
        return ray_err_set(err, RAY_USAGE, "migrations.%s \"%s\" is longer than %zu bytes", key,
                           name, longest);
    return true;
}

bool
ray_history_place_check(const struct ray_history_place *place, struct ray_err *err)
{
    return check_name("schema", place->schema, LONGEST_NAME, err) &&
           check_name("table", place->table, LONGEST_NAME - (sizeof("_batch") - 1), err);
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
ray_history_lock_name(struct ray_arena *arena, const struct ray_history_place *place)
{
    return ray_arena_printf(arena, "raymig %s", ray_history_name(arena, place));
}

char *
ray_history_log_name(struct ray_arena *arena, const struct ray_history_place *place)
{
    struct ray_history_place log = {place->schema, ray_arena_printf(arena, "%s_log", place->table)};

    return ray_history_name(arena, &log);
}

/* SELECT of all columns in the order of the table above; those not in `have` (NULL: all are there) as
 * NULL. Not ordered by id where there is one: the rows come in that order but for the odd one that was
 * updated, and to plan an order costs the server more than to look through them costs us. Where the table
 * does not say when, `times_from_log`. */
static char *
select_sql(struct ray_arena *arena, const struct ray_history_place *place, const bool *have,
           bool times_from_log)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_add(&buf, "SELECT ");
    for (size_t i = 0; i < COLUMNS; i++) {
        ray_buf_add(&buf, i == 0 ? "" : ", ");
        if (columns[i].read && (have == NULL || have[i]))
            ray_buf_addf(&buf, "%s%s", times_from_log ? "h." : "", columns[i].name);
        else
            ray_buf_add(&buf, i == APPLIED_AT && times_from_log ? "l.at" : "NULL");
    }
    ray_buf_addf(&buf, " FROM %s h", ray_history_name(arena, place));
    if (times_from_log)
        ray_buf_addf(&buf,
                     " LEFT JOIN (SELECT hash, max(at) AS at FROM %s"
                     " WHERE event IN ('up', 'baselined') GROUP BY hash) l ON l.hash = h.hash",
                     ray_history_log_name(arena, place));
    return buf.data;
}

static int64_t
number(const char *text, int64_t otherwise)
{
    return text == NULL ? otherwise : strtoll(text, NULL, 10);
}

static int
compare_ids(const void *a, const void *b)
{
    int64_t left = number(((const struct ray_history_row *)a)->id, 0);
    int64_t right = number(((const struct ray_history_row *)b)->id, 0);

    return left < right ? -1 : left > right;
}

static void
take_rows(struct ray_arena *arena, const struct ray_rows *rows, struct ray_history *out)
{
    bool ordered = true;
    int64_t before = 0;

    for (size_t r = 0; r < rows->nrows; r++) {
        struct ray_history_row *row = ray_vec_add(arena, &out->rows);
        const char *attempting = ray_rows_value(rows, r, ATTEMPTING);
        int64_t id;

        row->id = ray_rows_value(rows, r, ID);
        row->hash = ray_rows_value(rows, r, HASH);
        if (row->hash == NULL)
            row->hash = "";
        row->when = number(ray_rows_value(rows, r, WHEN), -1);
        row->name = ray_rows_value(rows, r, NAME);
        row->applied_at = ray_rows_value(rows, r, APPLIED_AT);
        row->applied_by = ray_rows_value(rows, r, APPLIED_BY);
        row->duration_ms = number(ray_rows_value(rows, r, DURATION), -1);
        row->state = state_of(ray_rows_value(rows, r, STATE));
        row->statements_done = (int)number(ray_rows_value(rows, r, DONE), 0);
        row->attempting = attempting != NULL && attempting[0] == 't';
        row->tokens = ray_rows_value(rows, r, TOKENS);
        row->down_file = ray_rows_value(rows, r, DOWN_FILE);
        row->down_hash = ray_rows_value(rows, r, DOWN_HASH);
        if (row->when > out->newest)
            out->newest = row->when;
        id = number(row->id, before);
        ordered = ordered && id >= before;
        before = id;
    }
    if (!ordered)
        qsort(out->rows.items, out->rows.len, sizeof(*out->rows.items), compare_ids);
}

static const char shape_sql[] =
    "SELECT a.attname, t.typcategory, pg_catalog.format_type(a.atttypid, a.atttypmod),"
    " c.relkind IN ('r', 'p'), pg_catalog.to_regclass($3) IS NOT NULL FROM pg_catalog.pg_attribute a"
    " JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
    " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped";
enum { SHAPE_NAME, SHAPE_CATEGORY, SHAPE_TYPE, SHAPE_IS_TABLE, SHAPE_HAS_LOG };

static bool
not_a_history(const struct ray_history_place *place, const char *why, struct ray_err *err)
{
    (void)ray_err_set(err, RAY_USAGE, "%s is not a history of migrations: %s",
                      ray_history_name(err->arena, place), why);
    return ray_err_hint(err, "Name another table in the config's migrations.table, or bring "
                             "another tool's history over with raymig import.");
}

/* One column of the table: ours, with a type that can hold what we put there, or none of our business. */
static bool
take_column(const struct ray_history_place *place, const struct ray_rows *rows, size_t r,
            bool have[COLUMNS], struct ray_err *err)
{
    const char *name = ray_rows_value(rows, r, SHAPE_NAME);

    for (size_t i = 0; i < COLUMNS; i++) {
        if (strcmp(name, columns[i].name) != 0)
            continue;
        if (ray_rows_value(rows, r, SHAPE_CATEGORY)[0] != columns[i].category)
            return not_a_history(place,
                                 ray_arena_printf(err->arena, "its column \"%s\" is %s, not %s",
                                                  name, ray_rows_value(rows, r, SHAPE_TYPE),
                                                  columns[i].type),
                                 err);
        have[i] = true;
    }
    return true;
}

/* Which of our columns the table has. RAY_USAGE where it is no table, or not one of migrations. */
static bool
read_shape(struct ray_conn *conn, struct ray_arena *arena, const struct ray_history_place *place,
           bool have[COLUMNS], bool *has_log, struct ray_err *err)
{
    const char *params[] = {place->schema, place->table, ray_history_log_name(arena, place)};
    struct ray_rows rows;

    if (!ray_conn_query(conn, arena, shape_sql, 3, params, &rows, err))
        return false;
    memset(have, 0, COLUMNS * sizeof(have[0]));
    *has_log = rows.nrows > 0 && ray_rows_value(&rows, 0, SHAPE_HAS_LOG)[0] == 't';
    if (rows.nrows > 0 && ray_rows_value(&rows, 0, SHAPE_IS_TABLE)[0] != 't')
        return not_a_history(place, "it is no table", err);
    for (size_t r = 0; r < rows.nrows; r++)
        if (!take_column(place, &rows, r, have, err))
            return false;
    for (size_t i = ID; i <= WHEN; i++)
        if (!have[i])
            return not_a_history(place,
                                 ray_arena_printf(err->arena, "it has no column \"%s\"",
                                                  columns[i].name),
                                 err);
    return true;
}

static bool
load_other_shape(struct ray_conn *conn, struct ray_arena *arena, struct ray_history *out,
                 struct ray_err *err)
{
    struct ray_rows rows;
    bool have[COLUMNS];
    bool has_log;

    ray_err_clear(err);
    if (!read_shape(conn, arena, &out->place, have, &has_log, err))
        return false;
    if (!ray_conn_query(conn, arena,
                        select_sql(arena, &out->place, have, has_log && !have[APPLIED_AT]), 0, NULL,
                        &rows, err))
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
    if (ray_conn_query(conn, arena, select_sql(arena, place, NULL, false), 0, NULL, &rows, err)) {
        out->exists = true;
        out->complete = true;
        take_rows(arena, &rows, out);
        return true;
    }
    if (strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "3F000") == 0) {
        ray_err_clear(err);
        return true;
    }
    if (strcmp(err->sqlstate, "42703") == 0 || strcmp(err->sqlstate, "42809") == 0)
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
