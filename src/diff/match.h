/* Which object of one catalog is which of another: the same kind and identity. */
#ifndef RAY_DIFF_MATCH_H
#define RAY_DIFF_MATCH_H

#include "catalog/object.h"

/* By index of the object in its catalog; NULL: the other has none like it. */
struct ray_match {
    struct ray_object **new_of; /* of `from` */
    struct ray_object **old_of; /* of `to` */
};

void ray_catalog_match(struct ray_arena *arena, const struct ray_catalog *from,
                       const struct ray_catalog *to, struct ray_match *out);

#endif
