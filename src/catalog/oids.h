/* Hash map from (class, oid, sub) to a pointer, on an arena: what pg_depend speaks of. */
#ifndef RAY_CATALOG_OIDS_H
#define RAY_CATALOG_OIDS_H

#include "base/arena.h"

#include <stdint.h>

struct ray_oids {
    struct ray_arena *arena;
    struct ray_oids_slot *slots;
    size_t len;
    size_t cap;
};

void ray_oids_init(struct ray_oids *oids, struct ray_arena *arena);
void *ray_oids_get(const struct ray_oids *oids, uint32_t class_oid, uint32_t oid, uint32_t sub);
void ray_oids_put(struct ray_oids *oids, uint32_t class_oid, uint32_t oid, uint32_t sub,
                  void *value);

#endif
