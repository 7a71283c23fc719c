/* The proof with rows: see proof.h. */
#include "base/buf.h"
#include "base/map.h"
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "diff/content.h"
#include "diff/effect.h"
#include "diff/proof.h"
#include "diff/sample.h"

#include <string.h>

/* ---------------------------------------------------------------- which tables */

static void
add_table(const struct ray_catalog *catalog, const char *name, struct ray_map *seen,
          ray_objects *out)
{
    struct ray_object *table = ray_table_named(catalog, name);

    if (table != NULL && table->kind == &ray_kind_table && ray_map_put(seen, name, table) == NULL)
        *ray_vec_add(catalog->arena, out) = table;
}

/* The catalog before the plan, or behind it, with no more than the tables on which a step takes a lock that others
 * would feel. */
static struct ray_catalog
touched(const struct ray_plan *plan, bool before)
{
    struct ray_catalog few = before ? *plan->from : *plan->to;
    struct ray_map seen;

    ray_map_init(&seen, plan->arena);
    memset(&few.objects, 0, sizeof(few.objects));
    few.arena = plan->arena;
    for (size_t i = 0; i < plan->steps.len; i++)
        for (size_t k = 0; k < plan->steps.items[i].effect.relations.len; k++) {
            const struct ray_relation_effect *effect =
                &plan->steps.items[i].effect.relations.items[k];

            if (effect->lock >= RAY_LOCK_SHARE)
                add_table(&few, before ? effect->before : effect->name, &seen, &few.objects);
        }
    return few;
}

/* ---------------------------------------------------------------- running */

/* Runs the plan. What a row refuses is noted; *refused then. */
static bool
run(struct ray_conn *conn, struct ray_plan *plan, bool *refused, struct ray_err *err)
{
    for (size_t i = 0; i < plan->steps.len; i++) {
        struct ray_plan_step *step = &plan->steps.items[i];

        if (ray_step_run(conn, plan, step, err))
            continue;
        if (err->code != RAY_FAILED || ray_conn_tx(conn) != RAY_TX_IDLE)
            return false;
        step->refusal = ray_arena_strdup(plan->arena, err->message);
        ray_err_clear(err);
        *refused = true;
        return true;
    }
    return true;
}

/* ---------------------------------------------------------------- judging */

static bool
touches(const struct ray_plan_step *step, const char *table)
{
    for (size_t i = 0; i < step->effect.relations.len; i++)
        if (strcmp(step->effect.relations.items[i].before, table) == 0)
            return true;
    return false;
}

/* The plan says that it loses something of the table. */
static bool
is_said(const struct ray_plan *plan, const char *table)
{
    for (size_t i = 0; i < plan->steps.len; i++)
        if (plan->steps.items[i].loses_data && touches(&plan->steps.items[i], table))
            return true;
    return false;
}

static bool
changes_type(const struct ray_plan_step *step)
{
    if (step->changes_types)
        return true;
    return step->type == RAY_STEP_ALTER && step->from != NULL && step->to != NULL &&
           step->from->kind == &ray_kind_column &&
           strcmp(ray_object_get(step->from, "type"), ray_object_get(step->to, "type")) != 0;
}

/* The change of type that does not bring the column's values back, or another one of its table: the column may have
 * been renamed. */
static struct ray_plan_step *
find_change(struct ray_plan *plan, const struct ray_loss *loss)
{
    struct ray_plan_step *found = NULL;

    for (size_t i = 0; i < plan->steps.len; i++) {
        struct ray_plan_step *step = &plan->steps.items[i];

        if (!changes_type(step) || !touches(step, loss->table))
            continue;
        if (strcmp(step->from->name, loss->column) == 0)
            return step;
        found = step;
    }
    return found;
}

static bool
judge(struct ray_plan *up, struct ray_plan *down, const struct ray_loss *loss, struct ray_err *err)
{
    struct ray_plan_step *change = NULL;

    if (is_said(up, loss->table) || is_said(down, loss->table))
        return true;
    if (loss->column != NULL)
        change = find_change(up, loss);
    if (change != NULL) {
        change->loses_data = true;
        up->loses_data = true;
        return true;
    }
    if (loss->column == NULL)
        return ray_err_set(err, RAY_FAILED, "%zu of %zu rows of %s are lost %s", loss->rows,
                           loss->of, loss->table,
                           loss->by_up ? "on the way up" : "on the way back");
    return ray_err_set(err, RAY_FAILED, "%zu of %zu values of %s.%s are others %s", loss->rows,
                       loss->of, loss->table, loss->column,
                       loss->by_up ? "on the way up" : "on the way back");
}

/* ---------------------------------------------------------------- the proof */

static bool
go(struct ray_conn *conn, struct ray_arena *scratch, struct ray_plan *up, struct ray_plan *down,
   const struct ray_catalog *few, struct ray_err *err)
{
    const struct ray_catalog few_behind = touched(up, false);
    struct ray_content *before;
    struct ray_content *high;
    struct ray_content *back;
    ray_losses losses = {0};
    bool refused = false;

    if (!ray_sample_fill(ray_sampler_new(scratch), conn, few, err) ||
        !ray_content_read(conn, scratch, few, &before, err) || !run(conn, up, &refused, err))
        return false;
    if (refused)
        return true;
    if (!ray_content_read(conn, scratch, &few_behind, &high, err) ||
        !run(conn, down, &refused, err))
        return false;
    if (refused)
        return true;
    if (!ray_content_read(conn, scratch, few, &back, err))
        return false;
    ray_content_compare(scratch, before, high, back, &losses);
    for (size_t i = 0; i < losses.len; i++)
        if (!judge(up, down, &losses.items[i], err))
            return false;
    return true;
}

bool
ray_plan_prove_rows(struct ray_conn *conn, struct ray_plan *up, struct ray_plan *down,
                    struct ray_err *err)
{
    struct ray_catalog few = touched(up, true);
    struct ray_arena *scratch;
    bool ok;

    if (few.objects.len == 0)
        return true;
    scratch = ray_arena_new();
    ok = go(conn, scratch, up, down, &few, err);
    ray_arena_free(scratch);
    return ok;
}
