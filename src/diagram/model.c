/* A diagram of a catalog: which tables, which columns, which edges. See diagram.h. */
#include "diagram/diagram.h"

#include "base/text.h"
#include "catalog/clause.h"
#include "catalog/kind.h"
#include "catalog/list.h"
#include "catalog/table.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 42 }; /* of a name that is drawn */

/* By a table's index in the catalog. */
struct chosen {
    bool *tables;
    size_t *numbers; /* its number in the diagram */
};

static bool
is_kind(const struct ray_object *object, const char *name)
{
    return strcmp(object->kind->name, name) == 0;
}

static bool
is_drawn(const struct ray_object *object)
{
    return (is_kind(object, "table") && ray_object_get(object, "partition_of") == NULL) ||
           is_kind(object, "foreign table");
}

static bool
is_foreign_key(const struct ray_object *object)
{
    return is_kind(object, "foreign key");
}

/* Of a partition the whole; NULL where that is not drawn. */
static const struct ray_object *
whole_of(const struct ray_catalog *catalog, const struct ray_object *table)
{
    const char *whole;

    while (table != NULL && (whole = ray_object_get(table, "partition_of")) != NULL)
        table = ray_table_named(catalog, whole);
    return table != NULL && is_drawn(table) ? table : NULL;
}

/* Who refers and who is referred to. False where one of them is not drawn, or it is no foreign key. */
static bool
ends_of(const struct ray_catalog *catalog, const struct ray_object *key,
        const struct ray_object **from, const struct ray_object **to)
{
    if (!is_foreign_key(key) || key->implied)
        return false;
    *from = whole_of(catalog, key->owner);
    *to = whole_of(catalog, ray_table_named(catalog, ray_object_get(key, "references")));
    return *from != NULL && *to != NULL;
}

/* ---------------------------------------------------------------- which tables */

static bool
matches(struct ray_arena *arena, const char *glob, const struct ray_object *table)
{
    return fnmatch(glob, table->name, 0) == 0 ||
           fnmatch(glob, ray_arena_printf(arena, "%s.%s", table->schema, table->name), 0) == 0;
}

static bool
in_schemas(const struct ray_diagram_options *options, const struct ray_object *table)
{
    for (size_t i = 0; i < options->nschemas; i++)
        if (fnmatch(options->schemas[i], table->schema, 0) == 0)
            return true;
    return options->nschemas == 0;
}

static bool
choose_glob(struct ray_arena *arena, const struct ray_catalog *catalog,
            const struct ray_diagram_options *options, const char *glob, bool *chosen)
{
    bool found = false;

    for (size_t i = 0; i < catalog->objects.len; i++) {
        const struct ray_object *table = catalog->objects.items[i];

        if (!is_drawn(table) || !in_schemas(options, table) || !matches(arena, glob, table))
            continue;
        chosen[i] = true;
        found = true;
    }
    return found;
}

/* What is nearest, for a name that is none. */
static bool
fail_table(struct ray_arena *arena, const struct ray_catalog *catalog, const char *glob,
           struct ray_err *err)
{
    RAY_VEC(const char *) names = {0};
    const char *nearest;

    for (size_t i = 0; i < catalog->objects.len; i++)
        if (is_drawn(catalog->objects.items[i]))
            *ray_vec_add(arena, &names) = catalog->objects.items[i]->name;
    nearest = ray_nearest(glob, names.items, names.len);
    (void)ray_err_set(err, RAY_USAGE, "no table is called \"%s\"", glob);
    if (nearest != NULL)
        return ray_err_hint(err, "Did you mean \"%s\"?", nearest);
    return ray_err_hint(err, "A table is named as NAME or SCHEMA.NAME; * stands for any text. "
                             "Views and partitions are not drawn.");
}

static bool
choose(struct ray_arena *arena, const struct ray_catalog *catalog,
       const struct ray_diagram_options *options, bool *chosen, struct ray_err *err)
{
    for (size_t i = 0; i < options->nschemas; i++) {
        bool found = false;

        for (size_t o = 0; !found && o < catalog->objects.len; o++)
            found = is_kind(catalog->objects.items[o], "schema") &&
                    fnmatch(options->schemas[i], catalog->objects.items[o]->name, 0) == 0;
        if (!found)
            return ray_err_set(err, RAY_USAGE, "no schema is called \"%s\"", options->schemas[i]);
    }
    if (options->ntables == 0)
        (void)choose_glob(arena, catalog, options, "*", chosen);
    for (size_t i = 0; i < options->ntables; i++)
        if (!choose_glob(arena, catalog, options, options->tables[i], chosen))
            return fail_table(arena, catalog, options->tables[i], err);
    return true;
}

