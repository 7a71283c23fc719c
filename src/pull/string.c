/* Strings of Lua: quoted, in long brackets, broken over lines. */
#include "pull/writer_internal.h"

#include <ctype.h>
#include <string.h>

/* ---------------------------------------------------------------- texts */

bool
ray_expr_is_name(const char *text)
{
    static const char *const keywords[] = {"and",   "break", "do",       "else", "elseif", "end",
                                           "false", "for",   "function", "goto", "if",     "in",
                                           "local", "nil",   "not",      "or",   "repeat", "return",
                                           "then",  "true",  "until",    "while"};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
        if (strcmp(text, keywords[i]) == 0)
            return false;
    return text[0] != '\0' && !isdigit((unsigned char)text[0]) &&
           text[strspn(text, letters)] == '\0';
}

/* One character of a quoted string, as it is written; returns what stands behind it. */
static const char *
add_escaped(struct ray_buf *buf, const char *text, char quote)
{
    unsigned char c = (unsigned char)*text++;

    if (c == (unsigned char)quote || c == '\\')
        ray_buf_addf(buf, "\\%c", c);
    else if (c == '\n')
        ray_buf_add(buf, "\\n");
    else if (c == '\r')
        ray_buf_add(buf, "\\r");
    else if (c == '\t')
        ray_buf_add(buf, "\\t");
    else if (c < ' ' || c == 0x7f)
        ray_buf_addf(buf, "\\x%02x", c);
    else
        ray_buf_addc(buf, (char)c);
    while ((*text & 0xc0) == 0x80 && c >= 0x80)
        ray_buf_addc(buf, *text++);
    return text;
}

void
ray_expr_quote(struct ray_buf *buf, const char *text)
{
    ray_buf_addc(buf, '"');
    while (*text != '\0')
        text = add_escaped(buf, text, '"');
    ray_buf_addc(buf, '"');
}

/* What a long bracket gives back as it is: no control characters but tabs and, with `lines`, line feeds. */
static bool
is_plain(const char *text, bool lines)
{
    for (; *text != '\0'; text++)
        if (((unsigned char)*text < ' ' && *text != '\t' && !(*text == '\n' && lines)) ||
            *text == 0x7f)
            return false;
    return true;
}

bool
ray_lua_is_block(const char *text)
{
    return strchr(text, '\n') != NULL && is_plain(text, true);
}

/* The least number of equals signs with which the text does not close its own bracket. */
static size_t
bracket_level(const char *text)
{
    size_t level = 0;

    for (const char *at = strchr(text, ']'); at != NULL; at = strchr(at + 1, ']')) {
        size_t equals = strspn(at + 1, "=");

        if ((at[1 + equals] == ']' || at[1 + equals] == '\0') && equals >= level)
            level = equals + 1;
    }
    return level;
}

static void
add_bracket(struct ray_buf *buf, size_t level, char bracket)
{
    ray_buf_addc(buf, bracket);
    for (size_t i = 0; i < level; i++)
        ray_buf_addc(buf, '=');
    ray_buf_addc(buf, bracket);
}

static void
add_long(struct ray_buf *buf, const char *text, bool block)
{
    size_t level = bracket_level(text);

    add_bracket(buf, level, '[');
    ray_buf_add(buf, block ? "\n" : "");
    ray_buf_add(buf, text);
    add_bracket(buf, level, ']');
}

void
ray_lua_add_block(struct ray_buf *buf, const char *text)
{
    add_long(buf, text, true);
}

/* The quotes that need the fewest escapes; '[': a long bracket. */
static char
quote_of(const char *text)
{
    bool has_double = strchr(text, '"') != NULL;
    bool has_single = strchr(text, '\'') != NULL;

    if (is_plain(text, false) && ((has_double && has_single) || strchr(text, '\\') != NULL))
        return '[';
    return has_double && !has_single ? '\'' : '"';
}

