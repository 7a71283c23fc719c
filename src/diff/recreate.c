/* Fates: see recreate.h. */
#include "diff/recreate_internal.h"

#include "catalog/inherit.h"
#include "catalog/kinds.h"
#include "catalog/table.h"
#include "kind/convert.h"

#include <string.h>

/* What needs each object: counted first, so that all of it is one block. */
static void
add_dependent(ray_objects *dependents, const struct ray_object *need, struct ray_object *object)
{
    ray_objects *list = &dependents[need->index];

    if (list->items != NULL)
        list->items[list->len] = object;
    list->len++;
}

static void
go_over_needs(const ray_objects *all, ray_objects *dependents)
{
    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        for (size_t n = 0; n < object->needs.len; n++)
            add_dependent(dependents, object->needs.items[n], object);
        for (size_t n = 0; object->kind->has_index && n < object->later.len; n++)
            add_dependent(dependents, object->later.items[n], object); /* a partition's, attached */
    }
}

ray_objects *
ray_deciding_dependents(struct ray_arena *arena, const ray_objects *all)
{
    ray_objects *dependents = RAY_NEW_ARRAY(arena, ray_objects, all->len);
    struct ray_object **block;
    size_t total = 0;

    go_over_needs(all, dependents);
    for (size_t i = 0; i < all->len; i++)
        total += dependents[i].len;
    block = RAY_NEW_ARRAY(arena, struct ray_object *, total);
    for (size_t i = 0; i < all->len; i++) {
        ray_objects *list = &dependents[i];

        list->items = list->len == 0 ? NULL : block;
        list->cap = list->len;
        block += list->len;
        list->len = 0;
    }
    go_over_needs(all, dependents);
    return dependents;
}

static void
find_heirs(struct ray_deciding *deciding)
{
    const ray_objects *all = &deciding->plan->from->objects;

    for (size_t i = 0; i < all->len; i++) {
        const struct ray_object *base = all->items[i]->kind == &ray_kind_column &&
                                                ray_object_get(all->items[i], "inherited") != NULL
                                            ? ray_column_base(deciding->plan->from, all->items[i])
                                            : NULL;

        if (base != NULL)
            *ray_vec_add(deciding->arena, &deciding->heirs[base->index]) = all->items[i];
    }
}

/* ---------------------------------------------------------------- recreating */

/* With all its parts: another kind of whole may have had one of that name. */
static void
create(struct ray_fates *fates, const struct ray_object *new)
{
    fates->create[new->index] = true;
    fates->alter[new->index] = NULL;
    for (size_t i = 0; i < new->parts.len; i++)
        if (!new->parts.items[i]->implied)
            create(fates, new->parts.items[i]);
}

void
ray_deciding_recreate(struct ray_deciding *deciding, struct ray_object *old, const char *why)
{
    struct ray_fates *fates = deciding->fates;
    struct ray_object *new = fates->new_of[old->index];

    if (old->implied && new != NULL && !new->implied) /* an identity becomes a serial */
        create(fates, new);
    if (old->member && new != NULL) /* with its extension */
        create(fates, new);
    fates->revert[old->index] = (old->member || old->built_in) && new == NULL;
    if (fates->drop[old->index] || old->member || old->built_in ||
        (old->implied && old->kind != &ray_kind_default))
        return;
    fates->drop[old->index] = true;
    fates->why_drop[old->index] = new == NULL ? NULL : why;
    if (new != NULL && (!new->implied || new->kind == &ray_kind_default))
        create(fates, new);
    *ray_vec_add(deciding->arena, &deciding->todo) = old;
}

/* The columns that heirs have of one, and heirs of heirs. */
static ray_objects
heirs_of(const struct ray_deciding *deciding, const struct ray_object *column)
{
    ray_objects heirs = {0};
    const ray_objects *own = &deciding->heirs[column->index];

    for (size_t done = 0;; own = &deciding->heirs[heirs.items[done++]->index]) {
        for (size_t i = 0; i < own->len; i++)
            *ray_vec_add(deciding->arena, &heirs) = own->items[i];
        if (done == heirs.len)
            return heirs;
    }
}

