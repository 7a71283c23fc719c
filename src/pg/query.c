/*
 * Running statements: the simple and the one-statement call of conn.h, and its pipeline. Every PGresult
 * of these calls is cleared here, on every path.
 */
#include "pg/conn_internal.h"
#include "pg/large.h"

#include <stddef.h>
#include <string.h>

const char *
ray_rows_value(const struct ray_rows *rows, size_t row, size_t column)
{
    return rows->values[row * rows->ncols + column];
}

const char *
ray_rows_get(const struct ray_rows *rows, size_t row, const char *name)
{
    for (size_t i = 0; i < rows->ncols; i++)
        if (strcmp(rows->names[i], name) == 0)
            return ray_rows_value(rows, row, i);
    return NULL;
}

/* Catalogs repeat themselves: a value that stands in the row above too is held once. */
static const char *
copy_value(struct ray_arena *arena, const PGresult *result, int r, int c, const char *above)
{
    const char *value;

    if (c < 0 || PQgetisnull(result, r, c))
        return NULL;
    value = PQgetvalue(result, r, c);
    if (above != NULL && strcmp(above, value) == 0)
        return above;
    return ray_arena_strndup(arena, value, (size_t)PQgetlength(result, r, c));
}

void
ray_rows_append_columns(struct ray_arena *arena, const PGresult *result, const int *columns,
                        struct ray_rows *out)
{
    size_t more = (size_t)PQntuples(result);
    size_t ncols = out->ncols;
    size_t row = ncols * sizeof(*out->values);

    out->values = ray_arena_grow(arena, out->values, out->nrows * row, (out->nrows + more) * row);
    for (size_t r = 0; r < more; r++) {
        const char **values = &out->values[(out->nrows + r) * ncols];

        for (size_t c = 0; c < ncols; c++)
            values[c] = copy_value(arena, result, (int)r, columns == NULL ? (int)c : columns[c],
                                   out->nrows + r == 0 ? NULL
                                                       : values[(ptrdiff_t)c - (ptrdiff_t)ncols]);
    }
    out->nrows += more;
}

void
ray_rows_append(struct ray_arena *arena, const PGresult *result, struct ray_rows *out)
{
    ray_rows_append_columns(arena, result, NULL, out);
}

void
ray_rows_copy(struct ray_arena *arena, PGresult *result, struct ray_rows *out)
{
    size_t ncols = (size_t)PQnfields(result);
    const char **names = RAY_NEW_ARRAY(arena, const char *, ncols);

    for (size_t c = 0; c < ncols; c++)
        names[c] = ray_arena_strdup(arena, PQfname(result, (int)c));
    memset(out, 0, sizeof(*out));
    out->ncols = ncols;
    out->names = names;
    ray_rows_append(arena, result, out);
    out->command = ray_arena_strdup(arena, PQcmdStatus(result));
}

/* A result of a pipeline. libpq leaves the single-row mode of an earlier call on for a pipeline's first
 * statement, whose rows then come one by one. */
static void
take_result(struct ray_arena *arena, PGresult *result, struct ray_rows *rows, bool *singly)
{
    if (*singly)
        ray_rows_append(arena, result, rows);
    else
        ray_rows_copy(arena, result, rows);
    *singly = PQresultStatus(result) == PGRES_SINGLE_TUPLE;
}

/* Ends a COPY that a script began with data that only psql could have given, or that nobody reads. */
static void
leave_copy(struct ray_conn *conn, ExecStatusType status)
{
    PGconn *pg = ray_conn_libpq(conn);
    char *line;

    if (status == PGRES_COPY_IN || status == PGRES_COPY_BOTH)
        PQputCopyEnd(pg, "COPY FROM STDIN has no data here");
    if (status != PGRES_COPY_IN)
        while (PQgetCopyData(pg, &line, 0) > 0)
            PQfreemem(line);
}

static bool
is_failure(ExecStatusType status)
{
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

/* Reads the results of what was sent up to the end; keeps the first error, and the last rows. */
static bool
read_results(struct ray_conn *conn, struct ray_arena *arena, struct ray_rows *rows, const char *sql,
             struct ray_err *err)
{
    PGresult *result;
    bool ok = true;

    while ((result = ray_conn_wait(conn)) != NULL) {
        ExecStatusType status = PQresultStatus(result);

        if (is_failure(status) && ok)
            ok = ray_conn_fail(conn, result, sql, err);
        else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)
            leave_copy(conn, status);
        else if (ok && rows != NULL && !is_failure(status))
            ray_rows_copy(arena, result, rows);
        PQclear(result);
    }
    if (ok && PQstatus(ray_conn_libpq(conn)) == CONNECTION_BAD)
        ok = ray_conn_fail(conn, NULL, sql, err);
    return ok;
}

