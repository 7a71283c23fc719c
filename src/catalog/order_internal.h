/* What the files of the ordering share; nothing else includes it. */
#ifndef RAY_CATALOG_ORDER_INTERNAL_H
#define RAY_CATALOG_ORDER_INTERNAL_H

#include "base/graph.h"
#include "catalog/kind.h"
#include "catalog/order.h"

/* A node is a statement: that of the object at its place in the catalog or, from `count` on, that object's stub. */
struct ray_ordering {
    const struct ray_catalog *catalog;
    struct ray_arena *arena;
    size_t count; /* of objects: half of the nodes */
    struct ray_graph graph;
    size_t *order; /* nodes, as far as the sort got */
    size_t *
        circle; /* by object: the number of the circle that a stub broke, in which stubs do; 0: none */
    size_t circles;
};

static inline struct ray_object *
ray_ordering_object(const struct ray_ordering *ordering, size_t node)
{
    return ordering->catalog->objects.items[node < ordering->count ? node : node - ordering->count];
}

/* The object in whose statement it is made. */
static inline struct ray_object *
ray_object_whole(struct ray_object *object)
{
    return object->owner != NULL && object->marked ? object->owner : object;
}

/* circle.c: where the sort got stuck, takes out of their owners' statements the parts that stand in the way or else
 * gives something a stub. False, with the circle's objects named, where neither helps. */
bool ray_ordering_break(struct ray_ordering *ordering, struct ray_err *err) RAY_MUST_CHECK;

#endif
