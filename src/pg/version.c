/*
 * Versions: see version.h. libpq is loaded at run time, so it is asked; the parser is linked in, and its
 * header says which PostgreSQL it was taken from.
 */
#include "pg/version.h"

#include <libpq-fe.h>
#include <pg_query.h>

const char *
ray_libpq_version(struct ray_arena *arena)
{
    int version = PQlibVersion();

    return ray_arena_printf(arena, "%d.%d", version / 10000, version % 10000);
}

const char *
ray_parser_version(void)
{
    return PG_VERSION;
}
