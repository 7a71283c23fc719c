/*
 * `raymig generate --lua`. The operations are written from the plan's steps, read back as the runner will read
 * them, and their SQL is proved like a plan: up to the new state, back to the old one. Where that fails the plan's own
 * statements are written, for which the proof has been had.
 */
#include "project/generate.h"

#include "diff/operations.h"
#include "script/reversible.h"

#include <string.h>

static bool
read_operations(struct ray_project *project, const char *text, struct ray_reversible **out)
{
    const struct ray_script script = {
        .kind = RAY_SCRIPT_LUA,
        .source = {.path = "(generated)", .text = text, .end = strlen(text)},
    };

    if (!ray_reversible_read(ray_project_lua(project), project->arena, &script,
                             project->server_major * 10000, out, &project->err))
        return false;
    return *out != NULL || ray_err_set(&project->err, RAY_FAILED, "the operations cannot be read");
}

static void
add_all(struct ray_plan *plan, const ray_strings *statements)
{
    for (size_t i = 0; i < statements->len; i++)
        ray_ddl_add(&plan->ddl, NULL, "%s", statements->items[i]);
}

/* The operations' SQL as a plan of one step, which loses rows where the plan does that they were written from. */
static struct ray_plan
plan_of(const struct ray_reversible *operations, const struct ray_plan *like, bool down)
{
    struct ray_plan plan = {.arena = like->arena, .from = like->from, .to = like->to};
    struct ray_plan_step *step = ray_vec_add(plan.arena, &plan.steps);

    ray_ddl_init(&plan.ddl, plan.arena, plan.to);
    for (size_t i = 0; i < operations->steps.len; i++)
        if (down)
            add_all(&plan, &operations->steps.items[operations->steps.len - 1 - i].down);
        else
            add_all(&plan, &operations->steps.items[i].up);
    *step = (struct ray_plan_step){
        .type = RAY_STEP_ALTER,
        .count = plan.ddl.statements.len,
        .loses_data = like->loses_data,
    };
    return plan;
}

static bool
prove(struct ray_project *project, const struct ray_planned *planned, const char *text)
{
    struct ray_reversible *operations;
    struct ray_planned proof = {.begin = planned->begin};

    if (!read_operations(project, text, &operations))
        return false;
    proof.up = plan_of(operations, &planned->up, false);
    proof.down = plan_of(operations, &planned->down, true);
    return ray_planned_prove(project, &proof);
}

bool
ray_generate_lua(struct ray_project *project, const struct ray_planned *planned, const char **out)
{
    struct ray_plan up = planned->up;

    if (planned->plugin != NULL)
        return ray_err_set(&project->err, RAY_USAGE,
                           "what the plugin \"%s\" added is no operation: generate without --lua",
                           planned->plugin);
    up.from = planned->begin;
    if (ray_operations_write(&up, &planned->renamings, out, &project->err) &&
        prove(project, planned, *out))
        return true;
    if (project->err.code != RAY_FAILED)
        return false;
    ray_project_detail(project, "note: in SQL, since operations do not lead there: %s%s%s",
                       project->err.message, project->err.detail == NULL ? "" : "\n",
                       project->err.detail == NULL ? "" : project->err.detail);
    ray_err_clear(&project->err);
    *out = ray_operations_sql(&planned->up, &planned->down);
    return true;
}
