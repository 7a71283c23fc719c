/*
 * Ordering: see order.h. Of the objects that are ready the first by its place in the catalog (a part by its
 * owner's) is next, so that the result depends on the catalog alone.
 *
 * A node is an object; what is folded into it shares its node. Each round of folding takes those parts
 * out that stand in the way: where the sort gets stuck, parts that may stand by themselves are unfolded
 * from the objects that are left, and it begins again.
 */
#include "catalog/order.h"

#include "base/graph.h"
#include "catalog/kind.h"
#include "catalog/table.h"

#include <string.h>

struct ordering {
    const struct ray_catalog *catalog;
    struct ray_arena *arena;
    struct ray_graph graph; /* its nodes are the objects' places in the catalog */
    size_t *order;
    size_t placed;
};

/* The object in whose statement it is made. */
static struct ray_object *
node_of(struct ray_object *object)
{
    return object->owner != NULL && object->marked ? object->owner : object;
}

static void
fold(const struct ray_catalog *catalog)
{
    for (size_t i = 0; i < catalog->objects.len; i++) {
        struct ray_object *object = catalog->objects.items[i];
        const struct ray_kind *kind = object->kind;

        object->marked = object->owner != NULL &&
                         (kind->folding == RAY_FOLD_ALWAYS ||
                          (kind->folding == RAY_FOLD_POSSIBLY &&
                           strcmp(object->owner->kind->keyword, "VIEW") != 0 &&
                           (kind->may_fold == NULL || kind->may_fold(object))));
    }
}

static bool
is_of_partitioned(const struct ray_object *object)
{
    return object->kind->has_index && ray_object_get(object->owner, "partition_by") != NULL;
}

/* An index, a trigger, a policy stands behind its table, a column's sequence in front of it; foreign keys
 * stand where their kind does, behind all tables. */
static size_t
anchor_of(const struct ray_object *object)
{
    const struct ray_object *column = object->later.len == 0 ? NULL : object->later.items[0];

    if (object->owner != NULL)
        return object->kind->apart || is_of_partitioned(object) ? object->index
                                                                : object->owner->index;
    return column != NULL && column->owner != NULL ? column->owner->index : object->index;
}

/* ---------------------------------------------------------------- graph */

static void
add_edge(struct ordering *ordering, struct ray_object *object, struct ray_object *need)
{
    ray_graph_edge(&ordering->graph, node_of(need)->index, node_of(object)->index);
}

/* A partition made when its parent has an index already would get one of its own choosing: the index of a
 * partitioned table comes behind all partitions. */
static void
add_partition(struct ordering *ordering, struct ray_object *partition)
{
    const char *name = ray_object_get(partition, "partition_of");
    const struct ray_object *parent = name == NULL ? NULL
                                                   : ray_table_named(ordering->catalog, name);

    for (size_t i = 0; parent != NULL && i < parent->parts.len; i++) {
        struct ray_object *part = parent->parts.items[i];

        if (!part->marked && part->kind->has_index)
            add_edge(ordering, part, partition);
    }
}

static void
build(struct ordering *ordering)
{
    const ray_objects *all = &ordering->catalog->objects;

    ray_graph_init(&ordering->graph, ordering->arena, all->len);
    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        ray_graph_key(&ordering->graph, i, (uint64_t)anchor_of(object) * all->len + i);
        add_partition(ordering, object);
        if (object->owner != NULL && !object->marked)
            add_edge(ordering, object, object->owner);
        for (size_t n = 0; n < object->needs.len; n++)
            add_edge(ordering, object, object->needs.items[n]);
    }
}

static bool
sort(struct ordering *ordering)
{
    build(ordering);
    ordering->order = RAY_NEW_ARRAY(ordering->arena, size_t, ordering->graph.count);
    ordering->placed = ray_graph_sort(&ordering->graph, ordering->order);
    return ordering->placed == ordering->graph.count;
}

/* Takes out of their owners what may stand by itself, among those that wait. False: there is nothing. */
static bool
unfold(struct ordering *ordering)
{
    const ray_objects *all = &ordering->catalog->objects;
    bool any = false;

    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        if (object->marked && object->kind->folding == RAY_FOLD_POSSIBLY && object->needs.len > 0 &&
            ordering->graph.waits[object->owner->index] > 0) {
            object->marked = false;
            any = true;
        }
    }
    return any;
}

static bool
circle(struct ordering *ordering, struct ray_err *err)
{
    struct ray_buf names;
    int count = 0;

    ray_buf_init(&names, err->arena);
    for (size_t i = 0; i < ordering->catalog->objects.len && count < 5; i++)
        if (ordering->graph.waits[i] > 0)
            ray_buf_addf(&names, "%s%s", count++ == 0 ? "" : ", ",
                         ray_object_label(err->arena, ordering->catalog->objects.items[i]));
    return ray_err_set(err, RAY_FAILED, "objects need each other in a circle: %s", names.data);
}

/* ---------------------------------------------------------------- statements */

/* What must be made before an object can be finished: by index, how many, and the other way round. */
struct finish {
    size_t *waits;
    ray_objects *waiting;
};

static void
wait_for(struct ordering *ordering, struct finish *finish, struct ray_object *object,
         struct ray_object *other)
{
    finish->waits[object->index]++;
    *ray_vec_add(ordering->arena, &finish->waiting[node_of(other)->index]) = object;
}

static void
plan_finish(struct ordering *ordering, struct finish *finish)
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
write_all(struct ordering *ordering, struct ray_ddl *ddl)
{
    struct finish finish;

    plan_finish(ordering, &finish);
    for (size_t i = 0; i < ordering->placed; i++) {
        struct ray_object *object = ordering->catalog->objects.items[ordering->order[i]];
        const ray_objects *waiting = &finish.waiting[object->index];

        if (node_of(object) != object)
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
    struct ordering ordering = {.catalog = catalog};
    bool ok;

    fold(catalog);
    ordering.arena = ray_arena_new();
    do
        ok = sort(&ordering);
    while (!ok && unfold(&ordering));
    if (ok)
        write_all(&ordering, ddl);
    else
        (void)circle(&ordering, err);
    ray_arena_free(ordering.arena);
    return ok;
}
