/*
 * db:each: rows one by one, in constant memory. In a transaction a server-side cursor is read in chunks of
 * about a megabyte, and the loop may run other statements. Outside one, or for what no cursor takes
 * (INSERT ... RETURNING, SHOW), libpq's single-row mode streams the result: then the connection is busy
 * until the loop ends, and leaving it early reads the rest and drops it, because to cancel the statement
 * would be to undo it.
 */
#include "script/db.h"

#include "base/clock.h"
#include "pg/statement.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIRST_FETCH = 50, MOST_ROWS = 5000, CHUNK_BYTES = 1024 * 1024 };

struct cursor {
    struct db_session *session;
    PGresult *result; /* the rows that are here; ours to clear */
    int at;           /* the next of them */
    bool done;        /* no more will come */
    int number;       /* of the cursor; 0: a stream */
    int fetch;        /* rows to ask for next */
    int64_t rows;
    int64_t us; /* waited for the server */
    struct db_flow flow;
};

static const char class_name[] = "raymig.rows";

/* Whether DECLARE takes the statement: by its first word, and no data-modifying WITH. */
static bool
takes_cursor(const char *sql)
{
    static const char *const words[] = {"select", "values", "table"};
    static const char *const changes[] = {"insert", "update", "delete", "merge"};
    const char *head = ray_statement_head(sql);

    while (*head == '(')
        head = ray_statement_head(head + 1);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strncasecmp(head, words[i], strlen(words[i])) == 0)
            return true;
    if (strncasecmp(head, "with", 4) != 0)
        return false;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
        if (strcasestr(head, changes[i]) != NULL)
            return false;
    return true;
}

/* Waits for the one result of what was sent; *out is the caller's. */
static bool
one_result(struct db_session *session, const char *sql, PGresult **out, struct ray_err *err)
{
    PGresult *result;
    bool ok = true;

    *out = NULL;
    while ((result = ray_conn_wait(session->conn)) != NULL) {
        ExecStatusType status = PQresultStatus(result);

        if (ok && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            ok = db_failed(session, result, sql, err);
        PQclear(*out);
        *out = result;
    }
    if (ok && *out == NULL)
        ok = db_failed(session, NULL, sql, err);
    if (!ok) {
        PQclear(*out);
        *out = NULL;
    }
    return ok;
}

static bool
declare(struct cursor *cursor, const struct db_call *call, struct ray_err *err)
{
    struct db_session *session = cursor->session;
    struct db_call declared = *call;
    char *prefix;
    PGresult *result;

    cursor->number = db_name_new(session, true);
    prefix = ray_arena_printf(err->arena, "DECLARE raymig_%d NO SCROLL CURSOR FOR ",
                              cursor->number);
    declared.sql = ray_arena_printf(err->arena, "%s%s", prefix, call->sql);
    if (db_send(session, &declared, false, err) &&
        one_result(session, declared.sql, &result, err)) {
        PQclear(result);
        return true;
    }
    db_name_drop(session, cursor->number);
    cursor->number = 0;
    err->statement = ray_arena_strdup(err->arena, call->sql); /* as the script wrote it */
    if (err->position > strlen(prefix))
        err->position -= strlen(prefix);
    return false;
}

static bool
learn(struct db_session *session, const PGresult *result, struct ray_err *err)
{
    int n = PQnfields(result);
    Oid *types = RAY_NEW_ARRAY(err->arena, Oid, (size_t)n + 1);

    for (int c = 0; c < n; c++)
        types[c] = PQftype(result, c);
    return db_learn_types(session, types, n, false, err);
}

/* Fetches the next chunk; sized so that the one after it is about CHUNK_BYTES. */
static bool
fetch(struct cursor *cursor, const char *sql, struct ray_err *err)
{
    struct db_session *session = cursor->session;
    const char *text = ray_arena_printf(err->arena, "FETCH %d FROM raymig_%d", cursor->fetch,
                                        cursor->number);
    int rows;

    PQclear(cursor->result);
    cursor->result = NULL;
    cursor->at = 0;
    if (PQsendQuery(ray_conn_libpq(session->conn), text) == 0)
        return db_failed(session, NULL, sql, err);
    if (!one_result(session, sql, &cursor->result, err))
        return false;
    rows = PQntuples(cursor->result);
    if (rows < cursor->fetch) {
        cursor->done = true;
        db_name_drop(session, cursor->number);
        if (!db_command(session, ray_arena_printf(err->arena, "CLOSE raymig_%d", cursor->number),
                        err))
            return false;
        cursor->number = 0;
    } else {
        size_t each = PQresultMemorySize(cursor->result) / (size_t)rows + 1;

        cursor->fetch = CHUNK_BYTES / each > MOST_ROWS ? MOST_ROWS : (int)(CHUNK_BYTES / each) + 1;
    }
    return learn(session, cursor->result, err);
}

/* Takes the next row of the stream, or its end. */
static bool
stream(struct cursor *cursor, const char *sql, struct ray_err *err)
{
    struct db_session *session = cursor->session;
    ExecStatusType status;
    bool ok = true;

    PQclear(cursor->result);
    cursor->at = 0;
    cursor->result = ray_conn_wait(session->conn);
    if (cursor->result != NULL && PQresultStatus(cursor->result) == PGRES_SINGLE_TUPLE)
        return true;
    status = PQresultStatus(cursor->result);
    if (status == PGRES_COPY_OUT || status == PGRES_COPY_IN) {
        ok = ray_err_set(err, RAY_FAILED, "COPY with a stream is not for db:each");
        (void)ray_err_hint(err, "Use db:copy_in or db:copy_out.");
    } else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        ok = db_failed(session, cursor->result, sql, err);
    }
    cursor->done = true;
    session->flow = NULL;
    db_drain(session);
    return ok;
}

