/*
 * Making a plan: see plan.h. Every DROP, CREATE and ALTER is a node of one graph, with edges from what
 * objects need on the side where they live:
 *
 *     x needs y in `from`:  DROP x before DROP y; DROP x, or ALTER x, before DROP y; DROP x before ALTER y
 *     x needs y in `to`:    CREATE y, or ALTER y, before CREATE x, or ALTER x
 *     x is made again:      DROP x before CREATE x
 *
 * Where nothing demands otherwise, drops come first, in the opposite of the order of creation.
 */
#include "diff/plan.h"

#include "base/graph.h"
#include "catalog/clause.h"
#include "catalog/inherit.h"
#include "catalog/kinds.h"
#include "catalog/order.h"
#include "catalog/table.h"
#include "diff/recreate.h"
#include "kind/alter.h"
#include "kind/convert.h"
#include "kind/sequence.h"

#include <string.h>

/* Nodes: DROP of object i of `from` is i; CREATE or ALTER of object i of `to` is nfrom + i. */
struct planning {
    struct ray_plan *plan;
    struct ray_arena *arena;
    struct ray_fates fates;
    struct ray_graph graph;
    size_t nfrom;
    size_t *order;
};

/* A column that is its table's parent's. */
static bool
is_inherited(const struct ray_object *object)
{
    return object->kind == &ray_kind_column && ray_object_get(object, "inherited") != NULL;
}

/* It goes with its owner, its column, or what owns it, and no statement of its own is needed. A foreign key
 * to what goes, too, is dropped by itself: tables may refer to each other in a circle. */
static const struct ray_object *
absorber_of(const struct planning *planning, const struct ray_object *object)
{
    const struct ray_fates *fates = &planning->fates;
    const struct ray_object *column = NULL;

    if (is_inherited(object) && object->implied && !fates->drop[object->owner->index])
        return ray_column_base(planning->plan->from, object);
    if (object->owner != NULL && (object->implied || fates->drop[object->owner->index])) {
        for (size_t i = 0; object->kind->apart && i < object->needs.len; i++)
            if (object->needs.items[i]->owner != object->owner &&
                fates->drop[object->needs.items[i]->index])
                return NULL;
        return object->owner;
    }
    if (strcmp(object->kind->name, "default") == 0)
        column = ray_catalog_find(planning->plan->from, ray_kind_named("column"), object->schema,
                                  object->parent, object->name, NULL);
    else if (strcmp(object->kind->name, "sequence") == 0 && object->later.len > 0)
        column = object->later.items[0];
    if (column == NULL)
        return NULL;
    if (column->owner != NULL && fates->drop[column->owner->index])
        return column->owner;
    return fates->drop[column->index] ? column : NULL;
}

/* The object in whose DROP it goes. */
static const struct ray_object *
dropped_with(const struct planning *planning, const struct ray_object *old)
{
    const struct ray_object *absorber = absorber_of(planning, old);

    while (absorber != NULL && is_inherited(absorber) && absorber->implied) {
        old = absorber;
        absorber = absorber_of(planning, old);
    }
    return absorber == NULL ? old : absorber;
}

static size_t
old_node(const struct planning *planning, const struct ray_object *old)
{
    return dropped_with(planning, old)->index;
}

static bool
is_dropped(const struct planning *planning, const struct ray_object *old)
{
    return planning->fates.drop[dropped_with(planning, old)->index];
}

/* The column that a new default is written with, where the column is new, too. */
static struct ray_object *
column_of_default(const struct planning *planning, const struct ray_object *object)
{
    struct ray_object *column;

    if (strcmp(object->kind->name, "default") != 0)
        return NULL;
    column = ray_catalog_find(planning->plan->to, ray_kind_named("column"), object->schema,
                              object->parent, object->name, NULL);
    return column != NULL && planning->fates.create[column->index] ? column : NULL;
}

