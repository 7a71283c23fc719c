/*
 * NOT NULL constraints: see not_null.h. One that is not valid is added when all tables that have it of this
 * one are there. One whose name is what PostgreSQL would choose for a column of another table, as CREATE
 * TABLE ... LIKE leaves it, comes behind that table: PostgreSQL would choose another name for the column.
 */
#include "catalog/not_null.h"

#include "base/map.h"
#include "catalog/inherit.h"
#include "catalog/kinds.h"
#include "catalog/list.h"
#include "catalog/table.h"

#include <string.h>

static bool
is_not_null(const struct ray_object *object)
{
    return object->kind == &ray_kind_constraint &&
           strcmp(ray_object_get(object, "type"), "not null") == 0;
}

static void
follow_children(const struct ray_catalog *catalog, struct ray_object *constraint)
{
    ray_list names = ray_list_read(catalog->arena, ray_object_get(constraint, "columns"));

    for (size_t i = 0; names.len > 0 && i < catalog->objects.len; i++) {
        const struct ray_object *column = catalog->objects.items[i];
        const struct ray_object *base = column;

        if (column->kind != &ray_kind_column || strcmp(column->name, names.items[0]) != 0)
            continue;
        while (base != NULL && base->owner != constraint->owner)
            base = ray_object_get(base, "inherited") == NULL ? NULL
                                                             : ray_column_base(catalog, base);
        if (base != NULL)
            ray_object_need(catalog->arena, constraint, &constraint->needs, column->owner);
    }
}

static const char *
name_key(struct ray_arena *arena, const char *schema, const char *name)
{
    return ray_arena_printf(arena, "%s.%s", schema, name);
}

/* The columns whose NOT NULL has the name that PostgreSQL gives. */
static void
take_standard_names(const struct ray_catalog *catalog, struct ray_map *columns)
{
    for (size_t i = 0; i < catalog->objects.len; i++) {
        struct ray_object *column = catalog->objects.items[i];
        const char *name;

        if (column->kind != &ray_kind_column || column->owner == NULL ||
            (ray_object_get(column, "not_null") == NULL &&
             ray_object_get(column, "identity") == NULL))
            continue;
        name = ray_arena_printf(catalog->arena, "%s_%s_not_null", column->parent, column->name);
        (void)ray_map_put(columns, name_key(catalog->arena, column->schema, name), column);
    }
}

void
ray_catalog_not_null(const struct ray_catalog *catalog)
{
    struct ray_map columns;
    bool any = false;

    for (size_t i = 0; i < catalog->objects.len; i++) {
        struct ray_object *constraint = catalog->objects.items[i];
        struct ray_object *column;

        if (!is_not_null(constraint) || constraint->owner == NULL)
            continue;
        if (!any) {
            ray_map_init(&columns, catalog->arena);
            take_standard_names(catalog, &columns);
            any = true;
        }
        if (ray_object_get(constraint, "not_valid") != NULL)
            follow_children(catalog, constraint);
        column = ray_map_get(&columns,
                             name_key(catalog->arena, constraint->schema, constraint->name));
        if (column != NULL && column->owner != constraint->owner)
            ray_object_need(catalog->arena, constraint, &constraint->needs, column->owner);
    }
}
