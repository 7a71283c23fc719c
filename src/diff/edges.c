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

/* ---------------------------------------------------------------- nodes */

/* A column that is its table's parent's. */
static bool
is_inherited(const struct ray_object *object)
{
    return object->kind == &ray_kind_column && ray_object_get(object, "inherited") != NULL;
}

/* A foreign key to what goes, too, is dropped by itself: tables may refer to each other in a circle. So is a user
 * mapping: a server does not take it along. */
static bool
goes_alone(const struct ray_fates *fates, const struct ray_object *object)
{
    if (fates->alone[object->index] || object->kind == &ray_kind_user_mapping)
        return true;
    for (size_t i = 0; object->kind->apart && i < object->needs.len; i++)
        if (object->needs.items[i]->owner != object->owner &&
            fates->drop[object->needs.items[i]->index])
            return true;
    return false;
}

/* The column that a default or a sequence belongs to. */
static const struct ray_object *
column_of(const struct ray_planning *planning, const struct ray_object *object)
{
    if (object->kind == &ray_kind_default)
        return ray_catalog_find(planning->plan->from, &ray_kind_column, object->schema,
                                object->parent, object->name, NULL);
    return object->kind == &ray_kind_sequence && object->later.len > 0 ? object->later.items[0]
                                                                       : NULL;
}

/* The index or key of the parent's that a partition's is attached to. */
static const struct ray_object *
index_above(const struct ray_object *object)
{
    if (!object->kind->has_index || ray_object_get(object, "attached_to") == NULL)
        return NULL;
    for (size_t i = 0; i < object->later.len; i++)
        if (object->later.items[i]->kind->has_index)
            return object->later.items[i];
    for (size_t i = 0; i < object->needs.len; i++)
        if (object->needs.items[i]->kind->has_index &&
            object->needs.items[i]->owner != object->owner)
            return object->needs.items[i];
    return NULL;
}

static bool
has_same(const struct ray_object *one, const struct ray_object *other, const char *attribute)
{
    const char *left = ray_object_get(one, attribute);
    const char *right = ray_object_get(other, attribute);

    return left == right || (left != NULL && right != NULL && strcmp(left, right) == 0);
}

static const struct ray_object *find_check(const struct ray_planning *planning,
                                           const struct ray_object *table, const char *name);

/* The check of that name of the parent or one above it, where it is dropped. */
static const struct ray_object *
find_parents_check(const struct ray_planning *planning, const char *parent, const char *name)
{
    const struct ray_object *table = ray_table_named(planning->plan->from, parent);
    const struct ray_object *base = table == NULL ? NULL
                                                  : ray_table_part(table, "constraint", name);

    if (base == NULL)
        return NULL;
    return planning->fates.drop[base->index] && !base->implied ? base
                                                               : find_check(planning, table, name);
}

/* Likewise, for a table that stays with its parents. */
static const struct ray_object *
find_check(const struct ray_planning *planning, const struct ray_object *table, const char *name)
{
    const struct ray_object *new = planning->fates.new_of[table->index];
    const char *whole = ray_object_get(table, "partition_of");
    const struct ray_object *found = NULL;
    ray_list parents;

    if (new == NULL || !has_same(table, new, "partition_of") || !has_same(table, new, "inherits"))
        return NULL;
    parents = ray_list_read(planning->arena, ray_object_get(table, "inherits"));
    if (whole != NULL)
        *ray_vec_add(planning->arena, &parents) = whole;
    for (size_t i = 0; found == NULL && i < parents.len; i++)
        found = find_parents_check(planning, parents.items[i], name);
    return found;
}

/* The check that one comes from: dropped there, it goes here, too. */
static const struct ray_object *
check_above(const struct ray_planning *planning, const struct ray_object *check)
{
    return check->kind == &ray_kind_constraint && ray_object_get(check, "inherited") != NULL
               ? find_check(planning, check->owner, check->name)
               : NULL;
}

/* It goes with its owner, its column, what owns it or what it is attached to, and no statement of its own is
 * needed. */
const struct ray_object *
ray_planning_absorber(const struct ray_planning *planning, const struct ray_object *object)
{
    const struct ray_fates *fates = &planning->fates;
    const struct ray_object *column = column_of(planning, object);

    if (planning->swallower[object->index] != NULL)
        return planning->swallower[object->index];
    if (is_inherited(object) && object->implied && !fates->drop[object->owner->index])
        return ray_column_base(planning->plan->from, object);
    if (object->owner != NULL && fates->drop[object->owner->index])
        return goes_alone(fates, object) ? NULL : object->owner;
    if (object->owner != NULL && object->implied && column == NULL)
        return object->owner;
    if (column != NULL)
        return column;
    return object->owner != NULL && check_above(planning, object) != NULL
               ? check_above(planning, object)
               : index_above(object);
}

