/*
 * Inheritance: see inherit.h. A partition whose columns stand in another order than its parent's is a table of
 * its own that is attached; then nothing of it is implied but what PostgreSQL makes on attaching.
 */
#include "catalog/inherit.h"

#include "catalog/kinds.h"
#include "catalog/not_null.h"
#include "catalog/table.h"

#include "catalog/list.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool
is_column(const struct ray_object *object)
{
    return object->kind == &ray_kind_column;
}

static struct ray_object *
parent_of_partition(const struct ray_catalog *catalog, const struct ray_object *table)
{
    const char *name = ray_object_get(table, "partition_of");

    return name == NULL ? NULL : ray_table_named(catalog, name);
}

/* The partition's parent, or, where that has its columns of its own parent and need not say them, the one
 * above that says them. */
static const struct ray_object *
columns_of_parent(const struct ray_catalog *catalog, const struct ray_object *table)
{
    const struct ray_object *parent = parent_of_partition(catalog, table);

    while (parent != NULL && ray_object_get(parent, "partition_of") != NULL &&
           ray_table_is_like_parent(catalog, parent))
        parent = parent_of_partition(catalog, parent);
    return parent;
}

bool
ray_table_is_like_parent(const struct ray_catalog *catalog, const struct ray_object *table)
{
    const struct ray_object *parent = columns_of_parent(catalog, table);
    size_t p = 0;

    for (size_t i = 0; i < table->parts.len; i++) {
        if (!is_column(table->parts.items[i]))
            continue;
        while (parent != NULL && p < parent->parts.len &&
               !(is_column(parent->parts.items[p]) &&
                 strcmp(parent->parts.items[p]->name, table->parts.items[i]->name) == 0))
            p++; /* a declared partition need not say all of them */
        if (parent == NULL || p++ == parent->parts.len)
            return false;
    }
    return true;
}

static void
add_new_names(const struct ray_catalog *catalog, ray_list *names, const struct ray_object *table)
{
    for (size_t i = 0; i < table->parts.len; i++)
        if (is_column(table->parts.items[i]) && !ray_list_has(names, table->parts.items[i]->name))
            *ray_vec_add(catalog->arena, names) = table->parts.items[i]->name;
}

/* True where something of it is only its parents'. */
static bool
has_inherited(const struct ray_object *table)
{
    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *part = table->parts.items[i];
        const char *inherited = is_column(part) || part->kind == &ray_kind_constraint
                                    ? ray_object_get(part, "inherited")
                                    : NULL;

        if (inherited != NULL && strcmp(inherited, "merged") != 0)
            return true;
    }
    return false;
}

bool
ray_table_joins_parents(const struct ray_catalog *catalog, const struct ray_object *table)
{
    ray_list parents = ray_list_read(catalog->arena, ray_object_get(table, "inherits"));
    ray_list names = {0};
    size_t own = 0;
    size_t n = 0;

    if (parents.len == 0 || has_inherited(table))
        return false;
    for (size_t i = 0; i < table->parts.len; i++)
        own += is_column(table->parts.items[i]);
    for (size_t i = 0; i < parents.len; i++) {
        const struct ray_object *parent = ray_table_named(catalog, parents.items[i]);

        if (parent == NULL)
            return false;
        add_new_names(catalog, &names, parent);
    }
    add_new_names(catalog, &names, table);
    if (names.len != own) /* a declared table need not say its parents' columns */
        return false;
    for (size_t i = 0; i < table->parts.len; i++)
        if (is_column(table->parts.items[i]) &&
            (n == names.len || strcmp(names.items[n++], table->parts.items[i]->name) != 0))
            return true;
    return false;
}

/* A parent that does not say the column has it of its own parents. */
static const struct ray_object *
find_base(const struct ray_catalog *catalog, const struct ray_object *table, const char *name)
{
    ray_list parents = ray_list_read(catalog->arena, ray_object_get(table, "inherits"));
    const char *whole = ray_object_get(table, "partition_of");

    if (whole != NULL)
        *ray_vec_add(catalog->arena, &parents) = whole;
    for (size_t i = 0; i < parents.len; i++) {
        const struct ray_object *parent = ray_table_named(catalog, parents.items[i]);
        const struct ray_object *base = parent == NULL ? NULL
                                                       : ray_table_part(parent, "column", name);

        if (base == NULL && parent != NULL)
            base = find_base(catalog, parent, name);
        if (base != NULL)
            return base;
    }
    return NULL;
}

const struct ray_object *
ray_column_base(const struct ray_catalog *catalog, const struct ray_object *column)
{
    return find_base(catalog, column->owner, column->name);
}

