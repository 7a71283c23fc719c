/*
 * Lua values to JSON text: see json.h. Keys are sorted, so that the same value is always the same text. Also
 * the module raymig.json, and the mark by which a list is known to be a JSON array.
 */
#include "script/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 512 };

void
ray_lua_add_float(struct ray_buf *buf, lua_Number number)
{
    char text[40];

    if (isnan(number)) {
        ray_buf_add(buf, "NaN");
        return;
    }
    if (isinf(number)) {
        ray_buf_add(buf, number > 0 ? "Infinity" : "-Infinity");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        double back;

        (void)snprintf(text, sizeof(text), "%.*g", digits, number);
        back = strtod(text, NULL);
        if (back >= number && back <= number)
            break;
    }
    ray_buf_add(buf, text);
}

static void
add_string(struct ray_buf *buf, const char *text, size_t length)
{
    ray_buf_addc(buf, '"');
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '"' || c == '\\') {
            ray_buf_addc(buf, '\\');
            ray_buf_addc(buf, text[i]);
        } else if (c >= 0x20 && c != 0x7f) {
            ray_buf_addc(buf, text[i]);
        } else {
            ray_buf_addf(buf, "\\u%04x", c);
        }
    }
    ray_buf_addc(buf, '"');
}

static void add_value(lua_State *L, int index, struct ray_buf *buf, int depth);

static void
add_array(lua_State *L, int index, struct ray_buf *buf, int depth)
{
    lua_Integer n = ray_lua_list_length(L, index);

    ray_buf_addc(buf, '[');
    for (lua_Integer i = 1; i <= n; i++) {
        if (i > 1)
            ray_buf_addc(buf, ',');
        lua_rawgeti(L, index, i);
        add_value(L, lua_gettop(L), buf, depth);
        lua_pop(L, 1);
    }
    ray_buf_addc(buf, ']');
}

/* Pushes a sorted list of the keys, which must all be text. */
static lua_Integer
push_keys(lua_State *L, int index)
{
    lua_Integer n = 0;

    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, index) != 0) { /* -- [keys key value] */
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING)
            (void)ray_lua_fail(L, "A list has keys 1 to n, an object has text keys; never both.",
                               "a table with a key of type %s is not JSON", luaL_typename(L, -1));
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, ++n);
    }
    lua_getglobal(L, "table"); /* the host's, which no script can reach */
    lua_getfield(L, -1, "sort");
    lua_remove(L, -2);
    lua_pushvalue(L, -2);
    ray_lua_invoke(L, 1, 0);
    return n;
}

static void
add_object(lua_State *L, int index, struct ray_buf *buf, int depth)
{
    lua_Integer n = push_keys(L, index); /* -- [keys] */
    int keys = lua_gettop(L);

    ray_buf_addc(buf, '{');
    for (lua_Integer i = 1; i <= n; i++) {
        const char *key;
        size_t length;

        if (i > 1)
            ray_buf_addc(buf, ',');
        lua_rawgeti(L, keys, i);
        key = lua_tolstring(L, -1, &length);
        add_string(buf, key, length);
        ray_buf_addc(buf, ':');
        lua_pushvalue(L, -1);
        lua_rawget(L, index); /* -- [keys key value] */
        add_value(L, lua_gettop(L), buf, depth);
        lua_pop(L, 2);
    }
    lua_pop(L, 1);
    ray_buf_addc(buf, '}');
}

static void
add_number(lua_State *L, int index, struct ray_buf *buf)
{
    lua_Number number = lua_tonumber(L, index);

    if (lua_isinteger(L, index))
        ray_buf_addf(buf, LUA_INTEGER_FMT, lua_tointeger(L, index));
    else if (isfinite(number))
        ray_lua_add_float(buf, number);
    else
        (void)ray_lua_fail(L, NULL, "JSON has no number for %s",
                           isnan(number) ? "nan" : "infinity");
}

