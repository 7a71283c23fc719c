/*
 * The order in which objects can be made: each after what it needs, and else as they stand in the catalog. A
 * column stands in its table's statement, and so do defaults and constraints, unless what they need needs
 * the table; then they follow by themselves.
 */
#ifndef RAY_CATALOG_ORDER_H
#define RAY_CATALOG_ORDER_H

#include "catalog/ddl.h"

/* Writes the statements that make all objects of the catalog in a new database. Sets `marked` on the parts
 * that stand in their owner's statement. RAY_FAILED where objects need each other in a circle that no
 * statement breaks. */
bool ray_catalog_write(const struct ray_catalog *catalog, struct ray_ddl *ddl,
                       struct ray_err *err) RAY_MUST_CHECK;

/* True where the object can stand in the statement that makes its owner. */
bool ray_object_folds(const struct ray_object *object);

/* True where also the object's stub (see kind.h) needs that. */
bool ray_stub_needs(const struct ray_object *object, const struct ray_object *need);

/* By whose place in the catalog an object is made, needs permitting: an index, a trigger, a policy behind its
 * table, a column's sequence in front of it; foreign keys where their kind stands, behind all tables. */
size_t ray_object_anchor(const struct ray_object *object);

#endif