/* A column that a whole which is there gets from its parent or its query: only what is said of it is written. */
static bool
is_made_late(const struct planning *planning, const struct ray_object *object)
{
    return planning->fates.create[object->index] && !planning->fates.create[object->owner->index];
}

/* In whose statement a new object is made. */
static struct ray_object *
maker_of(const struct planning *planning, struct ray_object *object)
{
    struct ray_object *column;

    if (object->owner == NULL || !(object->implied || object->marked))
        return object;
    if (object->implied)
        return is_made_late(planning, object) ? object : object->owner;
    column = column_of_default(planning, object);
    if (column != NULL && !planning->fates.create[object->owner->index])
        return column;
    return object->owner;
}

static size_t
new_node(const struct planning *planning, struct ray_object *object)
{
    return planning->nfrom + maker_of(planning, object)->index;
}

static bool
is_made(const struct planning *planning, struct ray_object *object)
{
    const struct ray_object *maker = maker_of(planning, object);

    return planning->fates.create[maker->index] || planning->fates.alter[maker->index] != NULL ||
           planning->fates.alter[object->index] != NULL;
}

/* A new part is folded into a new whole; a new default into a new column. */
static void
fold(struct planning *planning)
{
    const ray_objects *all = &planning->plan->to->objects;

    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        object->marked = (planning->fates.create[i] || object->implied) && object->owner != NULL &&
                         (planning->fates.create[object->owner->index] ||
                          column_of_default(planning, object) != NULL) &&
                         ray_object_folds(object);
    }
}

/* ---------------------------------------------------------------- edges */

/* What changes the column: the object itself or, of one that is inherited, its parent's. */
static struct ray_object *
changer_of(const struct planning *planning, struct ray_object *object)
{
    while (is_inherited(object) && !planning->fates.create[object->index] &&
           planning->fates.alter[object->index] == NULL) {
        const struct ray_object *base = ray_column_base(planning->plan->to, object);

        if (base == NULL)
            break;
        object = planning->plan->to->objects.items[base->index];
    }
    return object;
}

/* A default is dropped before its column is altered, and set behind that. */
static void
add_default_edge(struct planning *planning, const struct ray_object *object, bool old)
{
    struct ray_object *column;

    if (object->kind != &ray_kind_default)
        return;
    column = ray_catalog_find(planning->plan->to, &ray_kind_column, object->schema, object->parent,
                              object->name, NULL);
    if (column == NULL || planning->fates.alter[column->index] == NULL)
        return;
    if (old)
        ray_graph_edge(&planning->graph, old_node(planning, object), new_node(planning, column));
    else
        ray_graph_edge(&planning->graph, new_node(planning, column),
                       new_node(planning, planning->plan->to->objects.items[object->index]));
}

/* The sequence's column, in the new state; NULL where it has none there. */
static struct ray_object *
column_of_sequence(const struct planning *planning, const struct ray_object *sequence)
{
    const char *owner = ray_object_get(sequence, "owned_by");
    ray_list name = {0};

    if (owner != NULL)
        name = ray_clause_name(planning->arena, owner);
    return name.len != 3 ? NULL
                         : ray_catalog_find(planning->plan->to, &ray_kind_column, name.items[0],
                                            name.items[1], name.items[2], NULL);
}

/* The sequence of an identity and that of a serial have the same name: one goes before the other comes. */
static void
add_sequence_edges(struct planning *planning, struct ray_object *new)
{
    const struct ray_fates *fates = &planning->fates;
    struct ray_object *old = fates->old_of[new->index];
    struct ray_object *column;

    if (old == NULL || old->implied == new->implied)
        return;
    column = column_of_sequence(planning, new->implied ? new : old);
    if (column == NULL || fates->alter[column->index] == NULL)
        return;
    if (new->implied)
        ray_graph_edge(&planning->graph, old_node(planning, old), new_node(planning, column));
    else
        ray_graph_edge(&planning->graph, new_node(planning, column), new_node(planning, new));
}

