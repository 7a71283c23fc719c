/*
 * Routes: a line leaves a table to the side, turns once in each gutter, on the track that its net has there, and
 * passes layers on the net's lane. Lines that would run over each other have tracks of their own, in an order in
 * which those beside each other do not cross.
 */
#include "diagram/layout_internal.h"

#include <math.h>
#include <stdlib.h>

/* What a net covers of a gutter. */
struct span {
    size_t net;
    double top;
    double bottom;
    double trunk; /* y of the main line */
    size_t track;
};

static void
cover(struct span *span, double y)
{
    span->top = fmin(span->top, y);
    span->bottom = fmax(span->bottom, y);
}

static double
y_of(const struct ray_component *component, size_t node, double port)
{
    return round(component->nodes.items[node].y + port);
}

/* Lines that go down on their way to the right: the lower one first; those that go up, the higher one first. */
static int
compare_spans(const void *left, const void *right)
{
    const struct span *a = left;
    const struct span *b = right;
    bool a_down = a->bottom - a->trunk >= a->trunk - a->top;
    bool b_down = b->bottom - b->trunk >= b->trunk - b->top;

    if (a_down != b_down)
        return a_down ? 1 : -1;
    if (a->trunk != b->trunk)
        return (a->trunk > b->trunk) == a_down ? -1 : 1;
    return a->net < b->net ? -1 : 1;
}

static size_t
find_spans(struct ray_component *component, size_t gutter, struct span *spans)
{
    size_t *numbers = RAY_NEW_ARRAY(component->arena, size_t, component->nets.len);
    size_t count = 0;

    for (size_t i = 0; i < component->gutters[gutter].links.len; i++) {
        const struct ray_link *link = &component->gutters[gutter].links.items[i];
        const struct ray_net *net = &component->nets.items[link->net];
        double left = y_of(component, link->left, link->left_port);
        double right = y_of(component, link->right, link->right_port);
        struct span *span;

        if (numbers[link->net] == 0) {
            double trunk = net->leftward || link->left == link->right ? right : left;

            numbers[link->net] = count + 1;
            spans[count++] = (struct span){link->net, left, left, trunk, 0};
        }
        span = &spans[numbers[link->net] - 1];
        cover(span, left);
        cover(span, right);
    }
    return count;
}

/* Behind the tracks of all before it that it would touch. Returns how many there are. */
static size_t
assign_tracks(struct span *spans, size_t count)
{
    size_t ntracks = 0;

    qsort(spans, count, sizeof(*spans), compare_spans);
    for (size_t i = 0; i < count; i++) {
        size_t track = 0;

        for (size_t b = 0; b < i; b++)
            if (spans[b].top != spans[b].bottom && spans[b].top < spans[i].bottom + RAY_LANE &&
                spans[i].top < spans[b].bottom + RAY_LANE && spans[b].track >= track)
                track = spans[b].track + 1;
        spans[i].track = track;
        if (spans[i].top != spans[i].bottom)
            ntracks = track + 1 > ntracks ? track + 1 : ntracks;
    }
    return ntracks;
}

/* Sets x of the layers and the tracks; returns the width of all. */
static int
set_columns(struct ray_component *component)
{
    struct span *spans = RAY_NEW_ARRAY(component->arena, struct span, component->nets.len + 1);
    int x = 0;

    for (size_t i = 0; i < component->nlayers; i++) {
        struct ray_layer *layer = &component->layers[i];
        bool is_last = i + 1 == component->nlayers;
        size_t count = find_spans(component, i, spans);
        size_t ntracks = assign_tracks(spans, count);

        layer->x = x;
        for (size_t n = 0; n < layer->nodes.len; n++) {
            size_t table = component->nodes.items[layer->nodes.items[n]].table;
            int width = table == RAY_NONE ? 0 : component->diagram->tables.items[table].width;

            layer->width = width > layer->width ? width : layer->width;
        }
        x += layer->width;
        for (size_t s = 0; s < count; s++)
            component->nets.items[spans[s].net].tracks[i] = x + RAY_MARGIN +
                                                            (int)spans[s].track * RAY_TRACK;
        if (ntracks > 0)
            x += RAY_MARGIN + (int)(ntracks - 1) * RAY_TRACK + (is_last ? RAY_LANE : RAY_MARGIN);
        else if (!is_last)
            x += 2 * RAY_MARGIN;
    }
    return x;
}

/* ---------------------------------------------------------------- one edge */

static void
add_point(struct ray_component *component, struct ray_diagram_edge *edge, double x, double y)
{
    struct ray_diagram_point *point = ray_vec_add(component->diagram->arena, &edge->route);

    point->x = (int)x;
    point->y = (int)y;
}

/* To the net's track in a gutter, and there to another height. */
static void
turn(struct ray_component *component, struct ray_diagram_edge *edge, const struct ray_net *net,
     size_t gutter, double *y, double to)
{
    if (*y == to)
        return;
    add_point(component, edge, net->tracks[gutter], *y);
    add_point(component, edge, net->tracks[gutter], to);
    *y = to;
}

static double
trunk_y(const struct ray_component *component, const struct ray_net *net, size_t layer)
{
    if (layer == component->nodes.items[net->to].layer)
        return y_of(component, net->to, net->port);
    return y_of(component, net->lanes[layer], RAY_LANE / 2.0);
}

static void
route(struct ray_component *component, size_t number)
{
    struct ray_diagram *diagram = component->diagram;
    struct ray_diagram_edge *edge = &diagram->edges.items[number];
    const struct ray_net *net = &component->nets.items[component->net_of[number]];
    const struct ray_diagram_table *source = &diagram->tables.items[edge->from];
    const struct ray_diagram_table *target = &diagram->tables.items[edge->to];
    size_t from = component->nodes.items[component->node_of[edge->from]].layer;
    size_t to = component->nodes.items[net->to].layer;
    double y = y_of(component, component->node_of[edge->from], component->ports[number]);
    bool leaves_right = net->leftward || edge->from == edge->to;

    add_point(component, edge, leaves_right ? source->x + source->width : source->x, y);
    if (edge->from == edge->to)
        turn(component, edge, net, from, &y, trunk_y(component, net, to));
    for (size_t layer = from; !net->leftward && layer > to; layer--)
        turn(component, edge, net, layer - 1, &y, trunk_y(component, net, layer - 1));
    for (size_t layer = from; net->leftward && layer < to; layer++)
        turn(component, edge, net, layer, &y, trunk_y(component, net, layer + 1));
    add_point(component, edge, net->leftward ? target->x : target->x + target->width, y);
}

void
ray_component_route(struct ray_component *component)
{
    component->width = set_columns(component);
    for (size_t i = 0; i < component->nodes.len; i++) {
        const struct ray_node *node = &component->nodes.items[i];
        int bottom = (int)(node->y + node->height);

        component->height = bottom > component->height ? bottom : component->height;
        if (node->table == RAY_NONE)
            continue;
        component->diagram->tables.items[node->table].x = component->layers[node->layer].x;
        component->diagram->tables.items[node->table].y = (int)node->y;
    }
    for (size_t i = 0; i < component->edges.len; i++)
        route(component, component->edges.items[i]);
}
