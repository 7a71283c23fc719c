/* Options, from tables. */
#include "module.h"

#include <string.h>

/* A value as raymig_set wants it, on the stack; an error in Lua where it is of no such type. */
static const char *
value_text(lua_State *L, int index, const char *name)
{
    if (lua_isboolean(L, index))
        lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
    else if (lua_type(L, index) == LUA_TSTRING || lua_isinteger(L, index))
        (void)luaL_tolstring(L, index, NULL);
    else
        luaL_error(L, "option \"%s\": a %s is no value of it", name, luaL_typename(L, index));
    return lua_tostring(L, -1);
}

static void
set_one(lua_State *L, const struct handle *handle, const char *name, int index)
{
    if (!raymig_set(handle->project, name, value_text(L, index, name)))
        luaL_error(L, "%s", raymig_fault(handle->project));
    lua_pop(L, 1);
}

static int
callback_of(const char *name)
{
    return strcmp(name, "on_event") == 0      ? ON_EVENT
           : strcmp(name, "on_message") == 0  ? ON_MESSAGE
           : strcmp(name, "on_question") == 0 ? ON_QUESTION
                                              : 0;
}

/* Sets an option or a callback to the value at `index`; a list is a value after the other, nil takes it back. */
static void
set_field(lua_State *L, struct handle *handle, int self, const char *name, int index)
{
    int which = callback_of(name);

    if (which != 0) {
        if (!lua_isnil(L, index))
            luaL_checktype(L, index, LUA_TFUNCTION);
        lua_pushvalue(L, index);
        lua_setiuservalue(L, self, which);
        return;
    }
    if (lua_isnil(L, index) || lua_istable(L, index))
        (void)raymig_set(handle->project, name, NULL);
    if (lua_istable(L, index)) {
        for (lua_Integer i = 1; lua_rawgeti(L, index, i) != LUA_TNIL; i++) {
            set_one(L, handle, name, lua_gettop(L));
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    } else if (!lua_isnil(L, index)) {
        set_one(L, handle, name, index);
    }
}

static int
is_among(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return 1;
    return 0;
}

void
set_options(lua_State *L, struct handle *handle, int self, int index, const char *const *skip,
            int keep)
{
    lua_getiuservalue(L, self, OPTIONS);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "options have names");
        if (is_among(lua_tostring(L, -2), skip))
            continue;
        set_field(L, handle, self, lua_tostring(L, -2), lua_gettop(L));
        if (!keep)
            continue;
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_settable(L, -5);
    }
    lua_pop(L, 1);
}

void
reset_options(lua_State *L, struct handle *handle, int self)
{
    static const char *const callbacks[] = {"on_event", "on_message", "on_question"};

    lua_getiuservalue(L, self, OPTIONS);
    for (int i = 0; i < 3; i++) {
        lua_getfield(L, -1, callbacks[i]);
        set_field(L, handle, self, callbacks[i], lua_gettop(L));
        lua_pop(L, 1);
    }
    for (size_t i = 0; raymig_option_name(i) != NULL; i++) {
        lua_getfield(L, -1, raymig_option_name(i));
        set_field(L, handle, self, raymig_option_name(i), lua_gettop(L));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}
