/*
 * Values from Lua to the server: a statement's parameters, the elements of an array, the columns of a COPY
 * row. Text goes out as text and the server finds the type, as for a literal; bytes go out as bytes. A
 * table is an array, unless it has text keys or the mark of a JSON array: then it is JSON.
 */
#include "script/db.h"
#include "script/db_oids.h"
#include "script/json.h"

#include <limits.h>
#include <string.h>

enum { MOST_PARAMS = 65535, DEEPEST_ARRAY = 8 };

/* The bytes of a db.bytea value; they stay the table's. */
static const char *
bytes_of(lua_State *L, int index, size_t *length)
{
    const char *bytes;

    index = lua_absindex(L, index);
    luaL_checkstack(L, 2, NULL);
    lua_rawgeti(L, index, 1);
    bytes = lua_tolstring(L, -1, length);
    lua_pop(L, 1);
    if (bytes == NULL)
        (void)ray_lua_fail(L, NULL, "a db.bytea value without bytes");
    return bytes;
}

static const char *
text_of(lua_State *L, int index, size_t *length)
{
    const char *text = lua_tolstring(L, index, length);

    if (memchr(text, '\0', *length) != NULL)
        (void)ray_lua_fail(L, "Give binary data as db.bytea(data).",
                           "a text for the server holds a NUL byte");
    return text;
}

static void
add_hex(struct ray_buf *buf, const char *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        ray_buf_addc(buf, digits[(unsigned char)bytes[i] >> 4]);
        ray_buf_addc(buf, digits[(unsigned char)bytes[i] & 15]);
    }
}

/* Numbers and booleans; false where the value is neither. */
static bool
add_scalar(lua_State *L, int index, struct ray_buf *buf)
{
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        ray_buf_addc(buf, lua_toboolean(L, index) ? 't' : 'f');
        return true;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            ray_buf_addf(buf, LUA_INTEGER_FMT, lua_tointeger(L, index));
        else
            ray_lua_add_float(buf, lua_tonumber(L, index));
        return true;
    default:
        return false;
    }
}

static _Noreturn void
refuse(lua_State *L, int index)
{
    (void)ray_lua_fail(L, NULL, "a value of type %s cannot go to the server",
                       luaL_typename(L, index));
}

static void add_array(lua_State *L, int index, struct ray_buf *buf, int depth);

static void
add_quoted(struct ray_buf *buf, const char *text, size_t length)
{
    ray_buf_addc(buf, '"');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\')
            ray_buf_addc(buf, '\\');
        ray_buf_addc(buf, text[i]);
    }
    ray_buf_addc(buf, '"');
}

static void
add_element(lua_State *L, int index, struct ray_buf *buf, int depth)
{
    struct ray_buf json;
    const char *text;
    size_t length;

    if (ray_lua_is_null(L, index)) {
        ray_buf_add(buf, "NULL");
    } else if (lua_type(L, index) == LUA_TSTRING) {
        text = text_of(L, index, &length);
        add_quoted(buf, text, length);
    } else if (lua_istable(L, index) && ray_lua_slot_is(L, index, RAY_SLOT_BYTEA)) {
        text = bytes_of(L, index, &length);
        ray_buf_add(buf, "\"\\\\x");
        add_hex(buf, text, length);
        ray_buf_addc(buf, '"');
    } else if (lua_istable(L, index) && ray_lua_json_is(L, index)) {
        ray_buf_init(&json, buf->arena);
        ray_lua_json_add(L, index, &json);
        add_quoted(buf, json.data, json.len);
    } else if (lua_istable(L, index)) {
        add_array(L, index, buf, depth + 1);
    } else if (!add_scalar(L, index, buf)) {
        refuse(L, index);
    }
}

static void
add_array(lua_State *L, int index, struct ray_buf *buf, int depth)
{
    lua_Integer n = ray_lua_list_length(L, index);

    if (depth > DEEPEST_ARRAY)
        (void)ray_lua_fail(L, NULL, "an array of more than %d dimensions", DEEPEST_ARRAY);
    luaL_checkstack(L, 6, "array");
    ray_buf_addc(buf, '{');
    for (lua_Integer i = 1; i <= n; i++) {
        if (i > 1)
            ray_buf_addc(buf, ',');
        lua_rawgeti(L, index, i);
        add_element(L, lua_gettop(L), buf, depth);
        lua_pop(L, 1);
    }
    ray_buf_addc(buf, '}');
}

/* A table as text: JSON or an array literal. */
static void
add_table(lua_State *L, int index, struct ray_buf *buf)
{
    if (ray_lua_json_is(L, index))
        ray_lua_json_add(L, index, buf);
    else
        add_array(L, index, buf, 1);
}

