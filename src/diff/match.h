/*
 * Which object of one catalog is which of another: the same kind and identity. What they are compared for, in either
 * direction, begins here, so that of two large catalogs that are nearly the same all is looked at once.
 */
#ifndef RAY_DIFF_MATCH_H
#define RAY_DIFF_MATCH_H

#include "catalog/object.h"

struct ray_match {
    const struct ray_catalog *from;
    const struct ray_catalog *to;
    struct ray_object *
        *new_of; /* by index of an object of `from`; NULL: the other has none like it */
    struct ray_object **old_of; /* of `to` */
    ray_objects
        gone; /* of `from`, in its order: what the other has not, or has with another value */
    ray_objects come; /* of `to` */
};

void ray_catalog_match(struct ray_arena *arena, const struct ray_catalog *from,
                       const struct ray_catalog *to, struct ray_match *out);

/* The same of the opposite direction; the arrays are shared. */
struct ray_match ray_match_reversed(const struct ray_match *match);

#endif
