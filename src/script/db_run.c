/*
 * Talking to the server for the db binding. Nothing here touches Lua, so nothing here can raise: a binding
 * checks, calls in here, and pushes what came back.
 *
 * Rows are read one at a time and copied into the scratch arena, so that a result larger than the memory
 * ceiling is refused while it arrives and not when the machine has none left; it is read to its end all the
 * same, since cancelling would undo what the statement did.
 */
#include "base/clock.h"
#include "pg/split.h"
#include "pg/statement.h"
#include "script/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum ray_tx
db_tx(const struct db_session *session)
{
    return ray_conn_tx(session->conn);
}

bool
db_begin(struct db_session *session, struct ray_err *err)
{
    if (!ray_conn_may_send(session->conn, err))
        return false;
    ray_lua_clock_stop(session->lua);
    if (session->abandoned) {
        db_drain(session);
        session->abandoned = false;
    }
    if (!session->doomed || db_tx(session) == RAY_TX_FAILED || db_names_close(session, false, err))
        return true;
    ray_lua_clock_start(session->lua);
    return false;
}

bool
db_end(struct db_session *session, bool ok, struct ray_err *err)
{
    enum ray_tx tx = db_tx(session);

    ray_lua_clock_start(session->lua);
    if (tx == RAY_TX_IDLE)
        session->epoch++;
    if (tx != RAY_TX_IDLE || !session->run->in_transaction)
        return ok;
    session->ended = true;
    if (ok)
        (void)ray_err_set(err, RAY_FAILED, "the script ended the transaction that raymig opened");
    return false;
}

bool
db_failed(struct db_session *session, const PGresult *result, const char *sql, struct ray_err *err)
{
    static const int codes[] = {PG_DIAG_CONSTRAINT_NAME, PG_DIAG_SCHEMA_NAME, PG_DIAG_TABLE_NAME,
                                PG_DIAG_COLUMN_NAME};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        session->fields[i] = ray_arena_strdup(err->arena, PQresultErrorField(result, codes[i]));
    (void)ray_conn_fail(session->conn, result, sql, err);
    if (strcmp(err->sqlstate, "25P02") == 0)
        return ray_err_hint(err, "An earlier error has left the transaction failed, although the "
                                 "script caught it. Run what may fail in db:transaction: then only "
                                 "its own work is undone.");
    return false;
}

static void
leave_copy(PGconn *pg, ExecStatusType status)
{
    char *line = NULL;

    if (status == PGRES_COPY_IN || status == PGRES_COPY_BOTH)
        (void)PQputCopyEnd(pg, "the script gave no data");
    if (status == PGRES_COPY_IN)
        return;
    while (PQgetCopyData(pg, &line, 0) > 0)
        PQfreemem(line);
}

