/*
 * db:exec, query, row and value: one call, one answer. All four run the statement to its end, learn the
 * types that it returns and only then push.
 */
#include "script/db.h"

static void
push_cell(lua_State *L, const struct db_session *session, const struct db_result *result,
          size_t row, int column)
{
    const struct db_cell *cell = &result->cells.items[row * (size_t)result->ncols + (size_t)column];

    if (cell->text == NULL)
        ray_lua_push_null(L);
    else
        db_push_value(L, session, result->types[column], cell->text, cell->length);
}

/* Pushes one row as a table by column name; the list of names is at `columns`. */
static void
push_row(lua_State *L, const struct db_session *session, const struct db_result *result, size_t row,
         int columns)
{
    luaL_checkstack(L, 4, NULL);
    lua_createtable(L, 0, result->ncols);
    for (int c = 0; c < result->ncols; c++) {
        lua_rawgeti(L, columns, c + 1);
        push_cell(L, session, result, row, c);
        lua_rawset(L, -3);
    }
}

int
db_push_exec(lua_State *L, struct db_session *session, struct db_call *call)
{
    struct db_result result;
    struct ray_err err;
    bool ok;

    ray_err_init(&err, session->lua->scratch);
    call->discard = true;
    ok = db_run(session, call, &result, &err);

    if (!ok)
        return db_raise(L, session, &err);
    lua_pushinteger(L, result.affected);
    return 1;
}

int
db_push_query(lua_State *L, struct db_session *session, struct db_call *call)
{
    struct db_result result;
    struct ray_err err;
    bool ok;

    ray_err_init(&err, session->lua->scratch);
    ok = db_run(session, call, &result, &err);

    if (!ok)
        return db_raise(L, session, &err);
    lua_createtable(L, (int)(result.nrows < 1024 ? result.nrows : 1024), 2); /* -- [rows] */
    lua_pushinteger(L, (lua_Integer)result.nrows);
    lua_setfield(L, -2, "n");
    db_push_columns(L, result.ncols, result.names);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "columns"); /* -- [rows columns] */
    for (size_t r = 0; r < result.nrows; r++) {
        push_row(L, session, &result, r, lua_gettop(L));
        lua_rawseti(L, -3, (lua_Integer)r + 1);
    }
    lua_pop(L, 1);
    return 1;
}

int
db_push_row(lua_State *L, struct db_session *session, struct db_call *call)
{
    struct db_result result;
    struct ray_err err;
    bool ok;

    ray_err_init(&err, session->lua->scratch);
    ok = db_run(session, call, &result, &err);

    if (!ok)
        return db_raise(L, session, &err);
    db_push_columns(L, result.ncols, result.names);
    if (result.nrows == 0)
        lua_pushnil(L);
    else
        push_row(L, session, &result, 0, lua_gettop(L));
    return 1;
}

int
db_push_first(lua_State *L, struct db_session *session, struct db_call *call)
{
    struct db_result result;
    struct ray_err err;
    bool ok;

    ray_err_init(&err, session->lua->scratch);
    ok = db_run(session, call, &result, &err);

    if (!ok)
        return db_raise(L, session, &err);
    if (result.nrows == 0 || result.ncols == 0 || result.cells.items[0].text == NULL)
        lua_pushnil(L);
    else
        push_cell(L, session, &result, 0, 0);
    return 1;
}

static int
l_db_exec(lua_State *L)
{
    struct db_session *session = db_check(L, "exec");
    struct db_call call;

    db_check_call(L, session, 2, &call);
    call.simple = call.n == 0;
    return db_push_exec(L, session, &call);
}

static int
l_db_query(lua_State *L)
{
    struct db_session *session = db_check(L, "query");
    struct db_call call;

    db_check_call(L, session, 2, &call);
    return db_push_query(L, session, &call);
}

static int
l_db_row(lua_State *L)
{
    struct db_session *session = db_check(L, "row");
    struct db_call call;

    db_check_call(L, session, 2, &call);
    return db_push_row(L, session, &call);
}

static int
l_db_value(lua_State *L)
{
    struct db_session *session = db_check(L, "value");
    struct db_call call;

    db_check_call(L, session, 2, &call);
    return db_push_first(L, session, &call);
}

const luaL_Reg db_exec_methods[] = {
    {"exec", l_db_exec},   {"query", l_db_query}, {"row", l_db_row},
    {"value", l_db_value}, {NULL, NULL},
};
