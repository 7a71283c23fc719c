/* What a history says is applied, as a folder of just those migrations, which can be replayed. */
#ifndef RAY_PROJECT_STANDS_H
#define RAY_PROJECT_STANDS_H

#include "history/state.h"
#include "script/config.h"

struct ray_stands_applied {
    struct ray_folder folder;         /* the applied ones alone, in their order */
    const struct ray_migration *last; /* NULL: none is applied */
    const char *by;                   /* the role that applied the last one; NULL: unknown */
    ray_strings edited;               /* tags of those whose file is another one now */
};

/* With `until` also those that are not, up to and with that one: what baseline would mark. RAY_INTEGRITY where one is missing from the folder, RAY_REFUSED where one stopped half-way. */
bool ray_stands_find_applied(struct ray_arena *arena, const struct ray_state *state,
                             const struct ray_migration *until, struct ray_stands_applied *out,
                             struct ray_err *err) RAY_MUST_CHECK;

#endif
