/*
 * Made-up rows: see sample.h. Which text is a value of a type only the server knows: a list of candidates is shown to
 * it (in a temporary function, since an error must not end the transaction), and what it takes is used. What
 * stands between quotes and as numbers in a table's checks and bounds comes first among them, since a check
 * most often names the values that it wants.
 *
 * Tables are filled behind those that they refer to, each below its own savepoint: first all columns, then only
 * those that must have a value. Triggers fire, so that what they fill in is filled in.
 */
#include "diff/sample.h"

#include "base/buf.h"
#include "base/map.h"
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/list.h"
#include "catalog/table.h"
#include "pg/quote.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 3, MOST_HINTS = 12, ATTEMPTS = 8 };

/* "%" stands for 1, 2 and 3. */
static const char function[] =
    "CREATE FUNCTION pg_temp.raymig_sample(type text, hints text[]) RETURNS text[]"
    " LANGUAGE plpgsql AS $f$\n"
    "DECLARE\n"
    "    bases text[] := ARRAY['%', '0.%', 'true', 'false', '2001-01-0% 00:00:0%+00',"
    " '0000000%-0000-4000-8000-00000000000%', '(%,%)', '{%,%,%}', '(%,%),(0,0)', '<(%,%),%>',"
    " 'POINT(% %)', 'SRID=4326;POINT(% %)', '10.0.0.%', '08:00:2b:01:02:0%',"
    " '08:00:2b:01:02:03:04:0%', '0/%', 'a=>%'];\n"
    "    wraps text[] := ARRAY['*', '{\"*\"}', '[*,*]', '{[*,*]}', '{}', '()', '(,)', '(,,)',"
    " '(,,,)', '(,,,,)'];\n"
    "    candidates text[] := hints;\n"
    "    found text[] := '{}';\n"
    "    candidate text;\n"
    "BEGIN\n"
    "    SELECT candidates || coalesce(array_agg(c ORDER BY p, l), '{}') INTO candidates"
    " FROM (SELECT w.o * 3 + p AS p, e.enumsortorder AS l, replace(w.w, '*', e.enumlabel) AS c"
    " FROM pg_catalog.pg_enum e, generate_series(0, 0) p, unnest(wraps) WITH ORDINALITY w(w, o)"
    " JOIN pg_catalog.pg_type t ON t.oid = to_regtype(type)"
    " WHERE w.o < 3 AND e.enumtypid IN (t.oid, t.typelem, t.typbasetype)) x;\n"
    "    SELECT candidates || array_agg(replace(w.w, '*', replace(b.b, '%', n::text))"
    " ORDER BY w.o, b.o, n) INTO candidates FROM unnest(bases) WITH ORDINALITY b(b, o),"
    " unnest(wraps) WITH ORDINALITY w(w, o), generate_series(1, 3) n"
    " WHERE (w.w LIKE '%*%' OR b.o = 1) AND (b.b LIKE '%\\%%' OR n = 1);\n"
    "    FOREACH candidate IN ARRAY candidates LOOP\n"
    "        BEGIN\n"
    "            EXECUTE format('SELECT %L::%s', candidate, type);\n"
    "            found := found || candidate;\n"
    "        EXCEPTION WHEN OTHERS THEN NULL;\n"
    "        END;\n"
    "        EXIT WHEN cardinality(found) >= cardinality(hints) + 3;\n"
    "    END LOOP;\n"
    "    RETURN found;\n"
    "END $f$";

/* By type and hints: a ray_list. */
struct ray_sampler {
    struct ray_arena *arena;
    struct ray_map values;
};

struct sampler {
    struct ray_arena *arena; /* of one filling */
    struct ray_conn *conn;
    const struct ray_catalog *catalog;
    struct ray_sampler *kept;
    struct ray_map values; /* likewise, of types that migrations make and change */
    struct ray_map filled; /* by the table's label */
    bool has_function;
};

/* ---------------------------------------------------------------- values */

static void
add_hint(struct ray_arena *arena, ray_list *hints, const char *text, size_t length)
{
    const char *hint = ray_arena_strndup(arena, text, length);

    if (hints->len < MOST_HINTS && !ray_list_has(hints, hint))
        *ray_vec_add(arena, hints) = hint;
}

/* A number and its neighbour: "> 5" and ">= 5" both get one that they take. */
static void
add_number(struct ray_arena *arena, ray_list *hints, const char *text, size_t length)
{
    const char *hint = ray_arena_strndup(arena, text, length);

    add_hint(arena, hints, text, length);
    if (length < 10) {
        hint = ray_arena_printf(arena, "%ld", strtol(hint, NULL, 10) + 1);
        add_hint(arena, hints, hint, strlen(hint));
    }
}

