/*
 * Heights: each node stands where its lines are straightest, as far as the order and the spaces in its layer let it.
 * For a layer whose neighbours stand still that is an isotonic regression, which pooling adjacent violators solves
 * exactly; the layers take turns.
 */
#include "diagram/layout_internal.h"

#include <math.h>
#include <string.h>

enum { SWEEPS = 16 };

static const double lane_weight = 6;    /* between two lanes a line shall be straight */
static const double stay_weight = 0.02; /* of where the node stands already */

struct pulls {
    double *sums; /* by node: of the places where its neighbours would have it, weighted */
    double *weights;
};

static double
space_between(const struct ray_node *above, const struct ray_node *below)
{
    return above->table == RAY_NONE && below->table == RAY_NONE   ? 4
           : above->table == RAY_NONE || below->table == RAY_NONE ? RAY_SPACE / 2.0
                                                                  : RAY_SPACE;
}

static void
pull(const struct ray_component *component, struct pulls *pulls, const struct ray_link *link,
     bool pulls_right)
{
    const struct ray_node *left = &component->nodes.items[link->left];
    const struct ray_node *right = &component->nodes.items[link->right];
    double weight = left->table == RAY_NONE && right->table == RAY_NONE ? lane_weight : 1;
    size_t node = pulls_right ? link->right : link->left;
    double at = pulls_right ? left->y + link->left_port - link->right_port
                            : right->y + link->right_port - link->left_port;

    if (left == right)
        return;
    pulls->sums[node] += at * weight;
    pulls->weights[node] += weight;
}

static void
pull_all(const struct ray_component *component, struct pulls *pulls, size_t gutter,
         bool pulls_right)
{
    for (size_t i = 0; i < component->gutters[gutter].links.len; i++)
        pull(component, pulls, &component->gutters[gutter].links.items[i], pulls_right);
}

struct block {
    double sum, weight; /* of the wishes of its nodes, its offset taken off */
    size_t count;
};

/* Sets the y of a layer's nodes nearest to what they wish. */
static void
settle(struct ray_component *component, const struct pulls *pulls, size_t layer)
{
    const struct ray_layer *self = &component->layers[layer];
    struct block *blocks = RAY_NEW_ARRAY(component->arena, struct block, self->nodes.len);
    double *offsets = RAY_NEW_ARRAY(component->arena, double, self->nodes.len);
    size_t nblocks = 0;
    size_t at = 0;

    for (size_t i = 0; i < self->nodes.len; i++) {
        const struct ray_node *node = &component->nodes.items[self->nodes.items[i]];
        double weight = pulls->weights[self->nodes.items[i]] + stay_weight;
        double wish = pulls->sums[self->nodes.items[i]] + node->y * stay_weight;

        if (i > 0) {
            const struct ray_node *above = &component->nodes.items[self->nodes.items[i - 1]];

            offsets[i] = offsets[i - 1] + above->height + space_between(above, node);
        }
        blocks[nblocks++] = (struct block){wish - offsets[i] * weight, weight, 1};
        while (nblocks > 1 && blocks[nblocks - 2].sum / blocks[nblocks - 2].weight >=
                                  blocks[nblocks - 1].sum / blocks[nblocks - 1].weight) {
            blocks[nblocks - 2].sum += blocks[nblocks - 1].sum;
            blocks[nblocks - 2].weight += blocks[nblocks - 1].weight;
            blocks[nblocks - 2].count += blocks[nblocks - 1].count;
            nblocks--;
        }
    }
    for (size_t b = 0; b < nblocks; b++)
        for (size_t i = 0; i < blocks[b].count; i++, at++)
            component->nodes.items[self->nodes.items[at]].y = blocks[b].sum / blocks[b].weight +
                                                              offsets[at];
}

static void
stack(struct ray_component *component, size_t layer)
{
    double y = 0;

    for (size_t i = 0; i < component->layers[layer].nodes.len; i++) {
        struct ray_node *node = &component->nodes.items[component->layers[layer].nodes.items[i]];

        node->y = y;
        y += node->height + RAY_SPACE;
    }
}

/* From one side to the other, by the neighbours on the side where it came from; in the end by those on both. */
static void
sweep(struct ray_component *component, bool rightward, bool both)
{
    size_t count = component->nlayers;
    struct ray_arena *scratch = ray_arena_new();

    for (size_t i = 0; i < count; i++) {
        size_t layer = rightward ? i : count - 1 - i;
        struct pulls pulls = {RAY_NEW_ARRAY(scratch, double, component->nodes.len),
                              RAY_NEW_ARRAY(scratch, double, component->nodes.len)};

        if (layer > 0 && (rightward || both))
            pull_all(component, &pulls, layer - 1, true);
        if (layer + 1 < count && (!rightward || both))
            pull_all(component, &pulls, layer, false);
        settle(component, &pulls, layer);
        ray_arena_reset(scratch);
    }
    ray_arena_free(scratch);
}

void
ray_component_place(struct ray_component *component)
{
    double top = INFINITY;

    for (size_t i = 0; i < component->nlayers; i++)
        stack(component, i);
    for (int i = 0; i < SWEEPS; i++)
        sweep(component, i % 2 == 0, i > 3);
    for (size_t i = 0; i < component->nodes.len; i++)
        top = fmin(top, component->nodes.items[i].y);
    for (size_t i = 0; i < component->nodes.len; i++)
        component->nodes.items[i].y = round(component->nodes.items[i].y - top);
}
