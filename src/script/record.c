/* Fields of records: see record.h. The Lua side has checked what a user can get wrong. */
#include "script/record.h"

const char *
ray_record_text(lua_State *L, struct ray_arena *arena, int at, const char *name)
{
    const char *text = NULL;

    if (lua_getfield(L, at, name) == LUA_TSTRING)
        text = ray_arena_strdup(arena, lua_tostring(L, -1));
    lua_pop(L, 1);
    return text;
}

lua_Integer
ray_record_integer(lua_State *L, int at, const char *name)
{
    lua_Integer value;

    lua_getfield(L, at, name);
    value = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return value;
}

bool
ray_record_flag(lua_State *L, int at, const char *name)
{
    bool value;

    lua_getfield(L, at, name);
    value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}