/* A text, or three where it is a pattern of LIKE. */
static void
add_quoted(struct ray_arena *arena, ray_list *hints, const char *text, size_t length)
{
    if (memchr(text, '%', length) == NULL) {
        add_hint(arena, hints, text, length);
        return;
    }
    for (char n = '1'; n <= '3'; n++) {
        char *copy = ray_arena_strndup(arena, text, length);

        for (char *at = strchr(copy, '%'); at != NULL; at = strchr(at, '%'))
            *at = n;
        add_hint(arena, hints, copy, length);
    }
}

/* What stands in quotes, and the numbers outside of them and of names. */
static void
add_hints(struct ray_arena *arena, ray_list *hints, const char *text)
{
    char before = ' ';

    while (text != NULL && *text != '\0') {
        size_t length = 1;

        if (*text == '\'') {
            length = strcspn(text + 1, "'") + 1;
            add_quoted(arena, hints, text + 1, length - 1);
            length += text[length] == '\'';
        } else if (isdigit((unsigned char)*text)) {
            length = strspn(text, "0123456789");
            if (!isalnum((unsigned char)before) && before != '_' && before != '.')
                add_number(arena, hints, text, length);
        }
        before = text[length - 1];
        text += length;
    }
}

/* From the table's checks of the column, and from the bounds of its partitions. */
static void
find_hints(const struct sampler *sampler, const struct ray_object *table, const char *column,
           ray_list *out)
{
    const char *key = ray_object_get(table, "partition_by");

    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *part = table->parts.items[i];
        const char *expression = part->kind == &ray_kind_constraint
                                     ? ray_object_get(part, "expression")
                                     : NULL;

        if (expression != NULL && strstr(expression, column) != NULL)
            add_hints(sampler->arena, out, expression);
    }
    if (key == NULL || strstr(key, column) == NULL)
        return;
    for (size_t i = 0; i < sampler->catalog->objects.len; i++) {
        const struct ray_object *object = sampler->catalog->objects.items[i];
        const char *whole = object->kind == &ray_kind_table ? ray_object_get(object, "partition_of")
                                                            : NULL;

        if (whole != NULL && ray_table_named(sampler->catalog, whole) == table)
            add_hints(sampler->arena, out, ray_object_get(object, "bound"));
    }
}

static bool
ask_server(struct sampler *sampler, const char *type, const char *hints, struct ray_rows *rows,
           struct ray_err *err)
{
    const char *const params[] = {type, hints};

    if (!sampler->has_function && !ray_conn_exec(sampler->conn, function, err))
        return false;
    sampler->has_function = true;
    return ray_conn_query(sampler->conn, sampler->arena,
                          "SELECT pg_catalog.to_json(pg_temp.raymig_sample($1, ARRAY("
                          "SELECT pg_catalog.json_array_elements_text($2::json))))",
                          2, params, rows, err);
}

/* The values that the server takes for the type. An empty list: none. */
static bool
ask(struct sampler *sampler, const char *type, const ray_list *hints, const ray_list **out,
    struct ray_err *err)
{
    bool own = strpbrk(type, ".\"") == NULL; /* the server's own; others come with their schema */
    struct ray_arena *arena = own ? sampler->kept->arena : sampler->arena;
    struct ray_map *map = own ? &sampler->kept->values : &sampler->values;
    const char *list = hints->len == 0 ? "[]" : ray_list_write(arena, hints);
    const char *key = ray_arena_printf(arena, "%s %s", type, list);
    ray_list *values = ray_map_get(map, key);
    struct ray_rows rows;

    if (values == NULL) {
        if (!ask_server(sampler, type, list, &rows, err))
            return false;
        values = RAY_NEW(arena, ray_list);
        *values = ray_list_read(arena, ray_rows_value(&rows, 0, 0));
        ray_map_put(map, key, values);
    }
    *out = values;
    return true;
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

/* The foreign key that the column is in, and what it refers to there. */
static void
find_key(struct ray_arena *arena, const struct ray_object *table, struct filling *filling)
{
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
                filling->key = part;
                filling->referenced = others.items[c];
                return;
            }
    }
}

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

