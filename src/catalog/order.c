/*
 * Ordering: see order.h. Kahn's algorithm over the objects that have a statement of their own, with a heap
 * of those that are ready, by their place in the catalog (parts by their owner's), so that the result depends on the catalog alone.
 *
 * A node is an object; what is folded into it shares its node. Each round of folding takes those parts
 * out that stand in the way: where the sort gets stuck, parts that may stand by themselves are unfolded
 * from the objects that are left, and it begins again.
 */
#include "catalog/order.h"

#include "catalog/kind.h"
#include "catalog/table.h"

#include <string.h>

struct graph {
    const struct ray_catalog *catalog;
    struct ray_arena *arena;
    size_t *waits;            /* by index: how many needs are not made */
    struct ray_object **heap; /* the ready ones */
    size_t ready;
    ray_objects *needed_by; /* by index */
    size_t *anchors;        /* by index: where it would stand, needs permitting */
    ray_objects order;
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

/* ---------------------------------------------------------------- heap */

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

static bool
stands_before(const struct graph *graph, const struct ray_object *a, const struct ray_object *b)
{
    size_t anchor_a = graph->anchors[a->index];
    size_t anchor_b = graph->anchors[b->index];

    return anchor_a != anchor_b ? anchor_a < anchor_b : a->index < b->index;
}

static void
push(struct graph *graph, struct ray_object *object)
{
    size_t i = graph->ready++;

    while (i > 0 && stands_before(graph, object, graph->heap[(i - 1) / 2])) {
        graph->heap[i] = graph->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    graph->heap[i] = object;
}

static struct ray_object *
pop(struct graph *graph)
{
    struct ray_object *first = graph->heap[0];
    struct ray_object *last = graph->heap[--graph->ready];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= graph->ready)
            break;
        if (child + 1 < graph->ready &&
            stands_before(graph, graph->heap[child + 1], graph->heap[child]))
            child++;
        if (!stands_before(graph, graph->heap[child], last))
            break;
        graph->heap[i] = graph->heap[child];
        i = child;
    }
    graph->heap[i] = last;
    return first;
}

/* ---------------------------------------------------------------- graph */

static void
add_edge(struct graph *graph, struct ray_object *object, struct ray_object *need)
{
    object = node_of(object);
    need = node_of(need);
    if (object == need)
        return;
    *ray_vec_add(graph->arena, &graph->needed_by[need->index]) = object;
    graph->waits[object->index]++;
}

/* A partition made when its parent has an index already would get one of its own choosing: the index of a
 * partitioned table comes behind all partitions. */
static void
add_partition(struct graph *graph, struct ray_object *partition)
{
    const char *name = ray_object_get(partition, "partition_of");
    const struct ray_object *parent = name == NULL ? NULL : ray_table_named(graph->catalog, name);

    for (size_t i = 0; parent != NULL && i < parent->parts.len; i++) {
        struct ray_object *part = parent->parts.items[i];

        if (!part->marked && part->kind->has_index)
            add_edge(graph, part, partition);
    }
}

static void
build(struct graph *graph)
{
    const ray_objects *all = &graph->catalog->objects;

    graph->waits = RAY_NEW_ARRAY(graph->arena, size_t, all->len);
    graph->needed_by = RAY_NEW_ARRAY(graph->arena, ray_objects, all->len);
    graph->heap = RAY_NEW_ARRAY(graph->arena, struct ray_object *, all->len);
    graph->anchors = RAY_NEW_ARRAY(graph->arena, size_t, all->len);
    graph->order.len = 0;
    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        graph->anchors[i] = anchor_of(object);
        add_partition(graph, object);
        if (object->owner != NULL && !object->marked)
            add_edge(graph, object, object->owner);
        for (size_t n = 0; n < object->needs.len; n++)
            add_edge(graph, object, object->needs.items[n]);
    }
}

static bool
sort(struct graph *graph)
{
    const ray_objects *all = &graph->catalog->objects;
    size_t nodes = 0;

    build(graph);
    for (size_t i = 0; i < all->len; i++) {
        if (node_of(all->items[i]) != all->items[i])
            continue;
        nodes++;
        if (graph->waits[i] == 0)
            push(graph, all->items[i]);
    }
    while (graph->ready > 0) {
        struct ray_object *object = pop(graph);
        const ray_objects *next = &graph->needed_by[object->index];

        *ray_vec_add(graph->arena, &graph->order) = object;
        for (size_t i = 0; i < next->len; i++)
            if (--graph->waits[next->items[i]->index] == 0)
                push(graph, next->items[i]);
    }
    return graph->order.len == nodes;
}

/* Takes out of their owners what may stand by itself, among those that wait. False: there is nothing. */
static bool
unfold(struct graph *graph)
{
    const ray_objects *all = &graph->catalog->objects;
    bool any = false;

    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        if (object->marked && object->kind->folding == RAY_FOLD_POSSIBLY && object->needs.len > 0 &&
            graph->waits[object->owner->index] > 0) {
            object->marked = false;
            any = true;
        }
    }
    return any;
}

static bool
circle(struct graph *graph, struct ray_err *err)
{
    struct ray_buf names;
    int count = 0;

    ray_buf_init(&names, err->arena);
    for (size_t i = 0; i < graph->catalog->objects.len && count < 5; i++)
        if (graph->waits[i] > 0)
            ray_buf_addf(&names, "%s%s", count++ == 0 ? "" : ", ",
                         ray_object_label(err->arena, graph->catalog->objects.items[i]));
    return ray_err_set(err, RAY_FAILED, "objects need each other in a circle: %s", names.data);
}

/* ---------------------------------------------------------------- statements */

/* What must be made before an object can be finished: by index, how many, and the other way round. */
struct finish {
    size_t *waits;
    ray_objects *waiting;
};

static void
wait_for(struct graph *graph, struct finish *finish, struct ray_object *object,
         struct ray_object *other)
{
    finish->waits[object->index]++;
    *ray_vec_add(graph->arena, &finish->waiting[node_of(other)->index]) = object;
}

static void
plan_finish(struct graph *graph, struct finish *finish)
{
    const ray_objects *all = &graph->catalog->objects;

    finish->waits = RAY_NEW_ARRAY(graph->arena, size_t, all->len);
    finish->waiting = RAY_NEW_ARRAY(graph->arena, ray_objects, all->len);
    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        if (object->kind->finish == NULL)
            continue;
        wait_for(graph, finish, object, object);
        for (size_t n = 0; n < object->later.len; n++)
            wait_for(graph, finish, object, object->later.items[n]);
    }
}

static void
write_all(struct graph *graph, struct ray_ddl *ddl)
{
    struct finish finish;

    plan_finish(graph, &finish);
    for (size_t i = 0; i < graph->order.len; i++) {
        const ray_objects *waiting = &finish.waiting[graph->order.items[i]->index];

        ray_ddl_create(ddl, graph->order.items[i]);
        for (size_t w = 0; w < waiting->len; w++)
            if (--finish.waits[waiting->items[w]->index] == 0)
                waiting->items[w]->kind->finish(ddl, waiting->items[w]);
    }
}

bool
ray_catalog_write(const struct ray_catalog *catalog, struct ray_ddl *ddl, struct ray_err *err)
{
    struct graph graph = {.catalog = catalog};
    bool ok;

    fold(catalog);
    graph.arena = ray_arena_new();
    while (!(ok = sort(&graph)) && unfold(&graph))
        graph.order = (ray_objects){0};
    if (ok)
        write_all(&graph, ddl);
    else
        (void)circle(&graph, err);
    ray_arena_free(graph.arena);
    return ok;
}
