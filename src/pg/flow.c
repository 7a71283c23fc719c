/* Flows: see flow.h. Every PGresult and every buffer of libpq's is freed here, on every path. */
#include "pg/flow.h"

#include "pg/conn_internal.h"

#include <string.h>

struct ray_flow_state {
    PGresult *result; /* that `values` points into */
    char *copied;     /* libpq's buffer of the last piece of a COPY */
    bool sent;        /* something may still come */
    bool described;   /* the columns were told */
};

static void
forget(struct ray_flow *flow)
{
    PQclear(flow->state->result);
    flow->state->result = NULL;
    if (flow->state->copied != NULL)
        PQfreemem(flow->state->copied);
    flow->state->copied = NULL;
}

bool
ray_flow_begin(struct ray_conn *conn, struct ray_arena *arena, const char *sql, int nparams,
               const char *const *params, struct ray_flow *out, struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(conn);

    memset(out, 0, sizeof(*out));
    out->conn = conn;
    out->arena = arena;
    out->state = RAY_NEW(arena, struct ray_flow_state);
    if (!ray_conn_may_send(conn, err))
        return false;
    if (PQsendQueryParams(pg, sql, nparams, NULL, params, NULL, NULL, 0) == 0)
        return ray_conn_fail(conn, NULL, sql, err);
    PQsetSingleRowMode(pg);
    out->state->sent = true;
    return true;
}

static void
take_columns(struct ray_flow *flow, const PGresult *result)
{
    size_t ncols = (size_t)PQnfields(result);
    const char **names = RAY_NEW_ARRAY(flow->arena, const char *, ncols);
    uint32_t *types = RAY_NEW_ARRAY(flow->arena, uint32_t, ncols);
    int *modifiers = RAY_NEW_ARRAY(flow->arena, int, ncols);

    for (size_t c = 0; c < ncols; c++) {
        names[c] = ray_arena_strdup(flow->arena, PQfname(result, (int)c));
        types[c] = PQftype(result, (int)c);
        modifiers[c] = PQfmod(result, (int)c);
    }
    flow->ncols = ncols;
    flow->names = names;
    flow->types = types;
    flow->modifiers = modifiers;
    flow->values = RAY_NEW_ARRAY(flow->arena, const char *, ncols);
    flow->lengths = RAY_NEW_ARRAY(flow->arena, size_t, ncols);
    flow->state->described = true;
}

static void
take_row(struct ray_flow *flow, const PGresult *result)
{
    for (size_t c = 0; c < flow->ncols; c++) {
        bool is_null = PQgetisnull(result, 0, (int)c) != 0;

        flow->values[c] = is_null ? NULL : PQgetvalue(result, 0, (int)c);
        flow->lengths[c] = (size_t)PQgetlength(result, 0, (int)c);
    }
}

bool
ray_flow_describe(struct ray_conn *conn, struct ray_arena *arena, const char *sql,
                  struct ray_flow *out, struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(conn);
    bool ok = true;

    memset(out, 0, sizeof(*out));
    out->conn = conn;
    out->arena = arena;
    out->state = RAY_NEW(arena, struct ray_flow_state);
    for (int step = 0; ok && step < 2; step++) {
        PGresult *result;

        if (!ray_conn_may_send(conn, err))
            return false;
        if ((step == 0 ? PQsendPrepare(pg, "", sql, 0, NULL) : PQsendDescribePrepared(pg, "")) == 0)
            return ray_conn_fail(conn, NULL, sql, err);
        while ((result = ray_conn_wait(conn)) != NULL) {
            if (ok && PQresultStatus(result) != PGRES_COMMAND_OK)
                ok = ray_conn_fail(conn, result, sql, err);
            else if (ok && step == 1)
                take_columns(out, result);
            PQclear(result);
        }
    }
    return ok;
}

/* What a result is, once its columns were told. */
static enum ray_flow_what
judge(struct ray_flow *flow, struct ray_err *err)
{
    PGresult *result = flow->state->result;

    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
        take_row(flow, result);
        return RAY_FLOW_ROW;
    case PGRES_COPY_OUT:
        return RAY_FLOW_COPY_OUT;
    case PGRES_COPY_IN:
        return RAY_FLOW_COPY_IN;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
        flow->tag = ray_arena_strdup(flow->arena, PQcmdStatus(result));
        return RAY_FLOW_DONE;
    case PGRES_COPY_BOTH:
    case PGRES_BAD_RESPONSE:
    case PGRES_NONFATAL_ERROR:
    case PGRES_FATAL_ERROR:
    case PGRES_PIPELINE_SYNC:
    case PGRES_PIPELINE_ABORTED:
    default:
        (void)ray_conn_fail(flow->conn, result, NULL, err);
        return RAY_FLOW_FAILED;
    }
}

