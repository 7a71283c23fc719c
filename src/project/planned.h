/* What the commands that make plans share: a plan in both directions, proved in the shadow. */
#ifndef RAY_PROJECT_PLANNED_H
#define RAY_PROJECT_PLANNED_H

#include "base/buf.h"
#include "diff/operations.h"
#include "diff/plan.h"
#include "diff/rename.h"
#include "project/renames.h"
#include "project/source.h"

struct ray_planned {
    struct ray_plan up; /* the renames are its first steps */
    struct ray_plan down;
    ray_renamings renamings;
    const struct ray_catalog *begin; /* the old state with the renames carried out */
    const char *plugin;     /* the last that added steps; NULL: none did, and below is nothing */
    struct ray_plan own_up; /* without what plugins added */
    struct ray_plan own_down;
    ray_operations_more_list more; /* what they added */
};

/* Replaces *to by the same with the names of `from` for what the Lua schema leaves nameless, where they differ: before
 * the two are compared. */
bool ray_planned_names(struct ray_project *project, const struct ray_catalog *from,
                       const struct ray_catalog **to) RAY_MUST_CHECK;

/* Plans both ways, with the renames (renames.h), and proves it unless there is nothing to do. The plan's `to` may
 * have other names than the one given, for what the Lua schema leaves nameless. */
bool ray_planned_make(struct ray_project *project, const struct ray_catalog *from,
                      const struct ray_catalog *to, enum ray_unsettled unsettled,
                      struct ray_planned *out) RAY_MUST_CHECK;

/* The steps: [{"step", "object", "reason", "loses_data", "refusal", "transaction", "effects", "sql"}]. */
json_t *ray_planned_json(struct ray_arena *arena, const struct ray_plan *plan);

/* What stands before a step's reason in a comment. */
extern const char *const ray_planned_words[RAY_STEP_COUNT];

/* planned_hook.c: the hook plan_made of the plugins, before the proof: what they add is proved like the rest, and must
 * leave the schema as it is declared. RAY_REFUSED where one vetoes the plan. */
bool ray_planned_hook(struct ray_project *project, struct ray_planned *planned) RAY_MUST_CHECK;

/* Proves both ways in the shadow. */
bool ray_planned_prove(struct ray_project *project, struct ray_planned *planned) RAY_MUST_CHECK;

/* The plan's statements as a script, `between` each two of them; what loses data is marked in a comment. */
void ray_planned_script(const struct ray_plan *plan, const char *between, struct ray_buf *out);

#endif
