/*
 * Places for a diagram: layers from left to right, who is referred to left of who refers, so that most keys run one
 * way; few crossings; lines that go along between the layers, those to one key together. Components stand side by
 * side. The same diagram gives the same picture; time grows little faster than tables and keys.
 */
#ifndef RAY_DIAGRAM_LAYOUT_H
#define RAY_DIAGRAM_LAYOUT_H

#include "diagram/diagram.h"

/* What the writers draw by. Pixels. */
enum {
    RAY_DIAGRAM_HEAD = 34, /* height of a table's name */
    RAY_DIAGRAM_ROW = 22,  /* of a column */
    RAY_DIAGRAM_FOOT = 7,  /* below the last one */
    RAY_DIAGRAM_SIDE = 12, /* left and right of the text */
    RAY_DIAGRAM_TAG = 27,  /* width of PK and FK */
    RAY_DIAGRAM_GAP = 22,  /* between a name and its type */
    RAY_DIAGRAM_EDGE = 32, /* around the picture */
    RAY_DIAGRAM_MANY = 12, /* length of a crow's foot */
};

/* Sets places, sizes and routes. */
void ray_diagram_arrange(struct ray_diagram *diagram);

/* The middle of a column's row, from the table's upper edge. */
int ray_diagram_row_middle(size_t column);

/* Where the types stand, from the table's right edge; and names, from its left one. */
int ray_diagram_name_at(const struct ray_diagram_table *table);

#endif
