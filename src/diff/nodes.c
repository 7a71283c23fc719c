/*
 * Which node each object has: in whose DROP it goes, and in whose CREATE or ALTER it is made. What goes with another, or
 * is written inside of another's statement, has that one's node.
 */
#include "diff/plan_internal.h"

#include "catalog/inherit.h"
#include "catalog/kinds.h"
#include "catalog/list.h"
#include "catalog/table.h"

#include <string.h>

bool
ray_planning_is_inherited(const struct ray_object *object)
{
    return object->kind == &ray_kind_column && ray_object_get(object, "inherited") != NULL;
}

/* A foreign key to what goes, too, is dropped by itself: tables may refer to each other in a circle. So is a user
 * mapping: a server does not take it along. */
static bool
goes_alone(const struct ray_fates *fates, const struct ray_object *object)
{
    if (fates->alone[object->index] || object->kind == &ray_kind_user_mapping)
        return true;
    for (size_t i = 0; object->kind->apart && i < object->needs.len; i++)
        if (object->needs.items[i]->owner != object->owner &&
            fates->drop[object->needs.items[i]->index])
            return true;
    return false;
}

/* The column that a default or a sequence belongs to. */
static const struct ray_object *
column_of(const struct ray_planning *planning, const struct ray_object *object)
{
    if (object->kind == &ray_kind_default)
        return ray_catalog_find(planning->plan->from, &ray_kind_column, object->schema,
                                object->parent, object->name, NULL);
    return object->kind == &ray_kind_sequence && object->later.len > 0 ? object->later.items[0]
                                                                       : NULL;
}

/* The index or key of the parent's that a partition's is attached to. */
static const struct ray_object *
index_above(const struct ray_object *object)
{
    if (!object->kind->has_index || ray_object_get(object, "attached_to") == NULL)
        return NULL;
    for (size_t i = 0; i < object->later.len; i++)
        if (object->later.items[i]->kind->has_index)
            return object->later.items[i];
    for (size_t i = 0; i < object->needs.len; i++)
        if (object->needs.items[i]->kind->has_index &&
            object->needs.items[i]->owner != object->owner)
            return object->needs.items[i];
    return NULL;
}

