/*
 * What a CONCURRENTLY statement works on, by PostgreSQL's own parser: for those that have to find out what an
 * interrupted one left behind.
 */
#ifndef RAY_PG_CONCURRENT_H
#define RAY_PG_CONCURRENT_H

#include "base/arena.h"

enum ray_concurrent_kind {
    RAY_CONCURRENT_NONE, /* nothing of the kind, or newer than the parser */
    RAY_CONCURRENT_CREATE,
    RAY_CONCURRENT_DROP,
    RAY_CONCURRENT_REINDEX,
    RAY_CONCURRENT_DETACH,
};

/* Names as the server knows them, not quoted; a schema that is NULL: by the search path. */
struct ray_concurrent {
    enum ray_concurrent_kind kind;
    const char *schema;
    const char *index; /* create: NULL where the server chooses the name */
    const char *table; /* that of the index to create; to reindex; the partitioned one */
    /* A REINDEX of neither index nor table is one of a schema, or, without, of the database. */
    const char *partition_schema; /* detach */
    const char *partition;
};

void ray_concurrent_read(struct ray_arena *arena, const char *text, struct ray_concurrent *out);

#endif
