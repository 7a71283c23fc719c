/*
 * What the old tool says the database has had: see import.h. Each format brings the query of its own table;
 * Drizzle's is read as a history, since that is what it is. A table by another name takes the place of the
 * default's in the query.
 */
#include "history/import.h"

#include "base/buf.h"
#include "base/map.h"
#include "history/state.h"
#include "pg/quote.h"

#include <string.h>

/* "schema.table" or "table" as SQL; the part before the first dot is the schema. */
static const char *
table_name(struct ray_arena *arena, const char *table)
{
    const char *dot = strchr(table, '.');
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    if (dot == NULL)
        ray_buf_ident(&buf, table);
    else
        ray_buf_qualified(&buf, ray_arena_strndup(arena, table, (size_t)(dot - table)), dot + 1);
    return buf.data;
}

bool
ray_import_drizzle_place(struct ray_arena *arena, const struct ray_format *format,
                         const char *table, struct ray_history_place *out)
{
    const char *dot = table == NULL ? NULL : strchr(table, '.');

    if (format->tool_table != NULL || !ray_has_prefix(format->name, "drizzle"))
        return false;
    *out = (struct ray_history_place){"drizzle", "__drizzle_migrations"};
    if (dot != NULL)
        *out = (struct ray_history_place){ray_arena_strndup(arena, table, (size_t)(dot - table)),
                                          dot + 1};
    else if (table != NULL)
        out->table = table;
    return true;
}

/* ---------------------------------------------------------------- Drizzle */

static bool
read_drizzle(struct ray_conn *conn, struct ray_arena *arena, const struct ray_history_place *place,
             bool exact, struct ray_import *import, struct ray_err *err)
{
    struct ray_history history;
    struct ray_state state;
    size_t next = 0;

    import->table = ray_history_name(arena, place);
    if (!ray_history_load(conn, arena, place, &history, err) ||
        !ray_state_build(arena, import->from, NULL, &history, &state, err))
        return false;
    import->table_exists = history.exists;
    for (size_t i = 0; i < state.stands.len; i++) {
        const struct ray_stand *stand = &state.stands.items[i];
        struct ray_import_item *item;

        if (stand->migration == NULL) {
            *ray_vec_add(arena, &import->strays) = (struct ray_import_stray){
                .version = ray_stand_name(arena, stand)};
            continue;
        }
        item = &import->items.items[next++]; /* the folder's order is that of both */
        item->applied = stand->row != NULL;
        item->applied_at = stand->row == NULL ? NULL : stand->row->applied_at;
        if (stand->standing == RAY_PARTIAL)
            item->problem = "it stopped half-way";
        else if (stand->standing == RAY_EDITED && exact)
            item->problem = "its file was edited after it was applied";
    }
    return true;
}

/* ---------------------------------------------------------------- the other tools */

/* The format's query with another table in it. */
static const char *
query_of(struct ray_arena *arena, const struct ray_format *format, const char *table)
{
    const char *at = format->tool_query;
    struct ray_buf buf;

    if (table == NULL)
        return format->tool_query;
    ray_buf_init(&buf, arena);
    for (const char *hit; (hit = strstr(at, format->tool_table)) != NULL;
         at = hit + strlen(format->tool_table)) {
        ray_buf_addn(&buf, at, (size_t)(hit - at));
        ray_buf_add(&buf, table_name(arena, table));
    }
    ray_buf_add(&buf, at);
    return buf.data;
}

static struct ray_import_item *
find_item(struct ray_import *import, const struct ray_map *by_version, const char *version)
{
    struct ray_import_item *found = ray_map_get(by_version, version);

    /* The tools write versions in more than one way: 1.0 is 1, 007 is 7. */
    for (size_t i = 0; found == NULL && i < import->items.len; i++)
        if (!import->items.items[i].old->repeatable &&
            ray_version_compare(import->items.items[i].old->version, version) == 0)
            found = &import->items.items[i];
    return found;
}

