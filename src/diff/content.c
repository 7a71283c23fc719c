/*
 * What stands in the tables: see content.h. Of each column the values are compared as a heap of texts, in any order,
 * since a way back may put rows and columns elsewhere.
 */
#include "diff/content.h"

#include "base/buf.h"
#include "base/map.h"
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/table.h"

#include <stdlib.h>
#include <string.h>

/* Of a table with more rows only their number is compared. */
enum { MOST_ROWS = 2000 };

struct held_column {
    const char *name;
    const char *type;
    const char **values; /* sorted; NULL: the table has too many rows, or none */
};

struct held_table {
    const char *name;
    size_t rows;
    RAY_VEC(struct held_column) columns;
};

struct ray_content {
    RAY_VEC(struct held_table) tables;
    struct ray_map by_name;
};

/* ---------------------------------------------------------------- reading */

static int
compare_texts(const void *a, const void *b)
{
    const char *left = *(const char *const *)a;
    const char *right = *(const char *const *)b;

    if (left == NULL || right == NULL)
        return (left != NULL) - (right != NULL);
    return strcmp(left, right);
}

static const char *
name_of(struct ray_arena *arena, const struct ray_object *table)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_ddl_qualified(&buf, table);
    return buf.data;
}

static void
add_columns(struct ray_arena *arena, const struct ray_object *table, struct held_table *held,
            struct ray_buf *sql)
{
    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *part = table->parts.items[i];
        struct held_column *column;

        if (part->kind != &ray_kind_column)
            continue;
        ray_buf_add(sql, held->columns.len == 0 ? "" : ", ");
        ray_ddl_name(sql, part->name);
        ray_buf_add(sql, "::text");
        column = ray_vec_add(arena, &held->columns);
        column->name = part->name;
        column->type = ray_object_get(part, "type");
    }
}

static void
take_rows(struct ray_arena *arena, const struct ray_rows *rows, struct held_table *held)
{
    held->rows = rows->nrows;
    for (size_t c = 0; c < held->columns.len; c++) {
        const char **values = RAY_NEW_ARRAY(arena, const char *, rows->nrows + 1);

        for (size_t r = 0; r < rows->nrows; r++)
            values[r] = ray_rows_value(rows, r, c);
        qsort(values, rows->nrows, sizeof(*values), compare_texts);
        held->columns.items[c].values = values;
    }
}

static bool
count_rows(struct ray_conn *conn, struct ray_arena *arena, struct held_table *held,
           struct ray_err *err)
{
    struct ray_rows rows;

    if (!ray_conn_query(conn, arena,
                        ray_arena_printf(arena, "SELECT count(*) FROM ONLY %s", held->name), 0,
                        NULL, &rows, err))
        return false;
    held->rows = (size_t)strtoull(ray_rows_value(&rows, 0, 0), NULL, 10);
    return true;
}

static bool
read_table(struct ray_conn *conn, struct ray_arena *arena, const struct ray_object *table,
           struct held_table *held, struct ray_err *err)
{
    struct ray_rows rows;
    struct ray_buf sql;

    held->name = name_of(arena, table);
    ray_buf_init(&sql, arena);
    ray_buf_add(&sql, "SELECT ");
    add_columns(arena, table, held, &sql);
    ray_buf_addf(&sql, " FROM ONLY %s LIMIT %d", held->name, MOST_ROWS + 1);
    if (!ray_conn_query(conn, arena, sql.data, 0, NULL, &rows, err))
        return false;
    if (rows.nrows > MOST_ROWS)
        return count_rows(conn, arena, held, err);
    take_rows(arena, &rows, held);
    return true;
}

/* Where a table's rows cannot be read (a computed column that fails), nothing is said of it. */
static bool
is_passable(struct ray_conn *conn, struct ray_err *err)
{
    if (err->code == RAY_INTERRUPTED || ray_conn_tx(conn) != RAY_TX_IDLE)
        return false;
    ray_err_clear(err);
    return true;
}

bool
ray_content_read(struct ray_conn *conn, struct ray_arena *arena, const struct ray_catalog *catalog,
                 struct ray_content **out, struct ray_err *err)
{
    struct ray_content *content = RAY_NEW(arena, struct ray_content);

