/* Hash map from string to pointer, on an arena. Open addressing, keys are not copied, nothing is removed. */
#ifndef RAY_BASE_MAP_H
#define RAY_BASE_MAP_H

#include "base/arena.h"

struct ray_map {
    struct ray_arena *arena;
    struct ray_map_slot *slots;
    size_t len; /* keys held */
    size_t cap; /* slots, a power of two */
};

void ray_map_init(struct ray_map *map, struct ray_arena *arena);

/* The value of `key`, or NULL. */
void *ray_map_get(const struct ray_map *map, const char *key);

/* Sets `key`, which must outlive the map; gives the value that it replaced, or NULL. */
void *ray_map_put(struct ray_map *map, const char *key, void *value);

#endif