static bool
has_same(const struct ray_object *one, const struct ray_object *other, const char *attribute)
{
    const char *left = ray_object_get(one, attribute);
    const char *right = ray_object_get(other, attribute);

    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

static const struct ray_object *find_check(const struct ray_planning *planning,
                                           const struct ray_object *table, const char *name);

/* The check of that name of the parent or one above it, where it is dropped. */
static const struct ray_object *
find_parents_check(const struct ray_planning *planning, const char *parent, const char *name)
{
    const struct ray_object *table = ray_table_named(planning->plan->from, parent);
    const struct ray_object *base = table == NULL ? NULL
                                                  : ray_table_part(table, "constraint", name);

    if (base == NULL)
        return NULL;
    return planning->fates.drop[base->index] && !base->implied ? base
                                                               : find_check(planning, table, name);
}

/* Likewise, for a table that stays with its parents. */
static const struct ray_object *
find_check(const struct ray_planning *planning, const struct ray_object *table, const char *name)
{
    const struct ray_object *new = planning->fates.new_of[table->index];
    const char *whole = ray_object_get(table, "partition_of");
    const struct ray_object *found = NULL;
    ray_list parents;

    if (new == NULL || !has_same(table, new, "partition_of") || !has_same(table, new, "inherits"))
        return NULL;
    parents = ray_list_read(planning->arena, ray_object_get(table, "inherits"));
    if (whole != NULL)
        *ray_vec_add(planning->arena, &parents) = whole;
    for (size_t i = 0; found == NULL && i < parents.len; i++)
        found = find_parents_check(planning, parents.items[i], name);
    return found;
}

/* The check that one comes from: dropped there, it goes here, too. */
static const struct ray_object *
check_above(const struct ray_planning *planning, const struct ray_object *check)
{
    return check->kind == &ray_kind_constraint && ray_object_get(check, "inherited") != NULL
               ? find_check(planning, check->owner, check->name)
               : NULL;
}

/* It goes with its owner, its column, what owns it or what it is attached to, and no statement of its own is
 * needed. */
const struct ray_object *
ray_planning_absorber(const struct ray_planning *planning, const struct ray_object *object)
{
    const struct ray_fates *fates = &planning->fates;
    const struct ray_object *column = column_of(planning, object);

    if (planning->swallower[object->index] != NULL)
        return planning->swallower[object->index];
    if (ray_planning_is_inherited(object) && object->implied && !fates->drop[object->owner->index])
        return ray_column_base(planning->plan->from, object);
    if (object->owner != NULL && fates->drop[object->owner->index])
        return goes_alone(fates, object) ? NULL : object->owner;
    if (object->owner != NULL && object->implied && column == NULL)
        return object->owner;
    if (column != NULL)
        return column;
    return object->owner != NULL && check_above(planning, object) != NULL
               ? check_above(planning, object)
               : index_above(object);
}

/* What the chain of absorbers that begins here goes with; NULL: nothing of it is dropped. */
static const struct ray_object *
find_dropped_with(struct ray_planning *planning, const struct ray_object *old, bool *known)
{
    const struct ray_object *absorber;
    const struct ray_object *found = NULL;

    if (known[old->index])
        return planning->dropped_with[old->index];
    absorber = ray_planning_absorber(planning, old);
    if (absorber != NULL)
        found = find_dropped_with(planning, absorber, known);
    if (found == NULL && planning->fates.drop[old->index])
        found = old;
    known[old->index] = true;
    planning->dropped_with[old->index] = found;
    return found;
}

/* Of all old objects, before edges are made. Mostly nothing is dropped, or little. */
void
ray_planning_settle_drops(struct ray_planning *planning)
{
    const ray_objects *all = &planning->plan->from->objects;
    bool *known = RAY_NEW_ARRAY(planning->arena, bool, all->len);
    bool any = false;

    for (size_t i = 0; i < all->len && !any; i++)
        any = planning->fates.drop[i];
    planning->dropped_with = RAY_NEW_ARRAY(planning->arena, const struct ray_object *, all->len);
    for (size_t i = 0; i < all->len && any; i++)
        (void)find_dropped_with(planning, all->items[i], known);
}

const struct ray_object *
ray_planning_dropped_with(const struct ray_planning *planning, const struct ray_object *old)
{
    const struct ray_object *found = planning->dropped_with[old->index];

    return found == NULL ? old : found;
}

size_t
ray_planning_old_node(const struct ray_planning *planning, const struct ray_object *old)
{
    return ray_planning_dropped_with(planning, old)->index;
}

bool
ray_planning_is_dropped(const struct ray_planning *planning, const struct ray_object *old)
{
    return planning->dropped_with[old->index] != NULL;
}

/* The column that a new default is written with, where the column is new, too. */
struct ray_object *
ray_planning_column(const struct ray_planning *planning, const struct ray_object *object)
{
    struct ray_object *column;

    if (object->kind != &ray_kind_default)
        return NULL;
    column = ray_catalog_find(planning->plan->to, &ray_kind_column, object->schema, object->parent,
                              object->name, NULL);
    return column != NULL && planning->fates.create[column->index] ? column : NULL;
}

/* What comes with a whole, or with its parent or its query later: only what is said of it is written, by itself
 * unless CREATE TABLE stands for it. */
static bool
is_made_late(const struct ray_planning *planning, const struct ray_object *object)
{
    const struct ray_fates *fates = &planning->fates;

    return fates->alter[object->index] != NULL ||
           (fates->create[object->index] &&
            (object->kind->folding != RAY_FOLD_ALWAYS || !fates->create[object->owner->index]));
}

/* In whose statement a new object is made. */
struct ray_object *
ray_planning_maker(const struct ray_planning *planning, struct ray_object *object)
{
    struct ray_object *column;

    if (object->owner == NULL || !(object->implied || object->marked))
        return object;
    if (object->implied)
        return is_made_late(planning, object) ? object : object->owner;
    column = ray_planning_column(planning, object);
    if (column != NULL && !planning->fates.create[object->owner->index])
        return column;
    return object->owner;
}

size_t
ray_planning_node(const struct ray_planning *planning, struct ray_object *object)
{
    return planning->nfrom + ray_planning_maker(planning, object)->index;
}

bool
ray_planning_is_made(const struct ray_planning *planning, struct ray_object *object)
{
    const struct ray_object *maker = ray_planning_maker(planning, object);

    return planning->fates.create[maker->index] || planning->fates.alter[maker->index] != NULL ||
           planning->fates.alter[object->index] != NULL;
}

/* Likewise, of what needs others: a part that a whole has already needs nothing when that is altered. */
bool
ray_planning_is_written(const struct ray_planning *planning, struct ray_object *object)
{
    const struct ray_object *maker = ray_planning_maker(planning, object);

    return planning->fates.create[maker->index] ||
           (maker == object && planning->fates.alter[object->index] != NULL);
}
