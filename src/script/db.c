/*
 * The `db` value that a migration is handed: its session, its methods, and who may still use it. The
 * value is a userdata that borrows the connection; when the script ends the session is marked dead and
 * whatever the script kept says so. Methods come from the tables of the other db files and from
 * lua/raymig/host/db.lua; fields such as db.tag are per session.
 */
#include "script/db.h"

#include "base/interrupt.h"
#include "base/term.h"
#include "pg/quote.h"
#include "script/json.h"

#include <string.h>

static const char db_name[] = "raymig.db";

struct box {
    struct db_session *session;
};

/* ---------------------------------------------------------------- handles */

void
db_new_class(lua_State *L, const struct db_class *row)
{
    luaL_checkstack(L, 6, NULL);
    if (lua_getfield(L, LUA_REGISTRYINDEX, row->name) != LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    lua_pop(L, 1);
    lua_createtable(L, 0, 6); /* -- [metatable] */
    lua_pushstring(L, row->name);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    if (row->collect != NULL) {
        lua_pushcfunction(L, row->collect);
        lua_setfield(L, -2, "__gc");
        lua_pushcfunction(L, row->close);
        lua_setfield(L, -2, "__close");
    }
    lua_newtable(L);
    luaL_setfuncs(L, row->methods, 0);
    lua_setfield(L, -2, "__index");
    lua_setfield(L, LUA_REGISTRYINDEX, row->name);
}

void *
db_new_handle(lua_State *L, const char *name, size_t size, int uservalues)
{
    void *handle = lua_newuserdatauv(L, size, uservalues);

    memset(handle, 0, size);
    luaL_setmetatable(L, name);
    return handle;
}

static void
check_alive(lua_State *L, const struct db_session *session)
{
    ray_lua_check_stop(L);
    if (session == NULL || !session->alive)
        (void)ray_lua_fail(L, NULL, "this db handle is dead: its migration has ended");
    ray_arena_reset(session->lua->scratch);
}

void
db_check_session(lua_State *L, struct db_session *session, const struct db_flow *own)
{
    check_alive(L, session);
    if (session->ended)
        (void)ray_lua_fail(L, NULL, "the script ended the transaction that raymig opened");
    if (session->flow != NULL && session->flow != own)
        (void)ray_lua_fail(L,
                           "Finish it first; in a transaction db:each uses a cursor and leaves the "
                           "connection free.",
                           "the connection is busy with %s", session->flow->what);
}

struct db_session *
db_check_alive(lua_State *L, const char *method)
{
    const struct box *box = luaL_testudata(L, 1, db_name);
    struct db_session *session = box == NULL ? NULL : box->session;

    if (box == NULL)
        (void)ray_lua_fail(L, NULL, "call it with a colon: db:%s(...)", method);
    check_alive(L, session);
    return session;
}

struct db_session *
db_check(lua_State *L, const char *method)
{
    struct db_session *session = db_check_alive(L, method);

    db_check_session(L, session, NULL);
    return session;
}

int
db_raise(lua_State *L, const struct db_session *session, const struct ray_err *err)
{
    static const char *const names[] = {"constraint", "schema", "table", "column"};

    ray_lua_push_err(L, err);
    for (size_t i = 0; err->sqlstate[0] != '\0' && i < sizeof(names) / sizeof(names[0]); i++) {
        if (session->fields[i] == NULL)
            continue;
        lua_pushstring(L, session->fields[i]);
        lua_setfield(L, -2, names[i]);
    }
    (void)lua_error(L);
    __builtin_unreachable();
}

/* ---------------------------------------------------------------- small methods */

static int
l_db_notice(lua_State *L)
{
    struct db_session *session = db_check_alive(L, "notice");
    const char *text = luaL_tolstring(L, 2, NULL);
    const struct ray_script_hooks *hooks = &session->run->hooks;

    if (hooks->notice != NULL)
        hooks->notice(hooks->arg, text);
    return 0;
}

static int
l_db_quote_ident(lua_State *L)
{
    struct db_session *session = db_check_alive(L, "quote_ident");
    const char *name = luaL_checkstring(L, 2);

    lua_pushstring(L, ray_quote_ident(session->lua->scratch, name));
    return 1;
}

static int
l_db_quote_literal(lua_State *L)
{
    struct db_session *session = db_check_alive(L, "quote_literal");
    struct db_call call = {0};

    luaL_checkany(L, 2);
    lua_settop(L, 2);
    db_check_params(L, session, 2, &call);
    if (call.formats[0] != 0)
        return ray_lua_fail(L, NULL, "a db.bytea value is not text: give it as a parameter");
    if (call.values[0] == NULL)
        lua_pushliteral(L, "NULL");
    else
        lua_pushstring(L, ray_quote_literal(session->lua->scratch, call.values[0]));
    return 1;
}

static int
l_db_server_version(lua_State *L)
{
    const struct db_session *session = db_check_alive(L, "server_version");

    lua_pushinteger(L, ray_conn_server_version(session->conn));
    return 1;
}

/* db.bytea(bytes): marks a string as raw bytes. */
static int
l_bytea(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TSTRING);
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, 1);
    ray_lua_slot_push(L, RAY_SLOT_BYTEA);
    lua_setmetatable(L, -2);
    return 1;
}

static const luaL_Reg small_methods[] = {
    {"notice", l_db_notice},
    {"quote_ident", l_db_quote_ident},
    {"quote_literal", l_db_quote_literal},
    {"server_version", l_db_server_version},
    {"bytea", l_bytea},
    {NULL, NULL},
};

/* ---------------------------------------------------------------- the db value */

