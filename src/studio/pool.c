/*
 * The pool: see pool.h. A slot is a connection, or the room for one, and is at the same time the lease of whoever has
 * it. The pool's lock guards who has which slot; a slot's own guards its connection against being cancelled while it
 * changes hands, so that no cancel meets the next one's statement.
 */
#include "studio/pool.h"

#include "studio/relation.h"
#include "studio/request.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

enum { NAME_SIZE = 65, LOCK_TIMEOUT_MS = 5000, IDLE_TIMEOUT_MS = 300000 };

struct ray_lease {
    struct ray_pool *pool;
    bool taken;           /* under the pool's lock */
    bool kept;            /* by an editor: a cancelled statement does not cost it its session */
    pthread_mutex_t lock; /* guards all below against ray_pool_cancel */
    char name[NAME_SIZE]; /* "": none */
    bool used;            /* by a request, now */
    struct ray_conn *conn;
    struct ray_arena *arena; /* the connection's */
    bool confinable;         /* the session has the function that confines */
};

struct ray_pool {
    struct ray_conn_options options;
    const char *user;
    const char *database;
    bool read_only;
    pthread_mutex_t lock;
    pthread_cond_t freed;
    struct ray_lease slots[RAY_POOL_CONNECTIONS];
};

/* ---------------------------------------------------------------- connections */

static void
close_connection(struct ray_lease *lease)
{
    ray_conn_close(lease->conn);
    ray_arena_free(lease->arena);
    lease->conn = NULL;
    lease->arena = NULL;
}

/*
 * A superuser's rights do not end at a read-only transaction: COPY TO PROGRAM, lo_export() and dblink() write elsewhere.
 * And what gives up a role can take it back in the same statement, except inside of a SECURITY DEFINER function. So a
 * function of the session's own runs queries as a role that may read all and nothing else. It takes what a cursor
 * takes, which gives rows: no DO, no COPY, no SET. Where it cannot be made (a standby, a server before 14) the user's own
 * SQL is refused.
 */
static bool
confine(struct ray_lease *lease, struct ray_err *err)
{
    static const char sql[] =
        "BEGIN READ WRITE;"
        "CREATE FUNCTION pg_temp.raymig_read(query text, most bigint) RETURNS SETOF text "
        "LANGUAGE plpgsql SECURITY DEFINER AS $$ DECLARE r record; n bigint := 0; BEGIN "
        "FOR r IN EXECUTE query LOOP RETURN NEXT r::pg_catalog.text; "
        "n := n + 1; EXIT WHEN n = most; END LOOP; END $$;"
        "ALTER FUNCTION pg_temp.raymig_read(text, bigint) OWNER TO pg_read_all_data;"
        "COMMIT";

    lease->confinable = false;
    if (!ray_lease_is_confined(lease))
        return true;
    lease->confinable = ray_conn_exec(lease->conn, sql, err);
    if (lease->confinable || ray_conn_tx(lease->conn) == RAY_TX_LOST)
        return lease->confinable;
    ray_err_clear(err);
    return ray_conn_tx(lease->conn) == RAY_TX_IDLE || ray_conn_exec(lease->conn, "ROLLBACK", err);
}

/* What every session of ours begins with. Values are shown and taken in the server's own text; its forms that could be
 * read in two ways are set aside. */
static bool
prepare_session(struct ray_lease *lease, struct ray_err *err)
{
    const char *sql = lease->pool->read_only
                          ? "SET DateStyle = ISO; SET IntervalStyle = postgres; "
                            "SET bytea_output = hex; SET extra_float_digits = 1; "
                            "SET default_transaction_read_only = on"
                          : "SET DateStyle = ISO; SET IntervalStyle = postgres; "
                            "SET bytea_output = hex; SET extra_float_digits = 1";

    return ray_conn_exec(lease->conn, sql, err) &&
           ray_relation_prepare(lease->conn, lease->arena, err) && confine(lease, err);
}

static bool
open_connection(struct ray_lease *lease, struct ray_err *err)
{
    struct ray_conn *conn;

    if (lease->conn != NULL)
        return true;
    lease->arena = ray_arena_new();
    if (!ray_conn_open(lease->arena, &lease->pool->options, &conn, err)) {
        ray_arena_free(lease->arena);
        lease->arena = NULL;
        return false;
    }
    (void)pthread_mutex_lock(&lease->lock);
    lease->conn = conn;
    (void)pthread_mutex_unlock(&lease->lock);
    if (prepare_session(lease, err))
        return true;
    (void)pthread_mutex_lock(&lease->lock);
    close_connection(lease);
    (void)pthread_mutex_unlock(&lease->lock);
    return false;
}

