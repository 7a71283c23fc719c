/*
 * Making a plan: see plan.h. Every DROP, CREATE and ALTER is a node of one graph (edges.c); what of it has something
 * to say becomes a step, in the graph's order.
 */
#include "diff/plan.h"

#include "catalog/kinds.h"
#include "catalog/order.h"
#include "catalog/table.h"
#include "diff/plan_internal.h"
#include "kind/alter.h"
#include "kind/convert.h"
#include "kind/sequence.h"

#include <string.h>

#define AROUND_COLUMNS \
    "columns hold its values, inside of other types perhaps: the server refuses it meanwhile"

/* A new part is folded into a new whole; a new default into a new column. */
static void
fold(struct ray_planning *planning)
{
    const ray_objects *all = &planning->plan->to->objects;

    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        object->stubbed = false;
        object->marked = (planning->fates.create[i] || object->implied) && object->owner != NULL &&
                         (planning->fates.create[object->owner->index] ||
                          ray_planning_column(planning, object) != NULL) &&
                         ray_object_folds(object);
    }
}

/* ---------------------------------------------------------------- steps */

struct ray_plan_step *
ray_planning_begin(struct ray_planning *planning, enum ray_step_type type,
                   const struct ray_object *from, const struct ray_object *to)
{
    struct ray_plan_step *step = ray_vec_add(planning->plan->arena, &planning->plan->steps);

    step->type = type;
    step->from = from;
    step->to = to;
    step->first = planning->plan->ddl.statements.len;
    return step;
}

void
ray_planning_end(struct ray_planning *planning, struct ray_plan_step *step)
{
    step->count = planning->plan->ddl.statements.len - step->first;
    if (step->count == 0)
        planning->plan->steps.len--;
    else if (step->loses_data)
        planning->plan->loses_data = true;
}

/* A generated column holds nothing of its own. */
static bool
is_computed(const struct ray_object *object)
{
    return object->kind == &ray_kind_column && ray_object_get(object, "generated") != NULL;
}

/* What was added to an object of an extension goes with that. */
static bool
is_lost(const struct ray_planning *planning, const struct ray_object *object)
{
    for (size_t i = 0; object->member && i < object->needs.len; i++)
        if (planning->fates.drop[object->needs.items[i]->index])
            return true;
    return false;
}

static void
cascade(struct ray_planning *planning)
{
    struct ray_ddl *ddl = &planning->plan->ddl;
    struct ray_ddl_statement *statement = &ddl->statements.items[ddl->statements.len - 1];

    statement->sql = ray_arena_printf(ddl->arena, "%s CASCADE", statement->sql);
}

static void
drop(struct ray_planning *planning, const struct ray_object *object)
{
    struct ray_plan_step *step;
    bool revert = planning->fates.revert[object->index] && !is_lost(planning, object);

    if (!revert && (!planning->fates.drop[object->index] ||
                    ray_planning_dropped_with(planning, object) != object))
        return;
    step = ray_planning_begin(planning, RAY_STEP_DROP, object, NULL);
    step->reason = planning->fates.why_drop[object->index];
    step->loses_data = !revert && object->kind->holds_data && !is_computed(object);
    if (revert)
        ray_ddl_revert(&planning->plan->ddl, object);
    else
        ray_ddl_drop(&planning->plan->ddl, object);
    if (planning->swallows[object->index]) /* with others that hang in a circle with it */
        cascade(planning);
    ray_planning_end(planning, step);
}

/* A domain's constraint: where columns hold the domain inside of other types, these are texts meanwhile. So with
 * another type of what is in rows that columns hold. */
static void
create_around_columns(struct ray_planning *planning, struct ray_plan_step *step,
                      const struct ray_object *object)
{
    const ray_objects *columns = &planning->fates.rebuilt[object->index];

    if (columns->len > 0)
        step->reason = AROUND_COLUMNS;
    ray_columns_to_text(&planning->plan->ddl, object, columns);
    ray_ddl_create(&planning->plan->ddl, object);
    ray_columns_from_text(&planning->plan->ddl, object, columns);
}

static void
create(struct ray_planning *planning, struct ray_object *object)
{
    struct ray_plan_step *step;
    const struct ray_object *old = planning->fates.old_of[object->index];

    if (ray_planning_maker(planning, object) != object)
        return;
    step = ray_planning_begin(planning, RAY_STEP_CREATE, old, object);
    if (old != NULL)
        step->reason = planning->fates.why_drop[old->index];
    if (object->implied && object->kind == &ray_kind_default)
        (void)ray_default_alter_to(&planning->plan->ddl, old, object, NULL);
    else
        create_around_columns(planning, step, object);
    if (ray_planning_invalid_base(planning, object) != NULL)
        ray_constraint_validate(&planning->plan->ddl, object);
    ray_planning_end(planning, step);
}

static void
alter_around_columns(struct ray_planning *planning, struct ray_plan_step *step,
                     const struct ray_object *object)
{
    const ray_objects *columns = &planning->fates.rebuilt[object->index];

    step->reason = AROUND_COLUMNS;
    ray_columns_to_text(&planning->plan->ddl, object, columns);
    ray_ddl_alter(&planning->plan->ddl, planning->fates.old_of[object->index], object,
                  planning->fates.alter[object->index]);
    ray_columns_from_text(&planning->plan->ddl, object, columns);
}

