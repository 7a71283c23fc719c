/*
 * Two catalogs compared: which objects only one has, and of those that both have which attributes differ.
 * Objects are matched by identity; attributes are compared as PostgreSQL prints them. Nothing else is a
 * difference: not oids, not what is implied, not the order of columns.
 */
#ifndef RAY_DIFF_COMPARE_H
#define RAY_DIFF_COMPARE_H

#include "diff/match.h"

enum ray_change_type {
    RAY_CHANGE_CREATE, /* only `to` has it */
    RAY_CHANGE_DROP,   /* only `from` has it */
    RAY_CHANGE_ALTER,  /* both have it */
    RAY_CHANGE_COUNT
};

struct ray_change {
    enum ray_change_type type;
    struct ray_object *from; /* NULL for a create */
    struct ray_object *to;   /* NULL for a drop */
    const bool *differs;     /* by index in `values`; NULL but for an alter */
};

typedef RAY_VEC(struct ray_change) ray_changes;

/* The changes that lead from one to the other, in the order of the kinds; none: they are equal. */
void ray_catalog_compare(struct ray_arena *arena, const struct ray_catalog *from,
                         const struct ray_catalog *to, ray_changes *out);

/* Likewise, of what is matched already. */
void ray_match_compare(struct ray_arena *arena, const struct ray_match *match, ray_changes *out);

/* "created", "dropped", "altered" */
const char *ray_change_name(enum ray_change_type type);

#endif
