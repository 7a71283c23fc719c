/*
 * Renames that nobody declared: what is gone beside something new that is like it. A tool that guesses here loses a
 * column's data or keeps what should go, so these are questions, and nothing is done without an answer.
 *
 * Asked is only where a drop would lose data: tables, their columns, composite types' attributes, enums and their
 * values, domains, sequences. A view or an index that is made again loses nothing.
 */
#ifndef RAY_DIFF_PROPOSE_H
#define RAY_DIFF_PROPOSE_H

#include "diff/rename.h"

struct ray_candidate {
    const struct ray_object *to;
    const char *label; /* of an enum's value: the new one */
    int likeness;      /* percent */
};

/* One thing that is gone, and what it may have become, the likeliest first. */
struct ray_proposal {
    const struct ray_object *from;
    const char *label;  /* of an enum's value: the old one; NULL: the object itself */
    const char *parent; /* what its owner is called in the end */
    RAY_VEC(struct ray_candidate) candidates;
};
typedef RAY_VEC(struct ray_proposal) ray_proposals;

/* Tables, types and sequences that are gone; with `parts`, what is gone of those that are there still, by their old
 * names or the ones that `known` gives them. What `known` renames is left out. */
void ray_renames_propose(struct ray_arena *arena, const struct ray_catalog *from,
                         const struct ray_catalog *to, const ray_renamings *known, bool parts,
                         ray_proposals *out);

/* "users.mail", "billing.invoices": as --rename takes it; public is left out. */
const char *ray_proposal_path(struct ray_arena *arena, const struct ray_proposal *proposal);
const char *ray_candidate_path(struct ray_arena *arena, const struct ray_candidate *candidate);

#endif
