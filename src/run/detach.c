/*
 * ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY first marks the partition as going, and waits for whoever
 * still reads it before it lets it go. Ended in between, it cannot be run again ("already pending detach"):
 * FINALIZE is what is left to do.
 */
#include "run/detach.h"

#include "base/buf.h"
#include "pg/quote.h"

static const char pending_sql[] =
    "SELECT i.inhdetachpending FROM (SELECT) AS one LEFT JOIN pg_catalog.pg_inherits i"
    " ON i.inhparent = pg_catalog.to_regclass($1) AND i.inhrelid = pg_catalog.to_regclass($2)"
    " WHERE pg_catalog.to_regclass($2) IS NOT NULL";

enum standing { ATTACHED, PENDING, DETACHED, UNKNOWN };

static const char *
quoted(struct ray_arena *arena, const char *schema, const char *name)
{
    struct ray_buf buf;

    ray_buf_init(&buf, arena);
    if (schema != NULL)
        ray_buf_qualified(&buf, schema, name);
    else
        ray_buf_ident(&buf, name);
    return buf.data;
}

static bool
look(struct ray_step *step, const char *const names[2], enum standing *out, struct ray_err *err)
{
    struct ray_rows rows;
    const char *pending;

    if (!ray_conn_query(step->runner->conn, step->arena, pending_sql, 2, names, &rows, err))
        return false;
    *out = UNKNOWN;
    if (rows.nrows == 0)
        return true;
    pending = ray_rows_value(&rows, 0, 0);
    *out = pending == NULL ? DETACHED : pending[0] == 't' ? PENDING : ATTACHED;
    return true;
}

static bool
finalize(struct ray_step *step, const char *const names[2], struct ray_err *err)
{
    ray_step_warn(step,
                  "partition %s is half detached, by an attempt that ended early: finishing that",
                  names[1]);
    return ray_conn_exec(step->runner->conn,
                         ray_arena_printf(step->arena,
                                          "ALTER TABLE %s DETACH PARTITION %s FINALIZE", names[0],
                                          names[1]),
                         err);
}

bool
ray_step_detach(struct ray_step *step, const struct ray_concurrent *what, const char *sql,
                bool attempted, bool *skipped, struct ray_err *err)
{
    const char *names[] = {quoted(step->arena, what->schema, what->table),
                           quoted(step->arena, what->partition_schema, what->partition)};
    enum standing standing = UNKNOWN;

    if (ray_conn_server_version(step->runner->conn) >= 140000 && !look(step, names, &standing, err))
        return false;
    if (standing == PENDING)
        return finalize(step, names, err);
    *skipped = attempted && standing == DETACHED;
    return *skipped || ray_conn_exec(step->runner->conn, sql, err);
}
