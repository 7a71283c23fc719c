/* Kahn's algorithm with a heap: see graph.h. */
#include "base/graph.h"

void
ray_graph_init(struct ray_graph *graph, struct ray_arena *arena, size_t count)
{
    graph->arena = arena;
    graph->count = count;
    graph->members = 0;
    graph->has = RAY_NEW_ARRAY(arena, bool, count);
    graph->keys = RAY_NEW_ARRAY(arena, uint64_t, count);
    graph->waits = RAY_NEW_ARRAY(arena, size_t, count);
    graph->before = RAY_NEW_ARRAY(arena, ray_nodes, count);
}

static void
include(struct ray_graph *graph, size_t node)
{
    graph->members += !graph->has[node];
    graph->has[node] = true;
}

void
ray_graph_key(struct ray_graph *graph, size_t node, uint64_t key)
{
    include(graph, node);
    graph->keys[node] = key;
}

void
ray_graph_edge(struct ray_graph *graph, size_t first, size_t then)
{
    if (first == then)
        return;
    include(graph, first);
    include(graph, then);
    *ray_vec_add(graph->arena, &graph->before[first]) = then;
    graph->waits[then]++;
}

struct heap {
    const uint64_t *keys;
    size_t *nodes;
    size_t count;
};

static bool
is_before(const struct heap *heap, size_t a, size_t b)
{
    return heap->keys[a] != heap->keys[b] ? heap->keys[a] < heap->keys[b] : a < b;
}

static void
push(struct heap *heap, size_t node)
{
    size_t i = heap->count++;

    for (; i > 0 && is_before(heap, node, heap->nodes[(i - 1) / 2]); i = (i - 1) / 2)
        heap->nodes[i] = heap->nodes[(i - 1) / 2];
    heap->nodes[i] = node;
}

static size_t
pop(struct heap *heap)
{
    size_t first = heap->nodes[0];
    size_t last = heap->nodes[--heap->count];
    size_t i = 0;

    for (size_t child = 1; child < heap->count; child = 2 * i + 1) {
        if (child + 1 < heap->count && is_before(heap, heap->nodes[child + 1], heap->nodes[child]))
            child++;
        if (!is_before(heap, heap->nodes[child], last))
            break;
        heap->nodes[i] = heap->nodes[child];
        i = child;
    }
    heap->nodes[i] = last;
    return first;
}

size_t
ray_graph_sort(struct ray_graph *graph, size_t *order)
{
    struct heap heap = {.keys = graph->keys,
                        .nodes = RAY_NEW_ARRAY(graph->arena, size_t, graph->members)};
    size_t placed = 0;

    for (size_t i = 0; i < graph->count; i++)
        if (graph->has[i] && graph->waits[i] == 0)
            push(&heap, i);
    while (heap.count > 0) {
        size_t node = pop(&heap);

        order[placed++] = node;
        for (size_t i = 0; i < graph->before[node].len; i++)
            if (--graph->waits[graph->before[node].items[i]] == 0)
                push(&heap, graph->before[node].items[i]);
    }
    return placed;
}
