/* What the files that decide fates share; nothing else includes it. */
#ifndef RAY_DIFF_RECREATE_INTERNAL_H
#define RAY_DIFF_RECREATE_INTERNAL_H

#include "diff/recreate.h"

struct ray_deciding {
    const struct ray_plan *plan;
    struct ray_arena *arena;
    struct ray_fates *fates;
    ray_objects *dependents; /* by index in `from`: what needs it */
    ray_objects *heirs;      /* by index in `from`: the columns that inherit this one directly */
    bool *disturbed;         /* by index in `from`: ALTER COLUMN TYPE rebuilds it as it is */
    ray_objects
        todo; /* of `from`: what is to be recreated, and what depends on it to be looked at */
};

/* What needs each object, by index. */
ray_objects *ray_deciding_dependents(struct ray_arena *arena, const ray_objects *all);

/* The old object goes; it comes back where the new state has it, and what depends on it does likewise. */
void ray_deciding_recreate(struct ray_deciding *deciding, struct ray_object *old, const char *why);

/* True where both have the same value of the attribute. */
bool ray_object_agrees(const struct ray_object *a, const struct ray_object *b,
                       const char *attribute);

/* recreate_around.c: changes of types whose values columns hold; tables that join parents. */
void ray_deciding_held_types(struct ray_deciding *deciding);
void ray_deciding_joins(struct ray_deciding *deciding);

#endif