static bool
is_copy(ExecStatusType status)
{
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

void
db_drain(struct db_session *session)
{
    PGresult *result;

    (void)PQsetnonblocking(ray_conn_libpq(session->conn), 0);
    while ((result = ray_conn_wait(session->conn)) != NULL) {
        ExecStatusType status = PQresultStatus(result);

        PQclear(result);
        if (is_copy(status))
            leave_copy(ray_conn_libpq(session->conn), status);
    }
}

bool
db_send(struct db_session *session, const struct db_call *call, bool single_rows,
        struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(session->conn);
    const char *const *values = (const char *const *)call->values;
    int sent;

    if (call->prepared != NULL)
        sent = PQsendQueryPrepared(pg, call->prepared, call->n, values, call->lengths,
                                   call->formats, 0);
    else if (call->simple)
        sent = PQsendQuery(pg, call->sql);
    else
        sent = PQsendQueryParams(pg, call->sql, call->n, call->types, values, call->lengths,
                                 call->formats, 0);
    if (sent == 0)
        return db_failed(session, NULL, call->sql, err);
    if (single_rows)
        (void)PQsetSingleRowMode(pg);
    return true;
}

int64_t
db_affected(PGresult *result)
{
    const char *tag = PQcmdStatus(result);

    /* Rows that were only read are not affected; CREATE TABLE AS says "SELECT n" without rows. */
    if (PQresultStatus(result) == PGRES_TUPLES_OK &&
        (strncmp(tag, "SELECT", 6) == 0 || strncmp(tag, "FETCH", 5) == 0))
        return 0;
    return strtoll(PQcmdTuples(result), NULL, 10);
}

static void
take_columns(struct ray_arena *arena, const PGresult *result, struct db_result *out)
{
    out->ncols = PQnfields(result);
    out->names = RAY_NEW_ARRAY(arena, const char *, (size_t)out->ncols);
    out->types = RAY_NEW_ARRAY(arena, Oid, (size_t)out->ncols);
    for (int c = 0; c < out->ncols; c++) {
        out->names[c] = ray_arena_strdup(arena, PQfname(result, c));
        out->types[c] = PQftype(result, c);
    }
}

/* Copies the rows of a result; returns the bytes that they take. */
static size_t
take_rows(struct ray_arena *arena, const PGresult *result, struct db_result *out)
{
    int rows = PQntuples(result);
    size_t bytes = 0;

    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < out->ncols; c++) {
            struct db_cell *cell = ray_vec_add(arena, &out->cells);

            bytes += sizeof(*cell);
            if (PQgetisnull(result, r, c))
                continue;
            cell->length = (size_t)PQgetlength(result, r, c);
            cell->text = ray_arena_strndup(arena, PQgetvalue(result, r, c), cell->length);
            bytes += cell->length + 1;
        }
        out->nrows++;
    }
    return bytes;
}

/* What a run of results adds up to. */
struct tally {
    bool ok;
    bool too_large;
    size_t bytes;
    int64_t rows;
};

static void
take_result(struct db_session *session, const struct db_call *call, PGresult *result,
            struct tally *tally, struct db_result *out, struct ray_err *err)
{
    struct ray_arena *arena = session->lua->scratch;
    size_t ceiling = session->lua->ceiling;
    ExecStatusType status = PQresultStatus(result);

    if (is_copy(status)) {
        leave_copy(ray_conn_libpq(session->conn), status);
        if (tally->ok)
            (void)ray_err_set(err, RAY_FAILED, "COPY with a stream is not for this call");
        err->statement = ray_arena_strdup(arena, call->sql);
        (void)ray_err_hint(err, "Use db:copy_in or db:copy_out.");
        tally->ok = false;
    } else if (status == PGRES_SINGLE_TUPLE || status == PGRES_TUPLES_OK) {
        tally->rows += PQntuples(result);
        if (status == PGRES_TUPLES_OK)
            out->affected += db_affected(result);
        if (call->discard || tally->too_large || !tally->ok)
            return;
        if (out->names == NULL)
            take_columns(arena, result, out);
        tally->bytes += take_rows(arena, result, out);
        tally->too_large = ceiling > 0 && tally->bytes > ceiling;
    } else if (status == PGRES_COMMAND_OK) {
        out->affected += db_affected(result);
    } else if (status != PGRES_EMPTY_QUERY && tally->ok) {
        tally->ok = db_failed(session, result, call->sql, err);
    }
}

static bool
read_results(struct db_session *session, const struct db_call *call, struct db_result *out,
             struct ray_err *err)
{
    struct tally tally = {.ok = true};
    int64_t started = ray_clock_us();
    PGresult *result;

    while ((result = ray_conn_wait(session->conn)) != NULL) {
        take_result(session, call, result, &tally, out, err);
        PQclear(result);
    }
    if (tally.ok && PQstatus(ray_conn_libpq(session->conn)) == CONNECTION_BAD)
        return db_failed(session, NULL, call->sql, err);
    if (!tally.ok)
        return false;
    db_report(session, call->sql, ray_clock_us() - started,
              tally.rows > 0 ? tally.rows : out->affected);
    if (!tally.too_large)
        return true;
    session->lua->refused = true;
    ray_lua_memory_fault(session->lua, err);
    return ray_err_prepend(err, "the rows of one query");
}

