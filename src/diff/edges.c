/*
 * The graph of a plan: which node each object has, and which must come before which.
 *
 *     x needs y in `from`:  DROP x before DROP y; DROP x, or ALTER x, before DROP y; DROP x before ALTER y
 *     x needs y in `to`:    CREATE y, or ALTER y, before CREATE x, or ALTER x
 *     x is made again:      DROP x before CREATE x
 *
 * Where nothing demands otherwise, drops come first, in the opposite of the order of creation.
 */
#include "diff/plan_internal.h"

#include "catalog/clause.h"
#include "catalog/inherit.h"
#include "catalog/kinds.h"
#include "catalog/order.h"
#include "catalog/table.h"

#include <string.h>

/* What changes the column: the object itself or, of one that is inherited, its parent's. */
static struct ray_object *
changer_of(const struct ray_planning *planning, struct ray_object *object)
{
    while (ray_planning_is_inherited(object) && !planning->fates.create[object->index] &&
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
add_default_edge(struct ray_planning *planning, const struct ray_object *object, bool old)
{
    struct ray_object *column;

    if (object->kind != &ray_kind_default)
        return;
    column = ray_catalog_find(planning->plan->to, &ray_kind_column, object->schema, object->parent,
                              object->name, NULL);
    if (column == NULL || (old ? planning->fates.alter[column->index] == NULL
                               : !ray_planning_is_made(planning, column)))
        return;
    if (old)
        ray_graph_edge(&planning->graph, ray_planning_old_node(planning, object),
                       ray_planning_node(planning, column));
    else
        ray_graph_edge(&planning->graph, ray_planning_node(planning, column),
                       ray_planning_node(planning,
                                         planning->plan->to->objects.items[object->index]));
}

/* The sequence's column, in the new state; NULL where it has none there. */
static struct ray_object *
column_of_sequence(const struct ray_planning *planning, const struct ray_object *sequence)
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
add_sequence_edges(struct ray_planning *planning, struct ray_object *new)
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
        ray_graph_edge(&planning->graph, ray_planning_old_node(planning, old),
                       ray_planning_node(planning, column));
    else
        ray_graph_edge(&planning->graph, ray_planning_node(planning, column),
                       ray_planning_node(planning, new));
}

static void
add_old_edges(struct ray_planning *planning, struct ray_object *object)
{
    const struct ray_fates *fates = &planning->fates;
    struct ray_object *new = fates->new_of[object->index];

    if (!ray_planning_is_dropped(planning, object) &&
        (new == NULL || fates->alter[new->index] == NULL))
        return;
    if (ray_planning_is_dropped(planning, object))
        add_default_edge(planning, object, true);

    for (size_t n = 0; n < object->needs.len; n++) {
        struct ray_object *need = object->needs.items[n];
        struct ray_object *new_need = fates->new_of[need->index];

        if (new_need != NULL && ray_planning_is_dropped(planning, object))
            new_need = changer_of(planning, new_need);
        if (ray_planning_is_dropped(planning, object) && ray_planning_is_dropped(planning, need))
            ray_graph_edge(&planning->graph, ray_planning_old_node(planning, object),
                           ray_planning_old_node(planning, need));
        if (ray_planning_is_dropped(planning, object) && new_need != NULL &&
            fates->alter[new_need->index] != NULL)
            ray_graph_edge(&planning->graph, ray_planning_old_node(planning, object),
                           ray_planning_node(planning, new_need));
        for (size_t c = 0;
             ray_planning_is_dropped(planning, object) && c < fates->casters[need->index].len; c++)
            ray_graph_edge(&planning->graph, ray_planning_old_node(planning, object),
                           ray_planning_node(planning, fates->casters[need->index].items[c]));
        if (new != NULL &&
            fates->alter[new->index] != NULL &&ray_planning_is_dropped(planning, need))
            ray_graph_edge(&planning->graph, ray_planning_node(planning, new),
                           ray_planning_old_node(planning, need));
    }
    if (object->owner != NULL && ray_planning_is_dropped(planning, object) &&
        ray_planning_is_dropped(planning, object->owner))
        ray_graph_edge(&planning->graph, ray_planning_old_node(planning, object),
                       ray_planning_old_node(planning, object->owner));
    if (ray_planning_is_dropped(planning, object) && new != NULL && fates->create[new->index])
        ray_graph_edge(&planning->graph, ray_planning_old_node(planning, object),
                       ray_planning_node(planning, new));
}

/* What is said of an inherited column is said when the parent has it; one that is its own until then, and that
 * the parent's is merged with, is made like it before. */
static void
add_heir_edges(struct ray_planning *planning, struct ray_object *heir)
{
    const struct ray_object *base = ray_column_base(planning->plan->to, heir);
    struct ray_object *maker;

    if (base == NULL)
        return;
    maker = planning->plan->to->objects.items[base->index];
    if (!ray_planning_is_made(planning, maker))
        return;
    if (planning->fates.alter[heir->index] != NULL && planning->fates.create[maker->index])
        ray_graph_edge(&planning->graph, ray_planning_node(planning, heir),
                       ray_planning_node(planning, maker));
    else
        ray_graph_edge(&planning->graph, ray_planning_node(planning, maker),
                       ray_planning_node(planning, heir));
}

/* In the circle that stubs broke, an object does with another's stub. */
static size_t
needed_node(const struct ray_planning *planning, struct ray_object *need,
            const struct ray_object *object)
{
    struct ray_object *maker = ray_planning_maker(planning, need);
    const struct ray_object *whole =
        ray_planning_maker(planning, planning->plan->to->objects.items[object->index]);
    size_t circle = planning->circle[maker->index];

    return maker->stubbed && circle != 0 && circle == planning->circle[whole->index]
               ? ray_planning_stub(planning, maker)
               : planning->nfrom + maker->index;
}

/* What the stub needs, and what its columns need. */
static void
add_stub_edges(struct ray_planning *planning, struct ray_object *object)
{
    size_t stub = ray_planning_stub(planning, object);

    ray_graph_edge(&planning->graph, stub, ray_planning_node(planning, object));
    for (size_t i = 0; i < object->needs.len; i++)
        if (ray_stub_needs(object, object->needs.items[i]) &&
            ray_planning_is_made(planning, object->needs.items[i]))
            ray_graph_edge(&planning->graph, needed_node(planning, object->needs.items[i], object),
                           stub);
    for (size_t p = 0; p < object->parts.len; p++)
        for (size_t i = 0; i < object->parts.items[p]->needs.len; i++)
            if (object->parts.items[p]->marked &&
                ray_planning_is_made(planning, object->parts.items[p]->needs.items[i]))
                ray_graph_edge(&planning->graph,
                               needed_node(planning, object->parts.items[p]->needs.items[i],
                                           object),
                               stub);
}

static void
add_new_edges(struct ray_planning *planning, struct ray_object *object)
{
    const struct ray_object *base;

    if (object->kind == &ray_kind_sequence)
        add_sequence_edges(planning, object);
    if (!ray_planning_is_written(planning, object))
        return;
    for (size_t n = 0; n < object->needs.len; n++) {
        struct ray_object *need = object->needs.items[n];
        const struct ray_object *old = planning->fates.old_of[need->index];

        need = changer_of(planning, need);
        if (ray_planning_is_made(planning, need))
            ray_graph_edge(&planning->graph, needed_node(planning, need, object),
                           ray_planning_node(planning, object));
        for (size_t c = 0; old != NULL && c < planning->fates.casters[old->index].len; c++)
            ray_graph_edge(&planning->graph,
                           ray_planning_node(planning,
                                             planning->fates.casters[old->index].items[c]),
                           ray_planning_node(planning, object));
    }
    if (object->owner != NULL && ray_planning_is_made(planning, object->owner))
        ray_graph_edge(&planning->graph, ray_planning_node(planning, object->owner),
                       ray_planning_node(planning, object));
    for (size_t i = 0; object->kind->has_index && i < object->later.len; i++)
        if (planning->fates.alter[object->index] != NULL && /* it is attached */
            ray_planning_is_made(planning, object->later.items[i]))
            ray_graph_edge(&planning->graph, ray_planning_node(planning, object->later.items[i]),
                           ray_planning_node(planning, object));
    if (ray_planning_is_inherited(object))
        add_heir_edges(planning, object);
    base = ray_planning_invalid_base(planning, object);
    if (base != NULL)
        ray_graph_edge(&planning->graph, planning->nfrom + base->index,
                       ray_planning_node(planning, object));
    add_default_edge(planning, object, false);
}

/* The default, too, goes before its column is cast, and comes back behind that. */
static void
add_caster_edges(struct ray_planning *planning, struct ray_object *column)
{
    const struct ray_object *old = planning->fates.old_of[column->index];
    const ray_objects *casters = old == NULL ? NULL : &planning->fates.casters[old->index];
    const struct ray_object *new;
    const struct ray_object *before;

    if (column->kind != &ray_kind_column || casters == NULL || casters->len == 0)
        return;
    new = ray_table_part(column->owner, "default", column->name);
    before = ray_table_part(old->owner, "default", old->name);
    for (size_t c = 0; c < casters->len; c++) {
        size_t caster = ray_planning_node(planning, casters->items[c]);

        if (new != NULL && planning->fates.create[new->index])
            ray_graph_edge(&planning->graph, caster,
                           ray_planning_node(planning,
                                             planning->plan->to->objects.items[new->index]));
        if (before != NULL && ray_planning_is_dropped(planning, before))
            ray_graph_edge(&planning->graph, ray_planning_old_node(planning, before), caster);
    }
}

/* A domain's constraint comes when no column holds its values inside of others (within.h). */
static void
add_domain_edges(struct ray_planning *planning, struct ray_object *object)
{
    const struct ray_fates *fates = &planning->fates;
    const ray_objects *barred = &fates->barred[object->index];
    const ray_objects *opened = &fates->opened[object->index];
    size_t node = ray_planning_node(planning, object);

    for (size_t i = 0; i < barred->len; i++) {
        struct ray_object *column = barred->items[i];
        struct ray_object *new = fates->new_of[column->index];

        if (ray_planning_is_dropped(planning, column))
            ray_graph_edge(&planning->graph, ray_planning_old_node(planning, column), node);
        else if (new != NULL && ray_planning_is_made(planning, new))
            ray_graph_edge(&planning->graph, ray_planning_node(planning, changer_of(planning, new)),
                           node);
    }
    for (size_t i = 0; i < opened->len; i++)
        if (ray_planning_is_made(planning, opened->items[i]))
            ray_graph_edge(&planning->graph, node,
                           ray_planning_node(planning, changer_of(planning, opened->items[i])));
}

/* A partition made, or attached, when its parent has an index already would get one of its own choosing: as in
 * order.c. It is attached when its parts are there. */
static void
add_index_edges(struct ray_planning *planning, struct ray_object *partition)
{
    const char *name = planning->fates.create[partition->index] || partition->joins
                           ? ray_object_get(partition, "partition_of")
                           : NULL;
    const struct ray_object *parent = name == NULL ? NULL
                                                   : ray_table_named(planning->plan->to, name);

    for (size_t i = 0; parent != NULL && i < parent->parts.len; i++) {
        struct ray_object *part = parent->parts.items[i];

        if (part->marked || !part->kind->has_index || !planning->fates.create[part->index])
            continue;
        ray_graph_edge(&planning->graph, ray_planning_node(planning, partition),
                       ray_planning_node(planning, part));
        for (size_t p = 0; partition->joins && p < partition->parts.len; p++)
            if (!partition->parts.items[p]->implied &&
                ray_planning_is_made(planning, partition->parts.items[p]))
                ray_graph_edge(&planning->graph,
                               ray_planning_node(planning, partition->parts.items[p]),
                               ray_planning_node(planning, part));
    }
}

/* What an old parent loses the table may keep, and what it loses itself it cannot while it is a child. */
static void
add_leaving_edges(struct ray_planning *planning, struct ray_object *table)
{
    const struct ray_object *old = planning->fates.old_of[table->index];
    const char *name = ray_object_get(old, "partition_of");
    const struct ray_object *parent = name == NULL ? NULL
                                                   : ray_table_named(planning->plan->from, name);

    for (size_t i = 0; parent != NULL && i < parent->parts.len; i++)
        if (ray_planning_is_dropped(planning, parent->parts.items[i]))
            ray_graph_edge(&planning->graph, ray_planning_node(planning, table),
                           ray_planning_old_node(planning, parent->parts.items[i]));
    for (size_t i = 0; i < old->parts.len; i++)
        if (ray_planning_is_dropped(planning, old->parts.items[i]))
            ray_graph_edge(&planning->graph, ray_planning_node(planning, table),
                           ray_planning_old_node(planning, old->parts.items[i]));
}

/* A partition leaves before its parent's columns change, and joins behind that. */
static void
add_partition_edges(struct ray_planning *planning, struct ray_object *table)
{
    const struct ray_object *old = planning->fates.old_of[table->index];
    const struct ray_object *parent;
    const char *from;
    const char *to;

    if (planning->fates.alter[table->index] == NULL)
        return;
    if (table->joins && old != NULL)
        add_leaving_edges(planning, table);
    from = old == NULL ? NULL : ray_object_get(old, "partition_of");
    to = ray_object_get(table, "partition_of");
    if ((from == NULL && to == NULL) || (from != NULL && to != NULL && strcmp(from, to) == 0))
        return;
    parent = ray_table_named(planning->plan->to, from != NULL ? from : to);
    for (size_t i = 0; parent != NULL && i < parent->parts.len; i++) {
        if (!ray_planning_is_made(planning, parent->parts.items[i]) ||
            (from == NULL && parent->parts.items[i]->kind->has_index &&
             planning->fates.create[parent->parts.items[i]->index])) /* see add_index_edges */
            continue;
        if (from != NULL)
            ray_graph_edge(&planning->graph, ray_planning_node(planning, table),
                           ray_planning_node(planning, parent->parts.items[i]));
        else
            ray_graph_edge(&planning->graph, ray_planning_node(planning, parent->parts.items[i]),
                           ray_planning_node(planning, table));
    }
}

/* Old objects stand in the opposite of the order of creation, new ones behind them in that order, each behind its
 * stub. */
static uint64_t
key_of(const struct ray_planning *planning, size_t node)
{
    const ray_objects *to = &planning->plan->to->objects;
    bool is_stub = node >= planning->nfrom + planning->nto;
    size_t i = (node - planning->nfrom) % (planning->nto == 0 ? 1 : planning->nto);

    if (node < planning->nfrom)
        return planning->nfrom - node;
    return planning->nfrom + (is_stub ? 1 : 2) +
           2 * ((uint64_t)ray_object_anchor(to->items[i]) * to->len + i);
}

static void
want(struct ray_planning *planning, size_t node)
{
    ray_graph_key(&planning->graph, node, key_of(planning, node));
}

void
ray_planning_want(struct ray_planning *planning, const struct ray_object *object)
{
    want(planning, planning->nfrom + object->index);
}

static void
concern(struct ray_planning *planning, const struct ray_object *object)
{
    const struct ray_object *owner = object->owner;

    if (owner != NULL && planning->fates.create[owner->index])
        owner = NULL; /* it concerns its parts itself */
    planning->new_concerned[object->index] = true;
    for (size_t i = 0; i < object->parts.len; i++)
        planning->new_concerned[object->parts.items[i]->index] = true;
    for (size_t i = 0; owner != NULL && i < owner->parts.len; i++)
        planning->new_concerned[owner->parts.items[i]->index] = true; /* among them its default */
}

/* What comes, goes or is altered, and what may be written in the same statement; what a type's new values are cast
 * for is anywhere. */
void
ray_planning_concern(struct ray_planning *planning)
{
    const struct ray_fates *fates = &planning->fates;
    const ray_objects *to = &planning->plan->to->objects;

    planning->old_concerned = RAY_NEW_ARRAY(planning->arena, bool, planning->nfrom);
    planning->new_concerned = RAY_NEW_ARRAY(planning->arena, bool, planning->nto);
    if (fates->casts) {
        memset(planning->old_concerned, true, planning->nfrom);
        memset(planning->new_concerned, true, planning->nto);
        return;
    }
    for (size_t i = 0; i < to->len; i++) {
        if (!fates->create[i] && fates->alter[i] == NULL)
            continue;
        concern(planning, to->items[i]);
        if (fates->old_of[i] != NULL)
            planning->old_concerned[fates->old_of[i]->index] = true;
    }
    for (size_t i = 0; i < planning->match->come.len; i++)
        concern(planning, planning->match->come.items[i]);
}

void
ray_planning_edges(struct ray_planning *planning)
{
    const struct ray_fates *fates = &planning->fates;
    const ray_objects *from = &planning->plan->from->objects;
    const ray_objects *to = &planning->plan->to->objects;

    ray_graph_init(&planning->graph, planning->arena, from->len + 2 * to->len);
    ray_planning_settle_drops(planning);
    for (size_t i = 0; i < from->len; i++) {
        if (fates->drop[i] || fates->revert[i])
            want(planning, i);
        if (planning->old_concerned[i] || planning->dropped_with[i] != NULL)
            add_old_edges(planning, from->items[i]);
    }
    for (size_t i = 0; i < to->len; i++) {
        if (fates->create[i] || fates->alter[i] != NULL)
            want(planning, from->len + i);
        if (!planning->new_concerned[i])
            continue;
        add_new_edges(planning, to->items[i]);
        if (to->items[i]->stubbed)
            add_stub_edges(planning, to->items[i]);
        add_partition_edges(planning, to->items[i]);
        add_index_edges(planning, to->items[i]);
        add_caster_edges(planning, to->items[i]);
        add_domain_edges(planning, to->items[i]);
    }
    ray_planning_wait(planning);
    for (size_t i = 0; i < planning->graph.count; i++)
        if (planning->graph.has[i])
            want(planning, i);
}
