/* Plans as operations: see operations.h. */
#include "diff/operations.h"

#include "base/buf.h"
#include "catalog/kind.h"
#include "catalog/part.h"
#include "catalog/table.h"
#include "diff/operations_internal.h"
#include "pull/declaration.h"

#include <string.h>

static bool
is_kind(const struct ray_object *object, const char *kind)
{
    return strcmp(object->kind->name, kind) == 0;
}

/* What can be said only when all is there: a sequence's column. */
static bool
is_finish(const struct ray_plan_step *step)
{
    return step->type == RAY_STEP_ALTER && step->from == step->to;
}

static bool
is_in_sql(const struct ray_operation_writer *writer, size_t s)
{
    return writer->in_sql != NULL && writer->in_sql[s];
}

/* ---------------------------------------------------------------- wholes and their parts */

/* True where all that the part needs is there when step `s` runs, or is made by it. */
static bool
is_ready(const struct ray_operation_writer *writer, const struct ray_object *part, size_t s)
{
    for (size_t i = 0; i < part->needs.len; i++) {
        const struct ray_object *need = part->needs.items[i];
        const struct ray_object *whole = need->owner == NULL ? need : need->owner;

        if (whole != part->owner &&
            (writer->made[need->index] > s || writer->made[whole->index] > s))
            return false;
    }
    return true;
}

