/*
 * The proof of a plan, in a shadow database: the old state is made there, the plan goes up and the catalog must
 * then be the new one, a second plan must be empty, the way back is gone and the catalog must be the old
 * one. On the way the effects of each step are observed (effect.h). A plan that fails its proof is our defect, and
 * nobody gets to see it.
 */
#ifndef RAY_DIFF_PROOF_H
#define RAY_DIFF_PROOF_H

#include "catalog/loader.h"
#include "diff/plan.h"

/* `conn` is an empty database, where the roles that the catalogs name exist. RAY_FAILED with what differs in
 * the detail. */
bool ray_plan_prove(struct ray_conn *conn, const struct ray_load_options *load, struct ray_plan *up,
                    struct ray_plan *down, struct ray_err *err) RAY_MUST_CHECK;

/*
 * Then the same with rows: a few are made up for the tables that the plan touches, it goes up and back, and what stood
 * there must stand there again. What is lost without the plan saying so is RAY_FAILED, a defect as above; values
 * that a change of type does not bring back mark the step as one that loses data; what the server refuses
 * because of a row is noted in the step (`refusal`), and then there is no more to be seen. `conn` is the
 * database of the proof before, which stands where the plan begins.
 */
bool ray_plan_prove_rows(struct ray_conn *conn, struct ray_plan *up, struct ray_plan *down,
                         struct ray_err *err) RAY_MUST_CHECK;

/* The changes as lines for people, at most so many. */
const char *ray_changes_text(struct ray_arena *arena, const ray_changes *changes, size_t most);

#endif
