/*
 * JSON: see json.h. A reader that walks the text once and pushes as it goes, and a writer that appends to
 * a string builder. Everything it makes is a Lua value, so the memory ceiling holds for it and an error
 * leaves nothing behind.
 *
 * lua-cjson is not used: it reads every number as a float, cannot tell [] from {}, and ends the process
 * when memory runs out.
 */
#include "script/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 512 };

/* ---------------------------------------------------------------- reading */

struct reader {
    lua_State *L;
    const char *begin;
    const char *at;
    const char *end;
    int depth;
};

static void read_value(struct reader *in);

static void
bad(struct reader *in, const char *what)
{
    (void)ray_lua_fail(in->L, NULL, "invalid JSON at byte %td: %s", in->at - in->begin + 1, what);
}

static char
peek(struct reader *in)
{
    while (in->at < in->end && strchr(" \t\r\n", *in->at) != NULL && *in->at != '\0')
        in->at++;
    return in->at < in->end ? *in->at : '\0';
}

static unsigned long
read_hex(struct reader *in)
{
    unsigned long code = 0;

    for (int i = 0; i < 4; i++, in->at++) {
        char c = in->at < in->end ? *in->at : '\0';

        if (c >= '0' && c <= '9')
            code = code * 16 + (unsigned long)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            code = code * 16 + (unsigned long)((c | 32) - 'a' + 10);
        else
            bad(in, "four hex digits expected");
    }
    return code;
}

/* \uXXXX, perhaps a pair of them, as UTF-8. */
static void
add_escaped_char(struct reader *in, luaL_Buffer *out)
{
    unsigned long code = read_hex(in);
    char utf8[4];
    size_t n = 0;

    if (code >= 0xd800 && code < 0xdc00) {
        unsigned long low;

        if (in->end - in->at < 6 || in->at[0] != '\\' || in->at[1] != 'u')
            bad(in, "half of a surrogate pair");
        in->at += 2;
        low = read_hex(in);
        if (low < 0xdc00 || low > 0xdfff)
            bad(in, "half of a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code <= 0xdfff) {
        bad(in, "half of a surrogate pair");
    }
    if (code < 0x80) {
        utf8[n++] = (char)code;
    } else if (code < 0x800) {
        utf8[n++] = (char)(0xc0 | code >> 6);
    } else {
        if (code < 0x10000) {
            utf8[n++] = (char)(0xe0 | code >> 12);
        } else {
            utf8[n++] = (char)(0xf0 | code >> 18);
            utf8[n++] = (char)(0x80 | (code >> 12 & 0x3f));
        }
        utf8[n++] = (char)(0x80 | (code >> 6 & 0x3f));
    }
    if (code >= 0x80)
        utf8[n++] = (char)(0x80 | (code & 0x3f));
    luaL_addlstring(out, utf8, n);
}

static void
add_escape(struct reader *in, luaL_Buffer *out)
{
    static const char names[] = "\"\\/bfnrt";
    static const char values[] = "\"\\/\b\f\n\r\t";
    char c = in->at < in->end ? *in->at : '\0';
    const char *found = c == '\0' ? NULL : strchr(names, c);

    if (c == 'u') {
        in->at++;
        add_escaped_char(in, out);
    } else if (found != NULL) {
        in->at++;
        luaL_addchar(out, values[found - names]);
    } else {
        bad(in, "unknown escape");
    }
}

/* in->at is behind the opening quote. */
static void
read_string(struct reader *in)
{
    const char *from = in->at;
    luaL_Buffer out;

    while (in->at < in->end && *in->at != '"' && *in->at != '\\' && (unsigned char)*in->at >= 0x20)
        in->at++;
    if (in->at < in->end && *in->at == '"') {
        lua_pushlstring(in->L, from, (size_t)(in->at++ - from));
        return;
    }
    luaL_buffinit(in->L, &out);
    luaL_addlstring(&out, from, (size_t)(in->at - from));
    for (;;) {
        char c = in->at < in->end ? *in->at : '\0';

        if (in->at >= in->end || (unsigned char)c < 0x20)
            bad(in, in->at >= in->end ? "unfinished string" : "control character in a string");
        in->at++;
        if (c == '"')
            break;
        if (c == '\\')
            add_escape(in, &out);
        else
            luaL_addchar(&out, c);
    }
    luaL_pushresult(&out);
}

static const char *
skip_digits(struct reader *in, const char *at)
{
    const char *from = at;

    while (at < in->end && *at >= '0' && *at <= '9')
        at++;
    if (at == from)
        bad(in, "value expected");
    return at;
}

/* The grammar of JSON, which is narrower than Lua's. A number whose digits do not fit is rounded. */
static void
read_number(struct reader *in)
{
    const char *from = in->at;
    const char *at = from;

    if (*at == '-')
        at++;
    if (at < in->end && *at == '0')
        at++;
    else
        at = skip_digits(in, at);
    if (at < in->end && *at == '.')
        at = skip_digits(in, at + 1);
    if (at < in->end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < in->end && (*at == '+' || *at == '-'))
            at++;
        at = skip_digits(in, at);
    }
    /* Whole numbers that fit become integers, all others floats. */
    lua_pushlstring(in->L, from, (size_t)(at - from));
    if (lua_stringtonumber(in->L, lua_tostring(in->L, -1)) == 0)
        bad(in, "value expected");
    lua_remove(in->L, -2);
    in->at = at;
}

