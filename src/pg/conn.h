/*
 * A connection to PostgreSQL: libpq behind the calls that raymig needs. client_encoding is UTF8. Rows are
 * copied into the caller's arena; every PGresult is freed here. A statement is cancelled on the server by
 * SIGINT and SIGTERM (base/interrupt.h); the call then fails with RAY_INTERRUPTED.
 *
 * Notices are queued while libpq runs and handed over between its calls, never inside one.
 */
#ifndef RAY_PG_CONN_H
#define RAY_PG_CONN_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

struct ray_conn;
struct ray_dial;

struct ray_conn_options {
    const char
        *url; /* URI or key=value string; NULL or "": the PG* variables, service file, ~/.pgpass */
    const char *database; /* instead of the url's; likewise user; NULL: as it says */
    const char *user;
    bool bare;           /* the PG* variables do not count: they are about another server */
    const char *role;    /* what the connection is for: ends application_name, e.g. "raymig up" */
    int64_t wait_ms;     /* keep trying this long while no server answers; 0: once */
    int connect_timeout; /* seconds, where neither url nor PGCONNECT_TIMEOUT says; 0: libpq's own */
    bool threaded; /* one of many, in a thread: signals leave it alone, pg/flow.h cancels it */
    struct ray_dial *dial; /* these options' own head start, pg/dial.h; NULL: none */
};

/* Rows of text as the server prints them: value(r, c) is NULL for NULL. All in the arena given. */
struct ray_rows {
    size_t nrows;
    size_t ncols;
    const char *const *names; /* ncols */
    const char **values;      /* nrows * ncols, row by row */
    const char *command;      /* the command tag, "INSERT 0 1" */
};
const char *ray_rows_value(const struct ray_rows *rows, size_t row, size_t column);
const char *ray_rows_get(const struct ray_rows *rows, size_t row,
                         const char *name); /* by column name */

enum ray_tx { RAY_TX_IDLE, RAY_TX_OPEN, RAY_TX_FAILED, RAY_TX_ACTIVE, RAY_TX_LOST };

/* Opens a connection; the caller closes it. RAY_UNAVAILABLE where none could be had; the error never
 * shows a password. */
bool ray_conn_open(struct ray_arena *arena, const struct ray_conn_options *options,
                   struct ray_conn **out, struct ray_err *err) RAY_MUST_CHECK;
void ray_conn_close(struct ray_conn *conn); /* NULL is allowed */

int ray_conn_server_version(const struct ray_conn *conn); /* 150020 */
const char *ray_conn_database(const struct ray_conn *conn);
const char *ray_conn_user(const struct ray_conn *conn);
const char *ray_conn_host(const struct ray_conn *conn); /* host or socket folder */
const char *ray_conn_port(const struct ray_conn *conn);
bool ray_conn_is_superuser(const struct ray_conn *conn); /* the role that counts now */
enum ray_tx ray_conn_tx(const struct ray_conn *conn);

/* While shielded, statements run although the program was interrupted: for rolling back and for the log. */
void ray_conn_shield(struct ray_conn *conn, bool on);

/* Runs a string of one or more statements, simple protocol; results are dropped. */
bool ray_conn_exec(struct ray_conn *conn, const char *sql, struct ray_err *err) RAY_MUST_CHECK;

/* Runs one statement with $n parameters as text (NULL for NULL). rows may be NULL. */
bool ray_conn_query(struct ray_conn *conn, struct ray_arena *arena, const char *sql, int nparams,
                    const char *const *params, struct ray_rows *rows,
                    struct ray_err *err) RAY_MUST_CHECK;

/*
 * Pipeline: statements are sent without waiting for the one before; the server runs each as its own
 * command and after an error skips all that follow. begin, then send and next in any interleaving that
 * reads each result in the order sent, then end. Call flush before the next that should not wait for
 * more sending. After a next that failed only end may follow. A few hundred statements may be in flight.
 */
bool ray_pipe_begin(struct ray_conn *conn, struct ray_err *err) RAY_MUST_CHECK;
bool ray_pipe_send(struct ray_conn *conn, const char *sql, int nparams, const char *const *params,
                   struct ray_err *err) RAY_MUST_CHECK;
bool ray_pipe_flush(struct ray_conn *conn, struct ray_err *err) RAY_MUST_CHECK;
/* rows NULL: what comes is dropped row by row, not held. err.statement is left to the caller. */
bool ray_pipe_next(struct ray_conn *conn, struct ray_arena *arena, struct ray_rows *rows,
                   struct ray_err *err) RAY_MUST_CHECK;
/* Syncs, skips what is left and goes back to plain calls. Open transactions stay open. */
bool ray_pipe_end(struct ray_conn *conn, struct ray_err *err) RAY_MUST_CHECK;

/* A notice of the server, as it came. */
struct ray_notice {
    const char *severity; /* NOTICE, WARNING, INFO, ... */
    const char *sqlstate;
    const char *message;
    const char *detail; /* NULL where there is none; likewise hint */
    const char *hint;
};
typedef void ray_notice_fn(void *arg, const struct ray_notice *notice);
void ray_conn_on_notice(struct ray_conn *conn, ray_notice_fn *fn, void *arg);

#endif
