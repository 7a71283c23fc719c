/*
 * Connections: see conn.h. Owns the PGconn and its cancel handle. Waiting happens inside libpq; a signal
 * sends the server a cancel request from the handler, and the statement comes back with 57014.
 */
#include "pg/conn_internal.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/vec.h"
#include "pg/dial.h"
#include "pg/flow.h"
#include "pg/url.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { OLDEST_SERVER = 130000, STATEMENT_SHOWN = 64 * 1024, AGAIN_MS = 1000 };

struct ray_conn {
    PGconn *pg;
    PGcancel *cancel;
    volatile sig_atomic_t busy; /* a statement runs: the signal handler cancels it */
    bool shielded;
    bool threaded;
    atomic_bool cancelled;  /* by another thread, or by the end of the socket that is watched */
    int watched;            /* -1: none */
    struct ray_fault fault; /* of the last error, in its arena */
    struct ray_arena *notices_arena;
    RAY_VEC(struct ray_notice) notices;
    ray_notice_fn *on_notice;
    void *on_notice_arg;
};

static void
cancel_statement(void *arg)
{
    struct ray_conn *conn = arg;
    char error[64];

    if (conn->busy && !conn->shielded)
        PQcancel(conn->cancel, error, sizeof(error));
}

static const char *
field(struct ray_arena *arena, const PGresult *result, int code)
{
    return ray_arena_strdup(arena, PQresultErrorField(result, code));
}

/* libpq's callback: copies and returns, never more (a longjmp from here would leave libpq half-way). */
static void
queue_notice(void *arg, const PGresult *result)
{
    struct ray_conn *conn = arg;
    struct ray_notice *notice = ray_vec_add(conn->notices_arena, &conn->notices);

    notice->severity = field(conn->notices_arena, result, PG_DIAG_SEVERITY_NONLOCALIZED);
    notice->sqlstate = field(conn->notices_arena, result, PG_DIAG_SQLSTATE);
    notice->message = field(conn->notices_arena, result, PG_DIAG_MESSAGE_PRIMARY);
    notice->detail = field(conn->notices_arena, result, PG_DIAG_MESSAGE_DETAIL);
    notice->hint = field(conn->notices_arena, result, PG_DIAG_MESSAGE_HINT);
}

void
ray_conn_deliver_notices(struct ray_conn *conn)
{
    if (conn->notices.len == 0)
        return;
    for (size_t i = 0; conn->on_notice != NULL && i < conn->notices.len; i++)
        conn->on_notice(conn->on_notice_arg, &conn->notices.items[i]);
    memset(&conn->notices, 0, sizeof(conn->notices));
    ray_arena_reset(conn->notices_arena);
}

void
ray_conn_on_notice(struct ray_conn *conn, ray_notice_fn *fn, void *arg)
{
    conn->on_notice = fn;
    conn->on_notice_arg = arg;
}

/* libpq ends its messages with a line break, and may put several lines; the first line says it. */
static char *
trimmed(struct ray_arena *arena, const char *text)
{
    size_t length = strlen(text);

    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '))
        length--;
    return ray_arena_strndup(arena, text, length);
}

/* Of the first attempt, what was begun before it counts. */
static bool
try_connect(struct ray_conn *conn, const struct ray_conn_options *options, bool first)
{
    conn->pg = first ? ray_dial_take(options->dial) : NULL;
    if (conn->pg == NULL)
        conn->pg = ray_dial(conn->notices_arena, options);
    return PQstatus(conn->pg) == CONNECTION_OK;
}

/* Whether waiting can help: the server is not there yet, is starting, or is out of slots. */
static bool
may_come_up(PGconn *pg)
{
    const char *message = PQerrorMessage(pg);

    return !PQconnectionNeedsPassword(pg) && !PQconnectionUsedPassword(pg) &&
           strstr(message, "does not exist") == NULL && strstr(message, "invalid") == NULL &&
           strstr(message, "authentication failed") == NULL && strstr(message, "no pg_hba") == NULL;
}

static bool
connect_failed(struct ray_conn *conn, const struct ray_conn_options *options, struct ray_err *err)
{
    const char *where = ray_url_redacted(err->arena, options->url);
    const char *said = ray_url_scrub(err->arena, options->url,
                                     trimmed(err->arena, PQerrorMessage(conn->pg)));

    (void)ray_err_set(err, RAY_UNAVAILABLE, "cannot connect to %s", where);
    err->detail = said;
    if (PQconnectionNeedsPassword(conn->pg))
        (void)ray_err_hint(err, "Give the password in PGPASSWORD or in ~/.pgpass.");
    else if (PQconnectionUsedPassword(conn->pg))
        (void)ray_err_hint(err, "Check user and password; ~/.pgpass and PGPASSWORD are read too.");
    else if (may_come_up(conn->pg))
        (void)ray_err_hint(err, "Check that the server runs; --wait 30s waits until it answers.");
    return false;
}

