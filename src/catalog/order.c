/*
 * Ordering: see order.h. Kahn's algorithm over the objects that have a statement of their own, with a heap
 * of those that are ready, by their place in the catalog, so that the result depends on the catalog alone.
 *
 * A node is an object; what is folded into it shares its node. Where the sort gets stuck, circle.c takes parts out of
 * their owners' statements or gives an object a stub, a node of its own, and it begins again.
 */
#include "catalog/order.h"

#include "catalog/order_internal.h"

#include <string.h>

static void
fold(const struct ray_catalog *catalog)
{
    for (size_t i = 0; i < catalog->objects.len; i++) {
        struct ray_object *object = catalog->objects.items[i];
        const struct ray_kind *kind = object->kind;

        object->stubbed = false;
        object->marked = object->owner != NULL &&
                         (kind->folding == RAY_FOLD_ALWAYS ||
                          (kind->folding == RAY_FOLD_POSSIBLY &&
                           strcmp(object->owner->kind->keyword, "VIEW") != 0 &&
                           (kind->may_fold == NULL || kind->may_fold(object))));
    }
}

/* ---------------------------------------------------------------- heap */

/* As the objects stand in the catalog; a stub right before what it stands for. */
static bool
is_before(const struct ray_graph *graph, size_t a, size_t b)
{
    size_t place_a = a < graph->count ? 2 * a + 1 : 2 * (a - graph->count);
    size_t place_b = b < graph->count ? 2 * b + 1 : 2 * (b - graph->count);

    return place_a < place_b;
}

static void
push(struct ray_graph *graph, size_t node)
{
    size_t i = graph->ready++;

    while (i > 0 && is_before(graph, node, graph->heap[(i - 1) / 2])) {
        graph->heap[i] = graph->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    graph->heap[i] = node;
}

static size_t
pop(struct ray_graph *graph)
{
    size_t first = graph->heap[0];
    size_t last = graph->heap[--graph->ready];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= graph->ready)
            break;
        if (child + 1 < graph->ready &&
            is_before(graph, graph->heap[child + 1], graph->heap[child]))
            child++;
        if (!is_before(graph, graph->heap[child], last))
            break;
        graph->heap[i] = graph->heap[child];
        i = child;
    }
    graph->heap[i] = last;
    return first;
}

/* ---------------------------------------------------------------- graph */

bool
ray_stub_needs(const struct ray_object *object, const struct ray_object *need)
{
    return object->kind->stub_needs == NULL ? strcmp(need->kind->name, "schema") == 0
                                            : object->kind->stub_needs(object, need);
}

static void
add_edge(struct ray_graph *graph, size_t node, size_t need)
{
    *ray_vec_add(graph->arena, &graph->needed_by[need]) = node;
    graph->waits[node]++;
}

/* In the circle that stubs broke, an object does with another's stub. */
static void
add_need(struct ray_graph *graph, size_t node, struct ray_object *need)
{
    size_t circle = graph->circle[ray_graph_object(graph, node)->index];

    need = ray_graph_whole(need);
    if (need == ray_graph_object(graph, node))
        return;
    add_edge(graph, node,
             need->stubbed && circle != 0 && circle == graph->circle[need->index]
                 ? graph->count + need->index
                 : need->index);
}

static void
add_stub(struct ray_graph *graph, struct ray_object *object)
{
    size_t stub = graph->count + object->index;

    add_edge(graph, object->index, stub);
    for (size_t i = 0; i < object->needs.len; i++)
        if (ray_stub_needs(object, object->needs.items[i]))
            add_need(graph, stub, object->needs.items[i]);
    for (size_t p = 0; p < object->parts.len; p++)
        for (size_t i = 0; i < object->parts.items[p]->needs.len; i++)
            if (object->parts.items[p]->marked)
                add_need(graph, stub, object->parts.items[p]->needs.items[i]);
}

static void
build(struct ray_graph *graph)
{
    const ray_objects *all = &graph->catalog->objects;

    graph->waits = RAY_NEW_ARRAY(graph->arena, size_t, 2 * graph->count);
    graph->needed_by = RAY_NEW_ARRAY(graph->arena, ray_nodes, 2 * graph->count);
    graph->heap = RAY_NEW_ARRAY(graph->arena, size_t, 2 * graph->count);
    graph->order = (ray_nodes){0};
    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];
        size_t node = ray_graph_whole(object)->index;

        if (object->owner != NULL && !object->marked)
            add_need(graph, node, object->owner);
        for (size_t n = 0; n < object->needs.len; n++)
            add_need(graph, node, object->needs.items[n]);
        if (object->stubbed)
            add_stub(graph, object);
    }
}

static bool
sort(struct ray_graph *graph)
{
    size_t nodes = 0;

    build(graph);
    for (size_t node = 0; node < 2 * graph->count; node++) {
        struct ray_object *object = ray_graph_object(graph, node);

        if (ray_graph_whole(object) != object || (node >= graph->count && !object->stubbed))
            continue;
        nodes++;
        if (graph->waits[node] == 0)
            push(graph, node);
    }
    while (graph->ready > 0) {
        size_t node = pop(graph);
        const ray_nodes *next = &graph->needed_by[node];

        *ray_vec_add(graph->arena, &graph->order) = node;
        for (size_t i = 0; i < next->len; i++)
            if (--graph->waits[next->items[i]] == 0)
                push(graph, next->items[i]);
    }
    return graph->order.len == nodes;
}

/* ---------------------------------------------------------------- statements */

/* What must be made before an object can be finished: by index, how many, and the other way round. */
struct finish {
    size_t *waits;
    ray_objects *waiting;
};

static void
wait_for(struct ray_graph *graph, struct finish *finish, struct ray_object *object,
         struct ray_object *other)
{
    finish->waits[object->index]++;
    *ray_vec_add(graph->arena, &finish->waiting[ray_graph_whole(other)->index]) = object;
}

static void
plan_finish(struct ray_graph *graph, struct finish *finish)
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
write_all(struct ray_graph *graph, struct ray_ddl *ddl)
{
    struct finish finish;

    plan_finish(graph, &finish);
    for (size_t i = 0; i < graph->order.len; i++) {
        size_t node = graph->order.items[i];
        struct ray_object *object = ray_graph_object(graph, node);
        const ray_objects *waiting = &finish.waiting[object->index];

        if (node >= graph->count) {
            object->kind->stub(ddl, object);
            continue;
        }
        ray_ddl_create(ddl, object);
        for (size_t w = 0; w < waiting->len; w++)
            if (--finish.waits[waiting->items[w]->index] == 0)
                waiting->items[w]->kind->finish(ddl, waiting->items[w]);
    }
}

bool
ray_catalog_write(const struct ray_catalog *catalog, struct ray_ddl *ddl, struct ray_err *err)
{
    struct ray_graph graph = {.catalog = catalog, .count = catalog->objects.len};
    bool ok;

    fold(catalog);
    graph.arena = ray_arena_new();
    graph.circle = RAY_NEW_ARRAY(graph.arena, size_t, graph.count);
    while (!(ok = sort(&graph)) && ray_graph_break(&graph, err))
        ;
    if (ok)
        write_all(&graph, ddl);
    ray_arena_free(graph.arena);
    return ok;
}
