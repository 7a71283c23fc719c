/*
 * What can be said only when all is there: a sequence's column, an index's parent, a table's. Each such object waits
 * for the nodes that it needs to have stood in the order.
 */
#include "diff/plan_internal.h"

#include "catalog/kinds.h"
#include "catalog/table.h"
#include "kind/alter.h"
#include "kind/sequence.h"

void
ray_planning_catch_up(struct ray_planning *planning, const struct ray_object *sequence, bool is_new)
{
    const struct ray_object *column = sequence->later.len == 0 ? NULL : sequence->later.items[0];

    if (sequence->kind == &ray_kind_sequence && !sequence->implied && column != NULL &&
        column->owner != NULL && planning->fates.old_of[column->index] != NULL &&
        !planning->fates.create[column->index])
        ray_sequence_catch_up(&planning->plan->ddl, sequence, column, is_new);
}

static void
wait_for(struct ray_planning *planning, struct ray_object *object, struct ray_object *other)
{
    const struct ray_object *maker = ray_planning_maker(planning, other);

    planning->finishing.waits[object->index]++;
    *ray_vec_add(planning->arena, &planning->finishing.waiting[maker->index]) = object;
    ray_planning_want(planning, maker);
}

/* An index or key of a table that joins is taken over as it does, where the parent has its own already. */
static bool
is_taken_over(const struct ray_planning *planning, const struct ray_object *part)
{
    const struct ray_object *above = part->later.len == 0 ? NULL : part->later.items[0];

    return part->owner != NULL && part->owner->joins && part->kind->has_index &&
           (above == NULL || !planning->fates.create[above->index]);
}

/* The joining table to whose index a partition's must be attached first: until then that is not valid, and would
 * not be taken over. */
static const struct ray_object *
joiner_above(const struct ray_object *index)
{
    const struct ray_object *above = index->later.len == 0 || !index->kind->has_index
                                         ? NULL
                                         : index->later.items[0];

    return above != NULL && above->owner != NULL && above->owner->joins ? above->owner : NULL;
}

static bool
is_finished_later(const struct ray_planning *planning, const struct ray_object *object)
{
    return object->joins || (planning->fates.create[object->index] &&
                             object->kind->finish != NULL && !is_taken_over(planning, object));
}

void
ray_planning_wait(struct ray_planning *planning)
{
    const ray_objects *all = &planning->plan->to->objects;

    planning->finishing.waits = RAY_NEW_ARRAY(planning->arena, size_t, all->len);
    planning->finishing.waiting = RAY_NEW_ARRAY(planning->arena, ray_objects, all->len);
    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        if (!planning->new_concerned[i] || !is_finished_later(planning, object))
            continue;
        wait_for(planning, object, object);
        for (size_t p = 0; object->joins && p < object->parts.len; p++)
            if (!object->parts.items[p]->implied)
                wait_for(planning, object, object->parts.items[p]);
        for (size_t n = 0; n < object->later.len; n++)
            wait_for(planning, object, object->later.items[n]);
        if (object->owner != NULL && object->owner->joins)
            planning->finishing.waits[i]++;
        if (joiner_above(object) != NULL)
            planning->finishing.waits[joiner_above(object)->index]++;
    }
}

static void
finish(struct ray_planning *planning, const struct ray_object *object)
{
    struct ray_plan_step *step;

    if (--planning->finishing.waits[object->index] > 0)
        return;
    step = ray_planning_begin(planning, RAY_STEP_ALTER, object, object);
    if (object->joins && planning->fates.create[object->index])
        ray_table_join(&planning->plan->ddl, object);
    else if (object->joins)
        ray_table_alter_joins(&planning->plan->ddl, planning->fates.old_of[object->index], object);
    else
        object->kind->finish(&planning->plan->ddl, object);
    ray_planning_catch_up(planning, object, true);
    ray_planning_end(planning, step);
    for (size_t i = 0; object->joins && i < object->parts.len; i++)
        if (is_finished_later(planning, object->parts.items[i]))
            finish(planning, object->parts.items[i]);
    if (joiner_above(object) != NULL)
        finish(planning, joiner_above(object));
}

void
ray_planning_finish(struct ray_planning *planning, const struct ray_object *object)
{
    const ray_objects *waiting = &planning->finishing.waiting[object->index];

    for (size_t i = 0; i < waiting->len; i++)
        finish(planning, waiting->items[i]);
}
