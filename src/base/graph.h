/*
 * A graph: which nodes must come before which, and a deterministic order. Of the nodes that are free the one with
 * the smallest key comes first. A node is in the graph once it has a key or an edge; the others cost nothing.
 */
#ifndef RAY_BASE_GRAPH_H
#define RAY_BASE_GRAPH_H

#include "base/arena.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

typedef RAY_VEC(size_t) ray_nodes;

struct ray_graph {
    struct ray_arena *arena;
    size_t count;      /* of numbers that nodes may have */
    size_t members;    /* nodes that are in it */
    bool *has;         /* by node: it is in it */
    uint64_t *keys;    /* 0 unless told */
    ray_nodes *before; /* by node: what waits for it */
    size_t *waits;     /* by node: for how many */
};

void ray_graph_init(struct ray_graph *graph, struct ray_arena *arena, size_t count);
void ray_graph_key(struct ray_graph *graph, size_t node, uint64_t key);

/* `first` comes before `then`. An edge to itself is none. */
void ray_graph_edge(struct ray_graph *graph, size_t first, size_t then);

/* Fills `order` (room for all nodes) and returns how many could be placed: less than members where there is a
 * circle; `waits` is then above 0 for those left. */
size_t ray_graph_sort(struct ray_graph *graph, size_t *order);

#endif