enum ray_flow_what
ray_flow_next(struct ray_flow *flow, struct ray_err *err)
{
    PGresult *result = flow->state->result;
    ExecStatusType status = PQresultStatus(result);
    bool told = !flow->state->described &&
                (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK);

    /* A first row brought the columns: it comes now. */
    if (told && PQnfields(result) > 0) {
        flow->state->described = true;
        return judge(flow, err);
    }
    forget(flow);
    result = ray_conn_wait(flow->conn);
    if (result == NULL) {
        flow->state->sent = false;
        if (PQstatus(ray_conn_libpq(flow->conn)) == CONNECTION_BAD) {
            (void)ray_conn_fail(flow->conn, NULL, NULL, err);
            return RAY_FLOW_FAILED;
        }
        return RAY_FLOW_END;
    }
    flow->state->result = result;
    if (!flow->state->described && (PQresultStatus(result) == PGRES_SINGLE_TUPLE ||
                                    PQresultStatus(result) == PGRES_TUPLES_OK)) {
        take_columns(flow, result);
        flow->state->described = PQnfields(result) == 0;
        return RAY_FLOW_COLUMNS;
    }
    return judge(flow, err);
}

bool
ray_flow_copy_out(struct ray_flow *flow, const char **data, size_t *length, struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(flow->conn);
    char *copied = NULL;
    int got;

    forget(flow);
    while ((got = PQgetCopyData(pg, &copied, 1)) == 0)
        if (!ray_conn_await(flow->conn))
            return ray_conn_fail(flow->conn, NULL, NULL, err);
    if (got == -2)
        return ray_conn_fail(flow->conn, NULL, NULL, err);
    flow->state->copied = copied;
    *data = copied;
    *length = got > 0 ? (size_t)got : 0;
    return true;
}

bool
ray_flow_copy_in(struct ray_flow *flow, const char *data, size_t length, struct ray_err *err)
{
    enum { PIECE = 64 * 1024 };
    PGconn *pg = ray_conn_libpq(flow->conn);

    for (size_t at = 0; at < length; at += PIECE) {
        size_t piece = length - at < PIECE ? length - at : PIECE;

        if (ray_conn_is_cancelled(flow->conn) || PQputCopyData(pg, data + at, (int)piece) != 1)
            return ray_conn_fail(flow->conn, NULL, NULL, err);
    }
    return true;
}

bool
ray_flow_copy_end(struct ray_flow *flow, const char *why, struct ray_err *err)
{
    if (PQputCopyEnd(ray_conn_libpq(flow->conn), why) != 1)
        return ray_conn_fail(flow->conn, NULL, NULL, err);
    return true;
}

void
ray_flow_end(struct ray_flow *flow)
{
    PGconn *pg;

    if (flow->state == NULL)
        return;
    pg = ray_conn_libpq(flow->conn);
    /* A statement that failed runs no more: a cancel would meet the next one. */
    if (flow->state->sent && PQtransactionStatus(pg) == PQTRANS_ACTIVE &&
        PQresultStatus(flow->state->result) != PGRES_FATAL_ERROR)
        ray_conn_cancel(flow->conn);
    while (flow->state->sent && PQstatus(pg) == CONNECTION_OK) {
        ExecStatusType status;

        forget(flow);
        flow->state->result = ray_conn_wait(flow->conn);
        flow->state->sent = flow->state->result != NULL;
        status = PQresultStatus(flow->state->result);
        if (flow->state->sent && status == PGRES_COPY_IN)
            (void)PQputCopyEnd(pg, "given up");
        while (flow->state->sent && status == PGRES_COPY_OUT &&
               PQgetCopyData(pg, &flow->state->copied, 0) > 0) {
            PQfreemem(flow->state->copied);
            flow->state->copied = NULL;
        }
    }
    forget(flow);
}
