/* The order that NOT NULL constraints (18 and newer) ask of tables beyond what pg_depend knows. */
#ifndef RAY_CATALOG_NOT_NULL_H
#define RAY_CATALOG_NOT_NULL_H

#include "catalog/object.h"

/* Adds the edges, in a finished catalog. */
void ray_catalog_not_null(const struct ray_catalog *catalog);

#endif
