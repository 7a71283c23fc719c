/*
 * Where a database stands: the folder held against the history. Each migration of the folder has its row
 * or none; each row has its migration or none. Identity is the name, else `when`, else the hash; never
 * "newer than the last", which skips what was merged late.
 */
#ifndef RAY_HISTORY_STATE_H
#define RAY_HISTORY_STATE_H

#include "history/ahead.h"
#include "history/table.h"

enum ray_standing {
    RAY_PENDING,      /* not applied, nothing behind it is */
    RAY_OUT_OF_ORDER, /* not applied, but one that comes after it is */
    RAY_APPLIED,
    RAY_CHANGED, /* repeatable, its text changed: runs again */
    RAY_PARTIAL, /* stopped half-way, see the row */
    RAY_EDITED,  /* applied, and its up file is another one now */
    RAY_MISSING, /* applied, and the folder has no such migration */
    RAY_HALF,    /* squashed, and only some of what it replaces are applied; also their rows */
    RAY_STANDING_COUNT,
};

struct ray_stand {
    enum ray_standing standing;
    const struct ray_migration *migration; /* NULL: RAY_MISSING */
    const struct ray_history_row *row;     /* NULL: not applied */
    const struct ray_migration *after; /* RAY_OUT_OF_ORDER: an applied one that comes after it */

    /* Of a squashed migration: the rows of what it replaces, in that order. Where it has no row of its own but is
     * applied, `by_originals`, `row` is the last of them (RAY_EDITED: the one that is not what was squashed). */
    RAY_VEC(const struct ray_history_row *) originals;
    bool by_originals;
    const char *lacks; /* RAY_HALF: one that is not applied */
};

struct ray_state {
    const struct ray_folder *folder;
    const struct ray_history *history;
    RAY_VEC(struct ray_stand) stands; /* the folder's order; the missing ones at their `when` */
    size_t counts[RAY_STANDING_COUNT];
};

/* Builds the state. Every applied migration's file is hashed; its tokens only where the hash differs.
 * `ahead`: who has hashed them already; NULL: nobody. */
bool ray_state_build(struct ray_arena *arena, const struct ray_folder *folder,
                     struct ray_ahead *ahead, const struct ray_history *history,
                     struct ray_state *out, struct ray_err *err) RAY_MUST_CHECK;

/* Fails with RAY_INTEGRITY at the first edited, missing or out-of-order migration that `allow` (tags,
 * count of them) does not name. Only out-of-order and missing ones can be allowed. */
bool ray_state_check(const struct ray_state *state, const char *const *allow, size_t nallow,
                     struct ray_err *err) RAY_MUST_CHECK;

const char *ray_standing_name(enum ray_standing standing); /* "pending", "applied", ... */

/* All the rows that say that it is applied: its own and the originals'. */
const struct ray_history_row *const *ray_stand_rows(struct ray_arena *arena,
                                                    const struct ray_stand *stand, size_t *count);

/* The name to show: the tag, or the row's name, or what is known of it. */
const char *ray_stand_name(struct ray_arena *arena, const struct ray_stand *stand);

#endif
