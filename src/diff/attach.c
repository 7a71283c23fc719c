/*
 * Tables that join a parent. CREATE TABLE ... PARTITION OF would give one indexes of the server's choosing where the
 * parent has some already; so such a partition is made as a table of its own, with its own indexes, and attached
 * then: the server takes those over that are like its parent's. Likewise a table that is there and becomes a
 * partition, or an heir: it joins when it has all that its parent has. While the plan is written nothing of it
 * is implied.
 */
#include "diff/plan_internal.h"

#include "catalog/inherit.h"
#include "catalog/kinds.h"
#include "catalog/list.h"
#include "catalog/table.h"

#include <string.h>

static bool
same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
differs(const struct ray_object *a, const struct ray_object *b, const char *attribute)
{
    return !same(ray_object_get(a, attribute), ray_object_get(b, attribute));
}

/* A partition whose columns stand in another order than its parent's is written as a table of its own; but what its
 * parent gets or loses it gets and loses while it is one. */
static void
hush(struct ray_planning *planning, const struct ray_catalog *catalog,
     struct ray_object *const *counterparts)
{
    const struct ray_objects_range tables = ray_catalog_range(catalog, &ray_kind_table);

    for (size_t i = tables.first; i < tables.end; i++) {
        const struct ray_object *table = catalog->objects.items[i];
        const struct ray_object *counterpart = counterparts[i];

        if (counterpart == NULL || !ray_table_is_attached(catalog, table) ||
            differs(counterpart, table, "partition_of"))
            continue;
        for (size_t p = 0; p < table->parts.len; p++) {
            struct ray_object *part = table->parts.items[p];

            if (part->kind != &ray_kind_column || part->implied ||
                ray_object_get(part, "inherited") == NULL)
                continue;
            part->implied = true;
            *ray_vec_add(planning->arena, &planning->hushed) = part;
        }
    }
}

static bool
is_child_of(struct ray_arena *arena, const struct ray_object *table,
            const struct ray_object *parent)
{
    ray_list parents = ray_list_read(arena, ray_object_get(table, "inherits"));
    const char *whole = ray_object_get(table, "partition_of");
    struct ray_buf name;

    ray_buf_init(&name, arena);
    ray_ddl_qualified(&name, parent);
    return ray_list_has(&parents, name.data) || (whole != NULL && strcmp(whole, name.data) == 0);
}

/* A table that leaves a parent keeps the columns that it had of it: what it shall not have is dropped then. */
static void
leave(struct ray_planning *planning)
{
    const ray_objects *gone = &planning->match->gone;

    for (size_t i = 0; i < gone->len; i++) {
        const struct ray_object *table = gone->items[i];
        const struct ray_object *new = planning->match->new_of[table->index];

        if (table->kind != &ray_kind_table || new == NULL ||
            (!differs(table, new, "partition_of") && !differs(table, new, "inherits")))
            continue;
        for (size_t p = 0; p < table->parts.len; p++) {
            struct ray_object *part = table->parts.items[p];
            const struct ray_object *base = part->kind == &ray_kind_column && part->implied
                                                ? ray_column_base(planning->plan->from, part)
                                                : NULL;

            if (base == NULL || is_child_of(planning->arena, new, base->owner) ||
                ray_table_part(new, "column", part->name) != NULL)
                continue;
            part->implied = false;
            *ray_vec_add(planning->arena, &planning->spoken) = part;
        }
    }
}

void
ray_planning_imply(struct ray_planning *planning)
{
    hush(planning, planning->plan->from, planning->match->new_of);
    hush(planning, planning->plan->to, planning->match->old_of);
    leave(planning);
}

static bool
has_index(const struct ray_planning *planning, const struct ray_object *table)
{
    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *part = table->parts.items[i];

        if (part->kind->has_index && planning->fates.old_of[part->index] != NULL &&
            !planning->fates.create[part->index])
            return true;
    }
    return false;
}

static bool
must_join(const struct ray_planning *planning, const struct ray_object *table)
{
    const char *name = ray_object_get(table, "partition_of");
    const struct ray_object *old = planning->fates.old_of[table->index];
    const struct ray_object *parent;

    if (planning->fates.alter[table->index] != NULL && old != NULL)
        return differs(old, table, "partition_of") || differs(old, table, "bound") ||
               differs(old, table, "inherits");
    if (name == NULL || !planning->fates.create[table->index])
        return false;
    parent = ray_table_named(planning->plan->to, name);
    return parent != NULL && !planning->fates.create[parent->index] && has_index(planning, parent);
}

