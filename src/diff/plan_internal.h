/* What the files that make a plan share; nothing else includes it. */
#ifndef RAY_DIFF_PLAN_INTERNAL_H
#define RAY_DIFF_PLAN_INTERNAL_H

#include "base/graph.h"
#include "diff/plan.h"
#include "diff/recreate.h"

/* By object of `to`: for how many it waits to be finished, and what waits for it. */
struct ray_finishing {
    size_t *waits;
    ray_objects *waiting;
};

/* Nodes: DROP of object i of `from` is i; CREATE or ALTER of object i of `to` is nfrom + i, its stub nfrom + nto + i. */
struct ray_planning {
    struct ray_plan *plan;
    struct ray_arena *arena;
    const struct ray_match *match;
    struct ray_fates fates;
    struct ray_finishing finishing;
    bool *old_concerned;                    /* by object of `from`: edges may begin or end at it */
    bool *new_concerned;                    /* by object of `to` */
    const struct ray_object **dropped_with; /* by object of `from`; NULL: it stays */
    struct ray_graph graph;
    size_t nfrom;
    size_t nto;
    size_t *order;
    size_t *circle; /* by object of `to`: the circle in which it does with stubs; 0: none */
    size_t circles;
    const struct ray_object **
        swallower; /* by object of `from`, in a circle: what takes it along by CASCADE; else NULL */
    bool *swallows;      /* by object of `from`: it takes others along */
    ray_objects joining; /* of `to`: partitions that are attached when they have their indexes */
    ray_objects hushed;  /* of both: columns that are implied for the plan alone */
    ray_objects spoken;  /* and of their parts those that are implied but for the plan */
};

static inline size_t
ray_planning_stub(const struct ray_planning *planning, const struct ray_object *object)
{
    return planning->nfrom + planning->nto + object->index;
}

/* What takes an old object along where that is dropped; NULL: nothing. */
const struct ray_object *ray_planning_absorber(const struct ray_planning *planning,
                                               const struct ray_object *object);

/* In whose DROP an old object goes in the end, as the graph was made last: itself, where it has one of its own, or stays. */
const struct ray_object *ray_planning_dropped_with(const struct ray_planning *planning,
                                                   const struct ray_object *old);

/* The column that a new default is written with, where the column is new, too; else NULL. */
struct ray_object *ray_planning_column(const struct ray_planning *planning,
                                       const struct ray_object *object);

/* In whose statement a new object is made: its own, or its owner's. */
struct ray_object *ray_planning_maker(const struct ray_planning *planning,
                                      struct ray_object *object);

/* The node in which it is made or altered. */
size_t ray_planning_node(const struct ray_planning *planning, struct ray_object *object);

/* The node of an object of `to` is in the graph, whether something comes before it or not. */
void ray_planning_want(struct ray_planning *planning, const struct ray_object *object);

/* nodes.c: a column that is its table's parent's. */
bool ray_planning_is_inherited(const struct ray_object *object);
/* Finds out in whose DROP each old object goes; before edges are made. */
void ray_planning_settle_drops(struct ray_planning *planning);
bool ray_planning_is_dropped(const struct ray_planning *planning, const struct ray_object *old);
/* The node of its DROP. */
size_t ray_planning_old_node(const struct ray_planning *planning, const struct ray_object *old);
/* True where its node makes or alters something; and, of what needs others, where that is the object itself: a part
 * that a whole has already needs nothing when that is altered. */
bool ray_planning_is_made(const struct ray_planning *planning, struct ray_object *object);
bool ray_planning_is_written(const struct ray_planning *planning, struct ray_object *object);

/* Which objects have edges at all: mostly few have. */
void ray_planning_concern(struct ray_planning *planning);

/* Makes the graph; of what is `marked` in the new catalog the owner's node is its own. */
void ray_planning_edges(struct ray_planning *planning);

/* attach.c: which columns come with a parent's, which partitions are made as tables of their own, and that
 * forgotten again. */
void ray_planning_imply(struct ray_planning *planning);
void ray_planning_attach(struct ray_planning *planning);
void ray_planning_release(struct ray_planning *planning);

/* A step of the plan: what is written between the two is its. One that has nothing to say is none. */
struct ray_plan_step *ray_planning_begin(struct ray_planning *planning, enum ray_step_type type,
                                         const struct ray_object *from,
                                         const struct ray_object *to);
void ray_planning_end(struct ray_planning *planning, struct ray_plan_step *step);

/* finish.c: notes which objects wait for which nodes to be finished, and finishes those that waited for this one. */
void ray_planning_wait(struct ray_planning *planning);
void ray_planning_finish(struct ray_planning *planning, const struct ray_object *object);

/* A sequence that comes to a column which was there begins behind the numbers in it. */
void ray_planning_catch_up(struct ray_planning *planning, const struct ray_object *sequence,
                           bool is_new);

/* The check of a parent's that is made and not valid, of one that comes with it and is valid; NULL: it is none. */
const struct ray_object *ray_planning_invalid_base(const struct ray_planning *planning,
                                                   const struct ray_object *check);

/* group.c: statements that each would scan or rewrite a table, in one. */
void ray_plan_group(struct ray_plan *plan);

/* circles.c: where the sort got stuck, takes parts out of their wholes' statements, gives something a stub, or has
 * what goes in a circle go at once. False: nothing helps. */
bool ray_planning_break(struct ray_planning *planning);

/* Sets the error that names a circle; false. */
bool ray_planning_complain(const struct ray_planning *planning, struct ray_err *err);

#endif
