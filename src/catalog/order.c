/*
 * Ordering: see order.h. Of the objects that are ready the first by its place in the catalog (a part by its
 * owner's) is next, so that the result depends on the catalog alone.
 *
 * A node is an object; what is folded into it shares its node. Where the sort gets stuck, circle.c takes parts out of
 * their owners' statements or gives an object a stub, a node of its own, and it begins again.
 */
#include "catalog/order.h"

#include "catalog/kinds.h"
#include "catalog/order_internal.h"
#include "catalog/table.h"

#include <string.h>

bool
ray_object_folds(const struct ray_object *object)
{
    const struct ray_kind *kind = object->kind;

    if (object->owner == NULL || kind->folding == RAY_FOLD_NEVER)
        return false;
    return kind->folding == RAY_FOLD_ALWAYS || (strcmp(object->owner->kind->keyword, "VIEW") != 0 &&
                                                (kind->may_fold == NULL || kind->may_fold(object)));
}

static void
fold(const struct ray_catalog *catalog)
{
    for (size_t i = 0; i < catalog->objects.len; i++) {
        struct ray_object *object = catalog->objects.items[i];

        object->stubbed = false;
        object->marked = ray_object_folds(object);
    }
}

/* ---------------------------------------------------------------- places */

static bool
is_of_partitioned(const struct ray_object *object)
{
    return object->kind->has_index && ray_object_get(object->owner, "partition_by") != NULL;
}

size_t
ray_object_anchor(const struct ray_object *object)
{
    const struct ray_object *column = object->later.len == 0 ? NULL : object->later.items[0];

    if (object->owner != NULL)
        return object->kind->apart || is_of_partitioned(object) ? object->index
                                                                : object->owner->index;
    return column != NULL && column->owner != NULL ? column->owner->index : object->index;
}

/* ---------------------------------------------------------------- graph */

bool
ray_stub_needs(const struct ray_object *object, const struct ray_object *need)
{
    return object->kind->stub_needs == NULL ? strcmp(need->kind->name, "schema") == 0
                                            : object->kind->stub_needs(object, need);
}

/* In the circle that stubs broke, an object does with another's stub. */
static void
add_need(struct ray_ordering *ordering, size_t node, struct ray_object *need)
{
    size_t circle = ordering->circle[ray_ordering_object(ordering, node)->index];

    need = ray_object_whole(need);
    if (need == ray_ordering_object(ordering, node))
        return;
    ray_graph_edge(&ordering->graph,
                   need->stubbed && circle != 0 && circle == ordering->circle[need->index]
                       ? ordering->count + need->index
                       : need->index,
                   node);
}

static void
add_stub(struct ray_ordering *ordering, struct ray_object *object)
{
    size_t stub = ordering->count + object->index;

    ray_graph_edge(&ordering->graph, stub, object->index);
    for (size_t i = 0; i < object->needs.len; i++)
        if (ray_stub_needs(object, object->needs.items[i]))
            add_need(ordering, stub, object->needs.items[i]);
    for (size_t p = 0; p < object->parts.len; p++)
        for (size_t i = 0; i < object->parts.items[p]->needs.len; i++)
            if (object->parts.items[p]->marked)
                add_need(ordering, stub, object->parts.items[p]->needs.items[i]);
}

/* A partition made when its parent has an index already would get one of its own choosing: the index of a
 * partitioned table comes behind all partitions. */
static void
add_partition(struct ray_ordering *ordering, struct ray_object *partition)
{
    const char *name = ray_object_get(partition, "partition_of");
    const struct ray_object *parent = name == NULL ? NULL
                                                   : ray_table_named(ordering->catalog, name);

    for (size_t i = 0; parent != NULL && i < parent->parts.len; i++) {
        struct ray_object *part = parent->parts.items[i];

        if (!part->marked && part->kind->has_index)
            add_need(ordering, part->index, partition);
    }
}

/* ---------------------------------------------------------------- domains */

/* Adds what the object needs to `out`, once. */
static void
mark_needs(const struct ray_object *object, bool *needed, ray_objects *out, struct ray_arena *arena)
{
    for (size_t i = 0; i < object->needs.len; i++) {
        struct ray_object *need = ray_object_whole(object->needs.items[i]);

        if (!needed[need->index])
            *ray_vec_add(arena, out) = need;
        needed[need->index] = true;
    }
}

static bool
needs_it(const struct ray_object *object, const struct ray_object *need)
{
    for (size_t i = 0; i < object->needs.len; i++)
        if (object->needs.items[i] == need)
            return true;
    for (size_t p = 0; p < object->parts.len; p++)
        if (object->parts.items[p]->marked && needs_it(object->parts.items[p], need))
            return true;
    return false;
}

/* Once something holds a domain's values inside of others the server takes no constraint for it
 * (find_composite_type_dependencies()); so what needs the domain comes behind a constraint that is made by itself, but
 * for what that needs. */
