/*
 * Made-up rows: see sample.h. Tables are filled behind those that they refer to, each below its own savepoint: first all
 * columns, then only those that must have a value. Triggers fire, so that what they fill in is filled in.
 */
#include "diff/sample_internal.h"

#include "base/buf.h"
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "pg/quote.h"

#include <string.h>

enum { ATTEMPTS = 8 };

struct ray_sampler *
ray_sampler_new(struct ray_arena *arena)
{
    struct ray_sampler *sampler = RAY_NEW(arena, struct ray_sampler);

    sampler->arena = arena;
    ray_map_init(&sampler->values, arena);
    return sampler;
}

/* ---------------------------------------------------------------- rows */

/* One column of an INSERT: values of its type, or what a key refers to. */
struct filling {
    const struct ray_object *column;
    const struct ray_object *key; /* the foreign key; NULL: none */
    const char *referenced;       /* the column there */
    const ray_list *values;
};
typedef RAY_VEC(struct filling) filling_list;

/* What fills itself: identities, serials, computed columns. */
static bool
fills_itself(const struct ray_object *table, const struct ray_object *column)
{
    const struct ray_object *preset = ray_table_part(table, "default", column->name);
    const char *expression = preset == NULL ? NULL : ray_object_get(preset, "expression");

    return ray_object_get(column, "identity") != NULL ||
           ray_object_get(column, "generated") != NULL ||
           (expression != NULL && strstr(expression, "nextval(") != NULL);
}

/* A row that refers to itself: the same value in both columns. */
static bool
refers_to_itself(const struct ray_sampling *sampling, const struct ray_object *table,
                 const struct ray_object *key, const char *referenced)
{
    const struct ray_object *column = ray_table_part(table, "column", referenced);

    return ray_table_named(sampling->catalog, ray_object_get(key, "references")) == table &&
           column != NULL && !fills_itself(table, column);
}

/* The foreign key that the column is in, and what it refers to there. */
static void
find_key(const struct ray_sampling *sampling, const struct ray_object *table,
         struct filling *filling)
{
    struct ray_arena *arena = sampling->arena;

    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *part = table->parts.items[i];
        ray_list columns;
        ray_list others;

        if (part->kind != &ray_kind_foreign_key)
            continue;
        columns = ray_list_read(arena, ray_object_get(part, "columns"));
        others = ray_list_read(arena, ray_object_get(part, "referenced_columns"));
        for (size_t c = 0; c < columns.len && c < others.len; c++)
            if (strcmp(columns.items[c], filling->column->name) == 0) {
                if (refers_to_itself(sampling, table, part, others.items[c]))
                    return;
                filling->key = part;
                filling->referenced = others.items[c];
                return;
            }
    }
}

/* False in *can: a column that needs a value gets none. `least`: only those that need one. */
static bool
choose(struct ray_sampling *sampling, const struct ray_object *table, bool least, filling_list *out,
       bool *can, struct ray_err *err)
{
    out->len = 0;
    *can = true;
    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *column = table->parts.items[i];
        struct filling filling = {.column = column};
        bool needed = column->kind == &ray_kind_column &&
                      ray_object_get(column, "not_null") != NULL;

        if (column->kind != &ray_kind_column || fills_itself(table, column) ||
            (least && (!needed || ray_table_part(table, "default", column->name) != NULL)))
            continue;
        find_key(sampling, table, &filling);
        if (filling.key == NULL &&
            !ray_sample_values(sampling, table, column, &filling.values, err))
            return false;
        if (filling.key == NULL && filling.values->len == 0)
            *can = *can && !needed;
        else
            *ray_vec_add(sampling->arena, out) = filling;
    }
    return true;
}

/* The n-th of the rows referred to, in their order; NULL where there is none. */
static void
add_reference(struct ray_arena *arena, const struct filling *filling, int n, struct ray_buf *buf)
{
    const char *table = ray_object_get(filling->key, "references");
    ray_list order = ray_list_read(arena, ray_object_get(filling->key, "referenced_columns"));
    struct ray_buf names;

    ray_buf_init(&names, arena);
    for (size_t i = 0; i < order.len; i++) {
        ray_buf_add(&names, i == 0 ? "" : ", ");
        ray_ddl_name(&names, order.items[i]);
    }
    ray_buf_add(buf, "(SELECT ");
    ray_ddl_name(buf, filling->referenced);
    ray_buf_addf(buf,
                 " FROM %s ORDER BY %s LIMIT 1 OFFSET"
                 " (SELECT %d %% greatest(count(*), 1) FROM %s))",
                 table, names.data, n, table);
}

static void
add_row(struct ray_arena *arena, const filling_list *fillings, int n, struct ray_buf *buf)
{
    ray_buf_addc(buf, '(');
    for (size_t i = 0; i < fillings->len; i++) {
        const struct filling *filling = &fillings->items[i];

        ray_buf_add(buf, i == 0 ? "" : ", ");
        if (filling->key != NULL) {
            add_reference(arena, filling, n, buf);
            continue;
        }
        ray_buf_literal(buf, filling->values->items[(size_t)n % filling->values->len]);
        ray_buf_addf(buf, "::%s", ray_object_get(filling->column, "type"));
    }
    ray_buf_addc(buf, ')');
}

