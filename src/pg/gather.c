/* Reading several pipelines at once: see gather.h. A PGresult lives here until it is asked for, or to the end. */
#include "pg/gather.h"

#include "base/vec.h"
#include "pg/conn_internal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/* The results of one statement: one, or rows one by one (ray_rows_append). */
struct answer {
    RAY_VEC(PGresult *) results;
    size_t line; /* that it comes on */
    bool whole;
};

struct line {
    struct ray_conn *conn;
    RAY_VEC(size_t) tickets; /* of its statements, in the order sent */
    size_t read;             /* how many of them are whole */
};

struct ray_gather {
    struct ray_arena *arena;
    RAY_VEC(struct line) lines;
    RAY_VEC(struct answer) answers; /* by ticket */
    RAY_VEC(struct pollfd) polls;
};

bool
ray_gather_add(struct ray_arena *arena, struct ray_gather **gather, struct ray_conn *conn,
               struct ray_err *err)
{
    if (*gather == NULL) {
        *gather = RAY_NEW(arena, struct ray_gather);
        (*gather)->arena = arena;
    }
    if (!ray_pipe_begin(conn, err))
        return false;
    ray_vec_add(arena, &(*gather)->lines)->conn = conn;
    return true;
}

bool
ray_gather_send(struct ray_gather *gather, size_t conn, const char *sql, size_t *ticket,
                struct ray_err *err)
{
    struct line *line = &gather->lines.items[conn];

    if (!ray_pipe_send(line->conn, sql, 0, NULL, err) || !ray_pipe_flush(line->conn, err))
        return false;
    *ticket = gather->answers.len;
    ray_vec_add(gather->arena, &gather->answers)->line = conn;
    *ray_vec_add(gather->arena, &line->tickets) = *ticket;
    return true;
}

/* Takes over what libpq has whole already; never waits. */
static void
collect(struct ray_gather *gather, struct line *line)
{
    PGconn *pg = ray_conn_libpq(line->conn);

    while (line->read < line->tickets.len && PQisBusy(pg) == 0) {
        struct answer *answer = &gather->answers.items[line->tickets.items[line->read]];
        PGresult *result = PQgetResult(pg);

        if (result != NULL) {
            *ray_vec_add(gather->arena, &answer->results) = result;
        } else {
            answer->whole = true;
            line->read++;
        }
        if (PQstatus(pg) == CONNECTION_BAD)
            return;
    }
}

/* Waits until a server has sent something, and reads all that they sent. */
static bool
receive(struct ray_gather *gather, struct ray_err *err)
{
    gather->polls.len = 0;
    for (size_t i = 0; i < gather->lines.len; i++) {
        struct pollfd *entry = ray_vec_add(gather->arena, &gather->polls);
        struct line *line = &gather->lines.items[i];

        ray_conn_set_busy(line->conn, true);
        entry->fd = line->read < line->tickets.len ? PQsocket(ray_conn_libpq(line->conn)) : -1;
        entry->events = POLLIN;
    }
    if (poll(gather->polls.items, gather->polls.len, -1) < 0 && errno != EINTR)
        return ray_err_set(err, RAY_UNAVAILABLE, "cannot wait for the server: %s", strerror(errno));
    for (size_t i = 0; i < gather->lines.len; i++) {
        struct line *line = &gather->lines.items[i];

        ray_conn_set_busy(line->conn, false);
        if (gather->polls.items[i].fd < 0 || gather->polls.items[i].revents == 0)
            continue;
        if (PQconsumeInput(ray_conn_libpq(line->conn)) == 0)
            return ray_conn_fail(line->conn, NULL, NULL, err);
        collect(gather, line);
        ray_conn_deliver_notices(line->conn);
    }
    return true;
}

/* Waits until the ticket's results are there, and looks whether they are rows. */
static bool
await(struct ray_gather *gather, size_t ticket, struct ray_err *err)
{
    const struct answer *answer = &gather->answers.items[ticket];

    for (size_t i = 0; i < gather->lines.len; i++)
        collect(gather, &gather->lines.items[i]);
    while (!answer->whole) {
        struct ray_conn *conn = gather->lines.items[answer->line].conn;

        if (PQstatus(ray_conn_libpq(conn)) == CONNECTION_BAD)
            return ray_conn_fail(conn, NULL, NULL, err);
        if (!receive(gather, err))
            return false;
    }
    for (size_t i = 0; i < answer->results.len; i++) {
        const PGresult *result = answer->results.items[i];

        if (PQresultStatus(result) != PGRES_TUPLES_OK &&
            PQresultStatus(result) != PGRES_SINGLE_TUPLE &&
            PQresultStatus(result) != PGRES_COMMAND_OK)
            return ray_conn_fail(gather->lines.items[answer->line].conn, result, NULL, err);
    }
    return true;
}

static void
clear(struct answer *answer)
{
    for (size_t i = 0; i < answer->results.len; i++)
        PQclear(answer->results.items[i]);
    answer->results.len = 0;
}

bool
ray_gather_next(struct ray_gather *gather, size_t ticket, struct ray_arena *arena,
                struct ray_rows *rows, struct ray_err *err)
{
    struct answer *answer = &gather->answers.items[ticket];

    if (!await(gather, ticket, err))
        return false;
    for (size_t i = 0; i < answer->results.len; i++)
        if (i == 0)
            ray_rows_copy(arena, answer->results.items[i], rows);
        else
            ray_rows_append(arena, answer->results.items[i], rows);
    clear(answer);
    return true;
}

bool
ray_gather_next_cut(struct ray_gather *gather, size_t ticket, struct ray_gather_cut *cuts,
                    size_t ncuts, struct ray_err *err)
{
    struct answer *answer = &gather->answers.items[ticket];

    if (!await(gather, ticket, err))
        return false;
    for (size_t c = 0; c < ncuts; c++) {
        cuts[c].rows = (struct ray_rows){.ncols = cuts[c].ncolumns};
        for (size_t i = 0; i < answer->results.len; i++)
            ray_rows_append_columns(cuts[c].arena, answer->results.items[i], cuts[c].columns,
                                    &cuts[c].rows);
    }
    clear(answer);
    return true;
}

bool
ray_gather_end(struct ray_gather *gather, struct ray_err *err)
{
    struct ray_err ignored;
    bool ok = true;

    if (gather == NULL)
        return true;
    ray_err_init(&ignored, gather->arena);
    for (size_t i = 0; i < gather->answers.len; i++)
        clear(&gather->answers.items[i]);
    for (size_t i = 0; i < gather->lines.len; i++)
        if (!ray_pipe_end(gather->lines.items[i].conn, ok ? err : &ignored))
            ok = false;
    return ok;
}
