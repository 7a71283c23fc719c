/*
 * The host: what the Lua side of this room (lua/raymig/host/) may call of C, and the sandbox that it
 * makes for scripts. Scripts never see the host's globals; what they share with it are locked values.
 */
#include "base/term.h"
#include "base/vec.h"
#include "script/json.h"
#include "script/plugin_host.h"
#include "script/state.h"

#include <stdlib.h>

/* host.nearest(word, names): the name that was probably meant, or nil. */
static int
l_nearest(lua_State *L)
{
    struct ray_arena *arena = ray_lua_of(L)->scratch;
    const char *word = luaL_checkstring(L, 1);
    RAY_VEC(const char *) names = {0};
    const char *found;

    luaL_checktype(L, 2, LUA_TTABLE);
    for (lua_Integer i = 1; lua_rawgeti(L, 2, i) == LUA_TSTRING; i++) {
        *ray_vec_add(arena, &names) = lua_tostring(L, -1); /* the list keeps it alive */
        lua_pop(L, 1);
    }
    found = names.len == 0 ? NULL : ray_nearest(word, names.items, names.len);
    lua_pushstring(L, found);
    return 1;
}

/* host.fail(message, hint, file, line): raises a raymig.error at that place, else at the script's running
 * line. */
static int
l_fail(lua_State *L)
{
    struct ray_err err;

    ray_err_init(&err, ray_lua_of(L)->scratch);
    (void)ray_err_set(&err, RAY_FAILED, "%s", luaL_checkstring(L, 1));
    err.hint = luaL_optstring(L, 2, NULL);
    err.file = luaL_optstring(L, 3, NULL);
    err.line = (int)luaL_optinteger(L, 4, 0);
    return ray_lua_raise(L, &err);
}

static int
l_getenv(lua_State *L)
{
    lua_pushstring(L, getenv(luaL_checkstring(L, 1)));
    return 1;
}

static int
l_is_error(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushboolean(L, ray_lua_slot_is(L, 1, RAY_SLOT_ERROR));
    return 1;
}

/* host.is_stopped(): a limit was passed or a signal came, and its error is on its way. */
static int
l_is_stopped(lua_State *L)
{
    lua_pushboolean(L, ray_lua_of(L)->stop != RAY_LUA_RUNS);
    return 1;
}

/* host.pass_on(...): its arguments, unless the script is to stop. */
static int
l_pass_on(lua_State *L)
{
    ray_lua_check_stop(L);
    return lua_gettop(L);
}

static const luaL_Reg functions[] = {
    {"is_stopped", l_is_stopped},   {"pass_on", l_pass_on},
    {"nearest", l_nearest},         {"fail", l_fail},
    {"getenv", l_getenv},           {"is_error", l_is_error},
    {"require", ray_lua_l_require}, {"project", ray_lua_l_project},
    {"chunk", ray_lua_l_chunk},     {"file", ray_lua_l_file},
    {"place", ray_lua_l_place},     {"name", ray_lua_l_name},
    {"literal", ray_lua_l_literal}, {NULL, NULL},
};

/* A metatable that scripts can neither read nor change, in a slot. */
static void
new_class(lua_State *L, enum ray_lua_slot slot, const char *name)
{
    lua_createtable(L, 0, 2);
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    ray_lua_slot_set(L, slot);
}

/* Takes the field `class` of a host module as the metatable of a slot. */
static void
class_of(lua_State *L, const char *module, enum ray_lua_slot slot)
{
    ray_lua_host(L, module);
    lua_getfield(L, -1, "class");
    ray_lua_slot_set(L, slot);
    lua_pop(L, 1);
}

int
ray_lua_open_host(lua_State *L)
{
    const ray_strings *grants = &ray_lua_of(L)->config->grants;

    new_class(L, RAY_SLOT_JSON_ARRAY, "raymig.json.array");
    new_class(L, RAY_SLOT_BYTEA, "raymig.bytea");
    lua_pushliteral(L, "");
    if (lua_getmetatable(L, -1)) { /* all strings share it: scripts are not to reach it */
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
        lua_pop(L, 1);
    }
    lua_pop(L, 1);

    luaL_newlib(L, functions); /* -- [host] */
    ray_lua_push_null(L);
    lua_setfield(L, -2, "null");
    lua_createtable(L, 0, (int)grants->len);
    for (size_t i = 0; i < grants->len; i++) {
        lua_pushboolean(L, 1);
        lua_setfield(L, -2, grants->items[i]);
    }
    lua_setfield(L, -2, "grants");
    ray_lua_add_kinds(L);
    ray_lua_add_plugin_host(L);

    lua_newtable(L); /* -- [host modules] */
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, "raymig.host");
    ray_lua_json_open(L);
    lua_setfield(L, -2, "raymig.json");
    ray_lua_push_null(L);
    lua_setfield(L, -2, "raymig.null");
    ray_lua_slot_set(L, RAY_SLOT_HOST_MODULES);
    lua_pop(L, 1);

    class_of(L, "raymig.error", RAY_SLOT_ERROR);
    class_of(L, "raymig.sql", RAY_SLOT_STATEMENT);
    return 0;
}

void
ray_lua_sandbox(lua_State *L, const char *host, bool trusted, int print)
{
    if (print != 0)
        print = lua_absindex(L, print);
    luaL_checkstack(L, 6, NULL);
    ray_lua_host(L, host);
    lua_pushboolean(L, trusted);
    if (print != 0)
        lua_pushvalue(L, print);
    else
        lua_pushnil(L);
    ray_lua_invoke(L, 2, 2);
}
