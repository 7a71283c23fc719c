/* Two sources compared, and the plan that leads from one to the other and back. */
#ifndef RAY_PROJECT_DIFFERENCE_H
#define RAY_PROJECT_DIFFERENCE_H

#include "project/changes.h"
#include "project/planned.h"

struct ray_difference {
    const struct ray_catalog *from;
    const struct ray_catalog
        *to; /* with the names of `from` for what the Lua schema leaves nameless */
    ray_changes changes;
    struct ray_planned planned; /* empty where it was not asked for */
    const char *questions;      /* what may be renames, as in renames.h; NULL: nothing */
};

/* Compares two sources (source.h); NULL: db, and schema. `with_plan`: plans and proves it, too; what may be a rename and
 * was not settled is taken for a drop, with a warning. */
bool ray_difference_find(struct ray_project *project, const char *from, const char *to,
                         bool with_plan, struct ray_difference *out) RAY_MUST_CHECK;

/* The plan's statements as a script that psql can run. "" where there are none. */
const char *ray_difference_sql(struct ray_arena *arena, const struct ray_plan *plan);

/* {"ok", "changes", "up", "down", "loses_data"}, and "questions" where there are some. */
json_t *ray_difference_json(struct ray_arena *arena, const struct ray_difference *difference);

#endif
