/*
 * Inheritance: see inherit.h. A partition whose columns stand in another order than its parent's is a table of
 * its own that is attached; then nothing of it is implied but what PostgreSQL makes on attaching.
 */
#include "catalog/inherit.h"

#include "catalog/kinds.h"
#include "catalog/table.h"

#include "catalog/list.h"

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

bool
ray_table_is_like_parent(const struct ray_catalog *catalog, const struct ray_object *table)
{
    const struct ray_object *parent = parent_of_partition(catalog, table);
    size_t p = 0;

    for (size_t i = 0; i < table->parts.len; i++) {
        if (!is_column(table->parts.items[i]))
            continue;
        while (parent != NULL && p < parent->parts.len && !is_column(parent->parts.items[p]))
            p++;
        if (parent == NULL || p == parent->parts.len ||
            strcmp(parent->parts.items[p++]->name, table->parts.items[i]->name) != 0)
            return false;
    }
    return true;
}

const struct ray_object *
ray_column_base(const struct ray_catalog *catalog, const struct ray_object *column)
{
    const struct ray_object *table = column->owner;
    ray_list parents = ray_list_read(catalog->arena, ray_object_get(table, "inherits"));
    const char *whole = ray_object_get(table, "partition_of");

    if (whole != NULL)
        *ray_vec_add(catalog->arena, &parents) = whole;
    for (size_t i = 0; i < parents.len; i++) {
        const struct ray_object *parent = ray_table_named(catalog, parents.items[i]);
        const struct ray_object *base = parent == NULL
                                            ? NULL
                                            : ray_table_part(parent, "column", column->name);

        if (base != NULL)
            return base;
    }
    return NULL;
}

static bool
same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* A default that is the parent's comes with the column. One that the parent has and the child has not is
 * dropped by whoever writes the column. */
static void
imply_default(const struct ray_object *column, const struct ray_object *base)
{
    const struct ray_object *own = ray_table_part(column->owner, "default", column->name);
    const struct ray_object *theirs = base == NULL
                                          ? NULL
                                          : ray_table_part(base->owner, "default", column->name);

    for (size_t i = 0; own != NULL && theirs != NULL && i < column->owner->parts.len; i++)
        if (column->owner->parts.items[i] == own)
            column->owner->parts.items[i]->implied = same(ray_object_get(own, "expression"),
                                                          ray_object_get(theirs, "expression"));
}

void
ray_catalog_inherit(const struct ray_catalog *catalog)
{
    for (size_t i = 0; i < catalog->objects.len; i++) {
        struct ray_object *column = catalog->objects.items[i];
        const char *inherited;

        if (!is_column(column) || column->owner == NULL)
            continue;
        inherited = ray_object_get(column, "inherited");
        if (inherited == NULL || strcmp(inherited, "merged") == 0 ||
            (strcmp(inherited, "partition") == 0 &&
             !ray_table_is_like_parent(catalog, column->owner)))
            continue;
        column->implied = true;
        imply_default(column, ray_column_base(catalog, column));
    }
}
