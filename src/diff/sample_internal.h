/* What the files of made-up rows share; nothing else includes it. */
#ifndef RAY_DIFF_SAMPLE_INTERNAL_H
#define RAY_DIFF_SAMPLE_INTERNAL_H

#include "base/map.h"
#include "catalog/list.h"
#include "diff/sample.h"

enum { RAY_SAMPLE_ROWS = 3 };

/* By type and hints: a ray_list. */
struct ray_sampler {
    struct ray_arena *arena;
    struct ray_map values;
};

struct ray_sampling {
    struct ray_arena *arena; /* of one filling */
    struct ray_conn *conn;
    const struct ray_catalog *catalog;
    struct ray_sampler *kept;
    struct ray_map values; /* likewise, of types that migrations make and change */
    struct ray_map filled; /* by the table's label */
    bool has_function;
};

/* sample_value.c: the values that the server takes for the column, the likeliest first. An empty list: none. */
bool ray_sample_values(struct ray_sampling *sampling, const struct ray_object *table,
                       const struct ray_object *column, const ray_list **out,
                       struct ray_err *err) RAY_MUST_CHECK;

#endif
