/* Nets: which keys run together, where they pass a layer, and what they have in each gutter. */
#include "diagram/layout_internal.h"

enum { ASIDE = 5 }; /* between two lines that leave one row on one side */

static double
row_middle(const struct ray_diagram_table *table, size_t column)
{
    return column < table->columns.len ? ray_diagram_row_middle(column) : RAY_DIAGRAM_HEAD / 2;
}

/* Several keys of one column leave their row one below the other. */
static void
set_port(struct ray_component *component, size_t number)
{
    const struct ray_diagram *diagram = component->diagram;
    const struct ray_diagram_edge *edge = &diagram->edges.items[number];
    size_t column = edge->columns.len > 0 ? edge->columns.items[0] : RAY_NONE;
    int same = 0;

    for (size_t i = number; i > 0; i--) {
        const struct ray_diagram_edge *other = &diagram->edges.items[i - 1];

        if (other->from != edge->from)
            break; /* a table's keys stand together */
        same += other->columns.len > 0 && other->columns.items[0] == column;
    }
    component->ports[number] = row_middle(&diagram->tables.items[edge->from], column) +
                               (same % 2 == 0 ? same / 2 : -(same + 1) / 2) * ASIDE;
}

static size_t
layer_of(const struct ray_component *component, size_t node)
{
    return component->nodes.items[node].layer;
}

static size_t
source_of(const struct ray_component *component, size_t edge)
{
    return component->node_of[component->diagram->edges.items[edge].from];
}

/* ---------------------------------------------------------------- which run together */

static size_t
find_net(struct ray_component *component, const struct ray_net *like)
{
    struct ray_net *net;

    for (size_t i = 0; i < component->nets.len; i++) {
        net = &component->nets.items[i];
        if (net->to == like->to && net->column == like->column && net->leftward == like->leftward &&
            net->not_null == like->not_null)
            return i;
    }
    net = ray_vec_add(component->arena, &component->nets);
    *net = *like;
    net->tracks = RAY_NEW_ARRAY(component->arena, int, component->nlayers);
    net->lanes = RAY_NEW_ARRAY(component->arena, size_t, component->nlayers);
    for (size_t i = 0; i < component->nlayers; i++)
        net->lanes[i] = RAY_NONE;
    return component->nets.len - 1;
}

static void
add_to_net(struct ray_component *component, size_t number)
{
    const struct ray_diagram_edge *edge = &component->diagram->edges.items[number];
    size_t to = component->node_of[edge->to];
    struct ray_net net = {
        .to = to,
        .column = edge->to_columns.len > 0 ? edge->to_columns.items[0] : RAY_NONE,
        .leftward = layer_of(component, source_of(component, number)) < layer_of(component, to),
        .not_null = edge->not_null,
    };
    size_t found = find_net(component, &net);

    component->net_of[number] = found;
    *ray_vec_add(component->arena, &component->nets.items[found].edges) = number;
}

/* Of two nets at one place that differ in whether a row must refer, each has its own end. */
static void
set_net_port(struct ray_component *component, size_t number)
{
    struct ray_net *net = &component->nets.items[number];
    const struct ray_diagram_table *table =
        &component->diagram->tables.items[component->nodes.items[net->to].table];

    net->port = row_middle(table, net->column);
    for (size_t i = 0; i < component->nets.len; i++) {
        const struct ray_net *other = &component->nets.items[i];

        if (i != number && other->to == net->to && other->column == net->column &&
            other->leftward == net->leftward)
            net->port += net->not_null ? -ASIDE : ASIDE;
    }
}

/* ---------------------------------------------------------------- lanes and links */

static void
add_lane(struct ray_component *component, struct ray_net *net, size_t layer)
{
    struct ray_node *node = ray_vec_add(component->arena, &component->nodes);

    net->lanes[layer] = component->nodes.len - 1;
    node->table = RAY_NONE;
    node->layer = layer;
    node->height = RAY_LANE;
}

static void
add_link(struct ray_component *component, size_t gutter, size_t net, size_t left, double left_port,
         size_t right, double right_port)
{
    struct ray_link *link = ray_vec_add(component->arena, &component->gutters[gutter].links);

    *link = (struct ray_link){net, left, right, left_port, right_port};
}

/* The net's main line in a layer: the table itself, or a lane. */
static size_t
trunk(const struct ray_component *component, const struct ray_net *net, size_t layer, double *port)
{
    bool at_table = layer == layer_of(component, net->to);

    *port = at_table ? net->port : RAY_LANE / 2.0;
    return at_table ? net->to : net->lanes[layer];
}

static void
link_lanes(struct ray_component *component, size_t number, size_t first, size_t last)
{
    const struct ray_net *net = &component->nets.items[number];

    for (size_t gutter = first; gutter < last; gutter++) {
        double left_port;
        double right_port;
        size_t left = trunk(component, net, gutter, &left_port);
        size_t right = trunk(component, net, gutter + 1, &right_port);

        if (left != RAY_NONE && right != RAY_NONE)
            add_link(component, gutter, number, left, left_port, right, right_port);
    }
}

static void
link_edge(struct ray_component *component, size_t number, size_t edge)
{
    const struct ray_net *net = &component->nets.items[number];
    size_t source = source_of(component, edge);
    size_t layer = layer_of(component, source);
    double own = component->ports[edge];
    double port;
    size_t other;

    if (source == net->to) {
        add_link(component, layer, number, source, own, source, net->port);
    } else if (net->leftward) {
        other = trunk(component, net, layer + 1, &port);
        add_link(component, layer, number, source, own, other, port);
    } else {
        other = trunk(component, net, layer - 1, &port);
        add_link(component, layer - 1, number, other, port, source, own);
    }
}

static void
link_net(struct ray_component *component, size_t number)
{
    struct ray_net *net = &component->nets.items[number];
    size_t first = layer_of(component, net->to);
    size_t last = first;

    for (size_t i = 0; i < net->edges.len; i++) {
        size_t layer = layer_of(component, source_of(component, net->edges.items[i]));

        first = layer < first ? layer : first;
        last = layer > last ? layer : last;
    }
    for (size_t layer = first + 1; layer < last; layer++)
        add_lane(component, net, layer);
    link_lanes(component, number, first, last);
    for (size_t i = 0; i < net->edges.len; i++)
        link_edge(component, number, net->edges.items[i]);
}

void
ray_component_net(struct ray_component *component)
{
    struct ray_arena *arena = component->arena;

    component->layers = RAY_NEW_ARRAY(arena, struct ray_layer, component->nlayers);
    component->gutters = RAY_NEW_ARRAY(arena, struct ray_gutter, component->nlayers);
    for (size_t i = 0; i < component->edges.len; i++) {
        set_port(component, component->edges.items[i]);
        add_to_net(component, component->edges.items[i]);
    }
    for (size_t i = 0; i < component->nets.len; i++)
        set_net_port(component, i);
    for (size_t i = 0; i < component->nets.len; i++)
        link_net(component, i);
}
