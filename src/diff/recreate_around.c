/*
 * What is made again though neither it nor anything that it needs changes: PostgreSQL refuses another change, or does
 * more than is wanted, while it is there.
 */
#include "diff/recreate_internal.h"

#include "base/buf.h"
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "diff/within.h"
#include "kind/alter.h"

#include <string.h>

static bool
comes_or_changes(const struct ray_fates *fates, size_t new)
{
    return fates->create[new] || fates->alter[new] != NULL;
}

/* ---------------------------------------------------------------- types that columns hold */

/* The domain of which the server is to look at all values; NULL: that is no such change. */
static struct ray_object *
constrained_domain(const struct ray_fates *fates, struct ray_object *object)
{
    const struct ray_object *old = fates->old_of[object->index];

    if (object->kind == &ray_kind_domain && fates->alter[object->index] != NULL)
        return ray_object_get(object, "not_null") != NULL && ray_object_get(old, "not_null") == NULL
                   ? object
                   : NULL;
    if (object->kind != &ray_kind_domain_constraint || object->owner == NULL ||
        !fates->create[object->index] || fates->create[object->owner->index] ||
        ray_object_get(object, "not_valid") != NULL)
        return NULL;
    return object->owner;
}

/* The composite, or the table, in whose rows something gets another type; NULL: that is no such change. */
static struct ray_object *
changed_row(const struct ray_fates *fates, struct ray_object *object)
{
    const bool *differs = fates->alter[object->index];

    if ((object->kind != &ray_kind_attribute && object->kind != &ray_kind_column) ||
        differs == NULL || object->owner == NULL || fates->create[object->owner->index] ||
        (!ray_differs(object, differs, "type") && !ray_differs(object, differs, "collation")))
        return NULL;
    return object->owner;
}

/* What was parsed with the type is parsed again: a view, a check, a body that is no text. What only names it stays. */
static bool
is_parsed(const struct ray_object *object)
{
    const char *arguments;

    if (object->kind == &ray_kind_column || object->kind == &ray_kind_attribute ||
        object->kind == &ray_kind_domain || object->kind == &ray_kind_range ||
        object->kind == &ray_kind_composite || object->kind == &ray_kind_table)
        return false;
    if (object->kind != &ray_kind_function)
        return object->kind != &ray_kind_aggregate && object->kind != &ray_kind_cast &&
               object->kind != &ray_kind_operator;
    arguments = ray_object_get(object, "arguments");
    return ray_object_get(object, "body") != NULL ||
           (arguments != NULL && strstr(arguments, " DEFAULT ") != NULL);
}

/* Whether its text has a value of that type: "::public.t"; of a function any mention counts. */
static bool
names(struct ray_arena *arena, const struct ray_object *object, const struct ray_object *type,
      const char *behind)
{
    static const char *const attributes[] = {"definition", "arguments", "body"};
    struct ray_buf cast;

    ray_buf_init(&cast, arena);
    if (object->kind != &ray_kind_function)
        ray_buf_add(&cast, "::");
    ray_ddl_qualified(&cast, type);
    ray_buf_add(&cast, behind);
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
        const char *text = ray_object_get(object, attributes[i]);

        if (text != NULL && strstr(text, cast.data) != NULL)
            return true;
    }
    return false;
}

/* Of what needs a table most reads it, and only some of it has its rows as values; of a domain that changes, its arrays
 * are what counts. */
static bool
holds(struct ray_deciding *deciding, const struct ray_object *object, const struct ray_object *type,
      const struct ray_object *changed)
{
    if (!is_parsed(object) || object->owner == type)
        return false;
    if (type->kind == &ray_kind_table)
        return names(deciding->arena, object, type, "");
    return type != changed || type->kind != &ray_kind_domain ||
           names(deciding->arena, object, type, "[]");
}

/* What was parsed with `type`, inside of which there is `changed`, in `from`, goes before `changer` and comes behind it. */
static void
parse_again(struct ray_deciding *deciding, const struct ray_object *type,
            const struct ray_object *changed, struct ray_object *changer)
{
    const ray_objects *dependents = &deciding->dependents[type->index];
    bool any = false;

    for (size_t i = 0; i < dependents->len; i++) {
        struct ray_object *object = dependents->items[i];

        if (object->kind == &ray_kind_column && object->owner != NULL &&
            object->owner->kind == &ray_kind_view)
            object = object->owner;
        if (!holds(deciding, object, type, changed))
            continue;
        ray_deciding_recreate(deciding, object, "a type in it changes");
        any = true;
    }
    if (!any)
        return;
    *ray_vec_add(deciding->arena, &deciding->fates->casters[type->index]) = changer;
    deciding->fates->casts = true;
}

/* The column becomes a text, without all that is written with it, and gets its type back. */
static void
take_through_text(struct ray_deciding *deciding, struct ray_object *column,
                  struct ray_object *object)
{
    const ray_objects *dependents = &deciding->dependents[column->index];
    struct ray_object *new = deciding->fates->new_of[column->index];
    const struct ray_object *standard = ray_table_part(column->owner, "default", column->name);
    const char *why = ray_arena_printf(deciding->arena, "%s is a text meanwhile",
                                       ray_object_label(deciding->arena, column));

