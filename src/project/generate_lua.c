/*
 * `raymig generate --lua`. The operations are written from the plan's steps, read back as the runner will read
 * them, and their SQL is proved like a plan: up to the new state, back to the old one. Where that fails those steps whose
 * operations are at fault are written as the plan's own statements; and where that fails, too, all of them, for which the
 * proof has been had.
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

/* Which operations lead elsewhere is found by halves: those from a step on are SQL, for which there is no doubt. */
struct search {
    struct ray_project *project;
    const struct ray_planned *planned;
    struct ray_plan up; /* of raymig alone, likewise below: what plugins added stands around it */
    const struct ray_plan *down;
    bool *found;  /* by step: its operation does not do */
    bool *in_sql; /* by step, in one try */
    size_t tries;
};

enum { MOST_TRIES = 60 };

/* With what was found, and what stands from that step on, as SQL. */
static bool
try_from(struct search *search, size_t first, const char **out)
{
    struct ray_err *err = &search->project->err;

    ray_err_clear(err);
    search->tries++;
    for (size_t s = 0; s < search->up.steps.len; s++)
        search->in_sql[s] = s >= first || search->found[s];
    return ray_operations_write(&search->up, search->down, &search->planned->renamings,
                                search->in_sql, &search->planned->more, out, err) &&
           prove(search->project, search->planned, *out);
}

/* The first step from `low` on whose operation does not do; false: not even SQL does, or the search has no end. */
static bool
find_next(struct search *search, size_t *low)
{
    size_t high = search->up.steps.len;
    const char *text;

    while (high - *low > 1) {
        size_t middle = *low + (high - *low) / 2;

        if (search->tries > MOST_TRIES)
            return false;
        if (try_from(search, middle, &text))
            *low = middle;
        else if (search->project->err.code == RAY_FAILED)
            high = middle;
        else
            return false;
    }
    return *low < high;
}

static void
say_found(struct ray_project *project)
{
    const struct ray_err *err = &project->err;

    ray_project_detail(project, "note: in SQL, since operations do not lead there: %s%s%s",
                       err->message, err->detail == NULL ? "" : "\n",
                       err->detail == NULL ? "" : err->detail);
}

/* Operations but for those that fail; false with RAY_FAILED: all of it must be SQL. */
static bool
write_mixed(struct search *search, const char **out)
{
    size_t low = search->planned->renamings.len;

    if (!try_from(search, low, out))
        return false;
    while (find_next(search, &low)) {
        search->found[low++] = true;
        if (try_from(search, search->up.steps.len, out))
            return true;
        if (search->project->err.code != RAY_FAILED)
            return false;
    }
    return ray_err_set(&search->project->err, RAY_FAILED, "the operations do not lead there");
}

bool
ray_generate_lua(struct ray_project *project, const struct ray_planned *planned, const char **out)
{
    struct ray_arena *arena = planned->up.arena;
    bool more = planned->plugin != NULL;
    struct search search = {.project = project,
                            .planned = planned,
                            .up = more ? planned->own_up : planned->up,
                            .down = more ? &planned->own_down : &planned->down};
    size_t count = search.up.steps.len + 1;

    search.up.from = planned->begin;
    search.found = RAY_NEW_ARRAY(arena, bool, count);
    search.in_sql = RAY_NEW_ARRAY(arena, bool, count);
    if (try_from(&search, count, out))
        return true;
    if (project->err.code != RAY_FAILED)
        return false;
    say_found(project);
    if (write_mixed(&search, out))
        return true;
    if (project->err.code != RAY_FAILED)
        return false;
    say_found(project);
    ray_err_clear(&project->err);
    *out = ray_operations_sql(&search.up, search.down, &planned->more);
    return true;
}
