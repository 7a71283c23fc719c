/*
 * The steps of the layout: private to src/diagram.
 *
 * A component's tables are nodes in layers. All keys to one place of a table are a net: one line that leaves the
 * table there and branches. Where it passes a layer it has a lane there, a node that is only as high as the line.
 * A link is what a net has between two neighbouring layers.
 */
#ifndef RAY_DIAGRAM_LAYOUT_INTERNAL_H
#define RAY_DIAGRAM_LAYOUT_INTERNAL_H

#include "diagram/layout.h"

#define RAY_NONE SIZE_MAX

enum {
    RAY_LANE = 10,    /* height of a lane */
    RAY_SPACE = 30,   /* between tables of a layer */
    RAY_MARGIN = 34,  /* between a table and the first track */
    RAY_TRACK = 12,   /* between tracks */
    RAY_BETWEEN = 56, /* between components */
};

struct ray_node {
    size_t table; /* RAY_NONE: a lane */
    size_t layer;
    size_t place; /* in its layer, from above */
    double height;
    double y;
};

struct ray_net {
    size_t to;     /* node */
    size_t column; /* in its table; RAY_NONE: none, the table's head */
    bool leftward; /* who refers stands left of `to`: against the rule */
    bool not_null; /* of the keys; those that are and those that are not are nets of their own */
    double port;   /* from the node's upper edge */
    size_t *lanes; /* by layer: node; RAY_NONE */
    int *tracks;   /* by gutter: x */
    RAY_VEC(size_t) edges;
};

struct ray_link {
    size_t net;         /* a key of a table to itself has the table on both sides */
    size_t left, right; /* nodes; the left one's layer is the gutter's number */
    double left_port, right_port;
};

struct ray_layer {
    RAY_VEC(size_t) nodes; /* from above */
    int x, width;
    double height;
};

/* Between layer i and the one behind it. */
struct ray_gutter {
    RAY_VEC(struct ray_link) links;
    int width;
};

struct ray_component {
    struct ray_arena *arena; /* scratch */
    struct ray_diagram *diagram;
    RAY_VEC(struct ray_node) nodes; /* tables first */
    size_t ntables;
    RAY_VEC(size_t) edges; /* of the diagram; those from a table to itself, too */
    RAY_VEC(struct ray_net) nets;
    size_t *node_of; /* by table of the diagram */
    size_t *net_of;  /* by edge of the diagram */
    double *ports;   /* likewise: where it leaves its table, from the upper edge */
    size_t nlayers;
    struct ray_layer *layers;
    struct ray_gutter *gutters; /* nlayers of them: keys of a table to itself need one, too */
    int width, height;
};

/* layer.c: each table's layer. */
void ray_component_layer(struct ray_component *component);
/* net.c: nets, lanes, links. */
void ray_component_net(struct ray_component *component);
/* order.c: the order in each layer. */
void ray_component_order(struct ray_component *component);
/* place.c: y of all nodes. */
void ray_component_place(struct ray_component *component);
/* route.c: x of the layers, the edges' routes; width and height. */
void ray_component_route(struct ray_component *component);

#endif
