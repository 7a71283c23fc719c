/*
 * How a connection is asked for: what libpq is told, and a head start. Most of the time that connecting takes is the
 * server's, which starts a process; whoever has something else to do meanwhile begins, does it, and then opens the
 * connection (conn.h), which takes what was begun. Nothing depends on it: what has not become a connection by then
 * is asked for anew, with libpq's own patience and its own words.
 */
#ifndef RAY_PG_DIAL_H
#define RAY_PG_DIAL_H

#include "pg/conn.h"

#include <libpq-fe.h>

struct ray_dial;

/* Begins to connect, and waits for nobody (but for a resolver of host names). NULL where it cannot be begun. End it,
 * taken or not. */
struct ray_dial *ray_dial_begin(struct ray_arena *arena, const struct ray_conn_options *options);
void ray_dial_end(struct ray_dial *dial); /* NULL is allowed */

/* The connection, waited for if it is about to be there: the caller's. NULL where it is not. */
PGconn *ray_dial_take(struct ray_dial *dial);

/* One attempt to connect, waited for. The result is the caller's, connected or not. */
PGconn *ray_dial(struct ray_arena *arena, const struct ray_conn_options *options);

#endif