static bool
same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* True where the column comes with the table's parent and is not said again. */
static bool
is_implied_column(const struct ray_catalog *catalog, const struct ray_object *column)
{
    const char *inherited = ray_object_get(column, "inherited");

    return inherited != NULL && strcmp(inherited, "merged") != 0 &&
           !ray_table_is_attached(catalog, column->owner);
}

static const char *
default_of(const struct ray_object *column)
{
    const struct ray_object *standard = ray_table_part(column->owner, "default", column->name);

    return standard == NULL ? NULL : ray_object_get(standard, "expression");
}

/* True where the column has its default as soon as its table is made. */
static bool
is_default_prompt(const struct ray_catalog *catalog, const struct ray_object *column)
{
    while (column != NULL && is_implied_column(catalog, column)) {
        const struct ray_object *base = ray_column_base(catalog, column);

        if (base != NULL && !same(default_of(column), default_of(base)))
            return false;
        column = base;
    }
    return column != NULL;
}

/* A default that is the parent's comes with the column. One that the parent has and the child has not is
 * dropped by whoever writes the column. */
static void
imply_default(const struct ray_catalog *catalog, const struct ray_object *column)
{
    const ray_objects *parts = &column->owner->parts;

    for (size_t i = 0; i < parts->len; i++)
        if (parts->items[i]->kind == &ray_kind_default &&
            strcmp(parts->items[i]->name, column->name) == 0)
            parts->items[i]->implied = is_default_prompt(catalog, column);
}

static void
imply_column(const struct ray_catalog *catalog, struct ray_object *column)
{
    if (!is_implied_column(catalog, column))
        return;
    column->implied = true;
    imply_default(catalog, column);
}

/* The check of the parent's that this one comes from; NULL where it is not there. */
static struct ray_object *
check_base(const struct ray_catalog *catalog, const struct ray_object *check)
{
    const struct ray_object *parent = parent_of_partition(catalog, check->owner);

    for (size_t i = 0; parent != NULL && i < parent->parts.len; i++)
        if (parent->parts.items[i]->kind == check->kind &&
            strcmp(parent->parts.items[i]->name, check->name) == 0)
            return parent->parts.items[i];
    return NULL;
}

/* A table that is attached has its parent's checks by itself, but for those that are not valid: they are
 * added to the topmost table, by a statement of their own, when all partitions are there. */
static void
imply_check(const struct ray_catalog *catalog, struct ray_object *check)
{
    struct ray_object *top = check;
    struct ray_object *base;

    if (!ray_table_is_attached(catalog, check->owner))
        return;
    while ((base = check_base(catalog, top)) != NULL)
        top = base;
    check->implied = top != check && ray_object_get(top, "not_valid") != NULL;
    if (check->implied)
        ray_object_need(catalog->arena, top, &top->needs, check->owner);
}

static bool
is_to_partitioned(const struct ray_catalog *catalog, const struct ray_object *key)
{
    const struct ray_object *table = ray_table_named(catalog, ray_object_get(key, "references"));

    return table != NULL && ray_object_get(table, "partition_by") != NULL;
}

/* 3 of "t_a_fkey3", 0 of "t_a_fkey": names that PostgreSQL gives. ULONG_MAX for any other. */
static unsigned long
number_in_name(const struct ray_object *key)
{
    const char *at = NULL;
    const char *next = key->name;
    char *rest;
    unsigned long number;

    while ((next = strstr(next, "_fkey")) != NULL)
        at = next += strlen("_fkey");
    if (at == NULL)
        return ULONG_MAX;
    number = strtoul(at, &rest, 10);
    return *rest == '\0' ? number : ULONG_MAX;
}

/* A key to a partitioned table takes names for its pieces: after the names that others were given, or got. */
static void
defer_key(const struct ray_catalog *catalog, struct ray_object *key)
{
    const ray_objects *parts = &key->owner->parts;

    if (key->implied || !is_to_partitioned(catalog, key))
        return;
    for (size_t i = 0; i < parts->len; i++) {
        struct ray_object *other = parts->items[i];

        if (other->kind == key->kind && !other->implied &&
            (!is_to_partitioned(catalog, other) || number_in_name(other) < number_in_name(key)))
            ray_object_need(catalog->arena, key, &key->needs, other);
    }
}

void
ray_catalog_inherit(const struct ray_catalog *catalog)
{
    for (size_t i = 0; i < catalog->objects.len; i++) {
        struct ray_object *object = catalog->objects.items[i];

        if (object->owner == NULL || (object->owner->kind != &ray_kind_table &&
                                      object->owner->kind != &ray_kind_foreign_table))
            continue;
        if (is_column(object))
            imply_column(catalog, object);
        else if (object->kind == &ray_kind_constraint && object->implied)
            imply_check(catalog, object);
        else if (object->kind == &ray_kind_foreign_key)
            defer_key(catalog, object);
    }
    ray_catalog_not_null(catalog);
}
