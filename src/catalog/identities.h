/* A hash set of objects by identity: kind, schema, parent, name, signature. */
#ifndef RAY_CATALOG_IDENTITIES_H
#define RAY_CATALOG_IDENTITIES_H

#include "base/arena.h"

struct ray_kind;
struct ray_object;

/* What tells objects apart; NULL for what the kind has not. */
struct ray_identity {
    const struct ray_kind *kind;
    const char *schema;
    const char *parent;
    const char *name;
    const char *signature;
};

struct ray_identities {
    struct ray_arena *arena;
    struct ray_identities_slot *slots;
    size_t len;
    size_t cap; /* slots, a power of two */
};

void ray_identities_init(struct ray_identities *set, struct ray_arena *arena);

/* NULL where there is none. */
struct ray_object *ray_identities_get(const struct ray_identities *set,
                                      const struct ray_identity *identity);

/* Puts the object in, in place of one of the same identity. Objects' identities must not change any more. */
void ray_identities_put(struct ray_identities *set, struct ray_object *object);

#endif