const struct ray_object *
ray_planning_invalid_base(const struct ray_planning *planning, const struct ray_object *check)
{
    const struct ray_object *table = check->owner;
    ray_list parents;

    if (!check->implied || check->kind != &ray_kind_constraint ||
        ray_object_get(check, "not_valid") != NULL || planning->fates.create[table->index])
        return NULL;
    parents = ray_list_read(planning->arena, ray_object_get(table, "inherits"));
    if (ray_object_get(table, "partition_of") != NULL)
        *ray_vec_add(planning->arena, &parents) = ray_object_get(table, "partition_of");
    for (size_t i = 0; i < parents.len; i++) {
        const struct ray_object *parent = ray_table_named(planning->plan->to, parents.items[i]);
        const struct ray_object *base = parent == NULL
                                            ? NULL
                                            : ray_table_part(parent, "constraint", check->name);

        if (base != NULL && planning->fates.create[base->index] &&
            ray_object_get(base, "not_valid") != NULL)
            return base;
    }
    return NULL;
}

/* True where the check comes to a parent, or to one above it, when all partitions are there: one that is not valid. */
static bool
comes_later(const struct ray_planning *planning, const struct ray_object *check)
{
    const struct ray_object *table = check->owner;

    if (ray_object_get(check, "not_valid") == NULL)
        return false;
    while (table != NULL) {
        const char *name = ray_object_get(table, "partition_of");
        const struct ray_object *above;

        table = name == NULL ? NULL : ray_table_named(planning->plan->to, name);
        above = table == NULL ? NULL : ray_table_part(table, "constraint", check->name);
        if (above != NULL && planning->fates.create[above->index])
            return true;
    }
    return false;
}

/* What a table of its own must say. */
static bool
is_said_now(const struct ray_planning *planning, const struct ray_object *part)
{
    if (part->kind == &ray_kind_constraint)
        return ray_object_get(part, "expression") != NULL && !comes_later(planning, part);
    return part->kind == &ray_kind_column || part->kind == &ray_kind_default;
}

/* From 18 on a table that becomes a partition keeps its NOT NULLs, which its whole's are merged with: under that one's name,
 * see kind/alter_table.c. */
static void
keep_not_nulls(struct ray_planning *planning, const struct ray_object *table)
{
    const struct ray_object *old = planning->fates.old_of[table->index];

    for (size_t i = 0; old != NULL && i < table->parts.len; i++) {
        const struct ray_object *column = table->parts.items[i];
        const struct ray_object *before = column->kind != &ray_kind_column ||
                                                  ray_object_get(column, "not_null") == NULL
                                              ? NULL
                                              : ray_table_part(old, "column", column->name);
        const struct ray_object *own = before == NULL
                                           ? NULL
                                           : ray_column_not_null(planning->arena, before);

        if (own != NULL && planning->fates.new_of[own->index] == NULL)
            planning->fates.drop[own->index] = false;
    }
}

void
ray_planning_attach(struct ray_planning *planning)
{
    const struct ray_catalog *to = planning->plan->to;
    const struct ray_objects_range tables = ray_catalog_range(to, &ray_kind_table);

    for (size_t i = tables.first; i < tables.end; i++) {
        struct ray_object *table = to->objects.items[i];

        if ((!planning->fates.create[i] && planning->fates.alter[i] == NULL) ||
            !must_join(planning, table))
            continue;
        table->joins = true;
        if (ray_object_get(table, "partition_of") != NULL)
            keep_not_nulls(planning, table);
        *ray_vec_add(planning->arena, &planning->joining) = table;
        for (size_t p = 0; p < table->parts.len; p++) {
            struct ray_object *part = table->parts.items[p];

            if (!part->implied || !is_said_now(planning, part) ||
                planning->fates.old_of[part->index] != NULL)
                continue;
            part->implied = false;
            planning->fates.create[part->index] = true;
            *ray_vec_add(planning->arena, &planning->spoken) = part;
        }
    }
}

void
ray_planning_release(struct ray_planning *planning)
{
    for (size_t i = 0; i < planning->joining.len; i++)
        planning->joining.items[i]->joins = false;
    for (size_t i = 0; i < planning->spoken.len; i++)
        planning->spoken.items[i]->implied = true;
    for (size_t i = 0; i < planning->hushed.len; i++)
        planning->hushed.items[i]->implied = false;
}