bool
ray_object_agrees(const struct ray_object *a, const struct ray_object *b, const char *attribute)
{
    const char *left = ray_object_get(a, attribute);
    const char *right = ray_object_get(b, attribute);

    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

/* True where the table is a partition of that one, however far below, and is not detached meanwhile. */
static bool
remains_in(const struct ray_deciding *deciding, const struct ray_object *table,
           const struct ray_object *whole)
{
    while (table != NULL && table != whole) {
        const struct ray_object *new = deciding->fates->new_of[table->index];
        const char *name = ray_object_get(table, "partition_of");

        if (new == NULL || name == NULL || !ray_object_agrees(table, new, "partition_of") ||
            !ray_object_agrees(table, new, "bound"))
            return false;
        table = ray_table_named(deciding->plan->from, name);
    }
    return table != NULL;
}

/* A partition loses a check with its whole: DROP CONSTRAINT has no ONLY there. One that keeps it gets it again. */
static void
keep_checks(struct ray_deciding *deciding, const struct ray_object *check)
{
    const ray_objects *all = &deciding->plan->from->objects;

    if (check->kind != &ray_kind_constraint || check->implied ||
        ray_object_get(check, "expression") == NULL ||
        ray_object_get(check->owner, "partition_by") == NULL)
        return;
    for (size_t i = 0; i < all->len; i++) {
        const struct ray_object *part = all->items[i];
        const struct ray_object *new = deciding->fates->new_of[i];

        if (part->kind == check->kind && part->implied && new != NULL &&
            !new->implied &&strcmp(part->name, check->name) == 0 &&
            remains_in(deciding, part->owner, check->owner))
            create(deciding->fates, new);
    }
}

static void
recreate_dependents(struct ray_deciding *deciding, const struct ray_object *old)
{
    const ray_objects heirs = heirs_of(deciding, old);
    const ray_objects *dependents = &deciding->dependents[old->index];
    const char *why = ray_arena_printf(deciding->arena, "it depends on %s",
                                       ray_object_label(deciding->arena, old));

    keep_checks(deciding, old);
    for (size_t i = 0; i < dependents->len; i++)
        ray_deciding_recreate(deciding, dependents->items[i], why);
    for (size_t i = 0; i < heirs.len; i++)
        if (heirs.items[i]->implied && !deciding->fates->drop[heirs.items[i]->owner->index])
            recreate_dependents(deciding, heirs.items[i]);
    for (size_t i = 0; i < old->parts.len; i++) {
        struct ray_object *part = old->parts.items[i];

        if (part->implied &&
            part->kind !=
                &ray_kind_default) /* a view's column goes with the view, and takes who needs it along */
            recreate_dependents(deciding, part);
        else
            ray_deciding_recreate(deciding, part,
                                  ray_arena_printf(deciding->arena, "it is a part of %s",
                                                   ray_object_label(deciding->arena, old)));
    }
}

/* The server casts a default along, as an assignment: what that makes of one that changes is not wanted, and what
 * needs more than an assignment it refuses. */
static void
disturb_default(struct ray_deciding *deciding, const struct ray_object *column, const char *why)
{
    const struct ray_object *standard = ray_table_part(column->owner, "default", column->name);
    const struct ray_object *new = deciding->fates->new_of[column->index];
    struct ray_ddl ddl;
    const struct ray_object *other;

    if (standard == NULL || new == NULL)
        return;
    ray_ddl_init(&ddl, deciding->arena, deciding->plan->to);
    ddl.from = deciding->plan->from;
    other = deciding->fates->new_of[standard->index];
    if (other == NULL ||
        strcmp(ray_object_get(standard, "expression"), ray_object_get(other, "expression")) != 0 ||
        ray_column_conversion(&ddl, column, new) != NULL)
        ray_deciding_recreate(deciding, deciding->plan->from->objects.items[standard->index], why);
}

/* ALTER COLUMN TYPE rebuilds keys, indexes and statistics by itself, and refuses what is written with the
 * column: ATPrepAlterColumnType and its like in tablecmds.c. */
static void
disturb_dependents(struct ray_deciding *deciding, const struct ray_object *column)
{
    const ray_objects *dependents = &deciding->dependents[column->index];
    const char *why = ray_arena_printf(deciding->arena, "the type of %s changes",
                                       ray_object_label(deciding->arena, column));

    for (size_t i = 0; i < dependents->len; i++) {
        struct ray_object *object = dependents->items[i];

        deciding->disturbed[object->index] = true;
        if (!object->kind->rebuilt_with_column)
            ray_deciding_recreate(deciding, object, why);
    }
    disturb_default(deciding, column, why);
}

/* With the columns of all that inherits it. */
static void
disturb(struct ray_deciding *deciding, const struct ray_object *column)
{
    const ray_objects heirs = heirs_of(deciding, column);

    disturb_dependents(deciding, column);
    for (size_t i = 0; i < heirs.len; i++)
        disturb_dependents(deciding, heirs.items[i]);
}

/* Asked of a scratch writer: false, or no `alter` at all, means that it must be made again. */
static bool
can_alter(struct ray_deciding *deciding, const struct ray_change *change)
{
    struct ray_ddl scratch;
    bool is_common_only = true;

    for (size_t i = 0; i < change->to->kind->nattributes; i++)
        if (change->differs[RAY_COMMON_COUNT + i])
            is_common_only = false;
    if (is_common_only)
        return true;
    if (change->to->kind->alter == NULL)
        return false;
    ray_ddl_init(&scratch, deciding->arena, deciding->plan->to);
    scratch.from = deciding->plan->from;
    return change->to->kind->alter(&scratch, change->from, change->to, change->differs);
}

static bool
is_of_type(const struct ray_object *column, const struct ray_object *type, struct ray_arena *arena)
{
    const char *name = ray_object_get(column, "type");
    struct ray_buf qualified;

    ray_buf_init(&qualified, arena);
    ray_ddl_qualified(&qualified, type);
    return strncmp(name, qualified.data, qualified.len) == 0 &&
           (name[qualified.len] == '\0' || strcmp(name + qualified.len, "[]") == 0);
}

/* An enum that loses values, or whose values move: made anew, its columns cast. What else names it is dropped
 * before and made again behind. False: something other than a column holds its values, a domain perhaps. */
static bool
rebuild_enum(struct ray_deciding *deciding, const struct ray_change *change)
{
    struct ray_fates *fates = deciding->fates;
    const ray_objects *dependents = &deciding->dependents[change->from->index];
    ray_objects *columns = &fates->rebuilt[change->to->index];

    if (strcmp(change->to->kind->name, "enum") != 0)
        return false;
    fates->alter[change->to->index] = change->differs;
    for (size_t i = 0; i < dependents->len; i++) {
        struct ray_object *object = dependents->items[i];
        struct ray_object *new = fates->new_of[object->index];

        if (strcmp(object->kind->name, "column") != 0) {
            ray_deciding_recreate(deciding, object, "a type that it names is made anew");
            continue;
        }
        if (new == NULL || !is_of_type(object, change->from, deciding->arena) ||
            !is_of_type(new, change->to, deciding->arena))
            continue;
        disturb(deciding, object);
        *ray_vec_add(deciding->arena, &fates->casters[object->index]) = change->to;
        fates->casts = true;
        if (!new->implied)
            *ray_vec_add(deciding->arena, columns) = new;
    }
    if (columns->len == 0) { /* DROP TYPE and CREATE TYPE do it as well */
        fates->alter[change->to->index] = NULL;
        return false;
    }
    return true;
}

/* An index that nothing hangs on, neither a partition's nor one that partitions' hang on. */
static bool
can_stand_beside(const struct ray_deciding *deciding, const struct ray_change *change)
{
    const struct ray_object *table = change->to->owner;

    return change->to->kind == &ray_kind_index && table != NULL &&
           ray_object_get(table, "partition_by") == NULL &&
           ray_object_get(change->from, "attached_to") == NULL &&
           ray_object_get(change->to, "attached_to") == NULL &&
           deciding->dependents[change->from->index].len == 0 &&
           !deciding->disturbed[change->from->index] && !deciding->fates->drop[change->from->index];
}

static void
begin(struct ray_deciding *deciding, const struct ray_change *change)
{
    struct ray_fates *fates = deciding->fates;

    switch (change->type) {
    case RAY_CHANGE_CREATE:
        create(fates, change->to);
        break;
    case RAY_CHANGE_DROP:
        ray_deciding_recreate(deciding, change->from, NULL);
        break;
    case RAY_CHANGE_ALTER:
        if (!can_alter(deciding, change) && rebuild_enum(deciding, change)) {
            break;
        } else if (!can_alter(deciding, change) && can_stand_beside(deciding, change)) {
            fates->beside[change->to->index] = true;
            fates->alter[change->to->index] = change->differs;
        } else if (!can_alter(deciding, change)) {
            ray_deciding_recreate(deciding, change->from, "it cannot be altered");
        } else if (!fates->create[change->to->index]) {
            fates->alter[change->to->index] = change->differs;
            if (change->to->kind->disturbs != NULL && change->to->kind->disturbs(change->differs))
                disturb(deciding, change->from);
        }
        break;
    case RAY_CHANGE_COUNT:
    default:
        break;
    }
}

/* What comes by itself: something may be said of it. Of a column that comes with its table CREATE TABLE says it; a
 * default has nothing but itself. */
static void
say_late(struct ray_fates *fates, const struct ray_object *object)
{
    bool is_column = object->kind == &ray_kind_column;

    if (!object->implied || fates->old_of[object->index] != NULL ||
        object->kind == &ray_kind_default)
        return;
    fates->create[object->index] = !is_column || (object->owner != NULL &&
                                                  fates->old_of[object->owner->index] != NULL);
}

/* What only comes disturbs nothing that is there, but for constraints of domains and for partitions. */
static bool
takes_anything(const struct ray_plan *plan)
{
    for (size_t i = 0; i < plan->changes.len; i++) {
        const struct ray_change *change = &plan->changes.items[i];

        if (change->type != RAY_CHANGE_CREATE || change->to->kind == &ray_kind_domain_constraint ||
            (change->to->kind == &ray_kind_table &&
             ray_object_get(change->to, "partition_of") != NULL))
            return true;
    }
    return false;
}

void
ray_fates_decide(const struct ray_plan *plan, const struct ray_match *match, struct ray_fates *out)
{
    struct ray_deciding deciding = {.plan = plan, .arena = plan->arena, .fates = out};
    size_t nfrom = plan->from->objects.len;
    size_t nto = plan->to->objects.len;

    memset(out, 0, sizeof(*out));
    out->drop = RAY_NEW_ARRAY(plan->arena, bool, nfrom);
    out->beside = RAY_NEW_ARRAY(plan->arena, bool, nto);
    out->revert = RAY_NEW_ARRAY(plan->arena, bool, nfrom);
    out->alone = RAY_NEW_ARRAY(plan->arena, bool, nfrom);
    out->why_drop = RAY_NEW_ARRAY(plan->arena, const char *, nfrom);
    out->new_of = match->new_of;
    out->create = RAY_NEW_ARRAY(plan->arena, bool, nto);
    out->rebuilt = RAY_NEW_ARRAY(plan->arena, ray_objects, nto);
    out->casters = RAY_NEW_ARRAY(plan->arena, ray_objects, nfrom);
    out->barred = RAY_NEW_ARRAY(plan->arena, ray_objects, nto);
    out->opened = RAY_NEW_ARRAY(plan->arena, ray_objects, nto);
    out->alter = RAY_NEW_ARRAY(plan->arena, const bool *, nto);
    out->old_of = match->old_of;
    deciding.disturbed = RAY_NEW_ARRAY(plan->arena, bool, nfrom);
    deciding.heirs = RAY_NEW_ARRAY(plan->arena, ray_objects, nfrom);
    if (takes_anything(plan)) {
        deciding.dependents = ray_deciding_dependents(plan->arena, &plan->from->objects);
        find_heirs(&deciding);
    } else {
        deciding.dependents = RAY_NEW_ARRAY(plan->arena, ray_objects, nfrom);
    }
    for (size_t i = 0; i < plan->changes.len; i++)
        begin(&deciding, &plan->changes.items[i]);
    ray_deciding_held_types(&deciding);
    ray_deciding_joins(&deciding);
    for (size_t i = 0; i < deciding.todo.len; i++)
        recreate_dependents(&deciding, deciding.todo.items[i]);
    for (size_t i = 0; i < match->come.len; i++)
        say_late(out, match->come.items[i]);
}
