/* The layout: sizes, components one by one (layout_internal.h has their steps), and the components side by side. */
#include "diagram/layout_internal.h"

#include "base/term.h"

#include <math.h>
#include <stdlib.h>

static const double char_width = 7.3; /* of the widest common monospaced font, at 12 px */
static const double ratio = 1.6;      /* of width to height, as a screen has it */

int
ray_diagram_row_middle(size_t column)
{
    return RAY_DIAGRAM_HEAD + (int)column * RAY_DIAGRAM_ROW + RAY_DIAGRAM_ROW / 2 + 3;
}

int
ray_diagram_name_at(const struct ray_diagram_table *table)
{
    for (size_t i = 0; i < table->columns.len; i++)
        if (table->columns.items[i].primary && table->columns.items[i].foreign)
            return RAY_DIAGRAM_SIDE + 2 * RAY_DIAGRAM_TAG - 4;
    return RAY_DIAGRAM_SIDE + RAY_DIAGRAM_TAG;
}

static int
text_pixels(const char *text)
{
    return (int)ceil(ray_text_width(text) * char_width);
}

static int
larger(int a, int b)
{
    return a > b ? a : b;
}

static void
set_size(struct ray_diagram_table *table)
{
    int schema = table->shown_schema[0] == '\0' ? 0 : text_pixels(table->shown_schema) + 8;
    int width = schema + text_pixels(table->shown) + 2 * RAY_DIAGRAM_SIDE + 6;
    size_t rows = table->columns.len + (table->hidden > 0 ? 1 : 0);

    for (size_t i = 0; i < table->columns.len; i++) {
        const struct ray_diagram_column *column = &table->columns.items[i];

        width = larger(width, ray_diagram_name_at(table) + text_pixels(column->shown) +
                                  RAY_DIAGRAM_GAP + text_pixels(column->shown_type) +
                                  RAY_DIAGRAM_SIDE + (column->not_null ? 0 : 8));
    }
    table->width = larger(width, 130);
    table->height = RAY_DIAGRAM_HEAD + (int)rows * RAY_DIAGRAM_ROW +
                    (rows > 0 ? RAY_DIAGRAM_FOOT : 0);
}

/* ---------------------------------------------------------------- components */

static size_t
root_of(size_t *parents, size_t at)
{
    while (parents[at] != at) {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    return at;
}

/* By table, the first table of its component. */
static size_t *
find_roots(struct ray_arena *arena, const struct ray_diagram *diagram)
{
    size_t *parents = RAY_NEW_ARRAY(arena, size_t, diagram->tables.len + 1);

    for (size_t i = 0; i < diagram->tables.len; i++)
        parents[i] = i;
    for (size_t i = 0; i < diagram->edges.len; i++) {
        size_t a = root_of(parents, diagram->edges.items[i].from);
        size_t b = root_of(parents, diagram->edges.items[i].to);

        if (a < b)
            parents[b] = a;
        else
            parents[a] = b;
    }
    for (size_t i = 0; i < diagram->tables.len; i++)
        parents[i] = root_of(parents, i);
    return parents;
}

typedef RAY_VEC(struct ray_component) components;

static void
split(struct ray_arena *arena, struct ray_diagram *diagram, components *out)
{
    size_t *roots = find_roots(arena, diagram);
    size_t *node_of = RAY_NEW_ARRAY(arena, size_t, diagram->tables.len + 1);
    size_t *net_of = RAY_NEW_ARRAY(arena, size_t, diagram->edges.len + 1);
    double *ports = RAY_NEW_ARRAY(arena, double, diagram->edges.len + 1);
    size_t *number = RAY_NEW_ARRAY(arena, size_t, diagram->tables.len + 1);

    for (size_t i = 0; i < diagram->tables.len; i++) {
        struct ray_component *component;
        struct ray_node *node;

        if (roots[i] == i) {
            number[i] = out->len;
            component = ray_vec_add(arena, out);
            component->arena = arena;
            component->diagram = diagram;
            component->node_of = node_of;
            component->net_of = net_of;
            component->ports = ports;
        }
        component = &out->items[number[roots[i]]];
        node_of[i] = component->nodes.len;
        node = ray_vec_add(arena, &component->nodes);
        node->table = i;
        node->height = diagram->tables.items[i].height;
        component->ntables++;
    }
    for (size_t i = 0; i < diagram->edges.len; i++)
        *ray_vec_add(arena, &out->items[number[roots[diagram->edges.items[i].from]]].edges) = i;
}

/* ---------------------------------------------------------------- side by side */

struct box {
    const struct ray_component *component;
    size_t number;
    int x;
    int y;
};

static int
compare_boxes(const void *left, const void *right)
{
    const struct box *a = left;
    const struct box *b = right;

    if (a->component->height != b->component->height)
        return a->component->height > b->component->height ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

static void
move(const struct ray_component *component, int x, int y)
{
    for (size_t i = 0; i < component->ntables; i++) {
        struct ray_diagram_table *table =
            &component->diagram->tables.items[component->nodes.items[i].table];

        table->x += x;
        table->y += y;
    }
    for (size_t i = 0; i < component->edges.len; i++) {
        struct ray_diagram_edge *edge = &component->diagram->edges.items[component->edges.items[i]];

        for (size_t p = 0; p < edge->route.len; p++) {
            edge->route.items[p].x += x;
            edge->route.items[p].y += y;
        }
    }
}

/* Shelves: the highest first, from left to right, a new shelf where the width is used up. */
static void
pack(struct ray_arena *arena, struct ray_diagram *diagram, const components *all)
{
    struct box *boxes = RAY_NEW_ARRAY(arena, struct box, all->len + 1);
    double area = 0;
    int most = 0;
    int x = 0;
    int y = 0;
    int shelf = 0;

    for (size_t i = 0; i < all->len; i++) {
        const struct ray_component *component = &all->items[i];

        boxes[i] = (struct box){component, i, 0, 0};
        area += (double)(component->width + RAY_BETWEEN) * (component->height + RAY_BETWEEN);
        most = larger(most, component->width);
    }
    most = larger(most, (int)sqrt(area * ratio));
    qsort(boxes, all->len, sizeof(*boxes), compare_boxes);
    for (size_t i = 0; i < all->len; i++) {
        if (x > 0 && x + boxes[i].component->width > most) {
            x = 0;
            y += shelf + RAY_BETWEEN;
            shelf = 0;
        }
        move(boxes[i].component, x + RAY_DIAGRAM_EDGE, y + RAY_DIAGRAM_EDGE);
        x += boxes[i].component->width;
        diagram->width = larger(diagram->width, x);
        x += RAY_BETWEEN;
        shelf = larger(shelf, boxes[i].component->height);
    }
    diagram->width += 2 * RAY_DIAGRAM_EDGE;
    diagram->height = y + shelf + 2 * RAY_DIAGRAM_EDGE;
}

void
ray_diagram_arrange(struct ray_diagram *diagram)
{
    struct ray_arena *scratch = ray_arena_new();
    components all = {0};

    diagram->width = 0;
    for (size_t i = 0; i < diagram->tables.len; i++)
        set_size(&diagram->tables.items[i]);
    split(scratch, diagram, &all);
    for (size_t i = 0; i < all.len; i++) {
        ray_component_layer(&all.items[i]);
        ray_component_net(&all.items[i]);
        ray_component_order(&all.items[i]);
        ray_component_place(&all.items[i]);
        ray_component_route(&all.items[i]);
    }
    pack(scratch, diagram, &all);
    ray_arena_free(scratch);
}
