/*
 * Columns that hold a domain's values inside of other types: of arrays, composites, ranges, and tables as row types.
 * While there is one, PostgreSQL refuses a constraint of the domain for which it would have to look at values
 * (get_rels_with_domain() in typecmds.c). And columns that hold rows, of a composite or as a table has them, by
 * themselves or inside of other types: while there is one, it refuses another type of what is in the rows
 * (find_composite_type_dependencies() in tablecmds.c).
 */
#ifndef RAY_DIFF_WITHIN_H
#define RAY_DIFF_WITHIN_H

#include "catalog/object.h"

/* The columns of tables and materialized views; `dependents`, by index: what needs an object. `types` gets what is
 * made of the type and has its values inside: composites, domains over arrays, ranges. */
void ray_columns_within(struct ray_arena *arena, const struct ray_catalog *catalog,
                        const ray_objects *dependents, const struct ray_object *type,
                        ray_objects *out, ray_objects *types);

#endif
