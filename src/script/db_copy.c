/*
 * COPY streams for db:copy_in and db:copy_out, whose loops are in lua/raymig/host/db.lua: a handle that
 * takes rows or gives lines. Rows are encoded here and go out in chunks. While a COPY is open libpq does not
 * block: waiting happens here, where a signal is seen and cancels it. Closing a COPY that was not finished
 * makes the server forget it.
 */
#include "script/db.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "script/json.h"

#include <poll.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024, WAIT_MS = 500 };

struct copy {
    struct db_session *session; /* NULL: over */
    struct ray_arena *arena;    /* of the buffer; ours to free */
    struct ray_buf buf;         /* encoded, not yet sent */
    char *line;                 /* from libpq; ours to free */
    bool in;
    bool cancelled;
    int ncols;
    int64_t rows;
    int64_t us;
    struct db_flow flow;
};

static const char class_name[] = "raymig.copy";

/* Waits until the socket can be read (or written); cancels once where a signal came. False where the
 * connection is lost. */
static bool
wait_socket(struct copy *copy, bool writing)
{
    PGconn *pg = ray_conn_libpq(copy->session->conn);
    struct pollfd ready = {.fd = PQsocket(pg), .events = (short)(POLLIN | (writing ? POLLOUT : 0))};

    (void)poll(&ready, 1, WAIT_MS);
    if (ray_interrupted() && !copy->cancelled) {
        PGcancel *cancel = PQgetCancel(pg);
        char text[64];

        (void)PQcancel(cancel, text, sizeof(text));
        PQfreeCancel(cancel);
        copy->cancelled = true;
    }
    if ((ready.revents & (POLLIN | POLLERR | POLLHUP | POLLNVAL)) != 0)
        return PQconsumeInput(pg) != 0;
    return true;
}

/* Sends what libpq holds back. */
static bool
flush(struct copy *copy, struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(copy->session->conn);
    int status;

    while ((status = PQflush(pg)) == 1)
        if (!wait_socket(copy, true))
            break;
    return status == 0 ? true : db_failed(copy->session, NULL, NULL, err);
}

static bool
send_buffer(struct copy *copy, struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(copy->session->conn);
    int status;

    while ((status = PQputCopyData(pg, copy->buf.data, (int)copy->buf.len)) == 0)
        if (!wait_socket(copy, true))
            break;
    ray_buf_truncate(&copy->buf, 0);
    return status > 0 ? flush(copy, err) : db_failed(copy->session, NULL, NULL, err);
}

static bool
start(struct copy *copy, const struct db_call *call, struct ray_err *err)
{
    struct db_session *session = copy->session;
    PGresult *result;
    ExecStatusType status;
    bool ok = true;

    if (!db_admits(session, call, err) || !db_send(session, call, false, err))
        return false;
    result = ray_conn_wait(session->conn);
    status = PQresultStatus(result);
    copy->ncols = PQnfields(result);
    if (status != (copy->in ? PGRES_COPY_IN : PGRES_COPY_OUT)) {
        if (status == PGRES_FATAL_ERROR) {
            ok = db_failed(session, result, call->sql, err);
        } else {
            ok = ray_err_set(err, RAY_FAILED, "the statement is no COPY %s",
                             copy->in ? "FROM STDIN" : "TO STDOUT");
            err->statement = ray_arena_strdup(err->arena, call->sql);
        }
    }
    PQclear(result);
    if (!ok) {
        db_drain(session);
        return false;
    }
    (void)PQsetnonblocking(ray_conn_libpq(session->conn), 1);
    copy->flow.what = copy->in ? "db:copy_in" : "db:copy_out";
    session->flow = &copy->flow;
    return true;
}

/* Frees what the handle owns and lets go of the connection. */
static void
release(struct copy *copy)
{
    if (copy->session != NULL && copy->session->flow == &copy->flow)
        copy->session->flow = NULL;
    if (copy->line != NULL)
        PQfreemem(copy->line);
    copy->line = NULL;
    ray_arena_free(copy->arena);
    copy->arena = NULL;
    copy->session = NULL;
}