/* INSERT of `count` rows, from the n-th on. */
static const char *
insert(struct ray_arena *arena, const struct ray_object *table, const filling_list *fillings, int n,
       int count)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    ray_buf_add(&buf, "SAVEPOINT sample; INSERT INTO ");
    ray_ddl_qualified(&buf, table);
    ray_buf_add(&buf, fillings->len == 0 ? " DEFAULT VALUES" : " (");
    for (size_t i = 0; i < fillings->len; i++) {
        ray_buf_add(&buf, i == 0 ? "" : ", ");
        ray_ddl_name(&buf, fillings->items[i].column->name);
    }
    if (fillings->len > 0)
        ray_buf_add(&buf, ") VALUES ");
    for (int i = 0; i < count && fillings->len > 0; i++) {
        ray_buf_add(&buf, i == 0 ? "" : ", ");
        add_row(arena, fillings, n + i, &buf);
    }
    ray_buf_add(&buf,
                fillings->len > 0 ? " ON CONFLICT DO NOTHING; RELEASE sample" : "; RELEASE sample");
    return buf.data;
}

/* *done: the server took it. False only where there is no going on. */
static bool
attempt(struct ray_sampling *sampling, const char *sql, bool *done, struct ray_err *err)
{
    *done = ray_conn_exec(sampling->conn, sql, err);
    if (*done)
        return true;
    if (err->code == RAY_INTERRUPTED || ray_conn_tx(sampling->conn) != RAY_TX_FAILED)
        return false;
    ray_err_clear(err);
    return ray_conn_exec(sampling->conn, "ROLLBACK TO sample", err);
}

/* All rows at once; where that is refused, one by one with other values. */
static bool
insert_rows(struct ray_sampling *sampling, const struct ray_object *table,
            const filling_list *fillings, bool *done, struct ray_err *err)
{
    int added = 0;
    bool one;

    if (!attempt(sampling, insert(sampling->arena, table, fillings, 0, RAY_SAMPLE_ROWS), done, err))
        return false;
    for (int i = 0; !*done && added < RAY_SAMPLE_ROWS && i < ATTEMPTS; i++) {
        if (!attempt(sampling, insert(sampling->arena, table, fillings, i, 1), &one, err))
            return false;
        added += one ? 1 : 0;
    }
    *done = *done || added > 0;
    return true;
}

static bool
fill_table(struct ray_sampling *sampling, const struct ray_object *table, struct ray_err *err)
{
    filling_list fillings = {0};
    bool done = false;
    bool can;

    for (int least = 0; !done && least < 2; least++)
        if (!choose(sampling, table, least == 1, &fillings, &can, err) ||
            (can && !insert_rows(sampling, table, &fillings, &done, err)))
            return false;
    return true;
}

/* Behind those that it refers to; a circle is cut where it is met. */
static bool
visit(struct ray_sampling *sampling, struct ray_object *table, struct ray_err *err)
{
    const char *label = ray_object_label(sampling->arena, table);

    if (ray_map_put(&sampling->filled, label, table) != NULL)
        return true;
    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *part = table->parts.items[i];
        const char *other = part->kind == &ray_kind_foreign_key ? ray_object_get(part, "references")
                                                                : NULL;
        struct ray_object *referenced = other == NULL ? NULL
                                                      : ray_table_named(sampling->catalog, other);

        if (referenced != NULL && !visit(sampling, referenced, err))
            return false;
    }
    return ray_object_get(table, "partition_of") != NULL || fill_table(sampling, table, err);
}

static bool
fill_all(struct ray_sampling *sampling, struct ray_err *err)
{
    const ray_objects *objects = &sampling->catalog->objects;

    if (!ray_conn_exec(sampling->conn, "BEGIN; SET LOCAL search_path = ''", err) ||
        !ray_conn_exec(sampling->conn, "SET CONSTRAINTS ALL IMMEDIATE", err))
        return false;
    for (size_t i = 0; i < objects->len; i++)
        if (objects->items[i]->kind == &ray_kind_table && !visit(sampling, objects->items[i], err))
            return false;
    return (!sampling->has_function ||
            ray_conn_exec(sampling->conn, "DROP FUNCTION pg_temp.raymig_sample(text, text[])",
                          err)) &&
           ray_conn_exec(sampling->conn, "COMMIT", err);
}

bool
ray_sample_fill(struct ray_sampler *kept, struct ray_conn *conn, const struct ray_catalog *catalog,
                struct ray_err *err)
{
    struct ray_sampling sampling = {.arena = ray_arena_new(),
                                    .conn = conn,
                                    .catalog = catalog,
                                    .kept = kept};
    struct ray_err ignored;
    bool ok;

    ray_map_init(&sampling.values, sampling.arena);
    ray_map_init(&sampling.filled, sampling.arena);
    ok = fill_all(&sampling, err);
    ray_err_init(&ignored, sampling.arena);
    if (!ok && ray_conn_tx(conn) != RAY_TX_IDLE && !ray_conn_exec(conn, "ROLLBACK", &ignored))
        ray_err_clear(&ignored);
    ray_arena_free(sampling.arena);
    return ok;
}
