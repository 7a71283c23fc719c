/*
 * Changes that need each other in a circle. What is made: a default or a check leaves its table's statement, else
 * something gets a stub, with which the others in the circle do. What goes: a part is dropped by itself before its
 * whole, else all of the circle goes in one DROP ... CASCADE, behind everything else that hangs on it: a type and
 * the functions that read and write it cannot go otherwise.
 */
#include "diff/plan_internal.h"

#include "base/buf.h"
#include "catalog/kinds.h"
#include "catalog/order.h"

enum { SHOWN = 6 }; /* of a circle's objects in an error */

/* ---------------------------------------------------------------- parts */

/* Takes defaults and constraints that wait out of their owners' statements. */
static bool
unfold(struct ray_planning *planning)
{
    const ray_objects *all = &planning->plan->to->objects;
    bool any = false;

    for (size_t i = 0; i < all->len; i++) {
        struct ray_object *object = all->items[i];

        if (object->marked && !object->implied && object->kind->folding == RAY_FOLD_POSSIBLY &&
            object->needs.len > 0 &&
            planning->graph.waits[ray_planning_node(planning, object)] > 0) {
            object->marked = false;
            any = true;
        }
    }
    return any;
}

static size_t
old_node(const struct ray_planning *planning, const struct ray_object *object)
{
    return ray_planning_dropped_with(planning, object)->index;
}

/* True where the part holds its whole up: what it needs waits, too. */
static bool
holds_up(const struct ray_planning *planning, const struct ray_object *part)
{
    size_t whole = old_node(planning, part);

    if (planning->graph.waits[whole] == 0)
        return false;
    for (size_t i = 0; i < part->needs.len; i++) {
        size_t need = old_node(planning, part->needs.items[i]);

        if (need != whole && planning->fates.drop[need] && planning->graph.waits[need] > 0)
            return true;
    }
    return false;
}

static bool
take_apart(struct ray_planning *planning)
{
    const ray_objects *all = &planning->plan->from->objects;
    bool any = false;

    for (size_t i = 0; i < all->len; i++) {
        const struct ray_object *object = all->items[i];

        if (!planning->fates.drop[i] || planning->fates.alone[i] || object->owner == NULL ||
            object->kind == &ray_kind_column || object->kind == &ray_kind_attribute ||
            ray_planning_absorber(planning, object) != object->owner || !holds_up(planning, object))
            continue;
        planning->fates.alone[i] = true;
        any = true;
    }
    return any;
}

/* ---------------------------------------------------------------- circles */

/* Marks what leads to the node, or what it leads to, among those that wait. */
static void
spread(const struct ray_planning *planning, const ray_nodes *edges, size_t start, bool *reached)
{
    ray_nodes todo = {0};

    *ray_vec_add(planning->arena, &todo) = start;
    for (size_t i = 0; i < todo.len; i++) {
        const ray_nodes *next = &edges[todo.items[i]];

        for (size_t n = 0; n < next->len; n++) {
            size_t node = next->items[n];

            if (reached[node] || planning->graph.waits[node] == 0)
                continue;
            reached[node] = true;
            *ray_vec_add(planning->arena, &todo) = node;
        }
    }
}

/* The edges the other way round. */
static ray_nodes *
backwards(const struct ray_planning *planning)
{
    const struct ray_graph *graph = &planning->graph;
    ray_nodes *edges = RAY_NEW_ARRAY(planning->arena, ray_nodes, graph->count);

    for (size_t i = 0; i < graph->count; i++)
        for (size_t n = 0; graph->waits[i] > 0 && n < graph->before[i].len; n++)
            *ray_vec_add(planning->arena, &edges[graph->before[i].items[n]]) = i;
    return edges;
}

/* The nodes of the circle that the node is in; none: it is in none. */
static ray_nodes
circle_of(const struct ray_planning *planning, const ray_nodes *back, size_t node)
{
    bool *ahead = RAY_NEW_ARRAY(planning->arena, bool, planning->graph.count);
    bool *behind = RAY_NEW_ARRAY(planning->arena, bool, planning->graph.count);
    ray_nodes nodes = {0};

    spread(planning, planning->graph.before, node, ahead);
    spread(planning, back, node, behind);
    for (size_t i = 0; i < planning->graph.count; i++)
        if (ahead[i] && behind[i])
            *ray_vec_add(planning->arena, &nodes) = i;
    return nodes;
}

static bool
has_node(const ray_nodes *nodes, size_t node)
{
    for (size_t i = 0; i < nodes->len; i++)
        if (nodes->items[i] == node)
            return true;
    return false;
}

