/*
 * The order of declarations: each behind what it names, so that handles can be used, and else as they stand.
 * Where that cannot be had, light edges (foreign keys) give way first, then any.
 */
#ifndef RAY_PULL_ORDER_H
#define RAY_PULL_ORDER_H

#include "base/arena.h"
#include "base/vec.h"

#include <stdbool.h>

typedef RAY_VEC(size_t) ray_numbers;

struct ray_pull_graph {
    struct ray_arena *arena;
    size_t count;
    ray_numbers *heavy; /* by node: those that must come behind it */
    ray_numbers *light;
    size_t *waits[2]; /* by node: for how many, heavy and light */
};

void ray_pull_graph_init(struct ray_pull_graph *graph, struct ray_arena *arena, size_t count);

/* `node` comes behind `other`. */
void ray_pull_graph_add(struct ray_pull_graph *graph, size_t node, size_t other, bool light);

/* All nodes in order. */
ray_numbers ray_pull_graph_sort(struct ray_pull_graph *graph);

#endif