static bool
open_with_patience(struct ray_conn *conn, const struct ray_conn_options *options,
                   struct ray_err *err)
{
    int64_t deadline = ray_clock_ms() + options->wait_ms;

    for (bool first = true; !try_connect(conn, options, first); first = false) {
        if (ray_clock_ms() >= deadline || !may_come_up(conn->pg))
            return connect_failed(conn, options, err);
        PQfinish(conn->pg);
        conn->pg = NULL;
        ray_interrupt_immediate(!options->threaded);
        ray_clock_sleep(100);
        ray_interrupt_immediate(false);
        if (ray_interrupted())
            return ray_err_set(err, RAY_INTERRUPTED, "interrupted");
    }
    if (PQserverVersion(conn->pg) < OLDEST_SERVER)
        return ray_err_set(err, RAY_FAILED,
                           "server version %s is too old: raymig needs 13 or newer",
                           PQparameterStatus(conn->pg, "server_version"));
    return true;
}

bool
ray_conn_open(struct ray_arena *arena, const struct ray_conn_options *options,
              struct ray_conn **out, struct ray_err *err)
{
    struct ray_conn *conn = RAY_NEW(arena, struct ray_conn);

    conn->notices_arena = ray_arena_new();
    conn->threaded = options->threaded;
    conn->watched = -1;
    if (!open_with_patience(conn, options, err)) {
        ray_conn_close(conn);
        return false;
    }
    conn->cancel = PQgetCancel(conn->pg);
    PQsetNoticeReceiver(conn->pg, queue_notice, conn);
    if (!conn->threaded)
        ray_interrupt_add(cancel_statement, conn);
    *out = conn;
    return true;
}

void
ray_conn_close(struct ray_conn *conn)
{
    if (conn == NULL)
        return;
    if (!conn->threaded)
        ray_interrupt_remove(conn);
    PQfreeCancel(conn->cancel);
    PQfinish(conn->pg);
    ray_arena_free(conn->notices_arena);
    conn->cancel = NULL;
    conn->pg = NULL;
    conn->notices_arena = NULL;
}

PGconn *
ray_conn_libpq(struct ray_conn *conn)
{
    return conn->pg;
}

int
ray_conn_server_version(const struct ray_conn *conn)
{
    return PQserverVersion(conn->pg);
}

const char *
ray_conn_database(const struct ray_conn *conn)
{
    return PQdb(conn->pg);
}

const char *
ray_conn_user(const struct ray_conn *conn)
{
    return PQuser(conn->pg);
}

const char *
ray_conn_host(const struct ray_conn *conn)
{
    return PQhost(conn->pg);
}

const char *
ray_conn_port(const struct ray_conn *conn)
{
    return PQport(conn->pg);
}

bool
ray_conn_is_superuser(const struct ray_conn *conn)
{
    const char *value = PQparameterStatus(conn->pg, "is_superuser");

    return value != NULL && strcmp(value, "on") == 0;
}

enum ray_tx
ray_conn_tx(const struct ray_conn *conn)
{
    switch (PQtransactionStatus(conn->pg)) {
    case PQTRANS_IDLE:
        return RAY_TX_IDLE;
    case PQTRANS_INTRANS:
        return RAY_TX_OPEN;
    case PQTRANS_INERROR:
        return RAY_TX_FAILED;
    case PQTRANS_ACTIVE:
        return RAY_TX_ACTIVE;
    case PQTRANS_UNKNOWN:
    default:
        return RAY_TX_LOST;
    }
}

void
ray_conn_shield(struct ray_conn *conn, bool on)
{
    conn->shielded = on;
}

bool
ray_conn_may_send(struct ray_conn *conn, struct ray_err *err)
{
    if (ray_interrupted() && !conn->shielded)
        return ray_err_set(err, RAY_INTERRUPTED, "interrupted");
    if (conn->cancelled && !conn->shielded) {
        (void)ray_err_set(err, RAY_FAILED, "cancelled");
        memcpy(err->sqlstate, "57014", sizeof(err->sqlstate));
        return false;
    }
    return true;
}

struct ray_fault
ray_conn_fault(const struct ray_conn *conn)
{
    return conn->fault;
}

void
ray_conn_cancel(struct ray_conn *conn)
{
    char error[64];

    conn->cancelled = true;
    (void)PQcancel(conn->cancel, error, sizeof(error));
}

