/* pg_dump, run for a backup. */
#ifndef RAY_PG_DUMP_H
#define RAY_PG_DUMP_H

#include "pg/conn.h"

/* Writes pg_dump -Fc of the connection's database to `path`, all or nothing: what the connection was
 * opened with is what pg_dump gets, the password by its environment. RAY_FAILED with pg_dump's own words. */
bool ray_dump_write(struct ray_arena *arena, struct ray_conn *conn, const char *path,
                    struct ray_err *err) RAY_MUST_CHECK;

#endif
