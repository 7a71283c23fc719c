/*
 * A relationship diagram: tables with their columns, and an edge for each foreign key. It is made from a catalog,
 * whatever that came from; a layout (layout.h) gives it places; the writers (writers.h) give it a form.
 *
 * Views are no part of it, and neither are partitions, which say again what their parent says.
 */
#ifndef RAY_DIAGRAM_DIAGRAM_H
#define RAY_DIAGRAM_DIAGRAM_H

#include "base/vec.h"
#include "catalog/object.h"

struct ray_diagram_column {
    const char *name;
    const char *type;
    const char *shown; /* both as they are drawn: visible, cut to some forty columns */
    const char *shown_type;
    bool primary; /* of the primary key; likewise below */
    bool unique;  /* unique by itself */
    bool foreign; /* of some foreign key */
    bool not_null;
};

struct ray_diagram_table {
    const struct ray_object *object;
    const char *schema;
    const char *name;
    const char *shown;        /* the name as it is drawn */
    const char *shown_schema; /* "" where all tables of the diagram are in one schema */
    const char *comment;      /* NULL: none */
    RAY_VEC(struct ray_diagram_column) columns;
    size_t hidden; /* columns that are left out */

    int x, y; /* of the upper left corner, in pixels; after ray_diagram_arrange */
    int width, height;
};

struct ray_diagram_point {
    int x, y;
};

struct ray_diagram_edge {
    const struct ray_object *key; /* the foreign key */
    const char *name;
    size_t from, to;            /* tables, by index: who refers, who is referred to */
    RAY_VEC(size_t) columns;    /* by index in their tables */
    RAY_VEC(size_t) to_columns; /* likewise */
    bool unique;                /* the columns are a key of their table: at most one row refers */
    bool not_null;              /* each row refers */
    const char *on_delete;      /* "cascade"; NULL: no action */

    /* From the referring column to the one referred to, with a corner at each point between. */
    RAY_VEC(struct ray_diagram_point) route;
};

struct ray_diagram {
    struct ray_arena *arena;
    RAY_VEC(struct ray_diagram_table) tables; /* as they stand in the catalog: by schema and name */
    RAY_VEC(struct ray_diagram_edge) edges;
    int width, height; /* in pixels */
};

struct ray_diagram_options {
    const char *const *tables; /* globs, "users" or "auth.*"; ntables 0: all */
    size_t ntables;
    const char *const *schemas; /* globs; nschemas 0: all */
    size_t nschemas;
    int hops;       /* and what is so many foreign keys away from those tables */
    bool keys_only; /* of the columns those of keys alone */
};

/* The tables that the options choose, without places. RAY_USAGE where a glob of tables or schemas matches nothing. */
bool ray_diagram_new(struct ray_arena *arena, const struct ray_catalog *catalog,
                     const struct ray_diagram_options *options, struct ray_diagram **out,
                     struct ray_err *err) RAY_MUST_CHECK;

#endif
