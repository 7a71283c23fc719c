/*
 * A plan: the statements that lead from one catalog to another, in an order in which PostgreSQL takes them.
 * What an ALTER cannot do is dropped and made again, with all that depends on it; nothing is dropped by
 * CASCADE. The way back is the plan of the opposite direction.
 */
#ifndef RAY_DIFF_PLAN_H
#define RAY_DIFF_PLAN_H

#include "catalog/ddl.h"
#include "diff/compare.h"

enum ray_step_type { RAY_STEP_DROP, RAY_STEP_CREATE, RAY_STEP_ALTER, RAY_STEP_COUNT };

/* What a step does to a relation that was there before the plan. */
struct ray_relation_effect {
    const char *name;   /* public.users */
    const char *before; /* what it was called when the plan began */
    char relkind;       /* as in pg_class */
    int lock;           /* the strongest that is held on it: its place in ray_lock_modes */
    bool rewritten;     /* its file was replaced: all rows were copied */
    bool scanned;       /* all of its rows were read */
};

/* Filled in by the proof, see effect.h. */
struct ray_effect {
    RAY_VEC(struct ray_relation_effect) relations; /* in the order of their oids */
    bool alone; /* the statement refuses to run in a transaction */
};

struct ray_plan_step {
    enum ray_step_type type;
    const struct ray_object *from; /* NULL for what is new */
    const struct ray_object *to;   /* NULL for what goes */
    const char *reason; /* why, where it is not the change itself: "its type depends on column x" */
    bool loses_data;
    bool grouped;       /* it alters several columns at once */
    bool changes_types; /* of these */
    size_t first;       /* its statements in the plan's */
    size_t count;
    struct ray_effect effect;
    const char *note;   /* what a plugin says of it; NULL: nothing */
    const char *plugin; /* that added it: it is of no object; NULL: it is the plan's own */
    const char *
        refusal; /* what the server said to it where rows stood in the way; NULL: nothing. From the proof */
};

struct ray_plan {
    struct ray_arena *arena;
    const struct ray_catalog *from;
    const struct ray_catalog *to;
    ray_changes changes;
    RAY_VEC(struct ray_plan_step) steps;
    struct ray_ddl ddl; /* the statements of all steps, in order */
    bool loses_data;
    bool
        apart; /* its statements cannot share one transaction: an enum's new value is used. From the proof */
};

/* RAY_FAILED where objects need each other in a circle that no statement breaks. */
bool ray_plan_make(struct ray_arena *arena, const struct ray_catalog *from,
                   const struct ray_catalog *to, struct ray_plan *out,
                   struct ray_err *err) RAY_MUST_CHECK;

/* The plan and the one that leads back. */
bool ray_plan_make_both(struct ray_arena *arena, const struct ray_catalog *from,
                        const struct ray_catalog *to, struct ray_plan *up, struct ray_plan *down,
                        struct ray_err *err) RAY_MUST_CHECK;

#endif