void
ray_lua_add_line(struct ray_buf *buf, const char *text)
{
    char quote = quote_of(text);

    if (quote == '[') {
        add_long(buf, text, false);
        return;
    }
    ray_buf_addc(buf, quote);
    while (*text != '\0')
        text = add_escaped(buf, text, quote);
    ray_buf_addc(buf, quote);
}

/* ---------------------------------------------------------------- several lines */

size_t
ray_lua_column(const struct ray_buf *buf)
{
    const char *line = memrchr(buf->data, '\n', buf->len);

    return line == NULL ? buf->len : (size_t)(buf->data + buf->len - line) - 1;
}

void
ray_lua_new_line(struct ray_buf *buf, int indent)
{
    ray_buf_addf(buf, "\n%*s", indent, "");
}

/* How much of the text stands in this line: up to a blank, else as much as there is room for. A line never
 * begins with a blank, as \z would swallow it. */
static const char *
segment_end(struct ray_buf *scratch, const char *text, char quote, size_t room)
{
    const char *blank = NULL;
    const char *end = text;

    ray_buf_truncate(scratch, 0);
    while (*end != '\0') {
        const char *next = add_escaped(scratch, end, quote);
        bool may_break = *next != '\0' && !isspace((unsigned char)*next);

        if (scratch->len > room && end > text && !isspace((unsigned char)*end))
            return blank != NULL ? blank : end;
        if (may_break && (*end == ' ' || *end == '\n'))
            blank = next;
        if (may_break && *end == '\n')
            return next;
        end = next;
    }
    return end;
}

void
ray_lua_add_broken(struct ray_buf *buf, const char *text, int indent, size_t tail)
{
    char quote = quote_of(text) == '\'' ? '\'' : '"';
    struct ray_buf scratch;

    ray_buf_init(&scratch, buf->arena);
    ray_buf_addc(buf, quote);
    for (;;) {
        size_t taken = ray_lua_column(buf) + strlen("\\z") + tail;
        size_t room = taken + 20 < RAY_LUA_COLUMNS ? RAY_LUA_COLUMNS - taken : 20;
        const char *end = segment_end(&scratch, text, quote, room);

        while (text < end)
            text = add_escaped(buf, text, quote);
        if (*text == '\0')
            break;
        ray_buf_add(buf, "\\z");
        ray_lua_new_line(buf, indent + RAY_LUA_STEP);
    }
    ray_buf_addc(buf, quote);
}

/* Where the line that begins at `text` ends: the last blank outside of quotes for which there is room, else the
 * first; NULL: no more. */
static const char *
line_end(const char *text, size_t room)
{
    const char *blank = NULL;
    char quote = '\0';

    for (const char *at = text; *at != '\0'; at++) {
        if (quote == '\0' && *at == ' ') {
            if (blank != NULL && (size_t)(at - text) > room)
                return blank;
            blank = at;
        } else if (*at == '\'' || *at == '"') {
            if (quote == '\0')
                quote = *at;
            else if (quote == *at)
                quote = '\0';
        }
    }
    return blank != NULL && strlen(text) > room ? blank : NULL;
}

/* A long bracket over several lines. */
void
ray_lua_add_broken_sql(struct ray_buf *buf, const char *text, int indent, size_t tail)
{
    size_t level = bracket_level(text);
    const char *end;

    if (!is_plain(text, false)) {
        ray_lua_add_broken(buf, text, indent, tail);
        return;
    }
    add_bracket(buf, level, '[');
    for (;;) {
        size_t taken = ray_lua_column(buf) + level + 2 + tail;

        end = line_end(text, taken < RAY_LUA_COLUMNS ? RAY_LUA_COLUMNS - taken : 0);
        if (end == NULL)
            break;
        ray_buf_addn(buf, text, (size_t)(end - text));
        ray_lua_new_line(buf, indent + RAY_LUA_STEP);
        text = end + 1;
    }
    ray_buf_add(buf, text);
    add_bracket(buf, level, ']');
}