/* Parts of a new whole that have a step of their own further down, and can stand in its declaration. */
static bool
may_join(const struct ray_operation_writer *writer, const struct ray_object *part, size_t s)
{
    static const char *const kinds[] = {"constraint", "foreign key", "index",
                                        "policy",     "rule",        "trigger"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (is_kind(part, kinds[i]))
            return is_ready(writer, part, s);
    return false;
}

/* A partition's index or key comes and goes with that of the whole. */
static bool
is_attached(const struct ray_object *part)
{
    return part->owner != NULL && part->kind->has_index &&
           ray_object_get(part, "attached_to") != NULL;
}

static bool
is_sequence_of(const struct ray_object *sequence, const struct ray_object *whole)
{
    return is_kind(sequence, "sequence") && sequence->later.len > 0 &&
           sequence->later.items[0]->owner == whole;
}

/* A whole that is made, with what stands in its declaration. `s` is its step. */
static struct ray_catalog *
gather_made(struct ray_operation_writer *writer, const struct ray_object *whole, size_t s)
{
    const struct ray_catalog *to = writer->plan->to;
    bool *keep = RAY_NEW_ARRAY(writer->arena, bool, to->objects.len + 1);

    keep[whole->index] = true;
    for (size_t i = 0; i < whole->parts.len; i++) {
        const struct ray_object *part = whole->parts.items[i];
        size_t step = writer->made[part->index];

        keep[part->index] = !is_attached(part) &&
                            (step == 0 || step == s + 1 ||
                             (!is_in_sql(writer, step - 1) && may_join(writer, part, s)));
        if (keep[part->index] && step > 0)
            writer->said[step - 1] = true;
    }
    for (size_t i = 0; i < to->objects.len; i++)
        if (is_sequence_of(to->objects.items[i], whole))
            keep[i] = true;
    return ray_catalog_part(writer->arena, to, keep);
}

/* A whole that is dropped, with what goes in its statement. */
static struct ray_catalog *
gather_dropped(const struct ray_operation_writer *writer, const struct ray_object *whole)
{
    const struct ray_catalog *from = writer->plan->from;
    bool *keep = RAY_NEW_ARRAY(writer->arena, bool, from->objects.len + 1);

    keep[whole->index] = true;
    for (size_t i = 0; i < whole->parts.len; i++)
        keep[whole->parts.items[i]->index] = writer->dropped[whole->parts.items[i]->index] == 0 &&
                                             !is_attached(whole->parts.items[i]);
    for (size_t i = 0; i < from->objects.len; i++)
        if (is_sequence_of(from->objects.items[i], whole) && writer->dropped[i] == 0 &&
            ray_operation_find(writer->plan->to, from->objects.items[i]) == NULL)
            keep[i] = true;
    return ray_catalog_part(writer->arena, from, keep);
}

/* The steps of a sequence that a serial stands for. */
static void
say_serials(struct ray_operation_writer *writer, const struct ray_catalog *made,
            const ray_pull_declarations *list)
{
    for (size_t i = 0; i < made->objects.len; i++) {
        const struct ray_object *sequence = made->objects.items[i];
        bool declared = false;

        if (!is_kind(sequence, "sequence") || sequence->implied)
            continue;
        for (size_t d = 0; d < list->len; d++)
            declared = declared || list->items[d].object == sequence;
        for (size_t s = 0; !declared && s < writer->plan->steps.len; s++) {
            const struct ray_object *to = writer->plan->steps.items[s].to;

            if (to != NULL && to->kind == sequence->kind && strcmp(to->name, sequence->name) == 0 &&
                strcmp(to->schema, sequence->schema) == 0)
                writer->said[s] = true;
        }
    }
}

/* ---------------------------------------------------------------- one step */

/* Of a sequence its column is said by a step behind it. */
static struct ray_catalog *
without_column(struct ray_arena *arena, struct ray_catalog *catalog)
{
    struct ray_object *sequence = catalog->objects.items[0];
    size_t size = (RAY_COMMON_COUNT + sequence->kind->nattributes) * sizeof(*sequence->values);
    const char **values = ray_arena_alloc(arena, size);

    memcpy(values, sequence->values, size);
    values[ray_kind_value_index(sequence->kind, "owned_by")] = NULL;
    sequence->values = values;
    return catalog;
}

static bool
write_whole(struct ray_operation_writer *writer, const char *verb,
            const struct ray_catalog *catalog, const struct ray_object *whole)
{
    ray_pull_declarations list = {0};
    const char *joined = NULL;
    bool several = false;

    ray_pull_declare_all(catalog, &list);
    for (size_t i = 0; i < list.len; i++) {
        if (list.items[i].object->kind != whole->kind && strcmp(verb, "create") == 0)
            continue; /* a sequence, which has a step of its own */
        several = joined != NULL;
        joined = joined == NULL
                     ? list.items[i].text
                     : ray_arena_printf(writer->arena, "%s,\n      %s", joined, list.items[i].text);
    }
    if (joined == NULL)
        return false;
    if (several)
        ray_buf_addf(&writer->buf, "    m:%s(%s)\n", verb, joined);
    else
        ray_operation_declared(writer, verb, joined);
    return true;
}

static const char *
method_of(const struct ray_object *part)
{
    return is_kind(part, "column")                                       ? "column"
           : is_kind(part, "constraint") || is_kind(part, "foreign key") ? "constraint"
           : is_kind(part, "index")                                      ? "index"
                                                                         : NULL;
}

/* A part by itself. */
static bool
write_part(struct ray_operation_writer *writer, bool made, const struct ray_catalog *catalog,
           const struct ray_object *object)
{
    struct ray_catalog *alone = ray_operation_alone(writer->arena, catalog, object, false);
    const struct ray_object *part = ray_operation_find(alone, object);
    const char *method = method_of(object);
    const char *text = part == NULL || part->owner == NULL || part->implied
                           ? NULL
                           : ray_pull_declare_part(alone, part, method == NULL);

    if (text == NULL)
        return false;
    if (method == NULL)
        ray_operation_declared(writer, made ? "create" : "drop", text);
    else
        ray_operation_part(writer, made ? "add" : "drop", method, object, text);
    return true;
}

/* A column with the default that is made, or goes, with it. */
static bool
write_column(struct ray_operation_writer *writer, bool made, const struct ray_catalog *catalog,
             const struct ray_object *column, const size_t *steps)
{
    const struct ray_object *standard = ray_table_part(column->owner, "default", column->name);
    bool *keep = RAY_NEW_ARRAY(writer->arena, bool, catalog->objects.len + 1);
    const struct ray_catalog *alone;
    const struct ray_object *part;

    if (column->implied)
        return false;
    keep[column->index] = true;
    keep[column->owner->index] = true;
    if (standard != NULL && steps[standard->index] == 0)
        keep[standard->index] = true;
    for (size_t i = 0; i < column->later.len; i++)
        keep[column->later.items[i]->index] = column->later.items[i]->implied;
    alone = ray_catalog_part(writer->arena, catalog, keep);
    part = ray_operation_find(alone, column);
    ray_operation_part(writer, made ? "add" : "drop", "column", column,
                       ray_pull_declare_part(alone, part, false));
    return true;
}

static bool
write_default(struct ray_operation_writer *writer, bool made, const struct ray_catalog *catalog,
              const struct ray_object *standard)
{
    struct ray_catalog *alone = ray_operation_alone(writer->arena, catalog, standard, false);
    const char *bare = ray_pull_declare_column_name(writer->arena, standard->name);
    const char *text;

    if (standard->owner == NULL || standard->implied)
        return false;
    text = ray_pull_declare_default(alone, ray_operation_find(alone, standard));
    ray_operation_part(writer, "alter", "column", standard,
                       ray_arena_printf(writer->arena, "%s, %s", made ? bare : text,
                                        made ? text : bare));
    return true;
}

static bool
write_made(struct ray_operation_writer *writer, const struct ray_plan_step *step, size_t s)
{
    const struct ray_object *to = step->to;
    struct ray_catalog *made;

    if (to->member || to->built_in)
        return false;
    if (is_kind(to, "default"))
        return write_default(writer, true, writer->plan->to, to);
    if (is_kind(to, "column") && to->owner != NULL)
        return write_column(writer, true, writer->plan->to, to, writer->made);
    if (to->owner != NULL)
        return write_part(writer, true, writer->plan->to, to);
    if (is_kind(to, "sequence"))
        return write_whole(writer, "create",
                           without_column(writer->arena,
                                          ray_operation_alone(writer->arena, writer->plan->to, to,
                                                              true)),
                           to);
    made = gather_made(writer, to, s);
    return write_whole(writer, "create", made, to);
}

static bool
write_dropped(struct ray_operation_writer *writer, const struct ray_plan_step *step)
{
    const struct ray_object *from = step->from;

    if (from->member || from->built_in)
        return false;
    if (is_kind(from, "default"))
        return write_default(writer, false, writer->plan->from, from);
    if (is_kind(from, "column") && from->owner != NULL)
        return write_column(writer, false, writer->plan->from, from, writer->dropped);
    if (from->owner != NULL)
        return write_part(writer, false, writer->plan->from, from);
    return write_whole(writer, "drop", gather_dropped(writer, from), from);
}

/* A sequence that is given to its column. */
static bool
write_finish(struct ray_operation_writer *writer, const struct ray_plan_step *step)
{
    ray_pull_declarations before = {0};
    ray_pull_declarations after = {0};

    if (!is_kind(step->to, "sequence"))
        return false;
    ray_pull_declare_all(ray_operation_alone(writer->arena, writer->plan->to, step->to, true),
                         &after);
    ray_pull_declare_all(without_column(writer->arena,
                                        ray_operation_alone(writer->arena, writer->plan->to,
                                                            step->to, true)),
                         &before);
    if (before.len != 1 || after.len != 1)
        return false;
    ray_operation_altered(writer, before.items[0].text, after.items[0].text);
    return true;
}

static bool
write_step(struct ray_operation_writer *writer, size_t s, struct ray_err *err)
{
    const struct ray_plan_step *step = &writer->plan->steps.items[s];
    bool done = false;

    if (step->reason != NULL)
        ray_operation_note(writer, step->reason);
    if (step->loses_data)
        ray_operation_note(writer, "loses data");
    if (step->note != NULL)
        ray_operation_note(writer, step->note);
    if (is_in_sql(writer, s))
        done = false;
    else if (step->type == RAY_STEP_CREATE)
        done = write_made(writer, step, s);
    else if (step->type == RAY_STEP_DROP)
        done = write_dropped(writer, step);
    else if (is_finish(step))
        done = write_finish(writer, step);
    else if (!ray_operation_alter(writer, step, &done, err))
        return false;
    if (!done)
        ray_operation_step_sql(writer, step);
    return true;
}

/* ---------------------------------------------------------------- the whole */

static size_t *
number_steps(const struct ray_plan *plan, enum ray_step_type type)
{
    const struct ray_catalog *catalog = type == RAY_STEP_DROP ? plan->from : plan->to;
    size_t *numbers = RAY_NEW_ARRAY(plan->arena, size_t, catalog->objects.len + 1);

    for (size_t s = 0; s < plan->steps.len; s++)
        if (plan->steps.items[s].type == type)
            numbers[(type == RAY_STEP_DROP ? plan->steps.items[s].from : plan->steps.items[s].to)
                        ->index] = s + 1;
    return numbers;
}

/* Wholes take their parts in before anything is written: a part's step may stand in front. */
static void
join_parts(struct ray_operation_writer *writer, size_t first)
{
    for (size_t s = first; s < writer->plan->steps.len; s++) {
        const struct ray_object *to = writer->plan->steps.items[s].to;
        ray_pull_declarations list = {0};
        const struct ray_catalog *made;

        if (writer->plan->steps.items[s].type != RAY_STEP_CREATE || is_in_sql(writer, s) ||
            to->owner != NULL || to->member || to->built_in || is_kind(to, "sequence"))
            continue;
        made = gather_made(writer, to, s);
        ray_pull_declare_all(made, &list);
        say_serials(writer, made, &list);
    }
}

/* A partition's index or key, which comes and goes with that of the whole unless that is written as SQL: of ONLY the
 * whole. */
static bool
comes_with_whole(const struct ray_operation_writer *writer, const struct ray_object *object)
{
    if (!is_attached(object))
        return false;
    for (size_t s = 0; writer->in_sql != NULL && s < writer->plan->steps.len; s++) {
        const struct ray_plan_step *step = &writer->plan->steps.items[s];
        const struct ray_object *other = step->to != NULL ? step->to : step->from;

        if (writer->in_sql[s] && other != NULL && other->kind->has_index && other->owner != NULL &&
            ray_object_get(other->owner, "partition_by") != NULL)
            return false;
    }
    return true;
}

/* A new partition is attached behind its CREATE TABLE; the declaration says of what it is one. */
static bool
joins_by_itself(const struct ray_operation_writer *writer, const struct ray_plan_step *step)
{
    size_t made = is_finish(step) && is_kind(step->to, "table") ? writer->made[step->to->index] : 0;

    return made > 0 && !is_in_sql(writer, made - 1);
}

bool
ray_operations_write(const struct ray_plan *up, const struct ray_plan *down,
                     const ray_renamings *renamings, const bool *in_sql,
                     const ray_operations_more_list *more, const char **out, struct ray_err *err)
{
    struct ray_operation_writer writer = {.arena = up->arena, .plan = up, .back = down};

    ray_buf_init(&writer.buf, up->arena);
    writer.in_sql = in_sql;
    writer.said = RAY_NEW_ARRAY(up->arena, bool, up->steps.len + 1);
    writer.taken = RAY_NEW_ARRAY(up->arena, bool, down->steps.len + 1);
    writer.made = number_steps(up, RAY_STEP_CREATE);
    writer.dropped = number_steps(up, RAY_STEP_DROP);
    ray_operation_more(&writer, more, true);
    for (size_t i = 0; i < renamings->len; i++)
        ray_operation_renamed(&writer, &renamings->items[i]);
    ray_operation_bodies_off(&writer, true);
    join_parts(&writer, renamings->len);
    for (size_t s = renamings->len; s < up->steps.len; s++) {
        const struct ray_plan_step *step = &up->steps.items[s];
        const struct ray_object *object = step->to != NULL ? step->to : step->from;
        bool is_part = step->type == RAY_STEP_CREATE && object->owner != NULL;

        if (writer.said[s] && (is_part || is_kind(object, "sequence")))
            continue;
        if (comes_with_whole(&writer, object) && (step->type != RAY_STEP_ALTER || is_finish(step)))
            continue;
        if (joins_by_itself(&writer, step))
            continue;
        if (!write_step(&writer, s, err))
            return false;
    }
    ray_operation_bodies_off(&writer, false);
    ray_operation_more(&writer, more, false);
    *out = ray_operation_file(&writer);
    return true;
}