bool
ray_pool_new(struct ray_arena *arena, const struct ray_conn_options *options, bool read_only,
             struct ray_pool **out, struct ray_err *err)
{
    struct ray_pool *pool = RAY_NEW(arena, struct ray_pool);
    pthread_condattr_t clock;

    pool->options = *options;
    pool->options.threaded = true;
    pool->read_only = read_only;
    (void)pthread_mutex_init(&pool->lock, NULL);
    (void)pthread_condattr_init(&clock);
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&pool->freed, &clock);
    (void)pthread_condattr_destroy(&clock);
    for (size_t i = 0; i < RAY_POOL_CONNECTIONS; i++) {
        pool->slots[i].pool = pool;
        (void)pthread_mutex_init(&pool->slots[i].lock, NULL);
    }
    if (!open_connection(&pool->slots[0], err)) {
        ray_pool_free(pool);
        return false;
    }
    pool->options.wait_ms = 0;
    pool->user = ray_arena_strdup(arena, ray_conn_user(pool->slots[0].conn));
    pool->database = ray_arena_strdup(arena, ray_conn_database(pool->slots[0].conn));
    *out = pool;
    return true;
}

const char *
ray_pool_user(const struct ray_pool *pool)
{
    return pool->user;
}

const char *
ray_pool_database(const struct ray_pool *pool)
{
    return pool->database;
}

void
ray_pool_free(struct ray_pool *pool)
{
    if (pool == NULL)
        return;
    for (size_t i = 0; i < RAY_POOL_CONNECTIONS; i++) {
        close_connection(&pool->slots[i]);
        (void)pthread_mutex_destroy(&pool->slots[i].lock);
    }
    (void)pthread_cond_destroy(&pool->freed);
    (void)pthread_mutex_destroy(&pool->lock);
}

/* ---------------------------------------------------------------- leases */

/* A free slot, one that has a connection before one that has none. */
static struct ray_lease *
find_free(struct ray_pool *pool)
{
    struct ray_lease *found = NULL;

    for (size_t i = 0; i < RAY_POOL_CONNECTIONS; i++) {
        struct ray_lease *slot = &pool->slots[i];

        if (!slot->taken && (found == NULL || (found->conn == NULL && slot->conn != NULL)))
            found = slot;
    }
    return found;
}

static struct ray_lease *
wait_for_free(struct ray_pool *pool)
{
    struct ray_lease *found;
    struct timespec until;
    int waited = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += RAY_POOL_WAIT_MS / 1000;
    (void)pthread_mutex_lock(&pool->lock);
    while ((found = find_free(pool)) == NULL && waited == 0)
        waited = pthread_cond_timedwait(&pool->freed, &pool->lock, &until);
    if (found != NULL)
        found->taken = true;
    (void)pthread_mutex_unlock(&pool->lock);
    return found;
}

/* NULL where there is none. */
static struct ray_lease *
take(struct ray_pool *pool, struct ray_err *err)
{
    struct ray_lease *lease = wait_for_free(pool);

    if (lease == NULL) {
        (void)ray_err_set(err, RAY_UNAVAILABLE, "all %d connections to the database are busy",
                          RAY_POOL_CONNECTIONS);
        (void)ray_err_hint(err, "Cancel what runs, or close an editor.");
        return NULL;
    }
    if (open_connection(lease, err))
        return lease;
    ray_lease_give(lease);
    return NULL;
}

bool
ray_lease_take(struct ray_request *request, const char *name, struct ray_lease **out,
               struct ray_err *err)
{
    *out = take(request->studio->pool, err);
    if (*out == NULL)
        return false;
    ray_lease_use(*out, request, name);
    return true;
}

bool
ray_lease_keep(struct ray_pool *pool, struct ray_lease **out, struct ray_err *err)
{
    *out = take(pool, err);
    if (*out == NULL)
        return false;
    (*out)->kept = true;
    return true;
}

void
ray_lease_use(struct ray_lease *lease, struct ray_request *request, const char *name)
{
    (void)pthread_mutex_lock(&lease->lock);
    memset(lease->name, 0, sizeof(lease->name));
    if (name != NULL)
        strncpy(lease->name, name, sizeof(lease->name) - 1);
    lease->used = true;
    ray_conn_watch(lease->conn, request->client);
    (void)pthread_mutex_unlock(&lease->lock);
}

