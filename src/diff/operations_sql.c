/*
 * What no operation says, as SQL: a step's statements, and what takes it back. That is what the plan of the opposite
 * direction has for the same object; a whole that goes takes its parts along, so that what makes them again counts
 * to it. Each step of that plan stands in one operation.
 */
#include "diff/operations_internal.h"

#include "base/buf.h"
#include "catalog/kinds.h"

#include <string.h>

#define BODIES_OFF "SET check_function_bodies = off"

static bool
same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
is_same(const struct ray_object *a, const struct ray_object *b)
{
    return a != NULL && b != NULL && a->kind == b->kind && same(a->schema, b->schema) &&
           same(a->parent, b->parent) && same(a->name, b->name) && same(a->signature, b->signature);
}

static const struct ray_object *
object_of(const struct ray_plan_step *step)
{
    return step->to != NULL ? step->to : step->from;
}

static bool
is_finish(const struct ray_plan_step *step)
{
    return step->type == RAY_STEP_ALTER && step->from == step->to;
}

/* ---------------------------------------------------------------- opposites */

static bool
has_step(const struct ray_plan *plan, enum ray_step_type type, const struct ray_object *object)
{
    for (size_t i = 0; i < plan->steps.len; i++)
        if (plan->steps.items[i].type == type && is_same(object_of(&plan->steps.items[i]), object))
            return true;
    return false;
}

/* True where the part, or the sequence of a column, goes with the whole and has no DROP of its own. */
static bool
goes_along(const struct ray_operation_writer *writer, const struct ray_object *object,
           const struct ray_object *whole)
{
    bool is_part = is_same(object->owner, whole);

    if (object->kind == &ray_kind_sequence && object->later.len > 0)
        is_part = is_part || is_same(object->later.items[0]->owner, whole);
    return is_part && !has_step(writer->plan, RAY_STEP_DROP, object);
}

/* Columns altered in one statement stand under their table. */
static bool
is_grouped_with(const struct ray_plan_step *group, const struct ray_plan_step *step)
{
    return group->grouped && step->type == RAY_STEP_ALTER &&
           is_same(object_of(step)->owner, object_of(group));
}

static bool
is_opposite(const struct ray_operation_writer *writer, const struct ray_plan_step *step,
            const struct ray_plan_step *back)
{
    const struct ray_object *object = object_of(step);
    bool own = is_same(object, object_of(back));

    switch (step->type) {
    case RAY_STEP_DROP:
        return (back->type == RAY_STEP_CREATE || is_finish(back)) &&
               (own || goes_along(writer, object_of(back), object));
    case RAY_STEP_CREATE: /* one that is made again may be altered back */
        return own && (back->type == RAY_STEP_DROP ||
                       (step->from != NULL && back->type == RAY_STEP_ALTER && !is_finish(back) &&
                        !has_step(writer->back, RAY_STEP_DROP, object)));
    case RAY_STEP_ALTER:
        return own || is_grouped_with(step, back) || is_grouped_with(back, step);
    case RAY_STEP_COUNT:
    default:
        return false;
    }
}

static void
add_statements(struct ray_buf *buf, const struct ray_plan *plan, const struct ray_plan_step *step)
{
    for (size_t i = 0; i < step->count; i++)
        ray_buf_addf(buf, "%s%s;", buf->len == 0 ? "" : "\n",
                     plan->ddl.statements.items[step->first + i].sql);
}

static bool
add_opposites(struct ray_operation_writer *writer, const struct ray_plan_step *step,
              struct ray_buf *buf)
{
    const struct ray_plan *back = writer->back;
    bool any = false;

    for (size_t i = 0; i < back->steps.len; i++) {
        if (writer->taken[i] || object_of(&back->steps.items[i]) == NULL ||
            !is_opposite(writer, step, &back->steps.items[i]))
            continue;
        add_statements(buf, back, &back->steps.items[i]);
        writer->taken[i] = true;
        any = true;
    }
    return any;
}

/* Where the way back says nothing of the object: it goes with another, or something of it is altered back. */
static bool
goes_with_another(const struct ray_operation_writer *writer, const struct ray_plan_step *step)
{
    const struct ray_object *object = object_of(step);
    bool is_attached = object->owner != NULL && object->kind->has_index &&
                       ray_object_get(object, "attached_to") != NULL;

    if (step->type == RAY_STEP_CREATE)
        return is_attached ||
               (object->owner != NULL && has_step(writer->plan, RAY_STEP_CREATE, object->owner));
    return has_step(writer->back, RAY_STEP_ALTER, object);
}

