/*
 * Layers: a table stands right of those that it refers to. Circles are broken at the keys that would else go against
 * most others (Eades, Lin, Smyth). A layer takes no more than makes the picture as wide as a screen is (Coffman,
 * Graham), since a table that fifty others refer to would else have them all below each other. Then tables move
 * towards who refers to them, where that makes lines shorter.
 */
#include "diagram/layout_internal.h"

#include <math.h>
#include <stdlib.h>

static const double ratio = 1.6;
enum { ROUNDS = 4 };

typedef RAY_VEC(size_t) numbers;

struct layering {
    struct ray_component *component;
    size_t count;
    numbers *out;    /* by node: who refers to it, doubles left out */
    numbers *in;     /* by node: what it refers to */
    size_t *rank;    /* the order without circles */
    double limit;    /* of a layer's height */
    double *heights; /* by layer */
};

static bool
has(const numbers *list, size_t item)
{
    for (size_t i = 0; i < list->len; i++)
        if (list->items[i] == item)
            return true;
    return false;
}

static void
link_nodes(struct layering *l)
{
    struct ray_component *component = l->component;

    for (size_t i = 0; i < component->edges.len; i++) {
        const struct ray_diagram_edge *edge =
            &component->diagram->edges.items[component->edges.items[i]];
        size_t from = component->node_of[edge->from];
        size_t to = component->node_of[edge->to];

        if (from == to || has(&l->in[from], to))
            continue;
        *ray_vec_add(component->arena, &l->out[to]) = from;
        *ray_vec_add(component->arena, &l->in[from]) = to;
    }
}

/* ---------------------------------------------------------------- circles */

static void
take(struct layering *l, bool *taken, long *refers, long *referred, size_t node)
{
    taken[node] = true;
    for (size_t i = 0; i < l->out[node].len; i++)
        refers[l->out[node].items[i]]--;
    for (size_t i = 0; i < l->in[node].len; i++)
        referred[l->in[node].items[i]]--;
}

/* Ranks: who refers to nothing that is left comes first, who is not referred to last, and where only circles are
 * left, first the one that is referred to most. */
static void
rank_nodes(struct layering *l)
{
    struct ray_arena *arena = l->component->arena;
    bool *taken = RAY_NEW_ARRAY(arena, bool, l->count);
    long *refers = RAY_NEW_ARRAY(arena, long, l->count);
    long *referred = RAY_NEW_ARRAY(arena, long, l->count);
    size_t first = 0;
    size_t last = l->count;

    for (size_t i = 0; i < l->count; i++) {
        refers[i] = (long)l->in[i].len;
        referred[i] = (long)l->out[i].len;
    }
    while (first < last) {
        size_t best = RAY_NONE;
        bool sink = false;

        for (size_t i = 0; i < l->count; i++) {
            if (taken[i])
                continue;
            if (refers[i] == 0 || referred[i] == 0) {
                best = i;
                sink = refers[i] != 0;
                break;
            }
            if (best == RAY_NONE || referred[i] - refers[i] > referred[best] - refers[best])
                best = i;
        }
        l->rank[best] = sink ? --last : first++;
        take(l, taken, refers, referred, best);
    }
}

/* Turns edges around that go against the ranks. */
static void
straighten(struct layering *l)
{
    struct ray_arena *arena = l->component->arena;
    numbers *out = RAY_NEW_ARRAY(arena, numbers, l->count);
    numbers *in = RAY_NEW_ARRAY(arena, numbers, l->count);

    for (size_t to = 0; to < l->count; to++)
        for (size_t i = 0; i < l->out[to].len; i++) {
            size_t from = l->out[to].items[i];
            size_t left = l->rank[to] < l->rank[from] ? to : from;
            size_t right = left == to ? from : to;

            if (has(&in[right], left))
                continue;
            *ray_vec_add(arena, &out[left]) = right;
            *ray_vec_add(arena, &in[right]) = left;
        }
    l->out = out;
    l->in = in;
}

