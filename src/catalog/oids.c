/* The map of oids: see oids.h. Linear probing, at most two thirds full; a value is never NULL. */
#include "catalog/oids.h"

struct ray_oids_slot {
    uint32_t class_oid, oid, sub;
    void *value;
};

enum { FIRST = 1024 };

void
ray_oids_init(struct ray_oids *oids, struct ray_arena *arena)
{
    oids->arena = arena;
    oids->len = 0;
    oids->cap = FIRST;
    oids->slots = RAY_NEW_ARRAY(arena, struct ray_oids_slot, oids->cap);
}

static struct ray_oids_slot *
find_slot(const struct ray_oids *oids, uint32_t class_oid, uint32_t oid, uint32_t sub)
{
    uint64_t hash = ((uint64_t)class_oid << 32 | oid) * 0x9E3779B97F4A7C15U + sub;
    size_t i = (size_t)((hash * 0x9E3779B97F4A7C15U) >> 20) & (oids->cap - 1);
    struct ray_oids_slot *slot = &oids->slots[i];

    while (slot->value != NULL &&
           (slot->oid != oid || slot->sub != sub || slot->class_oid != class_oid)) {
        i = (i + 1) & (oids->cap - 1);
        slot = &oids->slots[i];
    }
    return slot;
}

static void
grow(struct ray_oids *oids)
{
    struct ray_oids_slot *old = oids->slots;
    size_t old_cap = oids->cap;

    oids->cap *= 2;
    oids->slots = RAY_NEW_ARRAY(oids->arena, struct ray_oids_slot, oids->cap);
    for (size_t i = 0; i < old_cap; i++)
        if (old[i].value != NULL)
            *find_slot(oids, old[i].class_oid, old[i].oid, old[i].sub) = old[i];
}

void *
ray_oids_get(const struct ray_oids *oids, uint32_t class_oid, uint32_t oid, uint32_t sub)
{
    return find_slot(oids, class_oid, oid, sub)->value;
}

void
ray_oids_put(struct ray_oids *oids, uint32_t class_oid, uint32_t oid, uint32_t sub, void *value)
{
    struct ray_oids_slot *slot;

    if ((oids->len + 1) * 3 > oids->cap * 2)
        grow(oids);
    slot = find_slot(oids, class_oid, oid, sub);
    if (slot->value == NULL)
        oids->len++;
    *slot = (struct ray_oids_slot){class_oid, oid, sub, value};
}