void
ray_lease_rest(struct ray_lease *lease)
{
    (void)pthread_mutex_lock(&lease->lock);
    lease->name[0] = '\0';
    lease->used = false;
    if (lease->conn != NULL) {
        ray_conn_watch(lease->conn, -1);
        if (lease->kept)
            ray_conn_renew(lease->conn);
    }
    (void)pthread_mutex_unlock(&lease->lock);
}

bool
ray_lease_is_spent(struct ray_lease *lease)
{
    return lease->conn == NULL || ray_conn_is_cancelled(lease->conn) ||
           ray_conn_tx(lease->conn) == RAY_TX_LOST;
}

/* A transaction that was left open is taken back here; what cannot be is closed. */
static void
clean(struct ray_lease *lease)
{
    struct ray_arena *arena;
    struct ray_err err;

    if (lease->conn == NULL)
        return;
    if (ray_lease_is_spent(lease) || lease->kept || ray_conn_tx(lease->conn) == RAY_TX_ACTIVE) {
        close_connection(lease);
        return;
    }
    if (ray_conn_tx(lease->conn) == RAY_TX_IDLE)
        return;
    arena = ray_arena_new();
    ray_err_init(&err, arena);
    if (!ray_conn_exec(lease->conn, "ROLLBACK", &err))
        close_connection(lease);
    ray_arena_free(arena);
}

void
ray_lease_give(struct ray_lease *lease)
{
    struct ray_pool *pool;

    if (lease == NULL)
        return;
    pool = lease->pool;
    (void)pthread_mutex_lock(&lease->lock);
    lease->name[0] = '\0';
    lease->used = false;
    if (lease->conn != NULL)
        ray_conn_watch(lease->conn, -1);
    clean(lease);
    lease->kept = false;
    (void)pthread_mutex_unlock(&lease->lock);

    (void)pthread_mutex_lock(&pool->lock);
    lease->taken = false;
    (void)pthread_cond_signal(&pool->freed);
    (void)pthread_mutex_unlock(&pool->lock);
}

struct ray_conn *
ray_lease_conn(struct ray_lease *lease)
{
    return lease->conn;
}

bool
ray_lease_is_confined(const struct ray_lease *lease)
{
    return lease->pool->read_only && ray_conn_is_superuser(lease->conn);
}

bool
ray_lease_may_confine(const struct ray_lease *lease)
{
    return lease->confinable;
}

/* ---------------------------------------------------------------- transactions */

bool
ray_lease_begin(struct ray_lease *lease, enum ray_access access, int64_t timeout_ms,
                struct ray_err *err)
{
    char sql[256];

    (void)snprintf(sql, sizeof(sql),
                   "BEGIN %s; SET LOCAL statement_timeout = %lld; SET LOCAL lock_timeout = %d; "
                   "SET LOCAL idle_in_transaction_session_timeout = %d",
                   access == RAY_ACCESS_READ || lease->pool->read_only ? "READ ONLY" : "READ WRITE",
                   (long long)timeout_ms, LOCK_TIMEOUT_MS, IDLE_TIMEOUT_MS);
    if (ray_conn_exec(lease->conn, sql, err))
        return true;
    if (lease->kept || ray_conn_is_cancelled(lease->conn) ||
        ray_conn_tx(lease->conn) != RAY_TX_LOST)
        return false;
    /* The server was started anew, or a firewall forgot us: one that was open for long tells nothing of it. */
    (void)pthread_mutex_lock(&lease->lock);
    close_connection(lease);
    (void)pthread_mutex_unlock(&lease->lock);
    ray_err_clear(err);
    return open_connection(lease, err) && ray_conn_exec(lease->conn, sql, err);
}

bool
ray_lease_end(struct ray_lease *lease, bool commit, struct ray_err *err)
{
    return ray_conn_exec(lease->conn, commit ? "COMMIT" : "ROLLBACK", err);
}

bool
ray_pool_cancel(struct ray_pool *pool, const char *name)
{
    bool any = false;

    for (size_t i = 0; i < RAY_POOL_CONNECTIONS; i++) {
        struct ray_lease *slot = &pool->slots[i];

        (void)pthread_mutex_lock(&slot->lock);
        if (slot->used && slot->conn != NULL && (name == NULL || strcmp(slot->name, name) == 0)) {
            ray_conn_cancel(slot->conn);
            any = true;
        }
        (void)pthread_mutex_unlock(&slot->lock);
    }
    return any;
}