static void
add_old_edges(struct planning *planning, struct ray_object *object)
{
    const struct ray_fates *fates = &planning->fates;
    struct ray_object *new = fates->new_of[object->index];

    if (is_dropped(planning, object))
        add_default_edge(planning, object, true);

    for (size_t n = 0; n < object->needs.len; n++) {
        struct ray_object *need = object->needs.items[n];
        struct ray_object *new_need = fates->new_of[need->index];

        if (new_need != NULL && is_dropped(planning, object))
            new_need = changer_of(planning, new_need);
        if (is_dropped(planning, object) && is_dropped(planning, need))
            ray_graph_edge(&planning->graph, old_node(planning, object), old_node(planning, need));
        if (is_dropped(planning, object) && new_need != NULL &&
            fates->alter[new_need->index] != NULL)
            ray_graph_edge(&planning->graph, old_node(planning, object),
                           new_node(planning, new_need));
        if (fates->caster[need->index] != NULL && is_dropped(planning, object))
            ray_graph_edge(&planning->graph, old_node(planning, object),
                           new_node(planning, fates->caster[need->index]));
        if (new != NULL && fates->alter[new->index] != NULL &&is_dropped(planning, need))
            ray_graph_edge(&planning->graph, new_node(planning, new), old_node(planning, need));
    }
    if (object->owner != NULL && is_dropped(planning, object) &&
        is_dropped(planning, object->owner))
        ray_graph_edge(&planning->graph, old_node(planning, object),
                       old_node(planning, object->owner));
    if (is_dropped(planning, object) && new != NULL && fates->create[new->index])
        ray_graph_edge(&planning->graph, old_node(planning, object), new_node(planning, new));
}

/* What is said of an inherited column is said when the parent has it; one that is its own until then, and that
 * the parent's is merged with, is made like it before. */
static void
add_heir_edges(struct planning *planning, struct ray_object *heir)
{
    const struct ray_object *base = ray_column_base(planning->plan->to, heir);
    struct ray_object *maker;

    if (base == NULL)
        return;
    maker = planning->plan->to->objects.items[base->index];
    if (!is_made(planning, maker))
        return;
    if (planning->fates.alter[heir->index] != NULL && planning->fates.create[maker->index])
        ray_graph_edge(&planning->graph, new_node(planning, heir), new_node(planning, maker));
    else
        ray_graph_edge(&planning->graph, new_node(planning, maker), new_node(planning, heir));
}

static void
add_new_edges(struct planning *planning, struct ray_object *object)
{
    if (object->kind == &ray_kind_sequence)
        add_sequence_edges(planning, object);
    if (!is_made(planning, object))
        return;
    for (size_t n = 0; n < object->needs.len; n++) {
        struct ray_object *need = object->needs.items[n];
        const struct ray_object *old = planning->fates.old_of[need->index];
        struct ray_object *caster = old == NULL ? NULL : planning->fates.caster[old->index];

        need = changer_of(planning, need);
        if (is_made(planning, need))
            ray_graph_edge(&planning->graph, new_node(planning, need), new_node(planning, object));
        if (caster != NULL)
            ray_graph_edge(&planning->graph, new_node(planning, caster),
                           new_node(planning, object));
    }
    if (object->owner != NULL && is_made(planning, object->owner))
        ray_graph_edge(&planning->graph, new_node(planning, object->owner),
                       new_node(planning, object));
    if (is_inherited(object))
        add_heir_edges(planning, object);
    add_default_edge(planning, object, false);
}

