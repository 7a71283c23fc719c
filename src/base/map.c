/* The hash map: see map.h. FNV-1a, linear probing, at most three quarters full. */
#include "base/map.h"

#include <stdint.h>
#include <string.h>

struct ray_map_slot {
    const char *key;
    void *value;
};

static uint64_t
hash_key(const char *key)
{
    uint64_t hash = 14695981039346656037U;

    for (; *key != '\0'; key++)
        hash = (hash ^ (unsigned char)*key) * 1099511628211U;
    return hash;
}

static struct ray_map_slot *
find_slot(const struct ray_map *map, const char *key)
{
    size_t i = (size_t)hash_key(key) & (map->cap - 1);

    while (map->slots[i].key != NULL && strcmp(map->slots[i].key, key) != 0)
        i = (i + 1) & (map->cap - 1);
    return &map->slots[i];
}

void
ray_map_init(struct ray_map *map, struct ray_arena *arena)
{
    map->arena = arena;
    map->len = 0;
    map->cap = 16;
    map->slots = RAY_NEW_ARRAY(arena, struct ray_map_slot, map->cap);
}

static void
grow(struct ray_map *map)
{
    struct ray_map_slot *old = map->slots;
    size_t old_cap = map->cap;

    map->cap *= 2;
    map->slots = RAY_NEW_ARRAY(map->arena, struct ray_map_slot, map->cap);
    for (size_t i = 0; i < old_cap; i++)
        if (old[i].key != NULL)
            *find_slot(map, old[i].key) = old[i];
}

void *
ray_map_get(const struct ray_map *map, const char *key)
{
    return find_slot(map, key)->value;
}

void *
ray_map_put(struct ray_map *map, const char *key, void *value)
{
    struct ray_map_slot *slot;
    void *before;

    if ((map->len + 1) * 4 > map->cap * 3)
        grow(map);
    slot = find_slot(map, key);
    before = slot->value;
    if (slot->key == NULL)
        map->len++;
    slot->key = key;
    slot->value = value;
    return before;
}