static void
read_word(struct reader *in, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(in->end - in->at) < length || memcmp(in->at, word, length) != 0)
        bad(in, "value expected");
    in->at += length;
}

static void
read_array(struct reader *in)
{
    lua_Integer n = 0;

    in->at++;
    lua_newtable(in->L);
    ray_lua_json_mark(in->L);
    if (peek(in) == ']') {
        in->at++;
        return;
    }
    for (;;) {
        char c;

        read_value(in);
        lua_rawseti(in->L, -2, ++n);
        c = peek(in);
        if (c != ',' && c != ']')
            bad(in, "',' or ']' expected");
        in->at++;
        if (c == ']')
            return;
    }
}

static void
read_object(struct reader *in)
{
    in->at++;
    lua_newtable(in->L);
    if (peek(in) == '}') {
        in->at++;
        return;
    }
    for (;;) {
        char c;

        if (peek(in) != '"')
            bad(in, "a key in quotes expected");
        in->at++;
        read_string(in);
        if (peek(in) != ':')
            bad(in, "':' expected");
        in->at++;
        read_value(in);
        lua_rawset(in->L, -3);
        c = peek(in);
        if (c != ',' && c != '}')
            bad(in, "',' or '}' expected");
        in->at++;
        if (c == '}')
            return;
    }
}

static void
read_value(struct reader *in)
{
    luaL_checkstack(in->L, 8, "JSON");
    if (++in->depth > DEEPEST)
        (void)ray_lua_fail(in->L, "Read it as text: add ::text to the column.",
                           "JSON nested more than %d deep", DEEPEST);
    switch (peek(in)) {
    case '{':
        read_object(in);
        break;
    case '[':
        read_array(in);
        break;
    case '"':
        in->at++;
        read_string(in);
        break;
    case 't':
        read_word(in, "true");
        lua_pushboolean(in->L, 1);
        break;
    case 'f':
        read_word(in, "false");
        lua_pushboolean(in->L, 0);
        break;
    case 'n':
        read_word(in, "null");
        ray_lua_push_null(in->L);
        break;
    case '\0':
        bad(in, "value expected");
        break;
    default:
        read_number(in);
    }
    in->depth--;
}

void
ray_lua_json_push(lua_State *L, const char *text, size_t length)
{
    struct reader in = {.L = L, .begin = text, .at = text, .end = text + length};

    read_value(&in);
    if (peek(&in) != '\0' || in.at < in.end)
        bad(&in, "nothing more expected");
}

/* ---------------------------------------------------------------- writing */

void
ray_lua_add_float(struct ray_buf *buf, lua_Number number)
{
    char text[40];
    double back;

    if (isnan(number)) {
        ray_buf_add(buf, "NaN");
        return;
    }
    if (isinf(number)) {
        ray_buf_add(buf, number > 0 ? "Infinity" : "-Infinity");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, number);
        back = strtod(text, NULL);
        if (memcmp(&back, &number, sizeof(back)) == 0)
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