/* A partition leaves before its parent's columns change, and joins behind that. */
static void
add_partition_edges(struct planning *planning, struct ray_object *table)
{
    const struct ray_object *old = planning->fates.old_of[table->index];
    const char *from = old == NULL ? NULL : ray_object_get(old, "partition_of");
    const char *to = ray_object_get(table, "partition_of");
    const char *name = from != NULL ? from : to;
    const struct ray_object *parent;

    if (planning->fates.alter[table->index] == NULL || name == NULL ||
        (from != NULL && to != NULL && strcmp(from, to) == 0))
        return;
    parent = ray_table_named(planning->plan->to, name);
    for (size_t i = 0; parent != NULL && i < parent->parts.len; i++) {
        if (!is_made(planning, parent->parts.items[i]))
            continue;
        if (from != NULL)
            ray_graph_edge(&planning->graph, new_node(planning, table),
                           new_node(planning, parent->parts.items[i]));
        else
            ray_graph_edge(&planning->graph, new_node(planning, parent->parts.items[i]),
                           new_node(planning, table));
    }
}

static void
build(struct planning *planning)
{
    const ray_objects *from = &planning->plan->from->objects;
    const ray_objects *to = &planning->plan->to->objects;

    ray_graph_init(&planning->graph, planning->arena, from->len + to->len);
    for (size_t i = 0; i < from->len; i++) {
        ray_graph_key(&planning->graph, i, from->len - i);
        add_old_edges(planning, from->items[i]);
    }
    for (size_t i = 0; i < to->len; i++) {
        ray_graph_key(&planning->graph, from->len + i,
                      from->len + 1 + (uint64_t)ray_object_anchor(to->items[i]) * to->len + i);
        add_new_edges(planning, to->items[i]);
        add_partition_edges(planning, to->items[i]);
    }
}

/* Takes a default or a constraint that waits out of its owner's statement. */
static bool
unfold(struct planning *planning)
{
    const ray_objects *all = &planning->plan->to->objects;
    bool any = false;

    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        if (object->marked && object->kind->folding == RAY_FOLD_POSSIBLY && object->needs.len > 0 &&
            planning->graph.waits[new_node(planning, object)] > 0) {
            object->marked = false;
            any = true;
        }
    }
    return any;
}

static bool
circle(const struct planning *planning, struct ray_err *err)
{
    const struct ray_plan *plan = planning->plan;
    struct ray_buf names;
    int count = 0;

    ray_buf_init(&names, err->arena);
    for (size_t i = 0; i < planning->graph.count && count < 6; i++) {
        const struct ray_object *object = i < planning->nfrom
                                              ? plan->from->objects.items[i]
                                              : plan->to->objects.items[i - planning->nfrom];

        if (planning->graph.waits[i] > 0)
            ray_buf_addf(&names, "%s%s %s", count++ == 0 ? "" : ", ",
                         i < planning->nfrom ? "drop" : "make",
                         ray_object_label(err->arena, object));
    }
    return ray_err_set(err, RAY_FAILED, "the changes need each other in a circle: %s", names.data);
}

/* ---------------------------------------------------------------- steps */

static struct ray_plan_step *
begin_step(struct planning *planning, enum ray_step_type type, const struct ray_object *from,
           const struct ray_object *to)
{
    struct ray_plan_step *step = ray_vec_add(planning->plan->arena, &planning->plan->steps);

    step->type = type;
    step->from = from;
    step->to = to;
    step->first = planning->plan->ddl.statements.len;
    return step;
}

/* A step that has nothing to say is none. */
static void
end_step(struct planning *planning, struct ray_plan_step *step)
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

static void
drop(struct planning *planning, const struct ray_object *object)
{
    struct ray_plan_step *step;

    if (!planning->fates.drop[object->index] || absorber_of(planning, object) != NULL)
        return;
    step = begin_step(planning, RAY_STEP_DROP, object, NULL);
    step->reason = planning->fates.why_drop[object->index];
    step->loses_data = object->kind->holds_data && !is_computed(object);
    ray_ddl_drop(&planning->plan->ddl, object);
    end_step(planning, step);
}

