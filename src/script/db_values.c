/*
 * Values from the server to Lua: bool, whole numbers and floats become what they are, bytea a string of raw
 * bytes, JSON and arrays tables, NULL the null value; everything else, numeric and dates among it, stays
 * the text that the server prints, which loses nothing.
 */
#include "script/db.h"
#include "script/db_oids.h"
#include "script/json.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_TEXT = 64, DEEPEST_ARRAY = 8 };

/* A number's text is short, but it need not end where its NUL is. */
static const char *
terminated(char copy[NUMBER_TEXT], const char *text, size_t length)
{
    if (length >= NUMBER_TEXT)
        length = NUMBER_TEXT - 1;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

static int
hex_digit(char c)
{
    return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

/* bytea_output is hex (\x6869) or, where somebody set it, escape (hi\\\000). */
static void
push_bytea(lua_State *L, const char *text, size_t length)
{
    luaL_Buffer out;

    luaL_buffinitsize(L, &out, length);
    if (length >= 2 && text[0] == '\\' && text[1] == 'x') {
        for (size_t i = 2; i + 1 < length; i += 2)
            luaL_addchar(&out, (char)(hex_digit(text[i]) << 4 | hex_digit(text[i + 1])));
    } else {
        for (size_t i = 0; i < length; i++) {
            if (text[i] != '\\') {
                luaL_addchar(&out, text[i]);
            } else if (i + 1 < length && text[i + 1] == '\\') {
                luaL_addchar(&out, '\\');
                i++;
            } else if (i + 3 < length) {
                luaL_addchar(&out, (char)((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 |
                                          (text[i + 3] - '0')));
                i += 3;
            }
        }
    }
    luaL_pushresult(&out);
}

/* ---------------------------------------------------------------- arrays */

struct array_reader {
    lua_State *L;
    const struct db_session *session;
    const struct db_type *type;
    const char *at;
    const char *end;
};

/* in->at is behind the opening quote. */
static void
read_quoted(struct array_reader *in)
{
    luaL_Buffer out;
    const char *text;
    size_t length;

    luaL_buffinit(in->L, &out);
    while (in->at < in->end && *in->at != '"') {
        if (*in->at == '\\' && in->at + 1 < in->end)
            in->at++;
        luaL_addchar(&out, *in->at++);
    }
    if (in->at < in->end)
        in->at++;
    luaL_pushresult(&out);
    text = lua_tolstring(in->L, -1, &length);
    db_push_value(in->L, in->session, in->type->element, text, length);
    lua_remove(in->L, -2);
}

static void
read_plain(struct array_reader *in)
{
    const char *from = in->at;
    size_t length;

    while (in->at < in->end && *in->at != in->type->delimiter && *in->at != '}')
        in->at++;
    length = (size_t)(in->at - from);
    if (length == 4 && strncasecmp(from, "NULL", 4) == 0)
        ray_lua_push_null(in->L);
    else
        db_push_value(in->L, in->session, in->type->element, from, length);
}

/* in->at is at the opening brace. */
static void
read_array(struct array_reader *in, int depth)
{
    lua_Integer n = 0;

    luaL_checkstack(in->L, 8, "array");
    lua_newtable(in->L);
    in->at++;
    while (in->at < in->end && *in->at != '}') {
        if (*in->at == '{' && depth < DEEPEST_ARRAY) {
            read_array(in, depth + 1);
        } else if (*in->at == '"') {
            in->at++;
            read_quoted(in);
        } else {
            read_plain(in);
        }
        lua_rawseti(in->L, -2, ++n);
        if (in->at < in->end && *in->at == in->type->delimiter)
            in->at++;
    }
    in->at++;
}

static void
push_array(lua_State *L, const struct db_session *session, const struct db_type *type,
           const char *text, size_t length)
{
    struct array_reader in = {
        .L = L, .session = session, .type = type, .at = text, .end = text + length};

    /* "[0:1]={...}": bounds other than 1 are not kept, Lua's arrays begin at 1. */
    if (length > 0 && text[0] == '[') {
        const char *brace = memchr(text, '{', length);

        if (brace != NULL)
            in.at = brace;
    }
    if (in.at < in.end && *in.at == '{')
        read_array(&in, 1);
    else
        lua_pushlstring(L, text, length);
}

void
db_push_value(lua_State *L, const struct db_session *session, Oid oid, const char *text,
              size_t length)
{
    char copy[NUMBER_TEXT];
    const struct db_type *type;

    luaL_checkstack(L, 4, NULL);
    switch (oid) {
    case DB_BOOL:
        lua_pushboolean(L, length > 0 && text[0] == 't');
        return;
    case DB_INT2:
    case DB_INT4:
    case DB_INT8:
    case DB_OID:
        lua_pushinteger(L, strtoll(terminated(copy, text, length), NULL, 10));
        return;
    case DB_FLOAT4:
    case DB_FLOAT8:
        lua_pushnumber(L, strtod(terminated(copy, text, length), NULL));
        return;
    case DB_BYTEA:
        push_bytea(L, text, length);
        return;
    case DB_JSON:
    case DB_JSONB:
        ray_lua_json_push(L, text, length);
        return;
    default:
        type = db_find_type(session, oid);
        if (type != NULL && type->element != 0)
            push_array(L, session, type, text, length);
        else
            lua_pushlstring(L, text, length);
    }
}

void
db_push_columns(lua_State *L, int ncols, const char *const *names)
{
    luaL_checkstack(L, 4, NULL);
    lua_createtable(L, ncols, 0);
    lua_createtable(L, 0, ncols); /* -- [list seen] */
    for (int c = 0; c < ncols; c++) {
        lua_pushstring(L, names[c]);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, -3) != LUA_TNIL) /* -- [list seen name seen?] */
            (void)ray_lua_fail(L, "Give one of them another name with AS.",
                               "the result has two columns named \"%s\"", names[c]);
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -4, c + 1);
        lua_pushboolean(L, 1);
        lua_rawset(L, -3);
    }
    lua_pop(L, 1);
}