static bool
start(struct cursor *cursor, const struct db_call *call, struct ray_err *err)
{
    struct db_session *session = cursor->session;

    cursor->fetch = FIRST_FETCH;
    if (!db_admits(session, call, err))
        return false;
    if (db_tx(session) == RAY_TX_OPEN && takes_cursor(call->sql))
        return declare(cursor, call, err);
    if (!db_learn_types(session, NULL, 0, true, err) || !db_send(session, call, true, err))
        return false;
    cursor->flow.what = "db:each";
    session->flow = &cursor->flow;
    return true;
}

static bool
advance(struct cursor *cursor, const char *sql, struct ray_err *err)
{
    struct db_session *session = cursor->session;
    int64_t started = ray_clock_us();
    bool ok;

    if (!db_begin(session, err))
        return false;
    ok = cursor->number != 0 ? fetch(cursor, sql, err) : stream(cursor, sql, err);
    cursor->us += ray_clock_us() - started;
    if (ok && cursor->done)
        db_report(session, sql, cursor->us, cursor->rows + PQntuples(cursor->result));
    ray_lua_clock_start(session->lua);
    return ok;
}

static bool
has_row(const struct cursor *cursor)
{
    return cursor->result != NULL && cursor->at < PQntuples(cursor->result);
}

/* -- [cursor columns]: pushes the row at cursor->at and moves on. */
static void
push_row(lua_State *L, struct cursor *cursor, int columns)
{
    const PGresult *result = cursor->result;
    int row = cursor->at++;
    int ncols = PQnfields(result);

    cursor->rows++;
    luaL_checkstack(L, 4, NULL);
    lua_createtable(L, 0, ncols);
    for (int c = 0; c < ncols; c++) {
        lua_rawgeti(L, columns, c + 1);
        if (PQgetisnull(result, row, c))
            ray_lua_push_null(L);
        else
            db_push_value(L, cursor->session, PQftype(result, c), PQgetvalue(result, row, c),
                          (size_t)PQgetlength(result, row, c));
        lua_rawset(L, -3);
    }
}

/* Pushes the list of columns, made at the first row. */
static void
push_columns(lua_State *L, const struct cursor *cursor)
{
    int ncols = PQnfields(cursor->result);
    const char **names;

    if (lua_getiuservalue(L, 1, 2) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    names = RAY_NEW_ARRAY(cursor->session->lua->scratch, const char *, (size_t)ncols + 1);
    for (int c = 0; c < ncols; c++)
        names[c] = PQfname(cursor->result, c);
    db_push_columns(L, ncols, names);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, 2);
}

