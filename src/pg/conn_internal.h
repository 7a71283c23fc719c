/* What the other files of src/pg and the db binding of src/script see of a connection. */
#ifndef RAY_PG_CONN_INTERNAL_H
#define RAY_PG_CONN_INTERNAL_H

#include "pg/conn.h"

#include <libpq-fe.h>

PGconn *ray_conn_libpq(struct ray_conn *conn);

/* Fills err from a failed result (not consumed) or, where it is NULL, from the connection. Returns
 * false. `statement` is copied, cut at 64 KiB; NULL where there is none. */
bool ray_conn_fail(struct ray_conn *conn, const PGresult *result, const char *statement,
                   struct ray_err *err);

/* False, with RAY_INTERRUPTED, once the program was interrupted and the connection is not shielded. */
bool ray_conn_may_send(struct ray_conn *conn, struct ray_err *err) RAY_MUST_CHECK;

/* PQgetResult, cancellable by a signal; then the notices are delivered. The caller clears the result. */
PGresult *ray_conn_wait(struct ray_conn *conn);

/* Of a threaded connection: waits up to a second for the server, and reads what it sent; the end of the watched
 * socket cancels what runs. False where the connection is lost. */
bool ray_conn_await(struct ray_conn *conn) RAY_MUST_CHECK;

/* While a connection is busy, a signal cancels what runs on it: for those who wait for several at once. */
void ray_conn_set_busy(struct ray_conn *conn, bool busy);

/* Hands over the notices that came in; call it after libpq returned. */
void ray_conn_deliver_notices(struct ray_conn *conn);

/* Copies a result's rows into the arena. */
void ray_rows_copy(struct ray_arena *arena, PGresult *result, struct ray_rows *out);

/* Adds a result's columns of these numbers, NULL for each number of -1 (columns NULL: as they stand), as rows to those in `out`: of so many columns. */
void ray_rows_append_columns(struct ray_arena *arena, const PGresult *result, const int *columns,
                             struct ray_rows *out);

/* Adds a result's rows to those in `out`, whose columns are the same. */
void ray_rows_append(struct ray_arena *arena, const PGresult *result, struct ray_rows *out);

#endif
