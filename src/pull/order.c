/* Order: see order.h. Kahn's algorithm with two heaps: who waits for nothing, and who waits for light edges alone. */
#include "pull/order.h"

enum { HEAVY, LIGHT };

struct heap {
    size_t *items;
    size_t len;
};

void
ray_pull_graph_init(struct ray_pull_graph *graph, struct ray_arena *arena, size_t count)
{
    graph->arena = arena;
    graph->count = count;
    graph->heavy = RAY_NEW_ARRAY(arena, ray_numbers, count);
    graph->light = RAY_NEW_ARRAY(arena, ray_numbers, count);
    for (int i = HEAVY; i <= LIGHT; i++)
        graph->waits[i] = RAY_NEW_ARRAY(arena, size_t, count);
}

void
ray_pull_graph_add(struct ray_pull_graph *graph, size_t node, size_t other, bool light)
{
    if (node == other)
        return;
    *ray_vec_add(graph->arena, light ? &graph->light[other] : &graph->heavy[other]) = node;
    graph->waits[light ? LIGHT : HEAVY][node]++;
}

/* ---------------------------------------------------------------- heap */

static void
push(struct heap *heap, size_t node)
{
    size_t i = heap->len++;

    while (i > 0 && heap->items[(i - 1) / 2] > node) {
        heap->items[i] = heap->items[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap->items[i] = node;
}

static size_t
pop(struct heap *heap)
{
    size_t first = heap->items[0];
    size_t last = heap->items[--heap->len];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= heap->len)
            break;
        if (child + 1 < heap->len && heap->items[child + 1] < heap->items[child])
            child++;
        if (heap->items[child] >= last)
            break;
        heap->items[i] = heap->items[child];
        i = child;
    }
    heap->items[i] = last;
    return first;
}

/* ---------------------------------------------------------------- sort */

struct sorting {
    struct ray_pull_graph *graph;
    struct heap free;  /* waits for nothing */
    struct heap light; /* waits for light edges alone */
    bool *done;
    size_t first; /* no node before it is left */
};

static void
offer(struct sorting *sorting, size_t node)
{
    const struct ray_pull_graph *graph = sorting->graph;

    if (sorting->done[node] || graph->waits[HEAVY][node] > 0)
        return;
    push(graph->waits[LIGHT][node] > 0 ? &sorting->light : &sorting->free, node);
}

/* A node may be in both heaps. */
static bool
take(struct sorting *sorting, struct heap *heap, size_t *node)
{
    while (heap->len > 0) {
        *node = pop(heap);
        if (!sorting->done[*node])
            return true;
    }
    return false;
}

static size_t
next(struct sorting *sorting)
{
    size_t node;

    if (take(sorting, &sorting->free, &node) || take(sorting, &sorting->light, &node))
        return node;
    while (sorting->done[sorting->first])
        sorting->first++;
    return sorting->first;
}

static void
release(struct sorting *sorting, const ray_numbers *waiting, int kind)
{
    for (size_t i = 0; i < waiting->len; i++)
        if (--sorting->graph->waits[kind][waiting->items[i]] == 0)
            offer(sorting, waiting->items[i]);
}

ray_numbers
ray_pull_graph_sort(struct ray_pull_graph *graph)
{
    struct sorting sorting = {.graph = graph};
    ray_numbers order = {0};

    sorting.done = RAY_NEW_ARRAY(graph->arena, bool, graph->count);
    sorting.free.items = RAY_NEW_ARRAY(graph->arena, size_t, 2 * graph->count);
    sorting.light.items = RAY_NEW_ARRAY(graph->arena, size_t, 2 * graph->count);
    for (size_t i = 0; i < graph->count; i++)
        offer(&sorting, i);
    while (order.len < graph->count) {
        size_t node = next(&sorting);

        sorting.done[node] = true;
        *ray_vec_add(graph->arena, &order) = node;
        release(&sorting, &graph->heavy[node], HEAVY);
        release(&sorting, &graph->light[node], LIGHT);
    }
    return order;
}
