/* ALTERs as operations: both states of the object, or what differs between them where that can be said alone. */
#include "diff/operations_internal.h"

#include "base/buf.h"
#include "catalog/kind.h"
#include "catalog/list.h"
#include "catalog/part.h"
#include "catalog/table.h"
#include "pull/declaration.h"
#include "pull/writer.h"

#include <string.h>

static bool
is_kind(const struct ray_object *object, const char *kind)
{
    return strcmp(object->kind->name, kind) == 0;
}

static bool
same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

struct ray_catalog *
ray_operation_alone(struct ray_arena *arena, const struct ray_catalog *catalog,
                    const struct ray_object *object, bool parts)
{
    bool *keep = RAY_NEW_ARRAY(arena, bool, catalog->objects.len + 1);

    keep[object->index] = true;
    if (object->owner != NULL)
        keep[object->owner->index] = true;
    for (size_t i = 0; parts && i < object->parts.len; i++)
        keep[object->parts.items[i]->index] = true;
    for (size_t i = 0; i < object->later.len; i++) /* the sequence of an identity */
        if (object->later.items[i]->implied && is_kind(object, "column"))
            keep[object->later.items[i]->index] = true;
    return ray_catalog_part(arena, catalog, keep);
}

struct ray_object *
ray_operation_find(const struct ray_catalog *catalog, const struct ray_object *object)
{
    return ray_catalog_find(catalog, object->kind, object->schema, object->parent, object->name,
                            object->signature);
}

/* ---------------------------------------------------------------- comments and owners */

/* How many values differ; *last is one of them. */
static size_t
count_differences(const struct ray_object *from, const struct ray_object *to, size_t *last)
{
    size_t count = 0;

    for (size_t i = 0; i < RAY_COMMON_COUNT + to->kind->nattributes; i++)
        if (!same(from->values[i], to->values[i]) &&
            (i < RAY_COMMON_COUNT || !to->kind->attributes[i - RAY_COMMON_COUNT].quiet)) {
            count++;
            *last = i;
        }
    return count;
}

/* "users", { column = "users.email" }, { trigger = "touch", on = "users" } */
static const char *
target_of(struct ray_arena *arena, const struct ray_object *object)
{
    const char *name = ray_operation_name(arena, object->schema, object->name);
    const char *kind = is_kind(object, "foreign key") ? "constraint" : object->kind->name;
    char *word = ray_arena_strdup(arena, kind);
    struct ray_buf buf;

    for (char *c = word; *c != '\0'; c++)
        if (*c == ' ')
            *c = '_';
    ray_buf_init(&buf, arena);
    if (is_kind(object, "table")) {
        ray_expr_quote(&buf, name);
        return buf.data;
    }
    if (object->signature != NULL)
        name = ray_arena_printf(arena, "%s(%s)", name, object->signature);
    if (object->parent != NULL && !is_kind(object, "index"))
        name = ray_operation_name(arena, NULL, object->name);
    ray_buf_addf(&buf, ray_expr_is_name(word) ? "{ %s = " : "{ [\"%s\"] = ", word);
    ray_expr_quote(&buf, name);
    if (object->parent != NULL && !is_kind(object, "index")) {
        ray_buf_add(&buf, ", on = ");
        ray_expr_quote(&buf, ray_operation_name(arena, object->schema, object->parent));
    }
    ray_buf_add(&buf, " }");
    return buf.data;
}

static void
add_value(struct ray_buf *buf, const char *value)
{
    if (value == NULL)
        ray_buf_add(buf, "pg.null");
    else
        ray_expr_quote(buf, value);
}

static void
set_fact(struct ray_operation_writer *writer, const char *method, const struct ray_object *from,
         const struct ray_object *to, enum ray_common value)
{
    struct ray_buf *buf = &writer->buf;

    ray_buf_addf(buf, "    m:%s(%s, { from = ", method, target_of(writer->arena, to));
    add_value(buf, from->values[value]);
    ray_buf_add(buf, ", to = ");
    add_value(buf, to->values[value]);
    ray_buf_add(buf, " })\n");
}