static void
add_param(lua_State *L, int index, struct ray_arena *arena, struct db_call *call)
{
    int i = call->n++;
    struct ray_buf buf;
    size_t length = 0;

    if (ray_lua_is_null(L, index))
        return;
    if (lua_type(L, index) == LUA_TSTRING) {
        call->values[i] = text_of(L, index, &length);
    } else if (lua_istable(L, index) && ray_lua_slot_is(L, index, RAY_SLOT_BYTEA)) {
        call->values[i] = bytes_of(L, index, &length);
        call->formats[i] = 1;
        call->types[i] = DB_BYTEA;
    } else {
        ray_buf_init(&buf, arena);
        if (lua_istable(L, index))
            add_table(L, index, &buf);
        else if (!add_scalar(L, index, &buf))
            refuse(L, index);
        call->values[i] = buf.data;
        length = buf.len;
    }
    if (length > INT_MAX)
        (void)ray_lua_fail(L, NULL, "parameter $%d is larger than 2 GB", i + 1);
    call->lengths[i] = (int)length;
}

void
db_check_params(lua_State *L, struct db_session *session, int at, struct db_call *out)
{
    struct ray_arena *arena = session->lua->scratch;
    int n = lua_gettop(L) - at + 1;
    size_t room = n > 0 ? (size_t)n : 1;

    if (n > MOST_PARAMS)
        (void)ray_lua_fail(L, "Give a list as one array parameter: = ANY ($1).",
                           "%d parameters are more than PostgreSQL takes", n);
    out->values = RAY_NEW_ARRAY(arena, const char *, room);
    out->lengths = RAY_NEW_ARRAY(arena, int, room);
    out->formats = RAY_NEW_ARRAY(arena, int, room);
    out->types = RAY_NEW_ARRAY(arena, Oid, room);
    out->n = 0;
    for (int i = 0; i < n; i++)
        add_param(L, at + i, arena, out);
}

/* Replaces a db.sql statement at `at`, the last argument, by its text and parameters. */
static void
unpack_statement(lua_State *L, int at)
{
    lua_Integer n;

    if (lua_gettop(L) > at)
        (void)ray_lua_fail(L, "Bind them: statement { name = value }.",
                           "a db.sql statement takes no more parameters");
    lua_getfield(L, at, "params");
    if (!lua_istable(L, -1))
        (void)ray_lua_fail(L, "Bind them: statement { name = value }.",
                           "the statement has unbound names");
    lua_getfield(L, -1, "n");
    n = lua_tointeger(L, -1);
    lua_getfield(L, at, "text");
    lua_replace(L, -2); /* -- [statement params text] */
    if (n > MOST_PARAMS)
        n = MOST_PARAMS + 1;
    luaL_checkstack(L, (int)n + 8, "parameters");
    for (lua_Integer i = 1; i <= n; i++)
        lua_rawgeti(L, at + 1, i);
    lua_remove(L, at + 1);
    lua_remove(L, at); /* -- [text params...] */
}

void
db_check_call(lua_State *L, struct db_session *session, int at, struct db_call *out)
{
    size_t length;

    memset(out, 0, sizeof(*out));
    if (lua_istable(L, at) && ray_lua_slot_is(L, at, RAY_SLOT_STATEMENT))
        unpack_statement(L, at);
    else if (lua_type(L, at) != LUA_TSTRING)
        (void)ray_lua_fail(L, NULL, "SQL text expected, not a value of type %s",
                           luaL_typename(L, at));
    out->sql = lua_tolstring(L, at, &length);
    if (strlen(out->sql) != length)
        (void)ray_lua_fail(L, NULL, "the statement holds a NUL byte");
    db_check_params(L, session, at + 1, out);
}

static void
add_escaped(struct ray_buf *buf, const char *text, size_t length)
{
    static const char raw[] = "\\\t\n\r";
    static const char names[] = "\\tnr";

    for (size_t i = 0; i < length; i++) {
        const char *found = strchr(raw, text[i]); /* the text holds no NUL */

        if (found == NULL) {
            ray_buf_addc(buf, text[i]);
        } else {
            ray_buf_addc(buf, '\\');
            ray_buf_addc(buf, names[found - raw]);
        }
    }
}

void
db_add_copy_value(lua_State *L, int index, struct ray_buf *buf)
{
    struct ray_buf plain;
    const char *text = NULL;
    size_t length;

    if (ray_lua_is_null(L, index)) {
        ray_buf_add(buf, "\\N");
    } else if (lua_type(L, index) == LUA_TSTRING) {
        text = text_of(L, index, &length);
        add_escaped(buf, text, length);
    } else if (lua_istable(L, index) && ray_lua_slot_is(L, index, RAY_SLOT_BYTEA)) {
        text = bytes_of(L, index, &length);
        ray_buf_add(buf, "\\\\x");
        add_hex(buf, text, length);
    } else if (lua_istable(L, index)) {
        ray_buf_init(&plain, ray_lua_of(L)->scratch);
        add_table(L, index, &plain);
        add_escaped(buf, plain.data, plain.len);
    } else if (!add_scalar(L, index, buf)) {
        refuse(L, index);
    }
}