static void
alter(struct ray_planning *planning, struct ray_object *object)
{
    const struct ray_object *old = planning->fates.old_of[object->index];
    struct ray_plan_step *step = ray_planning_begin(planning, RAY_STEP_ALTER, old, object);

    if (object->kind == &ray_kind_column &&
        ray_column_disturbs(planning->fates.alter[object->index]) &&
        ray_column_goes_by_text(&planning->plan->ddl, old, object))
        step->reason = "there is no cast: values that do not read as the new type refuse it";
    if (planning->fates.rebuilt[object->index].len > 0 && object->kind == &ray_kind_enum) {
        step->reason = "rows that hold a value that is no more refuse it";
        ray_enum_rebuild(&planning->plan->ddl, object, &planning->fates.rebuilt[object->index]);
    } else if (planning->fates.rebuilt[object->index].len > 0) {
        alter_around_columns(planning, step, object);
    } else if (planning->fates.beside[object->index]) {
        step->reason = "built beside the old one, which serves until then";
        ray_index_build_beside(&planning->plan->ddl, object);
        ray_planning_end(planning, step);
        step = ray_planning_begin(planning, RAY_STEP_ALTER, old, object);
        ray_index_swap(&planning->plan->ddl, object);
    } else {
        ray_ddl_alter(&planning->plan->ddl, old, object, planning->fates.alter[object->index]);
        if (object->kind == &ray_kind_sequence &&
            ray_differs(object, planning->fates.alter[object->index], "owned_by"))
            ray_planning_catch_up(planning, object, false);
    }
    ray_planning_end(planning, step);
}

static void
make(struct ray_planning *planning, struct ray_object *object)
{
    if (planning->fates.create[object->index])
        create(planning, object);
    else if (planning->fates.alter[object->index] != NULL)
        alter(planning, object);
    ray_planning_finish(planning, object);
}

static void
make_stub(struct ray_planning *planning, const struct ray_object *object)
{
    struct ray_plan_step *step;

    if (!object->stubbed)
        return;
    step = ray_planning_begin(planning, RAY_STEP_CREATE, NULL, object);
    object->kind->stub(&planning->plan->ddl, object);
    ray_planning_end(planning, step);
}

static void
write_steps(struct ray_planning *planning, size_t placed)
{
    const struct ray_plan *plan = planning->plan;

    for (size_t i = 0; i < placed; i++) {
        size_t node = planning->order[i];

        if (node < planning->nfrom)
            drop(planning, plan->from->objects.items[node]);
        else if (node < planning->nfrom + planning->nto)
            make(planning, plan->to->objects.items[node - planning->nfrom]);
        else
            make_stub(planning, plan->to->objects.items[node - planning->nfrom - planning->nto]);
    }
}

static bool
make_plan(struct ray_arena *arena, const struct ray_match *match, struct ray_plan *out,
          struct ray_err *err)
{
    const struct ray_catalog *from = match->from;
    const struct ray_catalog *to = match->to;
    struct ray_planning planning = {.plan = out,
                                    .arena = arena,
                                    .match = match,
                                    .nfrom = from->objects.len,
                                    .nto = to->objects.len};
    size_t placed;

    memset(out, 0, sizeof(*out));
    out->arena = arena;
    out->from = from;
    out->to = to;
    ray_ddl_init(&out->ddl, arena, to);
    out->ddl.from = from;
    ray_planning_imply(&planning);
    ray_match_compare(arena, match, &out->changes);
    if (out->changes.len == 0) {
        ray_planning_release(&planning);
        return true;
    }
    ray_fates_decide(out, match, &planning.fates);
    ray_planning_attach(&planning);
    fold(&planning);
    ray_planning_concern(&planning);
    planning.order = RAY_NEW_ARRAY(arena, size_t, planning.nfrom + 2 * planning.nto);
    planning.circle = RAY_NEW_ARRAY(arena, size_t, planning.nto);
    planning.swallows = RAY_NEW_ARRAY(arena, bool, planning.nfrom);
    planning.swallower = RAY_NEW_ARRAY(arena, const struct ray_object *, planning.nfrom);
    do {
        ray_planning_edges(&planning);
        placed = ray_graph_sort(&planning.graph, planning.order);
    } while (placed < planning.graph.members && ray_planning_break(&planning));
    if (placed == planning.graph.members)
        write_steps(&planning, placed);
    ray_planning_release(&planning);
    ray_plan_group(out);
    return placed == planning.graph.members || ray_planning_complain(&planning, err);
}

bool
ray_plan_make(struct ray_arena *arena, const struct ray_catalog *from, const struct ray_catalog *to,
              struct ray_plan *out, struct ray_err *err)
{
    struct ray_match match;

    ray_catalog_match(arena, from, to, &match);
    return make_plan(arena, &match, out, err);
}

bool
ray_plan_make_both(struct ray_arena *arena, const struct ray_catalog *from,
                   const struct ray_catalog *to, struct ray_plan *up, struct ray_plan *down,
                   struct ray_err *err)
{
    struct ray_match there;
    struct ray_match back;

    ray_catalog_match(arena, from, to, &there);
    back = ray_match_reversed(&there);
    return make_plan(arena, &there, up, err) && make_plan(arena, &back, down, err);
}