bool
db_run(struct db_session *session, const struct db_call *call, struct db_result *out,
       struct ray_err *err)
{
    bool ok;

    memset(out, 0, sizeof(*out));
    if (!db_begin(session, err))
        return false;
    ok = db_admits(session, call, err) && db_send(session, call, true, err) &&
         read_results(session, call, out, err);
    if (ok && out->ncols > 0)
        ok = db_learn_types(session, out->types, out->ncols, false, err);
    return db_end(session, ok, err);
}

bool
db_command(struct db_session *session, const char *sql, struct ray_err *err)
{
    PGresult *result;
    bool ok = true;

    if (PQsendQuery(ray_conn_libpq(session->conn), sql) == 0)
        return db_failed(session, NULL, sql, err);
    while ((result = ray_conn_wait(session->conn)) != NULL) {
        if (ok && PQresultStatus(result) == PGRES_FATAL_ERROR)
            ok = db_failed(session, result, sql, err);
        PQclear(result);
    }
    if (ok && PQstatus(ray_conn_libpq(session->conn)) == CONNECTION_BAD)
        return db_failed(session, NULL, sql, err);
    return ok;
}

void
db_report(struct db_session *session, const char *sql, int64_t us, int64_t rows)
{
    const struct ray_script_hooks *hooks = &session->run->hooks;

    if (hooks->statement != NULL)
        hooks->statement(hooks->arg, sql, us, rows);
}

/* ---------------------------------------------------------------- whose transaction it is */

static bool
refuse(struct db_session *session, enum ray_statement_kind kind, const char *sql,
       struct ray_err *err)
{
    const char *word = kind == RAY_STATEMENT_BEGIN    ? "BEGIN"
                       : kind == RAY_STATEMENT_COMMIT ? "COMMIT"
                                                      : "ROLLBACK";

    (void)ray_err_set(err, RAY_FAILED,
                      "%s is not for this script: %s opened the transaction and ends it", word,
                      session->run->in_transaction ? "raymig" : "db:transaction");
    err->statement = ray_arena_strdup(err->arena, sql);
    return ray_err_hint(err,
                        session->run->in_transaction
                            ? "Use db:transaction for a savepoint, or begin the file with "
                              "\"-- raymig: transaction=none\" to run it without a transaction."
                            : "Raise an error to leave db:transaction and undo its work.");
}

static bool
is_transaction_kind(enum ray_statement_kind kind)
{
    return kind == RAY_STATEMENT_BEGIN || kind == RAY_STATEMENT_COMMIT ||
           kind == RAY_STATEMENT_ROLLBACK;
}

/* Only a text with one of these words can hold such a statement. */
static bool
is_suspect(const char *sql)
{
    static const char *const words[] = {"begin", "start",    "commit", "end",
                                        "abort", "rollback", "prepare"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasestr(sql, words[i]) != NULL)
            return true;
    return false;
}

bool
db_admits(struct db_session *session, const struct db_call *call, struct ray_err *err)
{
    struct ray_source source = {.path = "sql", .text = call->sql};
    struct ray_splitter *splitter = NULL;
    struct ray_statement statement;
    struct ray_err ignored;
    bool end = false;
    bool ok = true;

    if ((!session->run->in_transaction && session->level == 0) || !is_suspect(call->sql))
        return true;
    /* What cannot be split cannot be run either: the server says why. */
    ray_err_init(&ignored, err->arena);
    if (!ray_splitter_open(err->arena, &source, &splitter, &ignored))
        return true;
    while (ok && ray_splitter_next(splitter, &statement, &end, &ignored) && !end) {
        enum ray_statement_kind kind = ray_statement_classify(statement.text);

        if (is_transaction_kind(kind))
            ok = refuse(session, kind, statement.text, err);
    }
    ray_splitter_close(splitter);
    return ok;
}