    for (size_t i = 0; i < dependents->len; i++)
        ray_deciding_recreate(deciding, dependents->items[i], why);
    if (standard != NULL)
        ray_deciding_recreate(deciding, deciding->plan->from->objects.items[standard->index], why);
    *ray_vec_add(deciding->arena, &deciding->fates->casters[column->index]) = object;
    if (ray_object_get(new, "inherited") == NULL) /* else its parent's takes it along */
        *ray_vec_add(deciding->arena, &deciding->fates->rebuilt[object->index]) = new;
}

static bool
has(const ray_objects *list, const struct ray_object *object)
{
    for (size_t i = 0; i < list->len; i++)
        if (list->items[i] == object)
            return true;
    return false;
}

static void
change_held(struct ray_deciding *deciding, struct ray_object *object, const ray_objects *old,
            const ray_objects *new)
{
    struct ray_fates *fates = deciding->fates;

    for (size_t i = 0; i < old->len; i++) {
        struct ray_object *column = old->items[i];
        const struct ray_object *other = fates->new_of[column->index];

        fates->casts = true;
        if (column->owner->kind != &ray_kind_table)
            ray_deciding_recreate(deciding, column->owner, "a type in it changes");
        if (column->owner->kind != &ray_kind_table || other == NULL || !has(new, other))
            *ray_vec_add(deciding->arena, &fates->barred[object->index]) = column;
        else
            take_through_text(deciding, column, object);
    }
    for (size_t i = 0; i < new->len; i++) {
        const struct ray_object *other = fates->old_of[new->items[i]->index];

        if (other == NULL || !has(old, other) || other->owner->kind != &ray_kind_table)
            *ray_vec_add(deciding->arena, &fates->opened[object->index]) = new->items[i];
        fates->casts = true;
    }
}

/* What the server refuses while columns hold values of a type, inside of others or not: see within.h. */
void
ray_deciding_held_types(struct ray_deciding *deciding)
{
    const ray_objects *all = &deciding->plan->to->objects;
    const ray_objects *dependents = NULL;

    for (size_t i = 0; i < all->len; i++) {
        bool changes = comes_or_changes(deciding->fates, i);
        struct ray_object *row = changes ? changed_row(deciding->fates, all->items[i]) : NULL;
        const struct ray_object *type = changes && row == NULL
                                            ? constrained_domain(deciding->fates, all->items[i])
                                            : row;
        const struct ray_object *before;
        ray_objects old = {0};
        ray_objects new = {0};
        ray_objects types = {0};
        ray_objects ignored = {0};

        if (type == NULL)
            continue;
        if (dependents == NULL)
            dependents = ray_deciding_dependents(deciding->arena, &deciding->plan->to->objects);
        before = deciding->fates->old_of[type->index];
        ray_columns_within(deciding->arena, deciding->plan->from, deciding->dependents, before,
                           &old, &types);
        ray_columns_within(deciding->arena, deciding->plan->to, dependents, type, &new, &ignored);
        change_held(deciding, all->items[i], &old, &new);
        if (row == NULL)
            parse_again(deciding, before, before, all->items[i]);
        for (size_t t = 0; t < types.len; t++)
            parse_again(deciding, types.items[t], before, all->items[i]);
    }
}

/* ---------------------------------------------------------------- partitions */

/* True where the table comes to a parent that was there. */
static bool
joins(const struct ray_fates *fates, const struct ray_object *table)
{
    const struct ray_object *old = fates->old_of[table->index];

    if (table->kind != &ray_kind_table || ray_object_get(table, "partition_of") == NULL)
        return false;
    return old == NULL || fates->create[table->index] ||
           !ray_object_agrees(old, table, "partition_of") ||
           !ray_object_agrees(old, table, "bound");
}

/* Or a key with one; a check has none. */
static bool
is_index(const struct ray_object *part)
{
    return part->kind == &ray_kind_index ||
           (part->kind == &ray_kind_constraint &&
            (ray_object_get(part, "columns") != NULL || ray_object_get(part, "elements") != NULL) &&
            strcmp(ray_object_get(part, "type"), "not null") != 0);
}

static bool
has_attached(struct ray_arena *arena, const struct ray_object *table,
             const struct ray_object *index)
{
    struct ray_buf name;

    ray_buf_init(&name, arena);
    ray_ddl_qualified(&name, index);
    for (size_t i = 0; i < table->parts.len; i++) {
        const struct ray_object *part = table->parts.items[i];
        const char *above = part->kind->has_index ? ray_object_get(part, "attached_to") : NULL;

        if (above != NULL && strcmp(above, name.data) == 0)
            return true;
    }
    return false;
}

/* An index that a parent has ONLY, and a table that joins it has not: the server would make one for it. So the parent's
 * is made again behind that. */
void
ray_deciding_joins(struct ray_deciding *deciding)
{
    const ray_objects *all = &deciding->plan->to->objects;

    for (size_t i = 0; i < all->len; i++) {
        const struct ray_object *parent =
            comes_or_changes(deciding->fates, i) && joins(deciding->fates, all->items[i])
                ? ray_table_named(deciding->plan->to, ray_object_get(all->items[i], "partition_of"))
                : NULL;

        for (size_t p = 0; parent != NULL && p < parent->parts.len; p++) {
            const struct ray_object *index = parent->parts.items[p];
            struct ray_object *old = deciding->fates->old_of[index->index];

            if (old != NULL && is_index(index) &&
                !has_attached(deciding->arena, all->items[i], index))
                ray_deciding_recreate(deciding, old,
                                      "a partition that joins has none, and would get one");
        }
    }
}
