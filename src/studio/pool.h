/*
 * The server connections that requests share. A lease is one for the time of a request: it has the request's name,
 * by which /api/cancel finds it, and watches the browser's socket, so that a client that goes away ends its query.
 *
 * Work stands between begin and end: a transaction of its own, whose time limits are set in it. Reading is done READ
 * ONLY, so that no view, no function and no raw condition writes. What was cancelled is not used again.
 */
#ifndef RAY_STUDIO_POOL_H
#define RAY_STUDIO_POOL_H

#include "pg/conn.h"
#include "pg/flow.h"

struct ray_pool;
struct ray_request;
struct ray_lease;

enum {
    RAY_POOL_CONNECTIONS = 16, /* of the server's, those that editors hold among them */
    RAY_POOL_WAIT_MS = 10000,  /* for one that is free */
};

enum ray_access { RAY_ACCESS_READ, RAY_ACCESS_WRITE };

/* Opens a first connection, so that a database that does not answer is an error now. The caller frees it. */
bool ray_pool_new(struct ray_arena *arena, const struct ray_conn_options *options, bool read_only,
                  struct ray_pool **out, struct ray_err *err) RAY_MUST_CHECK;
void ray_pool_free(struct ray_pool *pool); /* all leases were given back; NULL is allowed */

/* Whom its connections belong to, and where they lead. */
const char *ray_pool_user(const struct ray_pool *pool);
const char *ray_pool_database(const struct ray_pool *pool);

/* A connection for this request, under a name or (NULL) none; RAY_UNAVAILABLE where all are busy for too long. Each
 * lease is given back by ray_lease_give, whatever happened; NULL is allowed there. */
bool ray_lease_take(struct ray_request *request, const char *name, struct ray_lease **out,
                    struct ray_err *err) RAY_MUST_CHECK;
void ray_lease_give(struct ray_lease *lease);

struct ray_conn *ray_lease_conn(struct ray_lease *lease);

/* BEGIN, with limits in milliseconds; timeout 0: none. Tried once more where the server had closed the connection. */
bool ray_lease_begin(struct ray_lease *lease, enum ray_access access, int64_t timeout_ms,
                     struct ray_err *err) RAY_MUST_CHECK;
/* True where SQL of the user's own runs with no right but to read (see read.h): with --read-only, as a superuser. */
bool ray_lease_is_confined(const struct ray_lease *lease);
/* False where it should and cannot: nothing of the user's own is run then. */
bool ray_lease_may_confine(const struct ray_lease *lease);

/* COMMIT or ROLLBACK; a transaction that is open when its lease is given back is rolled back. */
bool ray_lease_end(struct ray_lease *lease, bool commit, struct ray_err *err) RAY_MUST_CHECK;

/* A connection that stays the caller's until ray_lease_give, over many requests: an editor's. Each request that uses it
 * calls ray_lease_use before and ray_lease_rest behind, which name and watch it as a lease of its own would be. */
bool ray_lease_keep(struct ray_pool *pool, struct ray_lease **out,
                    struct ray_err *err) RAY_MUST_CHECK;
void ray_lease_use(struct ray_lease *lease, struct ray_request *request, const char *name);
void ray_lease_rest(struct ray_lease *lease);
/* True where it is of no further use: cancelled, or the server closed it. */
bool ray_lease_is_spent(struct ray_lease *lease);

/* Cancels on the server all that runs under the name; false where nothing does. NULL: everything. */
bool ray_pool_cancel(struct ray_pool *pool, const char *name);

#endif
