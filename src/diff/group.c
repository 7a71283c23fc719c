/*
 * One ALTER TABLE for what would scan or rewrite the table each time: types of columns that change, and NOT NULL,
 * with what else is altered of columns between these. Only what stands together already is grouped, so that the
 * order stays as it was; all else is a statement of its own.
 */
#include "diff/plan_internal.h"

#include "base/file.h"
#include "catalog/kinds.h"
#include "catalog/table.h"

#include <string.h>

/* "ALTER TABLE public.t"; NULL where the step is no column's of a table. */
static const char *
prefix_of(const struct ray_plan *plan, const struct ray_plan_step *step)
{
    struct ray_buf buf;

    if (step->type != RAY_STEP_ALTER || step->to == NULL || step->to->kind != &ray_kind_column ||
        step->to->owner == NULL || step->to->owner->kind != &ray_kind_table)
        return NULL;
    ray_buf_init(&buf, plan->arena);
    ray_table_alter(&buf, step->to, false);
    return buf.data;
}

static bool
reads_all_rows(const char *sql)
{
    return strstr(sql, " TYPE ") != NULL || ray_has_suffix(sql, " SET NOT NULL");
}

/* What stands behind the prefix; NULL: it is not to be grouped. */
static const char *
action_of(const struct ray_plan *plan, size_t statement, const char *prefix)
{
    const char *sql = plan->ddl.statements.items[statement].sql;
    const char *action;

    if (!ray_has_prefix(sql, prefix))
        return NULL;
    action = sql + strlen(prefix) + 1;
    return ray_has_prefix(action, "ALTER COLUMN ") ? action : NULL;
}

/* True where all of the step is of that kind. */
static bool
is_grouped(const struct ray_plan *plan, const struct ray_plan_step *step, const char *prefix)
{
    for (size_t i = 0; i < step->count; i++)
        if (action_of(plan, step->first + i, prefix) == NULL)
            return false;
    return step->reason == NULL && !step->loses_data;
}

static size_t
readings_of(const struct ray_plan *plan, const struct ray_plan_step *step)
{
    size_t count = 0;

    for (size_t i = 0; i < step->count; i++)
        count += reads_all_rows(plan->ddl.statements.items[step->first + i].sql);
    return count;
}

/* How many steps from this one on go together: up to the last that reads all rows. 0: there are not two readings. */
static size_t
run_of(const struct ray_plan *plan, size_t first, const char *prefix)
{
    size_t readings = 0;
    size_t last = 0;

    for (size_t i = first; i < plan->steps.len; i++) {
        const struct ray_plan_step *step = &plan->steps.items[i];
        const char *own = prefix_of(plan, step);
        size_t more;

        if (own == NULL || strcmp(own, prefix) != 0 || !is_grouped(plan, step, prefix))
            break;
        more = readings_of(plan, step);
        readings += more;
        if (more > 0)
            last = i + 1 - first;
    }
    return readings > 1 ? last : 0;
}

struct group {
    struct ray_plan *plan;
    RAY_VEC(struct ray_ddl_statement) statements; /* the plan's from now on */
    size_t steps;
};

static void
keep(struct group *group, const struct ray_plan_step *step)
{
    struct ray_plan *plan = group->plan;
    struct ray_plan_step kept = *step;

    kept.first = group->statements.len;
    for (size_t i = 0; i < step->count; i++)
        *ray_vec_add(plan->arena, &group->statements) = plan->ddl.statements.items[step->first + i];
    plan->steps.items[group->steps++] = kept;
}

static void
merge(struct group *group, size_t first, size_t count, const char *prefix)
{
    struct ray_plan *plan = group->plan;
    struct ray_plan_step step = plan->steps.items[first];
    const struct ray_object *column = step.to;
    struct ray_buf buf;
    size_t n = 0;

    ray_buf_init(&buf, plan->arena);
    ray_buf_add(&buf, prefix);
    for (size_t s = first; s < first + count; s++)
        for (size_t i = 0; i < plan->steps.items[s].count; i++)
            ray_buf_addf(&buf, "%s\n    %s", n++ == 0 ? "" : ",",
                         action_of(plan, plan->steps.items[s].first + i, prefix));
    if (count > 1) {
        step.from = step.from == NULL ? NULL : step.from->owner;
        step.to = column->owner;
        step.grouped = true;
        step.changes_types = strstr(buf.data, " TYPE ") != NULL;
    }
    step.first = group->statements.len;
    step.count = 1;
    *ray_vec_add(plan->arena, &group->statements) = (struct ray_ddl_statement){.sql = buf.data,
                                                                               .object = step.to};
    plan->steps.items[group->steps++] = step;
}

void
ray_plan_group(struct ray_plan *plan)
{
    struct group group = {.plan = plan};

    for (size_t i = 0; i < plan->steps.len;) {
        const char *prefix = prefix_of(plan, &plan->steps.items[i]);
        size_t count = prefix == NULL ? 0 : run_of(plan, i, prefix);

        if (count > 0) {
            merge(&group, i, count, prefix);
            i += count;
        } else {
            keep(&group, &plan->steps.items[i++]);
        }
    }
    plan->steps.len = group.steps;
    plan->ddl.statements.items = group.statements.items;
    plan->ddl.statements.len = group.statements.len;
    plan->ddl.statements.cap = group.statements.cap;
}