static void
create(struct planning *planning, struct ray_object *object)
{
    struct ray_plan_step *step;
    const struct ray_object *old = planning->fates.old_of[object->index];

    if (maker_of(planning, object) != object)
        return;
    step = begin_step(planning, RAY_STEP_CREATE, old, object);
    if (old != NULL)
        step->reason = planning->fates.why_drop[old->index];
    ray_ddl_create(&planning->plan->ddl, object);
    end_step(planning, step);
}

static void
alter(struct planning *planning, struct ray_object *object)
{
    const struct ray_object *old = planning->fates.old_of[object->index];
    struct ray_plan_step *step = begin_step(planning, RAY_STEP_ALTER, old, object);

    if (object->kind == &ray_kind_column &&
        ray_column_disturbs(planning->fates.alter[object->index]) &&
        ray_column_goes_by_text(&planning->plan->ddl, old, object))
        step->reason = "there is no cast: values that do not read as the new type refuse it";
    if (planning->fates.rebuilt[object->index].len > 0) {
        step->reason = "rows that hold a value that is no more refuse it";
        ray_enum_rebuild(&planning->plan->ddl, object, &planning->fates.rebuilt[object->index]);
    } else {
        ray_ddl_alter(&planning->plan->ddl, old, object, planning->fates.alter[object->index]);
    }
    end_step(planning, step);
}

/* A new sequence of a column that was there. */
static void
catch_up(struct planning *planning, const struct ray_object *sequence)
{
    const struct ray_object *column = sequence->later.len == 0 ? NULL : sequence->later.items[0];

    if (sequence->kind == &ray_kind_sequence && !sequence->implied && column != NULL &&
        column->owner != NULL && planning->fates.old_of[column->index] != NULL &&
        !planning->fates.create[column->index])
        ray_sequence_catch_up(&planning->plan->ddl, sequence, column);
}

/* What can be said only when all is there: a sequence's column, an index's parent. */
static void
finish(struct planning *planning)
{
    const ray_objects *all = &planning->plan->to->objects;

    for (size_t i = 0; i < all->len; i++) {
        struct ray_plan_step *step;

        if (!planning->fates.create[i] || all->items[i]->kind->finish == NULL)
            continue;
        step = begin_step(planning, RAY_STEP_ALTER, all->items[i], all->items[i]);
        all->items[i]->kind->finish(&planning->plan->ddl, all->items[i]);
        catch_up(planning, all->items[i]);
        end_step(planning, step);
    }
}

static void
write_steps(struct planning *planning, size_t placed)
{
    const struct ray_plan *plan = planning->plan;

    for (size_t i = 0; i < placed; i++) {
        size_t node = planning->order[i];
        struct ray_object *object;

        if (node < planning->nfrom) {
            drop(planning, plan->from->objects.items[node]);
            continue;
        }
        object = plan->to->objects.items[node - planning->nfrom];
        if (planning->fates.create[object->index])
            create(planning, object);
        else if (planning->fates.alter[object->index] != NULL)
            alter(planning, object);
    }
    finish(planning);
}

bool
ray_plan_make(struct ray_arena *arena, const struct ray_catalog *from, const struct ray_catalog *to,
              struct ray_plan *out, struct ray_err *err)
{
    struct planning planning = {.plan = out, .arena = arena, .nfrom = from->objects.len};
    size_t placed;

    memset(out, 0, sizeof(*out));
    out->arena = arena;
    out->from = from;
    out->to = to;
    ray_ddl_init(&out->ddl, arena, to);
    out->ddl.from = from;
    ray_catalog_compare(arena, from, to, &out->changes);
    if (out->changes.len == 0)
        return true;
    ray_fates_decide(out, &planning.fates);
    fold(&planning);
    planning.order = RAY_NEW_ARRAY(arena, size_t, planning.nfrom + to->objects.len);
    do {
        build(&planning);
        placed = ray_graph_sort(&planning.graph, planning.order);
    } while (placed < planning.graph.count && unfold(&planning));
    if (placed < planning.graph.count)
        return circle(&planning, err);
    write_steps(&planning, placed);
    return true;
}
