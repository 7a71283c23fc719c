/*
 * CREATE and DROP INDEX CONCURRENTLY. Creating leaves an invalid index behind when it fails or is
 * interrupted; IF NOT EXISTS then takes that for the index. So an invalid one of the same name is dropped
 * before the statement runs, and again when it failed; a valid one that an interrupted run built is
 * recognised as done.
 */
#include "run/index.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "pg/quote.h"

#include <string.h>

enum { BUILDER_PAUSE_MS = 100, OVERTAKEN = 3 };

/* Name and validity of the index, found in the schema given or in that of the table or the search path. */
static const char find_sql[] =
    "SELECT n.nspname, c.relname, i.indisvalid,"
    " (SELECT min(p.pid) FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = c.oid)"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid"
    " WHERE c.relname = $1 AND CASE WHEN $2::text IS NOT NULL THEN n.nspname = $2"
    " WHEN $3::text IS NOT NULL THEN c.relnamespace = (SELECT t.relnamespace FROM pg_catalog.pg_class t"
    " WHERE t.oid = pg_catalog.to_regclass(pg_catalog.quote_ident($3)))"
    " ELSE pg_catalog.pg_table_is_visible(c.oid) END";

struct found {
    bool exists;
    bool valid;
    const char *name;    /* qualified and quoted */
    const char *builder; /* pid of a session that builds it now, NULL: none */
};

static bool
find_index(struct ray_step *step, const struct ray_concurrent *index, struct found *out,
           struct ray_err *err)
{
    const char *params[] = {index->index, index->schema, index->table};
    struct ray_rows rows;
    struct ray_buf name;

    memset(out, 0, sizeof(*out));
    if (!ray_conn_query(step->runner->conn, step->arena, find_sql, 3, params, &rows, err))
        return false;
    if (rows.nrows == 0)
        return true;
    ray_buf_init(&name, step->arena);
    ray_buf_qualified(&name, ray_rows_value(&rows, 0, 0), ray_rows_value(&rows, 0, 1));
    out->exists = true;
    out->valid = ray_rows_value(&rows, 0, 2)[0] == 't';
    out->name = name.data;
    out->builder = ray_rows_value(&rows, 0, 3);
    return true;
}

/* Waits for a session that still builds the index: that of a runner killed a moment ago, mostly. */
static bool
wait_for_builder(struct ray_step *step, const struct ray_concurrent *index, struct found *found,
                 struct ray_err *err)
{
    bool told = false;

    while (found->exists && !found->valid && found->builder != NULL) {
        if (!told)
            ray_step_warn(step, "waiting for session %s, which is building index %s",
                          found->builder, found->name);
        told = true;
        ray_clock_sleep(BUILDER_PAUSE_MS);
        if (!find_index(step, index, found, err))
            return false;
    }
    return true;
}

static bool
drop_invalid(struct ray_step *step, const struct found *found, struct ray_err *err)
{
    ray_step_warn(step, "index %s is invalid, left by an attempt that failed: dropping it",
                  found->name);
    return ray_conn_exec(step->runner->conn,
                         ray_arena_printf(step->arena, "DROP INDEX CONCURRENTLY IF EXISTS %s",
                                          found->name),
                         err);
}

/* Clears the way, or finds that there is nothing left to do. */
static bool
before(struct ray_step *step, const struct ray_concurrent *index, bool attempted, bool *skipped,
       struct ray_err *err)
{
    struct found found;

    if (!find_index(step, index, &found, err) || !wait_for_builder(step, index, &found, err))
        return false;
    if (index->kind != RAY_CONCURRENT_CREATE) {
        *skipped = attempted && !found.exists;
        return true;
    }
    *skipped = attempted && found.exists && found.valid;
    return !found.exists || found.valid || drop_invalid(step, &found, err);
}

/* After a failure: the invalid index goes, so that nobody takes it for a good one. */
static void
clean_up(struct ray_step *step, const struct ray_concurrent *index)
{
    struct ray_conn *conn = step->runner->conn;
    struct ray_err ignored;
    struct found found;

    if (ray_conn_tx(conn) == RAY_TX_LOST)
        return;
    ray_err_init(&ignored, step->arena);
    ray_conn_shield(conn, true);
    if (find_index(step, index, &found, &ignored) && found.exists && !found.valid &&
        !drop_invalid(step, &found, &ignored))
        ray_step_warn(step,
                      "it could not be dropped (%s); raymig drops it when the migration runs again",
                      ignored.message);
    ray_conn_shield(conn, false);
}

/* PostgreSQL reports success only for a valid index; IF NOT EXISTS is the exception that is looked for. */
static bool
must_be_valid(struct ray_step *step, const struct ray_concurrent *index, struct ray_err *err)
{
    struct found found;
    bool ok;

    ray_conn_shield(step->runner->conn,
                    true); /* what is done is to be recorded, interrupted or not */
    ok = find_index(step, index, &found, err);
    ray_conn_shield(step->runner->conn, false);
    if (ok && found.exists && !found.valid)
        return ray_err_set(err, RAY_FAILED, "index %s is invalid after it was built", found.name);
    return ok;
}

/* The session of a runner that was killed may still have been on its way to do the same: it was ahead of
 * us if what we began is there now, or if the name was taken since we looked. */
static bool
was_overtaken(struct ray_step *step, const struct ray_concurrent *index, bool *skipped,
              const struct ray_err *err)
{
    bool taken = index->kind == RAY_CONCURRENT_CREATE && strcmp(err->sqlstate, "42P07") == 0;
    struct ray_err ignored;

    if (ray_conn_tx(step->runner->conn) != RAY_TX_IDLE || err->code == RAY_INTERRUPTED)
        return false;
    ray_err_init(&ignored, step->arena);
    return before(step, index, true, skipped, &ignored) && (*skipped || taken);
}

bool
ray_step_index(struct ray_step *step, const struct ray_concurrent *index, const char *sql,
               bool attempted, bool *skipped, struct ray_err *err)
{
    bool creates = index->kind == RAY_CONCURRENT_CREATE;

    if (!before(step, index, attempted, skipped, err))
        return false;
    for (int try = 0; !*skipped && !ray_conn_exec(step->runner->conn, sql, err); try++) {
        if (attempted && try < OVERTAKEN && was_overtaken(step, index, skipped, err)) {
            ray_err_clear(err);
            continue;
        }
        /* Interrupted before it was known what became of the earlier attempt: that is the error. */
        if (attempted && ray_interrupted())
            return ray_err_set(err, RAY_INTERRUPTED, "interrupted while index \"%s\" was looked at",
                               index->index);
        if (creates)
            clean_up(step, index);
        return false;
    }
    return *skipped || !creates || must_be_valid(step, index, err);
}