/* ---------------------------------------------------------------- enums */

/* The catalog as it stands where the enum has its new values and all else is as before, without what other steps
 * have dropped. */
static struct ray_catalog *
context_of(const struct ray_operation_writer *writer, const struct ray_plan_step *step,
           const struct ray_object *values)
{
    const struct ray_catalog *from = writer->plan->from;
    bool *keep = RAY_NEW_ARRAY(writer->arena, bool, from->objects.len + 1);
    struct ray_catalog *context;

    for (size_t i = 0; i < from->objects.len; i++) {
        const struct ray_object *object = from->objects.items[i];

        keep[i] = writer->dropped[i] == 0 &&
                  (object->owner == NULL || writer->dropped[object->owner->index] == 0);
    }
    context = ray_catalog_part(writer->arena, from, keep);
    ray_operation_find(context, step->from)->values = values->values;
    return context;
}

/* What takes back a change of its values is a plan of its own: a value that goes takes the columns along. */
static bool
alter_enum(struct ray_operation_writer *writer, const struct ray_plan_step *step,
           struct ray_err *err)
{
    struct ray_buf up;
    struct ray_buf down;
    struct ray_plan back;

    ray_buf_init(&up, writer->arena);
    ray_buf_init(&down, writer->arena);
    if (!ray_plan_make(writer->arena, context_of(writer, step, step->to),
                       context_of(writer, step, step->from), &back, err))
        return false;
    for (size_t i = 0; i < step->count; i++)
        ray_buf_addf(&up, "%s%s;", i == 0 ? "" : "\n",
                     writer->plan->ddl.statements.items[step->first + i].sql);
    for (size_t i = 0; i < back.ddl.statements.len; i++)
        ray_buf_addf(&down, "%s%s;", i == 0 ? "" : "\n", back.ddl.statements.items[i].sql);
    ray_operation_sql(writer, up.data, down.data);
    return true;
}

/* ---------------------------------------------------------------- both states */

static const char *
whole_text(struct ray_arena *arena, const struct ray_catalog *catalog,
           const struct ray_object *object, bool parts)
{
    struct ray_catalog *alone = ray_operation_alone(arena, catalog, object, parts);
    ray_pull_declarations list = {0};

    ray_pull_declare_all(alone, &list);
    return list.len == 1 ? list.items[0].text : NULL;
}

/* Parts of these have steps of their own. */
static bool
is_relation(const struct ray_object *object)
{
    return is_kind(object, "table") || is_kind(object, "foreign table") ||
           is_kind(object, "view") || is_kind(object, "materialized view");
}

/* True where an ALTER leads back: CREATE OR REPLACE takes no column from a view. */
static bool
leads_back(const struct ray_operation_writer *writer, const struct ray_plan_step *step)
{
    size_t count = RAY_COMMON_COUNT + step->to->kind->nattributes;
    bool *differs = RAY_NEW_ARRAY(writer->arena, bool, count);
    struct ray_ddl scratch;
    bool own = false;

    for (size_t i = 0; i < count; i++) {
        differs[i] = !same(step->from->values[i], step->to->values[i]);
        own = own || (differs[i] && i >= RAY_COMMON_COUNT);
    }
    ray_ddl_init(&scratch, writer->arena, writer->plan->from);
    return !own || step->to->kind->alter == NULL ||
           step->to->kind->alter(&scratch, step->to, step->from, differs);
}

static bool
alter_whole(struct ray_operation_writer *writer, const struct ray_plan_step *step)
{
    bool back = leads_back(writer, step);
    bool parts = !back || !is_relation(step->to);
    const char *from = whole_text(writer->arena, writer->plan->from, step->from, parts);
    const char *to = whole_text(writer->arena, writer->plan->to, step->to, parts);

    if (from == NULL || to == NULL || (!back && step->to->kind->holds_data))
        return false;
    if (back) {
        ray_operation_altered(writer, from, to);
    } else {
        ray_operation_declared(writer, "drop", from);
        ray_operation_declared(writer, "create", to);
    }
    return true;
}

