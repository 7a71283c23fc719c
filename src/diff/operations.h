/*
 * A plan as a migration in Lua of reversible operations (docs/change.md). Each step is one, or stands in that of
 * another; the way back is their opposites in the opposite order, which is not always what the plan of the
 * opposite direction says. So whoever writes such a migration proves it before.
 */
#ifndef RAY_DIFF_OPERATIONS_H
#define RAY_DIFF_OPERATIONS_H

#include "diff/plan.h"
#include "diff/rename.h"

/* SQL of others' that is run before or behind the plan, the other way round on the way back. */
struct ray_operations_more {
    bool before;
    const char *note; /* in a comment above it */
    const char *up;   /* "": nothing */
    const char *down;
};
typedef RAY_VEC(struct ray_operations_more) ray_operations_more_list;

/* The file's text. `up` begins with the steps of the renames. `in_sql`, by step: which are m:execute { up =, down = },
 * since a proof has shown that their operations do something else; NULL: none. */
bool ray_operations_write(const struct ray_plan *up, const struct ray_plan *down,
                          const ray_renamings *renamings, const bool *in_sql,
                          const ray_operations_more_list *more, const char **out,
                          struct ray_err *err) RAY_MUST_CHECK;

/* All of it as one of these: where not even that does. */
const char *ray_operations_sql(const struct ray_plan *up, const struct ray_plan *down,
                               const ray_operations_more_list *more);

#endif
