/*
 * Prepared statements: db:prepare. In raymig's own transaction the server prepares it, once. Without one,
 * where a transaction pooler may hand every statement to another backend, the text is sent each time:
 * slower, and right everywhere.
 */
#include "script/db.h"

#include <string.h>

struct statement {
    struct db_session *session;
    int number; /* on the server; 0: not there */
    bool closed;
};

static const char class_name[] = "raymig.statement";

static bool
prepare(struct db_session *session, const struct db_call *call, int *number, struct ray_err *err)
{
    PGconn *pg = ray_conn_libpq(session->conn);
    PGresult *result;
    bool ok = true;

    *number = 0;
    if (!session->run->in_transaction)
        return true;
    if (!db_begin(session, err))
        return false;
    *number = db_name_new(session, false);
    if (!db_admits(session, call, err)) {
        ok = false;
    } else if (PQsendPrepare(pg, ray_arena_printf(err->arena, "raymig_%d", *number), call->sql, 0,
                             NULL) == 0) {
        ok = db_failed(session, NULL, call->sql, err);
    } else {
        while ((result = ray_conn_wait(session->conn)) != NULL) {
            if (ok && PQresultStatus(result) != PGRES_COMMAND_OK)
                ok = db_failed(session, result, call->sql, err);
            PQclear(result);
        }
    }
    if (!ok)
        db_name_drop(session, *number);
    return db_end(session, ok, err);
}

static int
l_db_prepare(lua_State *L)
{
    struct db_session *session = db_check(L, "prepare");
    struct statement *statement;
    struct db_call call;
    struct ray_err err;
    bool ok;

    lua_settop(L, 2);
    db_check_call(L, session, 2, &call);
    if (call.n > 0)
        return ray_lua_fail(L, "Write $1, $2 and give the values to each call.",
                            "db:prepare takes a text, not a bound statement");
    statement = db_new_handle(L, class_name, sizeof(*statement), 1); /* -- [db sql handle] */
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, 1);
    ray_err_init(&err, session->lua->scratch);

    ok = prepare(session, &call, &statement->number, &err);

    if (!ok) {
        statement->closed = true;
        return db_raise(L, session, &err);
    }
    statement->session = session;
    return 1;
}

/* The statement at 1 and the parameters behind it as a call. */
static struct db_session *
check_statement(lua_State *L, struct db_call *call)
{
    const struct statement *statement = luaL_checkudata(L, 1, class_name);

    if (statement->closed)
        (void)ray_lua_fail(L, NULL, "this statement is closed");
    db_check_session(L, statement->session, NULL);
    memset(call, 0, sizeof(*call));
    lua_getiuservalue(L, 1, 1);
    lua_insert(L, 2); /* -- [statement sql params...] */
    call->sql = lua_tostring(L, 2);
    if (statement->number != 0)
        call->prepared = ray_arena_printf(statement->session->lua->scratch, "raymig_%d",
                                          statement->number);
    db_check_params(L, statement->session, 3, call);
    return statement->session;
}

static int
l_statement_exec(lua_State *L)
{
    struct db_call call;
    struct db_session *session = check_statement(L, &call);

    return db_push_exec(L, session, &call);
}

static int
l_statement_query(lua_State *L)
{
    struct db_call call;
    struct db_session *session = check_statement(L, &call);

    return db_push_query(L, session, &call);
}

static int
l_statement_row(lua_State *L)
{
    struct db_call call;
    struct db_session *session = check_statement(L, &call);

    return db_push_row(L, session, &call);
}

static int
l_statement_value(lua_State *L)
{
    struct db_call call;
    struct db_session *session = check_statement(L, &call);

    return db_push_first(L, session, &call);
}

/* Also __close and __gc: the next call, or the end of the script, frees it on the server. */
static int
l_statement_close(lua_State *L)
{
    struct statement *statement = luaL_checkudata(L, 1, class_name);

    if (!statement->closed && statement->session != NULL && statement->session->alive)
        db_name_doom(statement->session, statement->number);
    statement->closed = true;
    return 0;
}

static const luaL_Reg methods[] = {
    {"exec", l_statement_exec},   {"query", l_statement_query}, {"row", l_statement_row},
    {"value", l_statement_value}, {"close", l_statement_close}, {NULL, NULL},
};

const struct db_class db_statement_class = {class_name, methods, l_statement_close,
                                            l_statement_close};

const luaL_Reg db_statement_methods[] = {
    {"prepare", l_db_prepare},
    {NULL, NULL},
};