/* ---------------------------------------------------------------- layers */

static void
set_limit(struct layering *l)
{
    const struct ray_component *component = l->component;
    double area = 0;
    double most = 0;

    for (size_t i = 0; i < l->count; i++) {
        const struct ray_node *node = &component->nodes.items[i];
        double height = node->height + RAY_SPACE;

        area += (component->diagram->tables.items[node->table].width + 3.0 * RAY_MARGIN) * height;
        most = fmax(most, height);
    }
    l->limit = fmax(most, sqrt(area / ratio));
}

static double
room_of(const struct layering *l, size_t node)
{
    return l->component->nodes.items[node].height + RAY_SPACE;
}

static void
put(struct layering *l, size_t node, size_t layer)
{
    l->component->nodes.items[node].layer = layer;
    l->heights[layer] += room_of(l, node);
}

/* From left to right; of those whose left neighbours have their places the one that is left of the most goes first. */
static void
fill_layers(struct layering *l)
{
    size_t *order = RAY_NEW_ARRAY(l->component->arena, size_t, l->count);

    for (size_t i = 0; i < l->count; i++)
        order[l->rank[i]] = i;
    for (size_t i = 0; i < l->count; i++) {
        size_t node = order[i];
        size_t layer = 0;

        for (size_t n = 0; n < l->in[node].len; n++) {
            size_t other = l->component->nodes.items[l->in[node].items[n]].layer;

            layer = layer > other ? layer : other + 1;
        }
        while (l->heights[layer] > 0 && l->heights[layer] + room_of(l, node) > l->limit)
            layer++;
        put(l, node, layer);
    }
}

/* Right, up to who refers to it, where it has more neighbours on that side. */
static bool
pull_right(struct layering *l, size_t node)
{
    struct ray_node *self = &l->component->nodes.items[node];
    size_t most = SIZE_MAX;

    if (l->out[node].len <= l->in[node].len)
        return false;
    for (size_t i = 0; i < l->out[node].len; i++) {
        size_t other = l->component->nodes.items[l->out[node].items[i]].layer;

        most = most < other ? most : other;
    }
    for (size_t layer = most - 1; layer > self->layer; layer--)
        if (l->heights[layer] == 0 || l->heights[layer] + room_of(l, node) <= l->limit * 1.15) {
            l->heights[self->layer] -= room_of(l, node);
            put(l, node, layer);
            return true;
        }
    return false;
}

/* Layers that became empty go. */
static void
close_gaps(struct layering *l)
{
    struct ray_component *component = l->component;
    size_t *to = RAY_NEW_ARRAY(component->arena, size_t, l->count + 1);
    bool *used = RAY_NEW_ARRAY(component->arena, bool, l->count + 1);

    for (size_t i = 0; i < l->count; i++)
        used[component->nodes.items[i].layer] = true;
    component->nlayers = 0;
    for (size_t i = 0; i <= l->count; i++) {
        to[i] = component->nlayers;
        component->nlayers += used[i] ? 1 : 0;
    }
    for (size_t i = 0; i < l->count; i++)
        component->nodes.items[i].layer = to[component->nodes.items[i].layer];
}

void
ray_component_layer(struct ray_component *component)
{
    size_t count = component->ntables;
    struct layering l = {
        .component = component,
        .count = count,
        .out = RAY_NEW_ARRAY(component->arena, numbers, count),
        .in = RAY_NEW_ARRAY(component->arena, numbers, count),
        .rank = RAY_NEW_ARRAY(component->arena, size_t, count),
        .heights = RAY_NEW_ARRAY(component->arena, double, count + 1),
    };

    link_nodes(&l);
    rank_nodes(&l);
    straighten(&l);
    set_limit(&l);
    fill_layers(&l);
    for (int round = 0; round < ROUNDS; round++) {
        bool moved = false;

        for (size_t i = 0; i < count; i++)
            moved = pull_right(&l, i) || moved;
        if (!moved)
            break;
    }
    close_gaps(&l);
}
