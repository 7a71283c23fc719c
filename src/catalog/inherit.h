/* What a partition or an inheriting table has from its parent is not made by itself. */
#ifndef RAY_CATALOG_INHERIT_H
#define RAY_CATALOG_INHERIT_H

#include "catalog/object.h"

/* Sets `implied` on the columns, defaults and checks that come from a parent, in a finished catalog. */
void ray_catalog_inherit(const struct ray_catalog *catalog);

/* True where the table is written as PARTITION OF: its columns stand as the parent's do. */
bool ray_table_is_like_parent(const struct ray_catalog *catalog, const struct ray_object *table);

/* True where the table has all columns of its parents by itself, in an order that INHERITS would not give: it was made
 * without parents, which it got later. */
bool ray_table_joins_parents(const struct ray_catalog *catalog, const struct ray_object *table);

/* The column of the first parent that has it; NULL where none has. */
const struct ray_object *ray_column_base(const struct ray_catalog *catalog,
                                         const struct ray_object *column);

#endif