/* ---------------------------------------------------------------- one step */

static void
add_plain_opposite(struct ray_operation_writer *writer, const struct ray_plan_step *step,
                   struct ray_buf *buf)
{
    struct ray_ddl ddl;

    ray_ddl_init(&ddl, writer->arena, writer->plan->from);
    if (step->type == RAY_STEP_CREATE) {
        ray_ddl_drop(&ddl, step->to);
    } else if (step->type == RAY_STEP_DROP) {
        ray_ddl_create(&ddl, step->from);
    } else {
        size_t count = RAY_COMMON_COUNT + step->to->kind->nattributes;
        bool *differs = RAY_NEW_ARRAY(writer->arena, bool, count);

        for (size_t i = 0; i < count; i++)
            differs[i] = !same(step->from->values[i], step->to->values[i]);
        ray_ddl_alter(&ddl, step->to, step->from, differs);
    }
    for (size_t i = 0; i < ddl.statements.len; i++)
        ray_buf_addf(buf, "%s%s;", i == 0 ? "" : "\n", ddl.statements.items[i].sql);
}

void
ray_operation_step_sql(struct ray_operation_writer *writer, const struct ray_plan_step *step)
{
    struct ray_buf up;
    struct ray_buf down;

    ray_buf_init(&up, writer->arena);
    ray_buf_init(&down, writer->arena);
    add_statements(&up, writer->plan, step);
    if (!is_finish(step) && !add_opposites(writer, step, &down) && !goes_with_another(writer, step))
        add_plain_opposite(writer, step, &down);
    ray_operation_sql(writer, up.data, down.data);
}

/* ---------------------------------------------------------------- the whole */

static bool
needs_functions(const struct ray_plan *plan, enum ray_step_type type)
{
    for (size_t i = 0; i < plan->steps.len; i++) {
        const struct ray_plan_step *step = &plan->steps.items[i];
        const struct ray_object *object = type == RAY_STEP_DROP ? step->from : step->to;

        if (object != NULL && step->type != RAY_STEP_COUNT && object->kind == &ray_kind_function &&
            (step->type == type || step->type == RAY_STEP_ALTER))
            return true;
    }
    return false;
}

void
ray_operation_bodies_off(struct ray_operation_writer *writer, bool up)
{
    if (needs_functions(writer->plan, up ? RAY_STEP_CREATE : RAY_STEP_DROP))
        ray_operation_sql(writer, up ? BODIES_OFF : "", up ? "" : BODIES_OFF);
}

static void
add_all(struct ray_buf *buf, const struct ray_plan *plan)
{
    for (size_t i = 0; i < plan->ddl.statements.len; i++)
        ray_buf_addf(buf, "%s;\n", plan->ddl.statements.items[i].sql);
}

void
ray_operation_more(struct ray_operation_writer *writer, const ray_operations_more_list *more,
                   bool before)
{
    for (size_t i = 0; i < more->len; i++) {
        if (more->items[i].before != before)
            continue;
        ray_operation_note(writer, more->items[i].note);
        ray_operation_sql(writer, more->items[i].up, more->items[i].down);
    }
}

const char *
ray_operations_sql(const struct ray_plan *up, const struct ray_plan *down,
                   const ray_operations_more_list *more)
{
    struct ray_operation_writer writer = {.arena = up->arena, .plan = up, .back = down};
    struct ray_buf text;
    struct ray_buf back;

    ray_buf_init(&writer.buf, up->arena);
    ray_buf_init(&text, up->arena);
    ray_buf_init(&back, up->arena);
    if (needs_functions(up, RAY_STEP_CREATE))
        ray_buf_add(&text, BODIES_OFF ";\n");
    if (needs_functions(up, RAY_STEP_DROP))
        ray_buf_add(&back, BODIES_OFF ";\n");
    add_all(&text, up);
    add_all(&back, down);
    ray_operation_more(&writer, more, true);
    if (up->loses_data)
        ray_operation_note(&writer, "loses data");
    ray_operation_sql(&writer, text.data, back.data);
    ray_operation_more(&writer, more, false);
    return ray_operation_file(&writer);
}