static void
add_value(lua_State *L, int index, struct ray_buf *buf, int depth)
{
    const char *text;
    size_t length;

    luaL_checkstack(L, 8, "JSON");
    if (depth > DEEPEST)
        (void)ray_lua_fail(L, NULL, "a table nested more than %d deep is not JSON", DEEPEST);
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        ray_buf_add(buf, lua_toboolean(L, index) ? "true" : "false");
        return;
    case LUA_TNUMBER:
        add_number(L, index, buf);
        return;
    case LUA_TSTRING:
        text = lua_tolstring(L, index, &length);
        add_string(buf, text, length);
        return;
    case LUA_TTABLE:
        if (ray_lua_slot_is(L, index, RAY_SLOT_JSON_ARRAY) || lua_rawlen(L, index) > 0)
            add_array(L, index, buf, depth + 1);
        else
            add_object(L, index, buf, depth + 1);
        return;
    default:
        if (!ray_lua_is_null(L, index))
            (void)ray_lua_fail(L, NULL, "a value of type %s is not JSON", luaL_typename(L, index));
        ray_buf_add(buf, "null");
    }
}

void
ray_lua_json_add(lua_State *L, int index, struct ray_buf *buf)
{
    add_value(L, lua_absindex(L, index), buf, 0);
}

/* ---------------------------------------------------------------- marks and the module */

void
ray_lua_json_mark(lua_State *L)
{
    ray_lua_slot_push(L, RAY_SLOT_JSON_ARRAY);
    lua_setmetatable(L, -2);
}

bool
ray_lua_json_is(lua_State *L, int index)
{
    if (ray_lua_slot_is(L, index, RAY_SLOT_JSON_ARRAY))
        return true;
    if (lua_rawlen(L, index) > 0)
        return false;
    index = lua_absindex(L, index);
    luaL_checkstack(L, 4, NULL);
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), "n") != 0) {
            lua_pop(L, 1);
            return true;
        }
    }
    return false;
}

lua_Integer
ray_lua_list_length(lua_State *L, int index)
{
    lua_Integer n = (lua_Integer)lua_rawlen(L, index);

    index = lua_absindex(L, index);
    luaL_checkstack(L, 4, NULL);
    lua_pushliteral(L, "n");
    if (lua_rawget(L, index) == LUA_TNUMBER && lua_tointeger(L, -1) > n)
        n = lua_tointeger(L, -1);
    lua_pop(L, 1);
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        lua_Integer key;

        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), "n") == 0)
            continue;
        key = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
        if (key < 1 || key > n)
            (void)ray_lua_fail(L,
                               "A list has the keys 1 to n without holes: put null where there "
                               "is no value.",
                               "a list with the key %s is neither an array nor JSON",
                               luaL_tolstring(L, -1, NULL));
    }
    return n;
}

static int
l_json_encode(lua_State *L)
{
    struct ray_lua *lua = ray_lua_of(L);
    struct ray_buf buf;

    luaL_checkany(L, 1);
    ray_arena_reset(lua->scratch);
    ray_buf_init(&buf, lua->scratch);
    lua_settop(L, 1);
    ray_lua_json_add(L, 1, &buf);
    lua_pushlstring(L, buf.data, buf.len);
    return 1;
}

static int
l_json_decode(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);

    ray_lua_json_push(L, text, length);
    return 1;
}

/* json.array(list): the same list, marked; a new one without an argument. */
static int
l_json_array(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    if (lua_getmetatable(L, 1)) {
        if (!ray_lua_slot_is(L, 1, RAY_SLOT_JSON_ARRAY))
            return luaL_argerror(L, 1, "it has a metatable of its own");
        lua_pop(L, 1);
    }
    lua_settop(L, 1);
    ray_lua_json_mark(L);
    return 1;
}

static const luaL_Reg functions[] = {
    {"encode", l_json_encode},
    {"decode", l_json_decode},
    {"array", l_json_array},
    {NULL, NULL},
};

void
ray_lua_json_open(lua_State *L)
{
    luaL_newlib(L, functions);
    ray_lua_push_null(L);
    lua_setfield(L, -2, "null");
}