/* Keys of the table at `index` that are text. */
static void
add_keys(lua_State *L, int index, struct ray_arena *arena, ray_strings *out)
{
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        *ray_vec_add(arena, out) = lua_tostring(L, -2);
        lua_pop(L, 1);
    }
}

/* Upvalue 1: the methods. Fields of the session are in the db value's uservalue. */
static int
l_db_index(lua_State *L)
{
    struct ray_arena *arena = ray_lua_of(L)->scratch;
    const char *name = luaL_tolstring(L, 2, NULL);
    const char *nearest;
    ray_strings names = {0};

    lua_settop(L, 2);
    if (lua_getiuservalue(L, 1, 1) == LUA_TTABLE) { /* -- [db key fields] */
        lua_pushvalue(L, 2);
        if (lua_rawget(L, 3) != LUA_TNIL)
            return 1;
        lua_pop(L, 1);
    }
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    add_keys(L, lua_upvalueindex(1), arena, &names);
    if (lua_istable(L, 3))
        add_keys(L, 3, arena, &names);
    nearest = ray_nearest(name, names.items, names.len);
    return ray_lua_fail(L,
                        nearest == NULL ? NULL
                                        : ray_arena_printf(arena, "Did you mean db.%s?", nearest),
                        "db has no '%s'", name);
}

static int
l_db_tostring(lua_State *L)
{
    const struct box *box = luaL_checkudata(L, 1, db_name);

    lua_pushstring(L, box->session->alive ? "db" : "db (dead)");
    return 1;
}

static const luaL_Reg *const all_methods[] = {
    small_methods,   db_exec_methods,  db_statement_methods, db_cursor_methods,
    db_copy_methods, db_scope_methods, db_batch_methods,
};

static const struct db_class *const all_classes[] = {
    &db_statement_class,
    &db_cursor_class,
    &db_copy_class,
    &db_scope_class,
};

/* The methods of C go to the table at `methods`, or where the name begins with '_' to the core. */
static void
add_methods(lua_State *L, int methods, int core)
{
    for (size_t i = 0; i < sizeof(all_methods) / sizeof(all_methods[0]); i++)
        for (const luaL_Reg *row = all_methods[i]; row->name != NULL; row++) {
            bool is_core = row->name[0] == '_';

            lua_pushcfunction(L, row->func);
            lua_setfield(L, is_core ? core : methods, row->name + (is_core ? 1 : 0));
        }
}

/* Makes the class of db and of its handles, the first time that the state needs them. */
static void
open_db(lua_State *L)
{
    if (lua_getfield(L, LUA_REGISTRYINDEX, db_name) != LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    lua_pop(L, 1);
    for (size_t i = 0; i < sizeof(all_classes) / sizeof(all_classes[0]); i++)
        db_new_class(L, all_classes[i]);
    lua_createtable(L, 0, 4); /* -- [metatable] */
    lua_pushliteral(L, "raymig.db");
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushcfunction(L, l_db_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_newtable(L);
    lua_newtable(L); /* -- [metatable methods core] */
    add_methods(L, lua_gettop(L) - 1, lua_gettop(L));
    ray_lua_host(L, "raymig.host.db");
    lua_pushvalue(L, -3);
    lua_pushvalue(L, -3);
    ray_lua_invoke(L, 2, 0); /* -- [metatable methods core] */
    lua_pop(L, 1);
    lua_pushcclosure(L, l_db_index, 1);
    lua_setfield(L, -2, "__index");
    lua_setfield(L, LUA_REGISTRYINDEX, db_name);
}

/* Pushes the fields of the session. */
static void
push_fields(lua_State *L, const struct ray_script_run *run)
{
    lua_createtable(L, 0, 10);
    ray_lua_push_null(L);
    lua_setfield(L, -2, "null");
    ray_lua_json_open(L); /* -- [fields json] */
    lua_getfield(L, -1, "encode");
    lua_setfield(L, -3, "jsonb");
    lua_setfield(L, -2, "json");
    ray_lua_host(L, "raymig.sql");
    lua_getfield(L, -1, "sql");
    lua_setfield(L, -3, "sql");
    lua_pop(L, 1);
    lua_pushstring(L, run->tag == NULL ? "" : run->tag);
    lua_setfield(L, -2, "tag");
    lua_pushstring(L, run->direction);
    lua_setfield(L, -2, "direction");
    lua_pushboolean(L, run->dry_run);
    lua_setfield(L, -2, "dry_run");
    lua_pushboolean(L, run->in_transaction);
    lua_setfield(L, -2, "in_transaction");
}

struct db_session *
db_session_begin(lua_State *L, const struct ray_script_run *run)
{
    struct ray_lua *lua = ray_lua_of(L);
    struct db_session *session;
    struct box *box;

    open_db(L);
    box = lua_newuserdatauv(L, sizeof(*box), 1);
    session = RAY_NEW(lua->arena, struct db_session);
    box->session = session;
    session->lua = lua;
    luaL_setmetatable(L, db_name);
    push_fields(L, run);
    lua_setiuservalue(L, -2, 1);

    session->arena = ray_arena_new();
    session->conn = run->conn;
    session->run = run;
    session->alive = true;
    return session;
}

void
db_session_end(struct db_session *session)
{
    struct ray_err ignored;

    if (session == NULL || !session->alive)
        return;
    session->alive = false;
    ray_err_init(&ignored, session->arena);
    if (session->flow != NULL || session->abandoned)
        db_drain(session);
    session->flow = NULL;
    if (session->names.len > 0 && !session->ended && !ray_interrupted() &&
        (db_tx(session) == RAY_TX_OPEN || db_tx(session) == RAY_TX_IDLE))
        (void)!db_names_close(session, true, &ignored);
    ray_arena_free(session->arena);
    session->arena = NULL;
    session->conn = NULL;
    session->run = NULL;
}
