/* What the files of the ordering share; nothing else includes it. */
#ifndef RAY_CATALOG_ORDER_INTERNAL_H
#define RAY_CATALOG_ORDER_INTERNAL_H

#include "catalog/kind.h"

typedef RAY_VEC(size_t) ray_nodes;

/* A node is a statement: that of the object at its place in the catalog or, from `count` on, that object's stub. */
struct ray_graph {
    const struct ray_catalog *catalog;
    struct ray_arena *arena;
    size_t count;
    size_t *waits;        /* by node: how many needs are not made */
    ray_nodes *needed_by; /* by node */
    ray_nodes order;      /* as far as the sort got */
    size_t *heap;         /* the ready ones */
    size_t ready;
    size_t *
        circle; /* by object: the number of the circle that a stub broke, in which stubs do; 0: none */
    size_t circles;
};

static inline struct ray_object *
ray_graph_object(const struct ray_graph *graph, size_t node)
{
    return graph->catalog->objects.items[node < graph->count ? node : node - graph->count];
}

/* The object in whose statement it is made. */
static inline struct ray_object *
ray_graph_whole(struct ray_object *object)
{
    return object->owner != NULL && object->marked ? object->owner : object;
}

/* True where also the stub needs that. */
bool ray_stub_needs(const struct ray_object *object, const struct ray_object *need);

/* circle.c: where the sort got stuck, takes out of their owners' statements the parts that stand in the way or else
 * gives something a stub. False, with the circle's objects named, where neither helps. */
bool ray_graph_break(struct ray_graph *graph, struct ray_err *err) RAY_MUST_CHECK;

#endif