/* What the chain of absorbers that begins here goes with; NULL: nothing of it is dropped. */
static const struct ray_object *
find_dropped_with(struct ray_planning *planning, const struct ray_object *old, bool *known)
{
    const struct ray_object *absorber;
    const struct ray_object *found = NULL;

    if (known[old->index])
        return planning->dropped_with[old->index];
    absorber = ray_planning_absorber(planning, old);
    if (absorber != NULL)
        found = find_dropped_with(planning, absorber, known);
    if (found == NULL && planning->fates.drop[old->index])
        found = old;
    known[old->index] = true;
    planning->dropped_with[old->index] = found;
    return found;
}

/* Of all old objects, before edges are made. Mostly nothing is dropped, or little. */
static void
settle_drops(struct ray_planning *planning)
{
    const ray_objects *all = &planning->plan->from->objects;
    bool *known = RAY_NEW_ARRAY(planning->arena, bool, all->len);
    bool any = false;

    for (size_t i = 0; i < all->len && !any; i++)
        any = planning->fates.drop[i];
    planning->dropped_with = RAY_NEW_ARRAY(planning->arena, const struct ray_object *, all->len);
    for (size_t i = 0; i < all->len && any; i++)
        (void)find_dropped_with(planning, all->items[i], known);
}

const struct ray_object *
ray_planning_dropped_with(const struct ray_planning *planning, const struct ray_object *old)
{
    const struct ray_object *found = planning->dropped_with[old->index];

    return found == NULL ? old : found;
}

static size_t
old_node(const struct ray_planning *planning, const struct ray_object *old)
{
    return ray_planning_dropped_with(planning, old)->index;
}

static bool
is_dropped(const struct ray_planning *planning, const struct ray_object *old)
{
    return planning->dropped_with[old->index] != NULL;
}

/* The column that a new default is written with, where the column is new, too. */
struct ray_object *
ray_planning_column(const struct ray_planning *planning, const struct ray_object *object)
{
    struct ray_object *column;

    if (object->kind != &ray_kind_default)
        return NULL;
    column = ray_catalog_find(planning->plan->to, &ray_kind_column, object->schema, object->parent,
                              object->name, NULL);
    return column != NULL && planning->fates.create[column->index] ? column : NULL;
}

/* What comes with a whole, or with its parent or its query later: only what is said of it is written, by itself
 * unless CREATE TABLE stands for it. */
static bool
is_made_late(const struct ray_planning *planning, const struct ray_object *object)
{
    const struct ray_fates *fates = &planning->fates;

    return fates->alter[object->index] != NULL ||
           (fates->create[object->index] &&
            (object->kind->folding != RAY_FOLD_ALWAYS || !fates->create[object->owner->index]));
}

/* In whose statement a new object is made. */
struct ray_object *
ray_planning_maker(const struct ray_planning *planning, struct ray_object *object)
{
    struct ray_object *column;

    if (object->owner == NULL || !(object->implied || object->marked))
        return object;
    if (object->implied)
        return is_made_late(planning, object) ? object : object->owner;
    column = ray_planning_column(planning, object);
    if (column != NULL && !planning->fates.create[object->owner->index])
        return column;
    return object->owner;
}

size_t
ray_planning_node(const struct ray_planning *planning, struct ray_object *object)
{
    return planning->nfrom + ray_planning_maker(planning, object)->index;
}

static bool
is_made(const struct ray_planning *planning, struct ray_object *object)
{
    const struct ray_object *maker = ray_planning_maker(planning, object);

    return planning->fates.create[maker->index] || planning->fates.alter[maker->index] != NULL ||
           planning->fates.alter[object->index] != NULL;
}

/* Likewise, of what needs others: a part that a whole has already needs nothing when that is altered. */
static bool
is_written(const struct ray_planning *planning, struct ray_object *object)
{
    const struct ray_object *maker = ray_planning_maker(planning, object);

    return planning->fates.create[maker->index] ||
           (maker == object && planning->fates.alter[object->index] != NULL);
}

/* ---------------------------------------------------------------- edges */

