/* How a column's values get from one type to another. */
#ifndef RAY_KIND_CONVERT_H
#define RAY_KIND_CONVERT_H

#include "catalog/ddl.h"

/*
 * What stands behind USING in ALTER COLUMN ... TYPE, for a column whose type changes: what the schema says of it;
 * NULL where an assignment does by itself, which never cuts a text short without a word as a cast does;
 * "c::type" where the server has a cast; else "c::text::type": any value can be written and read, and one that
 * does not read as the new type refuses it.
 */
const char *ray_column_conversion(const struct ray_ddl *ddl, const struct ray_object *from,
                                  const struct ray_object *to);

/* True where the last of these is all there is. */
bool ray_column_goes_by_text(const struct ray_ddl *ddl, const struct ray_object *from,
                             const struct ray_object *to);

#endif
