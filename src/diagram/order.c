/* Few crossings: each layer is sorted by where its neighbours stand, to and fro, and the best order of all is kept. */
#include "diagram/layout_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SWEEPS = 24 };

struct ordering {
    struct ray_component *component;
    double *sums; /* by node, in sorting */
    size_t *best; /* by node: its place */
    size_t *tree; /* in counting */
};

struct ends {
    double left;
    double right;
};

/* Where a link ends, in places: a port further down a table counts a little more. */
static double
end_of(const struct ray_component *component, size_t node, double port)
{
    const struct ray_node *self = &component->nodes.items[node];

    return (double)self->place + port / (self->height + 1);
}

/* ---------------------------------------------------------------- crossings */

static int
compare_ends(const void *left, const void *right)
{
    const struct ends *a = left;
    const struct ends *b = right;

    if (a->left != b->left)
        return a->left < b->left ? -1 : 1;
    return a->right < b->right ? -1 : a->right > b->right;
}

static int
compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return a < b ? -1 : a > b;
}

static size_t
rank_of(const double *sorted, size_t count, double value)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Inversions of the right ends, the left ones sorted, by a tree of sums. */
static size_t
count_gutter(struct ordering *o, const struct ray_gutter *gutter)
{
    struct ends *ends = RAY_NEW_ARRAY(o->component->arena, struct ends, gutter->links.len + 1);
    double *right = RAY_NEW_ARRAY(o->component->arena, double, gutter->links.len + 1);
    size_t count = 0;
    size_t crossings = 0;

    for (size_t i = 0; i < gutter->links.len; i++) {
        const struct ray_link *link = &gutter->links.items[i];

        if (link->left == link->right)
            continue;
        ends[count].left = end_of(o->component, link->left, link->left_port);
        ends[count].right = end_of(o->component, link->right, link->right_port);
        right[count] = ends[count].right;
        count++;
    }
    qsort(ends, count, sizeof(*ends), compare_ends);
    qsort(right, count, sizeof(*right), compare_numbers);
    memset(o->tree, 0, (count + 1) * sizeof(*o->tree));
    for (size_t i = 0; i < count; i++) {
        size_t rank = rank_of(right, count, ends[i].right) + 1;
        size_t below = 0;

        for (size_t at = rank; at > 0; at -= at & (~at + 1))
            below += o->tree[at];
        crossings += i - below;
        for (size_t at = rank; at <= count; at += at & (~at + 1))
            o->tree[at]++;
    }
    return crossings;
}

static size_t
count_crossings(struct ordering *o)
{
    size_t crossings = 0;

    for (size_t i = 0; i + 1 < o->component->nlayers; i++)
        crossings += count_gutter(o, &o->component->gutters[i]);
    return crossings;
}

/* ---------------------------------------------------------------- sweeps */

struct item {
    double key;
    size_t place;
    size_t node;
};

static int
compare_items(const void *left, const void *right)
{
    const struct item *a = left;
    const struct item *b = right;

    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->place < b->place ? -1 : 1;
}

/* Sorts a layer by the mean of its neighbours in a gutter, which is at its left or at its right. */
static void
sort_layer(struct ordering *o, size_t layer, size_t gutter, bool at_left)
{
    struct ray_component *component = o->component;
    struct ray_layer *self = &component->layers[layer];
    struct item *items = RAY_NEW_ARRAY(component->arena, struct item, self->nodes.len);
    double *sums = o->sums;
    size_t *counts = RAY_NEW_ARRAY(component->arena, size_t, component->nodes.len);

    for (size_t i = 0; i < self->nodes.len; i++)
        sums[self->nodes.items[i]] = 0;
    for (size_t i = 0; i < component->gutters[gutter].links.len; i++) {
        const struct ray_link *link = &component->gutters[gutter].links.items[i];
        size_t node = at_left ? link->right : link->left;

        if (link->left == link->right)
            continue;
        sums[node] += at_left ? end_of(component, link->left, link->left_port)
                              : end_of(component, link->right, link->right_port);
        counts[node]++;
    }
    for (size_t i = 0; i < self->nodes.len; i++) {
        size_t node = self->nodes.items[i];

        items[i].node = node;
        items[i].place = i;
        items[i].key = counts[node] == 0 ? (double)i : sums[node] / (double)counts[node];
    }
    qsort(items, self->nodes.len, sizeof(*items), compare_items);
    for (size_t i = 0; i < self->nodes.len; i++) {
        self->nodes.items[i] = items[i].node;
        component->nodes.items[items[i].node].place = i;
    }
}

static void
sweep(struct ordering *o, bool rightward)
{
    size_t count = o->component->nlayers;

    for (size_t i = 1; i < count; i++) {
        if (rightward)
            sort_layer(o, i, i - 1, true);
        else
            sort_layer(o, count - 1 - i, count - 1 - i, false);
    }
}

static void
keep(struct ordering *o)
{
    for (size_t i = 0; i < o->component->nodes.len; i++)
        o->best[i] = o->component->nodes.items[i].place;
}

static void
restore(struct ordering *o)
{
    struct ray_component *component = o->component;

    for (size_t i = 0; i < component->nodes.len; i++) {
        struct ray_node *node = &component->nodes.items[i];

        node->place = o->best[i];
        component->layers[node->layer].nodes.items[node->place] = i;
    }
}

void
ray_component_order(struct ray_component *component)
{
    struct ray_arena *lasting = component->arena;
    struct ordering o = {.component = component};
    size_t most = 0;
    size_t least;

    for (size_t i = 0; i < component->nodes.len; i++) {
        struct ray_layer *layer = &component->layers[component->nodes.items[i].layer];

        component->nodes.items[i].place = layer->nodes.len;
        *ray_vec_add(lasting, &layer->nodes) = i;
    }
    for (size_t i = 0; i < component->nlayers; i++)
        most = component->gutters[i].links.len > most ? component->gutters[i].links.len : most;
    o.sums = RAY_NEW_ARRAY(lasting, double, component->nodes.len);
    o.best = RAY_NEW_ARRAY(lasting, size_t, component->nodes.len);
    o.tree = RAY_NEW_ARRAY(lasting, size_t, most + 2);
    component->arena = ray_arena_new(); /* of the sweeps */
    least = count_crossings(&o);
    keep(&o);
    for (int i = 0; i < SWEEPS && least > 0; i++) {
        size_t crossings;

        sweep(&o, i % 2 == 0);
        crossings = count_crossings(&o);
        if (crossings < least) {
            least = crossings;
            keep(&o);
        }
        ray_arena_reset(component->arena);
    }
    restore(&o);
    ray_arena_free(component->arena);
    component->arena = lasting;
}