    ray_map_init(&content->by_name, arena);
    for (size_t i = 0; i < catalog->objects.len; i++) {
        const struct ray_object *object = catalog->objects.items[i];
        struct held_table held = {0};

        if (object->kind != &ray_kind_table || ray_object_get(object, "partition_by") != NULL)
            continue;
        if (read_table(conn, arena, object, &held, err))
            *ray_vec_add(arena, &content->tables) = held;
        else if (!is_passable(conn, err))
            return false;
    }
    for (size_t i = 0; i < content->tables.len; i++)
        ray_map_put(&content->by_name, content->tables.items[i].name, &content->tables.items[i]);
    *out = content;
    return true;
}

/* ---------------------------------------------------------------- comparing */

static const struct held_table *
find_table(const struct ray_content *content, const char *name)
{
    return ray_map_get(&content->by_name, name);
}

static const struct held_column *
find_column(const struct held_table *table, const char *name)
{
    for (size_t i = 0; table != NULL && i < table->columns.len; i++)
        if (strcmp(table->columns.items[i].name, name) == 0)
            return &table->columns.items[i];
    return NULL;
}

/* How many of the first's values the second has not. Both are sorted. */
static size_t
missing(const struct held_column *from, size_t rows, const struct held_column *to, size_t others)
{
    size_t count = 0;
    size_t at = 0;

    for (size_t i = 0; i < rows; i++) {
        while (at < others && compare_texts(&to->values[at], &from->values[i]) < 0)
            at++;
        if (at < others && compare_texts(&to->values[at], &from->values[i]) == 0)
            at++;
        else
            count++;
    }
    return count;
}

static bool
changed_by_up(const struct held_table *before, const struct held_column *column,
              const struct held_table *up)
{
    const struct held_column *other = find_column(up, column->name);

    if (other == NULL)
        return true;
    return strcmp(column->type, other->type) == 0 && other->values != NULL &&
           missing(column, before->rows, other, up->rows) > 0;
}

static void
compare_columns(struct ray_arena *arena, const struct held_table *before,
                const struct held_table *up, const struct held_table *back, ray_losses *out)
{
    for (size_t i = 0; i < before->columns.len; i++) {
        const struct held_column *column = &before->columns.items[i];
        const struct held_column *other = find_column(back, column->name);
        size_t lost;

        /* One that did not come back is a difference of the catalogs. */
        if (column->values == NULL || other == NULL || other->values == NULL)
            continue;
        lost = missing(column, before->rows, other, back->rows);
        if (lost > 0)
            *ray_vec_add(arena,
                         out) = (struct ray_loss){.table = before->name,
                                                  .column = column->name,
                                                  .rows = lost,
                                                  .of = before->rows,
                                                  .by_up = changed_by_up(before, column, up)};
    }
}

void
ray_content_compare(struct ray_arena *arena, const struct ray_content *before,
                    const struct ray_content *up, const struct ray_content *back, ray_losses *out)
{
    for (size_t i = 0; i < before->tables.len; i++) {
        const struct held_table *table = &before->tables.items[i];
        const struct held_table *high = find_table(up, table->name);
        const struct held_table *low = find_table(back, table->name);

        if (low == NULL)
            continue;
        if (low->rows >= table->rows)
            compare_columns(arena, table, high, low, out);
        else
            *ray_vec_add(arena, out) = (struct ray_loss){.table = table->name,
                                                         .rows = table->rows - low->rows,
                                                         .of = table->rows,
                                                         .by_up = high == NULL ||
                                                                  high->rows < table->rows};
    }
}

void
ray_content_surplus(struct ray_arena *arena, const struct ray_content *before,
                    const struct ray_content *up, const struct ray_content *back,
                    ray_surpluses *out)
{
    for (size_t i = 0; i < before->tables.len; i++) {
        const struct held_table *table = &before->tables.items[i];
        const struct held_table *high = find_table(up, table->name);
        const struct held_table *low = find_table(back, table->name);

        if (low == NULL || low->rows <= table->rows)
            continue;
        *ray_vec_add(arena,
                     out) = (struct ray_surplus){.table = table->name,
                                                 .rows = low->rows - table->rows,
                                                 .by_up = high != NULL && high->rows > table->rows};
    }
}

void
ray_content_doubled(const struct ray_content *up, const struct ray_content *again,
                    ray_surpluses *surpluses)
{
    for (size_t i = 0; i < surpluses->len; i++) {
        struct ray_surplus *surplus = &surpluses->items[i];
        const struct held_table *once = find_table(up, surplus->table);
        const struct held_table *twice = find_table(again, surplus->table);

        surplus->doubled = surplus->by_up && once != NULL && twice != NULL &&
                           twice->rows > once->rows;
    }
}
