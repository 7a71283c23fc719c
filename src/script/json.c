/*
 * JSON text to Lua values, in one walk that pushes as it goes. Everything it makes is a Lua value, so the
 * memory ceiling holds for it and an error leaves nothing behind.
 *
 * lua-cjson is not used: it reads every number as a float, cannot tell [] from {}, and ends the process
 * when memory runs out.
 */
#include "script/json.h"

#include <string.h>

enum { DEEPEST = 512 };

struct reader {
    lua_State *L;
    const char *begin;
    const char *at;
    const char *end;
    int depth;
};

static void read_value(struct reader *in);

static _Noreturn void
bad(struct reader *in, const char *what)
{
    (void)ray_lua_fail(in->L, NULL, "invalid JSON at byte %td: %s", in->at - in->begin + 1, what);
}

/* The character that is next; NUL at the end. */
static char
next_char(const struct reader *in)
{
    if (in->at < in->end)
        return *in->at;
    return '\0';
}

/* The same behind white space. */
static char
peek(struct reader *in)
{
    while (next_char(in) == ' ' || next_char(in) == '\t' || next_char(in) == '\r' ||
           next_char(in) == '\n')
        in->at++;
    return next_char(in);
}

static unsigned long
read_hex(struct reader *in)
{
    unsigned long code = 0;

    for (int i = 0; i < 4; i++, in->at++) {
        char c = next_char(in);

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
    char c = next_char(in);
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
        char c = next_char(in);

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
