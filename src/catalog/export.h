/* A catalog as a script of DDL that psql and raymig can run. */
#ifndef RAY_CATALOG_EXPORT_H
#define RAY_CATALOG_EXPORT_H

#include "base/buf.h"
#include "catalog/object.h"

/* Appends the script: the same catalog gives the same bytes. */
bool ray_catalog_export(const struct ray_catalog *catalog, struct ray_buf *out,
                        struct ray_err *err) RAY_MUST_CHECK;

#endif