/* The iterator: the next row of the cursor at 1, or nil. */
static int
l_rows_next(lua_State *L)
{
    struct cursor *cursor = luaL_checkudata(L, 1, class_name);
    struct ray_err err;
    bool ok = true;

    lua_settop(L, 1);
    if (!has_row(cursor) && cursor->done)
        return 0;
    if (!has_row(cursor) || !cursor->session->alive)
        db_check_session(L, cursor->session, &cursor->flow);
    if (!has_row(cursor) && cursor->number == 0 && cursor->session->flow != &cursor->flow)
        return ray_lua_fail(L, NULL, "the rows of this db:each are gone: what was around it ended");
    lua_getiuservalue(L, 1, 1); /* -- [cursor sql] */
    ray_err_init(&err, cursor->session->lua->scratch);

    if (!has_row(cursor))
        ok = advance(cursor, lua_tostring(L, 2), &err);

    if (!ok) {
        cursor->done = true;
        return db_raise(L, cursor->session, &err);
    }
    if (!has_row(cursor))
        return 0;
    push_columns(L, cursor);
    push_row(L, cursor, 3);
    return 1;
}

/* The end of a loop, early or not: the connection is free afterwards. */
static int
l_rows_close(lua_State *L)
{
    struct cursor *cursor = luaL_checkudata(L, 1, class_name);
    struct db_session *session = cursor->session;
    struct ray_err ignored;

    PQclear(cursor->result);
    cursor->result = NULL;
    cursor->session = NULL;
    cursor->done = true;
    if (session == NULL || !session->alive)
        return 0;
    ray_lua_clock_stop(session->lua);
    if (session->flow == &cursor->flow) {
        session->flow = NULL;
        db_drain(session);
    }
    if (cursor->number != 0)
        db_name_doom(session, cursor->number);
    ray_err_init(&ignored, session->lua->scratch);
    /* An error here would hide the one that left the loop, and shows itself in the next call. */
    if (session->doomed && db_tx(session) == RAY_TX_OPEN && session->flow == NULL)
        (void)!db_names_close(session, false, &ignored);
    cursor->number = 0;
    ray_lua_clock_start(session->lua);
    return 0;
}

static int
l_rows_collect(lua_State *L)
{
    struct cursor *cursor = luaL_checkudata(L, 1, class_name);
    struct db_session *session = cursor->session;

    PQclear(cursor->result);
    cursor->result = NULL;
    cursor->session = NULL;
    if (session == NULL || !session->alive)
        return 0;
    if (session->flow == &cursor->flow) {
        session->flow = NULL;
        session->abandoned = true;
    }
    if (cursor->number != 0)
        db_name_doom(session, cursor->number);
    return 0;
}

/* db:each(sql, ...): what the generic for wants, the cursor as its closing value. */
static int
l_db_each(lua_State *L)
{
    struct db_session *session = db_check(L, "each");
    struct cursor *cursor;
    struct db_call call;
    struct ray_err err;
    int handle;
    bool ok;

    db_check_call(L, session, 2, &call);
    luaL_checkstack(L, 8, NULL);
    cursor = db_new_handle(L, class_name, sizeof(*cursor), 2);
    handle = lua_gettop(L);
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, handle, 1);
    lua_pushcfunction(L, l_rows_next);
    lua_pushvalue(L, handle);
    lua_pushnil(L);
    lua_pushvalue(L, handle); /* -- [... next cursor nil cursor] */
    ray_err_init(&err, session->lua->scratch);

    ok = db_begin(session, &err);
    if (ok) {
        cursor->session = session;
        ok = start(cursor, &call, &err);
        ok = db_end(session, ok, &err);
    }

    if (!ok)
        return db_raise(L, session, &err);
    return 4;
}

static const luaL_Reg methods[] = {
    {"close", l_rows_close},
    {NULL, NULL},
};

const struct db_class db_cursor_class = {class_name, methods, l_rows_collect, l_rows_close};

const luaL_Reg db_cursor_methods[] = {
    {"each", l_db_each},
    {NULL, NULL},
};