/* core.copy(db, sql, is_in): an open COPY. */
static int
l_copy_begin(lua_State *L)
{
    struct db_session *session = db_check(L, "copy");
    bool in = lua_toboolean(L, 3);
    struct copy *copy;
    struct db_call call;
    struct ray_err err;
    int64_t started = ray_clock_us();
    bool ok;

    lua_settop(L, 2);
    db_check_call(L, session, 2, &call);
    call.simple = call.n == 0;
    copy = db_new_handle(L, class_name, sizeof(*copy), 1);
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, 1);
    ray_err_init(&err, session->lua->scratch);

    copy->in = in;
    copy->session = session;
    copy->arena = ray_arena_new();
    ray_buf_init(&copy->buf, copy->arena);
    ok = db_begin(session, &err);
    if (ok)
        ok = db_end(session, start(copy, &call, &err), &err);
    copy->us = ray_clock_us() - started;

    if (!ok)
        return db_raise(L, session, &err);
    return 1;
}

static struct copy *
check_copy(lua_State *L)
{
    struct copy *copy = luaL_checkudata(L, 1, class_name);

    db_check_session(L, copy->session, &copy->flow);
    if (copy->session->flow != &copy->flow)
        (void)ray_lua_fail(L, NULL, "this COPY is over");
    return copy;
}

/* Appends the row at 2 to the buffer. */
static void
add_row(lua_State *L, struct copy *copy, bool keyed)
{
    lua_settop(L, 3);
    for (int c = 1; c <= copy->ncols; c++) {
        if (c > 1)
            ray_buf_addc(&copy->buf, '\t');
        if (keyed) {
            lua_rawgeti(L, 3, c);
            lua_rawget(L, 2);
        } else {
            lua_rawgeti(L, 2, c);
        }
        db_add_copy_value(L, 4, &copy->buf);
        lua_pop(L, 1);
    }
    ray_buf_addc(&copy->buf, '\n');
    copy->rows++;
}

/* copy:put(row, columns): a row as a table (by place, or by name where it has no place 1 and columns are
 * given), or a piece of the stream as a string. */
static int
l_copy_put(lua_State *L)
{
    struct copy *copy = check_copy(L);
    struct ray_err err;
    bool ok = true;

    if (lua_type(L, 2) == LUA_TSTRING) {
        size_t length;
        const char *text = lua_tolstring(L, 2, &length);

        ray_buf_addn(&copy->buf, text, length);
    } else if (lua_istable(L, 2)) {
        bool keyed = lua_istable(L, 3) && lua_rawlen(L, 2) == 0;

        add_row(L, copy, keyed);
    } else {
        return ray_lua_fail(L, NULL, "db:copy_in takes rows as tables or text, not %s",
                            luaL_typename(L, 2));
    }
    ray_err_init(&err, copy->session->lua->scratch);

    if (copy->buf.len >= CHUNK_BYTES) {
        ok = db_begin(copy->session, &err);
        if (ok) {
            ok = send_buffer(copy, &err);
            ray_lua_clock_start(copy->session->lua);
        }
    }

    if (!ok)
        return db_raise(L, copy->session, &err);
    return 0;
}

/* Reads the results that end a COPY; gives the number of rows. */
static bool
read_end(struct copy *copy, const char *sql, int64_t *rows, struct ray_err *err)
{
    struct db_session *session = copy->session;
    PGresult *result;
    bool ok = true;

    (void)PQsetnonblocking(ray_conn_libpq(session->conn), 0);
    while ((result = ray_conn_wait(session->conn)) != NULL) {
        if (PQresultStatus(result) == PGRES_COMMAND_OK)
            *rows = db_affected(result);
        else if (ok)
            ok = db_failed(session, result, sql, err);
        PQclear(result);
    }
    if (ok && PQstatus(ray_conn_libpq(session->conn)) == CONNECTION_BAD)
        ok = db_failed(session, NULL, sql, err);
    return ok;
}

