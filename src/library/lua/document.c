/* Documents as tables. An error is a table, too: what the document says of it, and the document as `result`. */
#include "module.h"

#include <string.h>

static void push_json(lua_State *L, json_t *value);

static void
push_object(lua_State *L, json_t *value)
{
    const char *key;
    json_t *item;

    lua_createtable(L, 0, (int)json_object_size(value));
    json_object_foreach(value, key, item)
    {
        push_json(L, item);
        lua_setfield(L, -2, key);
    }
}

static void
push_array(lua_State *L, const json_t *value)
{
    size_t count = json_array_size(value);

    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        push_json(L, json_array_get(value, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void
push_json(lua_State *L, json_t *value)
{
    luaL_checkstack(L, 4, "a document that is nested too deeply");
    if (json_is_object(value))
        push_object(L, value);
    else if (json_is_array(value))
        push_array(L, value);
    else if (json_is_string(value))
        lua_pushlstring(L, json_string_value(value), json_string_length(value));
    else if (json_is_integer(value))
        lua_pushinteger(L, json_integer_value(value));
    else if (json_is_real(value))
        lua_pushnumber(L, json_real_value(value));
    else if (json_is_boolean(value))
        lua_pushboolean(L, json_boolean_value(value));
    else
        lua_pushnil(L);
}

static int
l_holder_gc(lua_State *L)
{
    struct holder *holder = lua_touserdata(L, 1);

    json_decref(holder->document);
    raymig_result_free(holder->result);
    holder->document = NULL;
    holder->result = NULL;
    return 0;
}

struct holder *
new_holder(lua_State *L)
{
    struct holder *holder = lua_newuserdatauv(L, sizeof(*holder), 0);

    memset(holder, 0, sizeof(*holder));
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, l_holder_gc);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    return holder;
}

int
push_result(lua_State *L, struct holder *holder)
{
    const raymig_result *result = holder->result;
    const char *text = raymig_result_json(result);

    holder->document = json_loads(text, 0, NULL);
    if (raymig_result_ok(result)) {
        push_json(L, holder->document);
        return 1;
    }
    lua_pushnil(L);
    lua_newtable(L);
    if (json_object_get(holder->document, "error") != NULL) {
        lua_pop(L, 1);
        push_json(L, json_object_get(holder->document, "error"));
    }
    lua_pushinteger(L, raymig_result_code(result));
    lua_setfield(L, -2, "code");
    lua_pushstring(L, raymig_result_message(result));
    lua_setfield(L, -2, "message");
    push_json(L, holder->document);
    lua_setfield(L, -2, "result");
    luaL_setmetatable(L, ERROR);
    return 2;
}