/* What changes the column: the object itself or, of one that is inherited, its parent's. */
static struct ray_object *
changer_of(const struct ray_planning *planning, struct ray_object *object)
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
add_default_edge(struct ray_planning *planning, const struct ray_object *object, bool old)
{
    struct ray_object *column;

    if (object->kind != &ray_kind_default)
        return;
    column = ray_catalog_find(planning->plan->to, &ray_kind_column, object->schema, object->parent,
                              object->name, NULL);
    if (column == NULL ||
        (old ? planning->fates.alter[column->index] == NULL : !is_made(planning, column)))
        return;
    if (old)
        ray_graph_edge(&planning->graph, old_node(planning, object),
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
        ray_graph_edge(&planning->graph, old_node(planning, old),
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

    if (!is_dropped(planning, object) && (new == NULL || fates->alter[new->index] == NULL))
        return;
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
                           ray_planning_node(planning, new_need));
        for (size_t c = 0; is_dropped(planning, object) && c < fates->casters[need->index].len; c++)
            ray_graph_edge(&planning->graph, old_node(planning, object),
                           ray_planning_node(planning, fates->casters[need->index].items[c]));
        if (new != NULL && fates->alter[new->index] != NULL &&is_dropped(planning, need))
            ray_graph_edge(&planning->graph, ray_planning_node(planning, new),
                           old_node(planning, need));
    }
    if (object->owner != NULL && is_dropped(planning, object) &&
        is_dropped(planning, object->owner))
        ray_graph_edge(&planning->graph, old_node(planning, object),
                       old_node(planning, object->owner));
    if (is_dropped(planning, object) && new != NULL && fates->create[new->index])
        ray_graph_edge(&planning->graph, old_node(planning, object),
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
    if (!is_made(planning, maker))
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
            is_made(planning, object->needs.items[i]))
            ray_graph_edge(&planning->graph, needed_node(planning, object->needs.items[i], object),
                           stub);
    for (size_t p = 0; p < object->parts.len; p++)
        for (size_t i = 0; i < object->parts.items[p]->needs.len; i++)
            if (object->parts.items[p]->marked &&
                is_made(planning, object->parts.items[p]->needs.items[i]))
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
    if (!is_written(planning, object))
        return;
    for (size_t n = 0; n < object->needs.len; n++) {
        struct ray_object *need = object->needs.items[n];
        const struct ray_object *old = planning->fates.old_of[need->index];

        need = changer_of(planning, need);
        if (is_made(planning, need))
            ray_graph_edge(&planning->graph, needed_node(planning, need, object),
                           ray_planning_node(planning, object));
        for (size_t c = 0; old != NULL && c < planning->fates.casters[old->index].len; c++)
            ray_graph_edge(&planning->graph,
                           ray_planning_node(planning,
                                             planning->fates.casters[old->index].items[c]),
                           ray_planning_node(planning, object));
    }
    if (object->owner != NULL && is_made(planning, object->owner))
        ray_graph_edge(&planning->graph, ray_planning_node(planning, object->owner),
                       ray_planning_node(planning, object));
    for (size_t i = 0; object->kind->has_index && i < object->later.len; i++)
        if (planning->fates.alter[object->index] != NULL && /* it is attached */
            is_made(planning, object->later.items[i]))
            ray_graph_edge(&planning->graph, ray_planning_node(planning, object->later.items[i]),
                           ray_planning_node(planning, object));
    if (is_inherited(object))
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

    if (casters == NULL || casters->len == 0)
        return;
    new = ray_table_part(column->owner, "default", column->name);
    before = ray_table_part(old->owner, "default", old->name);
    for (size_t c = 0; c < casters->len; c++) {
        size_t caster = ray_planning_node(planning, casters->items[c]);

        if (new != NULL && planning->fates.create[new->index])
            ray_graph_edge(&planning->graph, caster,
                           ray_planning_node(planning,
                                             planning->plan->to->objects.items[new->index]));
        if (before != NULL && is_dropped(planning, before))
            ray_graph_edge(&planning->graph, old_node(planning, before), caster);
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

        if (is_dropped(planning, column))
            ray_graph_edge(&planning->graph, old_node(planning, column), node);
        else if (new != NULL && is_made(planning, new))
            ray_graph_edge(&planning->graph, ray_planning_node(planning, changer_of(planning, new)),
                           node);
    }
    for (size_t i = 0; i < opened->len; i++)
        if (is_made(planning, opened->items[i]))
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
            if (!partition->parts.items[p]->implied && is_made(planning, partition->parts.items[p]))
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
        if (is_dropped(planning, parent->parts.items[i]))
            ray_graph_edge(&planning->graph, ray_planning_node(planning, table),
                           old_node(planning, parent->parts.items[i]));
    for (size_t i = 0; i < old->parts.len; i++)
        if (is_dropped(planning, old->parts.items[i]))
            ray_graph_edge(&planning->graph, ray_planning_node(planning, table),
                           old_node(planning, old->parts.items[i]));
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
        if (!is_made(planning, parent->parts.items[i]) ||
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

void
ray_planning_edges(struct ray_planning *planning)
{
    const struct ray_fates *fates = &planning->fates;
    const ray_objects *from = &planning->plan->from->objects;
    const ray_objects *to = &planning->plan->to->objects;

    ray_graph_init(&planning->graph, planning->arena, from->len + 2 * to->len);
    settle_drops(planning);
    for (size_t i = 0; i < from->len; i++) {
        if (fates->drop[i] || fates->revert[i])
            want(planning, i);
        add_old_edges(planning, from->items[i]);
    }
    for (size_t i = 0; i < to->len; i++) {
        if (fates->create[i] || fates->alter[i] != NULL)
            want(planning, from->len + i);
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
