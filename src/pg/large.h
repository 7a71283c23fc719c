/*
 * Sending a large statement without copying it. libpq puts a query's text into its send buffer whole and
 * keeps another copy for error reports: with the caller's own that is three times a statement that may be
 * as large as its file. So the Parse message of a large one is written to libpq's socket piece by piece,
 * from where the text stands; what runs it, libpq sends itself (PQsendQueryPrepared of the unnamed
 * statement), and reads the answers as it would have.
 */
#ifndef RAY_PG_LARGE_H
#define RAY_PG_LARGE_H

#include "pg/conn_internal.h"

enum { RAY_LARGE = 1024 * 1024 }; /* bytes of a statement that is worth it */

/* Writes Parse of an unnamed statement, in pipeline mode, with no results to come but small ones: the server
 * must not wait for us to read them before it reads on. False where this connection cannot (GSSAPI
 * encryption, more than a message holds): send it through libpq. A lost connection is not told here: libpq finds it with the
 * next call. */
bool ray_large_parse(struct ray_conn *conn, const char *sql, size_t length);

#endif