static void
add_domain_constraint(struct ray_ordering *ordering, const struct ray_object *constraint)
{
    const ray_objects *all = &ordering->catalog->objects;
    bool *needed = RAY_NEW_ARRAY(ordering->arena, bool, ordering->count);
    ray_objects closure = {0};

    mark_needs(constraint, needed, &closure, ordering->arena);
    for (size_t i = 0; i < closure.len; i++) {
        mark_needs(closure.items[i], needed, &closure, ordering->arena);
        for (size_t p = 0; p < closure.items[i]->parts.len; p++)
            if (closure.items[i]->parts.items[p]->marked)
                mark_needs(closure.items[i]->parts.items[p], needed, &closure, ordering->arena);
    }
    for (size_t i = 0; i < ordering->count; i++) {
        struct ray_object *object = all->items[i];

        if (ray_object_whole(object) != object || object == constraint->owner ||
            object->owner == constraint->owner || needed[i] || !needs_it(object, constraint->owner))
            continue;
        ray_graph_edge(&ordering->graph, constraint->index, i);
        if (object->stubbed)
            ray_graph_edge(&ordering->graph, constraint->index, ordering->count + i);
    }
}

/* A stub stands right before what it stands for. */
static void
build(struct ray_ordering *ordering)
{
    const ray_objects *all = &ordering->catalog->objects;
    size_t count = ordering->count;

    ray_graph_init(&ordering->graph, ordering->arena, 2 * count);
    for (size_t i = 0; i < count; i++) {
        struct ray_object *object = all->items[i];
        size_t node = ray_object_whole(object)->index;
        uint64_t place = 2 * ((uint64_t)ray_object_anchor(object) * count + i);

        ray_graph_key(&ordering->graph, i, place + 1);
        ray_graph_key(&ordering->graph, count + i, place);
        add_partition(ordering, object);
        if (object->owner != NULL && !object->marked)
            add_need(ordering, node, object->owner);
        for (size_t n = 0; n < object->needs.len; n++)
            add_need(ordering, node, object->needs.items[n]);
        if (object->stubbed)
            add_stub(ordering, object);
        if (object->kind == &ray_kind_domain_constraint && !object->marked)
            add_domain_constraint(ordering, object);
    }
}

static bool
sort(struct ray_ordering *ordering)
{
    build(ordering);
    ordering->order = RAY_NEW_ARRAY(ordering->arena, size_t, ordering->graph.count);
    return ray_graph_sort(&ordering->graph, ordering->order) == ordering->graph.members;
}

/* ---------------------------------------------------------------- statements */

/* What must be made before an object can be finished: by index, how many, and the other way round. */
struct finish {
    size_t *waits;
    ray_objects *waiting;
};

static void
wait_for(struct ray_ordering *ordering, struct finish *finish, struct ray_object *object,
         struct ray_object *other)
{
    finish->waits[object->index]++;
    *ray_vec_add(ordering->arena, &finish->waiting[ray_object_whole(other)->index]) = object;
}

static void
plan_finish(struct ray_ordering *ordering, struct finish *finish)
{
    const ray_objects *all = &ordering->catalog->objects;

    finish->waits = RAY_NEW_ARRAY(ordering->arena, size_t, all->len);
    finish->waiting = RAY_NEW_ARRAY(ordering->arena, ray_objects, all->len);
    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        if (object->kind->finish == NULL)
            continue;
        wait_for(ordering, finish, object, object);
        for (size_t n = 0; n < object->later.len; n++)
            wait_for(ordering, finish, object, object->later.items[n]);
    }
}

static void
write_all(struct ray_ordering *ordering, struct ray_ddl *ddl)
{
    struct finish finish;

    plan_finish(ordering, &finish);
    for (size_t i = 0; i < ordering->graph.count; i++) {
        size_t node = ordering->order[i];
        struct ray_object *object = ray_ordering_object(ordering, node);
        const ray_objects *waiting = &finish.waiting[object->index];

        if (node >= ordering->count) {
            if (object->stubbed)
                object->kind->stub(ddl, object);
            continue;
        }
        if (ray_object_whole(object) != object)
            continue; /* it stands in its owner's statement */
        ray_ddl_create(ddl, object);
        for (size_t w = 0; w < waiting->len; w++)
            if (--finish.waits[waiting->items[w]->index] == 0)
                waiting->items[w]->kind->finish(ddl, waiting->items[w]);
    }
}

bool
ray_catalog_write(const struct ray_catalog *catalog, struct ray_ddl *ddl, struct ray_err *err)
{
    struct ray_ordering ordering = {.catalog = catalog, .count = catalog->objects.len};
    bool ok;

    fold(catalog);
    ordering.arena = ray_arena_new();
    ordering.circle = RAY_NEW_ARRAY(ordering.arena, size_t, ordering.count);
    do
        ok = sort(&ordering);
    while (!ok && ray_ordering_break(&ordering, err));
    if (ok)
        write_all(&ordering, ddl);
    ray_arena_free(ordering.arena);
    return ok;
}
