/*
 * Pipelines of several connections, read together: whatever a server sends is taken from its socket as it comes,
 * so that none waits for us while another's result is awaited. Results are asked for in any order. One thread,
 * a loop over poll().
 */
#ifndef RAY_PG_GATHER_H
#define RAY_PG_GATHER_H

#include "pg/conn.h"

struct ray_gather;

/* Puts the connection into pipeline mode; it stays the caller's. The first makes the gather: *gather is NULL. */
bool ray_gather_add(struct ray_arena *arena, struct ray_gather **gather, struct ray_conn *conn,
                    struct ray_err *err) RAY_MUST_CHECK;

/* Sends a statement down the connection of that number; *ticket is its result's. */
bool ray_gather_send(struct ray_gather *gather, size_t conn, const char *sql, size_t *ticket,
                     struct ray_err *err) RAY_MUST_CHECK;

/* Some columns of a result: of each of these numbers, NULL for each of -1. rows has no names and no command. */
struct ray_gather_cut {
    struct ray_arena *arena;
    const int *columns;
    size_t ncolumns;
    struct ray_rows rows;
};

/* Waits for the result. After a failure only end may follow. */
bool ray_gather_next(struct ray_gather *gather, size_t ticket, struct ray_arena *arena,
                     struct ray_rows *rows, struct ray_err *err) RAY_MUST_CHECK;
/* Likewise, the result cut into pieces. */
bool ray_gather_next_cut(struct ray_gather *gather, size_t ticket, struct ray_gather_cut *cuts,
                         size_t ncuts, struct ray_err *err) RAY_MUST_CHECK;

/* Skips what was not asked for, and takes all connections out of pipeline mode. NULL is allowed. */
bool ray_gather_end(struct ray_gather *gather, struct ray_err *err) RAY_MUST_CHECK;

#endif
