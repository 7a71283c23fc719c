/*
 * Rows for empty tables, made up so that a migration meets some: a value of its type for each column, keys that
 * refer to rows that are there. The server says which values it takes; a table that takes none stays empty.
 */
#ifndef RAY_DIFF_SAMPLE_H
#define RAY_DIFF_SAMPLE_H

#include "catalog/object.h"
#include "pg/conn.h"

/* Remembers, for as long as the arena lives, which values the server takes for its own types. */
struct ray_sampler;
struct ray_sampler *ray_sampler_new(struct ray_arena *arena);

/* Adds a few rows to each ordinary and partitioned table of the catalog. What the server refuses is no error. */
bool ray_sample_fill(struct ray_sampler *sampler, struct ray_conn *conn,
                     const struct ray_catalog *catalog, struct ray_err *err) RAY_MUST_CHECK;

#endif