bool
ray_conn_is_cancelled(const struct ray_conn *conn)
{
    return conn->cancelled;
}

void
ray_conn_renew(struct ray_conn *conn)
{
    conn->cancelled = false;
}

void
ray_conn_watch(struct ray_conn *conn, int fd)
{
    conn->watched = fd;
}

bool
ray_conn_await(struct ray_conn *conn)
{
    struct pollfd fds[] = {
        {.fd = PQsocket(conn->pg), .events = POLLIN},
        {.fd = conn->watched, .events = POLLRDHUP},
    };

    if (PQflush(conn->pg) > 0)
        fds[0].events |= POLLOUT;
    /* A request to cancel can miss, between two statements: it is sent again until it hits. */
    if (poll(fds, 2, AGAIN_MS) == 0 && conn->cancelled && !conn->shielded)
        ray_conn_cancel(conn);
    if (fds[1].revents != 0) {
        conn->watched = -1;
        ray_conn_cancel(conn);
    }
    return fds[0].revents == 0 || PQconsumeInput(conn->pg) == 1;
}

void
ray_conn_set_busy(struct ray_conn *conn, bool busy)
{
    conn->busy = busy;
    /* A signal between the check before sending and this line found nobody busy: cancel late. */
    if (busy && !conn->threaded && ray_interrupted() && !conn->shielded &&
        PQtransactionStatus(conn->pg) == PQTRANS_ACTIVE)
        cancel_statement(conn);
}

PGresult *
ray_conn_wait(struct ray_conn *conn)
{
    PGresult *result;

    while (conn->threaded && PQisBusy(conn->pg))
        if (!ray_conn_await(conn))
            break;
    ray_conn_set_busy(conn, true);
    result = PQgetResult(conn->pg);
    ray_conn_set_busy(conn, false);
    ray_conn_deliver_notices(conn);
    return result;
}

/* The server's CONTEXT, and the query inside a function that failed, if there was one. */
static const char *
context_of(struct ray_arena *arena, const PGresult *result)
{
    const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
    const char *query = PQresultErrorField(result, PG_DIAG_INTERNAL_QUERY);

    if (query == NULL)
        return ray_arena_strdup(arena, context);
    return ray_arena_printf(arena, "query: %s%s%s", query, context == NULL ? "" : "\n",
                            context == NULL ? "" : context);
}

static enum ray_code
code_of(const char *sqlstate, bool lost)
{
    if (strcmp(sqlstate, "57014") == 0 && ray_interrupted())
        return RAY_INTERRUPTED;
    if (lost || strcmp(sqlstate, "55P03") == 0)
        return RAY_UNAVAILABLE;
    return RAY_FAILED;
}

/* FATAL is the last that a session says; libpq notices the end only when it reads again. It says nothing of
 * itself where it could not write, but has no SQLSTATE then. */
static bool
is_lost(struct ray_conn *conn, const char *severity, const char *sqlstate)
{
    return PQstatus(conn->pg) == CONNECTION_BAD ||
           (severity != NULL && strcmp(severity, "FATAL") == 0) ||
           (sqlstate == NULL && PQconsumeInput(conn->pg) == 0);
}

bool
ray_conn_fail(struct ray_conn *conn, const PGresult *result, const char *statement,
              struct ray_err *err)
{
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    bool lost = is_lost(conn, severity, sqlstate);
    enum ray_code code;

    if (sqlstate == NULL)
        sqlstate = lost ? "08006" : "";
    if (message == NULL)
        message = trimmed(err->arena,
                          result != NULL ? PQresultErrorMessage(result) : PQerrorMessage(conn->pg));
    code = code_of(sqlstate, lost);
    (void)ray_err_set(err, code, "%s%s",
                      code == RAY_INTERRUPTED ? "interrupted: "
                      : lost                  ? "connection lost: "
                                              : "",
                      message);
    memcpy(err->sqlstate, sqlstate, strnlen(sqlstate, 5));
    err->detail = field(err->arena, result, PG_DIAG_MESSAGE_DETAIL);
    err->hint = field(err->arena, result, PG_DIAG_MESSAGE_HINT);
    err->context = context_of(err->arena, result);
    conn->fault.column = field(err->arena, result, PG_DIAG_COLUMN_NAME);
    conn->fault.constraint = field(err->arena, result, PG_DIAG_CONSTRAINT_NAME);
    err->position = position == NULL ? 0 : (size_t)strtoul(position, NULL, 10);
    if (statement != NULL)
        err->statement = ray_arena_strndup(err->arena, statement,
                                           strnlen(statement, STATEMENT_SHOWN));
    return false;
}
