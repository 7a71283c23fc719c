/* The runner's lock: see lock.h. The key is the first 64 bits of the SHA-256 of the lock's name. */
#include "pg/lock.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { POLL_FIRST_MS = 20, POLL_LAST_MS = 500, REPORT_EVERY_MS = 1000 };

struct ray_lock {
    struct ray_conn *conn;
    const char *key; /* as a bigint literal */
    long pid;
};

/*
 * One attempt, as one message. Nothing may end the transaction that holds the lock but its own connection,
 * so no timeout counts in it. Where the lock is not to be had the transaction ends at once: a runner that
 * waited inside of one could be waited for, since a CREATE INDEX CONCURRENTLY that meets it at the moment of
 * an attempt, when it has a snapshot, waits for the whole transaction; and behind a pooler it would keep
 * a server connection that the runner in front of it may need.
 */
static const char try_sql[] =
    "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ ONLY;"
    " SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0;%s"
    " SELECT pg_catalog.pg_try_advisory_xact_lock('%s'::bigint), pg_catalog.pg_backend_pid()";
static const char give_up_sql[] = "ROLLBACK";
static const char give_up_sql_14[] = "ROLLBACK; SET idle_session_timeout = 0";
static const char try_sql_17[] = " SET LOCAL transaction_timeout = 0;";

static const char holder_sql[] =
    "SELECT l.pid, a.usename, a.application_name, a.xact_start"
    " FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
    " AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())"
    " AND (l.classid::bigint << 32) | l.objid::bigint = '%s'::bigint LIMIT 1";

static const char *
key_of(struct ray_arena *arena, const char *name)
{
    char hex[RAY_HASH_HEX];

    ray_hash_bytes(name, strlen(name), hex);
    hex[16] = '\0';
    return ray_arena_printf(arena, "%lld", (long long)strtoull(hex, NULL, 16));
}

static bool
try_lock(struct ray_lock *lock, struct ray_arena *arena, bool *taken, struct ray_err *err)
{
    int version = ray_conn_server_version(lock->conn);
    const char *more = version >= 170000 ? try_sql_17 : "";
    struct ray_rows rows;

    if (!ray_conn_query(lock->conn, arena, ray_arena_printf(arena, try_sql, more, lock->key), 0,
                        NULL, &rows, err))
        return false;
    *taken = ray_rows_value(&rows, 0, 0)[0] == 't';
    lock->pid = strtol(ray_rows_value(&rows, 0, 1), NULL, 10);
    return *taken ||
           ray_conn_exec(lock->conn, version >= 140000 ? give_up_sql_14 : give_up_sql, err);
}

static bool
find_holder(struct ray_lock *lock, struct ray_arena *arena, struct ray_lock_holder *holder,
            struct ray_err *err)
{
    struct ray_rows rows;

    memset(holder, 0, sizeof(*holder));
    if (!ray_conn_query(lock->conn, arena, ray_arena_printf(arena, holder_sql, lock->key), 0, NULL,
                        &rows, err))
        return false;
    if (rows.nrows == 0)
        return true;
    holder->pid = strtol(ray_rows_value(&rows, 0, 0), NULL, 10);
    holder->user = ray_rows_value(&rows, 0, 1);
    holder->application = ray_rows_value(&rows, 0, 2);
    holder->since = ray_rows_value(&rows, 0, 3);
    return true;
}

static bool
timed_out(const struct ray_lock_holder *holder, int64_t waited, struct ray_err *err)
{
    (void)ray_err_set(err, RAY_UNAVAILABLE, "another runner holds the lock (waited %lld ms)",
                      (long long)waited);
    if (holder->pid != 0)
        (void)ray_err_detail(err, "held by pid %ld, user %s, %s, since %s", holder->pid,
                             holder->user != NULL ? holder->user : "unknown",
                             holder->application != NULL ? holder->application : "unknown",
                             holder->since != NULL ? holder->since : "unknown");
    return ray_err_hint(err, "Wait for it to end, or give more time with --lock-wait; a killed "
                             "runner frees the lock by itself.");
}

/* Polls until the lock is ours; each round's rows live in a scratch arena. */
static bool
poll_lock(struct ray_lock *lock, struct ray_arena *scratch, int64_t timeout_ms,
          ray_lock_wait_fn *fn, void *arg, struct ray_err *err)
{
    int64_t start = ray_clock_ms();
    int64_t reported = start - REPORT_EVERY_MS;
    int64_t pause = POLL_FIRST_MS;
    bool taken = false;

    for (;;) {
        int64_t now;
        struct ray_lock_holder holder;

        ray_arena_reset(scratch);
        if (!try_lock(lock, scratch, &taken, err))
            return false;
        if (taken)
            return true;
        now = ray_clock_ms();
        if (now - reported >= REPORT_EVERY_MS || now - start >= timeout_ms) {
            if (!find_holder(lock, scratch, &holder, err))
                return false;
            if (now - start >= timeout_ms)
                return timed_out(&holder, now - start, err);
            if (fn != NULL)
                fn(arg, &holder, now - start);
            reported = now;
        }
        ray_clock_sleep(pause + now % 10);
        pause = pause * 3 / 2 < POLL_LAST_MS ? pause * 3 / 2 : POLL_LAST_MS;
    }
}

bool
ray_lock_take(struct ray_arena *arena, const struct ray_conn_options *options, const char *name,
              int64_t timeout_ms, ray_lock_wait_fn *fn, void *arg, struct ray_lock **out,
              struct ray_err *err)
{
    struct ray_lock *lock = RAY_NEW(arena, struct ray_lock);
    struct ray_arena *scratch;
    bool ok;

    lock->key = key_of(arena, name);
    if (!ray_conn_open(arena, options, &lock->conn, err))
        return false;
    scratch = ray_arena_new();
    ok = poll_lock(lock, scratch, timeout_ms, fn, arg, err);
    ray_arena_free(scratch);
    if (!ok) {
        ray_lock_release(lock);
        return false;
    }
    *out = lock;
    return true;
}

const char *
ray_lock_condition(struct ray_arena *arena, const struct ray_lock *lock)
{
    /* Asked for each migration: the function below the view pg_locks, which is half of the view's cost. */
    return ray_arena_printf(
        arena,
        "EXISTS (SELECT FROM pg_catalog.pg_lock_status() WHERE locktype = 'advisory' AND granted AND"
        " pid = %ld"
        " AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = '%s'::bigint)",
        lock->pid, lock->key);
}

void
ray_lock_release(struct ray_lock *lock)
{
    struct ray_arena *scratch;
    struct ray_err ignored; /* closing the connection frees the lock all the same */

    if (lock == NULL || lock->conn == NULL)
        return;
    scratch = ray_arena_new();
    ray_err_init(&ignored, scratch);
    ray_conn_shield(lock->conn, true);
    if (!ray_conn_exec(lock->conn, "COMMIT", &ignored))
        ray_err_clear(&ignored);
    ray_conn_close(lock->conn);
    lock->conn = NULL;
    ray_arena_free(scratch);
}