/* The stub, too, would stand in the circle. */
static bool
stub_is_in(const struct ray_planning *planning, const struct ray_object *object,
           const ray_nodes *nodes)
{
    for (size_t i = 0; i < object->needs.len; i++)
        if (ray_stub_needs(object, object->needs.items[i]) &&
            has_node(nodes, ray_planning_node(planning, object->needs.items[i])))
            return true;
    return false;
}

/* The object that is best stubbed: one whose stub needs nothing of its circle, else the first. */
static bool
give_stub(struct ray_planning *planning, const ray_nodes *back)
{
    const ray_objects *all = &planning->plan->to->objects;
    struct ray_object *chosen = NULL;
    ray_nodes nodes = {0};
    bool is_best = false;

    for (size_t i = 0; i < all->len && !is_best; i++) {
        struct ray_object *object = all->items[i];
        ray_nodes own;

        if (!planning->fates.create[i] || object->kind->stub == NULL || object->stubbed ||
            planning->graph.waits[planning->nfrom + i] == 0)
            continue;
        own = circle_of(planning, back, planning->nfrom + i);
        is_best = own.len > 1 && !stub_is_in(planning, object, &own);
        if (own.len > 1 && (chosen == NULL || is_best)) {
            chosen = object;
            nodes = own;
        }
    }
    if (chosen == NULL)
        return false;
    chosen->stubbed = true;
    if (planning->circle[chosen->index] == 0)
        planning->circles++;
    for (size_t i = 0; i < nodes.len; i++)
        if (nodes.items[i] >= planning->nfrom && nodes.items[i] < planning->nfrom + planning->nto &&
            planning->circle[nodes.items[i] - planning->nfrom] == 0)
            planning->circle[nodes.items[i] - planning->nfrom] = planning->circles;
    return true;
}

/* The better, the more it is what the others hang on: a table is taken along by nothing. */
static int
weight_of(const struct ray_object *object)
{
    return object->kind->holds_data ? 2 : object->kind->stub != NULL ? 1 : 0;
}

/* All of a circle goes with one of it. */
static bool
swallow(struct ray_planning *planning, const ray_nodes *back)
{
    const ray_objects *all = &planning->plan->from->objects;
    const struct ray_object *whole = NULL;
    ray_nodes nodes = {0};

    for (size_t i = 0; i < planning->nfrom && whole == NULL; i++) {
        if (planning->graph.waits[i] == 0 || !planning->fates.drop[i])
            continue;
        nodes = circle_of(planning, back, i);
        if (nodes.len > 1 && nodes.items[nodes.len - 1] < planning->nfrom)
            whole = all->items[i];
    }
    for (size_t i = 0; whole != NULL && i < nodes.len; i++)
        if (weight_of(all->items[nodes.items[i]]) > weight_of(whole))
            whole = all->items[nodes.items[i]];
    for (size_t i = 0; whole != NULL && i < nodes.len; i++)
        if (nodes.items[i] != whole->index)
            planning->swallower[nodes.items[i]] = whole;
    if (whole != NULL)
        planning->swallows[whole->index] = true;
    return whole != NULL;
}

bool
ray_planning_break(struct ray_planning *planning)
{
    bool any = unfold(planning);
    ray_nodes *back;

    if (take_apart(planning) || any)
        return true;
    back = backwards(planning);
    return give_stub(planning, back) || swallow(planning, back);
}

bool
ray_planning_complain(const struct ray_planning *planning, struct ray_err *err)
{
    const struct ray_plan *plan = planning->plan;
    const ray_nodes *back = backwards(planning);
    ray_nodes nodes = {0};
    struct ray_buf names;

    for (size_t i = 0; i < planning->graph.count && nodes.len < 2; i++)
        if (planning->graph.waits[i] > 0)
            nodes = circle_of(planning, back, i);
    ray_buf_init(&names, err->arena);
    for (size_t i = 0; i < nodes.len && i < SHOWN; i++) {
        size_t node = nodes.items[i];
        bool goes = node < planning->nfrom;
        size_t place = goes ? node : (node - planning->nfrom) % planning->nto;

        ray_buf_addf(&names, "%s%s %s", i == 0 ? "" : ", ", goes ? "drop" : "make",
                     ray_object_label(err->arena, goes ? plan->from->objects.items[place]
                                                       : plan->to->objects.items[place]));
    }
    return ray_err_set(err, RAY_FAILED, "the changes need each other in a circle: %s", names.data);
}
