/*
 * What is to happen to each object: nothing, DROP, CREATE, ALTER, or DROP and CREATE. It begins with the
 * changes; what cannot be altered is recreated, and what depends on something recreated, or on a column
 * whose type changes, is recreated with it.
 */
#ifndef RAY_DIFF_RECREATE_H
#define RAY_DIFF_RECREATE_H

#include "diff/plan.h"

/* By index of the object in its catalog. */
struct ray_fates {
    bool *drop;         /* of `from` */
    bool *create;       /* of `to` */
    const bool **alter; /* of `to`: which values differ; NULL: nothing is altered */
    const char *
        *why_drop; /* of `from`: why it is dropped only to be made again; NULL: it is no more */
    bool *beside;  /* of `to`: an index that is altered by building it beside the old one */
    bool *revert;  /* of `from`: it stays, but what was said of it is taken back */
    bool *alone;   /* of `from`: dropped by itself, before its owner: a circle demands it */
    ray_objects
        *rebuilt; /* of `to`, of an enum that is made anew: the columns that are cast. Of another
                           * type's, whose values they hold: those that are texts meanwhile */
    ray_objects *casters;       /* of `from`, of such a column: what casts it, in `to` */
    ray_objects *barred;        /* of `to`, of such a type's: what may not be there in `from` */
    ray_objects *opened;        /* and what may not be there before it in `to` */
    bool casts;                 /* any of these four lists has something */
    struct ray_object **old_of; /* of `to`: the same object in `from`; NULL: it is new */
    struct ray_object **new_of; /* of `from` */
};

/* The changes of the plan are known; `match` stays the caller's. */
void ray_fates_decide(const struct ray_plan *plan, const struct ray_match *match,
                      struct ray_fates *out);

#endif
