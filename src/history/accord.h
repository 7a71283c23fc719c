/*
 * Do a folder and a history agree? Everything on which they do not, each in a sentence, for who adopts a
 * project that another tool has looked after until now.
 */
#ifndef RAY_HISTORY_ACCORD_H
#define RAY_HISTORY_ACCORD_H

#include "history/state.h"

struct ray_discord {
    const char *name; /* the migration's, or what is known of a row without one */
    const char
        *what; /* "edited", "missing", "out of order", "shadowed", "partial", "half applied" */
    const char *text; /* a sentence without full stop */
    const char *hint; /* what to do about it */
};

/* A migration that has more than one row: Drizzle's runner, run twice at once, leaves such. */
struct ray_double {
    const char *name;
    size_t rows;
};

struct ray_accord {
    RAY_VEC(struct ray_discord) discords;
    RAY_VEC(struct ray_double) doubles; /* harmless, and no discord */
};

bool ray_accord_find(struct ray_arena *arena, const struct ray_state *state, struct ray_accord *out,
                     struct ray_err *err) RAY_MUST_CHECK;

#endif
