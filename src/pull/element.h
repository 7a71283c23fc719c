/*
 * One element of an index or an exclusion, as the server deparsed it: "lower(email) COLLATE \"C\" text_ops
 * DESC NULLS LAST", "room WITH =". Taken apart for Lua and for the names that PostgreSQL chooses.
 */
#ifndef RAY_PULL_ELEMENT_H
#define RAY_PULL_ELEMENT_H

#include "base/arena.h"

#include <stdbool.h>

struct ray_element {
    const char *column;     /* without quotes; NULL: an expression */
    const char *expression; /* NULL: a column */
    const char *collation;  /* as SQL; NULL: none; likewise below */
    const char *opclass;    /* with its parameters */
    const char *operator_;  /* of an exclusion */
    const char *nulls;      /* "first", "last", where that is not what the direction has */
    bool descending;
};

/* False where something in it is not understood. */
bool ray_element_read(struct ray_arena *arena, const char *text, struct ray_element *out);

/* What PostgreSQL calls it in names (FigureIndexColname()); NULL where that is not known here. */
const char *ray_element_name(struct ray_arena *arena, const struct ray_element *element);

#endif
