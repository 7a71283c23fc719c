/*
 * What a server of many threads needs of a connection (one opened with `threaded`): results as they come,
 * COPY in both directions, and an end to what runs when another thread, or a client that went away, says so.
 *
 * A flow is one statement by the extended protocol, which takes one alone: a second one behind a semicolon is
 * an error of the server's. Rows come one by one and are good until the next call; nothing is held.
 */
#ifndef RAY_PG_FLOW_H
#define RAY_PG_FLOW_H

#include "pg/conn.h"

/* Cancels what runs, on the server, and refuses (57014) all that follows on this connection but what is
 * shielded. From any thread, as long as the connection is not closed. */
void ray_conn_cancel(struct ray_conn *conn);
bool ray_conn_is_cancelled(const struct ray_conn *conn);
/* Statements run again: nothing does now, and no other thread is about to cancel. */
void ray_conn_renew(struct ray_conn *conn);

/* While a statement runs, the end of this socket (the other side closed it) cancels it. -1: none. */
void ray_conn_watch(struct ray_conn *conn, int fd);

/* What the last error on this connection was about, where the server named it; NULL where not. Good until the next. */
struct ray_fault {
    const char *column;
    const char *constraint;
};
struct ray_fault ray_conn_fault(const struct ray_conn *conn);

enum ray_flow_what {
    RAY_FLOW_COLUMNS, /* names and types; comes first where the statement gives rows, also where it gives none */
    RAY_FLOW_ROW,      /* values and lengths */
    RAY_FLOW_DONE,     /* tag; an END follows */
    RAY_FLOW_COPY_OUT, /* call ray_flow_copy_out until it says the end, then ray_flow_next */
    RAY_FLOW_COPY_IN,  /* call ray_flow_copy_in, ray_flow_copy_end, then ray_flow_next */
    RAY_FLOW_END,
    RAY_FLOW_FAILED, /* err is set; an END need not be waited for */
};

struct ray_flow {
    struct ray_conn *conn;
    struct ray_arena *arena; /* columns live here */
    size_t ncols;
    const char *const *names;
    const uint32_t *types; /* oids */
    const int *modifiers;  /* atttypmod */
    const char **values;   /* of the present row, NULL for NULL */
    size_t *lengths;
    const char *tag;
    struct ray_flow_state *state;
};

/* Sends the statement; $n parameters as text, their types as the server infers them. */
bool ray_flow_begin(struct ray_conn *conn, struct ray_arena *arena, const char *sql, int nparams,
                    const char *const *params, struct ray_flow *out,
                    struct ray_err *err) RAY_MUST_CHECK;
/* What columns a statement would give, without running it: fills names and types alone; ncols 0 for none. */
bool ray_flow_describe(struct ray_conn *conn, struct ray_arena *arena, const char *sql,
                       struct ray_flow *out, struct ray_err *err) RAY_MUST_CHECK;
enum ray_flow_what ray_flow_next(struct ray_flow *flow, struct ray_err *err) RAY_MUST_CHECK;

/* Forgets what is left: cancels where something still runs, and reads to the end. Call it always. */
void ray_flow_end(struct ray_flow *flow);

/* The next piece of a COPY TO STDOUT, usually a line; *data NULL at the end. Good until the next call. */
bool ray_flow_copy_out(struct ray_flow *flow, const char **data, size_t *length,
                       struct ray_err *err) RAY_MUST_CHECK;

/* Data of a COPY FROM STDIN. What the server does not like is told by ray_flow_next behind the end. */
bool ray_flow_copy_in(struct ray_flow *flow, const char *data, size_t length,
                      struct ray_err *err) RAY_MUST_CHECK;
/* `why` not NULL: the copy fails on the server with this text. */
bool ray_flow_copy_end(struct ray_flow *flow, const char *why, struct ray_err *err) RAY_MUST_CHECK;

#endif