/* One foreign key further, in both directions. */
static void
widen(struct ray_arena *arena, const struct ray_catalog *catalog, bool *chosen)
{
    size_t count = catalog->objects.len;
    bool *more = RAY_NEW_ARRAY(arena, bool, count);

    for (size_t i = 0; i < count; i++) {
        const struct ray_object *from;
        const struct ray_object *to;

        if (!ends_of(catalog, catalog->objects.items[i], &from, &to))
            continue;
        more[to->index] = more[to->index] || chosen[from->index];
        more[from->index] = more[from->index] || chosen[to->index];
    }
    for (size_t i = 0; i < count; i++)
        chosen[i] = chosen[i] || more[i];
}

/* ---------------------------------------------------------------- tables */

static const char *
shown(struct ray_arena *arena, const char *text)
{
    struct ray_buf visible;
    struct ray_buf cut;

    ray_buf_init(&visible, arena);
    ray_buf_init(&cut, arena);
    ray_buf_visible(&visible, text, strlen(text), RAY_KEEP_NOTHING);
    ray_buf_cut(&cut, visible.data, MOST_COLUMNS);
    return cut.data;
}

static bool
find_column(const struct ray_diagram_table *table, const char *name, size_t *out)
{
    for (size_t i = 0; i < table->columns.len; i++)
        if (strcmp(table->columns.items[i].name, name) == 0) {
            *out = i;
            return true;
        }
    return false;
}

/* Marks the columns that a part of the table, a key, names. */
static void
mark_keys(struct ray_arena *arena, struct ray_diagram_table *table, const struct ray_object *part)
{
    const char *type = is_kind(part, "constraint") ? ray_object_get(part, "type") : "";
    bool primary = strcmp(type, "primary key") == 0;
    bool unique = strcmp(type, "unique") == 0;
    ray_list names;
    size_t at;

    if (!primary && !unique && !is_foreign_key(part))
        return;
    names = ray_list_read(arena, ray_object_get(part, "columns"));
    for (size_t i = 0; i < names.len; i++) {
        struct ray_diagram_column *column;

        if (!find_column(table, names.items[i], &at))
            continue;
        column = &table->columns.items[at];
        column->primary = column->primary || primary;
        column->foreign = column->foreign || is_foreign_key(part);
        column->unique = column->unique || (unique && names.len == 1);
    }
}

/* Leaves keys alone. */
static void
hide_others(struct ray_diagram_table *table)
{
    size_t kept = 0;

    for (size_t i = 0; i < table->columns.len; i++) {
        const struct ray_diagram_column *column = &table->columns.items[i];

        if (column->primary || column->foreign || column->unique)
            table->columns.items[kept++] = *column;
    }
    table->hidden = table->columns.len - kept;
    table->columns.len = kept;
}

static void
add_table(struct ray_diagram *diagram, const struct ray_object *object, bool keys_only)
{
    struct ray_diagram_table *table = ray_vec_add(diagram->arena, &diagram->tables);

    table->object = object;
    table->schema = object->schema;
    table->name = object->name;
    table->shown = shown(diagram->arena, object->name);
    table->shown_schema = "";
    table->comment = object->values[RAY_COMMENT];
    for (size_t i = 0; i < object->parts.len; i++) {
        const struct ray_object *part = object->parts.items[i];
        struct ray_diagram_column *column;

        if (!is_kind(part, "column"))
            continue;
        column = ray_vec_add(diagram->arena, &table->columns);
        column->name = part->name;
        column->type = ray_object_get(part, "type");
        column->shown = shown(diagram->arena, column->name);
        column->shown_type = shown(diagram->arena, column->type);
        column->not_null = ray_object_get(part, "not_null") != NULL;
    }
    for (size_t i = 0; i < object->parts.len; i++)
        mark_keys(diagram->arena, table, object->parts.items[i]);
    if (keys_only)
        hide_others(table);
}

static void
show_schemas(struct ray_diagram *diagram)
{
    bool several = false;

    for (size_t i = 1; i < diagram->tables.len; i++)
        several = several ||
                  strcmp(diagram->tables.items[i].schema, diagram->tables.items[0].schema) != 0;
    for (size_t i = 0; several && i < diagram->tables.len; i++)
        diagram->tables.items[i].shown_schema = shown(diagram->arena,
                                                      diagram->tables.items[i].schema);
}

/* ---------------------------------------------------------------- edges */

static bool
same_columns(const struct ray_diagram_edge *a, const struct ray_diagram_edge *b)
{
    bool same = a->columns.len == b->columns.len && a->to_columns.len == b->to_columns.len;

    for (size_t i = 0; same && i < a->columns.len; i++)
        same = a->columns.items[i] == b->columns.items[i];
    for (size_t i = 0; same && i < a->to_columns.len; i++)
        same = a->to_columns.items[i] == b->to_columns.items[i];
    return same;
}

/* Partitions that each have the key by themselves say one thing. */
static bool
is_said(const struct ray_diagram *diagram, const struct ray_diagram_edge *edge)
{
    for (size_t i = 0; i < diagram->edges.len; i++) {
        const struct ray_diagram_edge *other = &diagram->edges.items[i];

        if (other != edge && other->from == edge->from && other->to == edge->to &&
            same_columns(other, edge))
            return true;
    }
    return false;
}

