/*
 * raymig.so: the library for a stock lua5.4 (docs/library.md, lua/meta/library.lua).
 *
 *     local raymig = require "raymig"
 *     local result, err = raymig.migrate { url = "postgres:///shop", migrations = "migrations" }
 *
 * It sees raymig.h alone. Documents become tables; an error is a value, a table that prints as its message. A callback
 * that raises cancels the operation, and its error is raised again when the library has let go: nothing jumps over C.
 */
#include "methods.h"

#include <string.h>

/* NOLINTNEXTLINE(readability-identifier-naming): Lua looks for it */
__attribute__((visibility("default"))) int luaopen_raymig(lua_State *L);

static struct handle *
check_handle(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, HANDLE);

    luaL_argcheck(L, handle->project != NULL, 1, "the handle is closed");
    return handle;
}

static int
l_error_tostring(lua_State *L)
{
    lua_getfield(L, 1, "message");
    return 1;
}

/* ---------------------------------------------------------------- the handle */

static void
new_handle(lua_State *L, int options)
{
    static const char *const skip[] = {"folder", NULL};
    struct handle *handle = lua_newuserdatauv(L, sizeof(*handle), VALUES);
    int self = lua_gettop(L);
    const char *folder = NULL;

    memset(handle, 0, sizeof(*handle));
    luaL_setmetatable(L, HANDLE);
    if (options != 0 && lua_getfield(L, options, "folder") != LUA_TNIL)
        folder = luaL_checkstring(L, -1);
    handle->project = raymig_open(folder);
    lua_settop(L, self);
    lua_newtable(L);
    lua_setiuservalue(L, self, OPTIONS);
    if (options != 0)
        set_options(L, handle, self, options, skip, 1);
    listen_to(handle);
}

static int
l_open(lua_State *L)
{
    if (!lua_isnoneornil(L, 1))
        luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    new_handle(L, lua_isnil(L, 1) ? 0 : 1);
    return 1;
}

static int
l_close(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, HANDLE);

    if (handle->L != NULL)
        return luaL_error(L, "the handle is at work");
    raymig_close(handle->project);
    handle->project = NULL;
    return 0;
}

static int
l_cancel(lua_State *L)
{
    raymig_cancel(check_handle(L)->project);
    return 0;
}

static int
l_set(lua_State *L)
{
    static const char *const skip[] = {NULL};
    struct handle *handle = check_handle(L);

    luaL_checktype(L, 2, LUA_TTABLE);
    set_options(L, handle, 1, 2, skip, 1);
    lua_settop(L, 1);
    return 1;
}

/* ---------------------------------------------------------------- operations */

/* Runs it for the handle at `self`. */
static int
operate(lua_State *L, const struct method *method, int self, const struct arguments *arguments,
        struct holder *holder)
{
    struct handle *handle = lua_touserdata(L, self);

    handle->L = L;
    handle->self = self;
    handle->failed = 0;
    holder->result = method->run(handle->project, arguments);
    handle->L = NULL;
    if (!handle->failed)
        return 1;
    lua_getiuservalue(L, self, RAISED);
    lua_pushnil(L);
    lua_setiuservalue(L, self, RAISED);
    return 0;
}

static const char *
text_field(lua_State *L, int options, const char *name)
{
    if (name[0] == '\0' || lua_getfield(L, options, name) == LUA_TNIL)
        return NULL;
    return luaL_checkstring(L, -1); /* stays on the stack while it is needed */
}

/* How many migrations: a number, or "all". */
static long
count_at(lua_State *L, int index)
{
    const char *text = lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : "";

    if (strcmp(text, "all") == 0)
        return RAYMIG_ALL;
    if (!lua_isinteger(L, index) || lua_tointeger(L, index) < 0)
        return luaL_error(L, "count is a number of migrations or \"all\", not %s",
                          luaL_tolstring(L, index, NULL));
    return (long)lua_tointeger(L, index);
}

static void
read_arguments(lua_State *L, const struct method *method, int options, struct arguments *out)
{
    memset(out, 0, sizeof(*out));
    out->count = method->otherwise;
    if (options == 0)
        return;
    for (int i = 0; i < TEXTS; i++)
        out->text[i] = text_field(L, options, method->texts[i]);
    if (method->count[0] != '\0' && lua_getfield(L, options, method->count) != LUA_TNIL)
        out->count = count_at(L, -1);
    if (method->flag[0] != '\0') {
        lua_getfield(L, options, method->flag);
        out->down = lua_toboolean(L, -1);
    }
}

/* handle:up { ... }; the method is the upvalue. What the table says holds for this operation alone. */
static int
l_operation(lua_State *L)
{
    const struct method *method = &methods[lua_tointeger(L, lua_upvalueindex(1))];
    const char *const skip[] = {method->count,    method->flag,     method->texts[0],
                                method->texts[1], method->texts[2], NULL};
    struct handle *handle = check_handle(L);
    struct arguments arguments;
    struct holder *holder;
    int options;
    int ok;

    if (handle->L != NULL)
        return luaL_error(L, "the handle is at work");
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    options = lua_isnil(L, 2) ? 0 : 2;
    holder = new_holder(L);
    reset_options(L, handle, 1);
    if (options != 0)
        set_options(L, handle, 1, options, skip, 0);
    read_arguments(L, method, options, &arguments);
    ok = operate(L, method, 1, &arguments, holder);
    return ok ? push_result(L, holder) : lua_error(L);
}

/* raymig.migrate { url =, migrations =, ... }: what a service does before it serves. */
static int
l_migrate(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    new_handle(L, 1);
    lua_getfield(L, 2, "up");
    lua_pushvalue(L, 2);
    lua_call(L, 1, LUA_MULTRET);
    return lua_gettop(L) - 2;
}

static int
l_version(lua_State *L)
{
    lua_pushstring(L, raymig_version());
    return 1;
}

int
luaopen_raymig(lua_State *L)
{
    static const luaL_Reg own[] = {{"open", l_open},
                                   {"migrate", l_migrate},
                                   {"version", l_version},
                                   {NULL, NULL}};
    static const luaL_Reg others[] = {{"close", l_close},
                                      {"cancel", l_cancel},
                                      {"set", l_set},
                                      {NULL, NULL}};

    luaL_newmetatable(L, ERROR);
    lua_pushcfunction(L, l_error_tostring);
    lua_setfield(L, -2, "__tostring");
    luaL_newmetatable(L, HANDLE);
    lua_pushcfunction(L, l_close);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, l_close);
    lua_setfield(L, -2, "__close");
    lua_newtable(L);
    luaL_setfuncs(L, others, 0);
    for (size_t i = 0; methods[i].name != NULL; i++) {
        lua_pushinteger(L, (lua_Integer)i);
        lua_pushcclosure(L, l_operation, 1);
        lua_setfield(L, -2, methods[i].name);
    }
    lua_setfield(L, -2, "__index");
    luaL_newlib(L, own);
    return 1;
}
