/*
 * Snapshots: a catalog as JSON, one object a line so that merges can be read, the same bytes for the same
 * catalog. Columns stand in their table's order; what an object needs is named by ray_object_ref.
 *
 *     {"raymig_snapshot":1,"postgresql":150020,"role":"postgres","objects":[
 *     {"kind":"schema","name":"public","built_in":true},
 *     {"kind":"table","schema":"public","name":"users","comment":"who may log in"},
 *     {"kind":"column","schema":"public","parent":"users","name":"id","type":"uuid","not_null":true}
 *     ]}
 */
#ifndef RAY_CATALOG_SNAPSHOT_H
#define RAY_CATALOG_SNAPSHOT_H

#include "base/buf.h"
#include "catalog/object.h"

void ray_snapshot_write(const struct ray_catalog *catalog, struct ray_buf *out);

/* RAY_INTEGRITY, with the file and, where it is known, the line, for what is damaged or of a later version. */
bool ray_snapshot_read(struct ray_arena *arena, const char *path, struct ray_catalog **out,
                       struct ray_err *err) RAY_MUST_CHECK;

#endif