/* The columns that are unique together by a part of a table; none where it says no such thing. */
static ray_list
unique_columns(struct ray_arena *arena, const struct ray_object *part)
{
    const char *type = ray_object_get(part, "type");
    ray_list names = {0};

    if (is_kind(part, "constraint") &&
        (strcmp(type, "primary key") == 0 || strcmp(type, "unique") == 0))
        return ray_list_read(arena, ray_object_get(part, "columns"));
    if (!is_kind(part, "index") || ray_object_get(part, "unique") == NULL ||
        ray_object_get(part, "where") != NULL)
        return names;
    names = ray_list_read(arena, ray_object_get(part, "elements"));
    for (size_t i = 0; i < names.len; i++) {
        ray_list plain = ray_clause_name(arena, names.items[i]);

        if (plain.len == 1)
            names.items[i] = plain.items[0];
    }
    return names;
}

static bool
is_unique(struct ray_arena *arena, const struct ray_object *key, const ray_list *columns)
{
    for (size_t i = 0; i < key->owner->parts.len; i++) {
        ray_list names = unique_columns(arena, key->owner->parts.items[i]);
        bool all;

        all = names.len > 0;
        for (size_t n = 0; n < names.len; n++)
            all = all && ray_list_has(columns, names.items[n]);
        if (all)
            return true;
    }
    return false;
}

static void
add_edge(struct ray_diagram *diagram, const struct ray_object *key, size_t from, size_t to)
{
    struct ray_arena *arena = diagram->arena;
    struct ray_diagram_table *source = &diagram->tables.items[from];
    const struct ray_diagram_table *target = &diagram->tables.items[to];
    ray_list columns = ray_list_read(arena, ray_object_get(key, "columns"));
    ray_list others = ray_list_read(arena, ray_object_get(key, "referenced_columns"));
    struct ray_diagram_edge *edge;
    size_t at;

    edge = ray_vec_add(arena, &diagram->edges);
    *edge = (struct ray_diagram_edge){0}; /* one may have been taken back */
    edge->key = key;
    edge->name = key->name;
    edge->from = from;
    edge->to = to;
    edge->unique = is_unique(arena, key, &columns);
    edge->not_null = true;
    edge->on_delete = ray_object_get(key, "on_delete");
    for (size_t i = 0; i < columns.len; i++) {
        if (!find_column(source, columns.items[i], &at))
            continue;
        *ray_vec_add(arena, &edge->columns) = at;
        source->columns.items[at].foreign = true;
        edge->not_null = edge->not_null && source->columns.items[at].not_null;
    }
    for (size_t i = 0; i < others.len; i++)
        if (find_column(target, others.items[i], &at))
            *ray_vec_add(arena, &edge->to_columns) = at;
    for (size_t i = 0; others.len == 0 && i < target->columns.len; i++)
        if (target->columns.items[i].primary)
            *ray_vec_add(arena, &edge->to_columns) = i;
    if (key->owner != source->object && is_said(diagram, edge))
        diagram->edges.len--;
}

/* A table's edges stand together. */
static int
compare_edges(const void *left, const void *right)
{
    const struct ray_diagram_edge *a = left;
    const struct ray_diagram_edge *b = right;

    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->key->index < b->key->index ? -1 : a->key->index > b->key->index;
}

bool
ray_diagram_new(struct ray_arena *arena, const struct ray_catalog *catalog,
                const struct ray_diagram_options *options, struct ray_diagram **out,
                struct ray_err *err)
{
    struct ray_diagram *diagram = RAY_NEW(arena, struct ray_diagram);
    size_t count = catalog->objects.len;
    struct chosen chosen = {RAY_NEW_ARRAY(arena, bool, count + 1),
                            RAY_NEW_ARRAY(arena, size_t, count + 1)};

    diagram->arena = arena;
    if (!choose(arena, catalog, options, chosen.tables, err))
        return false;
    for (int hop = 0; hop < options->hops; hop++)
        widen(arena, catalog, chosen.tables);
    for (size_t i = 0; i < count; i++) {
        if (!chosen.tables[i])
            continue;
        chosen.numbers[i] = diagram->tables.len;
        add_table(diagram, catalog->objects.items[i], options->keys_only);
    }
    show_schemas(diagram);
    for (size_t i = 0; i < count; i++) {
        const struct ray_object *key = catalog->objects.items[i];
        const struct ray_object *from;
        const struct ray_object *to;

        if (ends_of(catalog, key, &from, &to) && chosen.tables[to->index] &&
            chosen.tables[from->index])
            add_edge(diagram, key, chosen.numbers[from->index], chosen.numbers[to->index]);
    }
    if (diagram->edges.len > 1)
        qsort(diagram->edges.items, diagram->edges.len, sizeof(*diagram->edges.items),
              compare_edges);
    *out = diagram;
    return true;
}
