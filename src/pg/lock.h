/*
 * The runner's lock: one runner at a time per history table, in one database.
 *
 * Held by a second, dedicated connection: BEGIN and pg_try_advisory_xact_lock, polled, never the blocking
 * call, and an attempt that fails is rolled back at once. A waiting pg_advisory_lock, or one open
 * transaction to wait in, deadlocks with another runner's CREATE INDEX CONCURRENTLY, and session locks
 * leak through a transaction-pooling PgBouncer; this does neither, and a killed client frees it.
 */
#ifndef RAY_PG_LOCK_H
#define RAY_PG_LOCK_H

#include "pg/conn.h"

struct ray_lock;

/* Who holds the lock; called about once a second while waiting. */
struct ray_lock_holder {
    long pid; /* 0 where it cannot be seen */
    const char *user;
    const char *application;
    const char *since; /* as the server prints a timestamp */
};
typedef void ray_lock_wait_fn(void *arg, const struct ray_lock_holder *holder, int64_t waited_ms);

/* Takes the lock of `name`, waiting up to timeout_ms (0: one try); RAY_UNAVAILABLE where another holds
 * it, naming who. The caller releases it. */
bool ray_lock_take(struct ray_arena *arena, const struct ray_conn_options *options,
                   const char *name, int64_t timeout_ms, ray_lock_wait_fn *fn, void *arg,
                   struct ray_lock **out, struct ray_err *err) RAY_MUST_CHECK;

/* A boolean SQL expression, true on any connection to the database while this lock is held; in the arena.
 * Whoever commits under the lock asks it first: a lost lock is then seen by the server itself. */
const char *ray_lock_condition(struct ray_arena *arena, const struct ray_lock *lock);
void ray_lock_release(struct ray_lock *lock); /* NULL is allowed */

#endif