static void
mark(struct ray_import_item *item, const char *applied_at, const char *problem)
{
    item->applied = true;
    item->applied_at = applied_at;
    item->problem = problem;
}

/* A row that stands for all versions up to its own. Of Flyway it is a baseline, which need not be there. */
static void
mark_through(struct ray_import *import, const char *version)
{
    for (size_t i = 0; i < import->items.len; i++) {
        struct ray_import_item *item = &import->items.items[i];

        if (!item->applied && !item->old->repeatable &&
            ray_version_compare(item->old->version, version) <= 0)
            item->applied = true;
    }
}

static void
take_rows(struct ray_arena *arena, const struct ray_rows *rows, struct ray_import *import)
{
    struct ray_map by_version;

    ray_map_init(&by_version, arena);
    for (size_t i = 0; i < import->items.len; i++)
        ray_map_put(&by_version, import->items.items[i].old->version, &import->items.items[i]);
    for (size_t r = 0; r < rows->nrows; r++) {
        const char *version = ray_rows_get(rows, r, "version");
        const char *problem = ray_rows_get(rows, r, "problem");
        const char *through = ray_rows_get(rows, r, "through");
        bool is_through = through != NULL && through[0] == 't';
        struct ray_import_item *item = find_item(import, &by_version, version);

        if (item != NULL)
            mark(item, ray_rows_get(rows, r, "applied_at"), problem);
        else if (!is_through || strcmp(import->from->format->name, "flyway") != 0)
            *ray_vec_add(arena, &import->strays) = (struct ray_import_stray){.version = version,
                                                                             .problem = problem};
        if (is_through)
            mark_through(import, version);
    }
}

bool
ray_import_read_applied(struct ray_conn *conn, struct ray_arena *arena, const char *table,
                        bool exact, struct ray_import *import, struct ray_err *err)
{
    const struct ray_format *format = import->from->format;
    struct ray_history_place place;
    struct ray_rows rows;

    import->strays.len = 0;
    for (size_t i = 0; i < import->items.len; i++) {
        import->items.items[i].applied = false;
        import->items.items[i].applied_at = NULL;
        import->items.items[i].problem = NULL;
    }
    if (ray_import_drizzle_place(arena, format, table, &place))
        return read_drizzle(conn, arena, &place, exact, import, err);
    import->table = table == NULL ? format->tool_table : table_name(arena, table);
    import->table_exists = ray_conn_query(conn, arena, query_of(arena, format, table), 0, NULL,
                                          &rows, err);
    if (import->table_exists) {
        take_rows(arena, &rows, import);
        return true;
    }
    if (strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "3F000") == 0) {
        ray_err_clear(err);
        return true;
    }
    return ray_err_prepend(err, "cannot read %s's table %s", format->name, import->table);
}

/* ---------------------------------------------------------------- beside raymig's own history */

bool
ray_import_count_applied(struct ray_conn *conn, struct ray_arena *arena,
                         const struct ray_folder *folder, const struct ray_history_place *own,
                         size_t *count, const char **table, struct ray_err *err)
{
    struct ray_history_place drizzle;
    struct ray_import import;
    struct ray_rows there;

    *count = 0;
    *table = folder->format->tool_table;
    if (ray_import_drizzle_place(arena, folder->format, NULL, &drizzle)) {
        if (strcmp(own->schema, drizzle.schema) == 0 && strcmp(own->table, drizzle.table) == 0)
            return true;
        *table = ray_history_name(arena, &drizzle);
    }
    if (*table == NULL || folder->migrations.len == 0)
        return true;
    if (!ray_conn_query(conn, arena, "SELECT to_regclass($1) AS there", 1, table, &there, err))
        return false;
    if (ray_rows_get(&there, 0, "there") == NULL)
        return true;
    if (!ray_import_plan(arena, folder, &import, err) ||
        !ray_import_read_applied(conn, arena, NULL, false, &import, err))
        return false;
    for (size_t i = 0; i < import.items.len; i++)
        *count += import.items.items[i].applied;
    return true;
}