static const char *
part_text(struct ray_arena *arena, const struct ray_catalog *catalog,
          const struct ray_object *object)
{
    struct ray_catalog *alone = ray_operation_alone(arena, catalog, object, false);
    const struct ray_object *part = ray_operation_find(alone, object);

    return part == NULL || part->owner == NULL || part->implied
               ? NULL
               : ray_pull_declare_part(alone, part, true);
}

/* What a column says of how values become its own: " :using \"expr\"". */
static const char *
conversion_of(struct ray_arena *arena, const struct ray_catalog *catalog,
              const struct ray_object *column)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    for (size_t i = 0; i < catalog->conversions.len; i++) {
        const struct ray_conversion *conversion = &catalog->conversions.items[i];

        if (!same(conversion->column->name, column->name) ||
            !same(conversion->column->parent, column->parent) ||
            !same(conversion->column->schema, column->schema))
            continue;
        ray_buf_add(&buf, " :using ");
        ray_expr_quote(&buf, conversion->expression);
        break;
    }
    return buf.data;
}

static bool
alter_part(struct ray_operation_writer *writer, const struct ray_plan_step *step)
{
    const struct ray_plan *plan = writer->plan;
    const char *from = part_text(writer->arena, plan->from, step->from);
    const char *to = part_text(writer->arena, plan->to, step->to);

    if (from == NULL || to == NULL)
        return false;
    if (is_kind(step->to, "column"))
        ray_operation_part(writer, "alter", "column", step->to,
                           ray_arena_printf(writer->arena, "%s%s, %s%s", from,
                                            conversion_of(writer->arena, plan->from, step->from),
                                            to, conversion_of(writer->arena, plan->to, step->to)));
    else
        ray_operation_altered(writer, from, to);
    return true;
}

static const char *
default_text(struct ray_arena *arena, const struct ray_catalog *catalog,
             const struct ray_object *standard)
{
    struct ray_catalog *alone = ray_operation_alone(arena, catalog, standard, false);

    return ray_pull_declare_default(alone, ray_operation_find(alone, standard));
}

static bool
alter_default(struct ray_operation_writer *writer, const struct ray_plan_step *step)
{
    if (step->to->owner == NULL || step->from->implied || step->to->implied)
        return false;
    ray_operation_part(writer, "alter", "column", step->to,
                       ray_arena_printf(writer->arena, "%s, %s",
                                        default_text(writer->arena, writer->plan->from, step->from),
                                        default_text(writer->arena, writer->plan->to, step->to)));
    return true;
}

bool
ray_operation_alter(struct ray_operation_writer *writer, const struct ray_plan_step *step,
                    bool *done, struct ray_err *err)
{
    size_t last = 0;
    size_t count = count_differences(step->from, step->to, &last);

    *done = true;
    if (count == 1 && last == RAY_COMMENT && !step->to->built_in && !step->to->member) {
        set_fact(writer, "set_comment", step->from, step->to, RAY_COMMENT);
        return true;
    }
    if (count == 1 && last == RAY_OWNER && step->from->values[RAY_OWNER] != NULL &&
        step->to->values[RAY_OWNER] != NULL) {
        set_fact(writer, "set_owner", step->from, step->to, RAY_OWNER);
        return true;
    }
    if (is_kind(step->to, "enum") &&
        !same(ray_object_get(step->from, "values"), ray_object_get(step->to, "values")))
        return alter_enum(writer, step, err);
    *done = is_kind(step->to, "default") ? alter_default(writer, step)
            : step->to->owner != NULL    ? alter_part(writer, step)
                                         : alter_whole(writer, step);
    return true;
}
