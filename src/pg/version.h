/* The versions of the PostgreSQL libraries in this program. */
#ifndef RAY_PG_VERSION_H
#define RAY_PG_VERSION_H

#include "base/arena.h"

/* "15.20": the libpq that is loaded. */
const char *ray_libpq_version(struct ray_arena *arena);

/* "15.1": the PostgreSQL whose scanner and parser libpg_query is. */
const char *ray_parser_version(void);

#endif
