/* The set of identities: see identities.h. FNV-1a, linear probing, at most half full. */
#include "catalog/identities.h"

#include "catalog/object.h"

#include <stdint.h>
#include <string.h>

enum { FIRST = 64 };

struct ray_identities_slot {
    uint64_t hash;
    struct ray_object *object;
};

static uint64_t
mix(uint64_t hash, const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211U;
    return (hash ^ (text == NULL ? 0x100U : 0x101U)) * 1099511628211U; /* where it ends */
}

static uint64_t
hash_of(const struct ray_identity *identity)
{
    uint64_t hash = (uint64_t)(uintptr_t)identity->kind * 0x9E3779B97F4A7C15U;

    hash = mix(hash, identity->schema);
    hash = mix(hash, identity->parent);
    hash = mix(hash, identity->name);
    hash = mix(hash, identity->signature);
    return hash ^ hash >> 32;
}

static bool
same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
is_of(const struct ray_object *object, const struct ray_identity *identity)
{
    return object->kind == identity->kind && same(object->name, identity->name) &&
           same(object->parent, identity->parent) && same(object->schema, identity->schema) &&
           same(object->signature, identity->signature);
}

/* The slot of that identity, or the empty one where it belongs. */
static struct ray_identities_slot *
find_slot(const struct ray_identities *set, uint64_t hash, const struct ray_identity *identity)
{
    size_t i = (size_t)hash & (set->cap - 1);

    while (set->slots[i].object != NULL &&
           (set->slots[i].hash != hash || !is_of(set->slots[i].object, identity)))
        i = (i + 1) & (set->cap - 1);
    return &set->slots[i];
}

void
ray_identities_init(struct ray_identities *set, struct ray_arena *arena)
{
    set->arena = arena;
    set->len = 0;
    set->cap = FIRST;
    set->slots = RAY_NEW_ARRAY(arena, struct ray_identities_slot, set->cap);
}

static void
grow(struct ray_identities *set)
{
    struct ray_identities_slot *old = set->slots;
    size_t old_cap = set->cap;

    set->cap *= 4;
    set->slots = RAY_NEW_ARRAY(set->arena, struct ray_identities_slot, set->cap);
    for (size_t i = 0; i < old_cap; i++) {
        size_t at = (size_t)old[i].hash & (set->cap - 1);

        if (old[i].object == NULL)
            continue;
        while (set->slots[at].object != NULL)
            at = (at + 1) & (set->cap - 1);
        set->slots[at] = old[i];
    }
}

struct ray_object *
ray_identities_get(const struct ray_identities *set, const struct ray_identity *identity)
{
    return find_slot(set, hash_of(identity), identity)->object;
}

void
ray_identities_put(struct ray_identities *set, struct ray_object *object)
{
    struct ray_identity identity = {object->kind, object->schema, object->parent, object->name,
                                    object->signature};
    uint64_t hash = hash_of(&identity);
    struct ray_identities_slot *slot;

    if ((set->len + 1) * 2 > set->cap)
        grow(set);
    slot = find_slot(set, hash, &identity);
    if (slot->object == NULL)
        set->len++;
    *slot = (struct ray_identities_slot){hash, object};
}
