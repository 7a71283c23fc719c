/*
 * Values for made-up rows: see sample.h. Which text is a value of a type only the server knows: a list of candidates is
 * shown to it (in a temporary function, since an error must not end the transaction), and what it takes is
 * used. What stands between quotes and as numbers in a table's checks and bounds comes first among them, since
 * a check most often names the values that it wants.
 */
#include "diff/sample_internal.h"

#include "base/buf.h"
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_HINTS = 12 };

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
    for (int n = 1; n <= RAY_SAMPLE_ROWS; n++) {
        char *copy = ray_arena_strndup(arena, text, length);

        for (char *at = strchr(copy, '%'); at != NULL; at = strchr(at, '%'))
            *at = (char)('0' + n);
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

/* From the checks of the column's domain, where its type is one. */
static void
add_domain_hints(const struct ray_sampling *sampling, const char *type, ray_list *out)
{
    const ray_objects *objects = &sampling->catalog->objects;

    for (size_t i = 0; strchr(type, '.') != NULL && i < objects->len; i++) {
        struct ray_buf name;

        if (objects->items[i]->kind != &ray_kind_domain_constraint)
            continue;
        ray_buf_init(&name, sampling->arena);
        ray_ddl_owner_name(&name, objects->items[i]);
        if (strcmp(name.data, type) == 0)
            add_hints(sampling->arena, out, ray_object_get(objects->items[i], "expression"));
    }
}

/* From the table's checks of the column, and from the bounds of its partitions. */
static void
find_hints(const struct ray_sampling *sampling, const struct ray_object *table,
           const struct ray_object *column, ray_list *out)
{
    const char *key = ray_object_get(table, "partition_by");

    add_domain_hints(sampling, ray_object_get(column, "type"), out);

    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *part = table->parts.items[i];
        const char *expression = part->kind == &ray_kind_constraint
                                     ? ray_object_get(part, "expression")
                                     : NULL;

        if (expression != NULL && strstr(expression, column->name) != NULL)
            add_hints(sampling->arena, out, expression);
    }
    if (key == NULL || strstr(key, column->name) == NULL)
        return;
    for (size_t i = 0; i < sampling->catalog->objects.len; i++) {
        const struct ray_object *object = sampling->catalog->objects.items[i];
        const char *whole = object->kind == &ray_kind_table ? ray_object_get(object, "partition_of")
                                                            : NULL;

        if (whole != NULL && ray_table_named(sampling->catalog, whole) == table)
            add_hints(sampling->arena, out, ray_object_get(object, "bound"));
    }
}

static bool
ask_server(struct ray_sampling *sampling, const char *type, const char *hints,
           struct ray_rows *rows, struct ray_err *err)
{
    const char *const params[] = {type, hints};

    if (!sampling->has_function && !ray_conn_exec(sampling->conn, function, err))
        return false;
    sampling->has_function = true;
    return ray_conn_query(sampling->conn, sampling->arena,
                          "SELECT pg_catalog.to_json(pg_temp.raymig_sample($1, ARRAY("
                          "SELECT pg_catalog.json_array_elements_text($2::json))))",
                          2, params, rows, err);
}

/* The values that the server takes for the type. An empty list: none. */
static bool
ask(struct ray_sampling *sampling, const char *type, const ray_list *hints, const ray_list **out,
    struct ray_err *err)
{
    bool own = strpbrk(type, ".\"") == NULL; /* the server's own; others come with their schema */
    struct ray_arena *arena = own ? sampling->kept->arena : sampling->arena;
    struct ray_map *map = own ? &sampling->kept->values : &sampling->values;
    const char *list = hints->len == 0 ? "[]" : ray_list_write(arena, hints);
    const char *key = ray_arena_printf(arena, "%s %s", type, list);
    ray_list *values = ray_map_get(map, key);
    struct ray_rows rows;

    if (values == NULL) {
        if (!ask_server(sampling, type, list, &rows, err))
            return false;
        values = RAY_NEW(arena, ray_list);
        *values = ray_list_read(arena, ray_rows_value(&rows, 0, 0));
        ray_map_put(map, key, values);
    }
    *out = values;
    return true;
}

bool
ray_sample_values(struct ray_sampling *sampling, const struct ray_object *table,
                  const struct ray_object *column, const ray_list **out, struct ray_err *err)
{
    ray_list hints = {0};

    find_hints(sampling, table, column, &hints);
    return ask(sampling, ray_object_get(column, "type"), &hints, out, err);
}
