/* A part of a catalog as a catalog of its own. */
#ifndef RAY_CATALOG_PART_H
#define RAY_CATALOG_PART_H

#include "catalog/object.h"

/* Copies of the objects for which `keep` says so (by index), with what they need of each other. Attributes are shared
 * with the originals; what an object is a part of it is only where that is kept, too. */
struct ray_catalog *ray_catalog_part(struct ray_arena *arena, const struct ray_catalog *catalog,
                                     const bool *keep);

#endif
