/*
 * REINDEX CONCURRENTLY builds each index anew as NAME_ccnew, swaps the two, and drops the old one as
 * NAME_ccold. When it ends early, either stays, invalid: it serves no query, and costs every write. Both
 * are dropped before the statement runs, and when it failed; then it may simply run again.
 */
#include "run/reindex.h"

#include "base/buf.h"
#include "base/clock.h"
#include "pg/quote.h"

#include <string.h>

enum { WORKER_PAUSE_MS = 100 };

/* $1: the table or index, quoted; else $2: the schema; else the whole database. TOAST tables belong to their
 * tables, partitions to the partitioned one. */
static const char leftovers_sql[] =
    "WITH named AS (SELECT pg_catalog.to_regclass($1)::oid AS oid),"
    " family AS (SELECT oid FROM named UNION"
    " SELECT t.relid FROM named, pg_catalog.pg_partition_tree(named.oid) t),"
    " owners AS (SELECT oid FROM family UNION SELECT indrelid FROM pg_catalog.pg_index"
    " WHERE indexrelid IN (SELECT oid FROM family) UNION SELECT c.oid FROM pg_catalog.pg_class c"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE $1::text IS NULL AND n.nspname = COALESCE($2, n.nspname)),"
    " tables AS (SELECT oid FROM owners UNION SELECT reltoastrelid FROM pg_catalog.pg_class"
    " WHERE oid IN (SELECT oid FROM owners))"
    " SELECT n.nspname, c.relname, (SELECT min(p.pid) FROM pg_catalog.pg_stat_progress_create_index p"
    " WHERE p.relid = i.indrelid AND p.command = 'REINDEX CONCURRENTLY')"
    " FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'"
    " AND i.indrelid IN (SELECT oid FROM tables) ORDER BY 1, 2";
enum { LEFT_SCHEMA, LEFT_NAME, LEFT_WORKER };

static bool
find_leftovers(struct ray_step *step, const struct ray_concurrent *what, struct ray_rows *out,
               struct ray_err *err)
{
    const char *name = what->index != NULL ? what->index : what->table;
    const char *params[] = {NULL, what->schema};
    struct ray_buf quoted;

    ray_buf_init(&quoted, step->arena);
    if (name != NULL && what->schema != NULL)
        ray_buf_qualified(&quoted, what->schema, name);
    else if (name != NULL)
        ray_buf_ident(&quoted, name);
    if (name != NULL)
        params[0] = quoted.data;
    return ray_conn_query(step->runner->conn, step->arena, leftovers_sql, 2, params, out, err);
}

/* The session that works on one of them still: that of a runner killed a moment ago, mostly. */
static const char *
worker_of(const struct ray_rows *rows)
{
    for (size_t r = 0; r < rows->nrows; r++)
        if (ray_rows_value(rows, r, LEFT_WORKER) != NULL)
            return ray_rows_value(rows, r, LEFT_WORKER);
    return NULL;
}

static bool
drop_leftovers(struct ray_step *step, const struct ray_concurrent *what, struct ray_err *err)
{
    struct ray_rows rows;
    const char *worker;
    bool told = false;

    if (!find_leftovers(step, what, &rows, err))
        return false;
    while ((worker = worker_of(&rows)) != NULL) {
        if (!told)
            ray_step_warn(step, "waiting for session %s, which is reindexing", worker);
        told = true;
        ray_clock_sleep(WORKER_PAUSE_MS);
        if (!find_leftovers(step, what, &rows, err))
            return false;
    }
    for (size_t r = 0; r < rows.nrows; r++) {
        struct ray_buf name;

        ray_buf_init(&name, step->arena);
        ray_buf_qualified(&name, ray_rows_value(&rows, r, LEFT_SCHEMA),
                          ray_rows_value(&rows, r, LEFT_NAME));
        ray_step_warn(step, "index %s is left over from a REINDEX CONCURRENTLY: dropping it",
                      name.data);
        if (!ray_conn_exec(step->runner->conn,
                           ray_arena_printf(step->arena, "DROP INDEX CONCURRENTLY IF EXISTS %s",
                                            name.data),
                           err))
            return false;
    }
    return true;
}

static void
clean_up(struct ray_step *step, const struct ray_concurrent *what)
{
    struct ray_conn *conn = step->runner->conn;
    struct ray_err ignored;

    if (ray_conn_tx(conn) == RAY_TX_LOST)
        return;
    ray_err_init(&ignored, step->arena);
    ray_conn_shield(conn, true);
    if (!drop_leftovers(step, what, &ignored))
        ray_step_warn(step,
                      "it could not be dropped (%s); raymig drops it when the migration runs again",
                      ignored.message);
    ray_conn_shield(conn, false);
}

bool
ray_step_reindex(struct ray_step *step, const struct ray_concurrent *what, const char *sql,
                 struct ray_err *err)
{
    if (!drop_leftovers(step, what, err))
        return false;
    if (ray_conn_exec(step->runner->conn, sql, err))
        return true;
    clean_up(step, what);
    return false;
}