bool
ray_conn_exec(struct ray_conn *conn, const char *sql, struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(conn);

    if (!ray_conn_may_send(conn, err))
        return false;
    if (PQsendQuery(pg, sql) == 0)
        return ray_conn_fail(conn, NULL, sql, err);
    PQsetSingleRowMode(pg);
    return read_results(conn, NULL, NULL, sql, err);
}

bool
ray_conn_query(struct ray_conn *conn, struct ray_arena *arena, const char *sql, int nparams,
               const char *const *params, struct ray_rows *rows, struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(conn);

    if (!ray_conn_may_send(conn, err))
        return false;
    /* Without parameters the simple protocol: the extended one's portal, and with it a snapshot, would
     * live on in an open transaction, and a CREATE INDEX CONCURRENTLY elsewhere would wait for it. */
    if ((nparams == 0 ? PQsendQuery(pg, sql)
                      : PQsendQueryParams(pg, sql, nparams, NULL, params, NULL, NULL, 0)) == 0)
        return ray_conn_fail(conn, NULL, sql, err);
    if (rows == NULL)
        PQsetSingleRowMode(pg);
    return read_results(conn, arena, rows, sql, err);
}

bool
ray_pipe_begin(struct ray_conn *conn, struct ray_err *err)
{
    if (PQenterPipelineMode(ray_conn_libpq(conn)) == 0)
        return ray_conn_fail(conn, NULL, NULL, err);
    return true;
}

bool
ray_pipe_send(struct ray_conn *conn, const char *sql, int nparams, const char *const *params,
              struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(conn);

    size_t length = strlen(sql);
    int sent;

    if (!ray_conn_may_send(conn, err))
        return false;
    if (length >= RAY_LARGE && nparams == 0 && ray_large_parse(conn, sql, length))
        sent = PQsendQueryPrepared(pg, "", 0, NULL, NULL, NULL, 0);
    else
        sent = PQsendQueryParams(pg, sql, nparams, NULL, params, NULL, NULL, 0);
    if (sent == 0 || PQsendFlushRequest(pg) == 0)
        return ray_conn_fail(conn, NULL, sql, err);
    return true;
}

bool
ray_pipe_flush(struct ray_conn *conn, struct ray_err *err)
{
    if (PQflush(ray_conn_libpq(conn)) < 0)
        return ray_conn_fail(conn, NULL, NULL, err);
    return true;
}

bool
ray_pipe_next(struct ray_conn *conn, struct ray_arena *arena, struct ray_rows *rows,
              struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(conn);
    PGresult *result;
    bool singly = false;
    bool ok = true;

    if (rows == NULL)
        PQsetSingleRowMode(pg);
    while ((result = ray_conn_wait(conn)) != NULL) {
        ExecStatusType status = PQresultStatus(result);

        if (is_failure(status) && ok) /* the first says why; a lost connection gives another */
            ok = ray_conn_fail(conn, result, NULL, err);
        else if (is_failure(status) || status == PGRES_PIPELINE_ABORTED)
            ok = false;
        else if (rows != NULL)
            take_result(arena, result, rows, &singly);
        PQclear(result);
        if (PQstatus(pg) == CONNECTION_BAD)
            break;
    }
    if (ok && PQstatus(pg) == CONNECTION_BAD)
        ok = ray_conn_fail(conn, NULL, NULL, err);
    return ok;
}

bool
ray_pipe_end(struct ray_conn *conn, struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(conn);
    PGresult *result;
    bool synced = false;
    bool ok = true;

    if (PQpipelineStatus(pg) == PQ_PIPELINE_OFF)
        return true;
    if (PQpipelineSync(pg) == 0)
        return ray_conn_fail(conn, NULL, NULL, err);
    while (!synced && PQstatus(pg) == CONNECTION_OK) {
        result = ray_conn_wait(conn);
        if (result == NULL)
            continue;
        synced = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        if (ok && is_failure(PQresultStatus(result)))
            ok = ray_conn_fail(conn, result, NULL, err);
        PQclear(result);
    }
    if (ok && PQstatus(pg) == CONNECTION_BAD)
        return ray_conn_fail(conn, NULL, NULL, err);
    if (PQstatus(pg) == CONNECTION_OK && PQexitPipelineMode(pg) == 0)
        return ray_conn_fail(conn, NULL, NULL, err);
    return ok;
}