/* False in *can: a column that needs a value gets none. `least`: only those that need one. */
static bool
choose(struct sampler *sampler, const struct ray_object *table, bool least, filling_list *out,
       bool *can, struct ray_err *err)
{
    out->len = 0;
    *can = true;
    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *column = table->parts.items[i];
        struct filling filling = {.column = column};
        bool needed = column->kind == &ray_kind_column &&
                      ray_object_get(column, "not_null") != NULL;
        ray_list hints = {0};

        if (column->kind != &ray_kind_column || fills_itself(table, column) ||
            (least && (!needed || ray_table_part(table, "default", column->name) != NULL)))
            continue;
        find_key(sampler->arena, table, &filling);
        find_hints(sampler, table, column->name, &hints);
        if (filling.key == NULL &&
            !ask(sampler, ray_object_get(column, "type"), &hints, &filling.values, err))
            return false;
        if (filling.key == NULL && filling.values->len == 0)
            *can = *can && !needed;
        else
            *ray_vec_add(sampler->arena, out) = filling;
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
attempt(struct sampler *sampler, const char *sql, bool *done, struct ray_err *err)
{
    *done = ray_conn_exec(sampler->conn, sql, err);
    if (*done)
        return true;
    if (err->code == RAY_INTERRUPTED || ray_conn_tx(sampler->conn) != RAY_TX_FAILED)
        return false;
    ray_err_clear(err);
    return ray_conn_exec(sampler->conn, "ROLLBACK TO sample", err);
}

/* All rows at once; where that is refused, one by one with other values. */
static bool
insert_rows(struct sampler *sampler, const struct ray_object *table, const filling_list *fillings,
            bool *done, struct ray_err *err)
{
    int added = 0;
    bool one;

    if (!attempt(sampler, insert(sampler->arena, table, fillings, 0, ROWS), done, err))
        return false;
    for (int i = 0; !*done && added < ROWS && i < ATTEMPTS; i++) {
        if (!attempt(sampler, insert(sampler->arena, table, fillings, i, 1), &one, err))
            return false;
        added += one ? 1 : 0;
    }
    *done = *done || added > 0;
    return true;
}

static bool
fill_table(struct sampler *sampler, const struct ray_object *table, struct ray_err *err)
{
    filling_list fillings = {0};
    bool done = false;
    bool can;

    for (int least = 0; !done && least < 2; least++)
        if (!choose(sampler, table, least == 1, &fillings, &can, err) ||
            (can && !insert_rows(sampler, table, &fillings, &done, err)))
            return false;
    return true;
}

/* Behind those that it refers to; a circle is cut where it is met. */
static bool
visit(struct sampler *sampler, struct ray_object *table, struct ray_err *err)
{
    const char *label = ray_object_label(sampler->arena, table);

    if (ray_map_put(&sampler->filled, label, table) != NULL)
        return true;
    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *part = table->parts.items[i];
        const char *other = part->kind == &ray_kind_foreign_key ? ray_object_get(part, "references")
                                                                : NULL;
        struct ray_object *referenced = other == NULL ? NULL
                                                      : ray_table_named(sampler->catalog, other);

        if (referenced != NULL && !visit(sampler, referenced, err))
            return false;
    }
    return ray_object_get(table, "partition_of") != NULL || fill_table(sampler, table, err);
}

static bool
fill_all(struct sampler *sampler, struct ray_err *err)
{
    const ray_objects *objects = &sampler->catalog->objects;

    if (!ray_conn_exec(sampler->conn, "BEGIN; SET LOCAL search_path = ''", err) ||
        !ray_conn_exec(sampler->conn, "SET CONSTRAINTS ALL IMMEDIATE", err))
        return false;
    for (size_t i = 0; i < objects->len; i++)
        if (objects->items[i]->kind == &ray_kind_table && !visit(sampler, objects->items[i], err))
            return false;
    return (!sampler->has_function ||
            ray_conn_exec(sampler->conn, "DROP FUNCTION pg_temp.raymig_sample(text, text[])",
                          err)) &&
           ray_conn_exec(sampler->conn, "COMMIT", err);
}

struct ray_sampler *
ray_sampler_new(struct ray_arena *arena)
{
    struct ray_sampler *sampler = RAY_NEW(arena, struct ray_sampler);

    sampler->arena = arena;
    ray_map_init(&sampler->values, arena);
    return sampler;
}

bool
ray_sample_fill(struct ray_sampler *kept, struct ray_conn *conn, const struct ray_catalog *catalog,
                struct ray_err *err)
{
    struct sampler sampler = {.arena = ray_arena_new(),
                              .conn = conn,
                              .catalog = catalog,
                              .kept = kept};
    struct ray_err ignored;
    bool ok;

    ray_map_init(&sampler.values, sampler.arena);
    ray_map_init(&sampler.filled, sampler.arena);
    ok = fill_all(&sampler, err);
    ray_err_init(&ignored, sampler.arena);
    if (!ok && ray_conn_tx(conn) != RAY_TX_IDLE && !ray_conn_exec(conn, "ROLLBACK", &ignored))
        ray_err_clear(&ignored);
    ray_arena_free(sampler.arena);
    return ok;
}