static bool
finish_in(struct copy *copy, const char *sql, int64_t *rows, struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(copy->session->conn);
    int status;

    if (copy->buf.len > 0 && !send_buffer(copy, err))
        return false;
    while ((status = PQputCopyEnd(pg, NULL)) == 0)
        if (!wait_socket(copy, true))
            break;
    if (status <= 0)
        return db_failed(copy->session, NULL, sql, err);
    return flush(copy, err) && read_end(copy, sql, rows, err);
}

/* copy:finish(): ends a COPY FROM; gives the number of rows. */
static int
l_copy_finish(lua_State *L)
{
    struct copy *copy = check_copy(L);
    struct db_session *session = copy->session;
    int64_t started = ray_clock_us();
    struct ray_err err;
    int64_t rows = 0;
    bool ok;

    lua_getiuservalue(L, 1, 1);
    ray_err_init(&err, session->lua->scratch);

    ok = db_begin(session, &err);
    if (ok) {
        ok = finish_in(copy, lua_tostring(L, -1), &rows, &err);
        if (ok) {
            release(copy);
            db_report(session, lua_tostring(L, -1), copy->us + ray_clock_us() - started, rows);
        }
        ok = db_end(session, ok, &err);
    }

    if (!ok)
        return db_raise(L, session, &err);
    lua_pushinteger(L, rows);
    return 1;
}

/* Takes the next line of a COPY TO; *end where there is none. */
static bool
read_line(struct copy *copy, const char *sql, int *length, struct ray_err *err)
{
    struct db_session *session = copy->session;
    PGconn *pg = ray_conn_libpq(session->conn);
    int64_t rows = 0;
    bool ok;

    if (copy->line != NULL)
        PQfreemem(copy->line);
    copy->line = NULL;
    while ((*length = PQgetCopyData(pg, &copy->line, 1)) == 0)
        if (!wait_socket(copy, false))
            break;
    if (*length > 0)
        return true;
    ok = *length == -1 ? read_end(copy, sql, &rows, err) : db_failed(session, NULL, sql, err);
    *length = 0;
    if (ok)
        db_report(session, sql, copy->us, rows);
    if (ok || db_tx(session) != RAY_TX_ACTIVE)
        release(copy);
    return ok;
}

/* copy:read(): the next line of a COPY TO, or nil. Also the iterator of db:copy_out. */
static int
l_copy_read(lua_State *L)
{
    struct copy *copy = luaL_checkudata(L, 1, class_name);
    struct db_session *session = copy->session;
    int64_t started = ray_clock_us();
    struct ray_err err;
    int length = 0;
    bool ok;

    if (session == NULL)
        return 0;
    (void)check_copy(L);
    lua_getiuservalue(L, 1, 1);
    ray_err_init(&err, session->lua->scratch);

    ok = db_begin(session, &err);
    if (ok) {
        ok = read_line(copy, lua_tostring(L, -1), &length, &err);
        copy->us += ray_clock_us() - started;
        ok = db_end(session, ok, &err);
    }

    if (!ok)
        return db_raise(L, session, &err);
    if (length == 0)
        return 0;
    lua_pushlstring(L, copy->line, (size_t)length);
    return 1;
}

static int
l_copy_close(lua_State *L)
{
    struct copy *copy = luaL_checkudata(L, 1, class_name);
    struct db_session *session = copy->session;

    if (session != NULL && session->alive && session->flow == &copy->flow) {
        ray_lua_clock_stop(session->lua);
        db_drain(session);
        ray_lua_clock_start(session->lua);
    }
    release(copy);
    return 0;
}

static int
l_copy_collect(lua_State *L)
{
    struct copy *copy = luaL_checkudata(L, 1, class_name);

    if (copy->session != NULL && copy->session->alive && copy->session->flow == &copy->flow)
        copy->session->abandoned = true;
    if (copy->session != NULL && !copy->session->alive)
        copy->session = NULL;
    release(copy);
    return 0;
}

static const luaL_Reg methods[] = {
    {"put", l_copy_put},
    {"finish", l_copy_finish},
    {"read", l_copy_read},
    {NULL, NULL},
};

const struct db_class db_copy_class = {class_name, methods, l_copy_collect, l_copy_close};

const luaL_Reg db_copy_methods[] = {
    {"_copy", l_copy_begin},
    {NULL, NULL},
};
